"""What a track may be, with how likely each is, and why: for a person to judge. What it carries is not guessed."""

from typing import Final

from msgspec import Struct

BIRD: Final = "bird"
CLUTTER: Final = "clutter"
UNKNOWN: Final = "unknown"
NOT_AIRCRAFT: Final = frozenset({BIRD, CLUTTER, UNKNOWN})
"""The classes beside the kinds of the table of aircraft."""
MATERIAL: Final = 0.08
"""A probability that moved by so much is a material change."""


class ClassShare(Struct, frozen=True, kw_only=True):
    """The probability of one class: a kind of the table of aircraft, `bird`, `clutter` or `unknown`."""

    kind: str
    name: str
    probability: float


class Classification(Struct, frozen=True, kw_only=True):
    """What a track may be, as of its report at `time_s`.

    `classes`: the likely ones, most likely first, `unknown` always among them; what is left out is unlikely. `answer`
    is the one to show: a kind, `drone` or `crewed` where only so much is certain, or `unknown`; it does not flicker.
    `reasons` are sentences. `caution` is what to hold it for, whatever it carries; empty if there is nothing to say.
    """

    track_id: int
    time_s: float
    answer: str
    answer_name: str
    classes: tuple[ClassShare, ...]
    reasons: tuple[str, ...]
    caution: str = ""

    def says_as(self, other: "Classification") -> bool:
        """Return whether nothing material differs: the answer and, all but a little, the probabilities."""
        mine = {one.kind: one.probability for one in self.classes}
        theirs = {one.kind: one.probability for one in other.classes}
        moved = max((abs(mine.get(kind, 0.0) - theirs.get(kind, 0.0)) for kind in mine | theirs), default=0.0)
        return self.answer == other.answer and moved <= MATERIAL

    def aircraft(self) -> dict[str, float]:
        """Return the probabilities of the kinds of aircraft among the classes; they add up to less than 1."""
        return {one.kind: one.probability for one in self.classes if one.kind not in NOT_AIRCRAFT}
