"""The evidence room of a desk: decisions and contents kept in step, and contents let go of when their time is over.

A content is safe before the decision that names it is journaled, and gone only after the one that removes it. What
was broken off in between is put right by `tidy`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import structlog

from sargas.incident.retention import named, over
from sargas.model.decision import AddEvidence, Decision, RemoveEvidence
from sargas.model.errors import DecisionError, JournalError
from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.ports import EvidenceStore
from sargas.store import evidence_files
from sargas.web.desk import View, ViewName

RETENTION: Final = "Sargas (retention)"
"""The officer of removals that nobody decided but the configuration."""
WAITS_S: Final = DAY_S
"""What was handed in and never put on a file is let go of after so long."""
TIDY_EVERY_S: Final = 600.0
REMOVED_AT_ONCE: Final = 50
"""So many contents are removed in one go: each is a decision, and the watch has other work."""

log = structlog.get_logger()
Incidents = Callable[[], Iterable[Incident]]


class Deciding(Protocol):
    """Where removals are decided: a desk."""

    def view(self, name: ViewName) -> View | None:
        """Return the view."""

    async def decide(self, decision: Decision, view: ViewName) -> int:
        """Return the entry of the decision."""


def folder_of(journal: Path) -> Path:
    """Return where the contents of a journal's evidence stand."""
    return journal.with_name(f"{journal.name}.evidence")


def store_of(journal: Path, max_mb: float) -> EvidenceStore:
    """Return the store beside a journal."""
    return evidence_files.build(evidence_files.Settings(path=str(folder_of(journal)), max_mb=max_mb))


class EvidenceRoom:
    """One store, and the decisions about what is in it, one at a time."""

    def __init__(self, store: EvidenceStore) -> None:
        self.store = store
        self._lock = asyncio.Lock()

    async def decided(self, decision: Decision, decide: Callable[[], Awaitable[int]], incidents: Incidents) -> int:
        """Return the entry of a decision; its content is here before, or gone after.

        Raises:
            DecisionError: it names a content that was not handed in.
            JournalError: it could not be kept.
        """
        match decision:
            case AddEvidence(sha256=str(sha256)):
                async with self._lock:
                    await asyncio.to_thread(check_here, self.store, decision)
                    entry = await decide()
                    await asyncio.to_thread(_settled, lambda: self.store.claim(sha256))
                return entry
            case RemoveEvidence():
                async with self._lock:
                    entry = await decide()
                    await asyncio.to_thread(_settled, lambda: _let_go(self.store, incidents()))
                return entry
            case _:
                return await decide()

    async def tidy(self, incidents: Incidents, now_s: float) -> None:
        """Put right what was broken off, and let go of what nobody put on a file.

        Raises:
            JournalError: the disk fails.
        """
        async with self._lock:
            await asyncio.to_thread(tidy, self.store, list(incidents()), now_s)


def check_here(store: EvidenceStore, decision: AddEvidence) -> None:
    """Refuse evidence whose content was not handed in.

    Raises:
        DecisionError: it is not here, or has another size.
    """
    if decision.sha256 is None:
        return
    size = store.size(decision.sha256)
    if size is None:
        raise DecisionError(f"the content {decision.sha256} is not here: hand it in first (POST /api/evidence)")
    if decision.n_bytes is not None and size != decision.n_bytes:
        raise DecisionError(f"n_bytes: the content {decision.sha256} has {size} bytes, not {decision.n_bytes}")


def tidy(store: EvidenceStore, incidents: Iterable[Incident], now_s: float) -> None:
    """Claim what files name, remove what they no longer do, and what has waited in vain.

    Raises:
        JournalError: the disk fails.
    """
    known = list(incidents)
    kept = named(known).kept
    for sha256, since_s in list(store.waiting()):
        if sha256 in kept:
            store.claim(sha256)
        elif now_s - since_s > WAITS_S:
            store.remove(sha256)
            log.info("evidence_never_added", sha256=sha256)
    _let_go(store, known)


def _let_go(store: EvidenceStore, incidents: Iterable[Incident]) -> None:
    """Remove the contents of which every item is removed; what was handed in anew since waits for its decision."""
    gone = named(incidents).removed
    if not gone:
        return
    waiting = {sha256 for sha256, _ in store.waiting()}
    for sha256 in sorted(gone - waiting):
        if store.remove(sha256):
            log.info("evidence_removed", sha256=sha256)


def _settled(settle: Callable[[], object]) -> None:
    """Do what follows from a decision that is kept already; what fails now is done by the next `tidy`."""
    try:
        settle()
    except JournalError as error:
        log.warning("evidence_not_settled", reason=str(error))


async def keep_evidence(room: EvidenceRoom, desk: Deciding, keep_days: float | None) -> None:
    """Keep the room in order until cancelled: retention first, then what was broken off."""
    while True:
        view = desk.view("live")
        if view is not None:
            await tidied(room, desk, view, keep_days)
        await asyncio.sleep(TIDY_EVERY_S)


async def tidied(room: EvidenceRoom, desk: Deciding, view: View, keep_days: float | None) -> None:
    """Let go of what was kept for long enough, and put right what was broken off."""
    now_s = view.clock.now_s
    if keep_days is not None:
        await _remove_over(desk, list(view.picture.incidents.values()), keep_days, now_s)
    try:
        await room.tidy(view.picture.incidents.values, now_s)
    except JournalError as error:
        log.warning("evidence_not_tidied", reason=str(error))


async def _remove_over(desk: Deciding, incidents: Iterable[Incident], keep_days: float, now_s: float) -> None:
    """Decide the removal of contents that were kept for long enough; a hold of that moment still stops one."""
    for incident, item in over(incidents, keep_days, now_s)[:REMOVED_AT_ONCE]:
        remove = RemoveEvidence(
            officer=RETENTION,
            incident_id=incident.incident_id,
            evidence_id=item.evidence_id,
            text=f"kept for {keep_days:g} days, as the configuration says",
        )
        with contextlib.suppress(DecisionError, JournalError):
            await desk.decide(remove, "live")
