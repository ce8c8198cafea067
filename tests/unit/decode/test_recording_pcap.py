"""Captures built here by the tables of their formats: containers, link layers, UDP, damage, splits."""

import itertools
import pickle
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.decode.recording_pcap import Settings, build
from sargas.model.report import Malformed

NOON_S = 1_753_704_000
ETHERNET, RAW, COOKED, COOKED_2, NULL = 1, 101, 113, 276, 0


def udp(payload: bytes, port: int = 8600) -> bytes:
    return struct.pack(">HHHH", 4321, port, 8 + len(payload), 0) + payload


def ipv4(body: bytes, protocol: int = 17, fragment: int = 0, options: bytes = b"") -> bytes:
    n_words = 5 + len(options) // 4
    total = 4 * n_words + len(body)
    head = struct.pack(">BBHHHBBH8s", 0x40 | n_words, 0, total, 1, fragment, 64, protocol, 0, bytes(8))
    return head + options + body


def ipv6(body: bytes, following: int = 17) -> bytes:
    return struct.pack(">IHBB32s", 6 << 28, len(body), following, 64, bytes(32)) + body


def ethernet(body: bytes, protocol: int = 0x0800, tags: bytes = b"") -> bytes:
    return bytes(12) + tags + struct.pack(">H", protocol) + body


def pcap(*packets: bytes, link_type: int = ETHERNET, order: str = "<", magic: int = 0xA1B2C3D4, ticks: int = 250_000):
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65_535, link_type)
    for packet in packets:
        data += struct.pack(order + "IIII", NOON_S, ticks, len(packet), len(packet)) + packet
    return data


def ng_block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    n_bytes = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + n_bytes + body + n_bytes


def pcapng(*packets: bytes, order: str = "<", options: bytes = b"", ticks_per_s: int = 10**6) -> bytes:
    data = ng_block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    data += ng_block(order, 1, struct.pack(order + "HHI", ETHERNET, 0, 0) + options)
    data += ng_block(order, 5, bytes(12))
    for packet in packets:
        ticks = NOON_S * ticks_per_s + ticks_per_s // 4
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
        data += ng_block(order, 6, head + packet)
    return data


def read(data: bytes, *ports: int):
    return list(build(Settings(ports=ports)).feed(data))


FOUND = [(NOON_S + 0.25, b"abc")]
PACKET = ethernet(ipv4(udp(b"abc")))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "ticks"), [(0xA1B2C3D4, 250_000), (0xA1B23C4D, 250_000_000)])
def test_pcap_in_both_byte_orders_and_clocks(order, magic, ticks):
    assert read(pcap(PACKET, order=order, magic=magic, ticks=ticks)) == FOUND


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_in_both_byte_orders(order):
    assert read(pcapng(PACKET, order=order)) == FOUND


@pytest.mark.parametrize(("resolution", "ticks_per_s"), [(9, 10**9), (3, 10**3), (0x80 | 20, 2**20)])
def test_pcapng_with_the_clock_that_its_interface_states(resolution, ticks_per_s):
    options = struct.pack("<HHB3xHH", 9, 1, resolution, 0, 0)
    assert read(pcapng(PACKET, options=options, ticks_per_s=ticks_per_s)) == FOUND


def test_an_impossible_time_is_malformed():
    (malformed,) = read(pcapng(PACKET, ticks_per_s=10**9))  # nanoseconds, read as microseconds: the year 57,000
    assert malformed.reason == "packet with an impossible time"


def test_a_simple_pcapng_packet_has_no_arrival():
    simple = ng_block("<", 3, struct.pack("<I", len(PACKET)) + PACKET)
    assert read(pcapng() + simple) == [(None, b"abc")]


@pytest.mark.parametrize(
    ("packet", "link_type"),
    [
        (ethernet(ipv4(udp(b"abc")), tags=b"\x81\x00\x00\x05"), ETHERNET),
        (ethernet(ipv4(udp(b"abc")), tags=b"\x88\xa8\x00\x05\x81\x00\x00\x06"), ETHERNET),
        (ethernet(ipv4(udp(b"abc"), options=bytes(8))), ETHERNET),
        (ethernet(ipv4(udp(b"abc")) + bytes(20)), ETHERNET),
        (ethernet(ipv6(udp(b"abc")), 0x86DD), ETHERNET),
        (ethernet(ipv6(bytes([17, 0]) + bytes(6) + udp(b"abc"), 0), 0x86DD), ETHERNET),
        (ipv4(udp(b"abc")), RAW),
        (ipv6(udp(b"abc")), RAW),
        (bytes(14) + b"\x08\x00" + ipv4(udp(b"abc")), COOKED),
        (b"\x08\x00" + bytes(18) + ipv4(udp(b"abc")), COOKED_2),
        (b"\x02\x00\x00\x00" + ipv4(udp(b"abc")), NULL),
    ],
    ids=[
        "vlan",
        "double vlan",
        "ip options",
        "padding",
        "ipv6",
        "ipv6 options",
        "raw 4",
        "raw 6",
        "sll",
        "sll2",
        "null",
    ],
)
def test_the_payload_is_found_under_every_link_layer(packet, link_type):
    assert read(pcap(packet, link_type=link_type)) == FOUND


