"""The files that a configuration names for searches: aircraft, heights, covers, lines.

Heights are those of planes, which bilinear interpolation keeps exactly; the projected file is in LKS-94 (EPSG:3346),
the Lithuanian grid.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import rasterio

from sargas.app import config, wire
from sargas.app.search_basis import USUAL_ASSETS, basis_of, is_near
from sargas.app.terrain_files import TerrainFiles
from sargas.model.errors import DataError
from sargas.model.search import Asset

# --- the configuration ---

GOOD = '[watch]\ncountry = "LT"\n\n[search]\n'
LINE = {"type": "LineString", "coordinates": [[24.5, 54.5], [24.6, 54.5]]}
FIELD = {"type": "Polygon", "coordinates": [[[24.5, 54.5], [24.6, 54.5], [24.6, 54.6], [24.5, 54.5]]]}


def geojson(path: Path, *features: tuple[object, dict[str, object]]) -> Path:
    found = [{"type": "Feature", "geometry": geometry, "properties": more} for geometry, more in features]
    path.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": found}))
    return path


def tiff(
    path: Path, height_m: Callable[[np.ndarray, np.ndarray], np.ndarray], *, crs: str | None = "EPSG:4326",
    corner: tuple[float, float] = (24.0, 55.0), step: float = 0.005, n: int = 200,
) -> Path:  # fmt: skip
    """Write a plane of heights; `height_m` takes x and y of the points."""
    transform = rasterio.Affine(step, 0.0, corner[0], 0.0, -step, corner[1])
    x, y = np.meshgrid(corner[0] + (np.arange(n) + 0.5) * step, corner[1] - (np.arange(n) + 0.5) * step)
    with rasterio.open(
        path, "w", driver="GTiff", width=n, height=n, count=1, dtype="float32", crs=crs, transform=transform,
        nodata=-9999.0,
    ) as file:  # fmt: skip
        file.write(height_m(x, y).astype(np.float32), 1)
    return path


def png() -> bytes:
    """Two by two grey pixels, as the PNG specification (ISO/IEC 15948) has it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(6))) + chunk(b"IEND", b"")


def checked(text: str, folder: Path) -> list[str]:
    return [str(mistake) for mistake in config.check(GOOD + text, folder).mistakes]


def test_without_a_section_the_search_has_what_comes_with_sargas() -> None:
    basis = basis_of(config.Search(), Path())
    assert basis.assets == USUAL_ASSETS
    assert [(asset.kind, asset.hours) for asset in basis.assets] == [
        ("foot_team", 8.0),
        ("foot_team", 8.0),
        ("camera_drone", 8.0),
    ]
    assert "gerbera" in {kind.id for kind in basis.aircraft}
    assert (basis.terrain, basis.lines, basis.covers, basis.n_particles) == (None, (), (), 1_000_000)


def test_every_mistake_of_the_section_is_told_with_line_and_key(tmp_path: Path) -> None:
    text = (
        'aircraft = "kinds.toml"\nterrain = ["dem.tif"]\nlines = 3\nn_particles = 10\ncolour = "red"\n'
        'assets = [{ asset_id = "a", kind = "dog" }, { asset_id = "a", kind = "dogs", hours = 0 }]\n'
    )
    found = checked(text, tmp_path)
    for told in (
        "line 5: search.aircraft: no file 'kinds.toml'",
        "line 6: search.terrain[0]: no file 'dem.tif'",
        "line 7: search.lines: Expected text",
        "line 8: search.n_particles: Expected a whole number >= 1000",
        "line 9: search.colour: unknown key",
        "line 10: search.assets[0].kind: Invalid enum value 'dog'; have foot_team, ",
        "line 10: search.assets[1].asset_id: 'a' is already search.assets[0]",
        "line 10: search.assets[1].hours: Expected a number > 0.0",
    ):
        assert [one for one in found if one.startswith(told)], (told, found)
    assert len(found) == 8


def test_what_is_wrong_inside_the_files_is_told_for_each(tmp_path: Path) -> None:
    (tmp_path / "kinds.toml").write_text("[[aircraft]]\nid = 3\n", encoding="utf-8")
    geojson(tmp_path / "covers.geojson", (FIELD, {"cover": "jungle"}))
    geojson(tmp_path / "lines.geojson", ({"type": "Point", "coordinates": [24.5, 54.5]}, {}))
    (tmp_path / "dem.tif").write_text("no raster", encoding="utf-8")
    text = 'aircraft = "kinds.toml"\ncovers = "covers.geojson"\nlines = "lines.geojson"\nterrain = ["dem.tif"]\n'
    found = config.check(GOOD + text, tmp_path)
    assert found.value is not None
    problems = dict(wire.problems_of(found.value, tmp_path))
    assert list(problems) == ["search.aircraft", "search.covers", "search.lines", "search.terrain[0]"]
    assert "kinds.toml" in problems["search.aircraft"]
    assert problems["search.covers"].endswith(
        "feature 1: property 'cover': expected open, mixed, forest, built, water; got 'jungle'"
    )
    assert problems["search.lines"].endswith(
        "feature 1: geometry 'Point'; expected LineString, MultiLineString, Polygon or MultiPolygon"
    )
    assert "cannot be read as a GeoTIFF or HGT file" in problems["search.terrain[0]"]


