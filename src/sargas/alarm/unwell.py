"""Which sensors and channels are not well now, and how soon somebody must see to it."""

from typing import Final

from sargas.alarm.faults import Unwell
from sargas.model.alarm import Priority
from sargas.model.picture import Picture

GRAVE: Final = frozenset({"silent", "failed"})
UNWELL: Final = frozenset({*GRAVE, "degraded", "late"})
COUNTED: Final = frozenset({*UNWELL, "ok"})
BLIND_SHARE: Final = 1.0 / 3.0
"""With so many of the sensors gone the sky is no longer watched: then it is of medium priority."""


def unwell_sensors(picture: Picture, degraded_delay_s: float) -> dict[str, Unwell]:
    """Return the sensors that are not well; those in maintenance, or never heard of, are no fault."""
    found = [health for health in picture.health.values() if health.state in UNWELL]
    if not found:
        return {}
    n_grave = sum(health.state in GRAVE for health in found)
    n_counted = sum(health.state in COUNTED for health in picture.health.values())
    grave: Priority = "medium" if n_grave >= BLIND_SHARE * n_counted else "low"
    return {
        health.sensor: Unwell(
            text=f"is {health.state}",
            reason=health.reason,
            priority=grave if health.state in GRAVE else "low",
            is_grave=health.state in GRAVE,
            delay_s=None if health.state in GRAVE else degraded_delay_s,
        )
        for health in found
    }


def dead_channels(picture: Picture) -> dict[str, Unwell]:
    """Return the channels that are dead: with none left for warnings and something in the sky, of high priority."""
    dead = [channel for channel in picture.channels.values() if not channel.is_alive]
    if not dead:
        return {}
    is_left = any(channel.is_alive and not channel.is_stream for channel in picture.channels.values())
    is_cut_off = not is_left and any(
        incident.status == "open" and incident.level != "white" for incident in picture.incidents.values()
    )
    return {
        channel.channel: Unwell(
            text="is dead",
            reason=channel.text,
            priority="high" if is_cut_off and not channel.is_stream else "medium",
            is_grave=True,
        )
        for channel in dead
    }
