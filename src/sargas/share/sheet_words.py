"""What is written on the printed sheet: its tables and sentences, as the template takes them."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from sargas.model.search import Assignment, Hypothesis, SearchPlan, Sector
from sargas.share.describe import (
    ASSETS,
    area,
    best_grid,
    clue_text,
    course_deg,
    degrees,
    grid,
    hours,
    sector_grid,
    speed_mps,
)
from sargas.share.grids import NATIONAL, national_grid
from sargas.share.shown import Shown, clock_text, percent

LIKELY: Final = 0.02
"""Kinds and fates less likely than this are not named."""
TITLE_MAX: Final = 100
EMERGENCY: Final = "112"
"""The emergency number of every country of the European Union."""


class Table(Struct, frozen=True, kw_only=True):
    """A table: its title, its head, its rows, and what is said below it."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


class Fact(Struct, frozen=True):
    """A figure and what it is."""

    name: str
    value: str


class Words(Struct, frozen=True, kw_only=True):
    """Everything that is written on the sheet apart from the map."""

    title: str
    subtitle: str
    state: str
    marks: list[str]
    is_public: bool
    hazard_title: str
    hazard: str
    notice: str
    facts: list[Fact]
    sectors: Table | None
    no_sectors: str
    finds: Table | None
    clues: Table | None
    unknown: list[str]
    reasons: list[str]
    credits: str
    footer: str


def words(exported: Shown, *, has_places: bool) -> Words:
    """Return the texts of the sheet, without the table of sectors."""
    plan = exported.plan
    title = exported.title.removeprefix("EXERCISE: ").removeprefix("Public: ")
    return Words(
        title=_short(title[:1].upper() + title[1:]),
        subtitle=f"Incident {exported.incident_id}  ·  made {clock_text(exported.made_s)}",
        state=_state(exported),
        marks=_marks(exported),
        is_public=exported.is_public,
        hazard_title=f"Keep {exported.hazard_m:,.0f} m away from anything found",
        hazard=exported.hazard,
        notice=_notice(exported),
        facts=_facts(plan) if plan is not None else [],
        sectors=None,
        no_sectors="No sectors have been drawn." if plan is not None and not plan.sectors else "",
        finds=_finds(plan) if plan is not None and plan.finds else None,
        clues=_clues(plan) if plan is not None and plan.clues else None,
        unknown=_unknown(plan) if plan is not None else [],
        reasons=[why[:1].upper() + why[1:] for why in plan.why] if plan is not None else [],
        credits=_credits(has_places=has_places),
        footer=f"{'EXERCISE  ·  ' if exported.is_exercise else ''}Incident {exported.incident_id}  ·  "
        f"as of {clock_text(exported.made_s)}  ·  made by Sargas",
    )


def _short(title: str) -> str:
    return title if len(title) <= TITLE_MAX else title[:TITLE_MAX].rsplit(" ", 1)[0] + " …"


def _marks(exported: Shown) -> list[str]:
    marks = ["EXERCISE"] if exported.is_exercise else []
    marks += ["PUBLIC"] if exported.is_public else []
    marks += ["FOUND"] if exported.is_found else []
    return marks


def _state(exported: Shown) -> str:
    if exported.is_found:
        return "The search is over: it was found."
    if not exported.contours and (exported.plan is None or not exported.plan.sectors):
        return "No area has been worked out yet."
    return ""


def _notice(exported: Shown) -> str:
    if not exported.is_public:
        return "Who finds something: note the place, go back the way you came, and report it."
    return (
        f"If you see something that may have come down from the sky: do not touch it, go back the way you came, "
        f"keep others away and call {EMERGENCY}. Say that you saw it, where you are and the incident number."
    )


def _facts(plan: SearchPlan) -> list[Fact]:
    facts = [
        Fact("It lies in this country", percent(plan.p_there)),
        Fact("It still flies", percent(plan.p_flying)),
    ]
    if plan.assignments:
        facts.append(Fact("It is found with what is planned", percent(plan.pos)))
    if plan.expected_h is not None:
        facts.append(Fact("Mean time to the find", hours(plan.expected_h)))
    if plan.cells.poc:
        facts.append(Fact("Best place", best_grid(plan)))
        facts.append(Fact("", degrees(plan.best_lat_deg, plan.best_lon_deg)))
        if (national := _national(plan.country, plan.best_lat_deg, plan.best_lon_deg)) is not None:
            facts.append(Fact("", national))
    track = plan.loss.track
    facts.append(Fact("Last report", clock_text(track.last_report_s)))
    facts.append(Fact("", grid(track.lat_deg, track.lon_deg)))
    facts.append(Fact("", f"{speed_mps(track) * 3.6:.0f} km/h, course {course_deg(track):03.0f}°"))
    facts.append(Fact("What it may be", _likely(sorted(plan.kinds.items(), key=lambda kind: -kind[1]))))
    facts.append(Fact("What became of it", _likely(_ranked(plan.fates))))
    return [fact for fact in facts if fact.value]


def _ranked(hypotheses: tuple[Hypothesis, ...]) -> list[tuple[str, float]]:
    ranked = sorted(hypotheses, key=lambda one: -one.probability)
    return [(one.title, one.probability) for one in ranked]


def _likely(ranked: list[tuple[str, float]]) -> str:
    named = [(name.replace("_", " "), share) for name, share in ranked[:4] if share >= LIKELY]
    return ", ".join(f"{name[:1].upper()}{name[1:]} {percent(share)}" for name, share in named)


