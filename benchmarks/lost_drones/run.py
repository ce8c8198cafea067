"""Many lost drones through the search: a map for each, where the wreck stood in it, tables and pictures."""

import argparse
import json
import time
from importlib import resources
from pathlib import Path

from rich.console import Console
from rich.progress import track as bar

from lost_drones import engine_failure
from lost_drones.flights import Flight, flight
from lost_drones.rows import Row, against, builtins, headline, row_of, table
from made_traffic import machine, progress
from sargas.model.aircraft import Aircraft, parse
from sargas.model.search import Cells
from sargas.search.case import Case, map_of

SMALL_REACH_M = 8_000.0


def case_of(flown: Flight, aircraft: tuple[Aircraft, ...]) -> Case:
    """Return the search as somebody would ask for it an hour after the end."""
    return Case(
        incident_id=f"lost-{flown.seed}",
        now_s=flown.now_s,
        loss=flown.state.losses[0],
        state=flown.state,
        sensors=(flown.sensor,),
        watched="LT",
        aircraft=aircraft,
    )


def mapped(flown: Flight, aircraft: tuple[Aircraft, ...], n_particles: int) -> tuple[Cells, float]:
    """Return the map of a flight and the seconds it took."""
    case = case_of(flown, aircraft)
    begun = time.perf_counter()
    cells = map_of(case, n_particles=n_particles)
    return cells, time.perf_counter() - begun


def known_kinds() -> tuple[Aircraft, ...]:
    """Return the product's table of aircraft."""
    return parse((resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8"))


def aligned(lines: list[list[str]], n_left: int = 1) -> str:
    """Return a table as text, the first columns to the left."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < n_left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def run(given: argparse.Namespace) -> tuple[list[Row], list[Cells]]:
    """Return a row for each flight, and the maps if pictures are wanted."""
    aircraft = known_kinds()
    rows, maps = [], []
    seeds = range(given.first_seed, given.first_seed + given.flights)
    for seed in bar(seeds, "lost drones", console=Console(stderr=True), transient=True):
        cells, took_s = mapped(flight(seed), aircraft, given.particles)
        rows.append(row_of(flight(seed), cells, took_s))
        if given.pictures:
            maps.append(cells)
    return rows, maps


def real(n_particles: int) -> dict[str, Row]:
    """Return the rows of the real engine failure; none without the recordings."""
    file, found = engine_failure.log(), {}
    if file is not None:
        for name, flown in engine_failure.flights(file).items():
            cells, took_s = mapped(flown, known_kinds(), n_particles)
            found[name] = row_of(flown, cells, took_s, reach_m=SMALL_REACH_M)
    return found


def told_real(rows: dict[str, Row]) -> list[list[str]]:
    """Return the real engine failure as a table."""
    head = ["the engine failure, lost", "flown after m", "level", "in best tenth", "area m2", "circle m2"]
    return [head] + [
        [
            name, f"{row.lost_m:.0f}", f"{row.level:.0%}", "yes" if row.standing.is_in_best else "no",
            f"{row.area_m2:,.0f}", f"{row.baselines_m2['circle']:,.0f}",
        ]
        for name, row in rows.items()
    ]  # fmt: skip


def options(doc: str) -> argparse.ArgumentParser:
    """Return the options."""
    asked = argparse.ArgumentParser(description=doc.split("\n", 1)[0])
    asked.add_argument("--flights", type=int, default=600)
    asked.add_argument("--first-seed", type=int, default=1, help="1 to 600 test, 1000 and on tune")
    asked.add_argument("--particles", type=int, default=200_000)
    asked.add_argument("--json", type=Path, metavar="FILE")
    asked.add_argument("--pictures", type=Path, metavar="FOLDER", help="needs matplotlib")
    return asked


def main(doc: str) -> int:
    """Run it and tell."""
    given = options(doc).parse_args()
    rows, maps = run(given)
    of_real = real(given.particles)
    last = given.first_seed + given.flights - 1
    print(f"lost drones, seeds {given.first_seed} to {last}, {given.particles:,} particles; "
          f"{sum(row.took_s for row in rows) / len(rows):.2f} s a map; "
          f"{', '.join(f'{key} {value}' for key, value in machine().items())}")  # fmt: skip
    print("\n".join(f"  {line}" for line in headline(rows)))
    print(f"\n{aligned(against(rows))}\n\n{aligned(table(rows), 2)}\n")
    print(aligned(told_real(of_real)) if of_real else "the engine failure is skipped: no recordings")
    if given.json:
        found = {"machine": machine(), "particles": given.particles, "headline": headline(rows)}
        tables = {"rows": builtins(rows), "real": dict(zip(of_real, builtins(of_real.values()), strict=True))}
        given.json.write_text(json.dumps(found | tables, indent=1) + "\n", encoding="utf-8")
    if given.pictures:
        draw(rows, maps, given.pictures)
    return 0


def draw(rows: list[Row], maps: list[Cells], folder: Path) -> None:
    """Draw everything into a folder."""
    from lost_drones import pictures

    folder.mkdir(parents=True, exist_ok=True)
    pictures.draw_calibration(rows, folder / "calibration.png")
    pictures.draw_areas(rows, folder / "areas.png")
    shown = [(flight(rows[i].seed), maps[i], rows[i]) for i in pictures.chosen(rows)]
    pictures.draw_maps(shown, folder / "maps.png")
    progress(f"drawn in {folder}")
