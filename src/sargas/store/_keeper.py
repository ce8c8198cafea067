"""Who signs a journal: the key now in use, all keys before it, and the one that comes next."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import structlog

from sargas.model.entry import KeyChanged
from sargas.model.errors import JournalError
from sargas.model.record import Head
from sargas.store import signing_key
from sargas.store.signing_key import Signing, SigningKey

log = structlog.get_logger()


class Keeper:
    """Signs heads for one journal; `path` is the file of its key, None keeps it in memory alone.

    `to_tell` is the entry by which the key comes into use, if the journal does not hold it yet.
    """

    def __init__(self, signing: Signing, origin: str, chain: Sequence[KeyChanged], path: Path | None) -> None:
        self.signing = signing
        self.origin = origin or signing.origin
        self.chain = list(chain)
        self._path = path
        self._next: SigningKey | None = None
        self._key = self._found() or self._made()
        self.to_tell: KeyChanged | None = None
        if not self._is_known(self._key):
            before = self.chain[-1] if self.chain else None
            self.to_tell = signing_key.changed(self.origin, self._key, before, None)
            if before is not None:
                log.warning("record_key_lost", lost=before.key_id, new=self.to_tell.key_id)

    def head(
        self, n_entries: int, root: bytes, time_s: float, change: KeyChanged | None = None, *, n_lasting: int
    ) -> Head:
        """Return the signed head of a tree; after a `change` by the next key."""
        key = self._key
        if change is not None and not _is_of(key, change):
            if self._next is None or not _is_of(self._next, change):
                raise JournalError(f"key {change.key_id} cannot come into use: it is not the one that was made ready")
            key = self._next
        is_exercise = self.signing.is_exercise
        return signing_key.head(
            self.origin, n_entries, root, time_s, key, is_exercise=is_exercise, n_lasting=n_lasting
        )

    def next_key(self) -> KeyChanged:
        """Return the entry by which a new key comes into use, signed by the one now in use; the new one is on disk.

        Raises:
            JournalError: it cannot be written.
        """
        if not self.chain:
            raise JournalError("the record has no key yet that could be changed")
        self._next = signing_key.made()
        if self._path is not None:
            signing_key.write(_next_path(self._path), self._next)
        return signing_key.changed(self.origin, self._next, self.chain[-1], self._key)

    def settle(self, change: KeyChanged) -> None:
        """Use the key that the journal now holds, and erase the one before."""
        self.chain.append(change)
        self.to_tell = None
        if self._next is None or not _is_of(self._next, change):
            return
        self._key, self._next = self._next, None
        if self._path is not None:
            try:
                signing_key.promote(self._path)
            except JournalError as error:  # the next opening does it
                log.warning("old_key_not_erased", reason=str(error))

    def sign(self, data: bytes) -> tuple[str, bytes]:
        """Return the id of the key and its signature of a JSON document: no head and no key can be signed so."""
        if not data.startswith(b"{"):
            raise JournalError("the record's key signs heads, and JSON documents: nothing else")
        return self.chain[-1].key_id, self._key.sign(data)

    def _found(self) -> SigningKey | None:
        """Return the key on disk: the one that the journal names, if it is there."""
        if self._path is None:
            return None
        key, later = signing_key.read(self._path), signing_key.read(_next_path(self._path))
        if later is not None and self._is_known(later):  # stopped between the journal and the erasing
            signing_key.promote(self._path)
            return later
        if later is not None:
            with contextlib.suppress(OSError):
                _next_path(self._path).unlink()
        return key

    def _made(self) -> SigningKey:
        key = signing_key.made()
        if self._path is not None:
            signing_key.write(self._path, key)
            log.info("record_key_made", path=str(self._path))
        return key

    def _is_known(self, key: SigningKey) -> bool:
        return bool(self.chain) and _is_of(key, self.chain[-1])


def _is_of(key: SigningKey, change: KeyChanged) -> bool:
    return key.public_key == change.public_key


def _next_path(path: Path) -> Path:
    return path.with_name(path.name + signing_key.NEXT)
