"""The files that warnings are named and worded by: GeoJSON after RFC 7946, TOML."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.app.warning_files import read_municipalities, read_points, read_wording, read_wordings
from sargas.model.errors import DataError
from sargas.warn.wording import packaged

RING = [[24.0, 54.5], [24.5, 54.5], [24.5, 54.8], [24.0, 54.5]]
SHIRE = {"type": "Polygon", "coordinates": [RING]}
PLACE = {"type": "Point", "coordinates": [25.28, 54.63]}


def geojson(path: Path, *features: tuple[object, object]) -> Path:
    found = [{"type": "Feature", "geometry": geometry, "properties": more} for geometry, more in features]
    path.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": found}))
    return path


def test_municipalities_are_read_with_what_is_known_of_them(tmp_path: Path) -> None:
    both = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}
    file = geojson(
        tmp_path / "m.geojson",
        (SHIRE, {"name": " Širvintų rajonas ", "population": 14_000, "country": "LT"}),
        (both, {"name": "Isles", "population": 0}),
    )
    first, second = read_municipalities(file)
    assert (first.name, first.country, first.population) == ("Širvintų rajonas", "LT", 14_000)
    assert first.polygons == ((tuple(map(tuple, RING)),),)  # type: ignore[arg-type]
    assert (len(second.polygons), second.country, second.population) == (2, "", 0)


def test_points_are_read_with_their_kind(tmp_path: Path) -> None:
    file = geojson(tmp_path / "p.geojson", (PLACE, {"name": "Vilnius", "kind": "airport", "population": 5e3}))
    (one,) = read_points(file)
    assert (one.name, one.kind, one.population) == ("Vilnius", "airport", 5_000)
    assert (one.lat_deg, one.lon_deg) == (54.63, 25.28)


GOOD = {"name": "x", "kind": "school"}


@pytest.mark.parametrize(
    ("geometry", "properties", "expected"),
    [
        (PLACE, {"kind": "school"}, "feature 2: property 'name': expected a text; it has none"),
        (PLACE, {"name": 7, "kind": "school"}, "feature 2: property 'name': expected a text; got '7'"),
        (PLACE, {"name": "x"}, "feature 2: property 'kind': expected a text; it has none"),
        (PLACE, {"name": "x" * 101, "kind": "school"}, "feature 2: property 'name': expected at most 100 printable"),
        (PLACE, {"name": "a\nb", "kind": "school"}, "feature 2: property 'name': expected at most 100 printable"),
        (PLACE, {**GOOD, "population": 1.5}, "property 'population': expected a whole number of people, got '1.5'"),
        (PLACE, {**GOOD, "population": -1}, "property 'population'"),
        (PLACE, {**GOOD, "population": "many"}, "property 'population'"),
        (PLACE, {**GOOD, "country": "Lithuania"}, "property 'country': expected two capitals such as LT"),
        (SHIRE, GOOD, "feature 2: geometry 'Polygon'; expected Point"),
        ({"type": "Point", "coordinates": [200, 5]}, GOOD, "position [200, 5]: expected [longitude, latitude]"),
        ({"type": "Point", "coordinates": "x"}, GOOD, "position x: expected"),
        (None, GOOD, "feature 2: has no geometry"),
        (PLACE, None, "feature 2: has no properties"),
    ],
)
def test_a_bad_point_is_told_with_file_and_number(
    tmp_path: Path, geometry: object, properties: object, expected: str
) -> None:
    file = geojson(tmp_path / "p.geojson", (PLACE, GOOD), (geometry, properties))
    with pytest.raises(DataError) as raised:
        read_points(file)
    assert str(file) in str(raised.value)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (PLACE, "feature 1: geometry 'Point'; expected Polygon or MultiPolygon"),
        ({"type": "Polygon", "coordinates": []}, "a polygon has no ring"),
        ({"type": "MultiPolygon", "coordinates": []}, "has no polygon"),
        ({"type": "Polygon", "coordinates": [RING[:2]]}, "a ring of 2 positions; expected at least 4"),
        ({"type": "Polygon", "coordinates": 7}, "coordinates: expected a list, got 7"),
    ],
)
def test_a_bad_municipality_is_told(tmp_path: Path, geometry: object, expected: str) -> None:
    with pytest.raises(DataError, match="feature 1") as raised:
        read_municipalities(geojson(tmp_path / "m.geojson", (geometry, {"name": "x"})))
    assert expected in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"features": 7}', b"\xff", b"[" * 100_000, b'{"features": [7]}'])
def test_what_is_no_geojson_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.geojson"
    file.write_bytes(data)
    for read in (read_municipalities, read_points):
        with pytest.raises(DataError, match=r"x\.geojson"):
            read(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for read in (read_municipalities, read_points, read_wording):
        with pytest.raises(DataError, match="No such file"):
            read(tmp_path / "none")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=12,
)


@given(JSON, st.dictionaries(st.sampled_from(["name", "kind", "population", "country"]), JSON, max_size=4) | JSON)
def test_nothing_in_a_file_breaks_the_readers(
    tmp_path_factory: pytest.TempPathFactory, geometry: object, properties: object
) -> None:
    file = geojson(tmp_path_factory.getbasetemp() / "fuzz.geojson", (geometry, properties))
    for read in (read_municipalities, read_points):
        try:
            read(file)
        except DataError:
            continue


def own_wording(path: Path, language: str) -> Path:
    path.write_bytes(msgspec.toml.encode({**msgspec.to_builtins(packaged()["en"]), "language": language}))
    return path


def test_wordings_are_read_by_language(tmp_path: Path) -> None:
    files = [own_wording(tmp_path / "a.toml", "sv"), own_wording(tmp_path / "b.toml", "lt")]
    assert sorted(read_wordings(files)) == ["lt", "sv"]


def test_two_wordings_of_one_language_are_refused(tmp_path: Path) -> None:
    files = [own_wording(tmp_path / "a.toml", "lt"), own_wording(tmp_path / "b.toml", "lt")]
    with pytest.raises(DataError, match=r"b\.toml: another file has the language 'lt' already"):
        read_wordings(files)


def test_a_bad_wording_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"own\.toml: byte 0 is not UTF-8"):
        read_wording(file)
    file.write_text("language = 'lt'", encoding="utf-8")
    with pytest.raises(DataError, match=r"own\.toml: "):
        read_wording(file)
