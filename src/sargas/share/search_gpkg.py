"""A search plan as a GeoPackage (OGC 12-128).

Its layers: cells, contours, sectors, points, searched, walked, keep_out. A table without geometry, `about`, says what
it is. A public one has contours, keep_out and about alone.
"""

import importlib
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.search import Cells, SearchPlan
from sargas.search.plane import EqualArea
from sargas.share.describe import ASSETS, grid, marks, sector_grid
from sargas.share.shown import Shown, shape_of, shown, time_text

_geos: Any = shapely  # shapely carries no types

Column = Sequence[str | float | int | bool | None]
_LOCK: Final = threading.Lock()
DTYPES: Final[dict[type, type]] = {bool: np.bool_, int: np.int64, float: np.float64}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is to be set."""


class Layer(Struct, frozen=True, kw_only=True):
    """A layer: shapes of shapely (None: a table without geometry), and its columns with the type of each."""

    name: str
    kind: str | None
    shapes: Sequence[Any] | None
    columns: dict[str, tuple[type, Column]]


class GeoPackage:
    """Writes search plans as GeoPackages."""

    media_type = "application/geopackage+sqlite3"
    ending = ".gpkg"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file."""
        exported = shown(plan, is_public=is_public)
        with tempfile.TemporaryDirectory(prefix="sargas-") as folder:
            path = Path(folder) / "search.gpkg"
            with _quickly():
                for layer in _layers(exported):
                    _write(path, layer, exported)
            return _settled(path, exported)


def build(settings: Settings) -> GeoPackage:
    """Return the exporter."""
    return GeoPackage(settings)


@contextmanager
def _quickly() -> Iterator[None]:
    """Let the library not wait for the disk after each layer: the file is read back at once and thrown away.

    It is a setting of the whole process, hence the lock. Measured on an ordinary disk: 0.1 s instead of 1.1 s.
    """
    options: Any = importlib.import_module("pyogrio").set_gdal_config_options
    with _LOCK:
        options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
        try:
            yield
        finally:
            options({"OGR_SQLITE_SYNCHRONOUS": None})


def _layers(exported: Shown) -> list[Layer]:
    layers = [_contours(exported), _keep_out(exported), _about(exported)]
    if exported.plan is not None:
        plan = exported.plan
        layers += [_sectors(plan), _points(plan), _searched(plan), _walked(plan), _cells(plan.cells)]
    return layers


def _write(path: Path, layer: Layer, exported: Shown) -> None:
    # Imported when used: the library takes half a second to load.
    raw: Any = importlib.import_module("pyogrio.raw")
    n = len(next(iter(layer.columns.values()))[1])
    marks: dict[str, tuple[type, Column]] = {"is_exercise": (bool, [True] * n)} if exported.is_exercise else {}
    columns = {**layer.columns, **marks}
    raw.write(
        path,
        geometry=None
        if layer.shapes is None
        else np.array(_geos.to_wkb(np.array(layer.shapes, dtype=object)), object),
        field_data=[_array(values, kind) for kind, values in columns.values()],
        fields=list(columns),
        geometry_type=layer.kind,
        crs=None if layer.kind is None else "EPSG:4326",
        driver="GPKG",
        layer=layer.name,
        layer_options={"DESCRIPTION": exported.title, "SPATIAL_INDEX": "YES"} if layer.kind else {},
    )


def _array(values: Column, kind: type) -> NDArray[Any]:
    if kind is float:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return np.array(values, dtype=DTYPES.get(kind, object))


def _settled(path: Path, exported: Shown) -> bytes:
    """Return the file, its layers dated as the plan, where the library writes the time of day.

    The copy holds no trace of what was overwritten, and has counted no changes.
    """
    copy = path.with_name("settled.gpkg")
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = OFF")
        file.execute("UPDATE gpkg_contents SET last_change = ?", (time_text(exported.made_s)[:-1] + ".000Z",))
        file.commit()
        file.execute("VACUUM INTO ?", (str(copy),))
    return copy.read_bytes()


def _contours(exported: Shown) -> Layer:
    contours = sorted(exported.contours, key=lambda contour: contour.share)
    return Layer(
        name="contours",
        kind="MultiPolygon",
        shapes=[_geos.MultiPolygon([shape_of(polygon) for polygon in contour.polygons]) for contour in contours],
        columns={
            "share": (float, [contour.share for contour in contours]),
            "area_m2": (float, [contour.area_m2 for contour in contours]),
        },
    )


