"""A search plan for somebody at a prompt: what is believed, where to look, who should look where."""

import math

from rich.console import Console
from rich.panel import Panel

from sargas.cli.console import say, table, utc
from sargas.model.search import Hypothesis, SearchPlan, Sector


def tell(plan: SearchPlan, top: int) -> None:
    """Write the plan; of its sectors the best ones."""
    track = plan.loss.track
    say(f"{plan.incident_id}  {plan.title}{'  (EXERCISE)' if plan.is_exercise else ''}")
    speed_kmh = 3.6 * math.hypot(track.east_mps, track.north_mps)
    course_deg = math.degrees(math.atan2(track.east_mps, track.north_mps)) % 360.0
    say(
        f"track {plan.track_id} was last seen {utc(track.last_report_s)} at {track.lat_deg:.4f}, {track.lon_deg:.4f},"
        f" {speed_kmh:.0f} km/h, course {course_deg:03.0f}; the map is of {utc(plan.now_s)}"
    )
    if plan.is_found:
        last = [find for find in plan.finds if find.is_it][-1]
        where = f"{last.lat_deg:.5f}, {last.lon_deg:.5f}"
        say(f"FOUND {utc(last.time_s)} at {where}, told by {last.by}: the search is over")
    say("")
    say(f"best place  {plan.best_mgrs}   ({plan.best_lat_deg:.5f}, {plan.best_lon_deg:.5f})")
    country = plan.country or "the country"
    say(f"{_percent(plan.p_there)} that it lies in {country}; {_percent(plan.p_flying)} that it still flies")
    for contour in plan.contours:
        say(f"  {_percent(contour.share)} of what there is to find lies within {_area(contour.area_m2)}")
    for why in plan.why:
        say(f"  - {why}")
    say("")
    _hypotheses("what became of it", plan.fates)
    _hypotheses("how it flew on", plan.conducts)
    kinds = sorted(plan.kinds.items(), key=lambda item: -item[1])
    say("it was: " + ", ".join(f"{name} {_percent(share)}" for name, share in kinds if share >= 0.01))
    _clues(plan)
    _sectors(plan, top)
    _effort(plan)
    Console().print(Panel(plan.hazard, title=f"keep {plan.hazard_m:.0f} m away from anything found", expand=False))


def _hypotheses(title: str, hypotheses: tuple[Hypothesis, ...]) -> None:
    rows = [
        [item.title, _percent(item.probability), _percent(item.prior), "yes" if item.is_set else "", item.why]
        for item in sorted(hypotheses, key=lambda item: -item.probability)
    ]
    table(title, ["", "now", "before", "set", "why"], rows)


def _clues(plan: SearchPlan) -> None:
    if plan.clues:
        rows = [
            [
                item.clue.clue_id,
                item.clue.kind.replace("_", " "),
                utc(item.clue.time_s),
                item.clue.by,
                _percent(item.probability),
                item.why,
                item.clue.text,
            ]
            for item in plan.clues
        ]
        table("clues", ["clue", "kind", "when", "by", "of it", "why", "words"], rows)
    for silence in plan.silences:
        say(f"  {silence.sensor}, until {utc(silence.until_s)}: {silence.why}")


def _sectors(plan: SearchPlan, top: int) -> None:
    best = sorted(plan.sectors, key=lambda sector: sector.rank)[: max(top, 0)]
    title = f"the best {len(best)} of {len(plan.sectors)} sectors" + ("" if plan.is_ordered else " (not ordered)")
    columns = ["", "sector", "centre", "area", "ground", "holds it", "searched", "an hour", "hours"]
    table(title, columns, [_row(sector) for sector in best])


def _row(sector: Sector) -> list[str]:
    return [
        str(sector.rank),
        sector.name,
        sector.mgrs or f"{sector.lat_deg:.4f}, {sector.lon_deg:.4f}",
        _area(sector.area_m2),
        sector.cover,
        _percent(sector.poc),
        _percent(sector.pod) if sector.pod >= 0.0005 else "-",
        _percent(sector.p_per_hour),
        f"{sector.hours:.1f}",
    ]


def _effort(plan: SearchPlan) -> None:
    """Write who should search where, and what each of them is worth."""
    if plan.assignments:
        rows = [
            [item.asset_id, item.sector, f"{item.hours:.1f}", _percent(item.pod), _percent(item.pos)]
            for item in plan.assignments
        ]
        table("who where", ["team", "sector", "hours", "would see it", "finds it"], rows)
    say(f"all together: {_percent(plan.pos)} to find it; if it is found, after {_hours(plan.expected_h)} on average")
    for worth in plan.worth:
        expected = _hours(worth.expected_h_without)
        say(f"  without {worth.asset_id}: {_percent(worth.pos_without)}, after {expected} on average")
    say("")


def _percent(share: float) -> str:
    """Return a share for a person: 0.4 %, 12 %."""
    percent = 100.0 * share
    return f"{percent:.1f} %" if 0.0 < percent < 9.95 else f"{percent:.0f} %"


def _hours(hours: float | None) -> str:
    return "no hours that could be told" if hours is None else f"{hours:.1f} h"


def _area(area_m2: float) -> str:
    return f"{area_m2 / 1e6:,.1f} km²" if area_m2 >= 1e6 else f"{area_m2 / 1e4:.0f} ha"
