"""A dossier as a printed document (PDF/UA-1 and PDF/A-2a, A4), and its draft letter as one of its own.

The typefaces come with the typesetter and the time in the file is that of the dossier, so that the same dossier is
the same file on every machine.
"""

import importlib
import importlib.resources
from typing import Any, Final

import msgspec

from sargas.dossier.moments import moment
from sargas.dossier.wording import words_of
from sargas.model.dossier import Dossier
from sargas.share.dossier_blocks import Letter, Printed
from sargas.share.dossier_map import Land
from sargas.share.dossier_pages import Pager, drawings_of
from sargas.share.dossier_text import text_of
from sargas.share.printable import printable
from sargas.share.wording import one_line

MEDIA_TYPE: Final = "application/pdf"
STANDARDS: Final = ("ua-1", "a-2a")
"""Accessible (ISO 14289-1), and to be kept for long (ISO 19005-2): tagged, with all typefaces inside."""
TEMPLATES: Final = ("dossier.typ", "dossier_blocks.typ", "dossier_letter.typ")


def pdf(dossier: Dossier, land: Land) -> bytes:
    """Return the whole document: summary, sections, and the draft of a letter where the version has one."""
    return compiled(sources(dossier, land), dossier.made_s)


def letter_pdf(dossier: Dossier) -> bytes | None:
    """Return the draft alone, None if the version has none."""
    if not dossier.letters:
        return None
    printed = _printed(dossier, Pager(dossier, words_of("en"), words_of("en"), Land()), is_letter=True)
    return compiled(_files(printed, {}), dossier.made_s)


def sources(dossier: Dossier, land: Land) -> dict[str, bytes]:
    """Return all that the typesetter gets: the templates, the words, and the drawings by file name."""
    pager = Pager(dossier, words_of(dossier.languages[0]), words_of("en"), land)
    printed = _printed(dossier, pager, is_letter=False)
    return _files(printed, drawings_of(pager.drawn.files))


def compiled(files: dict[str, bytes], made_s: float) -> bytes:
    """Return the document."""
    # Imported when used: a watch that prints nothing needs no typesetter.
    typst: Any = importlib.import_module("typst")
    return bytes(
        typst.compile(
            files,
            ignore_system_fonts=True,
            timestamp=int(made_s),
            format="pdf",
            pdf_standards=list(STANDARDS),
        )
    )


def pictures(files: dict[str, bytes], ppi: float = 100.0) -> list[bytes]:
    """Return the pages as pictures (PNG), for those who look at them."""
    typst: Any = importlib.import_module("typst")
    made = typst.compile(files, ignore_system_fonts=True, format="png", ppi=ppi)
    return list(made) if isinstance(made, list) else [bytes(made)]


def _files(printed: Printed, drawings: dict[str, bytes]) -> dict[str, bytes]:
    folder = importlib.resources.files("sargas.share")
    main, *others = TEMPLATES
    templates = {name: folder.joinpath(name).read_bytes() for name in others}
    return {
        "main": folder.joinpath(main).read_bytes(),
        **templates,
        "printed.json": msgspec.json.encode(_printable(msgspec.to_builtins(printed))),
        **{name: _drawing(svg) for name, svg in drawings.items()},
    }


def _printable(value: object) -> object:
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: _printable(one) for key, one in value.items()}
        case list() | tuple():
            return [_printable(one) for one in value]
        case _:
            return value


def _drawing(svg: bytes) -> bytes:
    return "\n".join(map(printable, svg.decode().split("\n"))).encode()


def _printed(dossier: Dossier, pager: Pager, *, is_letter: bool) -> Printed:
    said = dossier.said[0]
    words = words_of(dossier.languages[0])
    title = f"{words.heading['letter' if is_letter else 'title']} {dossier.incident_id}"
    made = f"{words.label['made']} {_minute(dossier.made_s)}"
    authority = text_of(dossier.authority)
    return Printed(
        lang=words.language,
        title=f"EXERCISE: {title}" if dossier.is_exercise else title,
        marking=said.marking,
        is_marked=dossier.is_exercise or dossier.version != "public",
        incident_id=dossier.incident_id,
        foot=" · ".join(part for part in (authority, made) if part),
        page=words.page,
        keywords=[said.marking],
        cover=None if is_letter else pager.cover(),
        sections=[] if is_letter else pager.sections(),
        letters=[
            Letter(
                lang=draft.language,
                title=draft.title,
                sender=text_of(draft.sender),
                addressee=text_of(draft.addressee),
                parts=[[one_line(line, 1_000) for line in part] for part in draft.parts],
                date_line=draft.date_line,
            )
            for draft in dossier.letters
        ],
    )


def _minute(time_s: float) -> str:
    return f"{moment(time_s)[:16]} UTC"
