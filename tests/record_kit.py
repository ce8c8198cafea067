"""What tests of the record share: a twin that computes every root from the definition, and proofs read by hand."""

import struct
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from sargas import plugins
from sargas.model.entry import Body, Entry, Frame
from sargas.model.record import Proof
from sargas.ports import Journal
from sargas.store.signing_key import Signing

ORIGIN = "lt/watch/0a1b2c3d"


def signed(store: str, folder: Path, **more: object) -> Journal:
    """Return a signed journal of a store; on disk it stands in the folder."""
    module = plugins.load("journal", store)
    has_path = any(field.name == "path" for field in msgspec.structs.fields(module.Settings))
    path = {"path": str(folder / "journal")} if has_path else {}
    signing = Signing(**{"origin": ORIGIN, "sign_every_s": 3_600.0, **more})  # type: ignore[arg-type]
    journal: Journal = module.build(module.Settings(**path, signing=signing))
    return journal


def frames(n: int, first_s: float = 2e9, size: int = 12) -> list[tuple[float, Body]]:
    """Return bodies, a second apart, after the moment at which any key was made."""
    return [(first_s + at, Frame("radar", b"%0*d" % (size, at))) for at in range(n)]


def leaf(seq: int, received_s: float, kind: str, feed: str, data: bytes) -> bytes:
    """Return the hash of an entry as model/record.py writes its bytes down."""
    of_kind, of_feed = kind.encode(), feed.encode()
    names = len(of_kind).to_bytes(2, "big") + len(of_feed).to_bytes(2, "big") + of_kind + of_feed
    return sha256(b"\x00" + seq.to_bytes(8, "big") + struct.pack(">d", received_s) + names + data).digest()


def leaf_of_frame(entry: Entry) -> bytes:
    """Return the hash of a frame's entry."""
    assert isinstance(entry.body, Frame)
    return leaf(entry.seq, entry.received_s, "frame", entry.body.feed, entry.body.data)


def root(leaves: Sequence[bytes]) -> bytes:
    """Return MTH of RFC 9162, 2.1.1, over hashed leaves."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256().digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def proven_root(proof: Proof) -> bytes:
    """Return the root that a proof's entries and nodes give, put together from the left as a stack."""
    parts = [(node.index << node.level, node.level, node.sha256) for node in proof.nodes]
    parts += [(one.seq - 1, 0, leaf(one.seq, one.received_s, one.kind, one.feed, one.data)) for one in proof.entries]
    stack: list[tuple[int, bytes]] = []
    at = 0
    for first, level, found in sorted(parts):
        assert first == at, f"nothing stands for leaf {at}"
        at += 1 << level
        one = (level, found)
        while stack and stack[-1][0] == one[0]:
            one = (one[0] + 1, sha256(b"\x01" + stack.pop()[1] + one[1]).digest())
        stack.append(one)
    assert at == proof.head.n_entries
    total = stack.pop()[1]
    while stack:
        total = sha256(b"\x01" + stack.pop()[1] + total).digest()
    return total
