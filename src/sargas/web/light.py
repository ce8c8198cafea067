"""Incidents for the stream without the depths of their files, which a client asks for when it shows them."""

from typing import Final

from msgspec import structs

from sargas.model.incident import Incident

NEWEST: Final = 20
"""So many items and accesses stand in the stream; a full file is a megabyte, and every change would carry it."""


def light(incident: Incident) -> Incident:
    """Return the incident with the newest of its evidence and accesses; its last name says how many there are."""
    file = incident.file
    if len(file.evidence) <= NEWEST and len(file.accesses) <= NEWEST:
        return incident
    return structs.replace(
        incident,
        file=structs.replace(file, evidence=file.evidence[-NEWEST:], accesses=file.accesses[-NEWEST:]),
    )
