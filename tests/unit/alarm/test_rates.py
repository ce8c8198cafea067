"""The measures of ISA-18.2, worked by hand."""

from hypothesis import given
from hypothesis import strategies as st

from sargas.alarm.rates import rates
from sargas.model.alarm import AlarmAction, AlarmLogItem

T0 = 1_753_666_800.0


def item(
    after_s: float, alarm_id: str = "a", action: AlarmAction = "raised", *, is_heard: bool = True
) -> AlarmLogItem:
    return AlarmLogItem(
        time_s=T0 + after_s, alarm_id=alarm_id, action=action, priority="low", text="", is_heard=is_heard
    )


def test_alarms_an_hour_are_those_that_were_heard_in_the_span() -> None:
    log = [item(-1.0), item(0.0), item(10.0, is_heard=False), item(3_600.0, "b"), item(7_199.0, "c"), item(7_200.0)]
    found = rates(log, T0, T0 + 7_200.0)
    assert (found.n_heard, found.per_hour) == (3, 1.5)


def test_ten_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    ten = [item(60.0 * number, str(number)) for number in range(10)]
    eleven = [item(600.0 + 50.0 * number, str(number)) for number in range(11)]
    assert rates(ten, T0, T0 + 6_000.0).flooded_share == 0.0
    assert rates([*ten, *eleven], T0, T0 + 6_000.0).flooded_share == 0.1


def test_an_alarm_chatters_that_is_heard_three_times_within_a_minute() -> None:
    log = [item(0.0, "a"), item(30.0, "a"), item(60.0, "a"), item(0.0, "b"), item(30.0, "b"), item(61.0, "b")]
    assert rates(sorted(log, key=lambda one: one.time_s), T0, T0 + 600.0).n_chattering == 1


def test_an_alarm_is_stale_that_stands_for_more_than_a_day() -> None:
    day = 86_400.0
    log = [
        item(0.0, "stands"),
        item(0.0, "ended in time"),
        item(0.0, "ended late"),
        item(10.0, "stands", "raised_again"),
        item(day, "ended in time", "ended", is_heard=False),
        item(day + 1.0, "ended late", "returned", is_heard=False),
        item(day + 2.0, "new"),
    ]
    assert rates(log, T0, T0 + day + 3.0).n_stale == 2
    assert rates(log, T0 + day + 1.5, T0 + day + 3.0).n_stale == 1


def test_an_empty_log_and_an_empty_span_are_quiet() -> None:
    for to_s in (T0, T0 + 3_600.0):
        found = rates([], T0, to_s)
        assert (found.n_heard, found.per_hour, found.flooded_share, found.n_stale) == (0, 0.0, 0.0, 0)


@given(st.lists(st.floats(0.0, 36_000.0), max_size=200))
def test_any_log_gives_shares_between_none_and_all(times: list[float]) -> None:
    found = rates([item(after_s) for after_s in sorted(times)], T0, T0 + 36_000.0)
    assert 0.0 <= found.flooded_share <= 1.0
    assert found.n_heard == sum(T0 + after_s < T0 + 36_000.0 for after_s in times)


def test_a_span_of_ages_costs_nothing() -> None:
    assert rates([], -1e12, 1e9).flooded_share == 0.0
