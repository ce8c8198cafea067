"""The GeoPackage of a search plan, read back by GDAL and by SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

import search_plan_kit as kit
from sargas.share import search_gpkg


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "plan.gpkg"
    found.write_bytes(search_gpkg.build(search_gpkg.Settings()).export(kit.plan()))
    return found


def table(path: Path, layer: str) -> tuple[list[Any], dict[str, list[Any]]]:
    meta, _, geometries, columns = pyogrio.raw.read(path, layer=layer)
    shapes = [] if geometries is None else [shapely.from_wkb(one) for one in geometries]
    return shapes, {str(name): list(column) for name, column in zip(meta["fields"], columns, strict=True)}


def test_it_has_the_layers_and_their_kinds(path: Path) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    assert layers == {
        "contours": "MultiPolygon", "keep_out": "Polygon", "about": None, "sectors": "Polygon", "points": "Point",
        "searched": "Polygon", "walked": "LineString", "cells": "Polygon",
    }  # fmt: skip


def test_it_is_a_geopackage_that_sqlite_finds_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # OGC 12-128r18, requirement 2: the application id is "GPKG" in ASCII.
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        systems = file.execute("SELECT DISTINCT srs_id FROM gpkg_geometry_columns").fetchall()
        assert systems == [(4326,)]


def test_layers_are_dated_as_the_plan_and_not_as_the_clock(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        dates = file.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    assert dates == [("2025-07-28T03:24:00.000Z",)]


def test_sectors_come_back_with_their_figures(path: Path) -> None:
    shapes, columns = table(path, "sectors")
    best = next(sector for sector in kit.plan().sectors if sector.rank == 1)
    assert columns["name"][0] == best.name
    assert columns["rank"] == list(range(1, 45))
    assert columns["p_per_hour"][0] == best.p_per_hour
    assert columns["mgrs"][0] == "35U LB 31884 00449"
    assert shapes[0].equals(shapely.Polygon(best.ring))


def test_cells_come_back_about_their_centres(path: Path) -> None:
    shapes, columns = table(path, "cells")
    cells = kit.cells()
    assert columns["poc"] == pytest.approx(list(cells.poc))
    centres = np.array([(shape.centroid.x, shape.centroid.y) for shape in shapes])
    assert np.abs(centres - np.stack([cells.lon_deg, cells.lat_deg], axis=1)).max() < 1e-5


def test_places_come_back_by_what_they_are(path: Path) -> None:
    shapes, columns = table(path, "points")
    assert columns["part"] == ["loss", "best", "find", "clue", "clue"]
    assert (shapes[0].x, shapes[0].y) == (kit.LOSS_LON, kit.LOSS_LAT)


def test_hours_that_nobody_told_are_unknown_and_not_zero() -> None:
    plan = kit.plan()
    untold = kit.searched_ground(plan.sectors)[0]
    data = search_gpkg.build(search_gpkg.Settings()).export(
        kit.plan(searched=(type(untold)(
            searched_id="x", time_s=0.0, by="", asset="dogs", ring=untold.ring
        ),))
    )  # fmt: skip
    with closing(sqlite3.connect(":memory:")) as file:
        file.deserialize(data)
        assert file.execute("SELECT hours, coverage FROM searched").fetchall() == [(None, None)]


def test_a_public_one_has_no_other_layers(tmp_path: Path) -> None:
    path = tmp_path / "public.gpkg"
    path.write_bytes(search_gpkg.build(search_gpkg.Settings()).export(kit.plan(), is_public=True))
    assert {str(name) for name, _ in pyogrio.list_layers(path)} == {"contours", "keep_out", "about"}


def test_every_row_of_an_exercise_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "drill.gpkg"
    path.write_bytes(search_gpkg.build(search_gpkg.Settings()).export(kit.plan(is_exercise=True)))
    for layer, _ in pyogrio.list_layers(path):
        _, columns = table(path, str(layer))
        assert all(columns["is_exercise"])
        assert columns["is_exercise"]
