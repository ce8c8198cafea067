"""A dossier as data: everything as JSON, the track as GeoJSON and CSV, the timeline as CSV, and what to read first.

What is in them is what is on paper: they are made of the same dossier, which was cut before.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from sargas.dossier import moments
from sargas.dossier.wording import Words, words_of
from sargas.model.dossier import Dossier, Flown, TrackPoint
from sargas.model.report import Point
from sargas.share.shown import time_text
from sargas.share.wording import EXERCISE

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet; a quote before it makes it a text (OWASP, CSV injection)."""
POINT_HEADS: Final = (
    "note", "track_id", "time_utc", "time_s", "lat_deg", "lon_deg", "sd_major_m", "sd_minor_m", "sd_axis_deg",
    "speed_mps", "course_deg", "alt_wgs84_m", "alt_baro_m", "is_predicted",
)  # fmt: skip
LINE_HEADS: Final = ("note", "time_utc", "time_s", "what", "officer", "text")


def json_file(dossier: Dossier) -> bytes:
    """Return all that the dossier holds; docs/reference/dossier.schema.json says what each key means."""
    return msgspec.json.format(msgspec.json.encode(dossier), indent=1) + b"\n"


def geojson_file(dossier: Dossier) -> bytes:
    """Return the tracks as lines, and the crossings, last reports and finds as points (RFC 7946)."""
    features = [_line(dossier, track) for track in dossier.tracks if len(track.points) > 1]
    features += [
        _point(dossier, "crossing", (one.lon_deg, one.lat_deg), one.sd_m, one.time_s, track_id=one.track_id)
        for one in dossier.crossings
    ]
    features += [
        _point(dossier, "last_report", (one.lon_deg, one.lat_deg), None, one.last_report_s, track_id=one.track_id)
        for one in dossier.search.lost
    ]
    features += [
        _point(dossier, f"found_{one.what}", (one.lon_deg, one.lat_deg), one.sd_m, one.time_s)
        for one in dossier.search.finds
        if one.lat_deg is not None and one.lon_deg is not None
    ]
    whole = {
        "type": "FeatureCollection",
        "name": dossier.incident_id,
        "note": note(dossier),
        "features": features,
    }
    return msgspec.json.encode(whole) + b"\n"


def note(dossier: Dossier) -> str:
    """Return the mark of an exercise or of a made-up night, and the version: it stands in every file."""
    parts = [EXERCISE] if dossier.is_exercise else []
    return " ".join([*parts, *([dossier.label] if dossier.label else []), f"version: {dossier.version}"])


def track_csv(dossier: Dossier) -> bytes:
    """Return the points of all tracks."""
    mark = note(dossier)
    rows = (_point_row(mark, track.track_id, point) for track in dossier.tracks for point in track.points)
    return _csv(POINT_HEADS, rows)


def timeline_csv(dossier: Dossier) -> bytes:
    """Return the lines of the timeline."""
    mark = note(dossier)
    rows = (
        (mark, time_text(one.time_s), f"{one.time_s:.1f}", one.what, one.officer, one.text)
        for one in dossier.timeline
    )
    return _csv(LINE_HEADS, rows)


def read_me(dossier: Dossier, names: Sequence[str]) -> bytes:
    """Return what to read first, in the dossier's language and in English: what this is, and how to verify it."""
    parts = []
    for language, said in zip(dossier.languages, dossier.said, strict=True):
        words = words_of(language)
        parts.append(
            "\n".join(
                [
                    said.marking,
                    "",
                    f"{words.heading['title']} {dossier.incident_id}",
                    f"{words.label['made']}: {moments.moment(dossier.made_s)}",
                    *([f"{words.label['authority']}: {dossier.authority}"] if dossier.authority else []),
                    "",
                    *(f"{name}: {value}" for name, value in said.summary),
                    "",
                    _listed(words, "not_known", said.not_known),
                    _listed(words, "left_out", said.left_out),
                    _listed(words, "verify", said.how_to_verify),
                    *_keys(dossier, words),
                ]
            )
        )
    listed = "\n".join(f"  {name}" for name in sorted(names))
    return ("\n\n----------\n\n".join(parts) + f"\n\n----------\n\n{listed}\n").encode()


def _listed(words: Words, heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{words.heading[heading]}:", *(f"  - {line}" for line in lines), ""])


def _keys(dossier: Dossier, words: Words) -> list[str]:
    verify = dossier.verify
    if verify is None:
        return []
    return [
        f"{words.label['origin']}: {verify.origin}",
        f"{words.label['root']}: {verify.root}",
        *(f"{words.label['key']}: {key}" for key in verify.keys),
    ]


def _line(dossier: Dossier, track: Flown) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": [[round(one.lon_deg, 6), round(one.lat_deg, 6)] for one in track.points],
        },
        "properties": {
            "what": "track",
            "note": note(dossier),
            "track_id": track.track_id,
            "times": [time_text(one.time_s) for one in track.points],
            "sd_major_m": [round(one.major_m, 1) for one in track.points],
            "sd_minor_m": [round(one.minor_m, 1) for one in track.points],
            "sd_axis_deg": [round(one.axis_deg, 1) for one in track.points],
        },
    }


def _point(
    dossier: Dossier,
    what: str,
    at: Point,
    sd_m: float | None,
    time_s: float,
    *,
    track_id: int | None = None,
) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(at[0], 6), round(at[1], 6)]},
        "properties": {
            "what": what,
            "note": note(dossier),
            "track_id": track_id,
            "time": time_text(time_s),
            "sd_m": None if sd_m is None else round(sd_m, 1),
        },
    }


def _point_row(mark: str, track_id: int, one: TrackPoint) -> tuple[str, ...]:
    return (
        mark,
        f"{track_id}",
        time_text(one.time_s),
        f"{one.time_s:.1f}",
        f"{one.lat_deg:.6f}",
        f"{one.lon_deg:.6f}",
        f"{one.major_m:.1f}",
        f"{one.minor_m:.1f}",
        f"{one.axis_deg:.1f}",
        f"{one.speed_mps:.1f}",
        f"{one.course_deg:.1f}",
        "" if one.alt_wgs84_m is None else f"{one.alt_wgs84_m:.0f}",
        "" if one.alt_baro_m is None else f"{one.alt_baro_m:.0f}",
        str(one.is_predicted).lower(),
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue().encode()


def _safe(cell: str) -> str:
    is_number = cell[1:2].isdigit() and cell.startswith("-")
    return f"'{cell}" if cell.startswith(FORMULA) and not is_number else cell
