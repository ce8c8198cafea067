"""`sargas incident evidence`, `add`, `get`, `custody`, `handle`, `remove`, `hold`, `release`: an incident's file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, EXIT_WRONG, fail, say, say_json, table, utc
from sargas.cli.handing import epoch, hand_in, incident_of, prompt_of
from sargas.model.errors import SargasError
from sargas.model.evidence import (
    Condition,
    Credibility,
    EvidenceKind,
    Handling,
    Hazard,
    SourceReliability,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sargas.app.prompting import Prompt
    from sargas.model.evidence import CaseFile, Evidence

READ_BYTES = 1 << 18
LINE = 60


def evidence(
    config: Path, incident: str, *, accesses: bool = False, desk: str | None = None, json: bool = False
) -> int:
    """List what is on the file of an incident: its hashes, who has the things, and who may get them.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str
        The incident's name.
    accesses: bool
        List who saw the contents instead, the newest last.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write the whole file as JSON.
    """
    known = incident_of(prompt_of(config, desk, is_quiet=json).picture(), incident)
    file = known.file
    if json:
        say_json(file)
    elif accesses:
        _tell_accesses(file)
    else:
        _tell(file, known.incident_id)
    return EXIT_OK


def _tell(file: "CaseFile", incident_id: str) -> None:
    if file.hold is not None:
        say(f"held since {utc(file.hold.since_s)} by {file.hold.officer}: {file.hold.reason}")
    if not file.evidence:
        say(f"nothing is on the file of {incident_id}")
        return
    replaced = {one.replaces for one in file.evidence}
    rows = [
        [
            one.evidence_id,
            one.kind,
            one.title + (" (replaced)" if one.evidence_id in replaced else ""),
            one.handling,
            f"{utc(one.added_s)} {one.added_by}",
            one.custody[-1].holder if one.custody else "-",
            _content(one),
        ]
        for one in file.evidence
    ]
    columns = ["evidence", "kind", "title", "for", "added", "holder", "content"]
    table(f"{len(rows)} on the file of {incident_id}; contents seen {file.n_accesses} times", columns, rows)


def _content(one: "Evidence") -> str:
    if one.removed_s is not None:
        return f"removed {utc(one.removed_s)}: {one.removed_why}"
    if one.frames is not None:
        return f"entries {one.frames.first_seq} to {one.frames.last_seq}"
    if one.source is not None:
        return f"{one.source.address} ({one.source.reliability}{one.source.credibility})"
    return f"{one.sha256} ({one.n_bytes:,} bytes)" if one.sha256 else "-"


def _tell_accesses(file: "CaseFile") -> None:
    rows = [[utc(one.time_s), one.officer, one.evidence_id, one.purpose, str(one.entry)] for one in file.accesses]
    table(f"{len(rows)} of {file.n_accesses} accesses", ["time", "who", "evidence", "why", "entry"], rows)


def add(
    config: Path,
    incident: str,
    file: Path | None = None,
    *,
    officer: str,
    kind: EvidenceKind,
    title: str,
    text: str = "",
    handling: Handling = "own",
    holder: str = "",
    happened: datetime | None = None,
    frames: str | None = None,
    source: str | None = None,
    publisher: str = "",
    author: str = "",
    published: str = "",
    language: str = "",
    quotation: str = "",
    reliability: SourceReliability = "F",
    credibility: Credibility = "6",
    found_by: str = "",
    taken_over_by: str = "",
    place: tuple[float, float] | None = None,
    condition: Condition = "unknown",
    hazard: Hazard = "unknown",
    replaces: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Put something on the file of an incident: a file, frames of the journal, a published report, a wreck, a text.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    file: Path | None
        The file: it is kept as it is, under its SHA-256.
    officer: str
        Who adds it.
    kind: EvidenceKind
        What it is.
    title: str
        What it is, in a line.
    text: str
        What must be said about it.
    handling: Handling
        Who may get it: everybody (clear), allies and other ministries (partners), nobody else (own).
    holder: str
        Who has the thing itself.
    happened: datetime | None
        When what it shows happened. UTC unless it says otherwise.
    frames: str | None
        Entries of the journal instead of a file: the first and the last one, as in 1200:1950.
    source: str | None
        The web address of a published report, or the name and date of a paper.
    publisher: str
        Of the report.
    author: str
        Of the report.
    published: str
        When, as printed: 2025-07-28.
    language: str
        Two letters.
    quotation: str
        The words that matter.
    reliability: SourceReliability
        Of the source: A completely reliable to E unreliable, F cannot be judged.
    credibility: Credibility
        Of what it says: 1 confirmed by others to 5 improbable, 6 cannot be judged.
    found_by: str
        Of a wreck: who found it.
    taken_over_by: str
        Of a wreck: who took it over.
    place: tuple[float, float] | None
        Of a wreck: latitude and longitude [degrees].
    condition: Condition
        Of a wreck.
    hazard: Hazard
        Of a wreck: explosives.
    replaces: str
        The item that this one corrects.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import AddEvidence

    told: dict[str, Any] = {
        "officer": officer, "incident_id": incident, "kind": kind, "title": title, "text": text,
        "handling": handling, "holder": holder, "replaces": _full(incident, replaces), "happened_s": epoch(happened),
    }  # fmt: skip
    if frames is not None:
        told["frames"] = _span(frames)
    if source is not None:
        told["source"] = {
            "address": source, "publisher": publisher, "author": author, "published": published,
            "language": language, "quotation": quotation, "reliability": reliability, "credibility": credibility,
        }  # fmt: skip
    if kind == "wreck_finding":
        lat_deg, lon_deg = place or (None, None)
        told["wreck"] = {
            "found_by": found_by, "found_s": epoch(happened), "lat_deg": lat_deg, "lon_deg": lon_deg,
            "condition": condition, "hazard": hazard, "taken_over_by": taken_over_by,
        }  # fmt: skip
    checked(told, AddEvidence)  # before a large file is handed in for nothing
    prompt = prompt_of(config, desk, time)
    incident_of(prompt.picture(), incident)
    if file is not None:
        handed = prompt.hand_in(_parts(file))
        told |= {
            "sha256": handed.sha256, "n_bytes": handed.n_bytes, "media_type": handed.media_type,
            "file_name": file.name[-200:],
        }  # fmt: skip
    hand_in(prompt, checked(told, AddEvidence))
    item = incident_of(prompt.picture(), incident).file.evidence[-1]
    say(f"{item.evidence_id}{f', SHA-256 {item.sha256}, {item.media_type}' if item.sha256 else ''}")
    return EXIT_OK


def get(
    config: Path,
    incident: str,
    evidence: str,
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    officer: str,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Write the content of evidence into a file; who took it is in the journal before it is read.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str
        The incident's name.
    evidence: str
        The item, as `sargas incident evidence` shows it; E3 will do.
    out: Path
        The file to write. Frames are written as JSON, an entry a line.
    officer: str
        Who takes it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import AccessEvidence

    prompt = prompt_of(config, desk, time)
    item = _item(prompt, incident, evidence)
    told = {"officer": officer, "incident_id": incident, "evidence_id": item.evidence_id, "purpose": "downloaded"}
    parts = prompt.content(item, checked(told, AccessEvidence))
    sha256 = _written(out, parts)
    if item.sha256 and sha256 != item.sha256:
        fail(f"{out}: it is not what was added: its SHA-256 is {sha256}, not {item.sha256}")
    say(f"wrote {out}{f', as it was added: SHA-256 {item.sha256}' if item.sha256 else ''}")
    return EXIT_OK


def custody(
    config: Path,
    incident: str,
    evidence: str,
    *,
    holder: str,
    officer: str,
    text: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Write down that somebody else has the thing now.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    evidence: str
        The item; E3 will do.
    holder: str
        Who has it now.
    officer: str
        Who writes it down.
    text: str
        In what state, under which seal.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import HandOverEvidence

    told = {"evidence_id": _full(incident, evidence), "holder": holder, "text": text}
    return _decide(prompt_of(config, desk, time), HandOverEvidence, incident, officer, told)


def handle(
    config: Path,
    incident: str,
    evidence: str,
    handling: Handling,
    *,
    officer: str,
    text: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Say anew who may get an item: everybody (clear), allies and other ministries (partners), nobody else (own).

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    evidence: str
        The item; E3 will do.
    handling: Handling
        Who may get it.
    officer: str
        Who says so.
    text: str
        Why.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import HandleEvidence

    told = {"evidence_id": _full(incident, evidence), "handling": handling, "text": text}
    return _decide(prompt_of(config, desk, time), HandleEvidence, incident, officer, told)


def remove(
    config: Path,
    incident: str,
    evidence: str,
    *,
    reason: str,
    officer: str,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Remove the content of an item for good; its hash and its history stay. Not while the incident is held.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    evidence: str
        The item; E3 will do.
    reason: str
        Why it must not be kept.
    officer: str
        Who decides it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import RemoveEvidence

    told = {"evidence_id": _full(incident, evidence), "text": reason}
    return _decide(prompt_of(config, desk, time), RemoveEvidence, incident, officer, told)


def hold(
    config: Path, incident: str, *, reason: str, officer: str, time: datetime | None = None, desk: str | None = None
) -> int:
    """Hold an incident: nothing of it is removed until it is released, whatever retention says.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    reason: str
        Who asked for it.
    officer: str
        Who decides it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import HoldIncident

    return _decide(prompt_of(config, desk, time), HoldIncident, incident, officer, {"text": reason})


