"""A watch that warned goes on from a snapshot at any moment as if it had never ended: the same bytes."""

from functools import cache

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.model.decision import (
    Acknowledge,
    Affiliate,
    ApproveWarning,
    Decision,
    EditWarning,
    HandOverWatch,
    SendWarning,
    ShelveAlarm,
    SuppressAlarms,
)
from sargas.model.entry import Body, ChannelChanged, Decided, Dispatched, Entry, Note
from sargas.model.picture import Refused
from sargas.model.warning import Fate
from sargas.store import snapshot
from small_watch import BLUEPRINT, flight

N_PLOTS = 60


class Watch:
    """An engine, the entries that it took, and its state before each of them."""

    def __init__(self) -> None:
        self.engine = build_engine(BLUEPRINT)
        self.entries: list[Entry] = []
        self.states: list[bytes] = []

    def take(self, time_s: float, body: Body) -> None:
        self.states.append(snapshot.dump(self.engine))
        entry = Entry(len(self.entries) + 1, time_s, body)
        self.entries.append(entry)
        refused = [event.reason for event in self.engine.accept(entry) if isinstance(event, Refused)]
        assert not refused

    def decide(self, time_s: float, *decisions: Decision) -> None:
        for decision in decisions:
            self.take(time_s, Decided(decision))


def said_after(plot: int, time_s: float, watch: Watch) -> None:
    """Let officers and channels do what they do after that plot."""
    (incident_id,) = watch.engine.picture.incidents or ("",)
    draft = watch.engine.picture.drafts.get(incident_id)
    dispatched = Dispatched(
        incident_id=incident_id, warning_id=f"{incident_id}-W1", channel="mail", fate="trying", n_attempts=1
    )
    match plot:
        case 14:
            for name in ("mail", "tak"):
                watch.take(time_s, ChannelChanged(channel=name, is_alive=name == "mail", text="no route"))
        case 16:
            assert draft is not None
            watch.decide(
                time_s,
                Acknowledge(officer="Ona", incident_id=incident_id),
                EditWarning(officer="Ona", incident_id=incident_id, revision=0, content=draft.content),
                ApproveWarning(officer="Ona", incident_id=incident_id, revision=1, content=draft.content),
                SendWarning(officer="Ona", incident_id=incident_id, warning_id=f"{incident_id}-W1"),
                SuppressAlarms(officer="Ona", source="channel", for_s=60.0, text="works on the line"),
            )
            fates: tuple[Fate, ...] = ("trying", "failed", "trying", "delivered")
            for number, fate in enumerate(fates):
                watch.take(time_s, structs.replace(dispatched, fate=fate, n_attempts=1 + number // 2))
        case 30:
            (track_id,) = watch.engine.picture.tracks
            watch.decide(
                time_s,
                Affiliate(officer="Ona", track_id=track_id, affiliation="hostile"),
                ShelveAlarm(officer="Ona", alarm_id=f"incident:{incident_id}", for_s=40.0, text="in hand"),
                HandOverWatch(officer="Ona", to="Jonas", text="it flies west"),
            )
        case _:
            pass


@cache
def whole() -> Watch:
    """Return a watch over a drone that came in, was warned of, and was lost."""
    watch = Watch()
    for plot, (time_s, body) in enumerate(flight(N_PLOTS)):
        watch.take(time_s, body)
        said_after(plot, time_s, watch)
    for later_s in (30.0, 60.0):
        watch.take(watch.entries[-1].received_s + later_s, Note("journal_recovered"))
    return watch


def shown(engine: Engine) -> bytes:
    picture = engine.picture
    return msgspec.json.encode({name: getattr(picture, name) for name in picture.__struct_fields__})


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_from_any_moment_on_it_shows_the_same(data: st.DataObject) -> None:
    watch = whole()
    before = data.draw(st.integers(0, len(watch.entries) - 1), "the entry that comes after the restart")
    engine = snapshot.load(watch.states[before])
    assert isinstance(engine, Engine)
    wake_s = engine.next_wake_s()
    if wake_s is not None and data.draw(st.booleans(), "in the middle of the ticks before it"):
        engine.advance(min(wake_s, watch.entries[before].received_s))
        again = snapshot.load(snapshot.dump(engine))
        assert isinstance(again, Engine)
        engine = again
    for entry in watch.entries[before:]:
        engine.accept(entry)
    assert shown(engine) == shown(watch.engine)


def test_the_night_had_everything_in_it() -> None:
    picture = whole().engine.picture
    (incident,) = picture.incidents.values()
    assert incident.warning.warnings[0].deliveries[0].fate == "delivered"
    assert incident.lost
    assert picture.drafts[incident.incident_id].all_clear is not None
    assert picture.hand_overs
    assert {item.action for item in picture.alarm_log} >= {"raised", "acknowledged", "shelved", "suppressed"}
