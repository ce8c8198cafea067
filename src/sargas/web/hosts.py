"""The names that a machine has for itself."""

from typing import Final

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
