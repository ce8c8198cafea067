"""ASTERIX data blocks out of a stream of bytes, and their records to reports.

A data block is a category, a length that counts itself, and records end to end (EUROCONTROL-SPEC-0149, 4.2). Nothing
marks its start: after damage the decoder looks for the next bytes that are a block by their contents.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.decode.asterix.common import Source, Sources
from sargas.decode.asterix.editions import READERS, Editions, EditionTable
from sargas.decode.asterix.layout import Broken
from sargas.model.report import Decoded, Malformed, Unused
from sargas.model.sensor import Sensor

HEADER_BYTES: Final = 3
BLOCK_BYTES_MIN: Final = 4
PROBED_RECORDS: Final = 4
"""Enough to tell a block from chance, few enough that hostile bytes cannot make the search slow."""
EXCERPT_BYTES: Final = 32
TOGETHER_BYTES: Final = 24
"""From here on it is quicker to read the records of a block together; about two plots."""
STARTS: Final = re.compile(b"[" + re.escape(bytes(READERS)) + b"]")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a feed of ASTERIX data blocks is read.

    `editions` says by source ("SAC/SIC", or "*" for any) and category which edition its records are written in, or
    "skip"; without it the newest that libasterix holds. `block_bytes_max` bounds what a damaged length can hold up.
    """

    editions: Editions = {}
    block_bytes_max: Annotated[int, Meta(ge=256, le=65_535)] = 16_384


