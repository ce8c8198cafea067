"""`sargas search INCIDENT`, and `sargas search order`, `searched`, `found`, `clue`, `weigh`, `plan`, `end`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, EXIT_USAGE, fail, progress, say, say_json
from sargas.cli.handing import epoch, incident_of
from sargas.model.search import AssetKind, ClueKind

if TYPE_CHECKING:
    from sargas.app.desk_client import Kept
    from sargas.app.reading import Read
    from sargas.app.search_basis import Basis
    from sargas.app.searching import Country
    from sargas.model.decision import Decision
    from sargas.model.incident import Incident
    from sargas.model.search import SearchPlan

WATCH = Path("watch.toml")
POSTED_MAX_BYTES = 1_000_000
"""A decision that is larger is thinned out within 5 m before it is handed to a watch."""
NEEDS_PLOTS = "the picture needs matplotlib, which is not installed; install it with: pip install 'sargas[plots]'"

app = App(
    name="search",
    help="Say where to look for what an incident has lost; order the search, and take what teams and callers report.",
)


@app.default
def show(
    incident: str,
    *,
    config: Path = WATCH,
    track: int | None = None,
    top: int = 10,
    json: bool = False,
    outs: Annotated[tuple[Path, ...], Parameter(name="--out", negative=())] = (),
    public: bool = False,
    paper: Literal["a4", "a3"] = "a4",
    picture: Path | None = None,
) -> int:
    """Say where to look for what an incident has lost, as the journal holds it: what is believed, the map's best.

    Parameters
    ----------
    incident: str
        The incident's name, as `sargas incident list` shows it.
    config: Path
        The configuration whose journal is read; a watch may be running on it.
    track: int | None
        The number of the lost track, if the incident has several; by default the newest.
    top: int
        How many sectors are shown.
    json: bool
        Write the whole plan as JSON instead.
    outs: tuple[Path, ...]
        A file for the plan, as often as wanted; its ending says which: .geojson .kml .gpx .gpkg .pdf (a map sheet)
        .zip (a TAK data package) .cot or .xml (bare TAK events).
    public: bool
        The files leave out what should not be public: single sectors, sensors, teams.
    paper: Literal["a4", "a3"]
        The paper of a map sheet.
    picture: Path | None
        A file for a picture of the map (PNG, SVG, PDF).
    """
    from sargas.app import logs, search_basis, searching
    from sargas.app.wire import load_places

    logs.configure(as_json=json, level="warning")
    if picture is not None:
        _refuse_without_matplotlib()
    formats = {path: searching.name_of_ending(path.suffix.lower()) for path in outs}
    read = _read(config, is_quiet=json)
    known = incident_of(read.engine.picture, incident)
    basis = search_basis.basis_of(read.config.search, config.parent)
    plan = _plan_of(read, known, track, basis, is_quiet=json)
    if json:
        say_json(plan)
    else:
        from sargas.cli.search_tables import tell

        tell(plan, top)
    for path, (name, options) in formats.items():
        more = {"paper": paper, **options}
        _, _, content = searching.file_of(plan, name, more, is_public=public, places=load_places(), lines=basis.lines)
        _write(path, content, is_quiet=json)
    if picture is not None:
        from sargas.app.search_picture import draw

        _write(picture, draw(plan, picture.suffix.lower().lstrip(".") or "png"), is_quiet=json)
    return EXIT_OK


@app.command
def order(
    incident: str, *, officer: str, config: Path = WATCH, desk: str | None = None, track: int | None = None
) -> int:
    """Order the search of the sectors that the map has now; they keep their names and outlines from then on.

    Parameters
    ----------
    incident: str
        The incident's name.
    officer: str
        Who orders it.
    config: Path
        The configuration; its journal takes the order if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    track: int | None
        The number of the lost track, if the incident has several; by default the newest.
    """
    from sargas.app.deciding import append
    from sargas.app.prompting import front_of, watch_of
    from sargas.app.search_basis import basis_of
    from sargas.app.searching import order_of

    watch = watch_of(front_of(config), desk)
    if watch is not None:
        return _said(watch.order(incident, officer, track))
    read = _read(config)
    known = incident_of(read.engine.picture, incident)
    plan = _plan_of(read, known, track, basis_of(read.config.search, config.parent), is_anew=True)
    generation = known.search.generation if known.search is not None else 0
    return _said(append(config, order_of(plan, officer, generation), read))


@app.command
def searched(
    incident: str,
    *,
    asset: AssetKind,
    officer: str,
    sector: str = "",
    gpx: Path | None = None,
    hours: float | None = None,
    coverage: float | None = None,
    time: datetime | None = None,
    text: str = "",
    config: Path = WATCH,
    desk: str | None = None,
) -> int:
    """Take a sector, or the ways of a GPX file, as searched in vain.

    Parameters
    ----------
    incident: str
        The incident's name.
    asset: AssetKind
        What searched: foot_team, volunteers, dogs, camera_drone, helicopter or vehicle.
    officer: str
        Who tells it.
    sector: str
        The name of the sector.
    gpx: Path | None
        The file of where they walked, flew or drove.
    hours: float | None
        For how many hours they searched; it says how thoroughly, where there is no GPX file.
    coverage: float | None
        How many times over the area was swept, if somebody knows it.
    time: datetime | None
        When they were done; now, if it is not given. UTC unless it says otherwise.
    text: str
        What else is to be said.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import MarkSearched

    told: dict[str, Any] = {"officer": officer, "incident_id": incident, "asset": asset, "sector": sector}
    told |= {"hours": hours, "coverage": coverage, "time_s": epoch(time), "text": text, "paths": _paths(gpx)}
    return _decide(told, MarkSearched, config, desk)


