"""The public page: what it says when, in which language, to whom, and that nothing an officer writes breaks it."""

import itertools
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from msgspec import structs

import share_kit as kit
from sargas.model.warning import WarningText
from sargas.model.zone import Place
from sargas.share.cap import cap_xml
from sargas.share.cap_profile import Profile, known_zone
from sargas.share.public_map import Background
from sargas.share.public_page import Edition, Published, index_html, published, shown, standings, style
from sargas.share.public_words import WORDS, in_each

PROFILE = Profile(sender="a@example.org")
VILNIUS = known_zone("Europe/Vilnius")
NOW_S = kit.T0_S + 1_300.0
VOID = {"meta", "link", "br", "hr", "img", "input"}


def item(kind: Any = "alert", *, is_exercise: bool = False, **changes: Any) -> Published:
    about = structs.replace(kit.warning(kind, **changes), is_exercise=is_exercise)
    xml = cap_xml(about, (kit.warning("alert"), kit.warning("update")), PROFILE, country="LT", title="x")
    return published(kit.bulletin(warning=about, is_exercise=is_exercise, cap_xml=xml))


ALERT, UPDATE, CANCEL = item("alert"), item("update"), item("cancel")
OTHER = item("alert", warning_id="LT-2025-07-28-02-W1", incident_id="LT-2025-07-28-02")


def edition(*items: Published, now_s: float = NOW_S, **changes: Any) -> Edition:
    newest = sorted(items, key=lambda one: -one.sent_s)
    base = Edition(
        title="Warnings",
        address="https://warnings.example.org/",
        publisher="",
        now_s=now_s,
        zone=VILNIUS,
        items=newest,
    )
    return structs.replace(base, **changes)


def page(*items: Published, **changes: Any) -> Any:
    return html.fromstring(index_html(edition(*items, **changes)))


def text_of(node: Any) -> str:
    return " ".join(" ".join(node.itertext()).split())


def state_of(*items: Published, **changes: Any) -> str:
    return str(page(*items, **changes).find_class("state")[0].get("class"))


