"""How often somebody may ask, and how long a guesser waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.web.limits import FREE_FAILURES, Buckets, Delays, Rate, SignInDelays, neighbourhood


def test_a_burst_is_answered_and_then_so_many_a_second() -> None:
    buckets = Buckets(Rate(2.0, 5.0))
    assert [buckets.wait_s("a", 0.0) for _ in range(5)] == [0.0] * 5
    assert buckets.wait_s("a", 0.0) == pytest.approx(0.5)
    assert buckets.wait_s("a", 0.5) == 0.0
    assert buckets.wait_s("b", 0.5) == 0.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=300), st.floats(0.5, 20.0), st.integers(1, 20))
def test_no_more_are_answered_than_the_burst_and_the_rate_allow(gaps: list[float], per_s: float, burst: int) -> None:
    buckets, now_s, n_answered = Buckets(Rate(per_s, burst)), 0.0, 0
    for gap in gaps:
        now_s += gap
        n_answered += buckets.wait_s("a", now_s) == 0.0
    assert n_answered <= burst + per_s * sum(gaps) + 1e-6


def test_a_clock_that_goes_back_gives_nothing() -> None:
    buckets = Buckets(Rate(1.0, 1.0))
    assert buckets.wait_s("a", 100.0) == 0.0
    assert buckets.wait_s("a", 0.0) > 0.0


def test_a_flood_of_addresses_is_forgotten_not_kept() -> None:
    buckets, delays = Buckets(Rate(1.0, 1.0), keys_max=10), Delays(60.0, keys_max=10)
    for number in range(1_000):
        buckets.wait_s(str(number), 0.0)
        delays.failed(str(number), 0.0)
    assert len(buckets._left) == len(delays._failed) == 10


def test_a_wait_doubles_with_every_failure_and_ends_by_itself() -> None:
    delays, now_s, waits = Delays(60.0), 0.0, []
    for _ in range(FREE_FAILURES + 8):
        now_s += delays.wait_s("a", now_s)
        delays.failed("a", now_s)
        waits.append(delays.wait_s("a", now_s))
    assert waits[: FREE_FAILURES - 1] == [0.0] * (FREE_FAILURES - 1)
    assert waits[FREE_FAILURES - 1 :] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert delays.wait_s("a", now_s + 60.0) == 0.0  # never for good
    delays.succeeded("a")
    assert delays.wait_s("a", now_s) == 0.0


def test_who_has_signed_in_from_here_does_not_wait_for_what_others_try() -> None:
    delays = SignInDelays()
    delays.succeeded("kazlauskas", "192.0.2.1")
    for number in range(50):
        delays.failed("Kazlauskas", f"198.51.100.{number}", 0.0)
    assert delays.wait_s("kazlauskas", "192.0.2.1", 0.0) == 0.0
    assert delays.wait_s("kazlauskas", "203.0.113.9", 0.0) == 30.0


def test_an_address_that_tries_many_names_waits() -> None:
    delays = SignInDelays()
    for number in range(20):
        delays.failed(f"name{number}", "198.51.100.1", 0.0)
    assert delays.wait_s("anybody", "198.51.100.1", 0.0) == 300.0
    assert delays.wait_s("anybody", "198.51.100.2", 0.0) == 0.0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # RFC 4291: the interface's own half is 64 bits
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_one_connection_counts_as_one_place(address: str, place: str) -> None:
    assert neighbourhood(address) == place
