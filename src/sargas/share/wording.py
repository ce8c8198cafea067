"""Words that leave the watch, and words that come back: marked as an exercise, on one line, safe as a name."""

import hashlib
import re
from typing import Final
from urllib.parse import quote

from sargas.share.cap_profile import is_marked

EXERCISE: Final = "EXERCISE"
"""The word that marks whatever leaves in exercise mode; it is CAP's word for it too (CAP 1.2, 3.2.1, status)."""
NAME_MAX: Final = 60
"""A longer name is replaced by its hash: with the rest of a Message-ID it stays on a line of 78 (RFC 5322, 2.1.1)."""
ANSWER_MAX: Final = 200

# Line breaks and control characters, and those that turn the direction of writing (Unicode, annex 9, table 4).
_BREAKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def marked(text: str, *, is_exercise: bool) -> str:
    """Return the text, in an exercise with that word before it, unless it is there already, in whatever language."""
    return f"{EXERCISE}: {text}" if is_exercise and not is_marked(text) else text


def one_line(text: str, longest: int = ANSWER_MAX) -> str:
    """Return the text on one line without control characters, cut where it is too long."""
    line = " ".join(_BREAKS.sub(" ", text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def paragraphs(text: str) -> str:
    """Return the text with its line breaks as newlines and no other control characters."""
    return _CONTROLS.sub("?", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def safe_name(text: str, longest: int = NAME_MAX) -> str:
    """Return a name of the same meaning in letters, digits, `-`, `_`, `~` and `%`: for headers, topics and files.

    Different texts have different names; what a name cannot hold stands percent-encoded (RFC 3986, 2.1), the full
    stop too. One that gets too long is named by its SHA-256.
    """
    name = quote(text.encode("utf-8", "surrogatepass"), safe="").replace(".", "%2E")
    if 0 < len(name) <= longest:
        return name
    return "sha256-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[: longest - 7]
