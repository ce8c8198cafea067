"""Which deliveries are open, and which is next: in the order sent, each once, a stand-in only while it is needed."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sargas.app.outbox_due import BACKOFF_S, Due, Key, Tries, choose, due, pause_s
from sargas.model.incident import Incident
from sargas.model.warning import Delivery, Fate, PublicWarning, WarningKind, WarningState
from share_kit import T0_S, content, warning

NOW_S = T0_S + 1_800.0
HOLDS = content(expires_s=NOW_S + 3_600.0)
KINDS: tuple[WarningKind, ...] = ("alert", "update", "cancel")


def incident(name: str, *warnings: PublicWarning) -> Incident:
    return Incident(
        incident_id=name,
        title="a drone near Vilnius",
        status="open",
        level="red",
        highest_level="red",
        first_report_s=T0_S,
        opened_s=T0_S,
        changed_s=T0_S,
        warning=WarningState(warnings=warnings),
    )


def sent(name: str, sent_s: float | None, *deliveries: Delivery, expires_s: float = NOW_S + 3_600.0) -> PublicWarning:
    said = structs.replace(HOLDS, expires_s=expires_s)
    return warning(warning_id=name, sent_s=sent_s, content=said, deliveries=deliveries)


def fate(channel: str, what: Fate, n_attempts: int = 1) -> Delivery:
    return Delivery(channel=channel, fate=what, n_attempts=n_attempts, time_s=T0_S)


def named(found: list[Due]) -> list[tuple[str, str]]:
    return [(one.warning.warning_id, one.channel) for one in found]


def open_on(
    *deliveries: Delivery, channels: dict[str, str], dead: str = "", expires_s: float = NOW_S + 3_600.0
) -> list[str]:
    """Return the channels on which one warning is open and not at its end."""
    about = incident("A", sent("A-W1", T0_S, *deliveries, expires_s=expires_s))
    found = due([about], channels, dict.fromkeys(dead.split(), False), NOW_S)
    return [one.channel for one in found if not one.ended]


# --- what is due ---


def test_what_was_sent_is_due_on_every_channel_and_what_was_not_sent_on_none() -> None:
    about = incident("A", sent("A-W1", T0_S), sent("A-W2", None))
    assert named(due([about], {"mail": "", "tak": ""}, {}, NOW_S)) == [("A-W1", "mail"), ("A-W1", "tak")]


def test_warnings_are_due_in_the_order_in_which_they_were_sent_whatever_that_of_the_incidents() -> None:
    several = [
        incident("B", sent("B-W1", T0_S + 2.0), sent("B-W2", T0_S + 9.0)),
        incident("A", sent("A-W1", T0_S + 5.0)),
    ]
    for order in permutations(several):
        assert named(due(order, {"mail": ""}, {}, NOW_S)) == [("B-W1", "mail"), ("A-W1", "mail"), ("B-W2", "mail")]


def test_two_of_one_moment_are_due_in_the_order_of_their_incident() -> None:
    about = incident("A", sent("A-W9", T0_S), sent("A-W10", T0_S))
    assert named(due([about], {"mail": ""}, {}, NOW_S)) == [("A-W9", "mail"), ("A-W10", "mail")]


@pytest.mark.parametrize(
    ("what", "is_open"), [("trying", True), ("failed", True), ("delivered", False), ("given_up", False)]
)
def test_a_delivery_is_open_until_its_fate_is_final(what: Fate, is_open: bool) -> None:
    assert bool(open_on(fate("mail", what), channels={"mail": ""})) == is_open


def test_one_channel_s_fate_is_nothing_to_another() -> None:
    assert open_on(fate("mail", "delivered"), channels={"mail": "", "tak": ""}) == ["tak"]


def test_what_was_being_tried_when_the_watch_ended_is_unknown() -> None:
    (one,) = due([incident("A", sent("A-W1", T0_S, fate("mail", "trying", 3)))], {"mail": ""}, {}, NOW_S)
    assert one.is_unknown
    assert one.n_attempts == 3


# --- standing in ---

PAIR = {"mail": "", "sms": "mail"}
CHAIN = {"mail": "", "sms": "mail", "siren": "sms"}


def test_a_stand_in_has_nothing_to_do_while_its_own_channel_works() -> None:
    assert open_on(channels=PAIR) == ["mail"]
    assert open_on(fate("mail", "trying"), channels=PAIR) == ["mail"]
    assert open_on(fate("mail", "delivered"), channels=PAIR) == []


def test_a_stand_in_is_due_as_soon_as_its_own_channel_is_dead_or_has_failed() -> None:
    assert open_on(channels=PAIR, dead="mail") == ["mail", "sms"]
    assert open_on(fate("mail", "failed"), channels=PAIR) == ["mail", "sms"]
    assert open_on(fate("mail", "given_up"), channels=PAIR) == ["sms"]


def test_a_stand_in_says_for_whom() -> None:
    found = due([incident("A", sent("A-W1", T0_S))], PAIR, {"mail": False}, NOW_S)
    assert [(one.channel, one.stands_in_for) for one in found] == [("mail", ""), ("sms", "mail")]


def test_the_second_stand_in_waits_for_the_first_to_fail_too() -> None:
    assert open_on(channels=CHAIN, dead="mail") == ["mail", "sms"]
    assert open_on(channels=CHAIN, dead="mail sms") == ["mail", "sms", "siren"]
    assert open_on(fate("mail", "failed"), fate("sms", "failed"), channels=CHAIN) == ["mail", "sms", "siren"]
    assert open_on(fate("mail", "failed"), fate("sms", "delivered"), channels=CHAIN) == ["mail"]


def test_a_stand_in_that_has_begun_ends_when_its_own_channel_has_delivered_after_all() -> None:
    about = incident("A", sent("A-W1", T0_S, fate("mail", "delivered"), fate("sms", "failed")))
    (one,) = due([about], PAIR, {}, NOW_S)
    assert one.channel == "sms"
    assert one.ended == "mail has delivered it itself"


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "a", "b", "c", "d", "nobody"]), min_size=1))
def test_any_configuration_of_standing_in_comes_to_an_end(channels: dict[str, str]) -> None:
    found = due([incident("A", sent("A-W1", T0_S))], channels, dict.fromkeys("abcd", False), NOW_S)
    assert {one.channel for one in found} <= channels.keys()


# --- what no longer holds ---


def test_what_no_longer_holds_comes_to_its_end_untried() -> None:
    about = incident("A", sent("A-W1", T0_S, expires_s=NOW_S))
    (one,) = due([about], {"mail": ""}, {}, NOW_S)
    assert one.ended == "it held until 02:30:00 UTC"  # T0_S is 02:00 UTC, now half an hour later


def test_of_what_expired_in_the_middle_of_a_try_it_is_said_that_nobody_knows() -> None:
    about = incident("A", sent("A-W1", T0_S, fate("mail", "trying", 2), expires_s=NOW_S))
    (one,) = due([about], {"mail": ""}, {}, NOW_S)
    assert one.ended == "it held until 02:30:00 UTC; whether attempt 2 arrived is not known"


def test_a_channel_that_is_new_in_the_configuration_owes_nothing_of_days_ago() -> None:
    old = incident("A", sent("A-W1", T0_S, expires_s=NOW_S - 86_400.0))
    assert due([old], {"mail": ""}, {}, NOW_S) == []


def test_a_stand_in_does_not_begin_with_what_no_longer_holds() -> None:
    about = incident("A", sent("A-W1", T0_S, fate("mail", "failed"), expires_s=NOW_S))
    assert [one.channel for one in due([about], PAIR, {}, NOW_S)] == ["mail"]


# --- which is next ---


def waiting(*incidents: Incident) -> list[Due]:
    return due(incidents, {"mail": ""}, {}, NOW_S)


ALERT_A, UPDATE_A, ALERT_B = sent("A-W1", T0_S), sent("A-W2", T0_S + 10.0), sent("B-W1", T0_S + 20.0)
ALL = waiting(incident("A", ALERT_A, UPDATE_A), incident("B", ALERT_B))
KEY = Key("A-W1", T0_S)


def chosen(tries: Tries | None, moment_s: float = 100.0) -> str:
    one = choose(ALL, {} if tries is None else {KEY: tries}, moment_s)
    return "" if one is None else one.warning.warning_id


def test_the_oldest_is_next() -> None:
    assert chosen(None) == "A-W1"


def test_while_the_oldest_waits_for_another_try_the_channel_waits() -> None:
    assert chosen(Tries(n_failed=1, n_refused=0, not_before_s=101.0)) == ""
    assert chosen(Tries(n_failed=1, n_refused=1, not_before_s=101.0)) == ""
    assert chosen(Tries(n_failed=1, n_refused=0, not_before_s=100.0)) == "A-W1"


def test_one_that_a_living_channel_refuses_holds_up_its_own_incident_alone() -> None:
    assert chosen(Tries(n_failed=2, n_refused=2, not_before_s=101.0)) == "B-W1"


def test_one_that_is_refused_again_and_again_gives_way_to_a_newer_one_of_its_incident() -> None:
    refused = {KEY: Tries(n_failed=4, n_refused=4, not_before_s=101.0)}
    one = choose(ALL, refused, 100.0)
    assert one is not None
    assert one.warning.warning_id == "A-W1"
    assert one.ended == "refused 4 times by a channel that answers; a newer one waited behind it"


def test_the_last_word_of_an_incident_is_never_given_up_for_being_refused() -> None:
    alone = waiting(incident("A", ALERT_A), incident("B", ALERT_B))
    refused = {KEY: Tries(n_failed=50, n_refused=50, not_before_s=101.0)}
    one = choose(alone, refused, 101.0)
    assert one is not None
    assert one.warning.warning_id == "A-W1"
    assert not one.ended


def test_on_a_dead_channel_nothing_is_given_up_however_often_it_failed() -> None:
    dead = {KEY: Tries(n_failed=500, n_refused=0, not_before_s=100.0)}
    one = choose(ALL, dead, 100.0)
    assert one is not None
    assert not one.ended


def test_what_is_at_its_end_is_next() -> None:
    over = waiting(incident("A", sent("A-W1", T0_S, expires_s=NOW_S)), incident("B", ALERT_B))
    one = choose(over, {KEY: Tries(n_failed=1, not_before_s=101.0)}, 100.0)
    assert one is not None
    assert one.ended


def test_the_waits_double_up_to_half_a_minute() -> None:
    tries, waits = Tries(), []
    for _ in range(2_000):
        tries.failed(50.0)
        waits.append(tries.not_before_s - 50.0)
    assert waits[:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert waits[-1] == BACKOFF_S[-1]


def test_the_pause_lasts_until_the_next_try_is_due() -> None:
    tries = {KEY: Tries(not_before_s=104.0), Key("B-W1", T0_S + 20.0): Tries(not_before_s=102.5)}
    assert pause_s(ALL, tries, 100.0) == 2.5
    assert pause_s(ALL, tries, 103.0) == 1.0
    assert pause_s(ALL, tries, 105.0) is None
    assert pause_s(ALL, {}, 100.0) is None
