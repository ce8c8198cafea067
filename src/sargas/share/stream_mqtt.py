"""The air picture on an MQTT broker: tracks as they change, incidents and sensors as they stand, and if we live.

Below the prefix, in an exercise after `exercise/`, are `tracks` (lists of at most 100, not retained), `sensors/<id>`
and `incidents/<id>` (retained, an incident while it is open), and `status` (retained; `offline` is our last will).
Whoever comes later has every track within `refresh_s`.
"""

import asyncio
import contextlib
import functools
import math
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, ConfigError
from sargas.model.picture import Picture
from sargas.ports import Glimpse
from sargas.share.connecting import WHOLE_S
from sargas.share.mqtt_link import TURN_S, Access, Broker, Link, Message, access_to, topic
from sargas.share.picture_json import (
    TracksJson,
    incident_json,
    mark,
    sensor_json,
    status_json,
    track_json,
)
from sargas.share.shown import time_text
from sargas.share.wording import safe_name

TRACKS_A_MESSAGE: Final = 100
"""Some 30 kB; brokers in the cloud take 128 kB at most."""
TRACKS_AT_ONCE: Final = 1_000
"""More have their turn next time, those first that were told longest ago."""
CLOSE_S: Final = 0.5


class Settings(Broker, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which broker, as for the channel `mqtt`, and how often what changed is sent, and every track anew."""

    interval_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 1.0
    refresh_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 30.0


def build(settings: Settings, name: str) -> "MqttStream":
    """Return the stream `name`.

    Raises:
        ConfigError: a file cannot be used, or messages would go in the clear.
    """
    try:
        return MqttStream(settings, access_to(settings, f"sargas-{name}-stream"))
    except ConfigError as error:
        raise ConfigError(f"stream '{name}': {error}") from error


class MqttStream:
    """Publishes what changed, a batch at a time: the next one waits until the broker has taken the last one."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access

    async def run(self, look: Callable[[], Glimpse]) -> None:
        """Publish until cancelled.

        Raises:
            ChannelError: the broker is gone.
        """
        first, told = look(), Told(self._settings)
        desk = _Desk()
        desk.put(list(told.changes(first)))
        executor = ThreadPoolExecutor(1, thread_name_prefix="stream-mqtt")  # kept for as long as the stream runs
        serve = functools.partial(_serve, self._access, desk, is_exercise=first.is_exercise)
        running = asyncio.get_running_loop().run_in_executor(executor, serve)
        running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # it may outlive us
        try:
            while not running.done():
                await asyncio.wait([running], timeout=self._settings.interval_s)
                if desk.is_clear.is_set() and not running.done():
                    desk.put(list(told.changes(look())))
            running.result()
        finally:
            desk.stop.set()
            executor.shutdown(wait=False)
            await asyncio.wait([running], timeout=CLOSE_S)


class _Desk:
    """Where one batch lies until the thread has published it; the next one waits for that."""

    def __init__(self) -> None:
        self.batches: queue.SimpleQueue[list[Message]] = queue.SimpleQueue()
        self.is_clear = threading.Event()
        self.stop = threading.Event()

    def put(self, batch: list[Message]) -> None:
        self.is_clear.clear()
        self.batches.put(batch)


def _serve(access: Access, desk: _Desk, *, is_exercise: bool) -> None:
    """Publish what comes to the desk until it stops.

    Raises:
        ChannelError: the broker is gone.
    """
    name = topic(access.broker, "status", is_exercise=is_exercise)
    online, offline = (
        Message(name, status_json(status, is_exercise=is_exercise)) for status in ("online", "offline")
    )
    link = Link(access, desk.stop, will=offline)
    try:
        link.open(WHOLE_S)
        link.publish([online], WHOLE_S, is_confirmed=False)
        while not desk.stop.is_set():
            try:
                batch = desk.batches.get_nowait()
            except queue.Empty:
                link.rest(TURN_S)
                continue
            link.publish(batch, WHOLE_S, is_confirmed=False)
            desk.is_clear.set()
        with contextlib.suppress(ChannelError):
            link.publish([offline], WHOLE_S, is_confirmed=False)
    finally:
        link.close()


class _Shown(Struct, frozen=True):
    """What of a track was told last, and when [s of the picture]."""

    last_report_s: float
    status: str
    kind: str
    told_s: float


class Told:
    """What was published so far, and so what is new; it holds no more than the picture does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tracks: dict[int, _Shown] = {}
        self._standing: dict[str, bytes] = {}

    def changes(self, glimpse: Glimpse) -> Iterator[Message]:
        """Return what to publish so that subscribers know what is new in the picture."""
        yield from self._of_tracks(glimpse)
        yield from self._of_what_stands(glimpse)

    def _of_tracks(self, glimpse: Glimpse) -> Iterator[Message]:
        picture, is_exercise = glimpse.picture, glimpse.is_exercise
        shown = {
            track.track_id: _Shown(track.last_report_s, track.status, _kind(picture, track.track_id), picture.now_s)
            for track in picture.tracks.values()
            if track.status not in {"tentative", "ended"}
        }
        ended = [number for number in self._tracks if number not in shown]
        due = [number for number, now in shown.items() if self._is_due(self._tracks.get(number), now)]
        due.sort(key=lambda number: self._tracks[number].told_s if number in self._tracks else -math.inf)
        del due[TRACKS_AT_ONCE:]
        name = topic(self._settings, "tracks", is_exercise=is_exercise)
        for start in range(0, max(len(due), len(ended)), TRACKS_A_MESSAGE):
            part = slice(start, start + TRACKS_A_MESSAGE)
            payload = TracksJson(
                exercise=is_exercise,
                mark=mark(is_exercise=is_exercise),
                time=time_text(picture.now_s),
                tracks=tuple(track_json(picture.tracks[one], picture.classifications.get(one)) for one in due[part]),
                ended=tuple(ended[part]),
            )
            yield Message(name, msgspec.json.encode(payload), is_retained=False)
        for number in ended:
            del self._tracks[number]
        self._tracks.update({number: shown[number] for number in due})

    def _is_due(self, before: _Shown | None, now: _Shown) -> bool:
        if before is None or now.told_s - before.told_s >= self._settings.refresh_s:
            return True
        return (before.last_report_s, before.status, before.kind) != (now.last_report_s, now.status, now.kind)

    def _of_what_stands(self, glimpse: Glimpse) -> Iterator[Message]:
        """Return incidents and sensors that are new or changed; a closed incident is told once and taken away."""
        is_exercise = glimpse.is_exercise
        standing: dict[str, bytes] = {}
        for incident in glimpse.picture.incidents.values():
            name = self._topic("incidents", incident.incident_id, is_exercise=is_exercise)
            if incident.status == "open":
                standing[name] = incident_json(incident, is_exercise=is_exercise)
            elif name in self._standing:
                yield Message(name, incident_json(incident, is_exercise=is_exercise), is_retained=False)
        for health in glimpse.picture.health.values():
            name = self._topic("sensors", health.sensor, is_exercise=is_exercise)
            standing[name] = sensor_json(health, is_exercise=is_exercise)
        for name in sorted(self._standing.keys() - standing.keys()):
            yield Message(name, b"")
        yield from (Message(name, one) for name, one in standing.items() if self._standing.get(name) != one)
        self._standing = standing

    def _topic(self, part: str, name: str, *, is_exercise: bool) -> str:
        return topic(self._settings, part, safe_name(name), is_exercise=is_exercise)


def _kind(picture: Picture, track_id: int) -> str:
    found = picture.classifications.get(track_id)
    return found.answer if found is not None else ""
