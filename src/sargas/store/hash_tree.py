"""A Merkle tree that only grows, after RFC 9162, section 2.1: SHA-256, a leaf after 0x00, two nodes after 0x01.

A node is named (level, index): it is over the 2**level leaves from index * 2**level on. Of the tree over n leaves
only whole nodes are ever kept; the root and every proof are made of them.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

Place: TypeAlias = tuple[int, int]
"""(level, index) of a node."""
EMPTY: Final = sha256().digest()
"""The root over no leaves (RFC 9162, 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two nodes beside each other."""
    return sha256(b"\1" + left + right).digest()


class Growing:
    """The tree over the leaves so far, as the nodes that no later leaf can change: at most one a level."""

    __slots__ = ("n_leaves", "peaks")

    def __init__(self, n_leaves: int = 0, peaks: Mapping[int, bytes] | None = None) -> None:
        self.n_leaves = n_leaves
        self.peaks: dict[int, bytes] = dict(peaks or {})

    def copy(self) -> "Growing":
        """Return the same tree, to grow by itself."""
        return Growing(self.n_leaves, self.peaks)

    def extend(self, hashes: Sequence[bytes], level: int = 0, report: Iterable[int] = ()) -> dict[Place, bytes]:
        """Add nodes of one level, leaves as a rule; return the nodes of the levels in `report` that became whole.

        Nodes of a level above 0 can only come where the tree is whole below it.
        """
        reported, whole = frozenset(report), {}
        at = self.n_leaves >> level
        if at << level != self.n_leaves:
            raise ValueError(f"a node of level {level} cannot come after {self.n_leaves} leaves")
        self.n_leaves += len(hashes) << level
        row = list(hashes)
        while row:
            if level in reported:
                whole.update({(level, at + place): one for place, one in enumerate(row)})
            if (before := self.peaks.pop(level, None)) is not None:
                row.insert(0, before)
            if len(row) % 2:
                self.peaks[level] = row.pop()
            pairs = iter(row)
            row = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            level, at = level + 1, at >> 1
        return whole

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        found: bytes | None = None
        for _, peak in sorted(self.peaks.items()):
            found = peak if found is None else node_hash(peak, found)
        return EMPTY if found is None else found


def packed(tree: Growing) -> bytes:
    """Return the peaks of a tree, the lowest first; which levels they are of follows from its size."""
    return b"".join(peak for _, peak in sorted(tree.peaks.items()))


def unpacked(n_leaves: int, peaks: bytes) -> Growing:
    """Return the tree of these peaks."""
    levels = [level for level in range(n_leaves.bit_length()) if n_leaves >> level & 1]
    return Growing(n_leaves, {level: peaks[32 * at : 32 * at + 32] for at, level in enumerate(levels)})


def spans(start: int, end: int) -> Iterator[Place]:
    """Return the fewest whole nodes that lie over the leaves from `start` up to `end` (not included), in order."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else 63, (end - start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def cover(n_leaves: int, leaves: Iterable[int], sizes: Iterable[int] = ()) -> Iterator[Place]:
    """Return the fewest whole nodes that, with these leaves, give the root over `n_leaves`, in order.

    Args:
        n_leaves: of the tree.
        leaves: which are given themselves.
        sizes: of earlier trees whose roots must be found from the same nodes.
    """
    cuts = sorted({one for leaf in leaves for one in (leaf, leaf + 1)} | {0, n_leaves, *sizes})
    given = frozenset(leaves)
    for start, end in itertools.pairwise(cuts):
        if not (end == start + 1 and start in given) and end <= n_leaves:
            yield from spans(start, end)


def root_over(n_leaves: int, node: Callable[[int, int], bytes]) -> bytes:
    """Return the root over the first `n_leaves`; `node` gives the hash of a whole node."""
    found: bytes | None = None
    for level, index in reversed(list(spans(0, n_leaves))):
        one = node(level, index)
        found = one if found is None else node_hash(one, found)
    return EMPTY if found is None else found


def resolved(level: int, index: int, known: Mapping[Place, bytes]) -> bytes | None:
    """Return the hash of a node out of known ones below it, None if one is missing."""
    found = known.get((level, index))
    if found is not None or level == 0:
        return found
    left = resolved(level - 1, 2 * index, known)
    right = None if left is None else resolved(level - 1, 2 * index + 1, known)
    return None if left is None or right is None else node_hash(left, right)


def collapsed(known: Mapping[Place, bytes], cuts: Iterable[int], top: int) -> dict[Place, bytes]:
    """Return as few nodes as say the same: two beside each other become one, up to the level below `top`.

    Args:
        known: nodes, none of them over another.
        cuts: sizes of earlier trees; no node is put together over the end of one.
        top: the level at which nothing needs to be said any more.
    """
    kept, marks = dict(known), frozenset(cuts)
    for level in range(top):
        for index in sorted(index for at, index in kept if at == level and index % 2 == 0):
            pair = (level, index), (level, index + 1)
            if pair[1] not in kept or (index + 1) << level in marks:
                continue
            left, right = kept.pop(pair[0]), kept.pop(pair[1])
            kept[level + 1, index // 2] = node_hash(left, right)
    return {place: one for place, one in kept.items() if place[0] < top}
