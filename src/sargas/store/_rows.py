"""An entry as it is kept and hashed: number, time, kind, feed, data."""

from collections.abc import Iterable
from hashlib import sha256
from struct import Struct as Layout
from typing import Final, TypeAlias

import msgspec

from sargas.model.entry import (
    Body,
    ChannelChanged,
    Decided,
    Dispatched,
    Entry,
    FeedClosed,
    FeedOpened,
    Frame,
    KeyChanged,
    Note,
)

Row: TypeAlias = tuple[int, float, str, str, bytes]
"""seq, received_s, kind, feed, data: a line of the table `entries`."""
KINDS: Final[dict[type[Body], str]] = {
    Decided: "decided",
    Dispatched: "dispatched",
    ChannelChanged: "channel",
    KeyChanged: "key",
    Note: "note",
}
LEAF: Final = Layout(">qdHH")
"""The fixed part of a leaf, after the 0x00 of RFC 9162; see model/record.py."""
MISSING: Final = Layout(">q")
"""The leaf of an entry that was removed before the record began: its number alone. Every other leaf is longer."""
NOT_IN_RECORD: Final = "were in the file and not in its record"
"""What a note says of entries that the record took over as it found them."""
SIGNED_AT_ONCE: Final = Decided | Dispatched | KeyChanged
"""What is signed with the batch that it comes in."""
PRUNED: Final = ("frame", "opened", "closed")
"""The kinds that a pruning removes; all others last."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(
    FeedOpened | FeedClosed | Decided | Dispatched | ChannelChanged | KeyChanged | Note
).decode


def row(entry: Entry) -> Row:
    """Return the entry as it is kept."""
    body = entry.body
    match body:
        case Frame(feed, data):
            return entry.seq, entry.received_s, "frame", feed, data
        case FeedOpened(feed, _):
            return entry.seq, entry.received_s, "opened", feed, _pack(body)
        case FeedClosed(feed, _):
            return entry.seq, entry.received_s, "closed", feed, _pack(body)
        case _:
            return entry.seq, entry.received_s, KINDS[type(body)], "", _pack(body)


def body(kind: str, feed: str, data: bytes) -> Body:
    """Return what a kept entry holds.

    Raises:
        msgspec.MsgspecError: it is not readable.
    """
    return Frame(feed, data) if kind == "frame" else _unpack(data)


def leaves(rows: Iterable[Row]) -> list[bytes]:
    """Return the hash of each entry as a leaf of the record."""
    names: dict[tuple[str, str], tuple[int, int, bytes]] = {}
    hashes = []
    for seq, received_s, kind, feed, data in rows:
        name = names.get((kind, feed))
        if name is None:
            of_kind, of_feed = kind.encode(), feed.encode()
            name = names[kind, feed] = len(of_kind), len(of_feed), of_kind + of_feed
        n_kind, n_feed, text = name  # + 0.0: SQLite knows no negative zero
        hashes.append(sha256(b"\0" + LEAF.pack(seq, received_s + 0.0, n_kind, n_feed) + text + data).digest())
    return hashes


def missing_leaf(seq: int) -> bytes:
    """Return the leaf that stands for an entry that was removed before the record began."""
    return sha256(b"\0" + MISSING.pack(seq)).digest()
