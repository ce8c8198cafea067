"""The officer of a demonstration does what the scenario says, at its time, and stands back for a person.

The watch is the small real one: a drone crosses into a square country 100 s after the start and is lost after 240 s.
"""

import asyncio

import pytest

from sargas.app.demo_officer import NAME, DemoOfficer, Step
from sargas.app.player import Player
from sargas.app.wire import build_engine
from sargas.model.incident import Incident
from sargas.store import journal_memory
from small_watch import BLUEPRINT, START_S, flight


def played(steps: list[Step], *, is_alone: bool = True, until_s: float = 400.0) -> Incident:
    """Return the incident after the night was played to its end."""
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(flight())
    blueprint = BLUEPRINT

    async def play() -> Incident:
        player = Player(journal, lambda: build_engine(blueprint), start_s=START_S, end_s=START_S + until_s, speed=0.0)
        player.follow(DemoOfficer(player, steps, lambda: is_alone))
        running = asyncio.create_task(player.run())
        while not player.clock.is_at_end:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # the last clock is told after the last entry
        running.cancel()
        (incident,) = player.picture.incidents.values()
        return incident

    return asyncio.run(play())


STEPS = [
    Step(at_s=START_S + 130.0, does="acknowledge"),
    Step(at_s=START_S + 140.0, does="warn"),
    Step(at_s=START_S + 380.0, does="all_clear"),
]


@pytest.fixture(scope="module")
def incident() -> Incident:
    return played(STEPS)


def test_he_acknowledges_and_warns_at_the_scenarios_time(incident: Incident) -> None:
    assert incident.acknowledged_by == NAME
    (warning,) = incident.warning.warnings
    assert (warning.sent_by, warning.content.level) == (NAME, "red")
    assert warning.sent_s is not None
    assert 140.0 <= warning.sent_s - START_S < 142.0


def test_his_all_clear_is_refused_while_the_drone_can_fly_and_that_is_written_down(incident: Incident) -> None:
    (refused,) = [item.text for item in incident.timeline if item.text.startswith("Refused")]
    assert refused.startswith("Refused: no all-clear yet: track")
    assert "can fly until" in refused


def test_he_stands_back_once_a_person_decides() -> None:
    incident = played(STEPS[:2], is_alone=False, until_s=200.0)
    assert (incident.acknowledged_by, incident.warning.warnings) == ("", ())
