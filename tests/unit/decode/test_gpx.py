"""Walked tracks out of GPX: gpxpy writes the files, the schema names the forms; all else is refused in words."""

import math

import gpxpy.gpx
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from sargas.decode.gpx import BYTES_MAX, paths_of, walked
from sargas.model.errors import DataError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
TWO_POINTS = '<trkpt lat="55.0" lon="24.0"/><trkpt lat="55.001" lon="24.0"/>'
ONE_PATH = f"<trk><trkseg>{TWO_POINTS}</trkseg></trk>"

Place = tuple[float, float]


def file_of(paths: list[list[Place]], version: str = "1.1") -> bytes:
    gpx = gpxpy.gpx.GPX()
    track = gpxpy.gpx.GPXTrack(name="Alfa-7")
    gpx.tracks.append(track)
    for path in paths:
        points = [gpxpy.gpx.GPXTrackPoint(lat, lon, elevation=100.0) for lon, lat in path]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return gpx.to_xml(version=version).encode()


def document(inside: str) -> bytes:
    return f"{HEAD}{inside}</gpx>".encode()


LONS, LATS = st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)
PATHS = st.lists(st.lists(st.tuples(LONS, LATS), min_size=2, max_size=6), min_size=1, max_size=4)


@given(PATHS, st.sampled_from(["1.0", "1.1"]))
def test_every_segment_is_a_path_of_longitudes_and_latitudes(paths: list[list[Place]], version: str) -> None:
    found = paths_of(file_of(paths, version))
    assert [len(path) for path in found] == [len(path) for path in paths]
    for path, true in zip(found, paths, strict=True):
        assert np.array(path) == pytest.approx(np.array(true), abs=1e-9)


def test_a_file_as_a_phone_writes_it_is_read() -> None:
    """GPX 1.1 schema: times, heights, names and foreign extensions stand beside the places."""
    data = document(
        "<metadata><time>2025-07-28T03:00:00Z</time></metadata><wpt lat='1' lon='1'><name>Car</name></wpt>"
        "<trk><name>Morning &amp; noon</name><extensions><g:x xmlns:g='urn:g'>1</g:x></extensions><trkseg>"
        "<trkpt lat='54.9' lon='24.4'><ele>91.2</ele><time>2025-07-28T03:00:01.5Z</time></trkpt>"
        "<trkpt lat='54.9001' lon='24.4002'><time>no time</time></trkpt></trkseg></trk>"
    )
    assert paths_of(data) == [[(24.4, 54.9), (24.4002, 54.9001)]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_xml_readers_must_know_are_read(encoding: str) -> None:
    """XML 1.0, section 4.3.3: UTF-8 and UTF-16, the latter with its mark."""
    text = f"{HEAD}<trk><name>Gaižiūnai</name><trkseg>{TWO_POINTS}</trkseg></trk></gpx>"
    assert len(paths_of(text.encode(encoding))) == 1


@pytest.mark.parametrize("prefix", ["", "g:"])
def test_a_prefix_before_every_name_is_refused_or_read_and_never_crashes(prefix: str) -> None:
    name = f'xmlns{":g" if prefix else ""}="http://www.topografix.com/GPX/1/1"'
    data = f'<{prefix}gpx version="1.1" creator="x" {name}>{ONE_PATH}</{prefix}gpx>'.encode()
    check(data)


def test_segments_of_one_point_are_left_out_and_it_is_said() -> None:
    found = walked(file_of([[(24.0, 55.0)], [(24.0, 55.0), (24.1, 55.0)], []]))
    assert len(found.paths) == 1
    assert found.notes == ["GPX: 2 segments of fewer than two points left out"]


def test_a_long_path_is_thinned_out_within_five_metres_and_it_is_said() -> None:
    """A walk along a wave of 100 m; 21,000 points a step of half a metre apart."""
    path = [(24.0 + k * 8e-6, 55.0 + 9e-4 * math.sin(k / 200.0)) for k in range(21_000)]
    found = walked(file_of([path]))
    (thin,) = found.paths
    assert len(thin) < 2_000
    assert thin[0] == pytest.approx(path[0])
    assert thin[-1] == pytest.approx(path[-1])
    # In metres by hand: a degree of latitude is 111.3 km here, one of longitude that times cos 55.
    metres = [(lon * 111_320.0 * math.cos(math.radians(55.0)), lat * 111_320.0) for lon, lat in path]
    line = shapely.LineString(
        [(lon * 111_320.0 * math.cos(math.radians(55.0)), lat * 111_320.0) for lon, lat in thin]
    )
    assert max(line.distance(shapely.Point(point)) for point in metres[::7]) < 5.05
    (note,) = found.notes
    assert note == f"GPX: track 1, segment 1: 21,000 points thinned out to {len(thin):,}, within 5 m of the way"


def test_a_path_of_as_many_points_as_allowed_is_left_as_it_is() -> None:
    path = [(24.0 + k * 1e-5, 55.0) for k in range(20_000)]
    found = walked(file_of([path]))
    assert len(found.paths[0]) == 20_000
    assert found.notes == []


def test_a_path_that_stays_too_long_is_refused() -> None:
    path = [(24.0 + k * 2e-4, 55.0 + 1e-3 * (k % 2)) for k in range(20_001)]
    with pytest.raises(DataError, match=r"track 1, segment 1: has 20,001 points, .* at most 20,000"):
        walked(file_of([path]))


def test_too_many_paths_are_refused() -> None:
    with pytest.raises(DataError, match="has 51 paths, at most 50"):
        paths_of(file_of([[(24.0, 55.0), (24.1, 55.0)]] * 51))


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(DataError, match="has 12,000,001 bytes, at most 12,000,000"):
        paths_of(b" " * BYTES_MAX + b"x")


def test_too_many_points_are_refused_before_they_are_read() -> None:
    with pytest.raises(DataError, match="has 100,001 points, at most 100,000"):
        paths_of(document("<trkpt/>" * 100_001))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"hello", "has no <gpx> element"),
        (b"<kml/>", "has no <gpx> element"),
        (b'{"type": "FeatureCollection"}', "has no <gpx> element"),
        (b"\x89PNG\r\n\x1a\n", "byte 0 is not UTF-8 text"),
        (b"\xff\xfe<\x00g", "byte 2|no <gpx>|UTF-16"),
        (HEAD.encode(), "cannot be read"),
        (document(""), "has no track with two points"),
        (document("<rte><rtept lat='1' lon='1'/></rte>"), "has a route and no track"),
        (document("<wpt lat='1' lon='1'/>"), "has waypoints and no track"),
        (document("<trk><trkseg><trkpt lon='1'/></trkseg></trk>"), "cannot be read"),
        (document("<trk><trkseg><trkpt lat='x' lon='1'/></trkseg></trk>"), "cannot be read"),
        (document("<trk><trkseg><trkpt lat='1' lon='1'/><trkpt lat='91' lon='1'/></trkseg></trk>"),
         r"track 1, segment 1, point 2: latitude 91.0, longitude 1.0; expected -90 to 90"),
        (document("<trk><trkseg><trkpt lat='nan' lon='1'/></trkseg></trk>"), "point 1: latitude nan"),
        (document("<trk><trkseg><trkpt lat='1' lon='inf'/></trkseg></trk>"), "longitude inf"),
    ],
)  # fmt: skip
def test_what_is_no_walked_track_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        paths_of(data)


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    b'<gpx version="1.1" creator="&b;"></gpx>'
)
READS_A_FILE = b'<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><trk><name>&x;</name></trk></gpx>'


