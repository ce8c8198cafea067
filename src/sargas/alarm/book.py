"""The book of alarms: what asks for a person now, what has been put aside or kept quiet, by whom and until when.

Alarms come from the incidents that were heard, from sensors and channels that are not well, and from steps of a case
that are overdue. An incident is acknowledged as an incident, and its alarm with it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct, structs

from sargas import ports
from sargas.alarm.entries import (
    Condition,
    Did,
    Known,
    again,
    first,
    has_risen,
    log_item,
    of_fault,
    of_incident,
    of_step,
    quieted_by,
    seen,
    shelved,
)
from sargas.alarm.entries import alarm_id as id_of
from sargas.alarm.faults import Faults, Patience, Unwell
from sargas.alarm.unwell import dead_channels, unwell_sensors
from sargas.alarm.words import clock, duration, listed
from sargas.model.alarm import Alarm, AlarmAction, AlarmLogItem, HandOver, Suppression
from sargas.model.decision import (
    AcknowledgeAlarm,
    AlarmDecision,
    EndSuppression,
    HandOverWatch,
    ShelveAlarm,
    SuppressAlarms,
    UnshelveAlarm,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident
from sargas.model.picture import Picture

JUST_S: Final = 10.0
"""What another officer did so lately was not yet on one's own screen when one clicked."""
HAND_OVERS_KEPT: Final = 50
SUPPRESSIONS_MAX: Final = 50
ENDED_KEPT: Final = 50

Seconds = Annotated[float, Meta(ge=0.0, le=604_800.0)]


