"""What a receiver is told of tracks that come, go, are lost and found, and by which numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_picture import DRONE, NOON_S, glimpse, track
from sargas.model.picture import Picture
from sargas.model.track import Contribution, Track
from sargas.share.asterix_session import Numbers, Session

QUIET_S = 600.0


def at(time_s: float, *tracks: Track) -> Picture:
    """Return a picture of these tracks, each predicted to its time."""
    return glimpse([track(one, time_s=time_s) for one in tracks], now_s=time_s).picture


def ids(messages: list) -> list[int]:
    return [message.track.track_id for message in messages]


def session(**how) -> Session:
    return Session(Numbers(QUIET_S), **how)


class TestTracks:
    def test_the_first_message_says_so_and_the_next_does_not(self):
        told = session()
        first, second = (told.due(at(NOON_S + k, DRONE), 10) for k in range(2))
        assert [(m.is_first, m.is_last, m.number) for m in first] == [(True, False, 812)]
        assert [(m.is_first, m.is_last, m.number) for m in second] == [(False, False, 812)]

    def test_a_track_that_has_gone_is_told_once_more_as_it_last_was(self):
        told = session()
        told.due(at(NOON_S, DRONE), 10)
        (last,) = told.due(at(NOON_S + 1.0), 10)
        assert (last.is_first, last.is_last, last.number, last.track.time_s) == (False, True, 812, NOON_S)
        assert told.due(at(NOON_S + 2.0), 10) == []

    @pytest.mark.parametrize("status", ["lost", "ended"])
    def test_what_nobody_has_seen_for_long_ends_and_never_begins(self, status):
        told = session()
        told.due(at(NOON_S, DRONE), 10)
        over = track(DRONE, status=status)
        assert [m.is_last for m in told.due(at(NOON_S + 1.0, over), 10)] == [True]
        assert told.due(at(NOON_S + 2.0, over), 10) == []
        assert session().due(at(NOON_S, over), 10) == []

    def test_a_track_found_again_begins_anew_under_its_number(self):
        told = session()
        told.due(at(NOON_S, DRONE), 10)
        told.due(at(NOON_S + 1.0, track(DRONE, status="lost")), 10)
        (again,) = told.due(at(NOON_S + 500.0, DRONE), 10)
        assert (again.is_first, again.number) == (True, 812)

    def test_an_old_state_is_not_repeated(self):
        told = session()
        told.due(at(NOON_S, DRONE), 10)
        assert told.due(at(NOON_S, DRONE), 10) == []
        assert told.due(at(NOON_S - 1.0, DRONE), 10) == []
        assert ids(told.due(at(NOON_S + 0.1, DRONE), 10)) == [812]

    def test_every_track_has_its_turn_when_there_are_too_many(self):
        told = session()
        tracks = [track(track_id=k) for k in range(1, 8)]
        rounds = [ids(told.due(at(NOON_S + k, *tracks), 3)) for k in range(5)]
        assert rounds == [[1, 2, 3], [4, 5, 6], [7, 1, 2], [3, 4, 5], [6, 7, 1]]

    def test_those_that_are_over_come_before_the_others(self):
        told = session()
        tracks = [track(track_id=k) for k in range(1, 6)]
        told.due(at(NOON_S, *tracks), 5)
        messages = told.due(at(NOON_S + 1.0, *tracks[2:]), 3)
        assert [(m.track.track_id, m.is_last) for m in messages] == [(1, True), (2, True), (3, False)]

    def test_ends_beyond_the_round_are_told_in_the_next(self):
        told = session()
        told.due(at(NOON_S, *[track(track_id=k) for k in range(1, 6)]), 5)
        assert [ids(told.due(at(NOON_S + k), 2)) for k in range(1, 5)] == [[1, 2], [3, 4], [5], []]

    def test_what_only_the_neighbour_saw_is_not_sent_back_to_it(self):
        theirs = track(track_id=1, contributions=(Contribution("riga", 3, NOON_S),))
        both = track(track_id=2, contributions=(Contribution("riga", 3, NOON_S), Contribution("hill", 1, NOON_S)))
        assert ids(session(not_from=("riga",)).due(at(NOON_S, theirs, both), 10)) == [2]
        assert ids(session().due(at(NOON_S, theirs, both), 10)) == [1, 2]

    def test_a_track_without_a_place_is_passed_over(self):
        assert session().due(at(NOON_S, track(lat_deg=float("nan"))), 10) == []


class TestNumbers:
    @pytest.mark.parametrize(("track_id", "number"), [(1, 1), (812, 812), (65_535, 65_535), (65_536, 1), (65_537, 2)])
    def test_a_number_is_the_tracks_own_while_it_fits(self, track_id, number):
        assert Numbers(QUIET_S).number(track_id, 0.0) == number

    def test_a_number_that_is_taken_is_not_given_again(self):
        numbers = Numbers(QUIET_S)
        assert [numbers.number(1 + 65_535 * k, 0.0) for k in range(3)] == [1, 2, 3]
        assert numbers.number(2, 0.0) == 4

    def test_a_number_is_free_again_after_the_quiet_time(self):
        numbers = Numbers(QUIET_S)
        numbers.number(1, 0.0)
        assert numbers.number(65_536, QUIET_S) == 2
        assert numbers.number(2 * 65_535 + 1, QUIET_S + 0.1) == 1

    def test_a_track_that_is_told_keeps_its_number_for_ever(self):
        numbers = Numbers(QUIET_S)
        for now_s in range(0, 10_000, 500):
            assert numbers.number(1, now_s) == 1
            assert numbers.number(65_536, now_s) == 2

    def test_when_all_are_taken_a_track_has_none_until_one_is_free(self):
        numbers = Numbers(QUIET_S)
        assert len({numbers.number(k, float(k > 1)) for k in range(1, 65_536)}) == 65_535
        assert numbers.number(70_000, 2.0) is None
        assert numbers.number(70_001, QUIET_S) is None
        assert numbers.number(70_001, QUIET_S + 0.5) == 1

    @given(st.lists(st.tuples(st.integers(1, 65_545), st.floats(0.0, 400.0)), max_size=60))
    @settings(deadline=None)
    def test_no_two_tracks_told_within_the_quiet_time_share_a_number(self, said):
        numbers, now_s = Numbers(QUIET_S), 0.0
        told: dict[int, tuple[int, float]] = {}
        for track_id, later_s in said:
            now_s += later_s
            number = numbers.number(track_id, now_s)
            assert number is not None
            holder, last_s = told.get(number, (track_id, now_s))
            assert holder == track_id or now_s - last_s > QUIET_S
            told[number] = track_id, now_s
