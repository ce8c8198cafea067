"""A small but real watch for tests: one radar, one feed of JSON lines, one square country, one flight into it."""

import msgspec

from sargas.app.config import DEFAULT_RULES, DEFAULT_TRACKER
from sargas.app.wire import Blueprint
from sargas.model.entry import Body, FeedOpened, Frame
from sargas.model.report import GeoPlot
from sargas.model.sensor import Errors, Sensor
from sargas.model.zone import Zone

START_S = 1_753_660_800.0
SQUARE = ((24.0, 54.0), (25.0, 54.0), (25.0, 55.0), (24.0, 55.0), (24.0, 54.0))
EAST = ((25.0, 54.0), (26.0, 54.0), (26.0, 55.0), (25.0, 55.0), (25.0, 54.0))
DEGREE_M = 64_570.0
"""Length of a degree of longitude at 54.5 degrees north, WGS-84."""

BLUEPRINT = Blueprint(
    country="LT",
    step_s=1.0,
    sensors={
        "radar": Sensor(
            id="radar", kind="radar", lat_deg=54.5, lon_deg=24.9, period_s=4.0, errors=Errors(position_sd_m=50.0)
        )
    },
    decoders={"radar": {"type": "jsonl"}},
    zones=[
        Zone(id="LT", name="Lithuania", kind="sovereign", country="LT", polygons=((SQUARE,),)),
        Zone(id="BY", name="Belarus", kind="sovereign", country="BY", polygons=((EAST,),)),
    ],
    tracker=DEFAULT_TRACKER,
    health={},
    incidents={},
    rules=list(DEFAULT_RULES),
)


def flight(n_plots: int = 60, *, speed_mps: float = 40.0, from_border_m: float = 4_000.0) -> list[tuple[float, Body]]:
    """Return the bodies of a straight flight due west over the border at 25 degrees east, a plot every 4 s."""
    bodies: list[tuple[float, Body]] = [(START_S, FeedOpened("radar", "test"))]
    for k in range(n_plots):
        time_s = START_S + 4.0 * k
        lon_deg = 25.0 + (from_border_m - speed_mps * 4.0 * k) / DEGREE_M
        plot = GeoPlot(sensor="radar", time_s=time_s, lat_deg=54.5, lon_deg=lon_deg, sd_m=30.0)
        bodies.append((time_s + 0.5, Frame("radar", msgspec.json.encode(plot) + b"\n")))
    return bodies
