"""Passwords as they are kept: argon2id (RFC 9106), never in the clear, and at most two worked out at once."""

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from msgspec import Struct

from sargas.model.errors import AccountError

SHORTEST: Final = 15
"""Of a password that stands alone: NIST SP 800-63B-4, section 3.1.1.2."""
LONGEST: Final = 256
"""Long enough for any sentence; the standard asks to take at least 64."""
AT_ONCE: Final = 2
"""Each takes 64 MiB: a flood of attempts waits in line and cannot take the memory that the watch needs."""


class Cost(Struct, frozen=True, kw_only=True):
    """How dear a guess is. By default RFC 9106, section 4, the second recommended choice: 64 MiB, 3 passes, 4 lanes.

    That is more than the least that OWASP's Password Storage Cheat Sheet asks for (19 MiB, 2 passes, 1 lane).
    """

    passes: int = RFC_9106_LOW_MEMORY.time_cost
    memory_kib: int = RFC_9106_LOW_MEMORY.memory_cost
    lanes: int = RFC_9106_LOW_MEMORY.parallelism


class Passwords:
    """Makes and compares hashes; takes some 0.1 s each, so it is called in a thread."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """Return what is kept of a password: the hash with its salt and its cost, as the reference code writes it."""
        with self._turns:
            return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Return whether it is the password; takes as long for somebody who does not exist (`kept` is None)."""
        with self._turns:
            try:
                self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Return whether it was hashed at another cost than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_password(password: str, name: str) -> None:
    """Refuse a password that is guessed at once.

    Raises:
        AccountError: says why.
    """
    if len(password) < SHORTEST:
        raise AccountError(f"a password has at least {SHORTEST} characters; a few words in a row are easy to keep")
    if len(password) > LONGEST:
        raise AccountError(f"a password has at most {LONGEST} characters")
    if len(set(password)) < 5 or name.casefold() in password.casefold():
        raise AccountError("that password is guessed at once: take one with more signs, and without the name")
