"""The record as a hash tree: what a stranger needs to see that entries are as they were written, and none is missing.

Every entry of the journal is a leaf of one Merkle tree that only grows (RFC 9162, section 2.1: SHA-256, a leaf is
hashed with 0x00 before it, two nodes with 0x01). A head is the root over the first `n_entries`, signed with
Ed25519 as a checkpoint (a signed note: origin, number, root, signatures). Two heads of one tree can be proven to
be so; a past that was rewritten has other heads than those that were published.

The bytes of a leaf are `seq` (8 bytes), `received_s` (IEEE 754 double, 8 bytes), the lengths of `kind` and `feed`
(2 bytes each, both then follow as UTF-8), and `data`; numbers are big-endian.
"""

from msgspec import Struct

from sargas.model.entry import KeyChanged


class Head(Struct, frozen=True, kw_only=True):
    """The signed root over the first `n_entries`; `note` is the checkpoint as published, signatures included."""

    n_entries: int
    time_s: float
    root: bytes
    key_id: str
    note: str


class ProvenEntry(Struct, frozen=True, kw_only=True):
    """One entry, as the bytes that were hashed."""

    seq: int
    received_s: float
    kind: str
    feed: str
    data: bytes


class Node(Struct, frozen=True, kw_only=True):
    """The hash over the 2**level leaves from index * 2**level on; leaf 0 is entry 1."""

    level: int
    index: int
    sha256: bytes


class Proof(Struct, frozen=True, kw_only=True):
    """Entries of the record, with as many hashes of what is left out as it takes to come to the head's root.

    `origin` names the record in its heads; `keys` are all keys that ever signed it, the first one's first.
    """

    origin: str
    head: Head
    keys: tuple[KeyChanged, ...]
    entries: tuple[ProvenEntry, ...]
    nodes: tuple[Node, ...]
