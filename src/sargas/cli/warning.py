"""`sargas warning`: what the public would be told, and the way from a draft to its deliveries and the all-clear."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, EXIT_WRONG, fail, say, say_json
from sargas.cli.handing import front_of, hand_in, incident_of, prompt_of, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sargas.app.prompting import Prompt
    from sargas.model.decision import Decision
    from sargas.model.incident import Incident
    from sargas.model.picture import Picture
    from sargas.model.warning import PublicWarning, WarningContent

app = App(
    name="warning",
    help="See what the public would be told, approve it, send it, see what became of it, and give the all-clear.",
)


@app.command(name="list")
def list_warnings(config: Path, *, every: bool = False, desk: str | None = None, json: bool = False) -> int:
    """List the warnings and drafts of the open incidents: level, area, people, who is next, approvals, deliveries.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    every: bool
        Those of closed incidents too.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write them as JSON.
    """
    from sargas.cli.warning_tables import tell_list, warnings_of

    picture = prompt_of(config, desk, is_quiet=json).picture()
    told = [
        warnings_of(incident, picture)
        for incident in picture.incidents.values()
        if (every or incident.status == "open") and _is_told(incident, picture)
    ]
    if json:
        say_json(told)
    else:
        tell_list(told, picture.now_s)
    return EXIT_OK


@app.command
def show(
    config: Path,
    incident: str | None = None,
    *,
    words: Path | None = None,
    desk: str | None = None,
    json: bool = False,
) -> int:
    """Show the draft of an incident in full, its decision clock, its warnings, and what holds the all-clear back.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str | None
        The incident's name; without one all open incidents that have a draft or a warning are shown.
    words: Path | None
        A file (TOML) for the words of the draft, to be changed and given to `sargas warning edit`.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write it as JSON.
    """
    from sargas.app.warning_words import standing, words_file
    from sargas.cli.warning_tables import tell, warnings_of

    picture = prompt_of(config, desk, is_quiet=json).picture()
    if incident is not None:
        shown = [incident_of(picture, incident)]
    else:
        shown = [one for one in picture.incidents.values() if one.status == "open" and _is_told(one, picture)]
    if words is not None:
        if len(shown) != 1:
            names = ", ".join(one.incident_id for one in shown) or "none"
            fail(f"--words: name the incident whose draft is meant; have {names}", EXIT_NOT_FOUND)
        text = words_file(shown[0].incident_id, picture.now_s, standing(shown[0], picture))
        write(words, text.encode())
    told = [warnings_of(one, picture) for one in shown]
    if json:
        say_json(told if incident is None else told[0])
        return EXIT_OK
    for one in told:
        tell(one, picture.now_s)
    if not told:
        say("no drafts and no warnings")
    return EXIT_OK


@app.command
def edit(
    config: Path,
    incident: str,
    words: Path | None = None,
    *,
    officer: str,
    drop: bool = False,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Save the draft in other words; it stands until somebody saves another, or approves it.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    words: Path | None
        A file (TOML) such as `sargas warning show --words` writes.
    officer: str
        Who saves it.
    drop: bool
        Drop what was saved instead: the draft follows the sky again.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.app.warning_words import standing
    from sargas.model.decision import EditWarning

    if (words is None) != drop:
        fail("give a file of words, or --drop", EXIT_WRONG)

    def edited(picture: "Picture") -> "Decision":
        known = incident_of(picture, incident)
        content = _worded(standing(known, picture), words) if words is not None else None
        told = {"officer": officer, "incident_id": incident, "revision": known.warning.revision, "content": content}
        return checked(told, EditWarning)

    return hand_in(prompt_of(config, desk, time), edited)


@app.command
def approve(
    config: Path,
    incident: str,
    *,
    officer: str,
    all_clear: bool = False,
    override: str = "",
    text: Path | None = None,
    send: bool = False,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Approve the draft as it stands now: as an officer saved it, else as it follows the sky; or the all-clear.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    officer: str
        Who approves.
    all_clear: bool
        Approve the all-clear of the warning that is in force. It is refused while a lost track can still fly.
    override: str
        Why the all-clear is given all the same.
    text: Path | None
        A file (TOML) of other words, such as `sargas warning show --words` writes.
    send: bool
        Send it at once, if no second approval is needed.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.app.warning_words import pending, standing
    from sargas.cli.warning_tables import summary
    from sargas.model.decision import ApproveWarning

    def approved(picture: "Picture") -> "Decision":
        known = incident_of(picture, incident)
        content = standing(known, picture, is_all_clear=all_clear)
        if text is not None:
            content = _worded(content, text)
        told = {"officer": officer, "incident_id": incident, "revision": known.warning.revision}
        return checked({**told, "content": content, "override": override}, ApproveWarning)

    prompt = prompt_of(config, desk, time)
    hand_in(prompt, approved)
    warning = pending(incident_of(prompt.picture(), incident))
    say(summary(warning))
    if not warning.is_approved:
        say(f"{warning.n_needed - len(warning.approvals)} more approval needed: `sargas warning countersign`")
    elif send:
        return _send(prompt, config, incident, officer)
    else:
        say("it is not sent: `sargas warning send`")
    return EXIT_OK


@app.command
def countersign(
    config: Path,
    incident: str,
    *,
    officer: str,
    send: bool = False,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Give the second approval to the warning of an incident that waits for it.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    officer: str
        Who approves it too.
    send: bool
        Send it at once.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import CountersignWarning

    prompt = prompt_of(config, desk, time)
    hand_in(prompt, _of_pending(CountersignWarning, incident, officer))
    return _send(prompt, config, incident, officer) if send else EXIT_OK


@app.command
def send(config: Path, incident: str, *, officer: str, time: datetime | None = None, desk: str | None = None) -> int:
    """Send the approved warning of an incident on every channel; without a running watch it leaves when one starts.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    officer: str
        Who sends it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    return _send(prompt_of(config, desk, time), config, incident, officer)


