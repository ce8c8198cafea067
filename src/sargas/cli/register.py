"""`sargas register`: list, show, statistics, map, export, import, strike, rebuild."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, EXIT_USAGE, EXIT_WRONG, fail, progress, say, say_json, table

if TYPE_CHECKING:
    from sargas.model.register import RegisterRecord
    from sargas.register.query import Query
    from sargas.register.statistics import Key
    from sargas.share.svg import Drawing
    from sargas.store.register_sqlite import RegisterFile

WATCH: Final = "watch.toml"
SHOWN: Final = 200
"""Records that a list shows; files hold all of them."""

app = App(
    name="register",
    help="Search, count, draw, export and fill the register of incidents. REGISTER is a configuration, a file of"
    " records (.csv, .geojson, .toml), or 'starter': the public incidents that come with Sargas.",
)


Many = Annotated[tuple[str, ...], Parameter(negative=())]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked for; what is left out is not asked."""

    from_: Annotated[str, Parameter(name="--from")] = ""
    """Not over before: a year, a month or a day (2025, 2025-07, 2025-07-28)."""
    to: str = ""
    """Begun by the end of: a year, a month or a day."""
    country: Many = ()
    """In the airspace of one of these: ISO 3166-1 codes such as LT; as often as wanted."""
    type: Many = ()
    """What flew, such as attack_drone or balloon; as often as wanted."""
    origin: Many = ()
    """Where it came from, a country's code or 'unknown'; as often as wanted."""
    outcome: Many = ()
    """What became of it, such as crashed or left; as often as wanted."""
    state: Many = ()
    """The state of the case: open, under_investigation, closed, unknown."""
    near: str = ""
    """LAT,LON,KM: within so many kilometres of a place."""
    box: str = ""
    """WEST,SOUTH,EAST,NORTH: a piece of the map, in degrees."""
    text: str = ""
    """Words that it must have; accents and capitals do not matter, beginnings of words are enough."""
    incursions: Annotated[bool, Parameter(negative=())] = False
    """Without birds, clutter, own exercises and false reports."""


Asked = Annotated[Filters, Parameter(name="*")]
NO_FILTERS: Final = Filters()


@app.command(name="list", alias="search")
def list_records(
    register: str = WATCH,
    asked: Asked = NO_FILTERS,
    *,
    csv: Path | None = None,
    geojson: Path | None = None,
    json: bool = False,
) -> int:
    """List the incidents that answer, the newest first.

    Parameters
    ----------
    register: str
        A configuration, a file of records, or 'starter'.
    csv: Path | None
        Write them to this CSV file.
    geojson: Path | None
        Write them to this GeoJSON file.
    json: bool
        Write them as JSON.
    """
    records = _records(register, _query(asked))
    for path, kind in ((csv, "csv"), (geojson, "geojson")):
        if path is not None:
            _write(path, _exported(records, kind), is_quiet=json)
    if json:
        say_json(records)
    elif csv is None and geojson is None:
        _tell(records)
    return EXIT_OK


@app.command
def show(register: str, record: str, *, json: bool = False) -> int:
    """Show one incident with its sources and its doubts.

    Parameters
    ----------
    register: str
        A configuration, a file of records, or 'starter'.
    record: str
        Its name, as `sargas register list` shows it.
    json: bool
        Write it as JSON.
    """
    from sargas.cli.register_tables import tell_record

    with _opened(register) as book:
        found = book.record(record)
    if found is None:
        fail(f"no record '{record}' in {register}; see: sargas register list {register}", EXIT_NOT_FOUND)
    if json:
        say_json(found)
    else:
        tell_record(found)
    return EXIT_OK


@app.command
def statistics(
    register: str = WATCH,
    asked: Asked = NO_FILTERS,
    *,
    by: str = "year",
    plot: Path | None = None,
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    json: bool = False,
) -> int:
    """Count the incidents; what is not known is counted too.

    Parameters
    ----------
    register: str
        A configuration, a file of records, or 'starter'.
    by: str
        By what, comma-separated: year, month, country, type, origin, outcome, state.
    plot: Path | None
        Draw them to this file (.svg, .png, .pdf).
    all_: bool
        Count birds, clutter, own exercises and false reports too.
    json: bool
        Write them as JSON.
    """
    from sargas.cli.register_tables import tell_statistics
    from sargas.register.statistics import counted

    keys = _keys(by)
    counts = counted(_records(register, _query(asked, is_incursion=None if all_ else True)), keys)
    if plot is not None:
        from sargas.share import register_chart

        title = f"Incidents by {', '.join(keys)}"
        _draw(plot, register_chart.draw(counts, title, is_exercise=_is_exercise(register)), is_quiet=json)
    if json:
        say_json(counts)
    else:
        tell_statistics(counts)
    return EXIT_OK


