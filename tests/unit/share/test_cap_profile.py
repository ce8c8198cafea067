"""The table [warning.cap]: defaults, what it overrides, and what is refused when it is read."""

import contextlib
import os
import re
import subprocess
import sys
import tomllib
import zoneinfo
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.share.cap_profile import (
    ADDITIONAL,
    COUNTRIES,
    EVENTS,
    EXERCISE,
    NOT_REAL,
    REAL,
    TAGS,
    Profile,
    eu_alert_name,
    is_marked,
    marked,
)


def profile(text: str = "") -> Profile:
    return msgspec.convert(tomllib.loads('sender = "sargas@example.org"\n' + text), Profile)


def refused(text: str) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        profile(text)
    return str(caught.value)


def test_a_sender_is_all_that_must_be_given() -> None:
    assert profile().sender == "sargas@example.org"
    with pytest.raises(msgspec.ValidationError, match="sender"):
        msgspec.convert({}, Profile)


@pytest.mark.parametrize("sender", ["", "a b", "a,b", "a<b", "a&b", "a\n", "\x01\x02\x03"])
def test_a_sender_holds_nothing_that_cap_forbids(sender: str) -> None:
    """CAP 1.2, 3.2.1."""
    with pytest.raises(msgspec.ValidationError, match="sender"):
        msgspec.convert({"sender": sender}, Profile)


def test_every_country_has_a_zone_that_there_is_and_a_language_with_a_tag_and_a_word_for_exercises() -> None:
    known = zoneinfo.available_timezones()
    for zone, language in COUNTRIES.values():
        assert zone in known
        assert language in TAGS
        assert language in EXERCISE


def test_an_unknown_time_zone_is_refused() -> None:
    assert "no IANA time zone 'Europe/Vilnus'" in refused('time_zone = "Europe/Vilnus"')


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/localtime", "\\u0000", "Europe"])
def test_a_time_zone_is_no_way_into_the_file_system(name: str) -> None:
    assert "no IANA time zone" in refused(f'time_zone = "{name}"')


def test_a_machine_without_a_table_of_time_zones_can_still_warn() -> None:
    """Python looks for the zones on the machine and in the package tzdata; here it finds neither."""
    program = (
        "import sys; sys.modules['tzdata'] = None\n"
        "from sargas.share.cap_profile import Profile\n"
        "print(Profile(sender='a@b').zone('LT'))"
    )
    bare = {**os.environ, "PYTHONTZPATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout == "UTC\n"


def test_words_and_tags_of_the_site_come_before_the_defaults() -> None:
    own = profile('events = {lt = "Dronas"}\nlanguages = {en = "en-IE"}')
    assert own.event("lt") == "Dronas"
    assert own.event("en") == EVENTS["en"]
    assert own.tag("en") == "en-IE"
    assert own.tag("lt") == "lt-LT"
    assert own.tag("de-AT") == "de-AT"


def test_a_language_without_a_word_has_the_english_one() -> None:
    assert profile().event("ka") == "Air danger"


def test_a_level_is_handled_as_the_site_says() -> None:
    own = profile(
        '[yellow]\nresponse = ["Shelter"]\nurgency = "Immediate"\nseverity = "Severe"\ncertainty = "Possible"'
    )
    assert own.handling("yellow").certainty == "Possible"
    assert own.handling("red").severity == "Extreme"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[red]\nresponse = ["Hide"]\nurgency = "Immediate"\nseverity = "Extreme"\ncertainty = "Observed"', "Hide"),
        ('categories = ["War"]', "War"),
        ("categories = []", "categories"),
        ('colour = "red"', "colour"),
        ('web = "javascript:alert(1)"', "web"),
        ('[[parameters]]\nname = "\\u0001"\nvalue = "x"', "name"),
    ],
)
def test_what_cap_does_not_have_is_refused(text: str, part: str) -> None:
    assert part in refused(text)


@pytest.mark.parametrize("identifier", sorted(REAL))
def test_an_exercise_never_has_the_identifier_of_a_real_alert(identifier: int) -> None:
    assert "must be a test or exercise" in refused(f"[eu_alert]\nexercise = {identifier}")


