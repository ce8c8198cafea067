"""`sargas incident steps` and `sargas incident step`: what must still be done after an incident, and by when."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from sargas.cli.console import EXIT_OK, EXIT_WRONG, fail, say, say_json, table, utc
from sargas.cli.handing import epoch, hand_in, incident_of, prompt_of
from sargas.model.evidence import StepKind, StepStatus

if TYPE_CHECKING:
    from sargas.model.evidence import CaseStep
    from sargas.model.incident import Incident


def steps(
    config: Path, incident: str | None = None, *, overdue: bool = False, desk: str | None = None, json: bool = False
) -> int:
    """List what is to be done after incidents, what was due first at the top; of one incident what is done too.

    Ends with 1 if --overdue finds anything, so that a script can tell somebody.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str | None
        Of this incident alone, with what is done, and with what is usually done and not on its file yet.
    overdue: bool
        Only what should have been done by now.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write them as JSON.
    """
    picture = prompt_of(config, desk, is_quiet=json).picture()
    incidents = list(picture.incidents.values()) if incident is None else [incident_of(picture, incident)]
    now_s = _now_s(picture.now_s, config)
    found = [
        step
        for one in incidents
        for step in (one.file.overdue(now_s) if overdue else one.file.steps)
        if incident is not None or step.status == "open"
    ]
    found.sort(key=lambda step: (step.status != "open", step.due_s is None, step.due_s or 0.0))
    if json:
        say_json(found)
    else:
        _tell(found, now_s, is_overdue=overdue)
        if incident is not None and not overdue:
            _tell_offered(config, incidents[0])
    return EXIT_WRONG if overdue and found else EXIT_OK


def _now_s(picture_s: float, config: Path) -> float:
    """Return the time to judge by: that of the clock, and in an exercise that of the picture."""
    import time

    from sargas.cli.handing import front_of

    return picture_s if front_of(config).watch.is_exercise else max(time.time(), picture_s)


def _tell(found: "list[CaseStep]", now_s: float, *, is_overdue: bool) -> None:
    if not found:
        say("nothing is overdue" if is_overdue else "nothing is to be done")
        return
    rows = [
        [
            step.step_id,
            "OVERDUE" if step.is_overdue(now_s) else step.status,
            utc(step.due_s),
            step.owner,
            step.kind,
            step.title,
            ", ".join(step.documents) or "-",
        ]
        for step in found
    ]
    table(f"{len(rows)} steps", ["step", "status", "due", "owner", "kind", "title", "documents"], rows)


def _tell_offered(config: Path, incident: "Incident") -> None:
    from sargas.app import config as configuration
    from sargas.app.case_section import usual_steps
    from sargas.incident.case_steps import offered

    for offer in offered(incident, usual_steps(configuration.read(config).case)):
        say(f"usually done too: {offer.kind}, '{offer.title}', by {offer.owner}, due {utc(offer.due_s)}")


def step(
    config: Path,
    incident: str,
    name: str | None = None,
    *,
    officer: str,
    kind: StepKind | None = None,
    title: str | None = None,
    owner: str | None = None,
    due: datetime | None = None,
    status: StepStatus | None = None,
    document: tuple[str, ...] = (),
    text: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Open a step of an incident (kind, title, owner), or change the one that is named: owner, date, done, documents.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    name: str | None
        The step that changes, as `sargas incident steps` shows it; S2 will do. Without one a step is opened.
    officer: str
        Who decides it.
    kind: StepKind | None
        Of a new step.
    title: str | None
        Of a new step.
    owner: str | None
        Who must do it.
    due: datetime | None
        By when. UTC unless it says otherwise.
    status: StepStatus | None
        Whether it is done, dropped, or open again.
    document: tuple[str, ...]
        Evidence on the same file that belongs to it; E3 will do. Those that it has stay.
    text: str
        What must be said about it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import ChangeStep, OpenStep

    told: dict[str, Any] = {"officer": officer, "incident_id": incident, "due_s": epoch(due), "text": text}
    if name is None and (kind is None or title is None or owner is None or status is not None or document):
        fail("a new step needs --kind, --title and --owner; of a known one say its name first, as in S2", EXIT_WRONG)
    if name is not None and (kind is not None or title is not None):
        fail("--kind, --title: a step keeps what it is; drop it and open another one", EXIT_WRONG)
    prompt = prompt_of(config, desk, time)
    known = incident_of(prompt.picture(), incident)
    if name is None:
        told |= {"kind": kind, "title": title, "owner": owner}
        hand_in(prompt, checked(told, OpenStep))
        say(incident_of(prompt.picture(), incident).file.steps[-1].step_id)
        return EXIT_OK
    step_id = name if "-" in name else f"{incident}-{name}"
    old = [one for one in known.file.steps if one.step_id == step_id]
    told |= {"step_id": step_id, "owner": owner, "status": status}
    if old:
        told["seen_entry"] = old[0].entry
    if document:
        more = [one if "-" in one else f"{incident}-{one}" for one in document]
        told["documents"] = [*(old[0].documents if old else ()), *more]
    return hand_in(prompt, checked(told, ChangeStep))


def register(app: App) -> None:
    """Make these commands of `sargas incident`."""
    for command in (steps, step):
        app.command(command)