class Strict(HTMLParser):
    """Fails where tags do not close in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        assert len(given) == len(attrs)
        assert not any(name.startswith("on") for name in given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.addresses += [given[name] or "" for name in ("href", "src") if name in given]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def strictly(data: bytes) -> Strict:
    parser = Strict()
    parser.feed(data.decode("utf-8"))
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize(
    ("items", "now_s", "level"),
    [
        ((), NOW_S, "white"),
        ((ALERT,), kit.T0_S + 60.0, "yellow"),
        ((ALERT, UPDATE), NOW_S, "red"),
        ((ALERT, UPDATE, CANCEL), NOW_S, "white"),
        ((ALERT, UPDATE), UPDATE.expires_s - 1.0, "red"),
        ((ALERT, UPDATE), UPDATE.expires_s, "white"),
        ((ALERT, UPDATE, CANCEL, OTHER), NOW_S, "yellow"),
        ((UPDATE, OTHER), NOW_S, "red"),
    ],
)
def test_the_state_is_the_worst_that_is_in_force(items: tuple[Published, ...], now_s: float, level: str) -> None:
    assert state_of(*items, now_s=now_s) == f"state {level}"


def test_messages_stand_as_updated_cancelled_over_or_in_force() -> None:
    after = standings([ALERT, UPDATE, CANCEL, OTHER], NOW_S)
    assert [after[one.identifier] for one in (ALERT, UPDATE, CANCEL, OTHER)] == [
        "updated", "cancelled", "all_clear", "in_force",
    ]  # fmt: skip
    late = standings([ALERT, UPDATE, CANCEL, OTHER], CANCEL.expires_s)
    assert [late[one.identifier] for one in (ALERT, UPDATE, CANCEL, OTHER)] == [
        "updated", "cancelled", "expired", "expired",
    ]  # fmt: skip


def test_a_warning_that_had_expired_before_the_next_one_was_over_and_not_replaced() -> None:
    again = structs.replace(UPDATE, sent_s=ALERT.expires_s + 60.0, expires_s=ALERT.expires_s + 600.0)
    assert standings([ALERT, again], again.sent_s)[ALERT.identifier] == "expired"


def test_an_exercise_neither_ends_nor_hides_what_is_real() -> None:
    drill = item("cancel", is_exercise=True)
    assert [one.identifier for one in shown(edition(UPDATE, drill))] == [UPDATE.identifier]
    louder = item("update", is_exercise=True)
    assert state_of(ALERT, louder, now_s=NOW_S) == "state yellow"


def test_the_texts_stand_in_each_language_as_they_were_written() -> None:
    found = page(UPDATE)
    for text in (kit.LITHUANIAN, kit.ENGLISH):
        section = found.xpath(f'//article//section[@lang="{text.language}"]')[0]
        assert section.findtext("h2") == text.headline
        for said in (text.description, text.instruction, text.area):
            assert said in text_of(section)


def test_the_page_speaks_the_country_s_language_first_and_names_level_and_end_in_words() -> None:
    """05:20 plus an hour in Vilnius is 06:20; red is "raudona"."""
    found = page(UPDATE)
    assert found.get("lang") == "lt"
    assert text_of(found.find_class("state")[0]) == (
        "Raudona Pavojus oro erdvėje Red Danger in the airspace Galioja iki 06:20 / Valid until 06:20"
    )
    assert found.findtext(".//title") == "Raudona: Pavojus oro erdvėje | Warnings"


def test_an_end_on_another_day_has_its_date() -> None:
    late = structs.replace(UPDATE, expires_s=kit.T0_S + 86_400.0)
    assert "Valid until 2025-07-29 05:00" in text_of(page(late).find_class("state")[0])


def test_a_language_without_words_of_the_page_has_its_text_and_english_words() -> None:
    georgian = WarningText(language="ka", headline="საჰაერო საფრთხე", description="", instruction="x", area="თბილისი")
    found = page(structs.replace(UPDATE, texts=(georgian,)))
    assert found.get("lang") == "en"
    section = found.xpath('//article//section[@lang="ka"]')[0]
    assert section.findtext("h2") == "საჰაერო საფრთხე"
    assert [(node.text, node.get("lang")) for node in section.iter("h3")] == [("What to do", "en"), ("Where", "en")]


def test_every_language_has_every_word_and_no_two_levels_are_called_the_same() -> None:
    for words in WORDS.values():
        said = structs.asdict(words)
        assert all(said.values())
        assert len({words.colour(level) for level in ("white", "yellow", "red")}) == 3
    assert [one.language for one in in_each(["lt-LT", "lt", "ka", "en"])] == ["lt", "en"]
    assert [one.language for one in in_each(["ka"])] == ["en"]


def test_an_exercise_says_so_in_the_title_a_banner_the_state_and_every_text() -> None:
    found = page(item("alert", is_exercise=True), item("update", is_exercise=True))
    assert (found.findtext(".//title") or "").startswith("PRATYBOS (EXERCISE): ")
    banner = text_of(found.find_class("exercise")[0])
    assert "Tai pratybos. Pavojaus nėra." in banner
    assert "EXERCISE This is an exercise. There is no danger." in banner
    assert text_of(found.find_class("drill")[0]) == "PRATYBOS / EXERCISE"
    for node in [*found.iter("h2"), *found.xpath('//div[@class="do"]/p')][:4]:
        assert text_of(node).startswith(("PRATYBOS: ", "EXERCISE: ", "Ankstesni"))
    listed = found.find_class("what")[0]
    assert [text_of(node).split(":")[0] for node in listed] == ["PRATYBOS", "EXERCISE"]


def test_a_real_page_says_nothing_of_exercises() -> None:
    assert b"EXERCISE" not in index_html(edition(ALERT, UPDATE)).replace(style().encode(), b"")
    assert page(UPDATE).find_class("exercise") == []


def test_what_is_over_is_listed_as_over_with_its_message() -> None:
    rows = page(ALERT, UPDATE, CANCEL, OTHER).xpath('//section[@class="earlier"]//li')
    assert [text_of(row.find_class("standing")[0]) for row in rows] == [
        "Pavojus atšauktas / All clear", "Atšauktas / Cancelled", "Pakeistas naujesniu / Replaced by a newer one",
    ]  # fmt: skip
    assert [row.find(".//a").get("href") for row in rows] == [f"cap/{one.file}" for one in (CANCEL, UPDATE, ALERT)]


def test_times_are_local_and_readable_by_machines() -> None:
    found = page(UPDATE).xpath("//article//time")[0]
    assert (found.text, found.get("datetime")) == ("2025-07-28 05:10", "2025-07-28T05:10:02+03:00")


def test_it_needs_nothing_from_elsewhere_and_no_script() -> None:
    data = index_html(edition(ALERT, UPDATE, OTHER))
    parser = strictly(data)
    assert b"<script" not in data
    assert all(re.fullmatch(r"cap/[\w.-]+|index\.html|atom\.xml|rss\.xml", one) for one in parser.addresses)
    assert "@import" not in style()
    assert "url(" not in style()
    policy = page(UPDATE).xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_ids_are_unique_with_many_warnings() -> None:
    ids = strictly(index_html(edition(UPDATE, OTHER))).ids
    assert len(ids) == len(set(ids))


def test_the_browser_asks_again_as_often_as_the_site_says() -> None:
    assert page(UPDATE).xpath('//meta[@http-equiv="refresh"]/@content') == ["60"]
    assert page(UPDATE, reload_s=0).xpath('//meta[@http-equiv="refresh"]') == []


def test_headings_go_down_step_by_step() -> None:
    """WCAG 2.2, technique G141; one h1, which names the state."""
    levels = [int(node.tag[1]) for node in page(ALERT, UPDATE, OTHER).iter("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_signs_are_hidden_from_those_who_listen_and_the_map_is_named() -> None:
    found = page(UPDATE)
    assert {node.get("aria-hidden") for node in found.find_class("sign")} == {"true"}
    drawing = found.xpath('//svg[@role="img"]')[0]
    assert drawing.get("aria-label") == "Pavojaus zonos žemėlapis: Vilnius ir Vilniaus rajonas"


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2, definition)."""
    parts = [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    ("text", "ground"), ("text", "card"), ("quiet", "ground"), ("quiet", "card"), ("link", "ground"),
    ("link", "card"), ("on-red", "red"), ("on-yellow", "yellow"), ("on-white", "white"), ("map-text", "map"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_texts_can_be_read_on_their_grounds(scheme: str, pair: tuple[str, str]) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least; 1.4.11 for the lines of the map: 3."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in style().split("}")[0:2])
    colours = light if scheme == "light" else light | dark
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5
    for line in ("red-line", "yellow-line", "white-line"):
        assert contrast(colours[line], colours["map"]) >= 3.0


TOWNS = (
    Place(name="Vilnius", country="LT", lat_deg=54.687, lon_deg=25.280, population=540_000),
    Place(name="Riga", country="LV", lat_deg=56.95, lon_deg=24.11, population=600_000),
    Place(name="Vilnius II", country="LT", lat_deg=54.6871, lon_deg=25.2801, population=9),
)


def drawn(*items: Published, **changes: Any) -> Any:
    return page(*items, background=Background(towns=TOWNS), **changes).xpath('//svg[@role="img"]')[0]


def test_the_map_shows_the_towns_that_are_there_and_have_room() -> None:
    assert [node.text for node in drawn(UPDATE).iter("text")][:-1] == ["Vilnius"]


def test_a_town_lies_on_the_map_where_it_lies_in_the_ring() -> None:
    """Vilnius is 0.18/0.37 of the ring's width from its west, (54.83-54.687)/0.25 of its height from its north."""
    drawing = drawn(UPDATE)
    ring = re.findall(r"([\d.]+) ([\d.]+)", drawing.find_class("edge")[0].get("d"))
    x, y = ([float(pair[k]) for pair in ring] for k in (0, 1))
    town = drawing.find_class("town")[0]
    assert (float(town.get("cx")) - min(x)) / (max(x) - min(x)) == pytest.approx(0.18 / 0.37, abs=0.01)
    assert (float(town.get("cy")) - min(y)) / (max(y) - min(y)) == pytest.approx(0.143 / 0.25, abs=0.01)


def test_the_scale_is_true() -> None:
    """A degree of latitude is 111.3 km: the ring is 0.25 degrees or 27.8 km high."""
    drawing = drawn(UPDATE)
    y = [float(pair) for _, pair in re.findall(r"([\d.]+) ([\d.]+)", drawing.find_class("edge")[0].get("d"))]
    left, right = re.findall(r"M([\d.]+) .*H([\d.]+)", drawing.find_class("scale")[0].get("d"))[0]
    km = float([node.text for node in drawing.iter("text")][-1].split()[0])
    assert (float(right) - float(left)) / km == pytest.approx((max(y) - min(y)) / 27.8, rel=0.01)


ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)


