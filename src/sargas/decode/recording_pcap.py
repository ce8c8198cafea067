"""Captures of UDP traffic: pcap in both byte orders and both clocks, and pcapng.

Sources: IETF drafts "PCAP Capture File Format" (draft-ietf-opsawg-pcap) and "PCAP Now Generic (pcapng) Capture File
Format" (draft-ietf-opsawg-pcapng). Nothing marks a packet: after a length that cannot be, the next one is found by
what its header must hold.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from sargas.decode.packets import NoPayload, udp_payload
from sargas.model.report import Malformed
from sargas.ports import Recording

Found: TypeAlias = tuple[float | None, bytes] | Malformed

PCAP_MAGICS: Final = {
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
}
PCAPNG_MAGIC: Final = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
SECTION_HEADER_BLOCK: Final = 0x0A0D0D0A
INTERFACE_BLOCK: Final = 1
SIMPLE_PACKET_BLOCK: Final = 3
ENHANCED_PACKET_BLOCK: Final = 6
TIME_RESOLUTION: Final = 9
TIME_OFFSET: Final = 14
FILE_HEADER_BYTES: Final = 24
PACKET_HEADER_BYTES: Final = 16
BLOCK_BYTES_MAX: Final = 2**20
"""Far above any packet; a greater length is damage and must not be waited for."""
TIME_MAX_S: Final = 32_503_680_000.0
"""The year 3000, as in the model."""
INTERFACES_MAX: Final = 1_024
EXCERPT_BYTES: Final = 32

Port = Annotated[int, Meta(ge=1, le=65_535)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which packets of a capture are taken: those to these UDP ports, or all UDP packets if none is named."""

    ports: tuple[Port, ...] = ()


class Damaged(Exception):
    """What stands here is no packet; the message says why."""


class Capture:
    """One capture; its state is the bytes left over and what its headers said."""

    def __init__(self, settings: Settings) -> None:
        self._ports = frozenset(settings.ports)
        self._rest = b""
        self._format: _Pcap | _PcapNg | None = None
        self._is_other = False
        self._lost = ""

    def feed(self, data: bytes) -> Iterable[Found]:
        """Return the UDP payloads that became complete, with their arrival [epoch s]."""
        if self._is_other:
            return []
        data = self._rest + data
        found: list[Found] = []
        at = 0
        if self._format is None and len(data) >= 4:
            self._format = _detect(data)
            if self._format is None:
                self._is_other, self._rest = True, b""
                return [_malformed("neither pcap nor pcapng", data)]
        while self._format is not None:
            first = at
            if not self._lost:
                try:
                    n_bytes = self._format.n_bytes(data, at)
                    if n_bytes is None or at + n_bytes > len(data):
                        break
                    found += self._take(self._format.read(data[at : at + n_bytes]))
                    at += n_bytes
                    continue
                except Damaged as damaged:
                    self._lost, first = str(damaged), at + 1
            resumed, is_whole = self._format.resume(data, first)
            if resumed > at:
                found.append(_malformed(self._lost, data[at:resumed]))
            at = resumed
            if not is_whole:
                break
            self._lost = ""
        self._rest = data[at:]
        return found

    def _take(self, packet: "_Packet | None") -> Iterator[Found]:
        if packet is None:
            return
        try:
            payload = udp_payload(packet.data, packet.link_type, self._ports)
        except NoPayload as reason:
            yield _malformed(str(reason), packet.data)
        else:
            if packet.time_s is not None and not 0.0 <= packet.time_s <= TIME_MAX_S:
                yield _malformed("packet with an impossible time", packet.data)
            elif payload:
                yield packet.time_s, payload


class _Packet(Struct, frozen=True):
    time_s: float | None
    link_type: int
    data: bytes


class _Pcap:
    """A file header, then packets each with their own header."""

    def __init__(self, byte_order: str, tick_s: float) -> None:
        self._order = byte_order
        self._tick_s = tick_s
        self._link_type: int | None = None
        self._last_s: int | None = None

    def n_bytes(self, data: bytes, at: int) -> int | None:
        """Return the length of the part at `at`: the file header first, then packets."""
        if self._link_type is None:
            return FILE_HEADER_BYTES
        if len(data) - at < PACKET_HEADER_BYTES:
            return None
        (n_captured,) = struct.unpack_from(self._order + "I", data, at + 8)
        if n_captured > BLOCK_BYTES_MAX:
            raise Damaged("impossible packet length")
        return PACKET_HEADER_BYTES + int(n_captured)

    def read(self, part: bytes) -> _Packet | None:
        """Return the packet, None for the file header."""
        if self._link_type is None:
            self._link_type = struct.unpack_from(self._order + "I", part, 20)[0] & 0xFFFF
            return None
        seconds, ticks = struct.unpack_from(self._order + "II", part)
        self._last_s = seconds
        return _Packet(seconds + ticks * self._tick_s, self._link_type, part[PACKET_HEADER_BYTES:])

    def resume(self, data: bytes, first: int) -> tuple[int, bool]:
        """Return where a whole packet stands and True, found by its seconds and lengths, else where one may begin."""
        tail = max(first, len(data) - PACKET_HEADER_BYTES + 1)
        if self._last_s is None:
            return tail, False
        at_half, half = (0, ">H") if self._order == ">" else (2, "<H")
        same_hours = re.compile(re.escape(struct.pack(half, self._last_s >> 16)))
        starts = (match.start() - at_half for match in same_hours.finditer(data, first + at_half))
        return _first_whole(((at, self._end(data, at)) for at in starts if at < tail), len(data), tail)

    def _end(self, data: bytes, at: int) -> int | None:
        _, ticks, n_captured, n_packet = struct.unpack_from(self._order + "IIII", data, at)
        is_header = ticks * self._tick_s < 1.0 and 0 < n_captured <= n_packet <= BLOCK_BYTES_MAX
        return at + PACKET_HEADER_BYTES + int(n_captured) if is_header else None


