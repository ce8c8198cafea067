"""Whether the other end of a channel or a stream is there, judged from what was seen of it: pure, with hysteresis.

What one look says is believed when a second one says the same; a delivery that failed and a check right after it that
fails too are two looks. So a line that stutters is not told again and again.
"""

from typing import Final

STEADY: Final = 2
"""So many looks in a row that say the same change what is believed."""


class Pulse:
    """What is believed of one other end; `is_alive` is None until something was seen."""

    def __init__(self) -> None:
        self.is_alive: bool | None = None
        self._n_against = 0
        self._n_refused = 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether the last look said otherwise than what is believed: look again soon."""
        return self._n_against > 0

    def seen(self, *, answers: bool) -> None:
        """Take in a look: the other end answered, or did not. The first answer of all is believed at once."""
        if answers == self.is_alive:
            self._n_against = 0
            return
        self._n_against += 1
        if self._n_against >= STEADY or (answers and self.is_alive is None):
            self._set(is_alive=answers)

    def delivered(self) -> None:
        """Take in that something arrived."""
        self._n_refused = 0
        self._set(is_alive=True)

    def failed(self, *, answers: bool) -> None:
        """Take in that a delivery failed, and how the other end answered right after it.

        If it answered, it is given one more delivery before it is taken to be dead: it may dislike one warning only.
        """
        self._n_refused = self._n_refused + 1 if answers else 0
        if not answers or self._n_refused >= STEADY:
            self._set(is_alive=False)

    def _set(self, *, is_alive: bool) -> None:
        self.is_alive = is_alive
        self._n_against = 0
