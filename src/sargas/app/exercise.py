"""Scenarios made into something to watch: a demonstration in the browser, or a folder for a replay."""

from importlib import resources
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct

from sargas.app.config import DEFAULT_RULES, DEFAULT_TRACKER, Config
from sargas.app.demo_officer import Step
from sargas.app.dossier_section import Office
from sargas.app.outgoing import build_outlets, build_streams, renderer
from sargas.app.outlets import ChannelSection, StreamSection
from sargas.app.playing import play
from sargas.app.watching import Ready
from sargas.app.ways_out import WaysOut
from sargas.app.wire import Blueprint, all_zones
from sargas.model.errors import DataError
from sargas.share.cap_profile import Profile
from sargas.simulate import scenario as scenario_format
from sargas.simulate.run import Simulation, run, truth_csv
from sargas.simulate.scenario import Scenario
from sargas.store import journal_memory, journal_sqlite

WATCH = "watch.toml"
JOURNAL = "recorded.journal"
TRUTH = "truth.csv"
BATCH = 2_000
DEMO_PAGE = "https://warnings.sargas.invalid"
"""Where the public page of a demonstration claims to be: a name that never exists (RFC 2606)."""


class Summary(Struct, frozen=True, kw_only=True):
    """What was written."""

    title: str
    folder: str
    n_entries: int
    n_feeds: int
    n_targets: int


def scenarios() -> dict[str, str]:
    """Return the scenarios that come with Sargas: their titles by name."""
    folder = resources.files("sargas.simulate") / "scenarios"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): _load(file.read_text(encoding="utf-8"), file.name).title for file in files
    }


def find(scenario: str) -> Scenario:
    """Return the scenario of a name or of a path.

    Raises:
        DataError: there is none, or it has a mistake.
    """
    own = resources.files("sargas.simulate") / "scenarios" / f"{scenario}.toml"
    if own.is_file():
        return _load(own.read_text(encoding="utf-8"), f"{scenario}.toml")
    path = Path(scenario)
    if not path.is_file():
        raise DataError(f"no scenario '{scenario}': neither a file nor one of {', '.join(scenarios())}")
    try:
        return _load(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from error


def blueprint_of(simulation: Simulation) -> Blueprint:
    """Return what an engine for the scenario's sensors and feeds is built from."""
    country = simulation.scenario.country
    return Blueprint(
        country=country,
        step_s=1.0,
        sensors=simulation.sensors,
        decoders=simulation.feeds,
        zones=all_zones(country, [], Path()),
        tracker=DEFAULT_TRACKER,
        health={},
        incidents={},
        rules=list(DEFAULT_RULES),
        is_exercise=True,
    )


class Demonstration(Struct, frozen=True, kw_only=True):
    """How a scenario is shown: what chance brings, how fast, where it is served, and where warnings go.

    `out` is the folder for the CAP messages and the public page, `tak` the host and port of a TAK server.
    """

    seed: int
    speed: float
    is_paused: bool
    host: str
    port: int
    out: Path
    tak: tuple[str, int] | None = None


async def demonstrate(name: str, demo: Demonstration, ready: Ready) -> None:
    """Serve a scenario as a played desk until SIGINT or SIGTERM.

    Raises:
        DataError: there is no such scenario, or it has a mistake.
    """
    simulation = run(find(name), demo.seed)
    scenario = simulation.scenario
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(simulation.entries)
    await play(
        blueprint_of(simulation),
        journal,
        title=f"{scenario.title} ({scenario.label.lower()})",
        is_exercise=True,
        speed=demo.speed,
        is_paused=demo.is_paused,
        start_s=None,
        host=demo.host,
        port=demo.port,
        ready=ready,
        ways=demo_ways_out(scenario.country, demo),
        officer=[Step(at_s=scenario.time_s(one.at), does=one.does, text=one.text) for one in scenario.officer],
        office=Office(label=scenario.label),
    )


def demo_ways_out(country: str, demo: Demonstration) -> WaysOut:
    """Return where the warnings of a demonstration go: CAP files, a public page, and a TAK server if there is one."""
    for name in ("cap", "public"):
        (demo.out / name).mkdir(parents=True, exist_ok=True)
    channels = [
        ChannelSection(name="cap", channel={"type": "cap_file", "path": str(demo.out / "cap")}),
        ChannelSection(
            name="public",
            channel={"type": "public", "path": str(demo.out / "public"), "address": DEMO_PAGE, "reload_s": 5},
        ),
    ]
    streams = []
    if demo.tak is not None:
        host, port = demo.tak
        server = {"type": "tak", "host": host, "port": port, "protocol": "tcp"}
        channels.append(ChannelSection(name="tak", channel=server))
        streams.append(StreamSection(name="tak-tracks", stream=server))
    return WaysOut(
        outlets=build_outlets(channels, demo.out),
        streams=build_streams(streams, demo.out),
        render=renderer(Profile(sender="demonstration@sargas.invalid"), None, country=country),
    )


def write_out(name: str, seed: int, folder: Path) -> Summary:
    """Write a configuration, the journal of what came in, and the truth.

    Raises:
        DataError: there is no such scenario, it has a mistake, or the folder already holds one.
    """
    simulation = run(find(name), seed)
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / JOURNAL).exists():
        raise DataError(f"{folder / JOURNAL} is there already; give another folder with --out")
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / JOURNAL)))
    for start in range(0, len(simulation.entries), BATCH):
        journal.append(simulation.entries[start : start + BATCH])
    journal.close()
    (folder / WATCH).write_text(_watch_toml(simulation), encoding="utf-8")
    (folder / TRUTH).write_text(truth_csv(simulation), encoding="utf-8")
    return Summary(
        title=simulation.scenario.title,
        folder=str(folder),
        n_entries=len(simulation.entries),
        n_feeds=len(simulation.feeds),
        n_targets=len({point.target for point in simulation.truth}),
    )


def _load(text: str, name: str) -> Scenario:
    return scenario_format.load(text, name)


def _watch_toml(simulation: Simulation) -> str:
    """Return a configuration with the scenario's sensors and feeds; the feeds wait for posts."""
    document = {
        "watch": {"title": simulation.scenario.title, "country": simulation.scenario.country, "is_exercise": True},
        "journal": {"path": JOURNAL},
        "dossier": {"label": simulation.scenario.label},
        "sensors": [_told(sensor) for sensor in simulation.sensors.values()],
        "feeds": [
            {"name": name, "transport": {"type": "http_post"}, "decoder": decoder}
            for name, decoder in simulation.feeds.items()
        ],
    }
    text = f"# {simulation.scenario.label}: {simulation.scenario.title}, seed {simulation.seed}\n"
    text += tomli_w.dumps(document)
    msgspec.toml.decode(text, type=Config)
    return text


def _told(struct: Struct) -> dict[str, object]:
    """Return a struct as a table without what is unknown or as by default."""
    table: dict[str, object] = {}
    for field in msgspec.structs.fields(type(struct)):
        value = getattr(struct, field.name)
        if value is None or (not field.required and value == field.default):
            continue
        table[field.encode_name] = _told(value) if isinstance(value, Struct) else value
    return table
