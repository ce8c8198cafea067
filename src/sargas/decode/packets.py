"""A captured packet to the UDP payload in it.

Sources: IEEE 802.3 and 802.1Q; RFC 791, 8200 and 768; the link types of the tcpdump group (LINKTYPE_*).
"""

from collections.abc import Collection
from typing import Final

UDP: Final = 17
FRAGMENT_HEADER: Final = 44
IPV4: Final = 0x0800
IPV6: Final = 0x86DD
VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)
EXTENSION_HEADERS: Final = (0, 43, 60)
"""IPv6 hop-by-hop options, routing, destination options: the next one and a length in units of eight bytes."""

ETHERNET: Final = 1
RAW_IP: Final = (12, 14, 101, 228, 229)
NULL: Final = (0, 108)
LINUX_COOKED: Final = 113
LINUX_COOKED_2: Final = 276


class NoPayload(Exception):
    """The packet should hold a UDP payload, but it cannot be had: the message says why."""


def udp_payload(packet: bytes, link_type: int, ports: Collection[int]) -> bytes | None:
    """Return the UDP payload of a packet to one of these ports (to any, if empty); None for other traffic.

    Raises:
        NoPayload: it is a fragment, it was cut short, or its link type is not known.
    """
    try:
        protocol, at = _link(packet, link_type)
        if protocol == IPV4:
            return _ipv4(packet, at, ports)
        return _ipv6(packet, at, ports) if protocol == IPV6 else None
    except IndexError:
        raise NoPayload("packet cut short") from None


def _link(packet: bytes, link_type: int) -> tuple[int, int]:
    """Return the protocol in the packet and the offset at which it starts."""
    if link_type == ETHERNET:
        protocol, at = _uint16(packet, 12), 14
    elif link_type == LINUX_COOKED:
        protocol, at = _uint16(packet, 14), 16
    elif link_type == LINUX_COOKED_2:
        protocol, at = _uint16(packet, 0), 20
    elif link_type in RAW_IP or link_type in NULL:
        at = 4 if link_type in NULL else 0
        return {4: IPV4, 6: IPV6}.get(packet[at] >> 4, 0), at
    else:
        raise NoPayload("link type not known")
    while protocol in VLAN_TAGS:
        protocol, at = _uint16(packet, at + 2), at + 4
    return protocol, at


def _ipv4(packet: bytes, at: int, ports: Collection[int]) -> bytes | None:
    if packet[at + 9] != UDP:
        return None
    if _uint16(packet, at + 6) & 0x3FFF:
        raise NoPayload("IP fragment")
    return _udp(packet, at + 4 * (packet[at] & 0x0F), ports)


def _ipv6(packet: bytes, at: int, ports: Collection[int]) -> bytes | None:
    following, at = packet[at + 6], at + 40
    while following in EXTENSION_HEADERS:
        following, at = packet[at], at + 8 * (packet[at + 1] + 1)
    if following == FRAGMENT_HEADER:
        raise NoPayload("IP fragment")
    return _udp(packet, at, ports) if following == UDP else None


def _udp(packet: bytes, at: int, ports: Collection[int]) -> bytes | None:
    if ports and _uint16(packet, at + 2) not in ports:
        return None
    n_bytes = _uint16(packet, at + 4)
    if n_bytes < 8:
        raise NoPayload("UDP length too small")
    if at + n_bytes > len(packet):
        raise NoPayload("packet cut short")
    return packet[at + 8 : at + n_bytes]


def _uint16(packet: bytes, at: int) -> int:
    return packet[at] << 8 | packet[at + 1]
