"""The key that signs the record: an Ed25519 private key in a file beside the journal, for its owner's eyes alone.

Heads are C2SP checkpoints, which are signed notes: the origin, the number of entries, the root in base64, then lines
of our own with the time and the mark of an exercise, a blank line, and the signature.

Sources: C2SP tlog-checkpoint ("Note text") and signed-note ("Format", "Ed25519 signatures"); RFC 8032.
"""

import base64
import os
import stat
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta, Struct

from sargas.model.entry import KeyChanged
from sargas.model.errors import JournalError
from sargas.model.record import Head

Origin = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,119})?$",
        description="letters, digits and . _ - /, 120 at most, the first one a letter or a digit",
    ),
]
ED25519: Final = b"\x01"
"""The type of the signature (signed-note, "Signature types")."""
EXERCISE: Final = "EXERCISE"
LASTING: Final = "lasting"
"""Begins the line that counts the entries which are never removed: one that is taken out as if pruned is missed."""
KEY_TEXT: Final = "sargas-key/1"
"""The first line of what a key signs for the one after it; no origin is called so."""
NEXT: Final = ".next"
"""Added to the name of the key's file for the key that comes after it, until the journal holds it."""


class Signing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a journal is signed.

    `key` is the file of the private key, beside the journal if it is empty; a journal in memory keeps its own.
    `origin` names the record in its heads, and stays what it is when the first one is made. What is no decision is
    signed within `sign_every_s`.
    """

    origin: Annotated[Origin, Meta(min_length=1)] = "sargas"
    key: str = ""
    sign_every_s: Annotated[float, Meta(ge=0.0)] = 10.0
    is_exercise: bool = False


class SigningKey:
    """One private key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_key = private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the signature of these bytes."""
        return self._private.sign(data)

    def pem(self) -> bytes:
        """Return the key as it stands in its file."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def made() -> SigningKey:
    """Return a new key."""
    return SigningKey(Ed25519PrivateKey.generate())


def from_pem(data: bytes, what: str) -> SigningKey:
    """Return the key of a file.

    Raises:
        JournalError: it holds no Ed25519 private key.
    """
    try:
        private = serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError) as error:
        raise JournalError(f"key {what}: expected an Ed25519 private key as PEM, without a password") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise JournalError(f"key {what}: expected an Ed25519 private key, not another kind")
    return SigningKey(private)


def read(path: Path) -> SigningKey | None:
    """Return the key of a file, None if there is no file.

    Raises:
        JournalError: it cannot be read, others than its owner may read it, or it holds no key.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(10_000)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(f"key {path}: {error.strerror or error}") from error
    if mode & 0o077:
        raise JournalError(
            f"key {path}: others than its owner may read or write it (mode {mode:04o}); expected 0600: if nobody"
            f" has read it, `chmod 600 {path}`, else remove it, and a new one is made"
        )
    return from_pem(data, str(path))


def write(path: Path, key: SigningKey) -> None:
    """Put a key into a new file that only its owner may read, safe on disk.

    Raises:
        JournalError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key.pem())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise JournalError(f"key {path}: {error.strerror or error}") from error


def promote(path: Path) -> None:
    """Put the next key in the place of the one before, which is overwritten first.

    Raises:
        JournalError: it cannot be done.
    """
    try:
        if path.exists():
            with path.open("r+b") as file:
                file.write(bytes(os.fstat(file.fileno()).st_size))
                file.flush()
                os.fsync(file.fileno())
        path.with_name(path.name + NEXT).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise JournalError(f"key {path}: the next key could not take its place: {error.strerror or error}") from error


def key_id(origin: str, public_key: bytes) -> str:
    """Return what a key is called in the heads of a record: the key ID of signed-note, in hexadecimal."""
    return sha256(origin.encode() + b"\n" + ED25519 + public_key).digest()[:4].hex()


def key_text(origin: str, identity: str, public_key: bytes) -> bytes:
    """Return what the key before signs: that from here on this one signs the record."""
    return f"{KEY_TEXT}\n{origin}\n{identity}\n{public_key.hex()}\n".encode()


def changed(origin: str, new: SigningKey, before: KeyChanged | None, signer: SigningKey | None) -> KeyChanged:
    """Return the entry by which a new key comes into use, signed by the one before if that is still there."""
    identity = key_id(origin, new.public_key)
    text = key_text(origin, identity, new.public_key)
    return KeyChanged(
        key_id=identity,
        public_key=new.public_key,
        previous_key_id=before.key_id if before is not None else "",
        signature=signer.sign(text) if signer is not None and before is not None else b"",
    )


def is_signed_by(change: KeyChanged, before: KeyChanged, origin: str) -> bool:
    """Return whether the key before has signed the change."""
    text = key_text(origin, change.key_id, change.public_key)
    try:
        Ed25519PublicKey.from_public_bytes(before.public_key).verify(change.signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def head(
    origin: str,
    n_entries: int,
    root: bytes,
    time_s: float,
    key: SigningKey,
    *,
    is_exercise: bool,
    n_lasting: int | None = None,
) -> Head:
    """Return the signed head of a tree; the time is kept to the millisecond.

    `n_lasting` says how many of the entries no pruning may remove; None leaves it out.
    """
    moment = datetime.fromtimestamp(round(time_s, 3), UTC)
    shown = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    lines = [origin, str(n_entries), base64.b64encode(root).decode(), shown]
    lines += [EXERCISE] if is_exercise else []
    lines += [] if n_lasting is None else [f"{LASTING} {n_lasting}"]
    text = "".join(f"{line}\n" for line in lines)
    identity = key_id(origin, key.public_key)
    signature = base64.b64encode(bytes.fromhex(identity) + key.sign(text.encode())).decode()
    return Head(
        n_entries=n_entries,
        time_s=moment.timestamp(),
        root=root,
        key_id=identity,
        note=f"{text}\n— {origin} {signature}\n",
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
