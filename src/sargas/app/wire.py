"""The parts put together: from a configuration to an engine that can be made again and again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from sargas import __version__, plugins
from sargas.airspace import borders, places
from sargas.alarm import book as alarm_book
from sargas.app import outgoing, search_basis, warning_files, witnesses
from sargas.app.config import Config, ZoneFile, settings_of, settings_of_table
from sargas.app.toml_lines import Table
from sargas.app.zone_files import read_zones
from sargas.engine import Engine
from sargas.fuse import health
from sargas.identify import identifier
from sargas.incident import book
from sargas.incident.warning_decisions import WarningRules
from sargas.model.aircraft import Aircraft
from sargas.model.errors import ConfigError, DataError, SargasError
from sargas.model.sensor import Sensor
from sargas.model.zone import Municipality, Place, PointOfInterest, Zone
from sargas.ports import Decoder, Drafter, Rule, Transport
from sargas.warn import drafter
from sargas.warn.wording import Wording

T = TypeVar("T")

FILE_KEYS = ("path", "certificate", "key", "client_ca")
CORE = ("airspace", "alarm", "decode", "fuse", "identify", "incident", "kernels", "model", "warn")


class Blueprint(Struct, frozen=True, kw_only=True):
    """All that an engine is built from. `places` are the towns whose people are warned."""

    country: str
    step_s: float
    sensors: dict[str, Sensor]
    decoders: dict[str, Table]
    zones: list[Zone]
    tracker: Table
    health: Table
    incidents: Table
    rules: list[Table]
    identify: Table = {}
    aircraft: tuple[Aircraft, ...] = msgspec.field(default_factory=search_basis.packaged_aircraft)
    alarms: Table = {}
    draft: Table = {}
    n_approvals: int = 1
    is_exercise: bool = False
    places: tuple[Place, ...] = msgspec.field(default_factory=lambda: tuple(load_places()))
    municipalities: tuple[Municipality, ...] = ()
    points: tuple[PointOfInterest, ...] = ()
    wordings: dict[str, Wording] = {}


def blueprint_of(config: Config, folder: Path) -> Blueprint:
    """Return the blueprint of a configuration; zone files are looked for beside `folder`.

    Raises:
        ConfigError: the country has no borders here and no file gives any.
        DataError: a file of zones, aircraft, municipalities, points or words cannot be used.
    """
    return Blueprint(
        country=config.watch.country,
        step_s=config.watch.step_s,
        sensors={sensor.id: sensor for sensor in config.sensors},
        decoders={feed.name: feed.decoder for feed in config.feeds},
        zones=all_zones(config.watch.country, config.zones, folder),
        tracker=config.tracker,
        health=config.health,
        incidents=config.incidents,
        rules=config.rules,
        identify=config.identify,
        aircraft=search_basis.aircraft_of(config.search, folder),
        alarms=config.alarms,
        draft=config.warning.draft,
        n_approvals=config.warning.approvals,
        is_exercise=config.watch.is_exercise,
        municipalities=_of_file(config.warning.municipalities, folder, warning_files.read_municipalities),
        points=_of_file(config.warning.points, folder, warning_files.read_points),
        wordings=warning_files.read_wordings([folder / name for name in config.warning.wordings]),
    )


def _of_file(name: str, folder: Path, read: Callable[[Path], tuple[T, ...]]) -> tuple[T, ...]:
    return read(folder / name) if name else ()


def all_zones(country: str, files: Sequence[ZoneFile], folder: Path) -> list[Zone]:
    """Return the sovereign airspaces and the user's zones; a user's sovereign zone replaces the built-in one.

    Raises:
        ConfigError: the watched country has no sovereign zone.
        DataError: a file cannot be used.
    """
    own = [zone for file in files for zone in read_zones(folder / file.file, file.kind, file.country)]
    zones = borders.overridden(borders.load(read_border_data), own)
    sovereign = sorted({zone.country for zone in zones if zone.kind == "sovereign"})
    if country not in sovereign:
        raise ConfigError(
            f"watch.country: no borders for '{country}'; have {', '.join(sovereign)};"
            " give a [[zones]] file of kind 'sovereign'"
        )
    return zones


def problems_of(config: Config, folder: Path) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of all that only shows when the parts are built."""
    problems: list[tuple[str, str]] = []
    sensors = {sensor.id: sensor for sensor in config.sensors}
    for index, feed in enumerate(config.feeds):
        try:
            build_decoder(feed.decoder, sensors)
        except ConfigError as error:
            problems.append((f"feeds[{index}].decoder", str(error)))
    for index, file in enumerate(config.zones):
        try:
            read_zones(folder / file.file, file.kind, file.country)
        except DataError as error:
            problems.append((f"zones[{index}].file", str(error)))
    problems += search_basis.problems_of(config.search, folder)
    warning = config.warning
    problems += warning_files.problems_of(warning.municipalities, warning.points, warning.wordings, folder)
    problems += outgoing.problems_of(config, folder)
    problems += witnesses.problems_of(config.record.heads, folder)
    if not problems:
        try:
            build_engine(blueprint_of(config, folder))
        except SargasError as error:
            problems.append(("configuration", str(error)))
    return problems


