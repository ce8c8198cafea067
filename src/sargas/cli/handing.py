"""What the commands share that look at a watch and decide: how it is reached, and how what was decided is told."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, fail, progress, say

if TYPE_CHECKING:
    from sargas.app.desk_client import Choose
    from sargas.app.prompting import Front, Prompt
    from sargas.model.decision import Decision
    from sargas.model.incident import Incident
    from sargas.model.picture import Picture


def prompt_of(
    config: Path, desk: str | None = None, time: datetime | None = None, *, is_quiet: bool = False
) -> "Prompt":
    """Return where a configuration is looked at: the watch at `desk` that runs it, or its journal if none does."""
    from sargas.app.prompting import AtWatch, watch_of

    watch = watch_of(front_of(config), desk)
    if watch is not None:
        return AtWatch(watch, epoch(time))
    # An engine takes a second to load, and a running watch is asked without one.
    from sargas.app.journaled import AtJournal

    return AtJournal(config, lambda: progress("reading the journal", total=1.0, is_quiet=is_quiet), epoch(time))


def front_of(config: Path) -> "Front":
    """Return what must be known of a configuration to find its watch."""
    from sargas.app import prompting

    return prompting.front_of(config)


def hand_in(prompt: "Prompt", decision: "Decision | Choose") -> int:
    """Hand a decision in, and say where it is kept."""
    kept = prompt.decide(decision)
    say(f"kept as entry {kept.entry} by {kept.where}")
    return EXIT_OK


def incident_of(picture: "Picture", incident: str) -> "Incident":
    """Return the incident of that name, or leave with what there is."""
    known = picture.incidents.get(incident)
    if known is None:
        have = ", ".join(sorted(picture.incidents)) or "none"
        fail(f"no incident '{incident}' in this journal; have {have}", EXIT_NOT_FOUND)
    return known


def epoch(moment: datetime | None) -> float | None:
    """Return a moment as seconds; UTC unless it says otherwise."""
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def write(path: Path, data: bytes) -> None:
    """Write a file and say so."""
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    say(f"wrote {path}")
