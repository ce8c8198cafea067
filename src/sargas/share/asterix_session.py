"""What a receiver of tracks must be told next, and by which numbers it knows them."""

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.share.asterix_out import Message, can_be_told

NUMBERS: Final = 65_535
"""Track numbers have 16 bits; 0 is left free, for some receivers take it for none."""
OVER: Final = frozenset({"lost", "ended"})
"""What nobody has seen for so long is no air picture any more, though the watch still looks for it."""


class Numbers:
    """Track numbers: each stays with its track, and is given to another only after a quiet time.

    A track's number is its own id while that fits and is free, so that people can speak of it, and so that it is the
    same after a restart.
    """

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._by_track: dict[int, int] = {}
        self._holders: dict[int, tuple[int, float]] = {}
        self._none_before_s = float("-inf")

    def number(self, track_id: int, now_s: float) -> int | None:
        """Return the track's number, which it holds from now on; None if all are taken."""
        number = self._by_track.get(track_id)
        if number is None:
            number = self._free(track_id, now_s)
        if number is not None:
            self._holders[number] = track_id, now_s
            self._by_track[track_id] = number
        return number

    def _free(self, track_id: int, now_s: float) -> int | None:
        if now_s < self._none_before_s:
            return None
        for k in range(NUMBERS):
            number = (track_id - 1 + k) % NUMBERS + 1
            holder_id, last_s = self._holders.get(number, (None, 0.0))
            if holder_id is None:
                return number
            if now_s - last_s > self._quiet_s:
                del self._by_track[holder_id]
                return number
        self._none_before_s = self._quiet_s + min(last_s for _, last_s in self._holders.values())
        return None


class _Told(Struct, frozen=True):
    """The last message about a track, and how many there were before it."""

    message: Message
    n_before: int


class Session:
    """What one receiver has been told of the tracks."""

    def __init__(self, numbers: Numbers, not_from: Collection[str] = ()) -> None:
        self._numbers = numbers
        self._not_from = frozenset(not_from)
        self._told: dict[int, _Told] = {}
        self._n_told = 0

    def due(self, picture: Picture, n_max: int) -> list[Message]:
        """Return at most `n_max` messages: tracks that are over once more, then those that waited longest.

        A track is not told again before it has moved on in time: an old state is not repeated.
        """
        tracks = {track_id: track for track_id, track in picture.tracks.items() if self._is_told(track)}
        over = [track_id for track_id in self._told if track_id not in tracks][:n_max]
        messages = [self._end(track_id) for track_id in over]
        waiting = [track for track in tracks.values() if self._has_moved_on(track)]
        waiting.sort(key=self._waits_since)
        for track in waiting:
            if len(messages) >= n_max:
                break
            number = self._numbers.number(track.track_id, picture.now_s)
            if number is None:
                continue
            messages.append(self._tell(track, number))
        return messages

    def _is_told(self, track: Track) -> bool:
        if track.status in OVER or not can_be_told(track):
            return False
        return not self._not_from or any(one.sensor not in self._not_from for one in track.contributions)

    def _tell(self, track: Track, number: int) -> Message:
        message = Message(track=track, number=number, is_first=track.track_id not in self._told)
        self._n_told += 1
        self._told[track.track_id] = _Told(message, self._n_told)
        return message

    def _end(self, track_id: int) -> Message:
        last = self._told.pop(track_id).message
        return Message(track=last.track, number=last.number, is_last=True)

    def _has_moved_on(self, track: Track) -> bool:
        told = self._told.get(track.track_id)
        return told is None or track.time_s > told.message.track.time_s

    def _waits_since(self, track: Track) -> int:
        told = self._told.get(track.track_id)
        return 0 if told is None else told.n_before
