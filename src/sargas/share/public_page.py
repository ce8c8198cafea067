"""The public page: what is in force, large; what to do; where; what was before. HTML that needs no script.

The level is told by its word, its sign and its colour. Each language stands in full, the country's first.
"""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from importlib import resources
from typing import Final, Literal
from xml.etree.ElementTree import Element, tostring

from msgspec import Struct

from sargas.model.warning import Level, Ring, WarningKind, WarningText
from sargas.ports import Bulletin
from sargas.share.cap_profile import marked
from sargas.share.channel_cap_file import cap_name
from sargas.share.public_map import Background, area_map
from sargas.share.public_words import Words, in_each, words_of
from sargas.share.wording import EXERCISE, one_line, paragraphs
from sargas.share.xml_text import child

Standing = Literal["in_force", "updated", "cancelled", "expired", "all_clear"]
RANK: Final[Mapping[Level, int]] = {"white": 0, "yellow": 1, "red": 2}
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SIGNS: Final[Mapping[Level, str]] = {
    "white": "M50 6A44 44 0 1 1 49.9 6ZM28 52L44 68L74 36",
    "yellow": "M50 8L96 90H4ZM50 38V58M50 75V75.1",
    "red": "M32 6H68L94 32V68L68 94H32L6 68V32ZM50 27V54M50 73V73.1",
}
"""A ticked circle, a triangle and an octagon with an exclamation mark: told apart without their colours."""


class Published(Struct, frozen=True, kw_only=True):
    """A warning as the public has it; `file` is its CAP message under `cap/`. No officer is named."""

    identifier: str
    file: str
    incident_id: str
    kind: WarningKind
    level: Level
    country: str
    sent_s: float
    expires_s: float
    is_exercise: bool
    texts: tuple[WarningText, ...]
    rings: tuple[Ring, ...]


class Edition(Struct, frozen=True, kw_only=True):
    """All that a page is made from. `items` are the newest first; `languages` are those of a page without a warning.

    `reload_s`: the browser asks for a new one so often, never if it is 0. `is_exercise`: whoever writes it is in one.
    """

    title: str
    address: str
    publisher: str
    now_s: float
    zone: tzinfo
    items: Sequence[Published]
    languages: tuple[str, ...] = ("en",)
    reload_s: int = 60
    background: Background = Background()
    is_exercise: bool = False


def published(bulletin: Bulletin) -> Published:
    """Return what the public gets of a bulletin.

    Raises:
        DataError: its CAP message cannot be read.
    """
    warning, content, file = bulletin.warning, bulletin.warning.content, cap_name(bulletin.cap_xml)
    return Published(
        identifier=file.removesuffix(".xml"),
        file=file,
        incident_id=warning.incident_id,
        kind=warning.kind,
        level=content.level,
        country=bulletin.country,
        sent_s=bulletin.sent_s,
        expires_s=content.expires_s,
        is_exercise=bulletin.is_exercise,
        texts=content.texts,
        rings=content.rings,
    )


def standings(items: Sequence[Published], now_s: float) -> dict[str, Standing]:
    """Return how each message stands, by its identifier; of an incident only the newest one can be in force."""
    found: dict[str, Standing] = {}
    after: dict[tuple[str, bool], Published] = {}
    for item in sorted(items, key=lambda one: (one.sent_s, one.identifier), reverse=True):
        later = after.get((item.incident_id, item.is_exercise))
        after[item.incident_id, item.is_exercise] = item
        if later is not None and item.level != "white" and later.sent_s < item.expires_s:
            found[item.identifier] = "cancelled" if later.level == "white" else "updated"
        elif item.expires_s <= now_s or later is not None:
            found[item.identifier] = "expired"
        else:
            found[item.identifier] = "all_clear" if item.level == "white" else "in_force"
    return found


def shown(edition: Edition) -> list[Published]:
    """Return what stands at the top: all that is in force, the worst first; else the newest all-clear, if it holds.

    While anything real is in force, nothing of an exercise stands there.
    """
    stands = standings(edition.items, edition.now_s)
    now = [one for one in edition.items if stands[one.identifier] == "in_force"]
    now = [one for one in now if not one.is_exercise] or now
    if now:
        return sorted(now, key=lambda one: (-RANK[one.level], -one.sent_s, one.identifier))
    return [one for one in edition.items if stands[one.identifier] == "all_clear"][:1]


