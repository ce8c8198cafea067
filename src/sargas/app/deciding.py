"""Decisions from the prompt: handed to the running watch, or written into its journal while none runs."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
import msgspec
from msgspec import Struct

from sargas.app.reading import Read, journal_path, read
from sargas.app.wire import snapshot_key
from sargas.model.decision import Decision
from sargas.model.entry import Body, Decided, Entry, Note
from sargas.model.errors import DecisionError, JournalError
from sargas.model.picture import Refused
from sargas.store import journal_sqlite, snapshot

ANSWER_S: Final = 2.0
"""A watch on this machine answers at once; one that does not is not there."""
ORDER_S: Final = 120.0
NOBODY_LOOKED: Final = "a decision was written while no watch ran"
REFUSALS: Final = {404, 409, 413, 422}


class Kept(Struct, frozen=True):
    """The journal entry under which a decision is kept, and where it was handed in."""

    entry: int
    where: str


class Desk:
    """The watch that runs at an address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def answers(self) -> bool:
        """Return whether a watch runs there."""
        try:
            with self._client(ANSWER_S) as client:
                return bool(client.get("/api/desk").is_success)
        except (httpx.HTTPError, httpx.InvalidURL):
            return False

    def decide(self, decision: Decision) -> Kept:
        """Hand in a decision.

        Raises:
            DecisionError: it could not take effect.
            JournalError: it could not be kept.
        """
        return self._post("/api/decisions", msgspec.json.encode(decision))

    def order(self, incident_id: str, officer: str, track_id: int | None) -> Kept:
        """Order the search of the sectors that the map has now.

        Raises:
            DecisionError: there is nothing to search for.
            JournalError: it could not be kept.
        """
        body = msgspec.json.encode({"officer": officer, "track_id": track_id})
        return self._post(f"/api/incidents/{incident_id}/search/order", body)

    def _post(self, path: str, body: bytes) -> Kept:
        try:
            with self._client(ORDER_S) as client:
                answer = client.post(path, content=body, headers={"content-type": "application/json"})
        except httpx.HTTPError as error:
            raise JournalError(
                f"the watch at {self.url} did not answer: {error}; it may have kept it: look"
            ) from error
        if answer.is_success:
            return Kept(int(answer.json()["entry"]), f"the watch at {self.url}")
        told = _told(answer)
        raise DecisionError(told) if answer.status_code in REFUSALS else JournalError(told)

    def _client(self, seconds: float) -> httpx.Client:
        # What a proxy of the environment would answer is not this watch.
        return httpx.Client(base_url=self.url, timeout=seconds, trust_env=False)


def append(config_path: Path, decision: Decision, before: Read | None = None, now_s: float | None = None) -> Kept:
    """Write a decision into the journal of a configuration whose watch does not run.

    It is tried on the journal's picture first: what the watch would refuse is not written. The time since the last
    entry is crossed in one step, as it is when a watch starts.

    Args:
        config_path: the configuration.
        decision: what was decided.
        before: the journal's picture, if it was read already; it is changed.
        now_s: the time of the decision; now, if it is not given.

    Raises:
        DecisionError: it could not take effect.
        JournalError: there is no journal, or a watch writes it.
    """
    found = before or read(config_path)
    path = journal_path(found.config, config_path)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(path)))
    try:
        if journal.last_seq() != found.engine.last_seq:
            raise JournalError(f"journal {path}: it was written meanwhile; try again")
        span_s = journal.span_s()
        told_s = time.time() if now_s is None else now_s
        told_s = max(told_s, span_s[1]) if span_s is not None else told_s
        first = found.engine.last_seq + 1
        bodies: list[tuple[float, Body]] = [(told_s, Note("started", NOBODY_LOOKED)), (told_s, Decided(decision))]
        for seq, (received_s, body) in enumerate(bodies, first):
            for event in found.engine.accept(Entry(seq, received_s, body)):
                if isinstance(event, Refused) and isinstance(body, Decided):
                    raise DecisionError(event.reason)
        kept = journal.append(bodies)[-1].seq
        with suppress(JournalError):  # what is kept is kept; without a snapshot the next reading only takes longer
            journal.write_snapshot(kept, snapshot_key(found.blueprint), snapshot.dump(found.engine))
        return Kept(kept, f"the journal {path}; no watch runs")
    finally:
        journal.close()


def _told(answer: httpx.Response) -> str:
    """Return the sentence of a refusal."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get("error"), str):
        return str(body["error"])
    return f"the watch answered {answer.status_code} {answer.reason_phrase}"
