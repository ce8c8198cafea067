"""What each version shows. The rules are those of `rules.toml`; what they must come to is worked by hand here."""

from itertools import pairwise

import msgspec
import pytest

from dossier_kit import CROSSED_S, EAR, OFFICER, RADAR, SECRETS, T0, dossier
from sargas.dossier.rules import VERSIONS, Rules, packaged, parse
from sargas.model.dossier import Version
from sargas.model.errors import DataError

SOURCE = "my-rules.toml"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_secret_is_in_a_version_that_may_not_show_it(version: Version) -> None:
    data = msgspec.json.encode(dossier(version)).decode()
    leaked = [secret for secret, shown_in in SECRETS.items() if secret in data and version not in shown_in]
    assert leaked == []


def test_what_a_version_may_show_is_there() -> None:
    whole = {version: msgspec.json.encode(dossier(version)).decode() for version in VERSIONS}
    for secret, shown_in in SECRETS.items():
        for version in shown_in:
            assert secret in whole[version], (secret, version)


def test_the_public_gets_places_on_a_grid_and_the_uncertainty_that_goes_with_it() -> None:
    shown = dossier("public")
    (crossing,) = shown.crossings
    # 54.512345 on a grid of 0.01 degrees; 80 m and the rounding's 111700 x 0.01 / sqrt(12) = 322 m make 332 m.
    assert (crossing.lat_deg, crossing.lon_deg, crossing.sd_m) == (54.51, 25.0, 500.0)
    assert all(round(point.lat_deg * 100) == pytest.approx(point.lat_deg * 100) for point in shown.tracks[0].points)
    assert crossing.time_s % 60 == 0


def test_the_public_does_not_learn_how_far_beyond_the_border_sensors_see() -> None:
    shown = dossier("public")
    points = shown.tracks[0].points
    # From 120 s before the crossing on, a minute apart; times are of the whole minute.
    assert points[0].time_s == pytest.approx(CROSSED_S - 120.0, abs=30.0)
    assert dossier("full").tracks[0].points[0].time_s == T0 - 300.0
    # Nor by the sensors, the classes, the decision clock, or what is said not to be known.
    radar = next(one for one in shown.sensors if one.kind == "radar")
    assert radar.first_s is not None
    assert radar.first_s >= CROSSED_S - 150.0
    assert shown.clock is not None
    assert shown.clock.first_track_s is None
    before = next(one for one in shown.not_known if one.what == "before")
    assert before.values == ("01:43:00",)  # two minutes before 01:45, and no longer 01:38:20
    assert all(after.time_s - before.time_s >= 59.0 for before, after in pairwise(points))


def test_the_public_is_not_told_how_many_sensors_there_are() -> None:
    shown = dossier("public")
    assert [one.sensor for one in shown.sensors] == ["radar", "other", "acoustic sensor"]
    assert {one.what: one.n for one in shown.left_out}["sensors"] is None


def test_allies_get_sensors_by_number_without_their_figures() -> None:
    shown = dossier("allies")
    assert {one.sensor for one in shown.sensors} == {"radar 1", "acoustic sensor 1", "other 1"}
    assert all(one.figures == "" and one.n_reports is None and one.lat_deg is None for one in shown.sensors)
    assert "radar 1 saw it" in shown.crossings[0].reasons[0]


def test_a_ministry_gets_officers_by_number() -> None:
    shown = dossier("ministry", "lt")
    assert {line.officer for line in shown.timeline} == {"", "pareigūnas 1", "pareigūnas 2"}
    comment = next(line for line in shown.timeline if line.what == "commented")
    assert comment.text.startswith("ZXCOMMENT by pareigūnas 1")


def test_the_full_version_leaves_nothing_out() -> None:
    shown = dossier("full")
    assert shown.left_out == ()
    assert [one.evidence_id for one in shown.evidence] == [f"LT-1-E{k}" for k in range(1, 6)]
    assert {RADAR, EAR} <= {one.sensor for one in shown.sensors}
    assert any(line.officer == OFFICER for line in shown.timeline)


def test_how_much_is_left_out_is_said() -> None:
    left = {one.what: one.n for one in dossier("public").left_out}
    # E2, E3, E4 of five items; one officer and one finder; the one step; the one set of frames.
    assert (left["evidence"], left["officers"], left["steps"], left["entries"]) == (3, 2, 1, 1)
    assert "items of evidence: 3" in dossier("public").said[0].left_out


def test_a_document_that_is_not_shown_is_not_named_by_a_step_either() -> None:
    (step,) = dossier("ministry").steps
    assert step.documents == ("LT-1-E1",)


def test_a_watch_may_change_single_lines_of_the_rules() -> None:
    rules = parse("[public]\nhandling = []\nposition_step_deg = 0.1\n", SOURCE)
    assert (rules["public"].handling, rules["public"].position_step_deg) == ((), 0.1)
    assert rules["public"].officers == packaged()["public"].officers
    assert rules["allies"] == packaged()["allies"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[press]\nsteps = true", "no version 'press'; have public, ministry, allies, full"),
        ("public = 3", "'public': expected a table"),
        ('[public]\nofficers = "all"', "[public]"),
        ("[public]\nofficer = true", "officer"),
        ("[public", SOURCE),
    ],
)
def test_a_mistake_in_the_rules_is_told(text: str, told: str) -> None:
    with pytest.raises(DataError) as failed:
        parse(text, SOURCE)
    assert told in str(failed.value)


def test_what_a_new_version_forgets_to_say_is_not_shown() -> None:
    # The defaults are the strictest: a table that names nothing lets nothing of people or sensors through.
    assert Rules(handling=()) == Rules(
        handling=(), sensors="kinds", sensor_sites=False, sensor_figures=False, officers="none", texts="none",
        heights=False, steps=False, searches=False, channels=False, entries="none", letter="",
    )  # fmt: skip
