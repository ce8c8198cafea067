"""What a dossier says: the summary, what is not known, the letters, in every language."""

import pytest
from msgspec import structs

from dossier_kit import AROUND, HISTORY, INCIDENT, T0, dossier, track, without_track
from sargas.dossier import moments
from sargas.dossier.wording import LANGUAGES, mistakes, packaged, parse
from sargas.model.dossier import DossierLanguage
from sargas.model.errors import DataError
from sargas.model.evidence import Evidence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_blanks(language: DossierLanguage) -> None:
    assert mistakes(packaged()[language], packaged()["en"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_language_is_left_in_english(language: DossierLanguage) -> None:
    if language == "en":
        return
    words, english = packaged()[language], packaged()["en"]
    for table in ("heading", "sentence", "not_known", "note", "request"):
        mine, theirs = getattr(words, table), getattr(english, table)
        assert [key for key in theirs if mine[key] == theirs[key]] == [], table


def test_a_file_of_words_that_is_none_is_told() -> None:
    with pytest.raises(DataError, match=r"xx\.toml"):
        parse("language = 3", "xx.toml")


def test_the_summary_says_what_when_where_and_how_sure() -> None:
    said = dict(dossier("full").said[0].summary)
    assert said["Crossed the border"] == "2025-07-28 01:45:00 UTC (04:45:00 local) ± 2 s"  # EEST is UTC + 3
    assert said["Where"] == "54.5123° N, 25.0000° E ± 80 m"
    assert said["Came from the airspace of"] == "Belarus"
    assert said["How sure"] == "over 99 %"
    assert said["What it may have been"] == "drone (uncrewed aircraft) – Gerbera: 72 %"
    assert said["First warning sent"] == "01:46:40 UTC (+00:03:20)"


def test_the_summary_stands_in_the_language_and_in_english() -> None:
    first, second = dossier("public", "pl").said
    assert (first.language, second.language) == ("pl", "en")
    assert dict(first.summary)["Prawdopodobieństwo"] == "ponad 99 %"
    assert first.marking == "EXERCISE – ĆWICZENIA · REKONSTRUKCJA · Dla opinii publicznej"


def test_what_is_not_known_is_noticed_by_rules() -> None:
    found = {one.what for one in dossier("full").not_known}
    assert {"before", "who", "payload", "identity_none", "height", "same", "type", "unwell"} <= found
    assert not found & {"no_crossing", "fate", "no_radar", "gap", "not_whole", "anew"}


def test_an_examination_says_what_it_carried() -> None:
    examined = Evidence(
        evidence_id="LT-1-E9", kind="forensic", title="Two kilograms", added_s=T0, added_by="x", entry=50
    )
    incident = structs.replace(INCIDENT, file=structs.replace(INCIDENT.file, evidence=(examined,)))
    assert "payload" not in {one.what for one in dossier("full", incident=incident).not_known}


def test_a_gap_in_the_track_is_told_with_its_times() -> None:
    points = tuple(track(T0 + 5.0 * k, is_predicted=10 <= k < 20) for k in range(60))
    history = structs.replace(HISTORY, tracks={7: points})
    gaps = [one for one in dossier("full", history=history).not_known if one.what == "gap"]
    # 01:43:20 plus 45 s and plus 100 s.
    assert [one.values for one in gaps] == [("01:44:05", "01:45:00", "7")]


def test_without_a_find_its_fate_is_not_known() -> None:
    assert INCIDENT.search is not None
    incident = structs.replace(INCIDENT, search=structs.replace(INCIDENT.search, finds=()))
    assert "fate" in {one.what for one in dossier("full", incident=incident).not_known}


def test_a_night_of_calls_alone_says_that_nothing_was_measured() -> None:
    incident, history = without_track()
    shown = dossier("full", incident=incident, history=history)
    found = {one.what for one in shown.not_known}
    assert {"no_crossing", "type_none", "no_radar"} <= found
    assert dict(shown.said[0].summary)["Seen by"] == "Reported by people or neighbours; not measured (other)"


def test_missing_reports_and_another_version_of_the_program_are_told() -> None:
    history = structs.replace(HISTORY, is_whole=False, is_anew=True)
    assert {"not_whole", "anew"} <= {one.what for one in dossier("full", history=history).not_known}


def test_the_note_asks_and_accuses_nobody() -> None:
    draft, english = dossier("ministry", "lt").letters
    assert (draft.language, english.language) == ("lt", "en")
    whole = " ".join(line for part in english.parts for line in part)
    assert whole.startswith("The Ministry presents its compliments")
    assert "do not establish who launched or controlled the object" in whole
    assert "An answer is requested by 2025-08-11" in whole  # made 28 July; 14 days
    assert "between 00:38:20 and 02:06:39 UTC" in whole  # 01:38:20 less an hour; 01:51:39 and a quarter
    for word in ("attack", "aggress", "hostile", "violat", "provocat", "deliberate"):
        assert word not in whole.lower()
    assert english.addressee == "The other state"


def test_the_note_on_a_night_without_a_crossing_claims_none() -> None:
    incident, history = without_track()
    _, english = dossier("ministry", "lt", incident=incident, history=history).letters
    whole = " ".join(line for part in english.parts for line in part)
    assert "No sensor measured a crossing of the border." in whole
    assert "do not establish" not in whole


def test_the_request_asks_allies_for_their_records_and_a_common_word() -> None:
    (english,) = dossier("allies", "en").letters
    whole = " ".join(line for part in english.parts for line in part)
    assert "records of radar" in whole
    assert "coordinated statement" in whole
    assert "A first answer is requested by 2025-08-04" in whole


@pytest.mark.parametrize("version", ["public", "full"])
def test_no_letter_goes_with_the_other_versions(version: str) -> None:
    assert dossier("public" if version == "public" else "full").letters == ()


def test_a_dossier_that_is_no_exercise_is_not_marked_as_one() -> None:
    shown = dossier("public", around=structs.replace(AROUND, is_exercise=False, label=""))
    assert shown.said[0].marking == "For the public"


def test_without_a_signed_record_it_says_that_nothing_can_be_verified() -> None:
    shown = dossier("full", around=structs.replace(AROUND, verify=None))
    assert "cannot be verified" in shown.said[0].how_to_verify[0]


@pytest.mark.parametrize(
    ("value", "told"), [(12.0, "12 m"), (332.0, "330 m"), (1_234.0, "1,2 km"), (94_198.0, "94 km")]
)
def test_lengths_read_as_a_person_says_them(value: float, told: str) -> None:
    assert moments.length(value, ",") == told


def test_certainty_is_never_claimed() -> None:
    assert moments.percent(1.0, ",", "daugiau kaip {value}") == "daugiau kaip 99 %"
