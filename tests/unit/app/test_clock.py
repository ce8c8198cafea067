from sargas.app.clock import SteadyClock


class Hands:
    """Two clocks that the test moves."""

    def __init__(self) -> None:
        self.wall_s = 1_000.0
        self.steady_s = 50.0

    def pass_by(self, seconds: float) -> None:
        self.wall_s += seconds
        self.steady_s += seconds


def test_the_clock_goes_with_the_machine() -> None:
    hands = Hands()
    clock = SteadyClock(lambda: hands.wall_s, lambda: hands.steady_s)
    hands.pass_by(12.5)
    assert clock.now_s() == 1_012.5
    assert clock.follow() == 0.0


def test_a_step_forward_is_told_once_and_followed() -> None:
    hands = Hands()
    clock = SteadyClock(lambda: hands.wall_s, lambda: hands.steady_s)
    hands.wall_s += 3_600.0
    assert clock.follow() == 3_600.0
    assert clock.now_s() == 4_600.0
    assert clock.follow() == 0.0


def test_a_step_back_is_told_and_time_goes_on() -> None:
    hands = Hands()
    clock = SteadyClock(lambda: hands.wall_s, lambda: hands.steady_s)
    hands.wall_s -= 3_600.0
    hands.pass_by(1.0)
    assert clock.follow() == -3_600.0
    assert clock.now_s() == 1_001.0


def test_the_clock_starts_no_earlier_than_the_newest_entry_of_the_journal() -> None:
    hands = Hands()
    clock = SteadyClock(lambda: hands.wall_s, lambda: hands.steady_s, not_before_s=2_000.0)
    assert clock.now_s() == 2_000.0
    assert clock.follow() == -1_000.0
