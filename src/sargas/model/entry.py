"""What the journal holds: everything that came in and everything that a person decided, in one order.

The picture is a pure function of the entries. `seq` counts from 1 without gaps; `received_s` never decreases.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from sargas.model.decision import Decision
from sargas.model.warning import Fate


class Frame(Struct, frozen=True, tag="frame"):
    """Bytes as a transport delivered them, before anything was done with them."""

    feed: str
    data: bytes


class FeedOpened(Struct, frozen=True, tag="opened"):
    """A feed connected: its decoder starts afresh."""

    feed: str
    peer: str = ""


class FeedClosed(Struct, frozen=True, tag="closed"):
    """A feed was lost or ended."""

    feed: str
    reason: str = ""


class Decided(Struct, frozen=True, tag="decided"):
    """A person decided something."""

    decision: Decision


class Dispatched(Struct, frozen=True, kw_only=True, tag="dispatched"):
    """What became of a warning on one channel; `trying` is written before anything leaves."""

    incident_id: str
    warning_id: str
    channel: str
    fate: Fate
    n_attempts: int
    text: str = ""
    stands_in_for: str = ""


class ChannelChanged(Struct, frozen=True, kw_only=True, tag="channel"):
    """A channel's or a stream's other end answers again, or no longer; `is_gone`: it is no longer configured."""

    channel: str
    is_alive: bool
    text: str = ""
    is_stream: bool = False
    is_gone: bool = False


class KeyChanged(Struct, frozen=True, kw_only=True, tag="key"):
    """From here on another key signs the record; the one before says so with its signature, the first one has none.

    `public_key` is a raw Ed25519 key, `key_id` its name in signed heads. `signature` is that of the key before.
    """

    key_id: str
    public_key: bytes
    previous_key_id: str = ""
    signature: bytes = b""


class Note(Struct, frozen=True, tag="note"):
    """Something about the watch itself: it started, its clock stepped, its disk filled."""

    what: Literal[
        "started", "stopped", "clock_stepped", "fell_behind", "journal_failed", "journal_recovered", "pruned",
        "account", "restored",
    ]  # fmt: skip
    text: str = ""


Body: TypeAlias = Frame | FeedOpened | FeedClosed | Decided | Dispatched | ChannelChanged | KeyChanged | Note


class Entry(Struct, frozen=True):
    """One numbered line of the journal."""

    seq: int
    received_s: float
    body: Body
