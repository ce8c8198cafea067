"""The register of a configuration and its journal: read, caught up, made anew, and decided on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sargas.app import config as configuration
from sargas.app.config import Config
from sargas.app.deciding import append
from sargas.app.desk_client import Desk
from sargas.app.prompting import front_of, watch_of
from sargas.app.reading import Read, journal_path, read
from sargas.app.restore import Progress
from sargas.app.supervise import Guard
from sargas.app.wire import blueprint_of, build_engine
from sargas.model.decision import RecordIncidents, RegisterDecision, StrikeRecord
from sargas.model.entry import Decided
from sargas.model.incident import Incident
from sargas.model.picture import IncidentChanged, RegisterChanged
from sargas.model.register import RegisterRecord
from sargas.ports import Journal
from sargas.register.exchange import batches
from sargas.register.from_incident import record_of
from sargas.register.query import Query
from sargas.store import journal_sqlite
from sargas.store._sqlite import WriterLock
from sargas.store.register_sqlite import RegisterFile, open_for_reading, path_beside

SHOWN_S: Final = 5.0
"""A running watch brings its register up to date within a second of a decision."""
BREATH_EVERY: Final = 500
BREATH_S: Final = 0.002
"""After so many entries a reading of the journal beside a running watch stands back for so long."""


def of_configuration(config_path: Path) -> RegisterFile:
    """Return the register of a configuration, to be read only; without one yet, what its journal holds.

    Raises:
        ConfigError, DataError, JournalError: it cannot be read.
    """
    path = path_beside(journal_path(configuration.read(config_path), config_path))
    if path.is_file():
        return open_for_reading(path)
    found = read(config_path)
    book = RegisterFile()
    with _journal(found.config, config_path) as journal:
        bring_up_to_date(book, journal, found)
    return book


@contextmanager
def _journal(config: Config, config_path: Path) -> Iterator[Journal]:
    journal = journal_sqlite.open_for_reading(journal_path(config, config_path))
    try:
        yield journal
    finally:
        journal.close()


def bring_up_to_date(book: RegisterFile, journal: Journal, found: Read) -> None:
    """Put into the register what the journal has and it has not: decisions, and the incidents of the picture.

    Raises:
        JournalError: one of the files cannot be used.
    """
    catch_up(book, journal, found.engine.last_seq)
    incidents = found.engine.picture.incidents.values()
    own = [record_of(one, found.blueprint.country, is_exercise=found.config.watch.is_exercise) for one in incidents]
    book.keep(own=own)


def catch_up(book: RegisterFile, journal: Journal, to_seq: int) -> None:
    """Let the decisions on the register take effect that the journal has and it has not, up to an entry.

    Raises:
        JournalError: one of the files cannot be used.
    """
    changes = []
    for count, entry in enumerate(journal.read(book.seen_seq(), to_seq), start=1):
        if isinstance(entry.body, Decided) and isinstance(entry.body.decision, RegisterDecision):
            changes.append(changed_by(entry.body.decision))
        if count % BREATH_EVERY == 0:
            time.sleep(BREATH_S)
    book.keep(changes, seen_seq=to_seq)


def changed_by(decision: RegisterDecision) -> RegisterChanged:
    """Return what a decision changes, as the engine tells it."""
    if isinstance(decision, RecordIncidents):
        return RegisterChanged(records=decision.records)
    return RegisterChanged(struck=decision.record_id)


def rebuild(config_path: Path, progress: Progress | None = None) -> int:
    """Make the register of a configuration anew from its whole journal; return how many records it has.

    Incidents of the time before the journal's unbroken record are kept as they are: what they were made from is no
    longer there.

    Raises:
        ConfigError, DataError, JournalError: it cannot be done, or a watch writes the journal.
    """
    config = configuration.read(config_path)
    blueprint = blueprint_of(config, config_path.parent)
    path = journal_path(config, config_path)
    lock = WriterLock(path)
    book = RegisterFile(str(path_beside(path)))
    try:
        with _journal(config, config_path) as journal:
            changes, incidents = _run_through(journal, Guard(build_engine(blueprint)), progress)
            own = [record_of(one, blueprint.country, is_exercise=config.watch.is_exercise) for one in incidents]
            span_s = journal.span_s()
            before = [one for one in book.all(Query(is_own=True)) if span_s is not None and one.began_s < span_s[0]]
            book.clear()
            book.keep(changes, [*before, *own], seen_seq=journal.last_seq())
        return book.search(Query(), limit=1).n_found
    finally:
        book.close()
        lock.release()


def _run_through(
    journal: Journal, guard: Guard, progress: Progress | None
) -> tuple[list[RegisterChanged], list[Incident]]:
    """Return what was decided on the register, and every incident as it was when it changed for the last time."""
    last = journal.last_seq()
    changes: list[RegisterChanged] = []
    incidents: dict[str, Incident] = {}
    for count, entry in enumerate(journal.read(0, last), start=1):
        for event in guard.accept(entry):
            if isinstance(event, IncidentChanged):
                incidents[event.incident.incident_id] = event.incident
            elif isinstance(event, RegisterChanged):
                changes.append(event)
        if progress is not None:
            progress(count, last)
    return changes, list(incidents.values())


def _await(watch: Desk, decision: RegisterDecision) -> None:
    """Wait until the register of a running watch shows a decision, so that the next command sees it."""
    is_struck = isinstance(decision, StrikeRecord)
    record_id = decision.record_id if isinstance(decision, StrikeRecord) else decision.records[-1].record_id
    end_s = time.monotonic() + SHOWN_S
    while watch.has_record(record_id) is is_struck and time.monotonic() < end_s:
        time.sleep(0.05)


def decide(config_path: Path, decisions: Sequence[RegisterDecision], desk: str | None) -> str:
    """Hand decisions to the watch that runs, at `desk` if that is given, else to the journal; say where they are.

    Raises:
        DecisionError: one could not take effect; those before it did.
        JournalError: one could not be kept.
    """
    watch = watch_of(front_of(config_path), desk)
    where = ""
    if watch is not None:
        for decision in decisions:
            where = watch.decide(decision).where
        _await(watch, decisions[-1])
        return where
    found = read(config_path)
    for decision in decisions:
        where = append(config_path, decision, found).where
    book = RegisterFile(str(path_beside(journal_path(found.config, config_path))))
    try:
        with _journal(found.config, config_path) as journal:
            bring_up_to_date(book, journal, found)
    finally:
        book.close()
    return where


def taking(records: Sequence[RegisterRecord], officer: str) -> list[RegisterDecision]:
    """Return the decisions that take records into the register."""
    return [RecordIncidents(officer=officer, records=piece) for piece in batches(records)]


def striking(record_id: str, officer: str, text: str) -> list[RegisterDecision]:
    """Return the decision that strikes a record out."""
    return [StrikeRecord(officer=officer, record_id=record_id, text=text)]