@app.command
def withdraw(
    config: Path,
    incident: str,
    *,
    officer: str,
    text: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Withdraw the warning of an incident that was approved and not sent.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    incident: str
        The incident's name.
    officer: str
        Who withdraws it.
    text: str
        Why.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.model.decision import WithdrawWarning

    return hand_in(prompt_of(config, desk, time), _of_pending(WithdrawWarning, incident, officer, text=text))


@app.command
def deliveries(config: Path, incident: str, *, desk: str | None = None, json: bool = False) -> int:
    """Show what became of an incident's warnings on every channel.

    Ends with 1 while a channel of the configuration, but for those that stand in for another, has not brought out the
    warning that is in force, so that a script can wait for it.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    incident: str
        The incident's name.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write them as JSON.
    """
    from sargas.cli.warning_tables import tell_deliveries, warnings_of

    picture = prompt_of(config, desk, is_quiet=json).picture()
    told = warnings_of(incident_of(picture, incident), picture)
    if json:
        say_json({one.warning_id: one.deliveries for one in told.warnings})
    else:
        tell_deliveries(told, picture.now_s)
    in_force = [one for one in told.warnings if one.warning_id == told.in_force]
    out = {delivery.channel for one in in_force for delivery in one.deliveries if delivery.fate == "delivered"}
    asked = {channel.name for channel in front_of(config).channels if not channel.stands_in_for}
    return EXIT_WRONG if in_force and asked - out else EXIT_OK


@app.command
def cap(
    config: Path,
    incident: str,
    *,
    warning: str | None = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    desk: str | None = None,
) -> int:
    """Write the CAP message of a warning that was sent, as it leaves on every channel; the newest, or the one named.

    Parameters
    ----------
    config: Path
        The configuration: [warning.cap] says who sends, `key` and `certificate` sign it.
    incident: str
        The incident's name.
    warning: str | None
        The warning's name, as `sargas warning list` shows it.
    out: Path | None
        The file to write; standard output if it is not given.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app import config as configuration
    from sargas.app.outgoing import profile_of, renderer, signer_of

    known = incident_of(prompt_of(config, desk, is_quiet=out is None).picture(), incident)
    sent = _sent(known, warning)
    settings = configuration.read(config)
    if not settings.warning.cap:
        fail(f"{config}: [warning.cap] sender is missing: a CAP message says who sends it")
    signer = signer_of(settings.warning, config.parent)
    xml = renderer(profile_of(settings), signer, country=settings.watch.country)(known, sent).cap_xml
    if out is None:
        say(xml.decode("utf-8").removesuffix("\n"))
    else:
        write(out, xml)
    return EXIT_OK


@app.command
def check(files: tuple[Path, ...], *, json: bool = False) -> int:
    """Tell what is wrong with CAP messages: the rules of CAP 1.2's text that its schema lets pass, and this house's.

    Parameters
    ----------
    files: tuple[Path, ...]
        The messages (XML), one a file.
    json: bool
        Write what is wrong as JSON.
    """
    from sargas.share.cap_check import problems

    found: dict[str, list[str]] = {}
    for path in files:
        try:
            found[str(path)] = problems(path.read_bytes())
        except OSError as error:
            found[str(path)] = [error.strerror or str(error)]
    if json:
        say_json(found)
    else:
        for name, told in found.items():
            say("\n".join(f"{name}: {problem}" for problem in told) or f"{name}: good")
    return EXIT_WRONG if any(found.values()) else EXIT_OK


def _is_told(incident: "Incident", picture: "Picture") -> bool:
    """Return whether there is anything to tell of an incident's warnings."""
    state = incident.warning
    return incident.incident_id in picture.drafts or bool(state.warnings) or state.edited is not None


def _worded(content: "WarningContent", words: Path) -> "WarningContent":
    from sargas.app.warning_words import reworded

    try:
        return reworded(content, words.read_bytes(), str(words))
    except OSError as error:
        fail(f"{words}: {error.strerror or error}")


def _send(prompt: "Prompt", config: Path, incident: str, officer: str) -> int:
    from sargas.model.decision import SendWarning

    hand_in(prompt, _of_pending(SendWarning, incident, officer))
    if not front_of(config).channels:
        say("no channel is configured, so it goes nowhere: `sargas warning cap` writes its message")
    elif not prompt.is_running:
        say("no watch runs: it leaves when one starts, if it still holds then")
    return EXIT_OK


def _of_pending(kind: type["Decision"], incident: str, officer: str, **more: str) -> "Callable[[Picture], Decision]":
    """Return what decides so about the warning that waits."""
    from sargas.app.desk_client import checked
    from sargas.app.warning_words import pending

    def decided(picture: "Picture") -> "Decision":
        known = incident_of(picture, incident)
        told = {"officer": officer, "incident_id": incident, "warning_id": pending(known).warning_id}
        return checked({**told, **more}, kind)

    return decided


def _sent(incident: "Incident", name: str | None) -> "PublicWarning":
    """Return the warning of that name, or the newest one, of those that were sent."""
    sent = {one.warning_id: one for one in incident.warning.warnings if one.sent_s is not None}
    if not sent:
        fail(f"{incident.incident_id}: no warning was sent, and there is no CAP message of another", EXIT_NOT_FOUND)
    if name is None:
        return list(sent.values())[-1]
    if name not in sent:
        fail(
            f"{incident.incident_id}: no warning '{name}' was sent; those that were: {', '.join(sent)}",
            EXIT_NOT_FOUND,
        )
    return sent[name]
