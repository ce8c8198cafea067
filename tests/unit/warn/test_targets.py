"""What of an incident still flies, and what is known of it."""

import math

import pytest
from msgspec import structs

from airspace_kit import T0_S, at
from sargas.model.classification import Classification, ClassShare
from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.warn.manner import Ways
from sargas.warn.targets import HEARD_SPEEDS_MPS, Target, sound_roots, targets_of
from warn_kit import NOW_S, flying, heard, incident, lost, picture, searched

DRIFTING = frozenset({"balloon"})


def found(one: object, seen: Picture) -> list[Target]:
    return targets_of(one, seen, Ways(), DRIFTING)  # type: ignore[arg-type]


def named(track_id: int, **shares: float) -> Classification:
    classes = tuple(ClassShare(kind=kind, name=kind, probability=p) for kind, p in shares.items())
    return Classification(
        track_id=track_id, time_s=NOW_S, answer="unknown", answer_name="", classes=classes, reasons=()
    )


@pytest.mark.parametrize("given", [{"status": "ended"}, {"is_on_ground": True}, {"lat_deg": math.nan}])
def test_what_no_longer_flies_is_no_target(given: dict[str, object]) -> None:
    one = structs.replace(flying(), **given)
    assert found(incident(one), picture(one)) == []


def test_tracks_of_the_incident_alone_count_and_in_the_order_of_their_numbers() -> None:
    tracks = [flying(3), flying(1), flying(2)]
    one = incident(tracks[0], tracks[1])
    assert [target.track_id for target in found(one, picture(*tracks))] == [1, 3]


def test_a_lost_track_counts_while_it_can_fly() -> None:
    gone = flying(status="lost", time_s=NOW_S - 600.0)
    kept, loss = lost(gone)
    one = incident(gone, lost=(kept,), search=searched(loss))
    (target,) = found(one, picture(gone))
    assert target.is_lost
    assert target.time_s == gone.time_s
    assert target.flies_until_s == kept.flies_until_s
    assert found(one, picture(gone, now_s=kept.flies_until_s)) == []
    assert found(incident(gone), picture(gone)) == []


def test_a_lost_track_of_which_the_search_knows_nothing_goes_on_from_what_the_incident_keeps() -> None:
    kept, _ = lost(flying(time_s=NOW_S - 600.0))
    (target,) = found(incident(lost=(kept,)), picture())
    assert target.velocity_mps == pytest.approx((-40.0, 0.0))
    assert (target.lon_deg, target.lat_deg) == at(-40_000.0)


def test_a_track_that_is_seen_again_is_not_lost_as_well() -> None:
    kept, _ = lost(flying(time_s=NOW_S - 600.0))
    seen = flying()
    assert [target.is_lost for target in found(incident(seen, lost=(kept,)), picture(seen))] == [False]


def test_without_a_track_words_count_and_their_direction_is_unknown() -> None:
    (target,) = found(incident(level="yellow", findings=(heard(-9_000.0),)), picture())
    assert target.velocity_mps is None
    assert target.speeds_mps == HEARD_SPEEDS_MPS
    assert target.probability == 0.75
    # An even disc of radius R has a variance of R^2 / 4 along each axis.
    assert target.place_cov_m2 == (1_250.0**2, 0.0, 1_250.0**2)


def test_words_of_what_a_track_shows_do_not_count_twice() -> None:
    one = flying()
    assert len(found(incident(one, findings=(heard(-9_000.0),)), picture(one))) == 1
    cleared = heard(-9_000.0, state="cleared")
    assert found(incident(findings=(cleared,)), picture()) == []


def test_a_word_that_came_after_the_loss_counts_beside_the_lost_track() -> None:
    kept, _ = lost(flying(time_s=NOW_S - 600.0))
    late, early = heard(-9_000.0), heard(-9_000.0, time_s=NOW_S - 590.0, finding_id="reported:2")
    targets = found(incident(lost=(kept,), findings=(late, early)), picture())
    assert [target.track_id for target in targets] == [1, None]


def test_it_drifts_as_likely_as_it_is_a_balloon() -> None:
    one = flying(velocity_mps=(-40.0, 0.0))
    seen = picture(one, classifications={1: named(1, balloon=0.6, gerbera=0.3)})
    assert found(incident(one), seen)[0].drifts == pytest.approx(0.6)
    assert found(incident(one), picture(one))[0].drifts == 0.0
    slow = flying(velocity_mps=(-8.0, 0.0))
    assert found(incident(slow), picture(slow))[0].drifts == pytest.approx(0.25)


def test_who_has_just_turned_away_from_a_line_no_longer_has_its_course() -> None:
    ways = Ways()
    for k in range(-25, 0):
        ways.note([flying(time_s=NOW_S + 12.0 * k, east_m=-40_000.0 - 480.0 * k)])
    kept = flying()
    assert targets_of(incident(kept), picture(kept), ways, DRIFTING)[0].manner.course_rad is not None
    turned = flying(velocity_mps=(-28.0, 28.0))
    assert targets_of(incident(turned), picture(turned), ways, DRIFTING)[0].manner.course_rad is None


def test_how_likely_it_is_there_is_what_the_tracker_says() -> None:
    one = flying(existence=0.8)
    assert found(incident(one), picture(one))[0].probability == 0.8


def test_roots_are_those_of_the_covariance() -> None:
    a, b, c = sound_roots((25.0, 10.0, 40.0), 1.0)
    assert (a * a, a * b, b * b + c * c) == pytest.approx((25.0, 10.0, 40.0))


def test_more_targets_than_can_be_flown_are_cut_off() -> None:
    tracks = [flying(k, east_m=-1_000.0 * k) for k in range(1, 701)]
    one = incident(*tracks)
    assert len(found(one, picture(*tracks))) == 600


def test_a_track_of_another_time_is_taken_as_it_is() -> None:
    early: Track = flying(time_s=T0_S - 4.0)
    assert found(incident(early), picture(early))[0].time_s == T0_S - 4.0
