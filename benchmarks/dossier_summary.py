"""Draw the first page of a dossier of 28 July 2025, as another ministry would get it: a picture for the docs.

    python benchmarks/dossier_summary.py --picture docs/images/dossier-summary.png

The scenario is a reconstruction (docs/explanation/reconstructions.md), run through the watch with seed 1. No person
decides anything in it.
"""

import argparse
from pathlib import Path

from sargas.app import exercise
from sargas.app.wire import build_engine, load_places
from sargas.dossier.compose import make
from sargas.dossier.history import Collector
from sargas.dossier.make import Around, Wanted
from sargas.dossier.rules import packaged
from sargas.engine import Engine
from sargas.model.entry import Body, Entry
from sargas.model.incident import Incident
from sargas.share import dossier_pdf
from sargas.share.dossier_map import Land
from sargas.simulate.run import run

NIGHT = "2025-07-28-vilnius-gaiziunai"
PPI = 96.0


def run_through(engine: Engine, bodies: list[tuple[float, Body]], collector: Collector | None = None) -> None:
    """Let the engine take everything; the collector hears what it says."""
    for seq, (received_s, body) in enumerate(bodies, start=1):
        events = engine.accept(Entry(seq, received_s, body))
        if collector is not None:
            collector.take(events)


def most_severe(engine: Engine) -> Incident:
    """Return the incident with tracks that was opened first."""
    return min((one for one in engine.picture.incidents.values() if one.track_ids), key=lambda one: one.opened_s)


def main() -> None:
    """Draw the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, required=True, help="the file to write (PNG)")
    parser.add_argument("--page", type=int, default=1, help="which page")
    arguments = parser.parse_args()
    simulation = run(exercise.find(NIGHT), 1)
    blueprint = exercise.blueprint_of(simulation)
    first, second = build_engine(blueprint), build_engine(blueprint)
    run_through(first, simulation.entries)
    incident = most_severe(first)
    collector = Collector(incident, blueprint.sensors)
    run_through(second, simulation.entries, collector)
    places = load_places()
    around = Around(
        sensors=blueprint.sensors,
        health=second.picture.health,
        zones=blueprint.zones,
        places=places,
        country=blueprint.country,
        title=simulation.scenario.title,
        is_exercise=True,
        authority="National Crisis Management Centre",
        label=simulation.scenario.label,
    )
    wanted = Wanted(version="ministry", language="lt", made_s=second.picture.now_s)
    history = collector.history(incident.first_report_s, second.picture.now_s)
    dossier = make(incident, history, around, wanted, packaged()["ministry"])
    files = dossier_pdf.sources(dossier, Land(places=places, zones=blueprint.zones))
    arguments.picture.write_bytes(dossier_pdf.pictures(files, PPI)[arguments.page - 1])
    print(f"wrote {arguments.picture}")


if __name__ == "__main__":
    main()
