"""Draft entries beside incidents on file: which one is meant, agreement and contradiction side by side."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from sargas.model.claims import DraftEntry, Known
from sargas.press.compare import compare, score
from sargas.press.places import Gazetteer
from sargas.press.reader import read

DAY_S = 86_400.0
JULY_28_S = datetime(2025, 7, 28, tzinfo=UTC).timestamp()
ON_FILE = Known(
    name="lt-2025-07-28", title="Gerbera at Gaižiūnai", where="register", earliest_s=JULY_28_S,
    latest_s=JULY_28_S + DAY_S, countries=("LT",), lat_deg=55.02, lon_deg=24.36, sd_m=1_000.0,
    object_type="decoy_drone", model="Gerbera", n_min=1, n_max=1, origin="BY", has_explosives=True,
    outcome="crashed",
)  # fmt: skip


@pytest.fixture(scope="module")
def entry(towns: Gazetteer) -> DraftEntry:
    text = (
        "Drone\nA Gerbera from Belarus crashed at Gaižiūnai, Lithuania, on 28 July 2025. The drone was unarmed, the"
        " army said."
    )
    return read(text, towns).entries[0]


def verdicts(entry: DraftEntry, known: Known) -> dict[str, str]:
    found = compare([entry], [known])
    return {point.point: point.verdict for point in found[0].points} if found else {}


def test_agreement_and_contradiction_stand_side_by_side(entry: DraftEntry) -> None:
    told = verdicts(entry, ON_FILE)
    assert {told[point] for point in ("time", "place", "type", "model", "origin", "outcome")} == {"agrees"}
    assert told["payload"] == "contradicts"
    payload = next(p for p in compare([entry], [ON_FILE])[0].points if p.point == "payload")
    assert (payload.text, payload.file) == ("unarmed", "explosives")


def test_what_only_one_side_knows_is_told(entry: DraftEntry) -> None:
    told = verdicts(entry, structs.replace(ON_FILE, origin="", n_min=None, n_max=None))
    assert told["origin"] == "new"
    assert "count" not in told


@pytest.mark.parametrize(("origin", "verdict"), [("BY", "agrees"), ("RU", "new"), ("UA", "contradicts")])
def test_a_russian_drone_may_have_come_from_belarus(entry: DraftEntry, origin: str, verdict: str) -> None:
    assert verdicts(entry, structs.replace(ON_FILE, origin=origin))["origin"] == verdict


@pytest.mark.parametrize(
    "other",
    [
        structs.replace(ON_FILE, earliest_s=JULY_28_S - 18 * DAY_S, latest_s=JULY_28_S - 17 * DAY_S),
        structs.replace(ON_FILE, countries=("PL",)),
        structs.replace(ON_FILE, object_type="balloon"),
        structs.replace(ON_FILE, lat_deg=45.3, lon_deg=28.8),
    ],
    ids=["another day", "another state", "another thing", "another place"],
)
def test_another_incident_is_not_taken_for_it(entry: DraftEntry, other: Known) -> None:
    assert compare([entry], [other]) == []


def test_the_nearer_in_time_and_place_is_meant(entry: DraftEntry) -> None:
    near = structs.replace(ON_FILE, name="near")
    far = structs.replace(ON_FILE, name="far", earliest_s=JULY_28_S + 2 * DAY_S, latest_s=JULY_28_S + 3 * DAY_S)
    assert score(entry, near) > score(entry, far)
    assert [one.known for one in compare([entry], [far, near])] == ["near"]


def test_without_a_date_nothing_is_matched(entry: DraftEntry) -> None:
    assert score(structs.replace(entry, earliest_s=None, latest_s=None), ON_FILE) == 0.0
