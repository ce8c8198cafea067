"""Lets what was recorded go by at its recorded times, at any speed."""

import asyncio


class Pace:
    """Waits so that `speed` recorded seconds pass in one; 0 does not wait at all."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first_s: float | None = None
        self._started = 0.0

    async def wait_for(self, time_s: float | None) -> None:
        """Return when the recorded moment has come; at once if it is unknown, yet never without a turn for others."""
        wait_s = 0.0
        if self._speed > 0.0 and time_s is not None:
            now = asyncio.get_running_loop().time()
            if self._first_s is None:
                self._first_s, self._started = time_s, now
            wait_s = max(0.0, self._started + (time_s - self._first_s) / self._speed - now)
        await asyncio.sleep(wait_s)
