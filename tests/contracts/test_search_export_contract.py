"""What every export of a search plan promises; a new format joins by itself."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import mgrs
import msgspec
import pyogrio
import pytest
import shapely

import search_plan_kit as kit
from sargas import plugins
from sargas.model.search import SearchPlan
from sargas.ports import SearchExport

FORMATS = plugins.names("search_export")


@pytest.fixture(params=FORMATS)
def exporter(request: pytest.FixtureRequest) -> SearchExport:
    return built(request.param)


def built(name: str) -> SearchExport:
    module = plugins.load("search_export", name)
    made: SearchExport = module.build(module.Settings())
    return made


def readable(exporter: SearchExport, data: bytes) -> str:
    """Return everything that a reader of the file can see as text, coordinates with six decimals."""
    if exporter.ending == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "\n".join(package.read(name).decode() for name in package.namelist())
    if exporter.ending == ".gpkg":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plan.gpkg"
            path.write_bytes(data)
            return "\n".join(_layer(path, name) for name, _ in pyogrio.list_layers(path))
    if exporter.ending == ".pdf":
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext is not installed (poppler-utils)")
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
        return done.stdout.decode()
    return data.decode()


def _layer(path: Path, name: str) -> str:
    meta, _, geometries, columns = pyogrio.raw.read(path, layer=name)
    shapes = [] if geometries is None else [shapely.from_wkb(one) for one in geometries]
    lines = [shapely.to_wkt(shape, rounding_precision=6) for shape in shapes]
    lines += [str(value) for column in columns for value in column]
    return "\n".join([name, *(str(field) for field in meta["fields"]), *lines])


def nothing_left() -> SearchPlan:
    """Return a plan by which nothing can be found any more: rates of 0, contours of no polygons, an empty title."""
    plan = kit.plan()
    sectors = tuple(msgspec.structs.replace(sector, poc=0.0, p_per_hour=0.0) for sector in plan.sectors)
    contours = tuple(msgspec.structs.replace(contour, polygons=(), area_m2=0.0) for contour in plan.contours)
    return kit.plan(sectors=sectors, contours=contours, title="", p_there=0.0)


def hidden_words(plan: SearchPlan) -> list[str]:
    """Return names, words and places that the public must not see."""
    sectors, find = plan.sectors, plan.finds[0]
    words = [kit.OFFICER, kit.REPORTER, kit.TEAM, kit.SENSOR, "Heron", "sawmill", "rumour", "propeller", "Low fog"]
    words += [plan.title, "4711", plan.key, find.photo_sha256, "radar", "gerbera", "Gerbera", "01:54"]
    places = [(kit.LOSS_LAT, kit.LOSS_LON), (plan.best_lat_deg, plan.best_lon_deg), (find.lat_deg, find.lon_deg)]
    places += [(55.031417, 24.391263), (54.913371, 24.672915)]
    words += [f"{angle:.6f}"[:-1] for place in places for angle in place]
    corners = [corner for sector in sectors for corner in ((sector.lon_deg, sector.lat_deg), *sector.ring)]
    # Both numbers together: of the thousands some are those of a corner of a public circle by chance.
    words += [f"{lon:.6f}{between}{lat:.6f}" for lon, lat in corners for between in (",", " ", ", ")]
    words += [f"{lat:.6f}{between}{lon:.6f}" for lon, lat in corners for between in (",", '" lon="')]
    words += [f"{sector.mgrs}" for sector in sectors if sector.mgrs]
    reference = mgrs.MGRS()
    for lat_deg, lon_deg in places:
        text = reference.toMGRS(lat_deg, lon_deg)
        words += [text, f"{text[5:10]} {text[10:]}"]
    return words


def test_the_same_plan_gives_the_same_bytes(exporter: SearchExport) -> None:
    for is_public in (False, True):
        first = exporter.export(kit.plan(), is_public=is_public)
        assert exporter.export(kit.plan(), is_public=is_public) == first


@pytest.mark.parametrize("name", FORMATS)
def test_another_exporter_gives_the_same_bytes(name: str) -> None:
    plan = kit.plan()
    assert built(name).export(plan, is_public=False) == built(name).export(plan, is_public=False)


def test_a_full_export_tells_what_a_team_needs(exporter: SearchExport) -> None:
    plan = kit.plan()
    text = readable(exporter, exporter.export(plan, is_public=False))
    best = min(plan.sectors, key=lambda sector: sector.rank)
    assert best.name in text
    assert plan.hazard.split(".")[0] in " ".join(text.split())


def test_a_public_export_hides_people_sensors_sectors_and_places(exporter: SearchExport) -> None:
    plan = kit.plan()
    data = exporter.export(plan, is_public=True)
    text = readable(exporter, data)
    seen = [word for word in hidden_words(plan) if word in text]
    assert not seen
    assert not [word for word in hidden_words(plan) if word.encode() in data]


def test_what_the_public_must_not_see_is_in_the_full_export(exporter: SearchExport) -> None:
    """Else the test above would prove nothing."""
    plan = kit.plan()
    text = readable(exporter, exporter.export(plan, is_public=False))
    assert sum(word in text for word in hidden_words(plan)) > 12


def test_a_public_export_says_that_it_is_public_and_keeps_the_warning(exporter: SearchExport) -> None:
    plan = kit.plan()
    text = " ".join(readable(exporter, exporter.export(plan, is_public=True)).split())
    assert "public" in text.lower()
    assert plan.incident_id in text
    assert plan.hazard.split(".")[0] in text


@pytest.mark.parametrize("is_public", [False, True], ids=["full", "public"])
@pytest.mark.parametrize(
    "made",
    [
        kit.empty_plan,
        kit.found_plan,
        lambda: kit.plan(finds=(), searched=(), clues=(), silences=()),
        lambda: kit.plan(sectors=(), assignments=(), searched=()),
        lambda: kit.plan(contours=()),
        lambda: kit.plan(country="", hazard="", why=(), kinds={}, fates=()),
        lambda: kit.empty_plan(finds=(kit.part_found(),)),
        nothing_left,
    ],
    ids=[
        "empty",
        "found",
        "nothing told",
        "no sectors",
        "no contours",
        "nothing written",
        "only a find",
        "nothing left",
    ],
)
def test_a_plan_that_lacks_something_is_exported(
    exporter: SearchExport, made: Callable[[], SearchPlan], *, is_public: bool
) -> None:
    data = exporter.export(made(), is_public=is_public)
    assert data
    assert readable(exporter, data)


def test_an_exercise_says_so_and_nothing_else_does(exporter: SearchExport) -> None:
    for is_public in (False, True):
        drill = exporter.export(kit.plan(is_exercise=True), is_public=is_public)
        assert "EXERCISE" in readable(exporter, drill)
        assert "EXERCISE" not in readable(exporter, exporter.export(kit.plan(), is_public=is_public))


def test_words_of_people_cannot_break_the_file(exporter: SearchExport) -> None:
    words = "]]> </name> <!-- & \x00\x07\x1b \ufffe \"' #let x = 1 $a$ \\ @b *c* \u202e Ąžuolas Ёж 🛩"
    plan = kit.plan()
    sector = msgspec.structs.replace(plan.sectors[0], name="A<1>&\x01")
    find = msgspec.structs.replace(plan.finds[0], text=words, by=words[:64])
    clue = msgspec.structs.replace(plan.clues[0], clue=msgspec.structs.replace(plan.clues[0].clue, text=words))
    odd = kit.plan(sectors=(sector,), finds=(find,), clues=(clue,), title=words, hazard=words)
    for is_public in (False, True):
        assert readable(exporter, exporter.export(odd, is_public=is_public))


def test_a_plan_across_two_zones_of_the_grid_is_exported(exporter: SearchExport) -> None:
    plan = kit.plan()
    west = tuple(
        msgspec.structs.replace(
            sector, ring=tuple((lon - 0.45, lat) for lon, lat in sector.ring), lon_deg=sector.lon_deg - 0.45
        )
        for sector in plan.sectors
    )
    assert exporter.export(kit.plan(sectors=west), is_public=False)


def test_what_it_is_stands_beside_it(exporter: SearchExport) -> None:
    assert exporter.media_type.startswith("application/")
    assert exporter.ending.startswith(".")


@pytest.mark.parametrize("name", FORMATS)
def test_settings_refuse_what_they_do_not_know(name: str) -> None:
    module = plugins.load("search_export", name)
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"colour": "red"}, module.Settings)


def test_the_six_formats_are_there() -> None:
    assert {"geojson", "gpkg", "gpx", "kml", "sheet", "tak"} <= set(FORMATS)
