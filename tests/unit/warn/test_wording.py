"""What the public is told: complete in every language, marked in an exercise; a site's own files are checked."""

from datetime import UTC, datetime
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert, structs, to_builtins

from sargas.airspace.borders import STATES
from sargas.model.errors import DataError
from sargas.model.warning import WarningText
from sargas.warn.local_time import clock, local
from sargas.warn.wording import LANGUAGES_OF, PACKAGED, Facts, packaged, parse, told

ENGLISH = (resources.files("sargas.warn") / "words" / "en.toml").read_text(encoding="utf-8")
FACTS = Facts(
    places=("Vilnius", "Nemenčinė"), what="drone", count=3, begins="04:55", until="05:56", time="05:40",
    date=datetime(2025, 7, 28, 5, 56, tzinfo=UTC),
)  # fmt: skip
ENEMIES = (
    "hostile", "enemy", "attack", "russia", "belarus", "rosij", "rusij", "krievij", "venemaa", "venäjä", "rusia",
    "priešiš", "ienaid", "vaenla", "wróg", "wrog", "vihollis", "inamic",
)  # fmt: skip
LEVELS = ("yellow", "red", "white")


@pytest.mark.parametrize("language", PACKAGED)
@pytest.mark.parametrize("level", LEVELS)
def test_every_text_is_complete(language: str, level: str) -> None:
    text = told(packaged()[language], level, FACTS, is_exercise=False)  # type: ignore[arg-type]
    whole = " ".join(to_builtins(text).values())
    assert text.language == language
    assert "{" not in whole
    assert "112" in text.instruction
    assert "Nemenčinė" in text.area
    assert convert(to_builtins(text), WarningText) == text  # within the lengths of the model
    if level != "white":
        assert all(fact in text.description for fact in ("04:55", "05:56", "3", "2025"))
    else:
        assert "05:40" in text.description


@pytest.mark.parametrize("language", PACKAGED)
def test_an_exercise_is_marked_in_headline_description_and_instruction(language: str) -> None:
    wording = packaged()[language]
    for level in LEVELS:
        text = told(wording, level, FACTS, is_exercise=True)  # type: ignore[arg-type]
        for said in (text.headline, text.description, text.instruction):
            assert said.startswith("EXERCISE EXERCISE EXERCISE")
            assert wording.exercise in said
        assert len(text.headline) <= 160


@pytest.mark.parametrize("language", PACKAGED)
def test_nothing_names_a_state_or_an_enemy(language: str) -> None:
    said = " ".join(str(one) for one in structs.astuple(packaged()[language])).lower()
    for word in ENEMIES:
        assert word not in said


def test_the_letters_of_each_language_are_there() -> None:
    own = {"lt": "ąčęėįšųūž", "lv": "āēīūģķļņš", "et": "äõöü", "pl": "ąćęłńóśźż", "fi": "äö", "ro": "ăâîșț"}
    for language, letters in own.items():
        said = str(structs.astuple(packaged()[language])).lower()
        assert [letter for letter in letters if letter not in said] == [], language


def test_every_watched_country_has_its_languages_and_a_clock() -> None:
    watched = {"LT", "LV", "EE", "PL", "FI", "RO"}
    assert set(LANGUAGES_OF) == watched
    zones = {code: names for _, code, _, names in STATES if code in watched}
    for code in watched:
        assert LANGUAGES_OF[code][-1] == "en"
        assert str(local(0.0, code).tzinfo) in zones[code]  # as in the border data


@pytest.mark.parametrize(
    ("utc", "country", "expected"),
    [
        ((2025, 7, 28, 1, 55), "LT", "04:55"),  # summer, three hours ahead
        ((2025, 1, 28, 1, 55), "LT", "03:55"),
        ((2025, 7, 28, 1, 55), "PL", "03:55"),
        # Directive 2000/84/EC: summer time ends on the last Sunday of October at 01:00 UTC.
        ((2025, 10, 26, 0, 59), "EE", "03:59"),
        ((2025, 10, 26, 1, 0), "EE", "03:00"),
        ((2025, 7, 28, 1, 55), "XX", "01:55 UTC"),
    ],
)
def test_times_are_those_on_the_wall(utc: tuple[int, ...], country: str, expected: str) -> None:
    assert clock(datetime(*utc, tzinfo=UTC).timestamp(), country) == expected  # type: ignore[misc, arg-type]


def test_many_places_end_with_and_others() -> None:
    english = packaged()["en"]
    assert told(english, "red", structs.replace(FACTS, is_more=True), is_exercise=False).area.endswith("and others")
    long = tuple(f"{'x' * 90}{k}" for k in range(30))
    area = told(english, "red", structs.replace(FACTS, places=long), is_exercise=False).area
    assert len(area) <= 1_000
    assert area.endswith("and others")
    nowhere = told(english, "red", structs.replace(FACTS, places=()), is_exercise=False)
    assert nowhere.area == "the area marked on the map"


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ("{what}", "{kind}", "yellow.description", "placeholder '{kind}' is not known here; have {count}"),
        ("{until}", "later", "yellow.description", "'{until}' is missing"),
        ("{from}", "{from!r}", "yellow.description", "'{from!r}' is not known"),
        ("{from}", "{from:>99}", "yellow.description", "'{from:>99}' is not known"),
        ("{from}", "{from.x}", "yellow.description", "'{from.x}' is not known"),
        ("{from}", "{from} {from}", "yellow.description", "stands twice"),
        ("{from}", "{", "yellow.description", "brace"),
        ('area = "{places}"', 'area = "here"', "yellow.area", "'{places}' is missing"),
        ("Danger from", "Danger " + "x" * 120 + " from", "red.headline", "expected at most"),
        ("{yyyy}-{mm}-{dd}", "{dd}.{mm}", "date", "'{yyyy}' is missing"),
        ("All clear", "All\\u0000clear", "white.headline", "U+0000"),
        ("{time}", "{until}", "white.description", "'{until}' is not known here; have {date}"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(old: str, new: str, key: str, expected: str) -> None:
    with pytest.raises(DataError) as raised:
        parse(ENGLISH.replace(old, new), "own.toml")
    assert "own.toml: " in str(raised.value)
    assert key in str(raised.value)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "language"),
        ("language = 7", "language"),
        ("language = ", "own.toml"),
        (ENGLISH.replace("[red]", "[rot]"), "rot"),
        (ENGLISH.replace('exercise = "EXERCISE"', ""), "exercise"),
        (ENGLISH + "\nmore = 1", "more"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        parse(text, "own.toml")


def test_a_site_may_have_its_own_words() -> None:
    own = parse(ENGLISH.replace("take cover now", "go to the cellar").replace('"en"', '"en-GB"'), "own.toml")
    assert told(own, "red", FACTS, is_exercise=False).headline == "Danger from the air: go to the cellar"
    assert own.language == "en-GB"


@given(st.text(max_size=400))
def test_no_text_breaks_the_parser(text: str) -> None:
    with pytest.raises(DataError):
        parse(text, "fuzz")


@given(st.sampled_from(["headline", "description", "instruction", "area"]), st.text(max_size=300))
def test_no_template_breaks_the_texts(key: str, template: str) -> None:
    whole = to_builtins(packaged()["en"])
    whole["red"][key] = template
    try:
        wording = parse(msgspec.toml.encode(whole).decode(), "fuzz")
    except DataError:
        return
    text = told(wording, "red", FACTS, is_exercise=True)
    assert convert(to_builtins(text), WarningText) == text
