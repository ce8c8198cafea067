"""ASTERIX data blocks made by libasterix's own encoder: the oracle of what our decoder must read."""

from collections.abc import Mapping, Sequence
from typing import Any

from asterix import generated

from sargas.decode.asterix import Settings, build
from sargas.model.report import Decoded
from sargas.model.sensor import Sensor

SOURCE = (("SAC", 25), ("SIC", 13))
SENSOR = Sensor(id="hill", kind="radar", lat_deg=54.5, lon_deg=25.0, alt_m=200.0, sac=25, sic=13)
SENSORS = {SENSOR.id: SENSOR}
NOON_S = 1_753_704_000.0
"""28 July 2025, 12:00 UTC."""
NOON_TOD = (43_200.0, "s")


def block(category: str, *records: Mapping[str, Any]) -> bytes:
    """Return one data block, e.g. of category "048_1_32"; item 010 is given to records that have none."""
    encoder = getattr(generated, f"Cat_{category}")
    made = [encoder.cv_record.create({"010": SOURCE, **record}) for record in records]
    return bytes(encoder.create(made).unparse().to_bytes())


def read(
    *data: bytes,
    received_s: float = NOON_S,
    editions: Mapping[str, Mapping[str, str]] | None = None,
    sensors: Mapping[str, Sensor] = SENSORS,
) -> list[Decoded]:
    """Return all that a fresh decoder makes of these chunks."""
    decoder = build(Settings(editions={k: dict(v) for k, v in (editions or {}).items()}), sensors)
    return [decoded for chunk in data for decoded in decoder.decode(chunk, received_s, 7)]


def plot(k: int = 0) -> dict[str, Any]:
    """Return a CAT048 record with items of every shape: fixed, extended, compound, repeated, explicit."""
    return {
        "140": (43_200.0 + k / 128.0, "s"),
        "020": ((5, 0, 0, 0, 0, None), (0, 0, 0, 0, 0, 0, None)),
        "040": (("RHO", (20.0 + k, "NM")), ("THETA", (90.0, "°"))),
        "070": (0, 0, 0, 0, "7421"),
        "090": (0, 0, (100.0, "FL")),
        "130": {"SRR": 4, "SAM": (-60.0, "dBm"), "APD": (0.5, "°")},
        "220": 0x4249B9,
        "240": "LOT3KM",
        "250": [(0x1234567890ABCD, 4, 0), (0, 5, 0)],
        "161": (0, 100 + k),
        "170": ((0, 2, 0, 0, 0, None),),
        "030": [1, 2, 3],
        "SP": b"\x01\x02\x03",
    }


def tracks(n: Sequence[int] = (1,)) -> list[dict[str, Any]]:
    """Return CAT062 records, one for each track number."""
    return [
        {
            "070": NOON_TOD,
            "105": (("LAT", (54.75, "°")), ("LON", (25.25, "°"))),
            "185": (("VX", (30.0, "m/s")), ("VY", (-40.0, "m/s"))),
            "040": number,
            "080": ((0, 0, 0, 1, 0, None),),
            "380": {"ADR": 0x4CAA1C, "ID": "AZA2049", "MAC": (0.8, "Mach"), "BDSDATA": [1, 2]},
            "136": (350.0, "FL"),
            "290": {"PSR": (1.0, "s"), "ES": (2.0, "s")},
        }
        for number in n
    ]


def sequence(items: Sequence[Decoded], kind: type) -> list[Any]:
    """Return those of one kind, in order."""
    return [item for item in items if isinstance(item, kind)]
