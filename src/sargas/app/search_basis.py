"""What searches are made from beside the incident: aircraft, teams, and what is known of the ground."""

import importlib
import math
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from sargas.app.config import Search
from sargas.app.ground_files import Ring, read_covers, read_lines
from sargas.model import aircraft
from sargas.model.aircraft import Aircraft
from sargas.model.errors import DataError
from sargas.model.search import Asset, Cover
from sargas.search.terrain import Terrain

USUAL_ASSETS: Final = (
    Asset(asset_id="foot team 1", kind="foot_team"),
    Asset(asset_id="foot team 2", kind="foot_team"),
    Asset(asset_id="camera drone 1", kind="camera_drone"),
)
AROUND_M: Final = 100_000.0
"""Lines and covers farther from the last report than this are left out: no sector is drawn there."""
DEGREE_M: Final = 111_320.0


class Basis(Struct, frozen=True, kw_only=True):
    """What is the same for every search of a watch; `terrain` gives the heights around a latitude and longitude."""

    aircraft: tuple[Aircraft, ...]
    assets: tuple[Asset, ...] = USUAL_ASSETS
    covers: tuple[tuple[Cover, Ring], ...] = ()
    lines: tuple[Ring, ...] = ()
    terrain: Callable[[float, float], Terrain | None] | None = None
    n_particles: int = 1_000_000


def basis_of(search: Search, folder: Path) -> Basis:
    """Return the basis that a configuration gives; its files are looked for beside `folder`.

    Raises:
        DataError: a file cannot be used.
    """
    return Basis(
        aircraft=aircraft_of(search, folder),
        assets=tuple(search.assets) or USUAL_ASSETS,
        covers=read_covers(folder / search.covers) if search.covers else (),
        lines=read_lines(folder / search.lines) if search.lines else (),
        terrain=read_terrain([folder / name for name in search.terrain]) if search.terrain else None,
        n_particles=search.n_particles,
    )


def problems_of(search: Search, folder: Path) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of every file that cannot be used."""
    looks: list[tuple[str, str, Callable[[Path], object]]] = [
        ("aircraft", search.aircraft, read_aircraft),
        ("covers", search.covers, read_covers),
        ("lines", search.lines, read_lines),
        *((f"terrain[{k}]", name, lambda path: read_terrain([path])) for k, name in enumerate(search.terrain)),
    ]
    problems: list[tuple[str, str]] = []
    for key, name, look in looks:
        try:
            if name:
                look(folder / name)
        except DataError as error:
            problems.append((f"search.{key}", str(error)))
    return problems


def aircraft_of(search: Search, folder: Path) -> tuple[Aircraft, ...]:
    """Return the kinds of aircraft that the configuration names, else those that come with Sargas.

    Raises:
        DataError: the file cannot be read, or has mistakes.
    """
    return read_aircraft(folder / search.aircraft) if search.aircraft else packaged_aircraft()


def packaged_aircraft() -> tuple[Aircraft, ...]:
    """Return the kinds of aircraft that come with Sargas."""
    file = resources.files("sargas.model") / "aircraft.toml"
    return aircraft.parse(file.read_text(encoding="utf-8"), "aircraft.toml")


def read_aircraft(path: Path) -> tuple[Aircraft, ...]:
    """Return the kinds of aircraft of a file.

    Raises:
        DataError: it cannot be read, or has mistakes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8 text") from error
    return aircraft.parse(text, str(path))


def read_terrain(paths: list[Path]) -> Callable[[float, float], Terrain | None]:
    """Return what gives the heights around a place; GDAL is imported only where there are files of them.

    Raises:
        DataError: a file cannot be used.
    """
    module: Any = importlib.import_module("sargas.app.terrain_files")
    files = module.TerrainFiles(paths)
    around: Callable[[float, float], Terrain | None] = files.around
    return around


def is_near(ring: Ring, lat_deg: float, lon_deg: float) -> bool:
    """Return whether a line or ring comes near a place, by its box."""
    reach_deg = AROUND_M / DEGREE_M
    across_deg = reach_deg / max(0.05, math.cos(math.radians(lat_deg)))
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    is_near_lon = min(lons) <= lon_deg + across_deg and max(lons) >= lon_deg - across_deg
    return is_near_lon and min(lats) <= lat_deg + reach_deg and max(lats) >= lat_deg - reach_deg
