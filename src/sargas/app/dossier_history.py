"""An incident's entries run through the engine again, to collect what the engine did not keep: its tracks in full.

It begins at the newest snapshot before the incident, as a replay does, so that the tracks are the very ones of that
night. Where no snapshot fits (another version of the program), the journal is run from its start, or, if that is too
long, from a little before the incident: then the tracks are computed anew, and the dossier says so.
"""

import time
from typing import Final

from msgspec import Struct, structs

from sargas.app.restore import Progress, checkpoint_before
from sargas.app.supervise import Guard
from sargas.dossier.history import Collector, History
from sargas.engine import Engine, EngineFactory
from sargas.model.incident import Incident
from sargas.model.sensor import Sensor
from sargas.ports import Journal
from sargas.store import snapshot

LEAD_S: Final = 900.0
"""So long before the first report a track may have begun: a drone of 150 km/h comes 38 km in that time."""
TAIL_S: Final = 60.0
SPAN_MOST_S: Final = 12.0 * 3_600.0
"""No drone of the table flies for longer; what a case does in the weeks after is in the incident itself."""
RUN_IN_S: Final = 900.0
WHOLE_MOST: Final = 300_000
"""So many entries before the incident are run rather than computing its tracks anew: some minutes of one core."""
BREATH_EVERY: Final = 100
BREATH_S: Final = 0.001
"""A pause so often and so long: the watch runs in the same process, and goes first."""
SAME_S: Final = 900.0
"""Incidents of two runs that were opened within this are the same one."""


class Again(Struct, frozen=True, kw_only=True):
    """What is run again: the journal, what makes an engine, and the key of its snapshots, if there are any."""

    journal: Journal
    make_engine: EngineFactory
    key: str | None
    sensors: dict[str, Sensor]


def span_of(incident: Incident, now_s: float) -> tuple[float, float]:
    """Return from when to when an incident's tracks flew, with a little before and after."""
    times = [incident.first_report_s, *(finding.time_s for finding in incident.findings)]
    times += [lost.last_report_s for lost in incident.lost]
    if incident.search is not None:
        times += [loss.track.last_report_s for loss in incident.search.losses]
    times += [item.time_s for item in incident.timeline if item.what in {"track_joined", "track_lost"}]
    first_s = incident.first_report_s - LEAD_S
    return first_s, min(now_s, max(times) + TAIL_S, first_s + SPAN_MOST_S)


def history_of(again: Again, incident: Incident, now_s: float, progress: Progress | None = None) -> History:
    """Return what the engine says of the incident when its entries are run again; takes a while, call it in a thread.

    Raises:
        JournalError: the journal cannot be read.
    """
    first_s, last_s = span_of(incident, now_s)
    engine, history = _run(again, incident, first_s, last_s, progress)
    if not incident.track_ids or set(incident.track_ids) <= history.tracks.keys():
        return history
    known = engine.picture.incidents.get(incident.incident_id)
    if known is not None and set(incident.track_ids) <= set(known.track_ids):
        return structs.replace(history, is_whole=False)
    alike = _alike(engine, incident)
    if alike is None:
        return structs.replace(history, is_whole=False)
    other = structs.replace(incident, track_ids=alike.track_ids)
    _, history = _run(again, other, first_s, last_s, progress)
    return structs.replace(history, is_anew=True)


def _run(
    again: Again, incident: Incident, first_s: float, last_s: float, progress: Progress | None
) -> tuple[Engine, History]:
    journal = again.journal
    engine, after_seq = _begin(again, first_s)
    to_seq = journal.seq_at(last_s)
    collector = Collector(incident, again.sensors)
    guard = Guard(engine)
    n_entries = max(0, to_seq - after_seq)
    has_begun = False
    for count, entry in enumerate(journal.read(after_seq, to_seq), start=1):
        events = guard.accept(entry)
        if entry.received_s >= first_s:
            if not has_begun:
                collector.begin(engine.picture)
                has_begun = True
            collector.take(events)
        if count % BREATH_EVERY == 0:
            time.sleep(BREATH_S)
        if progress is not None:
            progress(min(count, n_entries), n_entries)
    # Not on to the end of a silence: a case may be worked on weeks after the last report.
    last_s = min(last_s, engine.picture.now_s + TAIL_S)
    collector.take(guard.advance(last_s))
    span_s = journal.span_s()
    is_whole = span_s is not None and span_s[0] <= max(first_s, incident.first_report_s)
    return engine, collector.history(first_s, last_s, is_whole=is_whole)


def _begin(again: Again, first_s: float) -> tuple[Engine, int]:
    """Return the engine to begin with, and after which entry it stands."""
    journal = again.journal
    if again.key is not None:
        begin = checkpoint_before(journal, again.key, first_s)
        if begin is not None:
            engine = snapshot.load(begin.state)
            if isinstance(engine, Engine):
                return engine, begin.seq
    before = journal.seq_at(first_s)
    return again.make_engine(), 0 if before <= WHOLE_MOST else journal.seq_at(first_s - RUN_IN_S)


def _alike(engine: Engine, incident: Incident) -> Incident | None:
    """Return the incident of this run that was opened about when the other one was, if there is one with tracks."""
    others = [one for one in engine.picture.incidents.values() if one.track_ids]
    apart = [(abs(one.opened_s - incident.opened_s), one.incident_id, one) for one in others]
    best = min(apart, default=None)
    return best[2] if best is not None and best[0] <= SAME_S else None
