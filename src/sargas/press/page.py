"""A text as it was given, plain or HTML, to its title, its date and its running text."""

import re
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct, structs

from sargas.model.errors import DataError
from sargas.press import html
from sargas.press.letters import tidy

BYTES_MOST: Final = 1 << 20
LETTERS_MOST: Final = 100_000
"""Some 16,000 words; long articles of newspapers have a tenth. What is behind is not read, and it is said."""
LOOKS_HTML: Final = re.compile(
    rb"^\s*(?:<!doctype html|<html|<\?xml|<head|<body|<article|<div|<meta|<!--)", re.IGNORECASE
)
ISO: Final = re.compile(
    r"\b(20\d\d)[-.](\d\d)[-.](\d\d)(?:[ T,]+(\d{1,2})[:.](\d\d)(?::\d\d(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)


class Page(Struct, frozen=True, kw_only=True):
    """A text to be read. `published` is local to where it was written, unless it has a zone of its own."""

    title: str
    text: str
    published: datetime | None = None
    published_how: str = ""
    is_cut: bool = False
    body_start: int = 0


def page_of(data: bytes | str, *, is_html: bool | None = None) -> Page:
    """Return the page of what was handed in; HTML if it looks like it, unless that is told.

    Raises:
        DataError: it is too large, or holds no text.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if len(raw) > BYTES_MOST:
        raise DataError(f"article: {len(raw)} bytes; at most {BYTES_MOST} are read")
    if is_html or (is_html is None and LOOKS_HTML.match(raw)):
        title, text, published = html.text_of(raw)
        page = _page(text, title)
        stamped = moment(published or "")
        if stamped is not None:
            page = structs.replace(page, published=stamped[0], published_how="the page's own date")
        return page
    text = _decoded(raw)
    return _page(text, "")


def moment(text: str) -> tuple[datetime, int, int] | None:
    """Return the first date written in figures (2025-07-28 11:32), and where it stands."""
    for match in ISO.finditer(text):
        year, month, day, hour, minute, zone = match.groups()
        try:
            at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0))  # noqa: DTZ001 - local
            if zone in {"Z", "UTC", "GMT"}:
                at = at.replace(tzinfo=UTC)
            elif zone:
                at = datetime.strptime(f"{at:%Y-%m-%d %H:%M} {zone}", "%Y-%m-%d %H:%M %z")
        except ValueError:
            continue
        return at, *match.span()
    return None


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1257", "replace")  # the old Baltic code page; Polish and Romanian lose accents only
    return text.replace("\x00", " ")


def _page(text: str, title: str) -> Page:
    is_cut = len(text) > LETTERS_MOST
    text = text[:LETTERS_MOST]
    if not text.strip():
        raise DataError("article: there is no text in it")
    body_start = 0
    if not title:
        start = len(text) - len(text.lstrip())
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        if len(line) <= 250 and end >= 0:
            title, body_start = tidy(line), end
    return Page(title=tidy(title)[:300], text=text, is_cut=is_cut, body_start=body_start)
