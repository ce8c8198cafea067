"""The warnings as feeds that other programs follow: Atom (RFC 4287) and RSS 2.0, each entry with its CAP message."""

from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element

from sargas.share.cap_profile import marked
from sargas.share.public_page import Edition, Published
from sargas.share.wording import EXERCISE, one_line, paragraphs
from sargas.share.xml_text import child, document

ATOM: Final = "http://www.w3.org/2005/Atom"
CAP_TYPE: Final = "application/cap+xml"
NAMES: Final = UUID("0d0f6a3e-52a1-5b6e-9c1a-7f6f0c8b9d42")
"""The name space of the entries' ids: the same message of the same site keeps its id."""


def atom_xml(edition: Edition) -> bytes:
    """Return the Atom feed in UTF-8, newest first."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": _language(edition)})
    child(feed, "id", f"{edition.address}atom.xml")
    child(feed, "title", _feed_title(edition))
    child(feed, "updated", _atom_time(edition.items[0].sent_s if edition.items else edition.now_s))
    child(child(feed, "author"), "name", edition.publisher or edition.title)
    self_link = {"rel": "self", "type": "application/atom+xml", "href": f"{edition.address}atom.xml"}
    child(feed, "link", attributes=self_link)
    child(feed, "link", attributes={"rel": "alternate", "type": "text/html", "href": edition.address})
    for item in edition.items:
        entry = child(feed, "entry")
        entry.set("xml:lang", item.texts[0].language)
        child(entry, "id", _urn(item, edition))
        child(entry, "title", _title(item))
        child(entry, "published", _atom_time(item.sent_s))
        child(entry, "updated", _atom_time(item.sent_s))
        link = {"rel": "alternate", "type": CAP_TYPE, "href": _link(item, edition)}
        child(entry, "link", attributes=link)
        for term in _terms(item):
            child(entry, "category", attributes={"term": term})
        child(entry, "summary", _summary(item), {"type": "text"})
    return document(feed)


def rss_xml(edition: Edition) -> bytes:
    """Return the RSS feed in UTF-8, newest first."""
    rss = Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = child(rss, "channel")
    child(channel, "title", _feed_title(edition))
    child(channel, "link", edition.address)
    child(channel, "description", edition.publisher or edition.title)
    child(channel, "language", _language(edition))
    if edition.items:
        child(channel, "lastBuildDate", formatdate(edition.items[0].sent_s, usegmt=True))
    child(channel, "docs", "https://www.rssboard.org/rss-specification")
    child(channel, "ttl", "1")
    self_link = {"rel": "self", "type": "application/rss+xml", "href": f"{edition.address}rss.xml"}
    child(channel, "atom:link", attributes=self_link)
    for item in edition.items:
        entry = child(channel, "item")
        child(entry, "title", _title(item))
        child(entry, "link", _link(item, edition))
        child(entry, "guid", _urn(item, edition), {"isPermaLink": "false"})
        child(entry, "pubDate", formatdate(item.sent_s, usegmt=True))
        for term in _terms(item):
            child(entry, "category", term)
        child(entry, "description", _summary(item))
    return document(rss)


def _feed_title(edition: Edition) -> str:
    """Return what the feed is called; marked while whoever writes it is in an exercise, and nothing in it is real."""
    is_exercise = edition.is_exercise and all(item.is_exercise for item in edition.items)
    return f"{EXERCISE}: {edition.title}" if is_exercise else edition.title


def _title(item: Published) -> str:
    """Return the headline in the first language; of an exercise with the word that everybody knows before it."""
    first = item.texts[0]
    return _for_all(marked(one_line(first.headline), first.language, is_exercise=item.is_exercise), item)


def _summary(item: Published) -> str:
    """Return all that is said, language by language."""
    parts = []
    for text in item.texts:
        lines = (text.headline, text.description, text.instruction, text.area)
        said = "\n".join(line for line in map(paragraphs, lines) if line)
        parts.append(marked(said, text.language, is_exercise=item.is_exercise))
    return _for_all("\n\n".join(parts), item)


def _for_all(text: str, item: Published) -> str:
    return f"{EXERCISE}: {text}" if item.is_exercise and not text.startswith(EXERCISE) else text


def _terms(item: Published) -> list[str]:
    return [item.level, item.kind, *(["exercise"] if item.is_exercise else [])]


def _link(item: Published, edition: Edition) -> str:
    return f"{edition.address}cap/{item.file}"


def _urn(item: Published, edition: Edition) -> str:
    return f"urn:uuid:{uuid5(NAMES, f'{edition.address}{item.identifier}')}"


def _language(edition: Edition) -> str:
    return edition.items[0].texts[0].language if edition.items else edition.languages[0]


def _atom_time(time_s: float) -> str:
    return datetime.fromtimestamp(int(time_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