class _Interface(Struct, frozen=True):
    link_type: int
    tick_s: float = 1e-6
    offset_s: int = 0


class _PcapNg:
    """Blocks: each its type, its length, a body, and its length again."""

    def __init__(self) -> None:
        self._order = ">"
        self._interfaces: list[_Interface] = []

    def n_bytes(self, data: bytes, at: int) -> int | None:
        """Return the length of the block at `at`; a section header says in which byte order."""
        if len(data) - at < 12:
            return None
        if data[at : at + 4] == PCAPNG_MAGIC:
            order = BYTE_ORDERS.get(data[at + 8 : at + 12])
            if order is None:
                raise Damaged("pcapng section without its byte order")
            self._order = order
        n_bytes = self._word(data, at + 4)
        if n_bytes < 12 or n_bytes % 4 or n_bytes > BLOCK_BYTES_MAX:
            raise Damaged("impossible pcapng block length")
        return n_bytes

    def read(self, block: bytes) -> _Packet | None:
        """Return the packet, None for a block of another kind."""
        try:
            if self._word(block, len(block) - 4) != len(block):
                raise Damaged("pcapng block with two lengths")
            kind = self._word(block, 0)
            if kind == ENHANCED_PACKET_BLOCK:
                return self._enhanced(block)
            if kind == SIMPLE_PACKET_BLOCK:
                n_captured = min(self._word(block, 8), len(block) - 16)
                return _Packet(None, self._interfaces[0].link_type, block[12 : 12 + n_captured])
            if kind == SECTION_HEADER_BLOCK:
                self._interfaces = []
            elif kind == INTERFACE_BLOCK and len(self._interfaces) < INTERFACES_MAX:
                self._interfaces.append(self._interface(block))
        except (struct.error, IndexError):
            raise Damaged("pcapng block that contradicts itself") from None
        return None

    def resume(self, data: bytes, first: int) -> tuple[int, bool]:
        """Return where a whole block stands and True, found by its type and two lengths, else where one may begin."""
        tail = max(first, len(data) - 11)
        packet = re.escape(struct.pack(self._order + "I", ENHANCED_PACKET_BLOCK))
        starts = re.compile(packet + b"|" + re.escape(PCAPNG_MAGIC)).finditer(data, first)
        ends = ((match.start(), self._end(data, match.start())) for match in starts if match.start() < tail)
        return _first_whole(ends, len(data), tail)

    def _end(self, data: bytes, at: int) -> int | None:
        n_bytes = self._word(data, at + 4)
        if n_bytes < 12 or n_bytes % 4 or n_bytes > BLOCK_BYTES_MAX:
            return None
        is_whole = at + n_bytes <= len(data)
        return None if is_whole and self._word(data, at + n_bytes - 4) != n_bytes else at + n_bytes

    def _enhanced(self, block: bytes) -> _Packet:
        number, high, low, n_captured, _ = struct.unpack_from(self._order + "IIIII", block, 8)
        interface = self._interfaces[number]
        time_s = interface.offset_s + (high << 32 | low) * interface.tick_s
        return _Packet(time_s, interface.link_type, block[28 : min(28 + n_captured, len(block) - 4)])

    def _interface(self, block: bytes) -> _Interface:
        (link_type,) = struct.unpack_from(self._order + "H", block, 8)
        tick_s, offset_s, at = 1e-6, 0, 16
        while at + 4 <= len(block) - 4:
            code, n_bytes = struct.unpack_from(self._order + "HH", block, at)
            if code == 0:
                break
            if code == TIME_RESOLUTION:
                tick_s = _tick_s(block[at + 4])
            elif code == TIME_OFFSET:
                (offset_s,) = struct.unpack_from(self._order + "q", block, at + 4)
            at += 4 + (n_bytes + 3) // 4 * 4
        return _Interface(link_type, tick_s, offset_s)

    def _word(self, data: bytes, at: int) -> int:
        return int(struct.unpack_from(self._order + "I", data, at)[0])


def _first_whole(parts: Iterable[tuple[int, int | None]], n_bytes: int, tail: int) -> tuple[int, bool]:
    """Return where the first part that ends within `n_bytes` starts and True, else where one may, or the tail."""
    begins = tail
    for at, end in parts:
        if end is None:
            continue
        if end <= n_bytes:
            return at, True
        begins = min(begins, at)
    return begins, False


def _tick_s(resolution: int) -> float:
    """Return the clock's step: a power of ten, or of two where the highest bit is set."""
    return float(2.0 ** -(resolution & 0x7F) if resolution & 0x80 else 10.0**-resolution)


def _detect(data: bytes) -> _Pcap | _PcapNg | None:
    magic = data[:4]
    if magic == PCAPNG_MAGIC:
        return _PcapNg()
    return _Pcap(*PCAP_MAGICS[magic]) if magic in PCAP_MAGICS else None


def _malformed(reason: str, data: bytes) -> Malformed:
    return Malformed(reason, len(data), data[:EXCERPT_BYTES].hex())


def build(settings: Settings) -> Recording:
    """Return the reader of one capture."""
    return Capture(settings)
