"""The register's statistics as bars: incidents, and beside them objects at least, with a line to how many at most."""

import math
from collections.abc import Sequence
from typing import Any, Final

import shapely

from sargas.register.statistics import Row, Statistics
from sargas.share.svg import Drawing, Ink, Type

WIDE_MM: Final = 190.0
ROW_MM: Final = 6.0
NAMES_MM: Final = 42.0
BARS_MM: Final = 52.0
OBJECTS_X: Final = NAMES_MM + BARS_MM + 16.0
HEAD_MM: Final = 27.0
FOOT_MM: Final = 16.0
ROWS_MAX: Final = 200
FACE: Final = "Libertinus Serif"
TITLE: Final = Type(size=15.0, family=FACE, is_bold=True, halo=0.0)
TEXT: Final = Type(size=9.0, family=FACE, halo=0.0)
SMALL: Final = Type(size=8.0, family=FACE, colour="#3c4449", halo=0.0)
EXERCISE: Final = Type(size=12.0, family=FACE, colour="#b00020", is_bold=True, halo=0.0)
INCIDENTS: Final = Ink(fill="#0072b2")
OBJECTS: Final = Ink(fill="#e69f00")
WHISKER: Final = Ink(line="#1b2125", width=0.3)
AXIS: Final = Ink(line="#9aa3a9", width=0.2)

_geos: Any = shapely  # shapely carries no types


def draw(statistics: Statistics, title: str, *, is_exercise: bool = False) -> Drawing:
    """Return the chart, a row for each combination of keys; the objects are on a square-root scale."""
    rows = statistics.rows[:ROWS_MAX]
    chart = Drawing(WIDE_MM, HEAD_MM + ROW_MM * max(1, len(rows)) + FOOT_MM)
    chart.shape(_geos.box(0.0, 0.0, chart.width_mm, chart.height_mm), Ink(fill="#ffffff"))
    chart.text(6.0, 9.0, title, TITLE, "start")
    if is_exercise:
        chart.text(WIDE_MM - 6.0, 9.0, "EXERCISE", EXERCISE, "end")
    chart.text(NAMES_MM, HEAD_MM - 4.0, "incidents", TEXT, "start")
    chart.text(
        OBJECTS_X, HEAD_MM - 4.0, "objects: at least (bar) to at most (line), square-root scale", TEXT, "start"
    )
    _bars(chart, rows)
    _foot(chart, statistics)
    return chart


def _bars(chart: Drawing, rows: Sequence[Row]) -> None:
    most = max((row.n_incidents for row in rows), default=1)
    most_objects = max((row.n_max for row in rows), default=1)
    for k, row in enumerate(rows):
        y = HEAD_MM + k * ROW_MM
        chart.text(NAMES_MM - 2.0, y + 3.7, " ".join(row.keys).replace("_", " "), TEXT, "end")
        length = BARS_MM * row.n_incidents / max(1, most)
        chart.shape(_geos.box(NAMES_MM, y + 0.8, NAMES_MM + max(0.2, length), y + 4.8), INCIDENTS)
        chart.text(NAMES_MM + length + 1.2, y + 3.7, str(row.n_incidents), TEXT, "start")
        least, top = (BARS_MM * math.sqrt(n / max(1, most_objects)) for n in (row.n_min, row.n_max))
        chart.shape(_geos.box(OBJECTS_X, y + 0.8, OBJECTS_X + max(0.2, least), y + 4.8), OBJECTS)
        if row.n_max > row.n_min:
            chart.line([(OBJECTS_X + least, y + 2.8), (OBJECTS_X + top, y + 2.8)], WHISKER)
            chart.line([(OBJECTS_X + top, y + 1.6), (OBJECTS_X + top, y + 4.0)], WHISKER)
        chart.text(OBJECTS_X + top + 1.2, y + 3.7, spoken(row.n_min, row.n_max), TEXT, "start")
    bottom = HEAD_MM + ROW_MM * max(1, len(rows))
    for x in (NAMES_MM, OBJECTS_X):
        chart.line([(x, HEAD_MM), (x, bottom)], AXIS)


def _foot(chart: Drawing, statistics: Statistics) -> None:
    y = chart.height_mm - FOOT_MM + 6.0
    total = f"{statistics.n_incidents} incidents, {spoken(statistics.n_min, statistics.n_max)} objects in all"
    more = " An incident of two countries counts for each of them." if "country" in statistics.by else ""
    chart.text(6.0, y, f"{total}.{more}", SMALL, "start")
    unknown = (
        f"Not known: origin of {statistics.n_origin_unknown}, outcome of {statistics.n_outcome_unknown}, "
        f"type of {statistics.n_type_unknown}, place of {statistics.n_unplaced}, "
        f"whether with explosives of {statistics.n_explosives_unknown}."
    )
    chart.text(6.0, y + 4.5, unknown, SMALL, "start")


def spoken(n_min: int, n_max: int) -> str:
    """Return how many it was."""
    return str(n_min) if n_min == n_max else f"{n_min} to {n_max}"
