"""The record of a watch: its journal opened and signed, kept signed while it runs, its key changed when it is old."""

import asyncio
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from sargas.app.config import Config
from sargas.app.telling import Record
from sargas.model.entry import Body, Note
from sargas.model.errors import JournalError
from sargas.model.evidence import Span
from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.ports import Journal
from sargas.store import journal_sqlite
from sargas.store.journal_sqlite import SqliteJournal
from sargas.store.signing_key import Signing

AROUND_HELD_S: Final = 600.0
"""Of an incident that is held everything is kept, from so long before its first report to so long after its end."""
ROTATION_CHECK_S: Final = 3_600.0
RESTORED: Final = ".restored"
"""What is added to the journal's name for the file that tells the next start that it is a restored copy."""
RETURNED: Final = "the journal was restored from a backup"
TITLE_MAX: Final = 40

log = structlog.get_logger()


def open_journal(config: Config, folder: Path, now: Callable[[], float] = time.time) -> SqliteJournal:
    """Return the journal of a configuration, opened for writing and signed; a new one is made where there is none.

    What the opening itself appends bears the time `now`.

    Raises:
        JournalError: it cannot be written, another watch writes it, or its key cannot be used.
    """
    path = folder / config.journal.path
    settings = journal_sqlite.Settings(path=str(path), signing=signing_of(config, folder))
    journal = journal_sqlite.build(settings, now)
    try:
        _tell_restored(journal, path, now)
    except BaseException:
        journal.close()
        raise
    return journal


def signing_of(config: Config, folder: Path) -> Signing:
    """Return how the journal of a configuration is signed; a record that has a name keeps it."""
    record = config.record
    return Signing(
        origin=record.origin or new_origin(config.watch.country, config.watch.title),
        key=str(folder / record.key) if record.key else "",
        sign_every_s=record.sign_every_s,
        is_exercise=config.watch.is_exercise,
    )


def head_files(config: Config, folder: Path) -> list[Path]:
    """Return the files to which a configuration publishes its heads."""
    found = [section.witness for section in config.record.heads if section.witness.get("type") == "file"]
    return [folder / str(table["path"]) for table in found if table.get("path")]


def new_origin(country: str, title: str) -> str:
    """Return a name for a new record that no other one has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:TITLE_MAX].strip("-") or "sargas"
    return f"{country.lower()}/{words}/{secrets.token_hex(4)}"


async def keep_record(journal: SqliteJournal, config: Config, record: Record) -> None:
    """Sign what no decision signs, and change the key when it is old, until cancelled."""
    loop = asyncio.get_running_loop()
    next_look_s = loop.time()
    failed = ""
    while True:
        try:
            await asyncio.to_thread(journal.sign_if_due)
            if loop.time() >= next_look_s:
                next_look_s = loop.time() + ROTATION_CHECK_S
                await _rotate_if_old(journal, config.record.rotate_days, record)
        except JournalError as error:
            if str(error) != failed:
                log.warning("record_not_signed", reason=str(error))
            failed = str(error)
        else:
            failed = ""
        await asyncio.sleep(config.record.sign_every_s)


def rotate(journal: SqliteJournal) -> str:
    """Change the key of a journal that no watch writes; return the new key's id.

    Raises:
        JournalError: it cannot be done; the key is as it was.
    """
    change = journal.next_key()
    _append_now(journal, [Note("started", "the key was changed while no watch ran"), change], time.time)
    return change.key_id


def spans_of(incidents: Sequence[Incident], journal: Journal) -> list[Span]:
    """Return what a pruning must leave: what incidents rest on, and of those that are held everything around them."""
    spans = [Span(seq, seq) for incident in incidents for seq in incident.evidence]
    items = [item for incident in incidents for item in incident.file.evidence if item.removed_s is None]
    spans += [item.frames for item in items if item.frames is not None]
    for incident in incidents:
        if incident.file.hold is not None:
            first = journal.seq_at(incident.first_report_s - AROUND_HELD_S) or 1
            last = journal.seq_at(incident.changed_s + AROUND_HELD_S)
            spans.append(Span(first, max(first, last)))
    return spans


async def _rotate_if_old(journal: SqliteJournal, rotate_days: float, record: Record) -> None:
    since_s = journal.key_since_s()
    if since_s is None or time.time() - since_s < rotate_days * DAY_S:
        return
    change = await asyncio.to_thread(journal.next_key)
    await record(change)
    log.info("record_key_changed", key=change.key_id, before=change.previous_key_id)


def _tell_restored(journal: SqliteJournal, path: Path, now: Callable[[], float]) -> None:
    """Tell the record that this is a restored copy, once, if a restoring has left word of it."""
    mark = path.with_name(path.name + RESTORED)
    try:
        text = mark.read_text(encoding="utf-8").strip()[:500]
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"{mark}: {error}") from error
    _append_now(journal, [Note("started", RETURNED), Note("restored", text)], now)
    mark.unlink()


def _append_now(journal: SqliteJournal, bodies: Sequence[Body], now: Callable[[], float]) -> None:
    span_s = journal.span_s()
    now_s = max(now(), span_s[1]) if span_s is not None else now()
    journal.append([(now_s, body) for body in bodies])