class ShelveMax(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long an alarm of each priority may be put aside at once [s]."""

    high: Seconds = 900.0
    medium: Seconds = 3_600.0
    low: Seconds = 28_800.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How alarms are raised, put aside and kept quiet.

    `shelve_max_s`: for so long at most, by priority. `suppress_max_s`: so long at most may alarms of a sort be kept
    quiet, `suppress_all_max_s` all of a source. `stale_s`: acknowledged and still there after so long. `*_on_delay_s`
    and `*_off_delay_s`: so long unwell before it is told, so long well before it is over; `degraded_delay_s`: so long
    for a sensor that still gives something. `flap_s`: what came three times in it comes and goes. `common_n`: so many
    at once, or in ten minutes, are one alarm.
    """

    shelve_max_s: ShelveMax = ShelveMax()
    suppress_max_s: Seconds = 28_800.0
    suppress_all_max_s: Seconds = 3_600.0
    stale_s: Seconds = 86_400.0
    sensor_on_delay_s: Seconds = 30.0
    sensor_off_delay_s: Seconds = 60.0
    degraded_delay_s: Seconds = 300.0
    channel_on_delay_s: Seconds = 10.0
    channel_off_delay_s: Seconds = 60.0
    flap_s: Seconds = 3_600.0
    common_n: Annotated[int, Meta(ge=2, le=1_000)] = 3


def build(settings: Settings) -> "AlarmBook":
    """Return an empty book."""
    return AlarmBook(settings)


class AlarmBook:
    """The alarms; see `sargas.ports.AlarmBook`."""

    suppressions: Mapping[str, Suppression]
    hand_overs: Sequence[HandOver]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.suppressions = {}
        self.hand_overs = []
        self._known: dict[str, Known] = {}
        self._incidents: dict[str, Incident] = {}
        self._to_do: dict[str, Incident] = {}
        self._ended: dict[str, Did] = {}
        self._sensors = Faults("sensor", self._patience(settings.sensor_on_delay_s, settings.sensor_off_delay_s))
        self._channels = Faults("channel", self._patience(settings.channel_on_delay_s, settings.channel_off_delay_s))
        self._changed: dict[str, Alarm] = {}
        self._log: list[AlarmLogItem] = []

    def _patience(self, on_s: float, off_s: float) -> Patience:
        return Patience(on_s=on_s, off_s=off_s, flap_s=self.settings.flap_s, common=self.settings.common_n)

    def take_over(self, before: ports.AlarmBook) -> None:
        """Go on with what another configuration's book kept: its alarms, shelved, suppressed, handed over."""
        if not isinstance(before, AlarmBook):
            return
        self.suppressions, self.hand_overs = dict(before.suppressions), list(before.hand_overs)
        for name in ("_known", "_ended"):
            setattr(self, name, dict(getattr(before, name)))
        for name in ("_sensors", "_channels"):
            getattr(self, name).take_over(getattr(before, name))

    def tick(self, picture: Picture) -> tuple[Sequence[Alarm], Sequence[AlarmLogItem]]:
        """Return the alarms that changed at `picture.now_s`, those that are gone as `normal`, and what to log."""
        now_s = picture.now_s
        for incident in picture.incidents.values():
            if self._incidents.get(incident.incident_id) is not incident:
                self._incidents[incident.incident_id] = incident
                self._follow(incident, now_s)
                self._follow_steps(incident, now_s)
        if len(self._incidents) > len(picture.incidents):
            self._incidents = dict(picture.incidents)
        for incident in self._to_do.values():
            self._tell_overdue(incident, now_s)
        self._tell(self._sensors, unwell_sensors(picture, self.settings.degraded_delay_s), now_s)
        self._tell(self._channels, dead_channels(picture), now_s)
        self._run_out(now_s)
        return self._taken()

    def on_decision(
        self, decision: AlarmDecision, time_s: float, entry: int, picture: Picture
    ) -> tuple[Sequence[Alarm], Sequence[AlarmLogItem]]:
        """Return the alarms that the decision changed, and what to log; may change `suppressions` and `hand_overs`.

        Raises:
            DecisionError: it names no alarm, or is not allowed; says what would be.
        """
        del picture
        match decision:
            case AcknowledgeAlarm():
                self._acknowledge(decision, time_s)
            case ShelveAlarm():
                self._shelve(decision, time_s)
            case UnshelveAlarm():
                self._unshelve(decision, time_s)
            case SuppressAlarms():
                self._suppress(decision, time_s, entry)
            case EndSuppression():
                self._end_suppression(decision, time_s)
            case HandOverWatch():
                self._hand_over(decision, time_s)
        return self._taken()

    def _follow(self, incident: Incident, now_s: float) -> None:
        """Let the alarm of an incident be as the incident is."""
        condition = of_incident(incident)
        if condition is not None:
            self._stand(condition, now_s)
            return
        known = self._known.get(id_of("incident", incident.incident_id))
        if known is None:
            return
        if known.alarm.state == "returned" and incident.acknowledged_s is not None:
            self._see(known, incident.acknowledged_by, incident.acknowledged_s)
        elif incident.status == "closed":
            self._end(known, "closed", now_s)
        else:
            self._return(known, now_s)

    def _follow_steps(self, incident: Incident, now_s: float) -> None:
        """Keep in mind what is still to be done by a date; the alarm of what was done, or may wait longer, ends."""
        if any(step.status == "open" and step.due_s is not None for step in incident.file.steps):
            self._to_do[incident.incident_id] = incident
        else:
            self._to_do.pop(incident.incident_id, None)
        for step in incident.file.steps:
            known = self._known.get(id_of("step", step.step_id))
            if known is not None and not step.is_overdue(now_s):
                self._end(known, "done" if step.status == "done" else "no longer overdue", now_s)

    def _tell_overdue(self, incident: Incident, now_s: float) -> None:
        """Raise the alarm of each step that is overdue, once."""
        for step in incident.file.overdue(now_s):
            if id_of("step", step.step_id) not in self._known:
                self._stand(of_step(step, incident.incident_id), now_s)

    def _tell(self, faults: Faults, unwell: Mapping[str, Unwell], now_s: float) -> None:
        """Let the alarms of sensors or channels be as their faults are."""
        standing = faults.look(unwell, now_s)
        for fault in standing.values():
            known = self._known.get(id_of(fault.source, fault.subject))
            if known is None or known.n_heard != fault.n_heard or known.alarm.title != fault.title:
                self._stand(of_fault(fault), now_s)
        for known in [one for one in self._known.values() if one.alarm.source == faults.source]:
            if known.alarm.subject not in standing:
                self._return(known, now_s)

    def _stand(self, condition: Condition, now_s: float) -> None:
        """Raise the alarm, raise it again, or bring it up to date."""
        known = self._known.get(condition.alarm_id)
        if known is None:
            alarm = first(condition, now_s)
            alarm = structs.replace(alarm, suppressed_by=quieted_by(alarm, self.suppressions.values()))
            known = self._known[condition.alarm_id] = Known(alarm, condition.n_heard)
            self._changed[alarm.alarm_id] = alarm
            self._note(known, "raised", condition.reason, now_s)
        else:
            self._stand_again(known, condition, now_s)
        is_seen = condition.seen_s is not None and (known.again_s is None or condition.seen_s > known.again_s)
        if is_seen and condition.seen_s is not None and known.alarm.state == "unacknowledged":
            self._see(known, condition.seen_by, condition.seen_s)

    def _stand_again(self, known: Known, condition: Condition, now_s: float) -> None:
        before = known.alarm
        alarm = structs.replace(before, title=condition.title, priority=condition.priority, kind=condition.kind)
        alarm = structs.replace(alarm, suppressed_by=quieted_by(alarm, self.suppressions.values()))
        is_raised = condition.n_heard != known.n_heard or before.state == "returned"
        known.n_heard = condition.n_heard
        reason = condition.reason
        if has_risen(alarm, before) and before.shelved is not None:
            alarm = structs.replace(alarm, shelved=None)
            self._note(known, "unshelved", f"it rose to {alarm.priority} priority", now_s)
            is_raised = True
        if before.suppressed_by and not alarm.suppressed_by:
            kind = alarm.kind or "of no known kind"
            self._note(known, "unsuppressed", f"it is {kind}, {alarm.priority} priority, now", now_s)
            is_raised |= before.state == "unacknowledged" or has_risen(alarm, before)
        if is_raised:
            alarm = again(alarm, reason, now_s)
            known.again_s = now_s if condition.seen_s is not None and condition.seen_s < now_s else None
        self._put(known, alarm)
        if is_raised:
            self._note(known, "raised_again", reason, now_s)

    def _return(self, known: Known, now_s: float) -> None:
        """What it was about is over: the alarm is gone if somebody has seen it, else it waits for that."""
        if known.alarm.state == "returned":
            return
        if known.alarm.state == "acknowledged" or known.alarm.shelved is not None:
            self._end(known, "over", now_s)
            return
        self._put(known, structs.replace(known.alarm, state="returned", returned_s=now_s))
        self._note(known, "returned", "over, and nobody has seen it", now_s)

    def _end(self, known: Known, text: str, now_s: float) -> None:
        self._note(known, "ended", text, now_s)
        self._put(known, structs.replace(known.alarm, state="normal", returned_s=known.alarm.returned_s or now_s))

    def _see(self, known: Known, officer: str, time_s: float) -> None:
        """An officer has seen it."""
        self._did(known, officer, "acknowledged it", time_s)
        self._note(known, "acknowledged", "seen", time_s, officer)
        self._put(known, seen(known.alarm, officer, time_s))

    def _run_out(self, now_s: float) -> None:
        """Let be heard again what was put aside or kept quiet until now and still holds."""
        over = [one for one in self.suppressions.values() if one.until_s <= now_s]
        for one in over:
            self._drop_suppression(one, "its time is over", now_s)
        for known in list(self._known.values()):
            aside = known.alarm.shelved
            if aside is not None and aside.until_s <= now_s:
                self._back(known, f"put aside by {aside.officer} until now, and still there", now_s)
            is_old = now_s - known.alarm.raised_s > self.settings.stale_s
            if is_old and known.alarm.state == "acknowledged" and not known.alarm.is_stale:
                self._put(known, structs.replace(known.alarm, is_stale=True))

    def _back(self, known: Known, text: str, now_s: float) -> None:
        """Take an alarm from the shelf, its time being over."""
        self._note(known, "unshelved", "its time is over", now_s)
        known.again_s = now_s
        self._put(known, again(structs.replace(known.alarm, shelved=None), f"{text}: {known.alarm.reason}", now_s))
        self._note(known, "raised_again", text, now_s)

    def _acknowledge(self, decision: AcknowledgeAlarm, time_s: float) -> None:
        known = self._named(decision.alarm_id)
        alarm = known.alarm
        if alarm.state == "acknowledged":
            at = clock(alarm.acknowledged_s or 0.0)
            raise DecisionError(f"{alarm.alarm_id} was acknowledged by {alarm.acknowledged_by} at {at}")
        if alarm.source == "incident" and known.again_s is None:
            raise DecisionError(f"{alarm.alarm_id} is acknowledged with its incident: acknowledge {alarm.subject}")
        self._see(known, decision.officer, time_s)

    def _shelve(self, decision: ShelveAlarm, time_s: float) -> None:
        known = self._named(decision.alarm_id)
        alarm = known.alarm
        if alarm.shelved is not None and alarm.shelved.officer != decision.officer:
            aside = alarm.shelved
            since, until = clock(aside.time_s), clock(aside.until_s)
            raise DecisionError(f"{alarm.alarm_id} was put aside by {aside.officer} at {since} until {until}")
        self._check_just(known, decision.officer, time_s)
        if alarm.state == "returned":
            raise DecisionError(f"{alarm.alarm_id} is over: acknowledge it, there is nothing to put aside")
        most_s: float = getattr(self.settings.shelve_max_s, alarm.priority)
        if decision.for_s > most_s:
            raise DecisionError(
                f"{alarm.alarm_id} is of {alarm.priority} priority: it can be put aside for {duration(most_s)}"
                f" at most, not for {duration(decision.for_s)}"
            )
        self._put(known, shelved(alarm, decision.officer, time_s, decision.for_s, decision.text))
        self._did(known, decision.officer, "put it aside", time_s)
        text = f"put aside until {clock(time_s + decision.for_s)}: {decision.text}"
        self._note(known, "shelved", text, time_s, decision.officer)

    def _unshelve(self, decision: UnshelveAlarm, time_s: float) -> None:
        known = self._named(decision.alarm_id)
        self._check_just(known, decision.officer, time_s)
        if known.alarm.shelved is None:
            told = f": {known.did.told()}" if known.did is not None else ""
            raise DecisionError(f"{decision.alarm_id} is not put aside{told}")
        self._put(known, structs.replace(known.alarm, shelved=None))
        self._did(known, decision.officer, "took it back", time_s)
        self._note(known, "unshelved", "taken back before its time", time_s, decision.officer)

    def _suppress(self, decision: SuppressAlarms, time_s: float, entry: int) -> None:
        is_all = not decision.subject and not decision.kind
        most_s = self.settings.suppress_all_max_s if is_all else self.settings.suppress_max_s
        what = _sort(decision.source, decision.subject, decision.kind)
        for one in self.suppressions.values():
            if (one.source, one.subject, one.kind) == (decision.source, decision.subject, decision.kind):
                raise DecisionError(
                    f"{what} are kept quiet by {one.officer} since {clock(one.time_s)} until {clock(one.until_s)}:"
                    f" end {one.suppression_id} first"
                )
        if decision.for_s > most_s:
            raise DecisionError(
                f"{what} can be kept quiet for {duration(most_s)} at most, not for {duration(decision.for_s)}"
            )
        if len(self.suppressions) >= SUPPRESSIONS_MAX:
            raise DecisionError(f"{SUPPRESSIONS_MAX} sorts of alarms are kept quiet already: end one of them first")
        made = Suppression(
            suppression_id=f"S{entry}",
            officer=decision.officer,
            time_s=time_s,
            until_s=time_s + decision.for_s,
            text=decision.text,
            source=decision.source,
            subject=decision.subject,
            kind=decision.kind,
        )
        self.suppressions = {**self.suppressions, made.suppression_id: made}
        text = f"{what} kept quiet until {clock(made.until_s)}: {made.text}"
        self._note_suppression(made, "suppressed", text, time_s, made.officer)
        self._weigh_quiet(time_s)

    def _end_suppression(self, decision: EndSuppression, time_s: float) -> None:
        one = self.suppressions.get(decision.suppression_id)
        if one is None:
            did = self._ended.get(decision.suppression_id)
            known = listed(list(self.suppressions)) or "none"
            told = f": {did.told()}" if did is not None else ""
            raise DecisionError(f"nothing is kept quiet as '{decision.suppression_id}'{told}; in force are: {known}")
        if one.officer != decision.officer and time_s - one.time_s < JUST_S:
            raise DecisionError(f"{one.officer} has just set {one.suppression_id} at {clock(one.time_s)}: look again")
        self._remember_end(one.suppression_id, Did(decision.officer, "ended it", time_s))
        self._drop_suppression(one, "ended before its time", time_s, decision.officer)

    def _drop_suppression(self, one: Suppression, text: str, now_s: float, officer: str = "") -> None:
        self.suppressions = {key: other for key, other in self.suppressions.items() if other is not one}
        told = f"{_sort(one.source, one.subject, one.kind)} are heard again: {text}"
        self._note_suppression(one, "unsuppressed", told, now_s, officer)
        self._weigh_quiet(now_s)

    def _weigh_quiet(self, now_s: float) -> None:
        """Bring up to date which alarms are kept quiet; what no longer is, and nobody has seen, is heard."""
        for known in list(self._known.values()):
            before = known.alarm
            quiet = quieted_by(before, self.suppressions.values())
            if quiet == before.suppressed_by:
                continue
            alarm = structs.replace(before, suppressed_by=quiet)
            if not quiet and before.state == "unacknowledged":
                self._put(known, again(alarm, f"no longer kept quiet, and still there: {before.reason}", now_s))
                self._note(known, "raised_again", "no longer kept quiet", now_s)
            else:
                self._put(known, alarm)
                self._note(known, "suppressed" if quiet else "unsuppressed", quiet or "was seen before", now_s)

    def _hand_over(self, decision: HandOverWatch, time_s: float) -> None:
        if decision.to == decision.officer:
            raise DecisionError(f"{decision.officer} has the watch: name the officer who takes it over")
        last = self.hand_overs[-1] if self.hand_overs else None
        if last is not None and last.officer != decision.officer and time_s - last.time_s < JUST_S:
            raise DecisionError(f"{last.officer} has just handed the watch to {last.to} at {clock(last.time_s)}")
        made = HandOver(time_s=time_s, officer=decision.officer, to=decision.to, text=decision.text)
        self.hand_overs = [*self.hand_overs, made][-HAND_OVERS_KEPT:]

    def _named(self, alarm_id: str) -> Known:
        known = self._known.get(alarm_id)
        if known is not None:
            return known
        did = self._ended.get(alarm_id)
        if did is not None:
            raise DecisionError(f"{alarm_id} is gone: {did.told()}")
        standing = listed(list(self._known)) or "none"
        raise DecisionError(f"there is no alarm '{alarm_id}'; those that stand are: {standing}")

    def _check_just(self, known: Known, officer: str, time_s: float) -> None:
        """Refuse to undo what another officer has done a moment ago."""
        did = known.did
        if did is not None and did.officer != officer and time_s - did.time_s < JUST_S:
            raise DecisionError(f"{known.alarm.alarm_id}: {did.told()}, look at it again")

    def _did(self, known: Known, officer: str, what: str, time_s: float) -> None:
        known.did = Did(officer, what, time_s)

    def _remember_end(self, name: str, did: Did) -> None:
        self._ended = dict([*self._ended.items(), (name, did)][-ENDED_KEPT:])

    def _put(self, known: Known, alarm: Alarm) -> None:
        """Keep the alarm as it is now; one that is normal is gone."""
        if alarm == known.alarm:
            return
        known.alarm = alarm
        self._changed[alarm.alarm_id] = alarm
        if alarm.state == "normal":
            self._known.pop(alarm.alarm_id, None)
            if known.did is not None:
                self._remember_end(alarm.alarm_id, known.did)

    def _note(self, known: Known, action: AlarmAction, text: str, time_s: float, officer: str = "") -> None:
        self._log.append(log_item(known.alarm, action, text, time_s, officer))

    def _note_suppression(
        self, one: Suppression, action: AlarmAction, text: str, time_s: float, officer: str
    ) -> None:
        self._log.append(
            AlarmLogItem(
                time_s=time_s, alarm_id=one.suppression_id, action=action, priority="low", text=text, officer=officer
            )
        )

    def _taken(self) -> tuple[list[Alarm], list[AlarmLogItem]]:
        """Return what changed since the last time, and what to log."""
        changed, log = list(self._changed.values()), self._log
        self._changed, self._log = {}, []
        return changed, log


def _sort(source: str, subject: str, kind: str) -> str:
    """Return in words which alarms are meant."""
    of = f" about {subject}" if subject else ""
    return f"{source} alarms{of}{f' of {kind}s' if kind else ''}"
