"""Identification in its place: the engine keeps it, the desk shows it, a loss takes it along."""

import msgspec

from identify_kit import flying
from sargas.app.desks import PlayedDesk
from sargas.app.player import Player
from sargas.app.wire import build_engine, snapshot_key
from sargas.incident.losses import loss_of
from sargas.model.classification import Classification, ClassShare
from sargas.model.entry import Entry
from sargas.model.picture import ClassificationChanged, Picture
from sargas.store import journal_memory
from small_watch import BLUEPRINT, START_S, flight


def shares(**given: float) -> Classification:
    return Classification(
        track_id=1, time_s=0.0, answer="unknown", answer_name="Unknown", reasons=(),
        classes=tuple(ClassShare(kind=kind, name=kind, probability=p) for kind, p in given.items()),
    )  # fmt: skip


def test_the_engine_tells_and_keeps_what_a_track_may_be_and_forgets_it_with_the_track() -> None:
    engine, told = build_engine(BLUEPRINT), []
    for number, (at_s, body) in enumerate(flight(), 1):
        events = engine.accept(Entry(number, at_s, body))
        told += [event.classification for event in events if isinstance(event, ClassificationChanged)]
    (track_id,) = engine.picture.tracks
    known = engine.picture.classifications[track_id]
    assert known.says_as(told[-1])
    assert known.time_s > told[-1].time_s  # told anew each minute, without an event
    assert 1 < len(told) < 20
    engine.advance(engine.picture.now_s + 7_200.0)
    assert engine.picture.tracks == {}
    assert engine.picture.classifications == {}


def test_the_outlook_carries_it() -> None:
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(flight())
    player = Player(journal, lambda: build_engine(BLUEPRINT), start_s=START_S, end_s=START_S + 240.0)
    for number, (at_s, body) in enumerate(flight(), 1):
        player.engine.accept(Entry(number, at_s, body))
    desk = PlayedDesk(BLUEPRINT, [], "test", is_exercise=True, player=player)
    (track_id,) = player.picture.tracks
    outlook = desk.outlook(track_id, "live")
    assert outlook.classification == player.picture.classifications[track_id]
    assert b'"answer":"' in msgspec.json.encode(outlook)


def test_a_loss_takes_along_how_likely_each_kind_of_aircraft_was() -> None:
    picture = Picture(classifications={1: shares(gerbera=0.5, bird=0.2, unknown=0.2, shahed=0.1)})
    assert loss_of(flying(), (), picture).kinds == {"gerbera": 0.5, "shahed": 0.1}
    assert loss_of(flying(), (), Picture()).kinds == {}


def test_snapshots_of_another_table_of_aircraft_do_not_fit() -> None:
    other = msgspec.structs.replace(BLUEPRINT, aircraft=BLUEPRINT.aircraft[1:])
    assert snapshot_key(other) != snapshot_key(BLUEPRINT)