def release(
    config: Path, incident: str, *, reason: str, officer: str, time: datetime | None = None, desk: str | None = None
) -> int:
    """Release an incident that is held.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    reason: str
        Why it may be removed again.
    officer: str
        Who decides it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import ReleaseIncident

    return _decide(prompt_of(config, desk, time), ReleaseIncident, incident, officer, {"text": reason})


def _decide(prompt: "Prompt", kind: type, incident: str, officer: str, told: dict[str, Any]) -> int:
    from sargas.app.desk_client import checked

    incident_of(prompt.picture(), incident)
    return hand_in(prompt, checked({"officer": officer, "incident_id": incident, **told}, kind))


def _full(incident: str, name: str) -> str:
    """Return the whole name of an item that is called by its last part, as in E3."""
    return f"{incident}-{name}" if name and "-" not in name else name


def _item(prompt: "Prompt", incident: str, name: str) -> "Evidence":
    file = incident_of(prompt.picture(), incident).file
    item = file.item(_full(incident, name))
    if item is None:
        have = ", ".join(one.evidence_id for one in file.evidence) or "none"
        fail(f"{incident} has no evidence '{name}'; have {have}", EXIT_NOT_FOUND)
    return item


def _span(frames: str) -> dict[str, int]:
    first, _, last = frames.partition(":")
    if not (first.isdecimal() and last.isdecimal()):
        fail(f"--frames: the first and the last entry were expected, as in 1200:1950, not '{frames}'", EXIT_WRONG)
    return {"first_seq": int(first), "last_seq": int(last)}


def _parts(path: Path) -> "Iterator[bytes]":
    try:
        with path.open("rb") as file:
            while part := file.read(READ_BYTES):
                yield part
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")


def _written(out: Path, parts: "Iterator[bytes]") -> str:
    """Write a new file and return its SHA-256; nothing is left of one that could not be had whole."""
    import hashlib

    digest = hashlib.sha256()
    try:
        with out.open("xb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
    except SargasError:
        out.unlink()
        raise
    except OSError as error:
        fail(f"{out}: {error.strerror or error}")
    return digest.hexdigest()


def register(app: App) -> None:
    """Make these commands of `sargas incident`."""
    for command in (evidence, add, get, custody, handle, remove, hold, release):
        app.command(command)
