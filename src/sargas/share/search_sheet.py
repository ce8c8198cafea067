"""A search plan as printed map sheets (PDF, A4 or A3): the maps, what is known, and the table of the best sectors.

The pages stand or lie as the ground does. The typefaces come with the typesetter, so that the same plan is the same
file on every machine.
"""

import importlib
import importlib.resources
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct, structs

from sargas.model.report import Point
from sargas.model.search import SearchPlan
from sargas.model.zone import Place
from sargas.share.map_drawing import Ground, draw
from sargas.share.map_frame import Frame, fitted
from sargas.share.map_grid import grid_of
from sargas.share.map_style import EDGE_MM
from sargas.share.map_symbols import north_arrow, scale_bar
from sargas.share.sheet_key import key_of
from sargas.share.sheet_pages import everything, frames_of, map_numbers, pages_of, within_edge
from sargas.share.sheet_words import sector_table, words
from sargas.share.shown import shown

OVERVIEW_MM: Final = {"a4": (72.0, 72.0), "a3": (110.0, 110.0)}
OVERVIEW_LEAST_M: Final = 40_000.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The paper, the language, how many sectors the table has, and on how many maps they are drawn at most.

    A map is of a scale at which a team can find its way; sectors that do not fit go on the next map.
    """

    paper: Literal["a4", "a3"] = "a4"
    language: Literal["en"] = "en"
    n_sectors: Annotated[int, Meta(ge=1, le=200)] = 30
    n_maps: Annotated[int, Meta(ge=1, le=12)] = 4


class MapLayout(Struct, frozen=True, kw_only=True):
    """What the template must know of one map."""

    file: str
    scale: str
    scale_file: str
    scale_width: float
    grid: list[str]


class Layout(Struct, frozen=True, kw_only=True):
    """What the template must know of the drawings."""

    paper: str
    is_flipped: bool
    map_width: float
    maps: list[MapLayout]
    overview_width: float
    key: list[str]
    key_columns: int
    head_height: float
    warning_width: float


class Sheet:
    """Writes search plans as printed sheets."""

    media_type = "application/pdf"
    ending = ".pdf"

    def __init__(self, settings: Settings, ground: Ground) -> None:
        self._settings = settings
        self._ground = ground

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file; a public one is one page with the rounded areas and what to do on finding something."""
        # Imported when used: a watch that prints nothing needs no typesetter.
        typst: Any = importlib.import_module("typst")
        files = self.sources(plan, is_public=is_public)
        made_s = int(plan.now_s)
        return bytes(typst.compile(files, ignore_system_fonts=True, timestamp=made_s, format="pdf"))

    def sources(self, plan: SearchPlan, *, is_public: bool = False) -> dict[str, bytes]:
        """Return all that the typesetter gets: the template as `main`, its words, and the drawings by file name."""
        settings, exported, ground = self._settings, shown(plan, is_public=is_public), self._ground
        key = key_of(exported)
        texts = words(exported, has_places=bool(ground.places))
        pages = pages_of(settings.paper, texts, len(key))
        frames, page = frames_of(exported, pages, settings.n_sectors, settings.n_maps)
        overview_mm = OVERVIEW_MM[settings.paper]
        drawings = {f"key{k}.svg": entry.drawing for k, entry in enumerate(key)} | {"north.svg": north_arrow()}
        for k, frame in enumerate(frames, 1):
            drawings[f"map{k}.svg"] = draw(exported, frame, ground)
            drawings[f"scale{k}.svg"] = scale_bar(frame.scale)
        if exported.plan is not None:
            overview, _ = fitted(everything(exported, frames), (within_edge(overview_mm),), OVERVIEW_LEAST_M)
            drawings["overview.svg"] = draw(exported, overview, ground, is_overview=True, insets=frames)
            numbers = map_numbers(exported.plan, frames) if len(frames) > 1 else None
            texts = structs.replace(texts, sectors=sector_table(exported.plan, settings.n_sectors, numbers))
        layout = Layout(
            paper=settings.paper,
            is_flipped=page.is_flipped,
            map_width=page.map_mm[0] + 2.0 * EDGE_MM,
            maps=[_map_layout(frame, k) for k, frame in enumerate(frames, 1)],
            overview_width=overview_mm[0],
            key=[entry.text for entry in key],
            key_columns=page.key_columns,
            head_height=page.head_mm,
            warning_width=page.warning_mm,
        )
        template = importlib.resources.files("sargas.share").joinpath("sheet.typ").read_bytes()
        encoded = {"words.json": msgspec.json.encode(texts), "layout.json": msgspec.json.encode(layout)}
        return {"main": template, **encoded, **{name: drawing.svg() for name, drawing in drawings.items()}}


def build(settings: Settings, places: Sequence[Place] = (), lines: Sequence[Sequence[Point]] = ()) -> Sheet:
    """Return the exporter; it writes the names of these places and draws these roads, lines of (lon, lat)."""
    return Sheet(settings, Ground(places=places, lines=lines))


def _map_layout(frame: Frame, k: int) -> MapLayout:
    grid = grid_of(frame)
    zones = " and ".join(sorted({square.name.split()[0] for square in grid.squares}))
    squares = ", ".join(sorted({square.name for square in grid.squares}))
    return MapLayout(
        file=f"map{k}.svg",
        scale=f"1 : {frame.scale:,}".replace(",", " "),
        scale_file=f"scale{k}.svg",
        scale_width=scale_bar(frame.scale).width_mm,
        grid=[
            f"Grid of {grid.step_m // 1_000} km: UTM {zones}, WGS-84",
            f"MGRS squares {squares}",
            "Up is grid north",
        ],
    )