def _national(country: str, lat_deg: float, lon_deg: float) -> str | None:
    found = national_grid(country, lat_deg, lon_deg)
    return None if found is None else f"{found[0]} E {found[1]:,.0f} N {found[2]:,.0f}".replace(",", " ")


def sector_table(plan: SearchPlan, n_sectors: int, map_numbers: Mapping[str, int] | None) -> Table | None:
    """Return the table of the best sectors, at most so many; with the number of its map if there are several."""
    if not plan.sectors:
        return None
    ranked = sorted(plan.sectors, key=lambda sector: sector.rank)
    known = NATIONAL.get(plan.country.upper())
    head = (
        *("Rank", "Sector"),
        *(() if map_numbers is None else ("Map",)),
        "Centre: MGRS, WGS-84",
        *((f"{known[0]}: E, N",) if known else ()),
        *("Area", "Ground", "It lies here", "Searched", "In an hour", "Hours", "Who", "Done: by, from, to"),
    )
    teams = _teams(plan.assignments)
    note = "Searched: how much of what lies there would have been found by now. In an hour: found by a foot team."
    if len(ranked) > n_sectors:
        rest = sum(sector.poc for sector in ranked[n_sectors:])
        note += f" The best {n_sectors} of {len(ranked)} sectors; {percent(rest)} lies in the others."
    if any(sector.is_ordered for sector in ranked[:n_sectors]):
        note += " *: its outline is ordered and stays."
    return Table(
        title="The best sectors",
        head=head,
        rows=[_sector_row(sector, plan.country, teams, map_numbers) for sector in ranked[:n_sectors]],
        note=note,
    )


def _sector_row(
    sector: Sector, country: str, teams: Mapping[str, str], map_numbers: Mapping[str, int] | None
) -> tuple[str, ...]:
    national = national_grid(country, sector.lat_deg, sector.lon_deg)
    in_national = () if country.upper() not in NATIONAL else ("",)
    if national is not None:
        in_national = (f"{national[1]:.0f}\n{national[2]:.0f}",)
    return (
        f"{sector.rank}",
        sector.name + (" *" if sector.is_ordered else ""),
        *(() if map_numbers is None else (str(map_numbers.get(sector.name, "–")),)),
        f"{sector_grid(sector)}\n{degrees(sector.lat_deg, sector.lon_deg)}",
        *in_national,
        area(sector.area_m2),
        sector.cover,
        percent(sector.poc),
        percent(sector.pod) if sector.pod >= 0.005 else "",
        percent(sector.p_per_hour),
        hours(sector.hours),
        teams.get(sector.name, ""),
        "",
    )


def _teams(assignments: tuple[Assignment, ...]) -> dict[str, str]:
    """Return for each sector who should search it, and how long."""
    teams: dict[str, list[str]] = {}
    for one in assignments:
        teams.setdefault(one.sector, []).append(f"{one.asset_id} {hours(one.hours)}")
    return {sector: "\n".join(found) for sector, found in teams.items()}


def _finds(plan: SearchPlan) -> Table:
    rows = [
        (
            clock_text(find.time_s),
            find.what + (", it is what was searched for" if find.is_it else ""),
            f"{grid(find.lat_deg, find.lon_deg)}\n{degrees(find.lat_deg, find.lon_deg)}",
            f"{find.sd_m:.0f} m",
            find.by,
            find.text,
        )
        for find in plan.finds
    ]
    return Table(title="Found", head=("When", "What", "Where: MGRS, WGS-84", "Within", "Told by", "Words"), rows=rows)


def _clues(plan: SearchPlan) -> Table:
    rows = [
        (
            f"C{k}",
            clock_text(weighed.clue.time_s) if weighed.clue.time_s is not None else "not known",
            weighed.clue.kind.replace("_", " "),
            clue_text(weighed),
        )
        for k, weighed in enumerate(plan.clues, 1)
    ]
    return Table(title="Clues", head=("", "When", "What", "What it tells"), rows=rows)


def _unknown(plan: SearchPlan) -> list[str]:
    """Return what the plan had to do without, in sentences."""
    settings, track = plan.settings, plan.loss.track
    lines = []
    if plan.p_flying >= 0.005:
        lines.append(f"Whether it is down: {percent(plan.p_flying)} that it still flies.")
    elsewhere = 1.0 - plan.p_there - plan.p_flying
    if elsewhere >= 0.005:
        lines.append(f"Whether it is here: {percent(elsewhere)} that it left the country, or that nothing was there.")
    if settings.wind is None:
        lines.append("The wind after the loss was not given.")
    if settings.height_agl_m is None and track.alt_wgs84_m is None and track.alt_baro_m is None:
        lines.append("Its height at the last report was not measured.")
    if settings.take_off is None:
        lines.append("When and where it took off is not known, so neither is how far its fuel or battery goes.")
    if settings.height_agl_m is not None:
        lines.append(f"Its height of {settings.height_agl_m:,.0f} m above ground was given by a person.")
    lines += [
        f"The sensor {silence.sensor} saw nothing until {clock_text(silence.until_s)}: {silence.why}"
        for silence in plan.silences
    ]
    lines.append(
        f"The ground was taken as {settings.cover}, the light as {settings.light}, where nothing else is said."
    )
    searchers = ", ".join(f"{asset.asset_id} ({ASSETS[asset.kind]})" for asset in settings.assets)
    lines.append(f"Searchers counted with: {searchers}." if searchers else "No searchers have been named.")
    return lines


def _credits(*, has_places: bool) -> str:
    names = "Place names © GeoNames, CC BY 4.0. " if has_places else ""
    return f"{names}State borders © OpenStreetMap contributors, ODbL 1.0. Grid: UTM and MGRS on WGS-84."
