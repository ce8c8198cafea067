"""Strings as numbers, for arrays; however many different ones are sent, a bounded number of them is kept."""

from collections.abc import Hashable
from typing import Final

from sargas.model.report import NO_IDENTITY, Identity, known_identity

INTERNED_MAX: Final = 65_536
"""Names kept in a table: three times the aircraft that fly over Europe in a day."""
LENGTH_MAX: Final = 64
NONE: Final = -1


class Interned(dict[Hashable, int]):
    """Names to numbers: `table[name]` makes one for a new name; None, an empty and an overlong string have -1.

    The names asked for of late are in this dictionary, those before them in a second one. When this one holds half
    of `capacity`, what is still in the second is forgotten and the two change places: so a name is kept while fewer
    than half of `capacity` others were asked for since it was, and a flood of names pushes out what is silent.

    A number is never given twice. `number % capacity` is its slot among those kept; the slot's next name has another
    number, so that who remembers an old number is told None and never a stranger's name.
    """

    def __init__(self, capacity: int = INTERNED_MAX) -> None:
        super().__init__({None: NONE})
        self._capacity = capacity
        self._older: dict[Hashable, int] = {}
        self._names: list[Hashable] = []  # by slot
        self._numbers: list[int] = []  # by slot
        self._free: list[int] = []  # the numbers that come next in the slots that are free

    def __missing__(self, name: Hashable) -> int:
        if isinstance(name, str) and not 0 < len(name) <= LENGTH_MAX:
            return NONE
        number = self._older.pop(name, NONE)
        if len(self) > self._capacity // 2:
            self._age()
        if number == NONE:
            number = self._number(name)
        self[name] = number
        return number

    def name_of(self, number: int) -> Hashable:
        """Return the name, None if it was forgotten; asking keeps it."""
        slot = number % self._capacity
        if number < 0 or slot >= len(self._names) or self._numbers[slot] != number:
            return None
        name = self._names[slot]
        return name if self[name] == number else None

    def _number(self, name: Hashable) -> int:
        if not self._free:
            number = len(self._names)
            self._names.append(name)
            self._numbers.append(number)
            return number
        number = self._free.pop()
        slot = number % self._capacity
        self._names[slot], self._numbers[slot] = name, number
        return number

    def _age(self) -> None:
        """Forget the older names and count those at hand among them."""
        for number in self._older.values():
            slot = number % self._capacity
            self._names[slot], self._numbers[slot] = None, NONE
            self._free.append(number + self._capacity)
        self._older = dict(self)
        del self._older[None]
        self.clear()
        self[None] = NONE


class Names:
    """The tables of all that names a target: icao, remote, callsign, squawk and number (a neighbour's own)."""

    def __init__(self, capacity: int = INTERNED_MAX) -> None:
        self.icao = Interned(capacity)
        self.remote = Interned(capacity)
        self.callsign = Interned(capacity)
        self.squawk = Interned(capacity)
        self.number = Interned(capacity)

    def identity_of(self, icao: int, remote: int, callsign: int, squawk: int) -> Identity:
        """Return what these numbers stand for; what was forgotten is unknown."""
        if icao < 0 and remote < 0 and callsign < 0 and squawk < 0:
            return NO_IDENTITY
        return known_identity(
            icao24=_text(self.icao.name_of(icao)),
            callsign=_text(self.callsign.name_of(callsign)),
            squawk=_text(self.squawk.name_of(squawk)),
            remote_id=_text(self.remote.name_of(remote)),
        )


def _text(name: Hashable) -> str | None:
    return name if isinstance(name, str) else None
