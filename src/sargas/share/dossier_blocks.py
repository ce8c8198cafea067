"""The parts of a printed dossier: sections of pairs, tables, pictures and lists, as the template sets them.

What stands in them is in dossier_pages.py; how they look in dossier.typ.
"""

from typing import Literal

from msgspec import Struct

Align = Literal["left", "right"]


class Pairs(Struct, frozen=True, kw_only=True, tag="pairs"):
    """Names with their values, one a line."""

    rows: list[tuple[str, str]]


class Cell(Struct, frozen=True, kw_only=True):
    """A cell of a table: paragraphs; `is_mono`: figures and hashes, which may be broken anywhere."""

    lines: list[str]
    is_mono: bool = False
    is_bold: bool = False


class Table(Struct, frozen=True, kw_only=True, tag="table"):
    """Rows under heads; `widths` are shares of the page, 0 as wide as needed."""

    heads: list[str]
    widths: list[float]
    rows: list[list[Cell]]
    aligns: list[Align] = []


class Figure(Struct, frozen=True, kw_only=True, tag="figure"):
    """A picture with what it shows in words; a map has its scale and its key under it."""

    file: str
    alt: str
    width_mm: float
    caption: str = ""
    scale: str = ""
    bar_file: str = ""
    bar_mm: float = 0.0
    north_file: str = ""
    key: list[tuple[str, str]] = []


class Items(Struct, frozen=True, kw_only=True, tag="items"):
    """A list; numbered, if it is one of steps."""

    rows: list[str]
    is_numbered: bool = False


class Note(Struct, frozen=True, kw_only=True, tag="note"):
    """A paragraph; small, if it explains."""

    text: str
    is_small: bool = True


class Code(Struct, frozen=True, kw_only=True, tag="code"):
    """Names with hashes or keys, which are long."""

    rows: list[tuple[str, str]]


Block = Pairs | Table | Figure | Items | Note | Code


class Section(Struct, frozen=True, kw_only=True):
    """A heading, in English beside it if the dossier is in another language, and what stands under it.

    `is_whole`: it is not broken over two pages.
    """

    title: str
    also: str
    blocks: list[Block]
    is_new_page: bool = False
    is_whole: bool = False


class Letter(Struct, frozen=True, kw_only=True):
    """A draft in one language, as it is printed."""

    lang: str
    title: str
    sender: str
    addressee: str
    parts: list[list[str]]
    date_line: str


class Cover(Struct, frozen=True, kw_only=True):
    """The first page: what it is, the summary, the map."""

    title: str
    also: str
    subtitle: str
    rows: list[tuple[str, str]]
    figure: Figure | None
    note: str


class Printed(Struct, frozen=True, kw_only=True):
    """All that the template gets beside the drawings."""

    lang: str
    title: str
    marking: str
    is_marked: bool
    incident_id: str
    foot: str
    page: str
    keywords: list[str]
    cover: Cover | None
    sections: list[Section]
    letters: list[Letter]
