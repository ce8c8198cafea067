"""What a person decided about the search of an incident, or did in the field, to what happens to the incident.

What was seen, searched or found on the ground is taken whatever the state of the incident: it is true all the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import structs

from sargas.incident import words
from sargas.incident.paths import corners, thinned
from sargas.incident.search_fold import CLUES_KEPT, FINDS_KEPT, SEARCHED_KEPT
from sargas.model.decision import (
    AddClue,
    EndSearch,
    MarkSearched,
    OrderSearch,
    PlanSearch,
    ReportFind,
    SearchDecision,
    WeighClue,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import (
    AreaSearched,
    ClueJoined,
    ClueWeighed,
    Found,
    Incident,
    SearchEnded,
    SearchHappening,
    SearchOrdered,
    SearchPlanned,
)
from sargas.model.search import Clue, Find, Searched, SearchSettings, SearchState, SectorOutline

AHEAD_S: Final = 300.0
"""So far a phone's clock may be ahead of the watch's; what is said to be later is a mistake."""
NAMED: Final = 12


def search_happenings(
    decision: SearchDecision, incident: Incident, time_s: float, entry: int
) -> list[SearchHappening]:
    """Return what the decision, which came in at `time_s` as that journal entry, makes happen.

    Raises:
        DecisionError: the state of the search does not allow it; says what would be allowed.
    """
    match decision:
        case PlanSearch(officer=officer, settings=settings):
            _with_loss(incident, "plan")
            _check_settings(settings)
            return [SearchPlanned(officer=officer, settings=settings)]
        case AddClue():
            return [ClueJoined(clue=_clue(decision, incident, time_s, entry))]
        case WeighClue():
            return [_weighed(decision, _search_of(incident, "weigh a clue of"))]
        case OrderSearch(officer=officer, sectors=sectors):
            _with_loss(incident, "order")
            return [SearchOrdered(officer=officer, sectors=_outlines(sectors))]
        case MarkSearched():
            searched = _searched(decision, _search_of(incident, "mark as searched"), incident, time_s, entry)
            return [AreaSearched(searched=searched)]
        case ReportFind():
            return [Found(find=_find(decision, incident, time_s, entry))]
        case EndSearch():
            return [_ended(decision, incident)]


def _search_of(incident: Incident, what: str) -> SearchState:
    if incident.search is None:
        raise DecisionError(
            f"there is no search to {what}: no track of {incident.incident_id} is lost; finds and clues are taken"
        )
    return incident.search


def _with_loss(incident: Incident, what: str) -> SearchState:
    search = incident.search
    if search is None or not search.losses:
        raise DecisionError(
            f"there is no search to {what}: no track of {incident.incident_id} is lost; finds and clues are taken"
        )
    return search


def _check_settings(settings: SearchSettings) -> None:
    for name, shares in (("fates", settings.fates.values()), ("conducts", settings.conducts.values())):
        total = sum(shares)
        if total > 1.0 + 1e-9:
            raise DecisionError(f"{name}: those that are set add up to {total:g}; they may add up to 1")
    if settings.take_off is not None and settings.take_off.earliest_s > settings.take_off.latest_s:
        raise DecisionError("take_off: the earliest time is after the latest one")
    _check_names("asset", (asset.asset_id for asset in settings.assets))


def _check_names(what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DecisionError(f"{what} '{twice[0]}' is named twice; every {what} needs a name of its own")


def _clue(decision: AddClue, incident: Incident, time_s: float, entry: int) -> Clue:
    known = incident.search.clues if incident.search is not None else ()
    n_written = sum(clue.report is None for clue in known)
    if n_written >= CLUES_KEPT:
        raise DecisionError(f"{incident.incident_id} has {CLUES_KEPT} written clues, no more can be kept; comment")
    return Clue(
        clue_id=f"c{entry}",
        kind=decision.kind,
        reliability=decision.reliability,
        received_s=time_s,
        lat_deg=decision.lat_deg,
        lon_deg=decision.lon_deg,
        radius_m=decision.radius_m,
        time_s=None if decision.time_s is None else past(decision.time_s, time_s),
        time_sd_s=decision.time_sd_s,
        text=decision.text,
        by=decision.officer,
    )


def _weighed(decision: WeighClue, search: SearchState) -> ClueWeighed:
    known = [clue.clue_id for clue in search.clues]
    if decision.clue_id not in known:
        raise DecisionError(f"there is no clue '{decision.clue_id}'; have {listed(known)}")
    return ClueWeighed(officer=decision.officer, clue_id=decision.clue_id, reliability=decision.reliability)


def _outlines(sectors: Sequence[SectorOutline]) -> tuple[SectorOutline, ...]:
    _check_names("sector", (sector.name for sector in sectors))
    return tuple(structs.replace(sector, ring=_ring(sector.ring, f"sector '{sector.name}'")) for sector in sectors)


def _searched(decision: MarkSearched, search: SearchState, incident: Incident, time_s: float, entry: int) -> Searched:
    """Return what was searched; of a sector that is its outline, unless the paths say it more exactly."""
    if len(search.searched) >= SEARCHED_KEPT:
        raise DecisionError(
            f"{incident.incident_id} has {SEARCHED_KEPT} searched areas, no more can be kept; comment"
        )
    paths = thinned(decision.paths)
    if decision.paths and not paths:
        raise DecisionError("paths: none has two points or more")
    ring = _ring(decision.ring, "ring") if decision.ring else ()
    name = decision.sector.strip()
    if not ring and not paths:
        sector = _sector(name, search)
        name, ring = sector.name, sector.ring
    return Searched(
        searched_id=f"s{entry}",
        time_s=time_s if decision.time_s is None else past(decision.time_s, time_s),
        by=decision.officer,
        asset=decision.asset,
        sector=name,
        ring=ring,
        paths=paths,
        hours=decision.hours,
        coverage=decision.coverage,
        sweep_width_m=decision.sweep_width_m,
        text=decision.text,
    )


def _sector(name: str, search: SearchState) -> SectorOutline:
    """Return an ordered sector, of this order or of an earlier one: a team may have set out before the new one."""
    have = listed([sector.name for sector in search.sectors])
    if not name:
        raise DecisionError(f"say what was searched: a sector (have {have}), a ring, or the paths that were walked")
    for sector in (*search.sectors, *reversed(search.past_sectors)):
        if sector.name.casefold() == name.casefold():
            return sector
    if not search.sectors:
        raise DecisionError(f"there is no sector '{name}': no search was ordered; give a ring or paths instead")
    raise DecisionError(f"there is no sector '{name}'; have {have}; a ring or paths will do too")


def _find(decision: ReportFind, incident: Incident, time_s: float, entry: int) -> Find:
    finds = incident.search.finds if incident.search is not None else ()
    if len(finds) >= FINDS_KEPT:
        raise DecisionError(f"{incident.incident_id} has {FINDS_KEPT} finds, no more can be kept; comment")
    return Find(
        find_id=f"f{entry}",
        time_s=time_s if decision.time_s is None else past(decision.time_s, time_s),
        by=decision.officer,
        what=decision.what,
        lat_deg=decision.lat_deg,
        lon_deg=decision.lon_deg,
        sd_m=decision.sd_m,
        is_it=decision.is_it,
        photo_sha256=decision.photo_sha256,
        text=decision.text,
    )


def _ended(decision: EndSearch, incident: Incident) -> SearchEnded:
    search = _search_of(incident, "end")
    if search.ended_s is not None:
        raise DecisionError(
            f"the search of {incident.incident_id} ended at {words.clock(search.ended_s)}; a new order opens it again"
        )
    return SearchEnded(officer=decision.officer, text=decision.text)


def _ring(ring: Sequence[tuple[float, float]], what: str) -> tuple[tuple[float, float], ...]:
    found = corners(ring)
    if len(set(found)) < 3:
        raise DecisionError(f"{what}: an area needs three corners or more, this has {len(set(found))}")
    return found


def past(told_s: float, now_s: float) -> float:
    """Return the time told, not later than now; a clock may be a little ahead.

    Raises:
        DecisionError: it lies in the future.
    """
    if told_s > now_s + AHEAD_S:
        raise DecisionError(
            f"time_s: {words.clock(told_s)} is {words.duration(told_s - now_s)} ahead of now, {words.clock(now_s)}"
        )
    return min(told_s, now_s)


def listed(names: Sequence[str]) -> str:
    """Return the names for a sentence, a long list cut short."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more if names else "none"
