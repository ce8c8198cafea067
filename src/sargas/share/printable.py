"""Text that can be printed: the letters that the typefaces of the typesetter have; what they lack shows as such.

A file for archives must hold the glyph of every letter (ISO 19005-2, 6.2.11.4.1), so that a single letter of another
script, in somebody's comment, would leave the whole document unwritten. Scripts that run to the left or whose letters
join are left out whole: they would be set wrongly.
"""

import re
import unicodedata
from typing import Final

MISSING: Final = "\ufffd"
NOT_PRINTABLE: Final = re.compile(
    "[^\x20-\x7e\xa0-\xac\xae-\u024f"  # Latin, for every language of Europe
    "\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u04ff"  # Greek, Cyrillic
    "\u1e00-\u1eff\u200b\u2010-\u2027\u2030-\u2040\u2044\u20a0-\u20bf\u2100-\u211e\u2122\u2126"  # more
    "\u2190-\u22ff\u25a0-\u25ff\ufffd]"  # arrows, mathematics, shapes
)
"""Each was set alone with Libertinus Serif and DejaVu Sans Mono as PDF/A by the typesetter of this version."""


def printable(text: str) -> str:
    """Return the text, composed (Unicode annex 15, NFC), with a mark for each letter that cannot be printed."""
    return NOT_PRINTABLE.sub(MISSING, unicodedata.normalize("NFC", text))
