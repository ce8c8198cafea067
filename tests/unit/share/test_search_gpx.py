"""GPX of a search plan, read back by gpxpy and by GDAL."""

from pathlib import Path

import gpxpy
import gpxpy.gpx
import pyogrio
import shapely

import search_plan_kit as kit
from sargas.decode.gpx import paths_of
from sargas.share import search_gpx


def export(*, is_public: bool = False, **changes: object) -> bytes:
    return search_gpx.build(search_gpx.Settings()).export(kit.plan(**changes), is_public=is_public)


def read(*, is_public: bool = False, **changes: object) -> gpxpy.gpx.GPX:
    return gpxpy.parse(export(is_public=is_public, **changes).decode())


def test_it_is_gpx_1_1_with_the_time_of_the_plan() -> None:
    gpx = read()
    assert gpx.version == "1.1"
    assert gpx.time is not None
    assert gpx.time.timestamp() == kit.NOW_S


def test_sectors_are_closed_tracks_of_their_outline() -> None:
    plan, gpx = kit.plan(), read()
    best = next(sector for sector in plan.sectors if sector.rank == 1)
    outlines = [track for track in gpx.tracks if str(track.type) == "sector"]
    assert len(outlines) == len(plan.sectors)
    assert outlines[0].name == best.name
    corners = [(point.longitude, point.latitude) for point in outlines[0].segments[0].points]
    assert corners[0] == corners[-1]
    assert shapely.Polygon(corners).hausdorff_distance(shapely.Polygon(best.ring)) < 1e-6


def test_the_best_place_comes_first_then_what_was_found_then_the_sectors_by_rank() -> None:
    names = [str(place.name) for place in read().waypoints]
    assert names[0] == "Best place"
    assert names[1] == "Found: part"
    assert [int(name.split(".")[0]) for name in names[2:]] == list(range(1, 45))


def test_a_waypoint_says_what_a_team_needs() -> None:
    place = read().waypoints[2]
    assert "35U LB 31884 00449" in str(place.description)
    assert place.comment == place.description


def test_another_reader_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpx"
    path.write_bytes(export())
    _, _, waypoints, _ = pyogrio.raw.read(path, layer="waypoints", columns=["name"])
    _, _, tracks, _ = pyogrio.raw.read(path, layer="tracks", columns=["name"])
    assert len(waypoints) == 46
    assert len(tracks) == 45


def test_our_own_reader_of_walked_tracks_reads_it() -> None:
    assert len(paths_of(export())) == 45


def test_a_public_file_has_no_waypoint() -> None:
    gpx = read(is_public=True)
    assert not gpx.waypoints
    assert [str(track.name) for track in gpx.tracks] == ["50 % area", "95 % area", "Keep out"]


def test_every_thing_of_an_exercise_is_marked() -> None:
    gpx = read(is_exercise=True)
    assert all(str(one.name).startswith("EXERCISE ") for one in [*gpx.waypoints, *gpx.tracks])
