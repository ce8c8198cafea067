"""A sample stream for every decoder, encoded here from the standards: what a feed sends in one round.

`SAMPLES[name](n)` returns the n-th round as a list of messages (each a whole line, frame, block or document); the
targets move from round to round, so that no position comes twice.
"""

import json
import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from sargas.model.sensor import Sensor

RECEIVED_S = 1_753_668_000.0  # 2025-07-28 02:00 UTC
ROUND_S = 10.0
SENSORS = MappingProxyType(
    {
        "roof": Sensor(id="roof", kind="adsb", lat_deg=54.64, lon_deg=25.28, alt_m=200.0),
        "radar": Sensor(id="radar", kind="radar", lat_deg=54.64, lon_deg=25.28, alt_m=200.0, sac=25, sic=201),
        "people": Sensor(id="people", kind="observer"),
    }
)
SETTINGS: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {"readsb": {"sensor": "roof"}, "sbs": {"sensor": "roof"}, "beast": {"sensor": "roof"}}
)


def position(n: int, k: int) -> tuple[float, float]:
    """Return where target k is in round n: 100 m/s to the north, 5 km apart; after 200 km it begins anew."""
    return 54.5 + 0.05 * k + (n % 200) * ROUND_S * 100.0 / 111_195.0, 25.5 + 0.03 * k


def readsb(n: int) -> list[bytes]:
    now_s = RECEIVED_S + n * ROUND_S
    aircraft = []
    for k in range(4):
        lat, lon = position(n, k)
        aircraft.append(
            {
                "hex": f"{'~' if k == 3 else ''}4b18{k:02x}",
                "type": ("adsb_icao", "mlat", "adsb_icao", "tisb_other")[k],
                "flight": f"LYA{k}    ",
                "alt_baro": "ground" if k == 2 else 2_000 + k,
                "gs": 194.4,
                "track": 0.0,
                "baro_rate": -64,
                "squawk": "7000",
                "lat": round(lat, 6),
                "lon": round(lon, 6),
                "nic": 8,
                "nac_p": 10,
                "seen_pos": 0.4,
                "mlat": [],
                "tisb": [],
                "note": 'a quote " a brace } and a backslash \\',
            }
        )
    listed = ",\n".join(json.dumps(one) for one in aircraft)
    document = f'{{ "now" : {now_s},\n  "messages" : 12,\n  "aircraft" : [\n{listed}\n  ]\n}}\n'
    one = {"now": now_s + 5.0, **aircraft[0], "lat": round(position(n, 0)[0] + 0.001, 6)}
    return [document.encode(), json.dumps(one).encode() + b"\n"]


def sbs(n: int) -> list[bytes]:
    lat, lon = position(n, 0)
    head, moment = "1,1,4B1800,1", "2025/07/28,02:00:00.000,2025/07/28,02:00:00.000"
    lines = [
        f"MSG,3,{head},{moment},,2000,,,{lat:.5f},{lon - 0.01:.5f},,,0,0,0,0",
        f"MSG,1,{head},{moment},LYA12   ,,,,,,,,,,,",
        f"MSG,4,{head},{moment},,,194.4,0.0,,,-64,,,,,0",
        f"MSG,6,{head},{moment},,2000,,,,,,7000,0,0,0,0",
        f"MSG,3,{head},{moment},,2000,,,{lat:.5f},{lon:.5f},,,0,0,0,0",
        f"MSG,2,{head},{moment},,,12.0,90.0,{lat:.5f},{lon:.5f},,,0,0,0,-1",
        f"MLAT,3,{head},{moment},,2000,,,{lat:.5f},{lon:.5f},,,0,0,0,0",
        "STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM",
    ]
    return [line.encode() + b"\r\n" for line in lines]


def cpr(lat_deg: float, lon_deg: float, *, is_odd: bool) -> tuple[int, int]:
    """Return the 17-bit airborne fractions of a position (ICAO Doc 9871, C.2.6.2)."""
    d_lat = 360.0 / (60 - is_odd)
    yz = math.floor(2**17 * (lat_deg % d_lat) / d_lat + 0.5)
    r_lat = d_lat * (yz / 2**17 + math.floor(lat_deg / d_lat))
    across = (1.0 - math.cos(math.pi / 30.0)) / math.cos(math.radians(r_lat)) ** 2
    n_zones = math.floor(2.0 * math.pi / math.acos(1.0 - across))
    d_lon = 360.0 / max(n_zones - is_odd, 1)
    xz = math.floor(2**17 * (lon_deg % d_lon) / d_lon + 0.5)
    return yz % 2**17, xz % 2**17


def parity(message: bytes) -> bytes:
    """Return the 24 parity bits of a message, by long division (ICAO Annex 10 vol. IV, 3.1.2.3.3)."""
    value, n_bits = int.from_bytes(message, "big") << 24, len(message) * 8
    for bit in range(n_bits + 23, 23, -1):
        if value >> bit & 1:
            value ^= 0x1FFF409 << (bit - 24)
    return value.to_bytes(3, "big")