@app.command(name="map")
def draw_map(register: str = WATCH, asked: Asked = NO_FILTERS, *, out: Path, title: str = "") -> int:
    """Draw the incidents on maps of the frontier, one a year.

    Parameters
    ----------
    register: str
        A configuration, a file of records, or 'starter'.
    out: Path
        The file (.svg, .png, .pdf).
    title: str
        What stands above the maps.
    """
    from sargas.app.register_pictures import check_ending, map_of

    check_ending(out.suffix)
    records = _records(register, _query(asked))
    shown = title or ("Public incidents along the frontier" if register == "starter" else "Incidents on the register")
    with progress("drawing", total=1.0) as bar:
        drawing = map_of(records, shown, is_exercise=_is_exercise(register))
        bar(1.0)
    _draw(out, drawing)
    return EXIT_OK


@app.command
def export(register: str, out: Path, asked: Asked = NO_FILTERS) -> int:
    """Write the incidents that answer to a file: .csv or .geojson.

    Parameters
    ----------
    register: str
        A configuration, a file of records, or 'starter'.
    out: Path
        The file.
    """
    kind = out.suffix.lower().lstrip(".")
    if kind not in {"csv", "geojson"}:
        fail(f"{out}: expected a file that ends in .csv or .geojson", EXIT_USAGE)
    _write(out, _exported(_records(register, _query(asked)), kind))
    return EXIT_OK