@settings(deadline=None)
@given(headline=ANY_TEXT, body=ANY_TEXT, title=ANY_TEXT, is_exercise=st.booleans())
def test_no_text_breaks_the_page(headline: str, body: str, title: str, is_exercise: bool) -> None:
    text = WarningText(language="en", headline=headline, description=body, instruction=body, area=body)
    about = structs.replace(UPDATE, texts=(text,), is_exercise=is_exercise)
    parser = strictly(index_html(edition(about, title=title)))
    assert all(re.fullmatch(r"cap/[\w.-]+|index\.html|atom\.xml|rss\.xml", one) for one in parser.addresses)


def test_markup_in_a_text_is_text() -> None:
    wicked = "<img src=x onerror=alert(1)></h2><script>alert(1)</script>&amp;"
    found = page(structs.replace(UPDATE, texts=(structs.replace(kit.ENGLISH, headline=wicked),)))
    assert found.xpath("//article//h2")[0].text == wicked
    assert list(found.iter("script", "img")) == []


@settings(deadline=None)
@given(ring=st.lists(st.tuples(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)), min_size=4, max_size=8).map(tuple))
def test_any_ring_is_drawn(ring: tuple[tuple[float, float], ...]) -> None:
    data = index_html(edition(structs.replace(UPDATE, rings=(ring,)), background=Background(towns=TOWNS)))
    strictly(data)
    assert b"nan" not in data.replace(style().encode(), b"")
    assert etree.HTML(data) is not None
