"""What every way to a TAK server or a mesh has in common: its settings, and what its owner may ask of it."""

import os
import ssl
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from sargas.share.connecting import CONNECT_S
from sargas.share.cot import Event
from sargas.share.tak_frames import Version

Station = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_]{0,31}$", description="letters, digits and _")]
Confirmation = Literal["answered", "acknowledged", "sent"]
"""The server has answered a ping that came after; its system has every byte; the datagrams are on their way."""


class LinkSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to send to, and how: a server by `tcp` or `tls`, one address or a multicast group by `udp`.

    `station` begins every uid: two watches on one server need two. A server gets `version` protobuf only if it offers
    it. Files are PEM; without `ca_file` the system's authorities count. `server_name` is the name in the server's
    certificate if that is not `host`. `interface` (an IPv4 address) and `ttl` are those of multicast.
    """

    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65_535)]
    protocol: Literal["tcp", "tls", "udp"] = "tls"
    version: Version = "xml"
    station: Station = "SARGAS"
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    server_name: str = ""
    checks_name: bool = True
    interface: str = ""
    ttl: Annotated[int, Meta(ge=0, le=255)] = 1
    connect_timeout_s: Annotated[float, Meta(gt=0.0, le=60.0)] = CONNECT_S
    answer_timeout_s: Annotated[float, Meta(gt=0.0, le=60.0)] = 1.5


class Link(Protocol):
    """A way to a server or a mesh; `is_exercise` marks what it says by itself, such as pings."""

    is_exercise: bool

    @property
    def peer(self) -> str:
        """Return who is at the other end."""

    @property
    def is_alive(self) -> bool:
        """Whether something can be posted."""

    @property
    def n_dropped(self) -> int:
        """Return how many positions gave way to newer ones."""

    def post(self, event: Event, key: str = "") -> None:
        """Let an event leave; one with a key may give way to a newer one with the same key.

        Raises:
            ChannelError: the link is dead.
        """

    async def confirm(self) -> Confirmation:
        """Return how far it is known that what was posted has arrived.

        Raises:
            ChannelError: it did not arrive, or the link is dead.
        """

    async def rest(self, for_s: float) -> None:
        """Wait.

        Raises:
            ChannelError: the link is dead; told as soon as it is.
        """

    async def close(self) -> None:
        """Let go; what still waits is lost."""


def words(error: Exception) -> str:
    """Return why the system refused, in its own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)  # asyncio puts its own text in the error's
    return str(error) or type(error).__name__
