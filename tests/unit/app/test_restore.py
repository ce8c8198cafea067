from collections.abc import Sequence

from msgspec import structs

from sargas.app.restore import restore
from sargas.app.wire import build_engine, snapshot_key
from sargas.engine import Engine
from sargas.model.entry import Entry, Note
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


def test_a_snapshot_that_cannot_be_read_costs_time_and_nothing_else() -> None:
    journal, before = watched_until(45)
    journal.write_snapshot(before.last_seq, "other", b"not a snapshot")
    restored = restore(journal, "fits nothing", lambda: build_engine(BLUEPRINT))
    assert restored.picture.incidents == before.picture.incidents