class AsterixDecoder:
    """One feed of ASTERIX; its state is the bytes left over and the last north marks."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._sources = Sources(sensors)
        self._rest = b""
        self._table = EditionTable(settings.editions)

    def __getstate__(self) -> tuple[Settings, Sources, bytes]:
        """Return what a snapshot holds; libasterix's tables are made anew."""
        return self._settings, self._sources, self._rest

    def __setstate__(self, state: tuple[Settings, Sources, bytes]) -> None:
        """Take up where the snapshot was taken."""
        self._settings, self._sources, self._rest = state
        self._table = EditionTable(self._settings.editions)

    def reset(self) -> None:
        """Forget what was left over."""
        self._rest = b""

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return what the blocks that became complete say; what could not be read is `Malformed` among it."""
        chunk = _Chunk(self._sources, received_s, entry)
        if self._rest and self._is_cut_short(data):
            self._abandon(chunk)
        else:
            data = self._rest + data
        at = 0
        while at < len(data):
            after = self._step(data, at, chunk)
            if after is None:
                break
            at = after
        self._rest = data[at:]
        chunk.end_gap()
        return chunk.decoded

    def _step(self, data: bytes, at: int, chunk: "_Chunk") -> int | None:
        """Return the offset after the block, or the damage, at `at`; None if more bytes must come first."""
        if not self._is_header(data, at):
            return self._pass_damage(data, at, chunk)
        if len(data) - at < HEADER_BYTES:
            return None
        end = at + _length(data, at)
        if end > len(data):
            return None if self._may_become_block(data, at) else self._pass_damage(data, at, chunk)
        if data[at] not in READERS:
            return self._pass_unread(data, at, end, chunk)
        chunk.end_gap()
        broken_at = self._read_block(data[at:end], chunk)
        if broken_at is None:
            return end
        if end == len(data) or self._is_header(data, end):
            chunk.end_gap()
            return end
        found = self._next_block(data, at + broken_at)
        chunk.add_gap(data[end:found])
        return found

    def _read_block(self, block: bytes, chunk: "_Chunk") -> int | None:
        """Read the records of a block; return where the first unreadable one starts, None if all are good."""
        at = HEADER_BYTES
        while at < len(block):
            try:
                if len(block) - at >= TOGETHER_BYTES:
                    at = self._read_together(block, at, chunk)
                if at < len(block):
                    at = self._read_record(block, at, chunk)
            except Broken as broken:
                chunk.add_malformed(f"CAT{block[0]:03} {broken}", block[at:])
                return at
            except IndexError:
                chunk.add_malformed(f"CAT{block[0]:03} record runs over its block", block[at:])
                return at
        return None

    def _read_together(self, block: bytes, at: int, chunk: "_Chunk") -> int:
        """Return the offset after the records that could be read together, `at` itself if none could."""
        sac, sic = _source(block, at)
        edited = self._table.find(block[0], sac, sic)
        if edited is None or edited.plots is None:
            return at
        found, end = edited.plots.read_together(block, at, chunk.source(sac, sic))
        for item in found:
            if isinstance(item, int):
                self._read_record(block, item, chunk)
            else:
                chunk.decoded.append(item)
        return end

    def _read_record(self, block: bytes, at: int, chunk: "_Chunk") -> int:
        sac, sic = _source(block, at)
        edited = self._table.find(block[0], sac, sic)
        if edited is None:
            chunk.decoded.append(Unused(f"CAT{block[0]:03} skipped by configuration"))
            return len(block)
        items, end = edited.layout.split(block, at)
        try:
            chunk.decoded.append(edited.reader.read(items, chunk.source(sac, sic)))
        except (Broken, IndexError) as impossible:
            reason = str(impossible) or "compound item runs over its length"
            chunk.add_malformed(f"CAT{block[0]:03} {reason}", block[at:end])
        return end

    def _pass_unread(self, data: bytes, at: int, end: int, chunk: "_Chunk") -> int:
        """Pass over a category that is not read, unless it is no block at all: its records cannot tell."""
        is_followed = end == len(data) or len(data) - end < HEADER_BYTES or self._is_header(data, end)
        if not is_followed or self._find_block(data, at + 1, end) is not None:
            return self._pass_damage(data, at, chunk)
        chunk.end_gap()
        chunk.decoded.append(Unused(f"category {data[at]:03}"))
        return end

    def _pass_damage(self, data: bytes, at: int, chunk: "_Chunk") -> int:
        """Count the bytes at `at` that are no block, and return the offset after them."""
        found = self._next_block(data, at + 1)
        chunk.add_gap(data[at:found])
        return found

    def _next_block(self, data: bytes, first: int) -> int:
        """Return the offset of the next block from `first` on, else of the first bytes that may become one."""
        found = self._find_block(data, first, len(data))
        if found is not None:
            return found
        tail = max(first, len(data) - self._settings.block_bytes_max)
        starts = (start.start() for start in STARTS.finditer(data, tail))
        return next((at for at in starts if self._may_become_read_block(data, at)), len(data))

    def _find_block(self, data: bytes, first: int, last: int) -> int | None:
        starts = (start.start() for start in STARTS.finditer(data, first, last))
        return next((at for at in starts if self._is_block(data, at)), None)

    def _is_header(self, data: bytes, at: int) -> bool:
        """Return whether a block may start here, as far as the bytes go."""
        if len(data) - at < HEADER_BYTES:
            return data[at] != 0
        return data[at] != 0 and BLOCK_BYTES_MIN <= _length(data, at) <= self._settings.block_bytes_max

    def _is_block(self, data: bytes, at: int) -> bool:
        """Return whether a whole block of a category that is read stands here, by its contents."""
        if data[at] not in READERS or len(data) - at < BLOCK_BYTES_MIN or not self._is_header(data, at):
            return False
        end = at + _length(data, at)
        if end > len(data):
            return False
        match self._probe(data[at:end]):
            case "whole":
                return True
            case "sound":
                return end == len(data) or self._is_header(data, end)
            case _:
                return False

    def _may_become_block(self, data: bytes, at: int) -> bool:
        """Return whether the bytes to come can complete the block that starts here, as far as its contents tell."""
        if data[at] in READERS:
            return self._may_become_read_block(data, at)
        return self._find_block(data, at + 1, len(data)) is None

    def _may_become_read_block(self, data: bytes, at: int) -> bool:
        if len(data) - at < HEADER_BYTES:
            return True
        if not self._is_header(data, at) or at + _length(data, at) <= len(data):
            return False
        return self._probe(data[at:]) != "broken"

    def _probe(self, block: bytes) -> Literal["whole", "sound", "cut", "broken"]:
        """Return what the first records of a block tell: all read, read so far, bytes missing, or no records."""
        at = HEADER_BYTES
        for _ in range(PROBED_RECORDS):
            if at >= len(block):
                break
            try:
                edited = self._table.find(block[0], *_source(block, at))
                if edited is None:
                    return "sound"
                at = edited.layout.end(block, at)
            except IndexError:
                return "cut"
            except Broken:
                return "broken"
        if at == len(block):
            return "whole"
        return "sound" if at < len(block) else "cut"

    def _is_cut_short(self, data: bytes) -> bool:
        """Return whether the bytes left over will never be whole: a datagram cut short, followed by a sound one."""
        joined = self._rest + data
        if len(joined) >= HEADER_BYTES:
            end = _length(joined, 0)
            if end <= len(joined) and self._is_block(joined, 0):
                return False
        return len(data) >= BLOCK_BYTES_MIN and self._is_block(data, 0)

    def _abandon(self, chunk: "_Chunk") -> None:
        """Read the whole records of the bytes left over, and count the rest."""
        rest, self._rest = self._rest, b""
        is_read = len(rest) > HEADER_BYTES and rest[0] in READERS
        if not is_read or self._read_block(rest, chunk) is None:
            chunk.add_malformed("block cut short", rest[:HEADER_BYTES] if is_read else rest)


class _Chunk:
    """What one call of `decode` found so far."""

    def __init__(self, sources: Sources, received_s: float, entry: int) -> None:
        self.decoded: list[Decoded] = []
        self._sources = sources
        self._received_s = received_s
        self._entry = entry
        self._source: dict[tuple[int, int], Source] = {}
        self._gap_bytes = 0
        self._gap_excerpt = b""

    def source(self, sac: int, sic: int) -> Source:
        """Return the source of a record; made once for all records of the chunk."""
        source = self._source.get((sac, sic))
        if source is None:
            source = self._source[sac, sic] = Source(self._sources, sac, sic, self._received_s, self._entry)
        return source

    def add_malformed(self, reason: str, data: bytes) -> None:
        """Count bytes that could not be read."""
        self.decoded.append(Malformed(reason, len(data), data[:EXCERPT_BYTES].hex()))

    def add_gap(self, data: bytes) -> None:
        """Count bytes that belong to no block; neighbouring ones become one `Malformed`."""
        self._gap_bytes += len(data)
        self._gap_excerpt = (self._gap_excerpt + data[:EXCERPT_BYTES])[:EXCERPT_BYTES]

    def end_gap(self) -> None:
        """Report the bytes that belong to no block, if there were any."""
        if self._gap_bytes:
            self.decoded.append(Malformed("bytes outside a block", self._gap_bytes, self._gap_excerpt.hex()))
            self._gap_bytes, self._gap_excerpt = 0, b""


def _length(data: bytes, at: int) -> int:
    return data[at + 1] << 8 | data[at + 2]


def _source(block: bytes, at: int) -> tuple[int, int]:
    """Return SAC and SIC of the record: item 010 comes first in every category that is read."""
    if not block[at] & 0x80:
        raise Broken("record names no source")
    while block[at] & 1:
        at += 1
    return block[at + 1], block[at + 2]


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> AsterixDecoder:
    """Return the decoder of one feed.

    Raises:
        ConfigError: an edition that libasterix does not hold.
    """
    return AsterixDecoder(settings, sensors)
