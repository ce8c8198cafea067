"""Texts of the record as paper has them: on one line, and never wider than a column."""

import re
from typing import Final

from sargas.share.dossier_blocks import Cell
from sargas.share.wording import one_line

ZERO_WIDTH_SPACE: Final = "\u200b"
LONG_WORD: Final = re.compile(r"\S{31,}")
PIECE: Final = 20
"""A word longer than a column may be broken after so many letters."""
TEXT_MOST: Final = 1_500
"""Letters of one text of the record on paper; the data have all of it."""


def mono(text: str) -> Cell:
    """Return a cell of figures."""
    return Cell(lines=[text], is_mono=True)


def text_of(text: str) -> str:
    """Return a text of the record as paper has it: on one line, cut where it is very long, words too."""
    return LONG_WORD.sub(_broken, one_line(text, TEXT_MOST))


def _broken(word: re.Match[str]) -> str:
    pieces = [word[0][at : at + PIECE] for at in range(0, len(word[0]), PIECE)]
    return ZERO_WIDTH_SPACE.join(pieces)


def lines_of(code: str, width: int) -> list[str]:
    """Return a hash or an address on as many lines as it needs: nothing unseen stands in what is copied from it."""
    lines: list[str] = []
    while len(code) > width:
        at = max(code.rfind(sign, 0, width) for sign in "/-?&=") + 1
        cut = at if at > width // 2 else width
        lines.append(code[:cut])
        code = code[cut:]
    return [*lines, code]
