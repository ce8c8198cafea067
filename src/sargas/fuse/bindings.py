"""Which targets an identity speaks of. An identity may be used by several: by mistake, or as a lie."""

from collections.abc import Iterable, Sequence

from sargas.fuse.measure import TRACK_NUMBER, Key
from sargas.fuse.target import Target

TARGETS_PER_KEY = 4


class Bindings:
    """Targets by key; a track number of a neighbour has one target, other keys up to four."""

    def __init__(self) -> None:
        self._targets: dict[Key, list[Target]] = {}

    def of(self, keys: Iterable[Key]) -> list[Target]:
        """Return the targets bound to any of the keys, surest key and newest binding first."""
        found: list[Target] = []
        for key in keys:
            for target in reversed(self._targets.get(key, ())):
                if target not in found:
                    found.append(target)
        return found

    def bind(self, target: Target, keys: Sequence[Key]) -> list[Target]:
        """Bind the target to the keys; return those that lost their last key by that."""
        orphans: list[Target] = []
        for key in keys:
            bound = self._targets.setdefault(key, [])
            if target in bound:
                continue
            limit = 1 if key[0].startswith(TRACK_NUMBER) else TARGETS_PER_KEY
            while len(bound) >= limit:
                old = bound.pop(0)
                _drop(old, key)
                if not old.keys:
                    orphans.append(old)
            bound.append(target)
            target.keys.append(key)
            _number(target)
        return orphans

    def unbind(self, target: Target, key: Key) -> None:
        """Forget that the key speaks of the target."""
        bound = self._targets.get(key)
        if bound is None or target not in bound:
            return
        bound.remove(target)
        if not bound:
            del self._targets[key]
        _drop(target, key)

    def forget(self, target: Target) -> None:
        """Forget the target."""
        for key in list(target.keys):
            self.unbind(target, key)

    def hand_over(self, old: Target, new: Target) -> None:
        """Let every key that speaks of `old` speak of `new`."""
        keys = list(old.keys)
        self.forget(old)
        self.bind(new, keys)


def _drop(target: Target, key: Key) -> None:
    target.keys.remove(key)
    _number(target)


def _number(target: Target) -> None:
    """Refresh the numbers that neighbours give the target."""
    target.numbers = tuple(
        f"{kind.removeprefix(TRACK_NUMBER)}/{number}" for kind, number in target.keys if kind.startswith(TRACK_NUMBER)
    )
