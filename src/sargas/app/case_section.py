"""The sections of the configuration about the file of an incident: what is usually to be done, what is kept how long.

[[case.steps]]
kind = "forensics"
title = "Have the wreck examined"
owner = "Forensic institute"
after = "found"
due_h = 336.0
"""

from collections.abc import Sequence
from importlib import resources

import msgspec
from msgspec import Struct

from sargas.incident.case_steps import UsualStep, UsualSteps


class CaseSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is usually to be done after an incident, in place of Sargas's own table; each is offered, none opened.

    `after`: `search_ordered`, `found`, or `note_sent` (the note to the other state is done). `due_h`: within so many
    hours of it.
    """

    steps: list[UsualStep] = []


def usual_steps(section: CaseSection) -> Sequence[UsualStep]:
    """Return the table of the configuration, Sargas's own if it has none."""
    if section.steps:
        return section.steps
    packaged = resources.files("sargas") / "incident" / "usual_steps.toml"
    return msgspec.toml.decode(packaged.read_bytes(), type=UsualSteps).steps
