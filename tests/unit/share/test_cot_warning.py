"""Warnings as events: areas, an alert that ATAK takes, updates that replace, and the all-clear."""

from xml.etree import ElementTree as ET

import pytest
from msgspec import structs

import share_kit
from sargas.model.warning import Level, Ring
from sargas.ports import Bulletin
from sargas.share import cot, cot_proto
from sargas.share.cot_warning import RINGS_MAX, WORDS_BYTES_MAX, warning_events
from sargas.share.tak_mesh import DATAGRAM_BYTES_MAX

AREA = "SARGAS-LT-2025-07-28-01-area-1"
ALERT = "SARGAS-LT-2025-07-28-01-alert"
CLIENT_BYTES_MAX = 65_536
"""ATAK reads events up to 64 KiB."""


def events(bulletin: Bulletin, n_before: int = 1) -> list[ET.Element]:
    return [ET.fromstring(cot.written(one)) for one in warning_events(bulletin, "SARGAS", n_before=n_before)]


def detail(event: ET.Element, tag: str) -> ET.Element:
    found = event.find(f"detail/{tag}")
    assert found is not None
    return found


def with_rings(n_rings: int, kind: share_kit.WarningKind = "alert") -> Bulletin:
    rings: tuple[Ring, ...] = tuple(
        tuple((lon + 0.5 * k, lat) for lon, lat in share_kit.RING) for k in range(n_rings)
    )
    return share_kit.bulletin(warning=share_kit.warning(kind, content=share_kit.content(kind, rings=rings)))


def test_a_warning_is_its_area_then_an_alert() -> None:
    area, alert = events(share_kit.bulletin("alert"), n_before=0)
    assert (area.attrib["type"], area.attrib["uid"]) == ("u-d-f", AREA)
    assert (alert.attrib["type"], alert.attrib["uid"]) == ("b-a-o-pan", ALERT)


def test_the_area_has_the_corners_of_the_warning_and_ends_where_it_began() -> None:
    area = events(share_kit.bulletin("alert"))[0]
    corners = [tuple(map(float, link.attrib["point"].split(","))) for link in area.iterfind("detail/link")]
    assert corners == [(lat, lon) for lon, lat in share_kit.RING]


def test_it_holds_until_it_expires_and_is_kept_by_no_client_for_good() -> None:
    for one in events(share_kit.bulletin("alert")):
        assert one.attrib["time"] == "2025-07-28T02:00:02Z"  # sent_s of the kit
        assert one.attrib["stale"] == "2025-07-28T03:10:00Z"  # expires_s of the kit
        assert one.find("detail/archive") is None


@pytest.mark.parametrize(
    ("level", "name", "red_green"),
    [("yellow", "Air warning yellow", (0xE0, 0xA0)), ("red", "Air warning red", (0xD0, 0x00))],
)
def test_level_shows_as_name_and_colour(level: Level, name: str, red_green: tuple[int, int]) -> None:
    about = share_kit.warning(content=share_kit.content(level=level))
    area, alert = events(share_kit.bulletin(warning=about), n_before=0)
    colour = int(detail(area, "strokeColor").attrib["value"]) % 2**32
    assert detail(area, "contact").attrib["callsign"] == detail(alert, "contact").attrib["callsign"] == name
    assert (colour >> 16 & 0xFF, colour >> 8 & 0xFF) == red_green


def test_atak_takes_the_alert() -> None:
    """EmergencyDetailHandler and EmergencyAlertReceiver of ATAK: type b-a..., `emergency` with a type, a link."""
    alert = events(share_kit.bulletin("alert"))[1]
    emergency, link = detail(alert, "emergency"), detail(alert, "link")
    assert alert.attrib["type"].startswith("b-a")
    assert emergency.attrib["type"] == "Air warning yellow"
    assert emergency.text == share_kit.LITHUANIAN.headline
    assert link.attrib == {"uid": AREA, "type": "u-d-f", "relation": "p-p"}
    # Its name is cut off at the last hyphen.
    assert "-" not in detail(alert, "contact").attrib["callsign"]


def test_tak_server_does_not_repeat_the_alert_for_good() -> None:
    """Its repeater takes these words (CoreConfig.xml, repeatableType), and stops when somebody cancels by hand."""
    for bulletin in share_kit.series():
        for one in events(bulletin):
            emergency = one.find("detail/emergency")
            kind = None if emergency is None else emergency.get("type")
            assert kind not in {"911 Alert", "Ring The Bell", "Geo-fence Breached", "Troops In Contact"}


def test_every_language_is_in_the_words_what_to_do_first() -> None:
    text = detail(events(share_kit.bulletin("alert"))[0], "remarks").text or ""
    for said in (share_kit.LITHUANIAN, share_kit.ENGLISH):
        assert said.headline in text
        assert text.index(said.instruction) < text.index(said.area + ". ") < text.index(said.description)
    assert "LT-2025-07-28-01-w1" in text