def index_html(edition: Edition) -> bytes:
    """Return the page in UTF-8."""
    top = shown(edition)
    level: Level = max((one.level for one in top), key=lambda one: RANK[one], default="white")
    spoken = list(dict.fromkeys(text.language for item in top for text in item.texts)) or list(edition.languages)
    words = in_each(spoken)
    is_exercise = any(one.is_exercise for one in top) or (edition.is_exercise and not top)
    html = Element("html", {"lang": words[0].language})
    _head(html, edition, words[0], level, is_exercise=is_exercise)
    body = child(html, "body")
    if is_exercise:
        _exercise(body, words)
    child(child(body, "header"), "p", edition.title, {"class": "site"})
    main = child(body, "main")
    _state(main, level, words, top, edition, is_exercise=is_exercise)
    for index, item in enumerate(top):
        _article(main, item, edition, key=str(index), is_one_of_many=len(top) > 1)
    _earlier(main, edition, words, top)
    _footer(body, edition, words, has_map=bool(top))
    return b"<!DOCTYPE html>\n" + tostring(html, encoding="unicode", method="html").encode("utf-8") + b"\n"


def _head(html: Element, edition: Edition, words: Words, level: Level, *, is_exercise: bool) -> None:
    head = child(html, "head")
    child(head, "meta", attributes={"charset": "utf-8"})
    mark = f"{_exercise_word(words)}: " if is_exercise else ""
    child(head, "title", f"{mark}{words.colour(level)}: {words.means(level)} | {edition.title}")
    child(head, "meta", attributes={"name": "viewport", "content": "width=device-width, initial-scale=1"})
    child(head, "meta", attributes={"name": "color-scheme", "content": "light dark"})
    child(head, "meta", attributes={"http-equiv": "Content-Security-Policy", "content": POLICY})
    if edition.reload_s:
        child(head, "meta", attributes={"http-equiv": "refresh", "content": str(edition.reload_s)})
    for name, kind in (("atom", "Atom"), ("rss", "RSS")):
        link = {"rel": "alternate", "type": f"application/{name}+xml", "title": kind, "href": f"{name}.xml"}
        child(head, "link", attributes=link)
    child(head, "style", style())


@functools.cache
def style() -> str:
    """Return the style sheet, which stands in the page."""
    return (resources.files("sargas.share") / "public_page.css").read_text(encoding="utf-8")


def _exercise(body: Element, words: Sequence[Words]) -> None:
    banner = child(body, "div", attributes={"class": "exercise", "role": "note"})
    for one in words:
        line = child(banner, "p", attributes={"lang": one.language})
        child(line, "strong", _exercise_word(one))
        line[-1].tail = f" {one.exercise_means}"


def _exercise_word(words: Words) -> str:
    """Return the word in the language, and the one that everybody knows."""
    return words.exercise if words.exercise == EXERCISE else f"{words.exercise} ({EXERCISE})"


def _state(
    main: Element,
    level: Level,
    words: Sequence[Words],
    top: Sequence[Published],
    edition: Edition,
    *,
    is_exercise: bool,
) -> None:
    state = child(main, "section", attributes={"class": f"state {level}", "aria-labelledby": "state"})
    _sign(state, level)
    said = child(state, "div")
    is_over = bool(top) and level == "white"
    if is_exercise:
        _each(child(said, "p", attributes={"class": "drill"}), [(one, one.exercise) for one in words])
    for index, one in enumerate(words):
        line = child(said, "h1" if index == 0 else "p", attributes={"lang": one.language, "class": "level"})
        if index == 0:
            line.set("id", "state")
        child(line, "b", one.colour(level)).tail = " "
        child(line, "span", one.all_clear if is_over else one.means(level))
    if len(top) == 1 and not is_over:
        until = child(said, "p", attributes={"class": "until"})
        _each(until, [(one, f"{one.valid_until} {_clock(top[0].expires_s, edition)}") for one in words])


def _article(main: Element, item: Published, edition: Edition, *, key: str, is_one_of_many: bool) -> None:
    article = child(main, "article", attributes={"class": item.level, "id": item.identifier})
    texts = child(article, "div", attributes={"class": "texts"})
    if is_one_of_many:
        _chip(texts, item)
    for text in item.texts:
        _text(texts, text, is_exercise=item.is_exercise)
    side = child(article, "aside")
    words = in_each([text.language for text in item.texts])
    figure = child(side, "figure")
    title = f"{words[0].map_of}: {one_line(item.texts[0].area)}"
    area_map(figure, item.rings, item.level, title, edition.background, key=key)
    facts = child(side, "dl")
    until = [] if item.level == "white" else [("valid_until", item.expires_s)]
    for name, time_s in (("sent", item.sent_s), *until):
        row = child(facts, "div")
        _each(child(row, "dt"), [(one, str(getattr(one, name))) for one in words])
        _time(child(row, "dd"), time_s, edition)
    link = child(child(side, "p"), "a", "CAP 1.2", {"href": f"cap/{item.file}", "type": "application/cap+xml"})
    link.tail = f" {item.identifier}"


