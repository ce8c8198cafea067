"""Decisions from the prompt, written into the journal of a configuration while no watch runs it."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from sargas.app.desk_client import Choose, Kept
from sargas.app.reading import Read, journal_path, read
from sargas.app.record import open_journal
from sargas.app.wire import snapshot_key
from sargas.model.decision import Decision
from sargas.model.entry import Body, Decided, Entry, Note
from sargas.model.errors import DecisionError, JournalError
from sargas.model.picture import Refused
from sargas.store import snapshot

NOBODY_LOOKED: Final = "a decision was written while no watch ran"


def append(
    config_path: Path, decision: Decision | Choose, before: Read | None = None, now_s: float | None = None
) -> Kept:
    """Write a decision into the journal of a configuration whose watch does not run.

    It is tried on the journal's picture first: what the watch would refuse is not written. The time since the last
    entry is crossed in one step, as it is when a watch starts.

    Args:
        config_path: the configuration.
        decision: what was decided, or what decides it from the picture of that moment.
        before: the journal's picture, if it was read already; it is changed.
        now_s: the time of the decision; now, if it is not given.

    Raises:
        DecisionError: it could not take effect.
        JournalError: there is no journal, or a watch writes it.
    """
    found = before or read(config_path)
    path = journal_path(found.config, config_path)
    told_s = time.time() if now_s is None else now_s
    journal = open_journal(found.config, config_path.parent, lambda: told_s)
    try:
        if journal.opened_at_seq != found.engine.last_seq:
            raise JournalError(f"journal {path}: it was written meanwhile; try again")
        for entry in journal.read(found.engine.last_seq):  # what the opening itself wrote: a first key
            found.engine.accept(entry)
        span_s = journal.span_s()
        told_s = max(told_s, span_s[1]) if span_s is not None else told_s
        note = Note("started", NOBODY_LOOKED)
        first = found.engine.last_seq + 1
        found.engine.accept(Entry(first, told_s, note))
        decided = Decided(decision if isinstance(decision, Struct) else decision(found.engine.picture))
        for event in found.engine.accept(Entry(first + 1, told_s, decided)):
            if isinstance(event, Refused):
                raise DecisionError(event.reason)
        bodies: list[tuple[float, Body]] = [(told_s, note), (told_s, decided)]
        kept = journal.append(bodies)[-1].seq
        with suppress(JournalError):  # what is kept is kept; without a snapshot the next reading only takes longer
            journal.write_snapshot(kept, snapshot_key(found.blueprint), snapshot.dump(found.engine))
        return Kept(kept, f"the journal {path}; no watch runs")
    finally:
        journal.close()
