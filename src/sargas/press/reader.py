"""A published text to draft entries, by rules and a gazetteer: READ FIRST of this folder.

A page becomes text (`page`, `html`), the text words and sentences (`letters`, `sentences`); in them the words of the
language (`lexicon`, `words/*.toml`), places (`places`) and dates (`dates`) are found (`scan`). A sentence in which
something flew, fell or was found is a mention (`mentions`); mentions of one thing are an incident (`incidents`).
"""

import re
from collections import Counter
from datetime import UTC, datetime

from sargas.model.claims import Reading
from sargas.press import dates
from sargas.press.incidents import incidents_of
from sargas.press.language import language_of
from sargas.press.lexicon import lexicon, states
from sargas.press.mentions import mentions_of
from sargas.press.page import Page, moment, page_of
from sargas.press.places import Gazetteer
from sargas.press.roles import roles
from sargas.press.scan import Scan
from sargas.press.sentences import sentences_of

HEAD_LINES = 12
"""In these lines of a plain text, and the last four, its date is looked for."""


def read(
    data: bytes | str,
    towns: Gazetteer,
    *,
    is_html: bool | None = None,
    published_s: float | None = None,
    language: str | None = None,
) -> Reading:
    """Return what a text says of incidents.

    Args:
        data: the text, plain or HTML.
        towns: the gazetteer.
        is_html: whether it is HTML; found out if it is not told.
        published_s: when it was published; looked for in the text if it is not told.
        language: its language (en, lt, pl, lv, ro); found out if it is not told.

    Raises:
        DataError: it is empty, too large, no HTML that can be read, or the language is not known.
    """
    page = page_of(data, is_html=is_html)
    language = language or language_of(page.text)
    known = lexicon(language)
    sentences = sentences_of(page.text, page.body_start, known.words.no_stop, known.words.skip)
    scan = Scan(page.text, known, towns, sentences)
    at, how = _published(page, scan, language, published_s)
    scan.forget(_stamp(page.text, scan, language))
    countries = _countries(scan, known.words.country)
    mentions = mentions_of(scan, countries)
    home = next((code for code in countries if states()[code].watched), known.words.country)
    entries, passed = incidents_of(scan, mentions, None if at is None else at.date(), home)
    return Reading(
        language=language,
        title=page.title,
        text=page.text,
        published_s=None if at is None else dates.to_utc_s(at, home),
        published_day="" if at is None else f"{at:%Y-%m-%d}",
        published_how=how,
        entries=tuple(entries),
        passed_over=tuple(passed),
        is_cut=page.is_cut,
    )


def _countries(scan: Scan, home: str) -> tuple[str, ...]:
    """Return the states that the text speaks of, most first; the language's own last."""
    told: Counter[str] = Counter()
    for mark, role in roles(scan, 0, len(scan.words) - 1):
        told[mark.value] += {"airspace": 4, "into": 2, "authority": 2}.get(role, 1)
    order = [code for code, _ in told.most_common()]
    return tuple(dict.fromkeys([*order, *([home] if home else [])]))


def _published(page: Page, scan: Scan, language: str, published_s: float | None) -> tuple[datetime | None, str]:
    """Return the local moment of publication, and where it comes from."""
    if published_s is not None:
        told = datetime.fromtimestamp(published_s, UTC).replace(tzinfo=None)
        return told, "as given"
    if page.published is not None:
        return page.published.replace(tzinfo=None), page.published_how
    found = _dated_line(page.text, scan, language)
    if found is not None:
        return found[0], "a line of the text"
    whole = [
        dates.resolve(one.written, None, None)
        for one in scan.dated
        if one.written.kind in {"day", "days", "night"} and one.written.has_year
    ]
    last = max((span[1] for span in whole if span is not None), default=None)
    if last is not None:
        return last, "not told: the last full date in the text"
    return None, ""


def _stamp(text: str, scan: Scan, language: str) -> tuple[int, int]:
    """Return where the date of publication stands, which is no date of an incident."""
    found = _dated_line(text, scan, language)
    return (0, 0) if found is None else (found[1], found[2])


def _dated_line(text: str, scan: Scan, language: str) -> tuple[datetime, int, int] | None:
    """Return the date of a line that is a date and little more, or that says that it is the date of publication."""
    patterns = [re.compile(pattern) for pattern in lexicon(language).words.published]
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    for start, stop in [*lines[:HEAD_LINES], *lines[HEAD_LINES:][-4:]]:
        is_told = any(pattern.search(scan.words.folded[start : min(stop, start + 60)]) for pattern in patterns)
        end = stop
        if stop - start > 160 and not is_told:  # a paragraph: only its dateline
            end = next((s.head for s in scan.sentences if s.start <= start < s.end), start)
        line = scan.words.folded[start:end]
        stamped = moment(line[:200])
        letters = sum(letter.isalpha() for letter in line)
        if not is_told and letters > 60:
            continue
        if stamped is not None:
            return stamped[0].replace(tzinfo=None), start + stamped[1], start + stamped[2]
        span = _full_date(scan, start, min(end, start + 200))
        if span is not None:
            return span
    return None


def _full_date(scan: Scan, start: int, end: int) -> tuple[datetime, int, int] | None:
    for one in scan.every_date:
        if start <= one.written.start < end and one.written.kind == "day" and one.written.has_year:
            span = dates.resolve(one.written, None, None)
            if span is not None:
                clock = dates.clocks(
                    scan.words.folded, one.written.end, min(end, one.written.end + 20), scan.language
                )
                day = span if not clock else dates.at_clock(span, clock[0])
                return day[0], one.written.start, one.written.end
    return None