def _text(texts: Element, text: WarningText, *, is_exercise: bool) -> None:
    words = words_of(text.language)
    section = child(texts, "section", attributes={"lang": text.language})
    child(section, "h2", marked(one_line(text.headline), text.language, is_exercise=is_exercise))
    _paragraphs(section, text.description)
    if text.instruction.strip():
        do = child(section, "div", attributes={"class": "do"})
        child(do, "h3", words.what_to_do, {"lang": words.language})
        _paragraphs(do, marked(text.instruction, text.language, is_exercise=is_exercise))
    child(section, "h3", words.where, {"lang": words.language})
    _paragraphs(section, text.area)


def _earlier(main: Element, edition: Edition, words: Sequence[Words], top: Sequence[Published]) -> None:
    rest = [item for item in edition.items if item not in top]
    if not rest:
        return
    stands = standings(edition.items, edition.now_s)
    section = child(main, "section", attributes={"class": "earlier"})
    _each(child(section, "h2"), [(one, one.earlier) for one in words])
    listed = child(section, "ol")
    for item in rest:
        first = item.texts[0]
        row = child(listed, "li")
        _time(row, item.sent_s, edition)
        _chip(row, item)
        what = child(row, "div", attributes={"class": "what"})
        link = {"href": f"cap/{item.file}", "type": "application/cap+xml", "lang": first.language}
        child(what, "a", marked(one_line(first.headline), first.language, is_exercise=item.is_exercise), link)
        for text in item.texts[1:]:
            said = marked(one_line(text.headline), text.language, is_exercise=item.is_exercise)
            child(what, "p", said, {"lang": text.language})
        standing = stands[item.identifier]
        said_of = [(one, str(getattr(one, standing))) for one in in_each([text.language for text in item.texts])]
        _each(child(row, "span", attributes={"class": f"standing {standing}"}), said_of)


def _footer(body: Element, edition: Edition, words: Sequence[Words], *, has_map: bool) -> None:
    footer = child(body, "footer")
    made = child(footer, "p")
    _each(made, [(one, one.made) for one in words])
    made[-1].tail = " "
    _time(made, edition.now_s, edition)
    made[-1].tail = f" ({datetime.fromtimestamp(edition.now_s, edition.zone):%Z}). "
    child(made, "a", words[0].reload, {"href": "index.html"})
    feeds = child(footer, "p")
    child(feeds, "a", "Atom", {"href": "atom.xml", "type": "application/atom+xml"}).tail = " · "
    child(feeds, "a", "RSS", {"href": "rss.xml", "type": "application/rss+xml"})
    if has_map and edition.background.credits:
        child(footer, "p", edition.background.credits, {"class": "credits", "lang": "en"})


def _chip(parent: Element, item: Published) -> None:
    words = words_of(item.texts[0].language)
    chip = child(parent, "span", attributes={"class": f"chip {item.level}", "lang": words.language})
    _sign(chip, item.level)
    child(chip, "b", words.colour(item.level))


def _sign(parent: Element, level: Level) -> None:
    attributes = {"class": "sign", "viewBox": "0 0 100 100", "aria-hidden": "true"}
    svg = child(parent, "svg", attributes=attributes)
    outline, _, mark = SIGNS[level].partition("Z")
    child(svg, "path", attributes={"class": "outline", "d": f"{outline}Z"})
    child(svg, "path", attributes={"class": "mark", "d": mark})


def _each(parent: Element, said: Sequence[tuple[Words, str]]) -> None:
    """Say the same in each language, with a stroke between."""
    for index, (one, text) in enumerate(said):
        if index:
            parent[-1].tail = " / "
        child(parent, "span", text, {"lang": one.language})


def _paragraphs(parent: Element, text: str) -> None:
    for line in paragraphs(text).split("\n"):
        if line.strip():
            child(parent, "p", line.strip())


def _time(parent: Element, time_s: float, edition: Edition) -> None:
    moment = datetime.fromtimestamp(time_s, edition.zone)
    child(parent, "time", f"{moment:%Y-%m-%d %H:%M}", {"datetime": moment.isoformat(timespec="seconds")})


def _clock(time_s: float, edition: Edition) -> str:
    """Return the time of the day; with the day before it if it is another one."""
    moment, now = (datetime.fromtimestamp(one, edition.zone) for one in (time_s, edition.now_s))
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M}"