def test_only_the_ports_that_are_named_are_taken():
    other = ethernet(ipv4(udp(b"other", 53)))
    assert read(pcap(PACKET, other), 8600, 8601) == FOUND
    assert len(read(pcap(PACKET, other))) == 2


@pytest.mark.parametrize(
    "packet", [ethernet(ipv4(bytes(20), protocol=6)), ethernet(bytes(28), 0x0806)], ids=["tcp", "arp"]
)
def test_other_traffic_is_passed_over(packet):
    assert read(pcap(packet, PACKET)) == FOUND


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (ethernet(ipv4(udp(b"abc"), fragment=0x2000)), "IP fragment"),
        (ethernet(ipv4(b"tail", fragment=0x0010)), "IP fragment"),
        (ethernet(ipv6(bytes(16), 44), 0x86DD), "IP fragment"),
        (PACKET[:-1], "packet cut short"),
        (PACKET[:20], "packet cut short"),
        (ethernet(ipv4(struct.pack(">HHHH", 1, 2, 3, 0))), "UDP length too small"),
    ],
)
def test_what_holds_no_whole_payload_is_malformed(packet, reason):
    malformed, found = read(pcap(packet, PACKET))
    assert malformed.reason == reason
    assert [found] == FOUND


def test_an_unknown_link_type_is_malformed():
    assert read(pcap(PACKET, link_type=127))[0].reason == "link type not known"


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a capture", b"\x00" * 40])
def test_another_file_is_malformed_once(data):
    recording = build(Settings())
    assert [each.reason for each in recording.feed(data)] == ["neither pcap nor pcapng"]
    assert list(recording.feed(data)) == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("make", [pcap, pcapng])
@pytest.mark.parametrize("parts", [1, 2, 50])
def test_the_packets_around_an_impossible_length_survive(make, order, parts):
    packets = [ethernet(ipv4(udp(b"packet %d" % k))) for k in range(6)]
    before, after = len(make(*packets[:2], order=order)), len(make(*packets[:3], order=order))
    whole = make(*packets, order=order)
    at = before + (8 if make is pcap else 4)
    damaged = whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :]
    recording = build(Settings())
    step = -(-len(damaged) // parts)
    found = [each for k in range(0, len(damaged), step) for each in recording.feed(damaged[k : k + step])]
    assert [each[1] for each in found if not isinstance(each, Malformed)] == [
        b"packet %d" % k for k in (0, 1, 3, 4, 5)
    ]
    malformed = [each for each in found if isinstance(each, Malformed)]
    assert {each.reason for each in malformed} <= {"impossible packet length", "impossible pcapng block length"}
    assert sum(each.n_bytes for each in malformed) == after - before


@pytest.mark.parametrize("hostile", [b"\x68\x87", b"\xff", b"\x06\x00\x00\x00", b"\x06\x00\x00\x00\x10\x00\x00\x00"])
@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_megabyte_of_hostile_bytes_takes_less_than_two_seconds(make, hostile):
    recording = build(Settings())
    list(recording.feed(make(PACKET)))
    started_s = time.process_time()
    for _ in range(4):
        list(recording.feed(hostile * (250_000 // len(hostile))))
    assert time.process_time() - started_s < 2.0


@pytest.mark.parametrize("data", [pcap(PACKET, PACKET), pcapng(PACKET, PACKET)], ids=["pcap", "pcapng"])
def test_a_copy_takes_up_where_it_was_made(data):
    recording = build(Settings())
    early = list(recording.feed(data[:-20]))
    assert early + list(pickle.loads(pickle.dumps(recording)).feed(data[-20:])) == 2 * FOUND


@given(st.lists(st.integers(0, 300), max_size=8), st.booleans())
def test_any_split_changes_nothing(cuts, is_ng):
    data = (pcapng if is_ng else pcap)(PACKET, ethernet(ipv4(udp(b"second"))))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    recording = build(Settings())
    found = [each for a, b in itertools.pairwise(edges) for each in recording.feed(data[a:b])]
    assert [payload for _, payload in found] == [b"abc", b"second"]


@given(st.sampled_from([pcap(PACKET, PACKET), pcapng(PACKET, PACKET)]), st.data())
@settings(max_examples=300)
def test_no_damage_raises(whole, data):
    damaged = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    for found in read(bytes(damaged)):
        assert isinstance(found, Malformed | tuple)