@app.command
def found(
    incident: str,
    *,
    at: str,
    what: Literal["wreck", "part", "crater", "explosive", "other"],
    officer: str,
    is_it: bool = False,
    within: float = 20.0,
    text: str = "",
    config: Path = WATCH,
    desk: str | None = None,
) -> int:
    """Report that something was found; with --is-it it is what was searched for, and the search is over.

    Parameters
    ----------
    incident: str
        The incident's name.
    at: str
        Where: latitude and longitude in degrees ("55.0102,24.3671"), or MGRS ("35U LA 3164 9909").
    what: Literal["wreck", "part", "crater", "explosive", "other"]
        What it is.
    officer: str
        Who tells it.
    is_it: bool
        It is what was searched for.
    within: float
        How far the place may be off, in metres (one standard deviation).
    text: str
        What else is to be said.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import ReportFind

    lat_deg, lon_deg = _place(at)
    told = {"officer": officer, "incident_id": incident, "what": what, "lat_deg": lat_deg, "lon_deg": lon_deg}
    told |= {"sd_m": within, "is_it": is_it, "text": text}
    return _decide(told, ReportFind, config, desk)


@app.command
def clue(
    incident: str,
    *,
    at: str,
    kind: ClueKind,
    officer: str,
    within: float = 1_000.0,
    time: datetime | None = None,
    reliability: float = 0.5,
    text: str = "",
    config: Path = WATCH,
    desk: str | None = None,
) -> int:
    """Write down something that speaks of the lost target: a bang heard, smoke, a sighting by phone.

    Parameters
    ----------
    incident: str
        The incident's name.
    at: str
        Where: latitude and longitude in degrees ("55.0102,24.3671"), or MGRS ("35U LA 3164 9909").
    kind: ClueKind
        What it is: bang, engine_stopped, smoke, sighting, debris, other.
    officer: str
        Who writes it down.
    within: float
        How far the place may be off, in metres (one standard deviation).
    time: datetime | None
        When it was, if that is known. UTC unless it says otherwise.
    reliability: float
        How likely it is about this target at all, 0 to 1.
    text: str
        In whose words.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import AddClue

    lat_deg, lon_deg = _place(at)
    told = {"officer": officer, "incident_id": incident, "kind": kind, "lat_deg": lat_deg, "lon_deg": lon_deg}
    told |= {"radius_m": within, "time_s": epoch(time), "reliability": reliability, "text": text}
    return _decide(told, AddClue, config, desk)


