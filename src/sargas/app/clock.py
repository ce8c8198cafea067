"""The watch's clock: wall time that never goes back, and that says when the machine's clock was stepped."""

import time
from collections.abc import Callable

STEP_S = 2.0
"""A machine clock that is this far off the steady one was stepped by someone, not slewed by NTP."""


class SteadyClock:
    """UTC epoch seconds carried on by the monotonic clock from the moment of the start.

    A machine clock that jumps forward is followed. One that jumps back is not, since times of arrival may never
    decrease: the watch goes on in its own time, and `offset_s` says by how much the machine disagrees.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        *,
        not_before_s: float = 0.0,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._anchor_s = max(wall(), not_before_s) - steady()

    def now_s(self) -> float:
        """Return the time of arrival to give to what comes in now."""
        return self._anchor_s + self._steady()

    def offset_s(self) -> float:
        """Return the machine's clock minus this one."""
        return self._wall() - self.now_s()

    def follow(self) -> float:
        """Return by how much the machine's clock was stepped since the last call, 0.0 if it was not.

        A step forward is taken over; small drift is taken over silently in both directions but never backwards.
        """
        offset_s = self.offset_s()
        if offset_s > 0.0:
            self._anchor_s += offset_s
        return offset_s if abs(offset_s) >= STEP_S else 0.0
