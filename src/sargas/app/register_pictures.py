"""The register's map and its chart as files: SVG as drawn, PNG and PDF by the typesetter."""

import importlib
from collections.abc import Sequence
from typing import Any, Final

from sargas.airspace import borders
from sargas.app.wire import read_border_data
from sargas.model.errors import DataError
from sargas.model.register import RegisterRecord
from sargas.model.zone import Zone
from sargas.share.register_map import NEIGHBOURS, SIMPLE_M, Ground, draw
from sargas.share.svg import Drawing

ENDINGS: Final = (".svg", ".png", ".pdf")
DOTS_AN_INCH: Final = 150
SHEET: Final = b'#set page(width: auto, height: auto, margin: 0pt)\n#image("drawing.svg")'


def check_ending(ending: str) -> None:
    """Refuse a kind of file that is not drawn.

    Raises:
        DataError: says which are.
    """
    if ending.lower() not in ENDINGS:
        raise DataError(f"'{ending}': pictures are drawn as {', '.join(ENDINGS)}")


def ground() -> Ground:
    """Return the states of the frontier and beside it, simplified for the map."""
    states = borders.load(read_border_data, states=(*borders.STATES, *NEIGHBOURS))
    drawn: list[Zone] = [borders.simplified(zone, SIMPLE_M) for zone in states]
    return Ground(states=drawn)


def map_of(records: Sequence[RegisterRecord], title: str, *, is_exercise: bool) -> Drawing:
    """Return the maps of the records, one a year."""
    return draw(records, title, ground(), is_exercise=is_exercise)


def as_file(drawing: Drawing, ending: str) -> bytes:
    """Return a drawing as a file of that ending.

    Raises:
        DataError: there is no such kind.
    """
    check_ending(ending)
    svg = drawing.svg()
    if ending.lower() == ".svg":
        return svg
    typst: Any = importlib.import_module("typst")
    files = {"main": SHEET, "drawing.svg": svg}
    options: dict[str, Any] = {"ignore_system_fonts": True, "format": ending.lower().lstrip(".")}
    if ending.lower() == ".png":
        return bytes(typst.compile(files, ppi=DOTS_AN_INCH, **options))
    # A fixed time: the same records give the same file.
    return bytes(typst.compile(files, timestamp=0, **options))