@app.command
def weigh(
    incident: str, clue: str, reliability: float, *, officer: str, config: Path = WATCH, desk: str | None = None
) -> int:
    """Say how likely a clue is about this target at all; 0 leaves it out.

    Parameters
    ----------
    incident: str
        The incident's name.
    clue: str
        The clue's name, as `sargas search INCIDENT --json` shows it.
    reliability: float
        From 0 to 1.
    officer: str
        Who says it.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import WeighClue

    told = {"officer": officer, "incident_id": incident, "clue_id": clue, "reliability": reliability}
    return _decide(told, WeighClue, config, desk)


@app.command
def plan(incident: str, settings: Path, *, officer: str, config: Path = WATCH, desk: str | None = None) -> int:
    """Set what the map is made from: weights of kinds, fates and conducts, wind, take-off, height, cover, teams.

    Parameters
    ----------
    incident: str
        The incident's name.
    settings: Path
        A file (TOML) with the keys of `settings` in a `plan_search` decision; it replaces what was set before.
    officer: str
        Who sets it.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    import tomllib

    from sargas.model.decision import PlanSearch

    try:
        told = tomllib.loads(settings.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{settings}: {error.strerror or error}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{settings}: no TOML: {error}")
    return _decide({"officer": officer, "incident_id": incident, "settings": told}, PlanSearch, config, desk)


@app.command
def end(incident: str, *, officer: str, text: str = "", config: Path = WATCH, desk: str | None = None) -> int:
    """End the search without a find; a new order opens it again.

    Parameters
    ----------
    incident: str
        The incident's name.
    officer: str
        Who ends it.
    text: str
        Why.
    config: Path
        The configuration; its journal takes it if no watch runs.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import EndSearch

    return _decide({"officer": officer, "incident_id": incident, "text": text}, EndSearch, config, desk)


def _decide(told: dict[str, Any], kind: type["Decision"], config: Path, desk: str | None) -> int:
    """Hand a decision to the running watch, or write it into the journal if none answers."""
    from sargas.app.deciding import append
    from sargas.app.desk_client import checked
    from sargas.app.prompting import front_of, watch_of

    decision = checked({key: value for key, value in told.items() if value is not None}, kind)
    watch = watch_of(front_of(config), desk)
    if watch is not None:
        return _said(watch.decide(_small_enough(decision)))
    read = _read(config)
    incident_of(read.engine.picture, told["incident_id"])
    return _said(append(config, decision, read))


def _small_enough(decision: "Decision") -> "Decision":
    """Return the decision, its paths thinned out if a watch would refuse so large a one."""
    import msgspec

    from sargas.incident.paths import thinned
    from sargas.model.decision import MarkSearched

    if isinstance(decision, MarkSearched) and len(msgspec.json.encode(decision)) > POSTED_MAX_BYTES:
        return msgspec.structs.replace(decision, paths=thinned(decision.paths))
    return decision


def _said(kept: "Kept") -> int:
    say(f"kept as entry {kept.entry} by {kept.where}")
    return EXIT_OK


def _read(config: Path, *, is_quiet: bool = False) -> "Read":
    from sargas.app import reading

    with progress("reading the journal", total=1.0, is_quiet=is_quiet) as bar:
        read = reading.read(config, lambda done, of: bar(done / of if of else 1.0))
        bar(1.0)
    return read


def _plan_of(
    read: "Read",
    incident: "Incident",
    track: int | None,
    basis: "Basis",
    *,
    is_anew: bool = False,
    is_quiet: bool = False,
) -> "SearchPlan":
    from sargas.app import searching
    from sargas.model.errors import DecisionError

    try:
        case = searching.case_of(incident, read.engine.picture.now_s, track, basis, _country(read), is_anew=is_anew)
    except DecisionError as error:
        fail(str(error), EXIT_NOT_FOUND)
    with progress("working out where to look", total=1.0, is_quiet=is_quiet) as bar:
        plan = searching.made(case, basis)
        bar(1.0)
    return plan


def _country(read: "Read") -> "Country":
    from sargas.app.searching import Country

    return Country(
        code=read.blueprint.country,
        sensors=read.blueprint.sensors,
        zones=read.blueprint.zones,
        places=[],
        is_exercise=read.config.watch.is_exercise,
    )


def _place(text: str) -> tuple[float, float]:
    """Return latitude and longitude of a place as people give it."""
    import mgrs

    parts = text.replace(",", " ").split()
    try:
        if len(parts) == 2:
            return float(parts[0]), float(parts[1])
        lat_deg, lon_deg = mgrs.MGRS().toLatLon("".join(parts))
        return float(lat_deg), float(lon_deg)
    except (ValueError, mgrs.core.MGRSError):
        fail(f"--at: expected \"latitude,longitude\" in degrees or MGRS, got '{text}'", EXIT_USAGE)


def _paths(gpx: Path | None) -> list[list[tuple[float, float]]]:
    from sargas.decode.gpx import walked

    if gpx is None:
        return []
    try:
        read = walked(gpx.read_bytes())
    except OSError as error:
        fail(f"{gpx}: {error.strerror or error}")
    for note in read.notes:
        say(note)
    return read.paths


def _refuse_without_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        fail(NEEDS_PLOTS)


def _write(path: Path, data: bytes, *, is_quiet: bool) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    if not is_quiet:
        say(f"wrote {path}")