@pytest.mark.parametrize(
    "data", [BILLION_LAUGHS, READS_A_FILE, BILLION_LAUGHS.decode().encode("utf-16"), b"<!doctype html><gpx></gpx>"]
)
def test_declarations_of_types_and_entities_are_refused(data: bytes) -> None:
    with pytest.raises(DataError, match=r"<!DOCTYPE> at character .* is not allowed"):
        paths_of(data)


def test_an_entity_alone_is_refused() -> None:
    with pytest.raises(DataError, match="<!ENTITY> at character"):
        paths_of(document('<!ENTITY a "b">' + ONE_PATH))


def test_elements_nested_without_end_are_refused_or_read() -> None:
    check(document(ONE_PATH + "<extensions>" + "<a>" * 3_000 + "</a>" * 3_000 + "</extensions>"))


def check(data: bytes) -> None:
    """Read anything: paths come back, or a plain message, and nothing else is raised."""
    try:
        paths, message = walked(data).paths, "GPX"
    except DataError as error:
        paths, message = [], str(error)
    assert message.startswith("GPX")
    for path in paths:
        assert 2 <= len(path) <= 20_000
        assert all(abs(lon) <= 180.0 and abs(lat) <= 90.0 for lon, lat in path)


@given(st.binary(max_size=400))
def test_any_bytes_give_paths_or_a_plain_message(data: bytes) -> None:
    check(data)
    check(HEAD.encode() + data)


SOUND = document(f"<trk><name>A</name><extensions><a b='c'>1</a></extensions><trkseg>{TWO_POINTS}</trkseg></trk>")


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.binary(max_size=3)), max_size=6))
@example([(SOUND.index(b"55.0"), b"1e999")])
@example([(SOUND.index(b"xmlns"), b'xmlns:ns0="a" ')])
def test_a_damaged_file_gives_paths_or_a_plain_message(changes: list[tuple[int, bytes]]) -> None:
    data = SOUND
    for at, new in changes:
        data = data[:at] + new + data[at + 1 :]
    check(data)


TAGS = st.sampled_from(
    ["gpx", "trk", "trkseg", "trkpt", "wpt", "rte", "name", "time", "extensions", "metadata", "x:y"]
)
VALUES = st.sampled_from(["55.0", "24.0", "", " ", "nan", "1e5", "-inf", "1_0", "٣", "2025-99-99T99:99:99Z", "&#0;"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    tag = draw(TAGS)
    lat, lon = draw(VALUES), draw(VALUES)
    inside = "" if depth > 3 else "".join(draw(st.lists(elements(depth + 1), max_size=3)))
    place = draw(st.sampled_from([f" lat='{lat}' lon='{lon}'", f" lat='{lat}'", ""]))
    return f"<{tag}{place}>{inside or draw(VALUES)}</{tag}>"


@given(elements())
def test_any_tree_of_elements_gives_paths_or_a_plain_message(inside: str) -> None:
    check(document(inside))
    check(f"<gpx version='1.1'>{inside}</gpx>".encode())
