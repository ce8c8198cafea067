"""The shift page: what an officer who takes the watch over must know, from the picture."""

from collections.abc import Iterable
from typing import Final

from sargas.alarm.faults import RANKS
from sargas.alarm.rates import rates
from sargas.model.alarm import Alarm
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.shift import Deed, OpenIncident, Pending, Shift, StillFlying, UnwellSensor, WarningInForce
from sargas.model.warning import Level

DEEDS_KEPT: Final = 300
SHIFT_MAX_S: Final = 43_200.0
"""Without a hand-over the page tells of the last twelve hours."""
LEVELS: Final[dict[Level, int]] = {"red": 0, "yellow": 1, "white": 2}


def since_hand_over(picture: Picture) -> float:
    """Return since when the officer on watch has it [epoch s]: the last hand-over, at most twelve hours ago."""
    longest_s = picture.now_s - SHIFT_MAX_S
    return max(longest_s, picture.hand_overs[-1].time_s) if picture.hand_overs else longest_s


def shift_of(picture: Picture, since_s: float | None = None) -> Shift:
    """Return the shift from `since_s` to now; since the last hand-over if it is left out."""
    from_s, now_s = since_hand_over(picture) if since_s is None else since_s, picture.now_s
    still_open = [incident for incident in picture.incidents.values() if incident.status == "open"]
    alarms = sorted(picture.alarms.values(), key=_first_what_presses)
    deeds = _deeds(picture, from_s)
    return Shift(
        from_s=from_s,
        to_s=now_s,
        incidents=tuple(sorted((_open(one, now_s) for one in still_open), key=_first_what_is_serious)),
        warnings=_in_force(picture),
        pending=_pending(picture),
        still_flying=tuple(
            StillFlying(incident_id=incident.incident_id, lost=lost)
            for incident in still_open
            for lost in incident.lost
            if now_s < lost.flies_until_s
        ),
        alarms=tuple(alarm for alarm in alarms if alarm.shelved is None and not alarm.suppressed_by),
        shelved=tuple(alarm for alarm in alarms if alarm.shelved is not None),
        quiet=tuple(alarm for alarm in alarms if alarm.suppressed_by),
        suppressions=tuple(picture.suppressions.values()),
        sensors=tuple(
            UnwellSensor(
                sensor=health.sensor, state=health.state, reason=health.reason, last_report_s=health.last_report_s
            )
            for health in picture.health.values()
            if health.state not in {"ok", "unknown"}
        ),
        channels=tuple(channel for channel in picture.channels.values() if not channel.is_alive),
        rates=rates(picture.alarm_log, from_s, now_s),
        deeds=deeds[-DEEDS_KEPT:],
        n_deeds_left_out=max(0, len(deeds) - DEEDS_KEPT),
        hand_overs=tuple(one for one in picture.hand_overs if one.time_s >= from_s),
    )


def _first_what_presses(alarm: Alarm) -> tuple[bool, int, float]:
    return alarm.state != "unacknowledged", -RANKS[alarm.priority], -alarm.raised_s


def _first_what_is_serious(incident: OpenIncident) -> tuple[int, int, str]:
    return LEVELS[incident.level], -RANKS[incident.priority], incident.incident_id


def _open(incident: Incident, now_s: float) -> OpenIncident:
    return OpenIncident(
        incident_id=incident.incident_id,
        title=incident.title,
        level=incident.level,
        highest_level=incident.highest_level,
        priority=incident.priority,
        opened_s=incident.opened_s,
        age_s=now_s - incident.opened_s,
        kind=incident.kind,
        disposition=incident.disposition,
        acknowledged_s=incident.acknowledged_s,
        acknowledged_by=incident.acknowledged_by,
        alarmed_for=incident.alarmed_for,
        n_tracks=len(incident.track_ids),
    )


def _in_force(picture: Picture) -> tuple[WarningInForce, ...]:
    """Return the warnings that the public has been given and that hold, of closed incidents too."""
    found: list[WarningInForce] = []
    for incident in picture.incidents.values():
        told = incident.warning.in_force(picture.now_s)
        if told is None or told.sent_s is None:
            continue
        found.append(
            WarningInForce(
                warning_id=told.warning_id,
                incident_id=told.incident_id,
                level=told.content.level,
                headline=told.content.texts[0].headline,
                sent_s=told.sent_s,
                sent_by=told.sent_by,
                expires_s=told.content.expires_s,
                undelivered=tuple(one for one in told.deliveries if one.fate != "delivered"),
                is_exercise=told.is_exercise,
            )
        )
    return tuple(found)


def _pending(picture: Picture) -> tuple[Pending, ...]:
    found = [(incident, incident.warning.pending()) for incident in picture.incidents.values()]
    return tuple(
        Pending(
            warning_id=waiting.warning_id,
            incident_id=incident.incident_id,
            level=waiting.content.level,
            approved_by=tuple(approval.officer for approval in waiting.approvals),
            n_missing=max(0, waiting.n_needed - len(waiting.approvals)),
        )
        for incident, waiting in found
        if waiting is not None
    )


def _deeds(picture: Picture, from_s: float) -> tuple[Deed, ...]:
    """Return what people did since, oldest first: to incidents, and to alarms but for those of incidents seen."""
    return tuple(
        sorted([*_to_incidents(picture, from_s), *_to_alarms(picture, from_s)], key=lambda deed: deed.time_s)
    )


def _to_incidents(picture: Picture, from_s: float) -> Iterable[Deed]:
    for incident in picture.incidents.values():
        if incident.changed_s < from_s:
            continue
        for item in incident.timeline:
            if item.officer and item.time_s >= from_s:
                yield Deed(
                    time_s=item.time_s,
                    officer=item.officer,
                    about=incident.incident_id,
                    what=item.what,
                    text=item.text,
                )


def _to_alarms(picture: Picture, from_s: float) -> Iterable[Deed]:
    for item in picture.alarm_log:
        is_told = item.action == "acknowledged" and item.alarm_id.startswith("incident:")
        if item.officer and item.time_s >= from_s and not is_told:
            yield Deed(
                time_s=item.time_s, officer=item.officer, about=item.alarm_id, what=item.action, text=item.text
            )
