"""The watch that runs at an address: asked what it sees, and handed what was decided, over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import httpx
import msgspec
from msgspec import Struct

from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import Decision
from sargas.model.errors import DecisionError, JournalError
from sargas.model.picture import Picture
from sargas.model.shift import Shift
from sargas.web.desk import Update

T = TypeVar("T")
Choose: TypeAlias = Callable[[Picture], Decision]
"""A decision that rests on the picture of its own moment; may raise DecisionError."""

ANSWER_S: Final = 2.0
"""A watch on this machine answers at once; one that does not is not there."""
READ_S: Final = 30.0
ORDER_S: Final = 120.0
REFUSALS: Final = {404, 409, 413, 422}


class Kept(Struct, frozen=True):
    """The journal entry under which a decision is kept, and where it was handed in."""

    entry: int
    where: str


class Desk:
    """The watch that runs at an address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def answers(self, title: str | None = None) -> bool:
        """Return whether a watch runs there; the one of that title, if one is given."""
        try:
            with self._client(ANSWER_S) as client:
                answer = client.get("/api/desk")
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return bool(answer.is_success) and (title is None or _title(answer) == title)

    def picture(self) -> Picture:
        """Return what the watch shows now; the log of alarms is apart.

        Raises:
            JournalError: it did not answer.
        """
        shown = self._get("/api/picture", Update)
        return Picture(
            now_s=shown.clock.now_s,
            tracks={track.track_id: track for track in shown.tracks},
            findings={finding.finding_id: finding for finding in shown.findings},
            incidents={incident.incident_id: incident for incident in shown.incidents},
            health={health.sensor: health for health in shown.health},
            feeds={feed.feed: feed for feed in shown.feeds},
            observations=shown.observations,
            alarms={alarm.alarm_id: alarm for alarm in shown.alarms},
            suppressions={one.suppression_id: one for one in shown.suppressions or ()},
            hand_overs=list(shown.hand_overs or ()),
            drafts={news.incident_id: news.draft for news in shown.drafts if news.draft is not None},
            channels={channel.channel: channel for channel in shown.channels},
        )

    def alarm_log(self, since_s: float | None) -> list[AlarmLogItem]:
        """Return the log of alarms, the newest last.

        Raises:
            JournalError: it did not answer.
        """
        return self._get("/api/alarms/log", list[AlarmLogItem], since_s)

    def shift(self, since_s: float | None) -> Shift:
        """Return the shift.

        Raises:
            JournalError: it did not answer.
        """
        return self._get("/api/shift", Shift, since_s)

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

    def _get(self, path: str, kind: type[T], since_s: float | None = None) -> T:
        try:
            with self._client(READ_S) as client:
                answer = client.get(path, params={} if since_s is None else {"since_s": since_s})
        except httpx.HTTPError as error:
            raise JournalError(f"the watch at {self.url} did not answer: {error}") from error
        if not answer.is_success:
            raise JournalError(_told(answer))
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError as error:
            raise JournalError(f"the watch at {self.url} is of another version: {path}: {error}") from error

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


def checked(table: Mapping[str, object], kind: type[T]) -> T:
    """Return a decision from its parts, within the bounds that the journal can read back.

    Raises:
        DecisionError: a part is out of bounds.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise DecisionError(str(error)) from error


def _told(answer: httpx.Response) -> str:
    """Return the sentence of a refusal."""
    body = _body(answer)
    if isinstance(body.get("error"), str):
        return str(body["error"])
    return f"the watch answered {answer.status_code} {answer.reason_phrase}"


def _title(answer: httpx.Response) -> str:
    return str(_body(answer).get("title", ""))


def _body(answer: httpx.Response) -> dict[str, Any]:
    """Return the object that was answered, empty if it is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
