"""The charts of a dossier: who saw it when, how high and how fast it flew, and how long each decision took."""

import math
from collections.abc import Sequence
from typing import Final

import shapely
from msgspec import Struct

from sargas.dossier import moments
from sargas.dossier.unknowns import has_height
from sargas.dossier.wording import Words
from sargas.model.dossier import Dossier, TrackPoint
from sargas.share import map_style as style
from sargas.share.svg import Drawing, Ink, Type, text_width

WIDTH_MM: Final = 178.0
ROW_MM: Final = 6.0
NAME_MM: Final = 42.0
TOP_MM: Final = 5.0
CURVE_TOP_MM: Final = 8.5
SENSORS_MOST: Final = 30
AXIS: Final = Ink(line="#333333", width=0.25)
GRID: Final = Ink(line="#c9ced3", width=0.15)
BAR: Final = Ink(fill="#2f6db5")
TOLD_BAR: Final = Ink(fill="#8a5a00")
CROSSED: Final = Ink(line="#a80000", width=0.35, dash=(1.2, 0.8))
LINE: Final = Ink(line="#0b4f9c", width=0.5)
SECOND: Final = Ink(line="#8a5a00", width=0.5)
BAND: Final = Ink(fill="#2f6db5", opacity=0.15)
NAME: Final = Type(size=8.0, family=style.SERIF, halo=0.0)
TICK: Final = Type(size=6.5, family=style.MONO, halo=0.0)
MARK: Final = Type(size=6.5, family=style.MONO, colour="#a80000", halo=0.7)
TITLE: Final = Type(size=8.0, family=style.SERIF, is_italic=True, halo=0.0)
STEPS_S: Final = (10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
LEAST_MM: Final = 0.9
"""A single report is a mark of this width."""


class Chart(Struct, frozen=True, kw_only=True):
    """A chart, and what it shows in words for those who cannot see it."""

    drawing: Drawing
    alt: str


class _Axis(Struct, frozen=True, kw_only=True):
    left_mm: float
    right_mm: float
    first_s: float
    last_s: float

    def x(self, time_s: float) -> float:
        share = (time_s - self.first_s) / (self.last_s - self.first_s)
        return self.left_mm + min(max(share, 0.0), 1.0) * (self.right_mm - self.left_mm)

    def ticks(self) -> list[float]:
        step = next((one for one in STEPS_S if (self.last_s - self.first_s) / one <= 8.0), STEPS_S[-1])
        first = math.ceil(self.first_s / step)
        return [k * float(step) for k in range(first, math.floor(self.last_s / step) + 1)]


def seen_chart(dossier: Dossier, words: Words) -> Chart | None:
    """Return who saw it from when to when, a row for each sensor or source; None if nobody did."""
    rows = [one for one in dossier.sensors if one.spans][:SENSORS_MOST]
    if not rows:
        return None
    times = [time_s for one in rows for span in one.spans for time_s in span]
    axis = _axis(NAME_MM, min(times), max(times))
    drawing = Drawing(WIDTH_MM, len(rows) * ROW_MM + TOP_MM + 8.0)
    bottom = len(rows) * ROW_MM + TOP_MM
    _time_axis(drawing, axis, TOP_MM, bottom)
    for k, one in enumerate(rows):
        y = TOP_MM + k * ROW_MM
        drawing.text(0.0, y + 4.2, _fitting(one.sensor, NAME, NAME_MM - 2.0), NAME, "start")
        for begin, end in one.spans:
            left, right = axis.x(begin), axis.x(end)
            if right - left < LEAST_MM:
                left, right = (left + right - LEAST_MM) / 2.0, (left + right + LEAST_MM) / 2.0
            ink = TOLD_BAR if one.kind in {"observer", "neighbour"} else BAR
            drawing.shape(shapely.box(left, y + 1.2, right, y + ROW_MM - 1.2), ink)
    _crossing_marks(drawing, dossier, axis, TOP_MM, bottom)
    names = ", ".join(one.sensor for one in rows)
    return Chart(drawing=drawing, alt=f"{words.heading['sensors']}: {names}")


def flight_charts(dossier: Dossier, words: Words) -> list[Chart]:
    """Return the speed, and the height where a report gave one, of the track with the most points."""
    tracks = [one for one in dossier.tracks if len(one.points) > 1]
    if not tracks:
        return []
    track = max(tracks, key=lambda one: len(one.points))
    points = [point for point in track.points if not point.is_predicted]
    if len(points) < 2:
        return []
    name = f"{words.label['track']} {track.track_id}"
    charts = [
        _curve(dossier, points, [point.speed_mps * 3.6 for point in points], f"{words.label['speed']} [km/h], {name}")
    ]
    high = [point for point in points if has_height(point)]
    if len(high) > 1:
        is_gnss = any(point.alt_wgs84_m is not None for point in high)
        label = words.label["height" if is_gnss else "pressure_height"]
        kept = [point for point in high if (point.alt_wgs84_m if is_gnss else point.alt_baro_m) is not None]
        values = [float((point.alt_wgs84_m if is_gnss else point.alt_baro_m) or 0.0) for point in kept]
        if len(kept) > 1:
            charts.append(_curve(dossier, kept, values, f"{label} [m], {name}"))
    return charts


def _curve(dossier: Dossier, points: Sequence[TrackPoint], values: Sequence[float], title: str) -> Chart:
    height = 38.0
    axis = _axis(16.0, points[0].time_s, points[-1].time_s)
    drawing = Drawing(WIDTH_MM, height + 9.0)
    top_value = _round_up(max(*values, 1.0))
    low_value = min(0.0, *values)
    drawing.text(16.0, 3.2, title, TITLE, "start")

    def y(value: float) -> float:
        return CURVE_TOP_MM + (height - CURVE_TOP_MM) * (1.0 - (value - low_value) / (top_value - low_value))

    for k in range(5):
        value = low_value + (top_value - low_value) * k / 4.0
        drawing.line([(16.0, y(value)), (WIDTH_MM - 2.0, y(value))], GRID)
        drawing.text(14.8, y(value) + 0.8, f"{value:.0f}", TICK, "end")
    _time_axis(drawing, axis, CURVE_TOP_MM, height)
    pieces: list[list[tuple[float, float]]] = []
    before = -math.inf
    for point, value in zip(points, values, strict=True):
        if not pieces or point.time_s - before > 60.0:
            pieces.append([])
        pieces[-1].append((axis.x(point.time_s), y(value)))
        before = point.time_s
    for piece in pieces:
        if len(piece) > 1:
            drawing.line(piece, LINE)
    _crossing_marks(drawing, dossier, axis, CURVE_TOP_MM, height)
    return Chart(drawing=drawing, alt=f"{title}: {min(values):.0f} – {max(values):.0f}")


def clock_chart(dossier: Dossier, words: Words) -> Chart | None:
    """Return the steps from the first report on as points of one line of time; None if there is no clock."""
    if dossier.clock is None:
        return None
    steps = clock_steps(dossier, words)
    if len(steps) < 2:
        return None
    last_s = max(time_s for _, time_s in steps)
    axis = _Axis(left_mm=4.0, right_mm=WIDTH_MM - 4.0, first_s=0.0, last_s=max(last_s, 1.0))
    drawing = Drawing(WIDTH_MM, 6.0 + 4.4 * len(steps) + 4.0)
    base = 4.4 * len(steps) + 4.0
    drawing.line([(axis.left_mm, base), (axis.right_mm, base)], AXIS)
    for k, (name, time_s) in enumerate(steps):
        x, y = axis.x(time_s), 3.0 + 4.4 * k
        drawing.line([(x, y + 0.6), (x, base)], GRID)
        drawing.circle(x, base, 0.9, Ink(fill="#2f6db5"))
        text = f"{name}  {moments.after(time_s)}"
        is_left = x > WIDTH_MM * 0.6
        drawing.text(x - 1.0 if is_left else x + 1.0, y + 1.2, text, NAME, "end" if is_left else "start")
        drawing.line([(x, y), (x, y + 1.4)], AXIS)
    return Chart(drawing=drawing, alt="; ".join(f"{name}: {moments.after(time_s)}" for name, time_s in steps))


def clock_steps(dossier: Dossier, words: Words) -> list[tuple[str, float]]:
    """Return the steps that were reached, each with the seconds since the first report, in their order."""
    clock = dossier.clock
    if clock is None:
        return []
    times = {name: getattr(clock, name) for name in words.clock}
    reached = [(name, time_s) for name, time_s in times.items() if time_s is not None]
    return [(words.clock[name], time_s - clock.first_report_s) for name, time_s in sorted(reached, key=_by_time)]


def _by_time(step: tuple[str, float]) -> float:
    return step[1]


def _axis(left_mm: float, first_s: float, last_s: float) -> _Axis:
    margin_s = max(5.0, 0.02 * (last_s - first_s))
    return _Axis(left_mm=left_mm, right_mm=WIDTH_MM - 2.0, first_s=first_s - margin_s, last_s=last_s + margin_s)


def _time_axis(drawing: Drawing, axis: _Axis, top: float, bottom: float) -> None:
    drawing.line([(axis.left_mm, bottom), (axis.right_mm, bottom)], AXIS)
    ticks = axis.ticks()
    digits = 8 if len(ticks) > 1 and ticks[1] - ticks[0] < 60.0 else 5
    for time_s in ticks:
        x = axis.x(time_s)
        drawing.line([(x, top), (x, bottom)], GRID)
        drawing.line([(x, bottom), (x, bottom + 1.0)], AXIS)
        drawing.text(x, bottom + 4.0, moments.clock(time_s)[:digits], TICK)
    drawing.text(axis.right_mm, bottom + 7.2, "UTC", TICK, "end")


def _crossing_marks(drawing: Drawing, dossier: Dossier, axis: _Axis, top: float, bottom: float) -> None:
    """Draw when the border was crossed."""
    for one in dossier.crossings[:8]:
        if axis.first_s <= one.time_s <= axis.last_s and one.is_measured:
            drawing.line([(axis.x(one.time_s), top - 1.0), (axis.x(one.time_s), bottom)], CROSSED)
            drawing.text(axis.x(one.time_s), top - 1.4, moments.clock(one.time_s), MARK)


def _fitting(text: str, kind: Type, width_mm: float) -> str:
    """Return the text, cut where it is wider."""
    while len(text) > 4 and text_width(text, kind) > width_mm:
        text = text[:-2].rstrip() + "…"
    return text


def _round_up(value: float) -> float:
    """Return a round number at least as large, that four steps divide well."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0) if step * power >= value)
