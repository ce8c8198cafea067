"""The feeds by the rules of their standards: RFC 4287 (Atom) and the RSS 2.0 specification."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

import share_kit as kit
from sargas.model.warning import WarningText
from sargas.share.cap import cap_xml
from sargas.share.cap_profile import Profile, known_zone
from sargas.share.public_feeds import atom_xml, rss_xml
from sargas.share.public_page import Edition, Published, published

PROFILE = Profile(sender="a@example.org")
A = "{http://www.w3.org/2005/Atom}"
ADDRESS = "https://warnings.example.org/air/"


def item(kind: Any = "alert", *, is_exercise: bool = False) -> Published:
    about = structs.replace(kit.warning(kind), is_exercise=is_exercise)
    xml = cap_xml(about, (kit.warning("alert"), kit.warning("update")), PROFILE, country="LT", title="x")
    return published(kit.bulletin(warning=about, is_exercise=is_exercise, cap_xml=xml))


ALERT, UPDATE, CANCEL = item("alert"), item("update"), item("cancel")


def edition(*items: Published) -> Edition:
    made = {"title": "Oro perspėjimai", "address": ADDRESS, "publisher": "Sargas", "now_s": kit.T0_S}
    return Edition(**made, zone=known_zone("UTC"), items=items)


def atom(*items: Published) -> Any:
    return etree.fromstring(atom_xml(edition(*items)))


def rss(*items: Published) -> Any:
    return etree.fromstring(rss_xml(edition(*items)))


def assert_atom(feed: Any) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and its entries must have, how often, and of what form."""
    assert feed.tag == f"{A}feed"
    for node in (feed, *feed.findall(f"{A}entry")):
        for name in ("id", "title", "updated"):
            assert len(node.findall(A + name)) == 1
        assert urlsplit(node.findtext(f"{A}id")).scheme in {"https", "urn"}
        for name in ("updated", "published"):
            assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.text) for one in node.findall(A + name))
        assert all(urlsplit(link.get("href")).scheme == "https" for link in node.findall(f"{A}link"))
        kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in node.findall(f"{A}link")]
        assert len(kinds) == len(set(kinds))
        assert all(category.get("term") for category in node.findall(f"{A}category"))
    assert feed.findtext(f"{A}author/{A}name")
    assert [link.get("href") for link in feed.findall(f"{A}link") if link.get("rel") == "self"] == [
        f"{ADDRESS}atom.xml"
    ]
    ids = [node.text for node in feed.iter(f"{A}id")]
    assert len(ids) == len(set(ids))
    for entry in feed.findall(f"{A}entry"):
        assert [link.get("rel") for link in entry.findall(f"{A}link")] == ["alternate"]
        assert len(entry.findall(f"{A}summary")) == 1


def assert_rss(root: Any) -> None:
    """RSS 2.0, required channel elements, elements of item; dates after RFC 822 with four digits of the year."""
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1
        assert channel.findtext(name)
    guids = []
    for entry in channel.findall("item"):
        assert entry.findtext("title")
        assert entry.findtext("description")
        assert urlsplit(entry.findtext("link")).scheme == "https"
        assert entry.find("guid").get("isPermaLink") == "false"
        guids.append(entry.findtext("guid"))
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", entry.findtext("pubDate"))
    assert len(guids) == len(set(guids))


def test_both_feeds_follow_their_standards_with_and_without_entries() -> None:
    for items in ((), (ALERT,), (CANCEL, UPDATE, ALERT), (item("update", is_exercise=True),)):
        assert_atom(atom(*items))
        assert_rss(rss(*items))


def test_each_entry_leads_to_its_cap_message() -> None:
    link = atom(UPDATE).find(f"{A}entry/{A}link")
    assert (link.get("type"), link.get("href")) == ("application/cap+xml", f"{ADDRESS}cap/{UPDATE.file}")
    assert rss(UPDATE).findtext("channel/item/link") == f"{ADDRESS}cap/{UPDATE.file}"


def test_entries_have_the_moment_at_which_they_were_sent() -> None:
    """The update of the kit is sent at 02:10:02 UTC, 2025-07-28, a Monday."""
    assert atom(UPDATE).findtext(f"{A}entry/{A}updated") == "2025-07-28T02:10:02Z"
    sent = rss(UPDATE).findtext("channel/item/pubDate")
    assert sent == "Mon, 28 Jul 2025 02:10:02 GMT"
    assert parsedate_to_datetime(sent) == datetime(2025, 7, 28, 2, 10, 2, tzinfo=UTC)


def test_a_feed_is_as_new_as_its_newest_entry() -> None:
    """RFC 4287, 4.2.15."""
    assert atom(CANCEL, UPDATE, ALERT).findtext(f"{A}updated") == "2025-07-28T02:20:02Z"


def test_an_entry_keeps_its_id_however_often_the_feed_is_made_and_another_site_has_another() -> None:
    first, again = (atom(*items).findall(f"{A}entry/{A}id")[-1].text for items in ((ALERT,), (UPDATE, ALERT)))
    assert first == again
    assert UUID(first.removeprefix("urn:uuid:")).version == 5
    elsewhere = structs.replace(edition(ALERT), address="https://other.example/")
    assert etree.fromstring(atom_xml(elsewhere)).findtext(f"{A}entry/{A}id") != first


def test_an_entry_says_everything_in_every_language() -> None:
    said = atom(UPDATE).findtext(f"{A}entry/{A}summary")
    for text in (kit.LITHUANIAN, kit.ENGLISH):
        for part in (text.headline, text.description, text.instruction, text.area):
            assert part in said
    assert rss(UPDATE).findtext("channel/item/description") == said


def test_an_exercise_says_so_in_title_text_and_category() -> None:
    drill = item("update", is_exercise=True)
    entry, row = atom(drill).find(f"{A}entry"), rss(drill).find("channel/item")
    for title in (entry.findtext(f"{A}title"), row.findtext("title")):
        assert title == f"EXERCISE: PRATYBOS: {kit.LITHUANIAN.headline}"
    for said in (entry.findtext(f"{A}summary"), row.findtext("description")):
        assert said.startswith("EXERCISE: PRATYBOS: ")
        assert f"EXERCISE: {kit.ENGLISH.headline}" in said
    assert "exercise" in [one.get("term") for one in entry.findall(f"{A}category")]
    assert "exercise" in [one.text for one in row.findall("category")]


ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)


@settings(deadline=None)
@given(headline=ANY_TEXT, body=ANY_TEXT, title=ANY_TEXT)
def test_no_text_breaks_a_feed(headline: str, body: str, title: str) -> None:
    text = WarningText(language="en", headline=headline, description=body, instruction=body, area=body)
    made = structs.replace(edition(structs.replace(UPDATE, texts=(text,))), title=title)
    assert_atom(etree.fromstring(atom_xml(made)))
    assert etree.fromstring(rss_xml(made)).findall("channel/item")
