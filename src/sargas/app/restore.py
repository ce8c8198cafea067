"""From the journal back to the picture: the newest snapshot that fits, then the entries after it."""

from collections.abc import Callable, Iterable

import structlog

from sargas.app.player import Checkpoint
from sargas.app.supervise import Guard
from sargas.engine import Engine, EngineFactory
from sargas.model.entry import Entry
from sargas.model.errors import JournalError
from sargas.ports import Journal
from sargas.store import snapshot

log = structlog.get_logger()

Progress = Callable[[int, int], None]
"""Hears after each entry how many of how many have been taken."""


def restore(journal: Journal, key: str, make_engine: EngineFactory, progress: Progress | None = None) -> Engine:
    """Return the engine after the journal's last entry.

    After a change of the code or of the configuration no snapshot fits. Then the incidents of the newest one are
    taken over and only the entries after it are run: the desk cannot wait until a day is run again. Without any
    readable snapshot the whole journal is run.
    """
    engine = _from_snapshot(journal, key) or _taken_over(journal, make_engine()) or make_engine()
    first, last = engine.last_seq, journal.last_seq()
    run_through(engine, journal.read(engine.last_seq), last - first, progress)
    return engine


def run_through(engine: Engine, entries: Iterable[Entry], n_entries: int, progress: Progress | None) -> None:
    """Let the engine take the entries, telling how far it is."""
    guard = Guard(engine)
    for count, entry in enumerate(entries, start=1):
        guard.accept(entry)
        if progress is not None:
            progress(count, n_entries)


def checkpoint_before(journal: Journal, key: str, time_s: float) -> Checkpoint | None:
    """Return the newest kept snapshot at or before a moment, None if there is none."""
    found = journal.read_snapshot(key, journal.seq_at(time_s))
    if found is None:
        return None
    seq, state = found
    engine = _engine(state)
    return None if engine is None else Checkpoint(engine.picture.now_s, seq, state)


def _from_snapshot(journal: Journal, key: str) -> Engine | None:
    found = journal.read_snapshot(key)
    return None if found is None else _engine(found[1])


def _taken_over(journal: Journal, engine: Engine) -> Engine | None:
    """Return the engine with what can go on; None if the snapshot is of a version that kept it otherwise."""
    found = journal.read_snapshot(None)
    before = None if found is None else _engine(found[1])
    if before is None:
        return None
    try:
        engine.take_over(before)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("snapshot_of_another_version", reason=str(error))
        return None
    return engine


def _engine(state: bytes) -> Engine | None:
    try:
        engine = snapshot.load(state)
    except JournalError:
        return None
    return engine if isinstance(engine, Engine) else None
