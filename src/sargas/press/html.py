"""An HTML page to its running text: what a reader reads, without scripts, menus, captions and what stands around.

The page may be broken or hostile: nothing is fetched, no entity is expanded, and depth is bounded by the parser.
"""

import json
import re
from typing import Any, Final

from lxml import etree, html  # type: ignore[import-untyped]  # lxml carries no types

from sargas.model.errors import DataError

DROPPED: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "aside",
        "footer",
        "form",
        "button",
        "select",
        "svg",
        "figure",
        "figcaption",
        "iframe",
        "object",
        "video",
        "audio",
        "picture",
        "canvas",
        "dialog",
        "menu",
        "head",
    ]
)
BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "table",
        "tr",
        "td",
        "th",
        "blockquote",
        "br",
        "hr",
        "pre",
        "dl",
        "dt",
        "dd",
        "address",
        "body",
        "html",
    ]
)
ASIDE: Final = re.compile(
    r"(?:^|[-_ ])(?:header|masthead|topbar|navbar|caption|cookie|consent|related|share|social|newsletter|promo|advert"
    r"|ad|sidebar|breadcrumbs?|menu|nav|comments?|subscribe|footer|tags|recommend\w*|byline-photo)(?:$|[-_ ])",
    re.IGNORECASE,
)
DATED: Final = ("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
                "pubdate", "publishdate", "parsely-pub-date", "sailthru.date")  # fmt: skip
ENOUGH: Final = 200
"""Letters of paragraphs that make an article."""
NODES_MOST: Final = 200_000


def text_of(data: bytes) -> tuple[str, str, str | None]:
    """Return the title, the text and the date of publication as the page tells it.

    Raises:
        DataError: it is no HTML that can be read.
    """
    try:
        text = data.decode("utf-8").replace("\x00", " ")
    except UnicodeDecodeError:
        parser = html.HTMLParser(encoding=_charset(data), no_network=True, huge_tree=False)
        source: Any = data.replace(b"\x00", b" ")
    else:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        source = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8")
    try:
        root = html.document_fromstring(source, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError, LookupError) as error:
        raise DataError(f"article: it cannot be read as HTML: {error}") from error
    date = _date(root)
    title = _title(root)
    body = _main(root)
    return title, _running(body), date


def _charset(data: bytes) -> str | None:
    found = re.search(rb"charset=[\"']?([A-Za-z0-9_-]{2,20})", data[:2_048])
    name = found.group(1).decode("ascii").lower() if found else "cp1257"
    return name if name in {"iso-8859-1", "iso-8859-2", "iso-8859-4", "iso-8859-13", "iso-8859-16", "windows-1250",
                            "windows-1252", "windows-1257", "cp1257", "utf-8"} else "cp1257"  # fmt: skip


def _date(root: Any) -> str | None:
    """Return the date of publication: JSON-LD, meta, then the first <time>."""
    for script in root.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            found = _published(script.text or "")
            if found:
                return found
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name in DATED and re.search(r"20\d\d-\d\d-\d\d", meta.get("content") or ""):
            return str(meta.get("content"))
    for time in root.iter("time"):
        stamp = f"{time.get('datetime') or ''} {time.text or ''}"
        if re.search(r"20\d\d-\d\d-\d\d", stamp):
            return stamp
    return None


def _published(text: str) -> str | None:
    """Return `datePublished` wherever it stands in a JSON-LD block."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        found = re.search(r'"datePublished"\s*:\s*"([^"]{8,40})"', text)
        return found.group(1) if found else None
    for _ in range(10_000):
        if not waiting:
            return None
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("datePublished"), str):
                return str(one["datePublished"])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return None


def _title(root: Any) -> str:
    """Return the headline: <h1>, else what is shared, else <title>."""
    heads = [" ".join(one.itertext()) for one in root.iter("h1")]
    heads += [one.get("content") or "" for one in root.iter("meta") if one.get("property") == "og:title"]
    heads += [one.text or "" for one in root.iter("title")]
    return next((" ".join(head.split()) for head in heads if head.strip()), "")


def _main(root: Any) -> Any:
    """Return the part of the page that holds the most text in paragraphs: the article, if the page says so."""
    best, most = root, 0
    for tag in ("article", "main"):
        for one in root.iter(tag):
            size = sum(len(part.text or "") for part in one.iter("p"))
            if size > most:
                best, most = one, size
        if most > ENOUGH:
            return best
    return _fullest(root)


def _fullest(root: Any) -> Any:
    """Return the element whose own paragraphs are most of the page's text; the whole page if there is none."""
    sizes: dict[Any, int] = {}
    for part in root.iter("p"):
        parent = part.getparent()
        if parent is not None:
            sizes[parent] = sizes.get(parent, 0) + len(" ".join(part.itertext()))
    best = max(sizes, key=lambda one: sizes[one], default=root)
    is_most = sizes.get(best, 0) > max(ENOUGH, 0.6 * sum(sizes.values()))
    return best if is_most else root


def _running(top: Any) -> str:
    """Return the text, a line to each block; walked without recursion, however deep the page is."""
    parts: list[str] = []
    waiting: list[tuple[Any, bool]] = [(top, False)]
    for _ in range(NODES_MOST):
        if not waiting:
            break
        one, is_end = waiting.pop()
        tag = one.tag if isinstance(one.tag, str) else ""
        if is_end:
            if tag in BLOCKS:
                parts.append("\n")
            if one is not top:
                parts.append(_flat(one.tail))
            continue
        if not tag or tag in DROPPED or (one is not top and _is_aside(one)):
            if one is not top:
                parts.append(_flat(one.tail))
            continue
        if tag in BLOCKS:
            parts.append("\n")
        parts.append(_flat(one.text))
        waiting.append((one, True))
        waiting += [(child, False) for child in reversed(one)]
    lines = (re.sub(r" +", " ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _is_aside(one: Any) -> bool:
    names = f"{one.get('class') or ''} {one.get('id') or ''}"[:400]
    return one.get("hidden") is not None or one.get("aria-hidden") == "true" or ASIDE.search(names) is not None
