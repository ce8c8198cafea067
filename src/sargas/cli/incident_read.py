"""`sargas incident read`: an article to draft entries, beside what is on file, for a person to confirm."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, fail, say, say_json
from sargas.cli.handing import hand_in, incident_of, prompt_of
from sargas.model.evidence import Credibility, Handling, SourceReliability

if TYPE_CHECKING:
    from sargas.app.prompting import Prompt
    from sargas.model.claims import Reading

    Told = tuple[str, str, dict[str, Any], Handling]
    """The incident, who adds it, what is told of the source, who may get it."""

READ_MOST = 1 << 20


def read(
    article: str,
    config: Path | None = None,
    *,
    published: str = "",
    language: str | None = None,
    html: bool | None = None,
    entry: Annotated[tuple[int, ...], Parameter(negative=())] = (),
    add: str | None = None,
    register: Annotated[bool, Parameter(negative=())] = False,
    officer: str = "",
    address: str = "",
    publisher: str = "",
    author: str = "",
    reliability: SourceReliability = "F",
    credibility: Credibility = "6",
    handling: Handling = "own",
    yes: Annotated[bool, Parameter(negative=())] = False,
    time: datetime | None = None,
    desk: str | None = None,
    json: bool = False,
) -> int:
    """Read a news article: the incidents it speaks of as draft entries, and what it says that is none.

    Nothing is put on file unless a person confirms it.

    Parameters
    ----------
    article: str
        The file, plain text or HTML; `-` is standard input.
    config: Path | None
        A configuration: the entries are compared with the incidents of its watch and with its register.
    published: str
        When the article was published, such as 2025-07-29, if it does not say so itself.
    language: str | None
        Two letters (en, lt, pl, lv, ro), if it is not told by the words.
    html: bool | None
        It is HTML, or is not; found out if it is not given.
    entry: tuple[int, ...]
        Which entries are meant by --add and --register, by their numbers; all of them if none is named.
    add: str | None
        Add the entries to the file of this incident, as published reports, each once it is confirmed.
    register: bool
        Take the entries into the register, each once it is confirmed.
    officer: str
        Who confirms.
    address: str
        The web address of the article, or the name and date of the paper.
    publisher: str
        Who published it.
    author: str
        Who wrote it.
    reliability: SourceReliability
        Of the source: A completely reliable to E unreliable, F cannot be judged.
    credibility: Credibility
        Of what it says: 1 confirmed by others to 5 improbable, 6 cannot be judged.
    handling: Handling
        Who may get it: everybody (clear), allies and other ministries (partners), nobody else (own).
    yes: bool
        Confirm all of them at once, without being asked.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write what was read, and the comparison, as JSON.
    """
    from sargas.app.press_reading import compared, compared_with_starter, indices, reading_of
    from sargas.cli.press_tables import tell

    if (add is not None or register) and (config is None or not officer or not address):
        fail("--add and --register need a configuration, --officer NAME and --address of the article")
    if article == "-" and (add is not None or register) and not yes:
        fail("an article from standard input leaves none for the answer: add --yes, or give a file")
    data = _bytes(article)
    reading = reading_of(data, is_html=html, published_s=_moment(published), language=language)
    chosen = indices(reading.entries, entry)
    prompt = prompt_of(config, desk, time, is_quiet=json) if config is not None else None
    if config is not None and prompt is not None:
        compared_to = compared(reading, prompt.picture(), config)
    else:
        compared_to = compared_with_starter(reading)
    if json:
        say_json({"reading": reading, "compared": compared_to})
    else:
        tell(reading, compared_to, is_alone=config is None)
    if prompt is not None and (add is not None or register):
        source = {
            "address": address, "publisher": publisher, "author": author, "published": published,
            "reliability": reliability, "credibility": credibility,
        }  # fmt: skip
        for number in chosen:
            if add is not None and _is_confirmed(reading, number, f"to the file of {add}", yes=yes):
                _add(prompt, reading, number, (article, data), (add, officer, source, handling))
            if register and _is_confirmed(reading, number, "to the register", yes=yes):
                _record(prompt, reading, number, officer, source)
    return EXIT_OK if reading.entries else EXIT_NOT_FOUND


def _bytes(article: str) -> bytes:
    """Return the article; one byte more than may be read is enough to refuse it."""
    try:
        if article == "-":
            return sys.stdin.buffer.read(READ_MOST + 1)
        with Path(article).open("rb") as file:
            return file.read(READ_MOST + 1)
    except OSError as error:
        fail(f"{article}: {error.strerror or error}")


def _moment(published: str) -> float | None:
    """Return noon of a day, or the moment, so that no zone of time makes another day of it."""
    if not published:
        return None
    try:
        at = datetime.fromisoformat(published)
    except ValueError:
        fail(f"--published {published}: a day such as 2025-07-29 was expected")
    if len(published) <= len("2025-07-29"):
        at = at.replace(hour=12)
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()


def _is_confirmed(reading: "Reading", number: int, where: str, *, yes: bool) -> bool:
    if yes:
        return True
    print(f"Add entry {number + 1}, {reading.entries[number].title}, {where}? [y/N] ", end="", flush=True)  # noqa: T201
    answer = sys.stdin.readline().strip().lower()
    if answer not in {"y", "yes"}:
        say("not added")
        return False
    return True


def _add(prompt: "Prompt", reading: "Reading", number: int, article: tuple[str, bytes], told: "Told") -> None:
    from sargas.app.desk_client import checked
    from sargas.app.press_reading import evidence_of
    from sargas.model.decision import AddEvidence

    incident, officer, source, handling = told
    incident_of(prompt.picture(), incident)
    parts = evidence_of(
        reading, reading.entries[number], incident=incident, officer=officer, source=source, handling=handling
    )
    checked(parts, AddEvidence)  # before the article is handed in for nothing
    kept = prompt.hand_in(iter([article[1]]))
    parts |= {
        "sha256": kept.sha256, "n_bytes": kept.n_bytes, "media_type": kept.media_type,
        "file_name": "" if article[0] == "-" else Path(article[0]).name[-200:],
    }  # fmt: skip
    hand_in(prompt, checked(parts, AddEvidence))
    item = incident_of(prompt.picture(), incident).file.evidence[-1]
    say(f"{item.evidence_id}, SHA-256 {item.sha256}")


def _record(prompt: "Prompt", reading: "Reading", number: int, officer: str, source: dict[str, Any]) -> None:
    from sargas.app.desk_client import checked
    from sargas.app.press_reading import record_of_entry
    from sargas.model.decision import RecordIncidents

    record = record_of_entry(reading, reading.entries[number], source)
    hand_in(prompt, checked({"officer": officer, "records": [record]}, RecordIncidents))
    say(f"record {record['record_id']}")
