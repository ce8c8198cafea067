"""An incident of a watch as a record of the register: only what the watch knows; the rest stays unknown."""

import re
from collections.abc import Sequence
from typing import Final

from sargas.model.decision import Disposition
from sargas.model.evidence import Source
from sargas.model.incident import Incident
from sargas.model.register import CaseState, ObjectType, Outcome, RegisterRecord
from sargas.model.search import Find

TITLE_MAX: Final = 200
TEXT_MAX: Final = 2_000
SOURCES_MAX: Final = 50
EXERCISE: Final = "EXERCISE: "
NO_INCURSIONS: Final[frozenset[Disposition]] = frozenset({"bird", "clutter", "own_exercise", "false_report"})
"""What a person says that it was, where nothing was in the airspace that had no business there."""
TYPES: Final[dict[str, ObjectType]] = {
    "shahed": "attack_drone", "gerbera": "decoy_drone", "orlan": "reconnaissance_drone",
    "male": "reconnaissance_drone",
    "quadcopter": "small_drone", "small_fixed_wing": "drone", "drone": "drone", "cruise_missile": "cruise_missile",
    "balloon": "balloon", "airliner": "aircraft", "light_aircraft": "aircraft", "crewed": "aircraft",
    "helicopter": "helicopter", "bird": "other", "clutter": "other",
}  # fmt: skip
"""Of the classes of the identifier; a class of one's own table that is not here stays unknown."""


def record_of(incident: Incident, country: str, *, is_exercise: bool) -> RegisterRecord:
    """Return the record of an incident in the airspace of `country`."""
    find = _find(incident)
    place = _place(incident, find)
    n_objects = max(1, len(set(incident.track_ids)))
    title = f"{EXERCISE if is_exercise else ''}{incident.title or incident.incident_id}"
    return RegisterRecord(
        record_id=record_id(incident.incident_id),
        title=title[:TITLE_MAX],
        began_s=max(0.0, incident.first_report_s),
        precision="second",
        ended_s=_ended_s(incident),
        countries=(country,),
        lat_deg=place[0],
        lon_deg=place[1],
        sd_m=find.sd_m if find is not None else None,
        object_type=_type(incident),
        n_min=1,
        n_max=n_objects,
        outcome=_outcome(incident, find),
        state=_state(incident),
        text=_text(incident),
        sources=_sources(incident),
        from_watch=incident.incident_id[:96],
    )


def record_id(incident_id: str) -> str:
    """Return the id of an incident's record: its own, without what an address cannot hold."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", incident_id)[:96]
    return plain if re.match(r"[A-Za-z0-9]", plain) else f"i{plain}"[:96]


def _find(incident: Incident) -> Find | None:
    """Return what was found and is what was searched for, the newest."""
    finds = incident.search.finds if incident.search is not None else ()
    return next((find for find in reversed(finds) if find.is_it), None)


def _place(incident: Incident, find: Find | None) -> tuple[float | None, float | None]:
    return (find.lat_deg, find.lon_deg) if find is not None else (incident.lat_deg, incident.lon_deg)


def _ended_s(incident: Incident) -> float | None:
    """Return when it was last seen, if every track of it is lost; while one is seen it is not over."""
    losses = incident.search.losses if incident.search is not None else ()
    if losses and set(incident.lost_track_ids) >= set(incident.track_ids):
        return max(loss.track.last_report_s for loss in losses)
    return None


def _type(incident: Incident) -> ObjectType:
    said: dict[Disposition, ObjectType] = {"drone": "drone", "aircraft": "aircraft", "balloon": "balloon"}
    believed = TYPES.get(incident.kind, "unknown")
    if incident.disposition == "drone" and "drone" in believed:
        return believed
    if incident.disposition == "aircraft" and believed == "helicopter":
        return believed
    return said.get(incident.disposition, "other" if incident.disposition in NO_INCURSIONS else believed)


def _outcome(incident: Incident, find: Find | None) -> Outcome:
    if incident.disposition in NO_INCURSIONS:
        return "no_incursion"
    if find is not None:
        return "crashed"
    if incident.highest_level != "red":
        return "no_incursion" if incident.status == "closed" else "unknown"
    if incident.disposition == "balloon" and incident.status == "closed":
        return "drifted_on"
    if incident.lost_track_ids:
        return "lost"
    return "left" if incident.status == "closed" else "unknown"


def _state(incident: Incident) -> CaseState:
    if any(step.status == "open" for step in incident.file.steps):
        return "under_investigation"
    return "open" if incident.status == "open" else "closed"


def _text(incident: Incident) -> str:
    """Return what persons wrote, the newest last, as much of it as has room."""
    said = [f"{item.officer}: {item.text}" for item in incident.timeline if item.officer and item.text]
    text = "\n".join(said)
    return text if len(text) <= TEXT_MAX else f"...{text[len(text) - TEXT_MAX + 3 :]}"


def _sources(incident: Incident) -> tuple[Source, ...]:
    """Return the published sources on the incident's file that are not kept to the service that added them."""
    items: Sequence[Source] = [
        item.source for item in incident.file.evidence if item.source is not None and item.handling != "own"
    ]
    return tuple(dict.fromkeys(items))[-SOURCES_MAX:]
