"""`sargas replay CONFIG`."""

from collections.abc import Iterator
from datetime import date as day_type
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sargas.cli.console import EXIT_OK, fail, progress, say, say_json

if TYPE_CHECKING:
    from sargas.app.recorded import Reading
    from sargas.app.search_basis import Basis
    from sargas.app.wire import Blueprint
    from sargas.model.entry import Entry
    from sargas.ports import Journal


def replay(
    config: Path,
    *,
    inputs: Annotated[tuple[str, ...], Parameter(name="--input", negative=())] = (),
    out: Path = Path("replay"),
    date: day_type | None = None,
    serve: bool = False,
    speed: float = 20.0,
    port: int = 8470,
    json: bool = False,
) -> int:
    """Run recordings, or the configuration's journal, again: as fast as it goes into files, or in the browser.

    Writes tracks.csv, tracks.geojson, findings.jsonl, findings.geojson, incidents.jsonl and incidents.geojson.

    Parameters
    ----------
    config: Path
        The configuration (TOML) whose sensors, decoders and rules are used.
    inputs: tuple[str, ...]
        FEED=FILE, as often as wanted: what the feed would have brought. The file's ending says what it is: .pcap and
        .pcapng captures, .ff FINAL frames, .jsonl .json .csv .sbs .txt lines, anything else the raw stream. Without
        any, the configuration's journal is run again.
    out: Path
        The folder for the results.
    date: day_type | None
        The UTC day on which a recording begins that tells only the time of day.
    serve: bool
        Show the replay in the browser instead of writing files.
    speed: float
        With --serve: recorded seconds per second.
    port: int
        With --serve: the port to serve on; 0 takes any free one.
    json: bool
        Write the summary as JSON.
    """
    from sargas.app import config as configuration
    from sargas.app import logs
    from sargas.app.search_basis import basis_of
    from sargas.app.wire import blueprint_of

    logs.configure(as_json=json, level="warning")
    read = configuration.read(config)
    blueprint = blueprint_of(read, config.parent)
    journal_path = config.parent / read.journal.path
    if not inputs and not journal_path.is_file():
        fail(f"nothing to replay: no --input given and no journal at {journal_path}")
    if serve:
        say("reading what came in ...")
        basis = basis_of(read.search, config.parent)
        journal = _journal(blueprint, inputs, date, journal_path)
        _serve(blueprint, basis, journal, title=read.watch.title, speed=speed, port=port)
    else:
        _write(blueprint, inputs, date, journal_path, out, is_json=json)
    return EXIT_OK


def _write(
    blueprint: "Blueprint",
    inputs: tuple[str, ...],
    day: day_type | None,
    journal_path: Path,
    out: Path,
    *,
    is_json: bool,
) -> None:
    from sargas.app.batch import run_batch
    from sargas.app.recorded import Reading, inputs_of
    from sargas.store import journal_sqlite

    with progress("replaying", total=1.0, is_quiet=is_json) as bar:
        if inputs:
            reading = Reading(inputs_of(inputs, blueprint), blueprint, day)
            summary = run_batch(blueprint, _numbered(reading), out, lambda _: bar(reading.share))
            damaged, shifted_s = reading.damaged, reading.shifted_s
        else:
            journal = journal_sqlite.open_for_reading(journal_path)
            start_s, end_s = journal.span_s() or (0.0, 0.0)
            span_s = max(end_s - start_s, 1e-9)
            summary = run_batch(blueprint, journal.read(), out, lambda now_s: bar((now_s - start_s) / span_s))
            journal.close()
            damaged, shifted_s = {}, {}
        bar(1.0)
    if is_json:
        say_json({"out": str(out), "summary": summary, "damaged": damaged, "shifted_s": shifted_s})
        return
    for path, reason in damaged.items():
        say(f"{path}: damaged: {reason}")
    for path, offset_s in shifted_s.items():
        say(f"{path}: the recorder's clock was {-offset_s:+.0f} s off; the reports' own times are believed")
    say(
        f"{summary.n_entries} entries, {summary.n_tracks} tracks, {summary.n_findings} changes of findings,"
        f" {summary.n_incidents} incidents; written to {out}"
    )
    for feed in summary.feeds.values():
        unread = {**feed.unused, **feed.malformed}
        counts = "; ".join(f"{count} {reason}" for reason, count in sorted(unread.items()))
        say(f"  {feed.feed}: {feed.n_reports} reports{'; ' + counts if counts else ''}")


def _numbered(reading: "Reading") -> "Iterator[Entry]":
    from sargas.model.entry import Entry

    for seq, (received_s, body) in enumerate(reading.entries(), start=1):
        yield Entry(seq=seq, received_s=received_s, body=body)


def _journal(blueprint: "Blueprint", inputs: tuple[str, ...], day: day_type | None, journal_path: Path) -> "Journal":
    from sargas.app.recorded import Reading, inputs_of
    from sargas.store import journal_memory, journal_sqlite

    if not inputs:
        return journal_sqlite.open_for_reading(journal_path)
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(list(Reading(inputs_of(inputs, blueprint), blueprint, day).entries()))
    return journal


def _serve(
    blueprint: "Blueprint", basis: "Basis", journal: "Journal", *, title: str, speed: float, port: int
) -> None:
    import asyncio

    from sargas.app.playing import play

    asyncio.run(
        play(
            blueprint,
            journal,
            title=title,
            is_exercise=blueprint.is_exercise,
            speed=speed,
            is_paused=False,
            start_s=None,
            host="127.0.0.1",
            port=port,
            ready=lambda address: say(f"the replay is at {address}  (Ctrl-C ends it)"),
            basis=basis,
        )
    )
