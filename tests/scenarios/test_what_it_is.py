"""What the watch takes the things of 28 July 2025 for: the truth is the scenario's own."""

import math
from collections import defaultdict
from importlib import resources

import pytest

from sargas.app.exercise import blueprint_of
from sargas.app.wire import build_engine
from sargas.model.classification import Classification
from sargas.model.entry import Entry
from sargas.model.picture import ClassificationChanged
from sargas.simulate.run import TruthPoint, run
from sargas.simulate.scenario import load

pytestmark = pytest.mark.slow

NAME = "2025-07-28-vilnius-gaiziunai"
NEAR_M = 1_000.0
DRONES = {"drone", "male", "shahed", "gerbera", "orlan", "small_fixed_wing", "quadcopter", "cruise_missile"}
Said = dict[str, list[tuple[int, Classification]]]


def target_at(truth: dict[int, list[TruthPoint]], time_s: float, lat_deg: float, lon_deg: float) -> TruthPoint | None:
    """Return what of the truth, told each 5 s, is at a place; None if nothing is near."""
    scale = math.cos(math.radians(lat_deg))
    found = [
        (math.hypot(p.lat_deg - lat_deg, (p.lon_deg - lon_deg) * scale) * 111_300.0, p.target, p)
        for p in truth[round(time_s / 5.0)]
    ]
    distance_m, _, point = min(found, default=(math.inf, "", None), key=lambda one: one[:2])
    return point if distance_m < NEAR_M else None


@pytest.fixture(scope="module", params=[3])
def said(request: pytest.FixtureRequest) -> tuple[Said, dict[str, str]]:
    """What was told of each thing of the truth, by its name, and of which kind that is."""
    file = resources.files("sargas.simulate") / "scenarios" / f"{NAME}.toml"
    simulation = run(load(file.read_text(encoding="utf-8"), NAME), request.param)
    truth: dict[int, list[TruthPoint]] = defaultdict(list)
    for point in simulation.truth:
        truth[round(point.time_s / 5.0)].append(point)
    engine = build_engine(blueprint_of(simulation))
    told: Said = defaultdict(list)
    for number, (at_s, body) in enumerate(simulation.entries, 1):
        for event in engine.accept(Entry(number, at_s, body)):
            if isinstance(event, ClassificationChanged):
                one = event.classification
                track = engine.picture.tracks[one.track_id]
                point = target_at(truth, track.time_s, track.lat_deg, track.lon_deg)
                if point is not None:
                    told[point.target].append((one.track_id, one))
    return told, {point.target: point.kind for point in simulation.truth}


def test_the_gerbera_is_never_taken_for_an_airliner_and_is_a_drone_or_unknown(
    said: tuple[Said, dict[str, str]],
) -> None:
    told = said[0]["Gerbera"]
    assert told
    answers = {one.answer for _, one in told}
    assert answers <= {"unknown", *DRONES}
    assert answers & DRONES
    for _, one in told:
        airliner = next((share.probability for share in one.classes if share.kind == "airliner"), 0.0)
        assert airliner < 0.1 or one.classes[0].kind != "airliner"


def test_the_gerbera_is_told_to_be_treated_as_dangerous(said: tuple[Said, dict[str, str]]) -> None:
    assert any(one.caution.endswith("treat as dangerous") for _, one in said[0]["Gerbera"])


def test_the_airliners_are_airliners_and_none_is_ever_a_drone(said: tuple[Said, dict[str, str]]) -> None:
    told, kinds = said
    airliners = [name for name in told if kinds[name] == "airliner"]
    assert len(airliners) > 5
    assert not DRONES & {one.answer for name in airliners for _, one in told[name]}
    for name in airliners:
        answers = {one.answer for _, one in told[name]}
        assert answers & {"airliner", "crewed"}, name
    last = [told[name][-1][1].answer for name in airliners]
    assert last.count("airliner") >= 0.7 * len(last)
