"""The contents of evidence in memory: for tests, for a demonstration and for what is played."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

from msgspec import Meta, Struct

from sargas.model.errors import DataError, DecisionError, JournalError
from sargas.ports import EvidenceStore, Intake


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large one content, and how large all of them may be [MB]."""

    max_mb: Annotated[float, Meta(gt=0.0)] = 20.0
    all_mb: Annotated[float, Meta(gt=0.0)] = 100.0


def build(settings: Settings, now_s: Callable[[], float] = time.time) -> EvidenceStore:
    """Return an empty store."""
    return EvidenceMemory(settings, now_s)


class EvidenceMemory:
    """The store in memory."""

    def __init__(self, settings: Settings, now_s: Callable[[], float]) -> None:
        self.max_bytes = int(settings.max_mb * 1e6)
        self.all_bytes = int(settings.all_mb * 1e6)
        self._now_s = now_s
        self._kept: dict[str, bytes] = {}
        self._waiting: dict[str, tuple[bytes, float]] = {}

    def begin(self) -> Intake:
        """Return where a content can be written, part by part."""
        return _Intake(self)

    def put(self, parts: Iterable[bytes]) -> tuple[str, int]:
        """Return the SHA-256 and the size of a content."""
        intake = self.begin()
        for part in parts:
            intake.write(part)
        return intake.keep()

    def size(self, sha256: str) -> int | None:
        """Return how many bytes the content has, None if it is not here."""
        content = self._find(sha256)
        return len(content) if content is not None else None

    def claim(self, sha256: str) -> None:
        """Keep the content from now on."""
        if sha256 in self._waiting:
            self._kept[sha256] = self._waiting.pop(sha256)[0]

    def open(self, sha256: str) -> Iterator[bytes]:
        """Return the content in one part."""
        content = self._find(sha256)
        if content is None:
            raise DataError(f"the content {sha256[:80]} is not here")
        return iter((content,))

    def read(self, sha256: str) -> bytes:
        """Return the whole content."""
        return b"".join(self.open(sha256))

    def check(self, sha256: str) -> None:
        """Refuse a content that is not here."""
        self.open(sha256)

    def remove(self, sha256: str) -> bool:
        """Return whether there was such a content; it is gone."""
        return (self._kept.pop(sha256, None) is not None) | (self._waiting.pop(sha256, None) is not None)

    def held(self) -> Iterator[str]:
        """Return the SHA-256 of every content that is kept."""
        return iter(sorted(self._kept))

    def waiting(self) -> Iterator[tuple[str, float]]:
        """Return each content that waits for its decision, and when it came in."""
        return iter([(sha256, since_s) for sha256, (_, since_s) in sorted(self._waiting.items())])

    def take(self, content: bytes) -> str:
        """Return the name of a content that is whole now.

        Raises:
            JournalError: there is no room for it.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in self._kept:
            others = sum(map(len, self._kept.values())) + sum(len(one) for one, _ in self._waiting.values())
            if others + len(content) > self.all_bytes:
                raise JournalError(f"the memory holds {others / 1e6:.0f} MB of evidence: nothing more is taken")
            self._waiting[sha256] = (content, self._now_s())
        return sha256

    def _find(self, sha256: str) -> bytes | None:
        waits = self._waiting.get(sha256)
        return self._kept.get(sha256, waits[0] if waits is not None else None)


class _Intake:
    """A content that is being written; see `sargas.ports.Intake`."""

    def __init__(self, store: EvidenceMemory) -> None:
        self._store = store
        self._parts: list[bytes] = []
        self._n_bytes = 0

    def write(self, data: bytes) -> None:
        """Take the next part."""
        self._n_bytes += len(data)
        if self._n_bytes > self._store.max_bytes:
            raise DecisionError(
                f"the content is larger than {self._store.max_bytes / 1e6:g} MB, the most that is taken"
            )
        self._parts.append(data)

    def keep(self) -> tuple[str, int]:
        """Return the SHA-256 and the size of the whole."""
        if self._n_bytes == 0:
            raise DecisionError("the content is empty: there is nothing to keep")
        return self._store.take(b"".join(self._parts)), self._n_bytes

    def drop(self) -> None:
        """Forget what came in; does nothing once it is kept."""
        self._parts, self._n_bytes = [], 0
