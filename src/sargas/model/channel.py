"""The ways out: whether the other end answers, as the watch has last seen."""

from msgspec import Struct


class ChannelHealth(Struct, frozen=True, kw_only=True):
    """One channel: whether it is alive since `changed_s`, in words, and when it last delivered.

    `is_stream`: it carries the air picture, and no warnings.
    """

    channel: str
    is_alive: bool
    changed_s: float
    text: str = ""
    last_delivered_s: float | None = None
    is_stream: bool = False