def build_engine(blueprint: Blueprint) -> Engine:
    """Return a fresh engine.

    Raises:
        ConfigError: a part's settings do not fit.
    """
    sensors = blueprint.sensors
    tracker = plugins.load("tracker", str(blueprint.tracker["type"]))
    return Engine(
        decoders={name: build_decoder(table, sensors) for name, table in blueprint.decoders.items()},
        tracker=tracker.build(settings_of(tracker, blueprint.tracker), sensors),
        health=health.build(settings_of_table(health.Settings, blueprint.health, "health"), sensors),
        rules=[build_rule(table, blueprint) for table in blueprint.rules],
        incidents=book.build(
            settings_of_table(book.Settings, blueprint.incidents, "incidents"),
            blueprint.country,
            sensors,
            blueprint.aircraft,
            WarningRules(n_approvals=blueprint.n_approvals, is_exercise=blueprint.is_exercise),
        ),
        identifier=identifier.build(
            settings_of_table(identifier.Settings, blueprint.identify, "identify"), blueprint.aircraft, sensors
        ),
        drafter=build_drafter(blueprint),
        alarms=alarm_book.build(settings_of_table(alarm_book.Settings, blueprint.alarms, "alarms")),
        step_s=blueprint.step_s,
    )


def build_drafter(blueprint: Blueprint) -> Drafter:
    """Return what drafts the warnings of the watched country."""
    table = {**blueprint.draft, "is_exercise": blueprint.is_exercise}
    return drafter.build(
        settings_of_table(drafter.Settings, table, "warning.draft"),
        country=blueprint.country,
        zones=blueprint.zones,
        places=blueprint.places,
        aircraft=blueprint.aircraft,
        municipalities=blueprint.municipalities,
        points=blueprint.points,
        wordings=blueprint.wordings,
    )


def build_decoder(table: Table, sensors: Mapping[str, Sensor]) -> Decoder:
    """Return the decoder that a feed's table names."""
    module = plugins.load("decoder", str(table["type"]))
    decoder: Decoder = module.build(settings_of(module, table), sensors)
    return decoder


def build_rule(table: Table, blueprint: Blueprint) -> Rule:
    """Return the rule that a table names."""
    module = plugins.load("rule", str(table["type"]))
    sensors = list(blueprint.sensors.values())
    rule: Rule = module.build(settings_of(module, table), blueprint.zones, blueprint.country, sensors)
    return rule


def build_transport(table: Table, name: str, folder: Path) -> Transport:
    """Return the transport that a feed's table names; files in it are looked for beside `folder`."""
    module = plugins.load("transport", str(table["type"]))
    files = {key: str(folder / file) for key in FILE_KEYS if isinstance(file := table.get(key), str) and file}
    table = {**table, **files}
    transport: Transport = module.build(settings_of(module, table), name)
    return transport


def snapshot_key(blueprint: Blueprint) -> str:
    """Return the name of the code and configuration whose snapshots fit each other."""
    digest = hashlib.sha256(msgspec.json.encode(msgspec.to_builtins(blueprint), order="deterministic"))
    package = resources.files("sargas")
    words = (package / "warn" / "words").iterdir()
    sources = [package / "engine.py", *(file for name in CORE for file in _sources(package / name))]
    for source in [*sources, *sorted(words, key=lambda file: file.name)]:
        digest.update(source.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:32]}"


def read_border_data(name: str) -> bytes:
    """Return a file of the border data package."""
    return (resources.files("timezonefinder_data") / name).read_bytes()


def load_places() -> list[Place]:
    """Return the towns of the frontier; none, if they were not extracted at the build."""
    file = resources.files("sargas.airspace") / "data" / "places.json"
    return places.parse(file.read_bytes()) if file.is_file() else []


def _sources(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".py")), key=lambda file: file.name)
