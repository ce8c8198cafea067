"""Whether another end is believed to live: two looks that say the same, and what arrives counts most."""

from hypothesis import given
from hypothesis import strategies as st

from sargas.app.pulse import Pulse


def after(looks: str) -> Pulse:
    """Return the pulse after looks: `+` answered, `-` did not."""
    pulse = Pulse()
    for look in looks:
        pulse.seen(answers=look == "+")
    return pulse


def test_the_first_answer_is_believed_at_once_and_the_first_silence_is_not() -> None:
    assert after("").is_alive is None
    assert after("+").is_alive is True
    assert after("-").is_alive is None
    assert after("-").is_in_doubt
    assert after("--").is_alive is False
    assert after("-+").is_alive is True


def test_a_change_is_believed_at_the_second_look_that_says_it() -> None:
    assert after("+-").is_alive is True
    assert after("+-").is_in_doubt
    assert after("+--").is_alive is False
    assert after("+--+").is_alive is False
    assert after("+--++").is_alive is True


def test_a_look_that_says_the_old_ends_the_doubt() -> None:
    assert not after("+-+").is_in_doubt
    assert after("+-+-").is_alive is True
    assert after("+" + "-+" * 50).is_alive is True


def test_what_arrives_is_believed_at_once() -> None:
    pulse = after("--")
    pulse.delivered()
    assert pulse.is_alive is True


def test_a_delivery_that_failed_and_silence_after_it_are_a_death() -> None:
    pulse = after("+")
    pulse.failed(answers=False)
    assert pulse.is_alive is False


def test_who_answers_but_takes_nothing_is_dead_at_the_second_refusal_in_a_row() -> None:
    pulse = after("+")
    pulse.failed(answers=True)
    assert pulse.is_alive is True
    pulse.delivered()
    pulse.failed(answers=True)
    assert pulse.is_alive is True
    pulse.failed(answers=True)
    assert pulse.is_alive is False


@given(st.text("+-", max_size=60))
def test_looks_change_what_is_believed_at_most_at_every_second_of_them(looks: str) -> None:
    pulse, n_changes, before = Pulse(), 0, None
    for look in looks:
        pulse.seen(answers=look == "+")
        n_changes += pulse.is_alive is not before
        before = pulse.is_alive
    assert n_changes <= 1 + len(looks) / 2
