"""A recording that is the stream itself: bytes one after the other, with no times."""

from collections.abc import Iterable

from msgspec import Struct

from sargas.model.report import Malformed
from sargas.ports import Recording


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def build(settings: Settings) -> Recording:
    """Return the reader."""
    del settings
    return RawRecording()


class RawRecording:
    """Hands on what it is fed."""

    def feed(self, data: bytes) -> Iterable[tuple[float | None, bytes] | Malformed]:
        """Return the bytes as they are."""
        return [(None, data)] if data else []
