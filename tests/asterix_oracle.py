"""Decoders of ASTERIX that others wrote, to read what we send: asterix_decoder (Croatia Control) and tshark."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

READER = """
import json, sys
import asterix

def plain(item):
    return item["val"] if "val" in item else {name: plain(part) for name, part in item.items()}

for line in sys.stdin:
    records = asterix.parse(bytes.fromhex(line), verbose=False)
    said = [
        {"category": r["category"]} | {name: plain(item) for name, item in r.items() if isinstance(item, dict)}
        for r in records
    ]
    print(json.dumps(said), flush=True)
"""

Read = dict[str, Any]
"""A record: its category, and its items (I062/105 as "I105") with their numbers in the item's own units."""


class Oracle:
    """asterix_decoder in a process of its own: a crash in its C++ is then one failed test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, block: bytes) -> list[Read]:
        """Return the records of one or more data blocks."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(block.hex() + "\n")
        answer = self._process.stdout.readline()
        assert answer, f"the decoder ended with {self._process.wait()} on {block.hex()}"
        records: list[Read] = json.loads(answer)
        return records

    def one(self, block: bytes) -> Read:
        """Return the only record."""
        (record,) = self.read(block)
        return record


def dissect(tshark: str, datagrams: list[bytes], folder: Path) -> list[Any]:
    """Return what Wireshark's dissector makes of datagrams to port 8600, a tree for each."""
    path = folder / "sent.pcap"
    path.write_bytes(_pcap(datagrams))
    command = [tshark, "-r", str(path), "-d", "udp.port==8600,asterix", "-T", "json", "--no-duplicate-keys"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [packet["_source"]["layers"] for packet in json.loads(done.stdout)]


def _pcap(datagrams: list[bytes]) -> bytes:
    """Return a capture file of raw IPv4 packets (link type 101) from 127.0.0.1 to itself."""
    packets = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)]
    for data in datagrams:
        udp = struct.pack(">HHHH", 8_601, 8_600, 8 + len(data), 0) + data
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        packets.append(struct.pack("<IIII", 0, 0, len(ip + udp), len(ip + udp)) + ip + udp)
    return b"".join(packets)
