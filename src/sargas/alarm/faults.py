"""What is wrong with sensors or channels, told once: with delays, without chattering, and one cause as one fault.

A subject that is not well counts as a fault after a delay, and as over after another one. One that came several
times in an hour "comes and goes" and is one fault until it has been quiet for an hour. Several that go at once, or
one after the other in a few minutes, are one fault that names them: a feed or a line is down, not thirty sensors.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sargas.alarm.words import listed
from sargas.model.alarm import AlarmSource, Priority

RANKS: Final[Mapping[str, int]] = {"low": 1, "medium": 2, "high": 3}
SEVERAL: Final = "(several)"
NAMED_IN_FULL: Final = 60


class Patience(Struct, frozen=True, kw_only=True):
    """When something unwell is a fault, and when it is over.

    `on_s`, `off_s`: so long unwell, so long well. `flaps` times in `flap_s` is coming and going, until it has been
    well for `flap_s`. `common` at once, or told of in `common_s`, is one fault.
    """

    on_s: float
    off_s: float
    flaps: int = 3
    flap_s: float = 3_600.0
    common: int = 3
    common_s: float = 600.0


class Unwell(Struct, frozen=True, kw_only=True):
    """How a subject is unwell now; `is_grave` if nothing comes of it any more. `delay_s` is its own delay, if any."""

    text: str
    reason: str
    priority: Priority
    is_grave: bool = True
    delay_s: float | None = None


class Fault(Struct, frozen=True, kw_only=True):
    """A fault that stands; each time that `n_heard` counts up it must be heard."""

    source: AlarmSource
    subject: str
    priority: Priority
    title: str
    reason: str
    n_heard: int


class _Spell(Struct):
    """How one subject has been lately; `came_s` are the times at which it became unwell."""

    since_s: float
    is_unwell: bool = True
    came_s: tuple[float, ...] = ()
    is_grave: bool = False


class Faults:
    """The faults of one source."""

    def __init__(self, source: AlarmSource, patience: Patience) -> None:
        self.source, self._patience = source, patience
        self._spells: dict[str, _Spell] = {}
        self._standing: dict[str, Fault] = {}
        self._members: dict[str, None] = {}
        self._told_s: list[float] = []
        self._n_heard = 0

    def take_over(self, before: "Faults") -> None:
        """Go on with the faults that a book of another configuration knew."""
        for name in ("_spells", "_standing", "_members", "_told_s", "_n_heard"):
            setattr(self, name, getattr(before, name))

    def look(self, unwell: Mapping[str, Unwell], now_s: float) -> Mapping[str, Fault]:
        """Return the faults that stand, by subject; `unwell` are all that are not well now."""
        if not unwell and not self._spells:
            return self._standing
        self._follow(unwell, now_s)
        for subject in [key for key in self._spells if not self._stands(key) and self._is_due(key, unwell, now_s)]:
            if not self._stands(subject):  # it may have joined those of one cause meanwhile
                self._begin(subject, unwell, now_s)
        for subject in [key for key in self._standing if key in unwell]:
            self._worsen(subject, unwell[subject])
        for subject in [key for key in self._spells if self._is_over(key, now_s)]:
            self._end(subject, now_s)
        return self._standing

    def _follow(self, unwell: Mapping[str, Unwell], now_s: float) -> None:
        flap_s = self._patience.flap_s
        for subject in unwell:
            spell = self._spells.get(subject)
            if spell is None:
                self._spells[subject] = _Spell(now_s, came_s=(now_s,))
            elif not spell.is_unwell:
                came_s = (*(time_s for time_s in spell.came_s if now_s - time_s < flap_s), now_s)
                spell.is_unwell, spell.since_s, spell.came_s = True, now_s, came_s[-self._patience.flaps :]
        for subject, spell in self._spells.items():
            if spell.is_unwell and subject not in unwell:
                spell.is_unwell, spell.since_s = False, now_s

    def _stands(self, subject: str) -> bool:
        return subject in self._standing or subject in self._members

    def _flaps(self, subject: str) -> bool:
        return len(self._spells[subject].came_s) >= self._patience.flaps

    def _is_due(self, subject: str, unwell: Mapping[str, Unwell], now_s: float) -> bool:
        spell = self._spells[subject]
        if not spell.is_unwell:
            return False
        own_s = unwell[subject].delay_s
        return self._flaps(subject) or now_s - spell.since_s >= (self._patience.on_s if own_s is None else own_s)

    def _is_over(self, subject: str, now_s: float) -> bool:
        spell, patience = self._spells[subject], self._patience
        if spell.is_unwell:
            return False
        is_short = self._stands(subject) and not self._flaps(subject)
        # What does not stand is remembered for how often it came.
        return now_s - spell.since_s >= (patience.off_s if is_short else patience.flap_s)

    def _begin(self, subject: str, unwell: Mapping[str, Unwell], now_s: float) -> None:
        """Tell of one that is due: by itself, or as one of several that have gone together."""
        waiting = [key for key in unwell if not self._stands(key) and (unwell[key].is_grave or key == subject)]
        self._told_s = [time_s for time_s in self._told_s if now_s - time_s < self._patience.common_s]
        if self._members or max(len(waiting), len(self._told_s)) >= self._patience.common:
            self._join(waiting, unwell)
            return
        how = unwell[subject]
        self._standing[subject] = self._fault(subject, how.priority, how)
        self._spells[subject].is_grave = how.is_grave
        self._told_s.append(now_s)

    def _join(self, subjects: list[str], unwell: Mapping[str, Unwell]) -> None:
        """Put those that are unwell to the one fault of several; it is heard again only if it weighs more."""
        self._members |= dict.fromkeys(subjects)
        told = self._standing.get(SEVERAL)
        priority = max((unwell[key].priority for key in subjects), key=RANKS.__getitem__)
        if told is None or RANKS[priority] > RANKS[told.priority]:
            self._n_heard += 1
        before = told.priority if told is not None else "low"
        self._tell_several(max(before, priority, key=RANKS.__getitem__))

    def _tell_several(self, priority: Priority) -> None:
        names = sorted(self._members)
        plural = f"{len(names)} {self.source}{'' if len(names) == 1 else 's'}"
        how = "coming and going" if any(self._flaps(name) for name in names) else "not well"
        self._standing[SEVERAL] = Fault(
            source=self.source,
            subject=SEVERAL,
            priority=priority,
            title=f"{plural} {how}: {listed(names)}",
            reason=f"several together, perhaps of one cause: {listed(names, NAMED_IN_FULL)}",
            n_heard=self._n_heard,
        )

    def _worsen(self, subject: str, how: Unwell) -> None:
        """Let a fault be heard again if nothing comes any more of what was only unwell, or if it weighs more."""
        told, spell = self._standing[subject], self._spells[subject]
        is_graver = how.is_grave and not spell.is_grave
        if not is_graver and RANKS[how.priority] <= RANKS[told.priority]:
            return
        spell.is_grave |= how.is_grave
        priority = max(told.priority, how.priority, key=RANKS.__getitem__)
        self._standing[subject] = self._fault(subject, priority, how)

    def _fault(self, subject: str, priority: Priority, how: Unwell) -> Fault:
        self._n_heard += 1
        return Fault(
            source=self.source,
            subject=subject,
            priority=priority,
            title=f"{self.source.capitalize()} {subject} {'comes and goes' if self._flaps(subject) else how.text}",
            reason=how.reason,
            n_heard=self._n_heard,
        )

    def _end(self, subject: str, now_s: float) -> None:
        """Take away what is over, and forget what has been well for long."""
        self._standing.pop(subject, None)
        if subject in self._members:
            del self._members[subject]
            told = self._standing.pop(SEVERAL)
            if self._members:
                self._tell_several(told.priority)
        spell = self._spells[subject]
        if now_s - spell.since_s >= self._patience.flap_s:
            del self._spells[subject]