def test_the_files_of_the_section_are_read(tmp_path: Path) -> None:
    geojson(tmp_path / "covers.geojson", (FIELD, {"cover": "forest"}))
    geojson(tmp_path / "lines.geojson", (LINE, {}), (FIELD, {}))
    search = config.Search(covers="covers.geojson", lines="lines.geojson", assets=[Asset(asset_id="x", kind="dogs")])
    basis = basis_of(search, tmp_path)
    assert basis.covers == (("forest", ((24.5, 54.5), (24.6, 54.5), (24.6, 54.6), (24.5, 54.5))),)
    assert basis.lines[0] == ((24.5, 54.5), (24.6, 54.5))
    assert len(basis.lines) == 2  # of a field its edge
    assert [asset.asset_id for asset in basis.assets] == ["x"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ("[]", "expected a GeoJSON FeatureCollection"),
        ('{"features": [3]}', "feature 1: expected an object, got 3"),
        ('{"features": [{"geometry": null}]}', "feature 1: has no geometry"),
        (
            '{"features": [{"geometry": {"type": "LineString", "coordinates": [[200, 1], [2, 3]]}}]}',
            r"feature 1: position \[200, 1\]: expected \[longitude, latitude\]",
        ),
        ('{"features": [{"geometry": {"type": "LineString", "coordinates": 3}}]}', "expected a list, got 3"),
    ],
)
def test_a_file_of_lines_that_cannot_be_used_says_why(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "lines.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        basis_of(config.Search(lines="lines.geojson"), tmp_path)


def test_only_lines_near_the_loss_are_looked_at() -> None:
    # 100 km are 0.898 degrees of latitude and, at 54.5 degrees north, 1.547 of longitude
    assert is_near(((24.6, 55.3), (24.7, 55.5)), 54.5, 24.6)
    assert not is_near(((24.6, 55.4), (24.7, 55.5)), 54.5, 24.6)
    assert is_near(((26.1, 54.5), (30.0, 54.5)), 54.5, 24.6)
    assert not is_near(((26.2, 54.5), (30.0, 54.5)), 54.5, 24.6)
    assert is_near(((20.0, 54.0), (30.0, 55.0)), 54.5, 24.6)  # it passes by


# --- terrain ---


def test_the_heights_of_a_geotiff_are_where_it_says(tmp_path: Path) -> None:
    file = tiff(tmp_path / "plane.tif", lambda x, y: 1_000.0 * (x - 24.0) + 500.0 * (y - 54.0))
    ground = TerrainFiles([file]).around(54.5, 24.5, 30_000.0)
    assert ground is not None
    assert ground.source == "plane.tif"
    assert ground.height_at(24.5, 54.5)[0] == pytest.approx(750.0, abs=3.0)
    assert ground.height_at(24.3, 54.6)[0] == pytest.approx(600.0, abs=3.0)


def test_a_file_in_another_projection_is_brought_to_latitude_and_longitude(tmp_path: Path) -> None:
    # LKS-94: x 500,000 is 24 degrees east; y 6,100,000 lies near 55.03 degrees north (scale 0.9998)
    file = tiff(
        tmp_path / "lks.tif", lambda x, y: (x - 480_000.0) / 100.0, crs="EPSG:3346", corner=(480_000.0, 6_120_000.0),
        step=100.0, n=400,
    )  # fmt: skip
    ground = TerrainFiles([file]).around(55.0, 24.0, 10_000.0)
    assert ground is not None
    assert ground.height_at(24.0, 55.0)[0] == pytest.approx(200.0, abs=2.0)


def test_where_files_overlap_the_first_holds_and_where_it_ends_the_second_goes_on(tmp_path: Path) -> None:
    west = tiff(tmp_path / "west.tif", lambda x, y: 0.0 * x + 10.0, n=100)
    east = tiff(tmp_path / "east.tif", lambda x, y: 0.0 * x + 20.0, corner=(24.25, 55.0))
    ground = TerrainFiles([west, east]).around(54.75, 24.5, 20_000.0)
    assert ground is not None
    assert ground.height_at(24.4, 54.75)[0] == 10.0
    assert ground.height_at(24.6, 54.75)[0] == 20.0
    assert ground.source == "west.tif, east.tif"


def test_where_no_file_has_heights_they_are_unknown(tmp_path: Path) -> None:
    file = tiff(tmp_path / "hole.tif", lambda x, y: np.where(x < 24.5, -9_999.0, 50.0))
    ground = TerrainFiles([file]).around(54.5, 24.5, 20_000.0)
    assert ground is not None
    assert np.isnan(ground.height_at(24.4, 54.5)[0])
    assert ground.height_at(24.6, 54.5)[0] == 50.0
    assert TerrainFiles([file]).around(10.0, 10.0) is None


def test_a_large_area_is_thinned_so_that_memory_stays_bounded(tmp_path: Path) -> None:
    file = tiff(tmp_path / "fine.tif", lambda x, y: 0.0 * x + 7.0, step=0.0001, n=500)
    ground = TerrainFiles([file]).around(54.98, 24.02)
    assert ground is not None
    assert max(ground.height_m.shape) <= 2_000
    assert ground.height_at(24.02, 54.98)[0] == pytest.approx(7.0)


def test_an_srtm_tile_is_above_the_geoid_that_srtm_used(tmp_path: Path) -> None:
    # An HGT file: 1,201 by 1,201 big-endian heights from the north-west corner, named by its south-west one
    heights = np.full((1_201, 1_201), 123, dtype=">i2")
    (tmp_path / "N54E024.hgt").write_bytes(heights.tobytes())
    ground = TerrainFiles([tmp_path / "N54E024.hgt"]).around(54.5, 24.5, 5_000.0)
    assert ground is not None
    assert ground.height_at(24.5, 54.5)[0] == 123.0
    assert ground.datum == "EGM96"


def test_a_raster_that_lies_nowhere_is_refused(tmp_path: Path) -> None:
    # Four grey pixels: PNG (signature, IHDR, IDAT, IEND) has no place for coordinates.
    (tmp_path / "bare.png").write_bytes(png())
    with pytest.raises(DataError, match=r"bare\.png: says not where it lies"):
        TerrainFiles([tmp_path / "bare.png"])
