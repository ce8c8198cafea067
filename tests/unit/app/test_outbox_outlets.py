"""The ways out of the configuration: what it may say, what is wrong with it, and what is built from it."""

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from sargas.app.outgoing import beside, build_outlets, identity, renderer
from sargas.app.outlets import ChannelSection, StreamSection, mistakes_of
from sargas.model.errors import ConfigError, DataError
from sargas.model.incident import Incident
from sargas.model.warning import WarningState
from sargas.share.cap_check import problems
from sargas.share.cap_profile import Profile
from share_kit import SENDER, T0_S, warning

PROFILE = Profile(sender=SENDER)
ALERT, UPDATE = warning("alert"), warning("update")
INCIDENT = Incident(
    incident_id="LT-2025-07-28-01",
    title="a drone near Vilnius",
    status="open",
    level="red",
    highest_level="red",
    first_report_s=T0_S,
    opened_s=T0_S + 0.7,
    changed_s=T0_S,
    warning=WarningState(warnings=(ALERT, UPDATE)),
)


def channel(name: str, stands_in_for: str = "") -> ChannelSection:
    return ChannelSection(name=name, channel={"type": "cap_file", "path": "out"}, stands_in_for=stands_in_for)


def told(channels: list[ChannelSection], streams: list[StreamSection] | None = None) -> list[tuple[str, str]]:
    return [(".".join(map(str, key)), text) for key, text in mistakes_of(channels, streams or [])]


def test_a_sound_configuration_has_no_mistakes() -> None:
    assert told([channel("a"), channel("b", "a"), channel("c", "b"), channel("d", "a")]) == []


def test_a_name_is_borne_once_among_channels_and_streams() -> None:
    stream = StreamSection(name="a", stream={"type": "asterix"})
    assert told([channel("a"), channel("b"), channel("b")], [stream]) == [
        ("channels.2.name", "'b' is already channels[1]"),
        ("streams.0.name", "'a' is already channels[0]"),
    ]


def test_one_stands_in_for_a_channel_that_is_there() -> None:
    assert told([channel("a"), channel("b", "mial")]) == [("channels.1.stands_in_for", "no channel 'mial'; have a")]
    assert told([channel("a", "a")]) == [
        ("channels.0.stands_in_for", "a stands in for a: nobody is left to be first")
    ]


def test_channels_that_stand_in_for_each_other_in_a_circle_are_told() -> None:
    found = told([channel("a", "c"), channel("b", "a"), channel("c", "b")])
    assert found[0] == (
        "channels.0.stands_in_for",
        "a stands in for c stands in for b stands in for a: nobody is left to be first",
    )
    assert len(found) == 3


@pytest.mark.parametrize("name", ["", "a b", "../x", "-a", "x" * 65])
def test_a_name_is_plain(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": name, "channel": {"type": "cap_file"}}, ChannelSection)


def test_files_are_looked_for_beside_the_configuration() -> None:
    table = {"type": "x", "path": "out", "ca_file": "ca.pem", "key_file": "", "url": "a/b", "secret_file": "/etc/s"}
    assert beside(table, Path("/site")) == {
        "type": "x",
        "path": "/site/out",
        "ca_file": "/site/ca.pem",
        "key_file": "",
        "url": "a/b",
        "secret_file": "/etc/s",
    }


def test_channels_are_built_in_their_order_with_whom_they_stand_in_for(tmp_path: Path) -> None:
    found = build_outlets([channel("b"), channel("a", "b")], tmp_path)
    assert [(name, outlet.stands_in_for) for name, outlet in found.items()] == [("b", ""), ("a", "b")]


def test_a_channel_that_there_is_not_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    section = ChannelSection(name="a", channel={"type": "cap_fil"})
    with pytest.raises(ConfigError, match="no channel 'cap_fil'; did you mean 'cap_file'"):
        build_outlets([section], tmp_path)


def test_a_bulletin_is_the_cap_message_of_the_warning_and_refers_to_the_earlier_ones() -> None:
    made = renderer(PROFILE, None, country="LT")(INCIDENT, UPDATE)
    assert problems(made.cap_xml) == []
    assert b"<references>" in made.cap_xml
    assert (made.sent_s, made.country, made.title) == (UPDATE.sent_s, "LT", INCIDENT.title)


def test_the_bulletins_of_one_incident_differ_in_the_warning_s_name_alone() -> None:
    # Channels name the earlier ones by putting their names in the place of this one's.
    first, second = (identity(INCIDENT, one, SENDER) for one in (ALERT, UPDATE))
    assert first.startswith(f"{ALERT.warning_id}-")
    assert second == first.replace(ALERT.warning_id, UPDATE.warning_id)


def test_another_sender_an_exercise_and_a_day_whose_journal_was_lost_have_other_identities() -> None:
    real = identity(INCIDENT, ALERT, SENDER)
    assert identity(INCIDENT, structs.replace(ALERT, is_exercise=True), SENDER) == f"EXERCISE-{real}"
    assert identity(INCIDENT, ALERT, "warnings@latvia.example") != real
    assert identity(structs.replace(INCIDENT, opened_s=T0_S + 60.0), ALERT, SENDER) != real


def test_what_was_not_sent_has_no_bulletin() -> None:
    with pytest.raises(DataError, match="was not sent"):
        renderer(PROFILE, None, country="LT")(INCIDENT, structs.replace(ALERT, sent_s=None))


def test_an_exercise_is_marked_in_the_bulletin_and_in_its_message() -> None:
    about = structs.replace(ALERT, is_exercise=True)
    made = renderer(PROFILE, None, country="LT")(INCIDENT, about)
    assert made.is_exercise
    assert b"<status>Exercise</status>" in made.cap_xml
