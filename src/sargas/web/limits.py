"""How often somebody may ask, and how long a guesser of passwords waits; pure, and bounded in memory.

Nobody is locked out for good: a wait grows with the failures and ends by itself, and whoever has signed in from an
address before is not kept waiting for what others try with the same name.
"""

import ipaddress
from collections import OrderedDict
from typing import Final

from msgspec import Struct

KEYS_MAX: Final = 10_000
"""So many addresses or accounts are remembered; beyond that the one longest unheard of is forgotten."""
FREE_FAILURES: Final = 5
"""So often anybody may mistype; OWASP's Authentication Cheat Sheet leaves the number to the site."""
ADDRESS_WAIT_MAX_S: Final = 300.0
ACCOUNT_WAIT_MAX_S: Final = 30.0
"""Short, since it also keeps the person waiting: 2,880 guesses a day with one name, whatever number of addresses."""
FORGOTTEN_S: Final = 3_600.0
"""After so long without a failure the next one counts as the first."""


class Rate(Struct, frozen=True):
    """So many a second in the long run, and so many at once."""

    per_s: float
    burst: float


class Buckets:
    """Token buckets, one a key: each refills at the rate and holds at most the burst."""

    def __init__(self, rate: Rate, keys_max: int = KEYS_MAX) -> None:
        self._rate = rate
        self._keys_max = keys_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Return 0.0 and take one, or how long it takes until there is one."""
        left, then_s = self._left.pop(key, (self._rate.burst, now_s))
        left = min(self._rate.burst, left + max(0.0, now_s - then_s) * self._rate.per_s)
        is_allowed = left >= 1.0
        self._left[key] = (left - 1.0 if is_allowed else left, now_s)
        while len(self._left) > self._keys_max:
            self._left.popitem(last=False)
        return 0.0 if is_allowed else (1.0 - left) / self._rate.per_s


class Delays:
    """Waits that double with every failure after the first few, one a key."""

    def __init__(self, wait_max_s: float, keys_max: int = KEYS_MAX) -> None:
        self._wait_max_s = wait_max_s
        self._keys_max = keys_max
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Return how long the key must still wait before its next attempt, 0.0 if it need not."""
        n_failures, last_s = self._failed.get(key, (0, 0.0))
        if n_failures < FREE_FAILURES:
            return 0.0
        return max(0.0, last_s + min(self._wait_max_s, 2.0 ** (n_failures - FREE_FAILURES)) - now_s)

    def failed(self, key: str, now_s: float) -> None:
        """Count a failure."""
        n_failures, last_s = self._failed.pop(key, (0, now_s))
        n_failures = 0 if now_s - last_s > FORGOTTEN_S else n_failures
        self._failed[key] = (min(n_failures + 1, 64), now_s)
        while len(self._failed) > self._keys_max:
            self._failed.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        self._failed.pop(key, None)


class SignInDelays:
    """The waits before an attempt to sign in, by the account and by the address that it comes from."""

    def __init__(self) -> None:
        self._of_address = Delays(ADDRESS_WAIT_MAX_S)
        self._of_account = Delays(ACCOUNT_WAIT_MAX_S)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def wait_s(self, name: str, address: str, now_s: float) -> float:
        """Return how long this attempt must wait, 0.0 if it need not."""
        name, address = name.casefold(), neighbourhood(address)
        of_account = 0.0 if (name, address) in self._known else self._of_account.wait_s(name, now_s)
        return max(of_account, self._of_address.wait_s(address, now_s))

    def failed(self, name: str, address: str, now_s: float) -> None:
        """Count a failure against both."""
        self._of_account.failed(name.casefold(), now_s)
        self._of_address.failed(neighbourhood(address), now_s)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures, and remember that this account comes from this address."""
        name, address = name.casefold(), neighbourhood(address)
        self._of_account.succeeded(name)
        self._of_address.succeeded(address)
        self._known[(name, address)] = None
        while len(self._known) > KEYS_MAX:
            self._known.popitem(last=False)


def neighbourhood(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 that one IPv6 connection has to itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return address
