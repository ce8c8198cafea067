from collections.abc import Sequence
from typing import Any

from msgspec import structs

from sargas.app.restore import restore
from sargas.app.wire import build_engine, snapshot_key
from sargas.engine import Engine
from sargas.model.entry import Entry, Note
from sargas.model.warning import WarningState
from sargas.ports import Journal
from sargas.store import journal_memory, snapshot
from small_watch import BLUEPRINT, flight

CHANGED = structs.replace(
    BLUEPRINT, sensors={"radar": structs.replace(BLUEPRINT.sensors["radar"], name="the same, with a name")}
)


def run(engine: Engine, entries: Sequence[Entry]) -> None:
    for entry in entries:
        engine.accept(entry)


def watched_until(n_plots: int) -> tuple[Journal, Engine]:
    """Return a journal of the flight's first plots, and the engine that has seen them; its snapshot is written."""
    journal = journal_memory.build(journal_memory.Settings())
    engine = build_engine(BLUEPRINT)
    run(engine, journal.append(flight()[: n_plots + 1]))
    journal.write_snapshot(engine.last_seq, snapshot_key(BLUEPRINT), snapshot.dump(engine))
    return journal, engine


def test_a_changed_configuration_takes_the_incidents_over_and_does_not_run_the_journal_again() -> None:
    journal, before = watched_until(45)
    (incident_id,) = before.picture.incidents
    restored = restore(journal, snapshot_key(CHANGED), lambda: build_engine(CHANGED))
    assert restored.last_seq == before.last_seq
    assert restored.picture.incidents == before.picture.incidents
    assert restored.picture.incidents[incident_id].level == "red"
    assert restored.picture.tracks == {}


def test_the_drone_of_a_taken_over_incident_is_lost_and_found_under_a_new_number() -> None:
    journal, before = watched_until(45)
    (incident_id,) = before.picture.incidents
    (old_track_id,) = before.picture.tracks
    restored = restore(journal, snapshot_key(CHANGED), lambda: build_engine(CHANGED))
    later = flight()[46:]
    run(restored, journal.append([(later[0][0], Note("started")), *later]))
    incident = restored.picture.incidents[incident_id]
    (new_track_id,) = restored.picture.tracks
    assert new_track_id > old_track_id
    assert new_track_id in incident.track_ids
    assert len(restored.picture.incidents) == 1


def as_before_warnings(engine: Engine) -> None:
    """Take from an engine what the version before warnings and alarms did not keep."""
    for name in ("alarms", "_drafter", "_drafted_s"):
        delattr(engine, name)
    book: Any = engine.incidents
    for name in ("_annunciator", "_endurance", "_rules"):
        delattr(book, name)
    for incident_id, known in book._incidents.items():
        older = structs.replace(
            known, lost=(), clock=None, alarmed_s=None, n_alarms=0, kind="", warning=WarningState()
        )
        book._incidents[incident_id] = engine.picture.incidents[incident_id] = older


def test_what_can_still_fly_is_known_after_a_version_that_knew_no_warnings() -> None:
    journal, before = watched_until(45)
    run(before, journal.append([(before.picture.now_s + 60.0, Note("stopped"))]))
    (lost,) = next(iter(before.picture.incidents.values())).lost
    as_before_warnings(before)
    journal.write_snapshot(before.last_seq, "an older version", snapshot.dump(before))
    restored = restore(journal, "fits nothing", lambda: build_engine(BLUEPRINT))
    restored.accept(journal.append([(before.picture.now_s + 1_800.0, Note("started"))])[0])
    restored.advance(before.picture.now_s + 2_400.0)
    (incident,) = restored.picture.incidents.values()
    assert [one.track_id for one in incident.lost] == [lost.track_id]
    assert incident.level == "yellow"
    assert incident.clock is not None
    assert incident.clock.first_report_s == incident.first_report_s


def test_a_snapshot_that_cannot_be_read_costs_time_and_nothing_else() -> None:
    journal, before = watched_until(45)
    journal.write_snapshot(before.last_seq, "other", b"not a snapshot")
    restored = restore(journal, "fits nothing", lambda: build_engine(BLUEPRINT))
    assert restored.picture.incidents == before.picture.incidents
