"""What the engine keeps is bounded, however long it runs."""

from msgspec import structs

from sargas.app.wire import build_engine
from sargas.model.decision import Close, Dispose
from sargas.model.entry import Decided, Entry
from small_watch import BLUEPRINT, flight


def test_an_incident_that_is_no_longer_kept_is_no_longer_shown() -> None:
    engine = build_engine(structs.replace(BLUEPRINT, incidents={"n_closed_kept": 0}))
    for seq, (time_s, body) in enumerate(flight(12), 1):
        engine.accept(Entry(seq, time_s, body))
    (incident_id,) = engine.picture.incidents
    for decision in (
        Dispose(officer="Ona", incident_id=incident_id, disposition="own_exercise"),
        Close(officer="Ona", incident_id=incident_id, text="ours"),
    ):
        engine.accept(Entry(engine.last_seq + 1, engine.picture.now_s, Decided(decision)))
    assert engine.picture.incidents[incident_id].status == "closed"
    engine.advance(engine.picture.now_s + 1.0)
    assert engine.picture.incidents == {}
