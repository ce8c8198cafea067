"""The tree of the record is that of RFC 9162, whatever way it grew, and stays provable where leaves are forgotten."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.store.hash_tree import (
    EMPTY,
    Growing,
    collapsed,
    cover,
    leaf_hash,
    packed,
    resolved,
    root_over,
    spans,
    unpacked,
)

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The eight inputs of Certificate Transparency's Merkle tree tests, and the roots over the first 0 to 8 of them."""


def textbook_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, written down as it stands there."""
    n = len(leaves)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = max(2**power for power in range(n.bit_length()) if 2**power < n)
    return sha256(b"\x01" + textbook_root(leaves[:k]) + textbook_root(leaves[k:])).digest()


def grown(leaves: Sequence[bytes]) -> Growing:
    tree = Growing()
    tree.extend([leaf_hash(leaf) for leaf in leaves])
    return tree


def numbered(n: int) -> list[bytes]:
    return [b"%d" % at for at in range(n)]


@pytest.mark.parametrize("n", range(9))
def test_roots_are_those_of_certificate_transparency(n: int) -> None:
    assert grown(INPUTS[:n]).root().hex() == ROOTS[n]
    assert textbook_root(INPUTS[:n]).hex() == ROOTS[n]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=12))
def test_the_tree_is_the_same_in_whatever_batches_it_grew(batches: list[int]) -> None:
    leaves = numbered(sum(batches))
    tree, at = Growing(), 0
    for size in batches:
        tree.extend([leaf_hash(leaf) for leaf in leaves[at : at + size]])
        at += size
    assert tree.root() == textbook_root(leaves)
    again = unpacked(tree.n_leaves, packed(tree))
    assert (again.peaks, again.root()) == (tree.peaks, tree.root())


def test_whole_nodes_are_reported_once_with_their_places() -> None:
    leaves = numbered(37)
    tree, found = Growing(), {}
    for at in range(0, 37, 5):
        found |= tree.extend([leaf_hash(leaf) for leaf in leaves[at : at + 5]], report=(2, 4))
    assert set(found) == {(2, index) for index in range(9)} | {(4, 0), (4, 1)}
    assert all(one == textbook_root(leaves[at << level : (at + 1) << level]) for (level, at), one in found.items())


def test_a_higher_node_comes_only_where_the_tree_is_whole() -> None:
    tree = grown(numbered(3))
    with pytest.raises(ValueError, match="after 3 leaves"):
        tree.extend([EMPTY], level=1)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 70), st.sets(st.integers(0, 69)), st.sets(st.integers(1, 70)))
def test_a_cover_and_its_leaves_give_the_root_and_every_earlier_one(
    n: int, given_: set[int], sizes: set[int]
) -> None:
    leaves = numbered(n)
    kept = {at for at in given_ if at < n}
    sizes = {size for size in sizes if size <= n}
    places = list(cover(n, kept, sizes))
    assert len(places) == len(set(places))
    known = {(level, at): textbook_root(leaves[at << level : (at + 1) << level]) for level, at in places}
    assert not any((at >> level) == index for at in kept for level, index in places)
    known |= {(0, at): leaf_hash(leaves[at]) for at in kept}

    def node(level: int, index: int) -> bytes:
        found = resolved(level, index, known)
        assert found is not None
        return found

    for size in (n, *sizes):
        assert root_over(size, node) == textbook_root(leaves[:size])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_spans_are_whole_nodes_that_lie_side_by_side(start: int, length: int) -> None:
    at = start
    for level, index in spans(start, start + length):
        assert index << level == at
        at += 1 << level
    assert at == start + length


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 15)), st.sets(st.integers(1, 15)))
def test_what_is_collapsed_still_gives_the_tile_and_the_roots_at_its_cuts(gone: set[int], cuts: set[int]) -> None:
    leaves = [leaf_hash(leaf) for leaf in numbered(16)]
    nodes = collapsed({(0, at): leaves[at] for at in gone}, cuts, 4)
    known = nodes | {(0, at): leaves[at] for at in range(16) if at not in gone}
    if len(gone) < 16 or cuts:
        assert resolved(4, 0, known) == textbook_root(numbered(16))
        for cut in cuts:
            assert all(resolved(level, index, known) is not None for level, index in spans(0, cut))
    else:
        assert nodes == {}  # the tile's own hash says it all


def test_a_run_of_removed_leaves_takes_few_nodes() -> None:
    leaves = [leaf_hash(leaf) for leaf in numbered(256)]
    nodes = collapsed({(0, at): leaves[at] for at in range(256) if at != 100}, (), 8)
    assert len(nodes) == 8  # one beside each step from leaf 100 up to the tile
