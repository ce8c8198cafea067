"""A replay as fast as it goes: entries through an engine, and what it says into files."""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from sargas.app.outputs import Outputs
from sargas.app.supervise import Guard
from sargas.app.wire import Blueprint, build_engine
from sargas.model.entry import Entry
from sargas.model.sensor import FeedHealth

PROGRESS_EVERY = 500
LINGER_S = 10.0
"""How long the clock goes on after the last entry, so that what is due then still happens."""


class Summary(Struct, frozen=True, kw_only=True):
    """What a replay came to."""

    n_entries: int
    from_s: float | None
    to_s: float | None
    n_tracks: int
    n_findings: int
    n_incidents: int
    n_faults: int
    feeds: dict[str, FeedHealth]


def run_batch(
    blueprint: Blueprint, entries: Iterable[Entry], out: Path, progress: Callable[[float], None] | None = None
) -> Summary:
    """Run the entries and write the results into the folder `out`; `progress` hears the time [epoch s] reached."""
    guard = Guard(build_engine(blueprint))
    engine = guard.engine
    n_entries, from_s, to_s = 0, None, None
    with Outputs(out) as outputs:
        for entry in entries:
            outputs.take(guard.accept(entry))
            n_entries += 1
            from_s = entry.received_s if from_s is None else from_s
            to_s = entry.received_s
            if progress is not None and n_entries % PROGRESS_EVERY == 0:
                progress(entry.received_s)
        if to_s is not None:
            outputs.take(guard.advance(to_s + LINGER_S))
        outputs.finish(engine.picture)
    return Summary(
        n_entries=n_entries,
        from_s=from_s,
        to_s=to_s,
        n_tracks=outputs.n_tracks,
        n_findings=outputs.n_findings,
        n_incidents=len(engine.picture.incidents),
        n_faults=guard.n_faults,
        feeds=engine.picture.feeds,
    )
