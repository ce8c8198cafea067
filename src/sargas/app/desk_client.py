"""The watch that runs at an address: asked what it sees, and handed what was decided, over HTTP."""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote, unquote

import httpx
import msgspec
from msgspec import Struct

from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import AccessEvidence, Decision
from sargas.model.errors import ConfigError, DecisionError, JournalError
from sargas.model.evidence import Evidence
from sargas.model.picture import Picture
from sargas.model.shift import Shift
from sargas.web.answers import Content
from sargas.web.desk import Update

T = TypeVar("T")
Choose: TypeAlias = Callable[[Picture], Decision]
"""A decision that rests on the picture of its own moment; may raise DecisionError."""

ANSWER_S: Final = 2.0
"""A watch on this machine answers at once; one that does not is not there."""
READ_S: Final = 30.0
ORDER_S: Final = 120.0
CONTENT_S: Final = 600.0
"""A content of evidence may be hundreds of megabytes."""
REFUSALS: Final = {403, 404, 409, 413, 422}
UNKNOWN: Final = 401
DENIALS: Final = {UNKNOWN, 403}
TOKEN: Final = "SARGAS_TOKEN"  # noqa: S105 - a name, as the next
TOKEN_FILE: Final = "SARGAS_TOKEN_FILE"  # noqa: S105
"""Where a token is looked for: an argument would stand in the list of processes and in the shell's history."""


class Kept(Struct, frozen=True):
    """The journal entry under which a decision is kept, and where it was handed in."""

    entry: int
    where: str


class Desk:
    """The watch that runs at an address."""

    def __init__(self, url: str, *, certificate: str = "") -> None:
        """Look at the watch of that address; its own `certificate` (a PEM file) is trusted beside the known ones.

        Raises:
            ConfigError: the file of the token cannot be read.
        """
        self.url = url.rstrip("/")
        self._token = token()
        self._certificate = certificate

    def answers(self, title: str | None = None) -> bool:
        """Return whether a watch runs there; the one of that title, if one is given.

        One that asks for a token before it tells its title counts: it is said when it is really asked.
        """
        told = self.title()
        return told is not None and (title is None or told in {"", title})

    def title(self) -> str | None:
        """Return the title of the watch, empty if it asks for a token before it tells it; None if none runs there."""
        try:
            with self._client(ANSWER_S) as client:
                answer = client.get("/api/desk")
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        if answer.status_code in DENIALS:
            return ""
        return _title(answer) if answer.is_success else None

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

    def hand_in(self, parts: Iterator[bytes]) -> Content:
        """Hand in the content of evidence.

        Raises:
            DecisionError: it is not taken.
            JournalError: it could not be kept.
        """
        try:
            with self._client(CONTENT_S) as client:
                answer = client.post("/api/evidence", content=parts)
        except httpx.HTTPError as error:
            raise JournalError(f"the watch at {self.url} did not take it: {error}") from error
        if not answer.is_success:
            told = self._denied(answer) or _told(answer)
            raise DecisionError(told) if answer.status_code in REFUSALS else JournalError(told)
        return msgspec.json.decode(answer.content, type=Content)

    def content(self, item: Evidence, access: AccessEvidence) -> Iterator[bytes]:
        """Return the content of evidence in parts; the watch writes down who had it.

        Raises:
            DecisionError: it is not given.
            JournalError: it could not be given whole.
        """
        path = f"/api/incidents/{access.incident_id}/evidence/{access.evidence_id}"
        params = {"officer": access.officer, "purpose": access.purpose}
        try:
            with (
                self._client(CONTENT_S) as client,
                client.stream("GET", path + ("/frames" if item.frames is not None else ""), params=params) as answer,
            ):
                if not answer.is_success:
                    answer.read()
                    told = self._denied(answer) or _told(answer)
                    raise DecisionError(told) if answer.status_code in REFUSALS else JournalError(told)
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise JournalError(f"the watch at {self.url} did not give it whole: {error}") from error

    def dossier(self, incident_id: str, params: Mapping[str, str]) -> tuple[str, bytes]:
        """Return the name and the content of an incident's dossier; the watch writes down who had its evidence.

        Raises:
            DecisionError: it is not given.
            JournalError: it could not be made.
        """
        try:
            with self._client(CONTENT_S) as client:
                answer = client.get(f"/api/incidents/{quote(incident_id, safe='')}/dossier", params=dict(params))
        except httpx.HTTPError as error:
            raise JournalError(f"the watch at {self.url} did not give it: {error}") from error
        if not answer.is_success:
            told = self._denied(answer) or _told(answer)
            raise DecisionError(told) if answer.status_code in REFUSALS else JournalError(told)
        _, _, name = answer.headers.get("content-disposition", "").partition("filename*=UTF-8''")
        return unquote(name), answer.content

    def has_record(self, record_id: str) -> bool:
        """Return whether the register of the watch has a record."""
        try:
            with self._client(ANSWER_S) as client:
                return client.get(f"/api/register/{quote(record_id, safe='')}").is_success
        except httpx.HTTPError:
            return False

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
            raise JournalError(self._denied(answer) or _told(answer))
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
        told = self._denied(answer) or _told(answer)
        raise DecisionError(told) if answer.status_code in REFUSALS else JournalError(told)

    def _client(self, seconds: float) -> httpx.Client:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        verify: ssl.SSLContext | bool = True
        if self._certificate and self.url.startswith("https:"):
            verify = ssl.create_default_context()
            verify.load_verify_locations(self._certificate)
            verify.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        # What a proxy of the environment would answer is not this watch.
        return httpx.Client(base_url=self.url, timeout=seconds, trust_env=False, headers=headers, verify=verify)

    def _denied(self, answer: httpx.Response) -> str:
        """Return how to be let in, if that is what is missing; else nothing."""
        if answer.status_code != UNKNOWN:
            return ""
        if self._token:
            return f"the watch at {self.url} does not take the token of {TOKEN} or {TOKEN_FILE}: {_told(answer)}"
        return (
            f"the watch at {self.url} asks who you are: put a token into {TOKEN}, or name its file in {TOKEN_FILE} or"
            " after --token-file; `sargas account token` makes one"
        )


def token() -> str:
    """Return the token that commands show to a watch: from the environment, or from the file that it names.

    Raises:
        ConfigError: the file cannot be read.
    """
    path = os.environ.get(TOKEN_FILE, "")
    if not path:
        return os.environ.get(TOKEN, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{TOKEN_FILE}: {path}: {getattr(error, 'strerror', None) or error}") from error


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