@app.command(name="import")
def import_records(
    config: Path,
    file: str,
    *,
    officer: str,
    desk: str | None = None,
    yes: Annotated[bool, Parameter(negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Take records from a file into the register; what would come of it is said first.

    Parameters
    ----------
    config: Path
        The configuration whose register takes them.
    file: str
        The file (.csv, .geojson, .json, .toml), or 'starter': the public incidents that come with Sargas.
    officer: str
        Who takes them in; it is journaled.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    yes: bool
        Do not ask.
    dry_run: bool
        Only say what would come of it.
    """
    from sargas.app.register_files import taken_from
    from sargas.app.register_journal import taking
    from sargas.register.exchange import changes
    from sargas.register.query import Query

    taken = taken_from(file)
    with _opened(str(config)) as book:
        known = {record.record_id: record for record in book.all(Query())}
    n_new, n_changed, n_same = changes(taken.records, known)
    say(f"{file}: {n_new} new, {n_changed} changed, {n_same} as they are, {taken.n_refused} refused")
    for why in taken.refused:
        say(f"  refused: {why}")
    changed = [record for record in taken.records if known.get(record.record_id) != record]
    if dry_run or not changed:
        return EXIT_WRONG if taken.n_refused else EXIT_OK
    if not yes and not _agrees(f"take {len(changed)} into the register?"):
        say("nothing was taken")
        return EXIT_WRONG
    _decide(config, taking(changed, officer), desk)
    return EXIT_WRONG if taken.n_refused else EXIT_OK


@app.command
def strike(config: Path, record: str, *, officer: str, text: str, desk: str | None = None) -> int:
    """Take a record out of the register; the decision and its reason stay in the journal.

    Parameters
    ----------
    config: Path
        The configuration.
    record: str
        Its name, as `sargas register list` shows it.
    officer: str
        Who takes it out.
    text: str
        Why.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.register_journal import striking

    with _opened(str(config)) as book:
        if book.record(record) is None:
            fail(f"no record '{record}' in the register of {config}", EXIT_NOT_FOUND)
    _decide(config, striking(record, officer, text), desk)
    return EXIT_OK


@app.command
def rebuild(config: Path) -> int:
    """Make the register anew from the whole journal, while no watch runs.

    Parameters
    ----------
    config: Path
        The configuration.
    """
    from sargas.app.register_journal import rebuild as rebuilt

    with progress("reading the journal", total=1.0) as bar:
        n_records = rebuilt(config, lambda done, of: bar(done / of if of else 1.0))
        bar(1.0)
    say(f"the register holds {n_records} records")
    return EXIT_OK


@contextmanager
def _opened(register: str) -> "Iterator[RegisterFile]":
    """Give a register to ask: that of a configuration, the starter file, or a file of records."""
    from sargas.app.register_files import book_of, holds_records

    if holds_records(register):
        book = book_of(register)
    else:
        # An engine takes a second to load, and records in a file are read without one.
        from sargas.app.register_journal import of_configuration

        book = of_configuration(Path(register))
    try:
        yield book
    finally:
        book.close()


def _records(register: str, query: "Query") -> "list[RegisterRecord]":
    with _opened(register) as book:
        return book.all(query)


def _query(asked: Filters, *, is_incursion: bool | None = None) -> "Query":
    """Return what is asked; leaves if it cannot be asked so."""
    import msgspec

    from sargas.register.query import Query
    from sargas.register.span import read_bound

    told: dict[str, Any] = {
        "from_s": read_bound(asked.from_, is_end=False) if asked.from_ else None,
        "to_s": read_bound(asked.to, is_end=True) if asked.to else None,
        "near": _numbers("--near", asked.near, ("lat_deg", "lon_deg", "km")),
        "box": _numbers("--box", asked.box, ("west_deg", "south_deg", "east_deg", "north_deg")),
        "countries": [country.upper() for country in asked.country],
        "origins": [one if one == "unknown" else one.upper() for one in asked.origin],
        "object_types": asked.type,
        "outcomes": asked.outcome,
        "states": asked.state,
        "text": asked.text,
        "is_incursion": True if asked.incursions else is_incursion,
    }
    for name, text, key in (("--from", asked.from_, "from_s"), ("--to", asked.to, "to_s")):
        if text and told[key] is None:
            fail(f"{name}: expected a year, a month or a day such as 2025-07-28, got '{text}'", EXIT_USAGE)
    try:
        return msgspec.convert(told, Query)
    except msgspec.ValidationError as error:
        fail(f"{error}; {_allowed()}", EXIT_USAGE)


def _allowed() -> str:
    from sargas.model.register import ObjectType, Outcome

    return f"types: {', '.join(get_args(ObjectType))}; outcomes: {', '.join(get_args(Outcome))}"


def _numbers(name: str, text: str, fields: tuple[str, ...]) -> dict[str, float] | None:
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(fields):
        fail(f"{name}: expected {','.join(fields)}, got '{text}'", EXIT_USAGE)
    return dict(zip(fields, numbers, strict=True))


def _keys(by: str) -> "list[Key]":
    from sargas.register.statistics import KEYS

    keys = [key for key in KEYS for part in by.split(",") if part.strip() == key]
    wrong = [part for part in by.split(",") if part.strip() not in KEYS]
    if wrong:
        fail(f"--by: no key '{wrong[0]}'; have {', '.join(KEYS)}", EXIT_USAGE)
    order = [part.strip() for part in by.split(",")]
    return sorted(dict.fromkeys(keys), key=order.index)


def _exported(records: "Sequence[RegisterRecord]", kind: str) -> bytes:
    from sargas.register import csv_file, geojson

    return csv_file.write(records) if kind == "csv" else geojson.write(records)


def _tell(records: "Sequence[RegisterRecord]") -> None:
    from sargas.cli.register_tables import rows

    if not records:
        say("no incidents")
        return
    more = f", the first {SHOWN} shown" if len(records) > SHOWN else ""
    title = f"{len(records)} {'incident' if len(records) == 1 else 'incidents'}{more}"
    table(title, ["record", "when", "what", "from", "outcome", "title"], rows(records[:SHOWN]))


def _is_exercise(register: str) -> bool:
    """Return whether it is the register of a configuration that exercises."""
    from sargas.app import config as configuration
    from sargas.model.errors import ConfigError

    if not register.endswith(".toml"):
        return False
    try:
        return configuration.read(Path(register)).watch.is_exercise
    except ConfigError:
        return False


def _draw(path: Path, drawing: "Drawing", *, is_quiet: bool = False) -> None:
    from sargas.app.register_pictures import as_file

    _write(path, as_file(drawing, path.suffix), is_quiet=is_quiet)


def _write(path: Path, data: bytes, *, is_quiet: bool = False) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    if not is_quiet:
        say(f"wrote {path}")


def _agrees(question: str) -> bool:
    import sys

    if not sys.stdin.isatty():
        fail(f"{question} nobody is there to ask: say --yes", EXIT_USAGE)
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _decide(config: Path, decisions: Sequence[Any], desk: str | None) -> None:
    from sargas.app.register_journal import decide

    where = decide(config, decisions, desk)
    say(f"kept by {where}")