def test_no_officer_is_named() -> None:
    for bulletin in share_kit.series():
        assert share_kit.OFFICER not in "".join(ET.tostring(one, encoding="unicode") for one in events(bulletin))


def test_an_update_replaces_what_was_there() -> None:
    first, second, _ = share_kit.series()
    assert [one.attrib["uid"] for one in events(first)] == [one.attrib["uid"] for one in events(second)]


def test_an_update_with_fewer_areas_takes_the_others_off() -> None:
    gone = events(with_rings(2, "update"), n_before=4)[3:]
    assert [one.attrib["type"] for one in gone] == ["t-x-d-d"] * 2
    assert [detail(one, "link").attrib["uid"][-6:] for one in gone] == ["area-3", "area-4"]


def test_the_all_clear_ends_the_alert_and_takes_every_area_off() -> None:
    cancel = share_kit.bulletin("cancel")
    area, over, *gone = events(cancel, n_before=RINGS_MAX)
    assert (over.attrib["type"], over.attrib["uid"]) == ("b-a-o-can", ALERT)
    assert detail(over, "emergency").attrib == {"cancel": "true"}
    assert detail(over, "emergency").text == share_kit.LITHUANIAN_OVER.headline
    assert [detail(one, "link").attrib["uid"] for one in gone] == [
        f"SARGAS-LT-2025-07-28-01-area-{number}" for number in range(1, 41)
    ]
    # For servers that know no deletion, such as taky: the area is said to be over, and soon old.
    assert area.attrib["uid"] == AREA
    assert detail(area, "contact").attrib["callsign"] == "All clear"
    assert area.attrib["stale"] == "2025-07-28T02:21:02Z"  # a minute after sent_s of the kit


def test_several_areas_are_numbered() -> None:
    names = [detail(one, "contact").attrib["callsign"] for one in events(with_rings(2), n_before=0)]
    assert names == ["Air warning yellow 1/2", "Air warning yellow 2/2", "Air warning yellow"]


def test_the_same_bulletin_makes_the_same_bytes() -> None:
    for bulletin in share_kit.series():
        first, second = warning_events(bulletin, "SARGAS"), warning_events(bulletin, "SARGAS")
        assert [cot.written(one) for one in first] == [cot.written(one) for one in second]


@pytest.mark.parametrize("kind", ["alert", "update", "cancel"])
def test_every_event_of_an_exercise_is_marked_in_xml_and_in_protobuf(kind: share_kit.WarningKind) -> None:
    found = warning_events(share_kit.bulletin(kind, is_exercise=True), "SARGAS")
    for one in found:
        contact, emergency = one.part("contact"), one.part("emergency")
        assert one.opex == "e-EXERCISE"
        assert one.uid.startswith("SARGAS-EXERCISE-")
        assert contact is None or contact.attributes["callsign"].startswith("EXERCISE ")
        assert emergency is None or emergency.text.startswith("EXERCISE ")
        assert cot.written(one).count(b"EXERCISE") >= 3
        assert cot_proto.payload(one).count(b"EXERCISE") >= 3


def test_an_exercise_is_marked_if_only_the_warning_says_so() -> None:
    bulletin = structs.replace(share_kit.bulletin("alert", is_exercise=True), is_exercise=False)
    assert all(one.opex == "e-EXERCISE" for one in warning_events(bulletin, "SARGAS"))


def test_a_played_night_is_sent_as_of_now() -> None:
    later_s = 400 * 86_400.0
    plain, shifted = (
        warning_events(share_kit.bulletin("alert", is_exercise=True), "SARGAS", later_s=by_s)
        for by_s in (0.0, later_s)
    )
    assert [one.time_s + later_s for one in plain] == [one.time_s for one in shifted]
    assert [one.stale_s + later_s for one in plain] == [one.stale_s for one in shifted]


def test_the_largest_warning_stays_below_what_clients_read() -> None:
    ring = tuple((25.0 + 0.0001 * k, 54.0 + 0.0001 * k) for k in range(399))
    text = structs.replace(
        share_kit.LITHUANIAN, headline="&" * 160, description="&" * 4_000, instruction="ž&" * 2_000, area="<" * 1_000
    )
    content = share_kit.content(rings=((*ring, ring[0]),), texts=(text,) * 12)
    bulletin = share_kit.bulletin(warning=share_kit.warning(content=content), title="&" * 500)
    for one in warning_events(bulletin, "SARGAS"):
        remarks = one.part("remarks")
        assert len(cot.HEAD + cot.written(one)) < CLIENT_BYTES_MAX
        assert len(cot_proto.datagram(one)) < DATAGRAM_BYTES_MAX
        assert remarks is None or len(remarks.text.encode()) <= WORDS_BYTES_MAX + 3


def test_hostile_words_break_nothing() -> None:
    for one in warning_events(share_kit.hostile(), "SARGAS"):
        assert isinstance(cot.read(cot.written(one)), cot.Event)
        assert isinstance(cot_proto.read(cot_proto.payload(one)), cot.Event)