@pytest.mark.parametrize("level", ["red", "yellow", "white"])
@pytest.mark.parametrize("identifier", sorted(NOT_REAL))
def test_a_real_warning_never_has_the_identifier_of_a_test(level: str, identifier: int) -> None:
    assert "for tests and exercises alone" in refused(f"[eu_alert]\n{level} = {identifier}")


def test_a_parameter_of_the_site_s_own_cannot_make_phones_ring_in_an_exercise() -> None:
    text = '[[parameters]]\nname = "channel"\nvalue = "{}"\nlevels = ["{}"]'
    assert "of a real alert" in refused(text.format(4370, "exercise"))
    assert "of a test" in refused(text.format(4381, "red"))
    assert profile(text.format(4381, "exercise")).parameters[0].value == "4381"


def test_the_identifiers_are_those_that_3gpp_gives_to_urgency_severity_and_certainty() -> None:
    """3GPP TS 23.041, 9.4.1.2.2: 4371 to 4378 are for each severity, urgency and certainty."""
    table = {
        ("Extreme", "Immediate", "Observed"): 4371, ("Extreme", "Immediate", "Likely"): 4372,
        ("Extreme", "Expected", "Observed"): 4373, ("Extreme", "Expected", "Likely"): 4374,
        ("Severe", "Immediate", "Observed"): 4375, ("Severe", "Immediate", "Likely"): 4376,
        ("Severe", "Expected", "Observed"): 4377, ("Severe", "Expected", "Likely"): 4378,
    }  # fmt: skip
    own = profile()
    for handling, identifier in ((own.red, own.eu_alert.red), (own.yellow, own.eu_alert.yellow)):
        assert table[handling.severity, handling.urgency, handling.certainty] == identifier


def test_the_identifiers_of_additional_languages_and_the_levels_that_they_belong_to() -> None:
    """3GPP TS 23.041, 9.4.1.2.2, for the pairs; ETSI TS 102 900 for the levels."""
    pairs = {4370: 4383, 4371: 4384, 4372: 4385, 4373: 4386, 4378: 4391, 4380: 4393, 4381: 4394, 4396: 4397}
    assert {first: ADDITIONAL[first] for first in pairs} == pairs
    for first, second in ADDITIONAL.items():
        assert eu_alert_name(first) == eu_alert_name(second)
    assert eu_alert_name(4370) == "EU-Alert Level 1"
    assert {eu_alert_name(one) for one in range(4373, 4379)} == {"EU-Alert Level 3"}
    assert eu_alert_name(6400) == "EU-Info"
    assert eu_alert_name(50) == ""


@settings(deadline=None)
@given(text=st.text(min_size=1), language=st.sampled_from([*EXERCISE, "ka", "en-GB", "lt-LT"]))
def test_a_text_of_an_exercise_says_so_first_and_once(text: str, language: str) -> None:
    once = marked(text, language, is_exercise=True)
    assert is_marked(once)
    assert marked(once, language, is_exercise=True) == once
    assert marked(text, language, is_exercise=False) == text


PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "cap.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_what_the_reference_page_shows_is_a_profile(block: str) -> None:
    assert msgspec.convert({"sender": "a@b"} | tomllib.loads(block)["warning"]["cap"], Profile)


def test_the_reference_page_has_the_levels_and_identifiers_that_are_the_defaults() -> None:
    own = profile()
    for level, said in (("red", "in the airspace"), ("yellow", "likely"), ("white", "over")):
        handling = own.handling(level)
        response = ", ".join(f"`{one}`" for one in handling.response)
        how = [f"`{one}`" for one in (handling.urgency, handling.severity, handling.certainty)]
        row = " | ".join((f"| {level}: {said}", response, *how)) + " |"
        assert row in PAGE
        first = own.eu_alert.message_identifier(level, is_additional=False)
        assert f"| {level} | {eu_alert_name(first)} | {first} | {ADDITIONAL[first]} |" in PAGE


@settings(deadline=None)
@given(data=st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.lists(st.text(max_size=4))))
def test_any_table_is_read_or_refused(data: dict[str, Any]) -> None:
    with contextlib.suppress(msgspec.ValidationError):
        msgspec.convert({"sender": "a@b", **data}, Profile)
