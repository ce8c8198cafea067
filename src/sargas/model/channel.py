"""The ways out: whether the other end answers, as the watch has last seen."""

from msgspec import Struct


class ChannelHealth(Struct, frozen=True, kw_only=True):
    """One channel: whether it is alive since `changed_s`, in words, and when it last delivered."""

    channel: str
    is_alive: bool
    changed_s: float
    text: str = ""
    last_delivered_s: float | None = None