def _keep_out(exported: Shown) -> Layer:
    return Layer(
        name="keep_out",
        kind="Polygon",
        shapes=[_geos.Polygon(hazard.ring()) for hazard in exported.hazards],
        columns={
            "name": (str, [hazard.name for hazard in exported.hazards]),
            "radius_m": (float, [hazard.radius_m for hazard in exported.hazards]),
            "hazard": (str, [exported.hazard for _ in exported.hazards]),
        },
    )


def _about(exported: Shown) -> Layer:
    texts = {
        "title": exported.title,
        "incident": exported.incident_id,
        "made": time_text(exported.made_s),
        "hazard": exported.hazard,
    }
    states = {"is_public": exported.is_public, "is_found": exported.is_found}
    return Layer(
        name="about",
        kind=None,
        shapes=None,
        columns={
            **{name: (str, [text]) for name, text in texts.items()},
            **{name: (bool, [state]) for name, state in states.items()},
            "hazard_m": (float, [exported.hazard_m]),
        },
    )


def _sectors(plan: SearchPlan) -> Layer:
    sectors = sorted(plan.sectors, key=lambda sector: sector.rank)
    return Layer(
        name="sectors",
        kind="Polygon",
        shapes=[_geos.Polygon(sector.ring) for sector in sectors],
        columns={
            "name": (str, [sector.name for sector in sectors]),
            "rank": (int, [sector.rank for sector in sectors]),
            "poc": (float, [sector.poc for sector in sectors]),
            "pod": (float, [sector.pod for sector in sectors]),
            "p_per_hour": (float, [sector.p_per_hour for sector in sectors]),
            "hours": (float, [sector.hours for sector in sectors]),
            "cover": (str, [sector.cover for sector in sectors]),
            "area_m2": (float, [sector.area_m2 for sector in sectors]),
            "mgrs": (str, [sector_grid(sector) for sector in sectors]),
            "is_ordered": (bool, [sector.is_ordered for sector in sectors]),
        },
    )


def _points(plan: SearchPlan) -> Layer:
    places = marks(plan)
    return Layer(
        name="points",
        kind="Point",
        shapes=[_geos.Point(mark.lon_deg, mark.lat_deg) for mark in places],
        columns={
            "part": (str, [mark.part for mark in places]),
            "name": (str, [mark.name for mark in places]),
            "text": (str, [mark.text for mark in places]),
            "time": (str, [time_text(mark.time_s) for mark in places]),
            "mgrs": (str, [grid(mark.lat_deg, mark.lon_deg) for mark in places]),
        },
    )


def _searched(plan: SearchPlan) -> Layer:
    areas = [searched for searched in plan.searched if searched.ring]
    return Layer(
        name="searched",
        kind="Polygon",
        shapes=[_geos.Polygon(searched.ring) for searched in areas],
        columns={
            "sector": (str, [searched.sector for searched in areas]),
            "asset": (str, [ASSETS[searched.asset] for searched in areas]),
            "by": (str, [searched.by for searched in areas]),
            "time": (str, [time_text(searched.time_s) for searched in areas]),
            "hours": (float, [searched.hours for searched in areas]),
            "coverage": (float, [searched.coverage for searched in areas]),
            "text": (str, [searched.text for searched in areas]),
        },
    )


def _walked(plan: SearchPlan) -> Layer:
    paths = [(searched, path) for searched in plan.searched for path in searched.paths if len(path) > 1]
    return Layer(
        name="walked",
        kind="LineString",
        shapes=[_geos.LineString(path) for _, path in paths],
        columns={
            "sector": (str, [searched.sector for searched, _ in paths]),
            "asset": (str, [ASSETS[searched.asset] for searched, _ in paths]),
            "by": (str, [searched.by for searched, _ in paths]),
            "time": (str, [time_text(searched.time_s) for searched, _ in paths]),
        },
    )


def _cells(cells: Cells) -> Layer:
    """Return the cells as squares of the equal-area plane."""
    plane = EqualArea(cells.lat0_deg, cells.lon0_deg)
    x, y, half = np.array(cells.x_m), np.array(cells.y_m), np.array(cells.size_m) / 2.0
    squares = _geos.box(x - half, y - half, x + half, y + half)
    return Layer(
        name="cells",
        kind="Polygon",
        shapes=_geos.transform(squares, plane.lonlat) if len(cells.poc) else [],
        columns={"poc": (float, cells.poc), "size_m": (float, cells.size_m)},
    )