def squitter(address: int, me: int, first: int = 0x8D) -> bytes:
    """Return an extended squitter with its parity."""
    body = bytes([first]) + address.to_bytes(3, "big") + me.to_bytes(7, "big")
    return body + parity(body)


def airborne(lat_deg: float, lon_deg: float, *, is_odd: bool) -> int:
    """Return the ME field of an airborne position at 2,000 ft, type code 11."""
    yz, xz = cpr(lat_deg, lon_deg, is_odd=is_odd)
    n = (2_000 + 1_000) // 25
    altitude = (n >> 4) << 5 | 1 << 4 | n & 15
    return 11 << 51 | altitude << 36 | is_odd << 34 | yz << 17 | xz


def velocity(east_kt: int, north_kt: int) -> int:
    """Return the ME field of a ground speed, type code 19 subtype 1, level flight."""
    east = (east_kt < 0) << 10 | (abs(east_kt) + 1)
    north = (north_kt < 0) << 10 | (abs(north_kt) + 1)
    return 19 << 51 | 1 << 48 | east << 32 | north << 21 | 1 << 10


def beast_frame(message: bytes) -> bytes:
    """Return the escaped frame of a Mode S message; the signal level is 0x1a, which must be doubled."""
    kind = b"3" if len(message) == 14 else b"2"
    return b"\x1a" + kind + (bytes(6) + b"\x1a" + message).replace(b"\x1a", b"\x1a\x1a")


def beast(n: int) -> list[bytes]:
    frames = []
    for k in range(3):
        lat, lon = position(n, k)
        address = 0x4B1A00 + k  # holds an 0x1a of its own
        frames += [
            squitter(address, 0x202CC371C32CE0),
            squitter(address, velocity(0, 194)),
            squitter(address, airborne(lat, lon, is_odd=False)),
            squitter(address, airborne(lat, lon, is_odd=True)),
        ]
    frames.append(bytes.fromhex("5d4b1a001a1a1a"))
    return [*map(beast_frame, frames), b"\x1a1" + bytes(9)]


def jsonl(n: int) -> list[bytes]:
    time_s = RECEIVED_S + n * ROUND_S
    lat, lon = position(n, 0)
    lines: list[dict[str, Any]] = [
        {"kind": "polar_plot", "sensor": "radar", "time_s": time_s, "range_m": 12_000.5, "azimuth_deg": 91.25},
        {"kind": "geo_plot", "sensor": "radar", "time_s": time_s, "lat_deg": lat, "lon_deg": lon, "sd_m": 50.0},
        {"kind": "bearing", "sensor": "radar", "time_s": time_s, "azimuth_deg": 90.0, "medium": "acoustic"},
        {"kind": "presence", "sensor": "radar", "time_s": time_s, "radius_m": 3_000.0},
        {
            "kind": "sighting",
            "sensor": "people",
            "time_s": time_s,
            "lat_deg": lat,
            "lon_deg": lon,
            "sense": "heard",
            "text": 'į rytus }{ " \\ nuo Šumsko',
        },
        {
            "kind": "cooperative",
            "sensor": "roof",
            "time_s": time_s,
            "identity": {"icao24": "4b1800", "callsign": "LYA12"},
            "source": "adsb",
            "lat_deg": lat,
            "lon_deg": lon,
        },
        {"kind": "cue", "sensor": "people", "time_s": time_s, "area": [[lon, lat]], "radius_m": 5_000.0},
        {"kind": "sensor_status", "sensor": "radar", "time_s": time_s, "state": "ok"},
    ]
    return [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]


def asterix(n: int) -> list[bytes]:
    """Return a north mark, a sector mark and plots, encoded by libasterix."""
    from asterix.generated import Cat_034_1_29, Cat_048_1_32

    source = (("SAC", 25), ("SIC", 201))
    tod = int((RECEIVED_S + n * ROUND_S) % 86_400.0 * 128)
    north = Cat_034_1_29.cv_record.create({"010": source, "000": 1, "030": tod, "041": 4 * 128})
    sector = Cat_034_1_29.cv_record.create({"010": source, "000": 2, "030": tod, "020": 64})
    plots = [
        Cat_048_1_32.cv_record.create(
            {"010": source, "140": tod + k, "040": (("RHO", (20.0 + n * 0.1, "NM")), ("THETA", (45.0 + k, "°")))}
        )
        for k in range(3)
    ]
    blocks = [
        Cat_034_1_29.create([north]),
        Cat_048_1_32.create(plots),
        Cat_034_1_29.create([sector]),
        Cat_048_1_32.create(plots[:1]),
    ]
    return [block.unparse().to_bytes() for block in blocks]


SAMPLES: MappingProxyType[str, Callable[[int], list[bytes]]] = MappingProxyType(
    {"asterix": asterix, "beast": beast, "jsonl": jsonl, "readsb": readsb, "sbs": sbs}
)
