"""A link to TAK, opened: to a server by TCP or TLS, to a mesh by UDP."""

import asyncio
import ipaddress
import ssl

from sargas.model.errors import ChannelError, ConfigError
from sargas.share.connecting import tls_context
from sargas.share.tak_mesh import Mesh, datagrams
from sargas.share.tak_server import READ_BYTES, Server
from sargas.share.tak_way import Link, LinkSettings, words


def check(settings: LinkSettings) -> None:
    """Refuse settings that can never work.

    Raises:
        ConfigError: a file cannot be used, or an address is none; names the key first.
    """
    if settings.protocol == "tls":
        _tls(settings)
    if settings.interface:
        try:
            ipaddress.IPv4Address(settings.interface)
        except ValueError as error:
            raise ConfigError(f"interface: {error}; expected the IPv4 address of a network interface") from error


async def open_link(settings: LinkSettings) -> Link:
    """Return a link that is open.

    Raises:
        ChannelError: nobody is there, or nobody who can be trusted.
    """
    peer = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(settings.connect_timeout_s):
            if settings.protocol == "udp":
                return Mesh(peer, settings, await datagrams(settings))
            context = _tls(settings) if settings.protocol == "tls" else None
            name = (settings.server_name or settings.host) if context is not None else None
            reader, writer = await asyncio.open_connection(
                settings.host, settings.port, ssl=context, server_hostname=name, limit=READ_BYTES
            )
    except TimeoutError as error:
        raise ChannelError(f"{peer}: no connection within {settings.connect_timeout_s:g} s") from error
    except (OSError, UnicodeError) as error:
        raise ChannelError(f"{peer}: {words(error)}") from error
    except ConfigError as error:
        raise ChannelError(str(error)) from error
    return Server(peer, settings, reader, writer)


def _tls(settings: LinkSettings) -> ssl.SSLContext:
    """Return how the server is known, and what we show it; files are read anew, for certificates are renewed.

    Raises:
        ConfigError: a file cannot be used; says which.
    """
    context = tls_context(settings.ca_file, settings.certificate_file, settings.key_file)
    context.check_hostname = settings.checks_name
    return context
