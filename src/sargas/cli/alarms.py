"""`sargas alarms` and `sargas shift`: what asks for a person, what was put aside, and handing the watch over."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_OK, say, say_json
from sargas.cli.handing import epoch, front_of, hand_in, prompt_of, write
from sargas.model.alarm import AlarmSource

if TYPE_CHECKING:
    from sargas.model.decision import Decision
    from sargas.model.picture import Picture

app = App(
    name="alarms",
    help="See which alarms stand, put one aside or keep a sort quiet for a time, and read their log.",
)
shift_app = App(name="shift", help="Read what the officer who takes the watch over must know, and hand it over.")
For = Annotated[timedelta, Parameter(name="--for")]


@app.default
def alarms(config: Path, *, desk: str | None = None, json: bool = False) -> int:
    """Show the alarms that stand, those that were put aside, and those that are kept quiet.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write them as JSON.
    """
    from sargas.cli.alarm_tables import standing, tell

    found = standing(prompt_of(config, desk, is_quiet=json).picture())
    if json:
        say_json(found)
    else:
        tell(found)
    return EXIT_OK


@app.command
def log(config: Path, *, since: datetime | None = None, desk: str | None = None, json: bool = False) -> int:
    """Show the log of alarms: what was heard, seen, put aside and kept quiet, and by whom; the newest last.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    since: datetime | None
        Since when; all that is kept, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write it as JSON.
    """
    from sargas.cli.alarm_tables import tell_log

    found = prompt_of(config, desk, is_quiet=json).alarm_log(epoch(since))
    if json:
        say_json(found)
    else:
        tell_log(found)
    return EXIT_OK


@app.command
def acknowledge(
    config: Path, alarm: str, *, officer: str, time: datetime | None = None, desk: str | None = None
) -> int:
    """Say that an alarm was seen; that of an incident is acknowledged with the incident.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    alarm: str
        The alarm's name, as `sargas alarms` shows it, such as sensor:radar-east.
    officer: str
        Who has seen it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import Acknowledge, AcknowledgeAlarm

    def seen(picture: "Picture") -> "Decision":
        known = picture.alarms.get(alarm)
        incident = picture.incidents.get(known.subject) if known is not None and known.source == "incident" else None
        # What is heard again after the incident was seen is acknowledged by itself.
        if known and incident and (incident.acknowledged_s is None or known.raised_s <= incident.acknowledged_s):
            return checked({"officer": officer, "incident_id": known.subject}, Acknowledge)
        return checked({"officer": officer, "alarm_id": alarm}, AcknowledgeAlarm)

    return hand_in(prompt_of(config, desk, time), seen)


@app.command
def shelve(
    config: Path,
    alarm: str,
    *,
    duration: For,
    officer: str,
    text: str,
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Put one alarm aside for a time; what rises to a higher priority is heard again.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    alarm: str
        The alarm's name, as `sargas alarms` shows it.
    duration: For
        For how long: 15m, 1h30m. How long is allowed depends on the priority ([alarms] shelve_max_s).
    officer: str
        Who puts it aside.
    text: str
        Why.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import ShelveAlarm

    told = {"officer": officer, "alarm_id": alarm, "for_s": duration.total_seconds(), "text": text}
    return hand_in(prompt_of(config, desk, time), checked(told, ShelveAlarm))


@app.command
def unshelve(config: Path, alarm: str, *, officer: str, time: datetime | None = None, desk: str | None = None) -> int:
    """Take an alarm back that was put aside, before its time.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    alarm: str
        The alarm's name, as `sargas alarms` shows it.
    officer: str
        Who takes it back.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import UnshelveAlarm

    told = {"officer": officer, "alarm_id": alarm}
    return hand_in(prompt_of(config, desk, time), checked(told, UnshelveAlarm))


@app.command
def suppress(
    config: Path,
    source: AlarmSource,
    *,
    duration: For,
    officer: str,
    text: str,
    subject: str = "",
    kind: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Keep a sort of alarms quiet for a time; those of high priority are heard all the same, and all are logged.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    source: AlarmSource
        Whose alarms: incident, sensor, channel or step.
    duration: For
        For how long: 15m, 1h30m. How long is allowed stands in [alarms] suppress_max_s and suppress_all_max_s.
    officer: str
        Who keeps them quiet.
    text: str
        Why.
    subject: str
        Only those of this incident, sensor, channel or step.
    kind: str
        Only those about this kind, as it was identified, such as balloon.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import SuppressAlarms

    told = {"officer": officer, "source": source, "for_s": duration.total_seconds(), "text": text}
    return hand_in(prompt_of(config, desk, time), checked({**told, "subject": subject, "kind": kind}, SuppressAlarms))


@app.command
def end_suppression(
    config: Path, suppression: str, *, officer: str, time: datetime | None = None, desk: str | None = None
) -> int:
    """Let a sort of alarms be heard again before its time.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    suppression: str
        Its name, as `sargas alarms` shows it.
    officer: str
        Who ends it.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import EndSuppression

    told = {"officer": officer, "suppression_id": suppression}
    return hand_in(prompt_of(config, desk, time), checked(told, EndSuppression))


@shift_app.default
def shift(
    config: Path,
    *,
    since: datetime | None = None,
    html: Path | None = None,
    desk: str | None = None,
    json: bool = False,
) -> int:
    """Tell who takes the watch over what is open: incidents, warnings, what can still fly, alarms, what was done.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it is asked, else its journal is read.
    since: datetime | None
        Since when; by default since the last hand-over, at most twelve hours. UTC unless it says otherwise.
    html: Path | None
        A file for the same as a page (HTML) that can be printed; it needs nothing but itself.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    json: bool
        Write it as JSON.
    """
    from sargas.cli.shift_tables import page, tell

    found = prompt_of(config, desk, is_quiet=json).shift(epoch(since))
    if json:
        say_json(found)
    elif html is None:
        tell(found)
    if html is not None:
        watch = front_of(config).watch
        made = page(found, watch.title, is_exercise=watch.is_exercise)
        if json:
            html.write_bytes(made.encode())
        else:
            write(html, made.encode())
    return EXIT_OK


@shift_app.command
def hand_over(
    config: Path,
    *,
    officer: str,
    to: str,
    text: str = "",
    time: datetime | None = None,
    desk: str | None = None,
) -> int:
    """Hand the watch over to the next officer, with a word on what matters.

    Parameters
    ----------
    config: Path
        The configuration; the watch that runs it takes it, else its journal.
    officer: str
        Who hands it over.
    to: str
        Who takes it.
    text: str
        What matters, what was promised, what is to be watched.
    time: datetime | None
        When, in an exercise whose watch does not run; now, if it is not given. UTC unless it says otherwise.
    desk: str | None
        The address of the running watch; by default the one under [web] of the configuration.
    """
    from sargas.app.desk_client import checked
    from sargas.model.decision import HandOverWatch

    hand_in(prompt_of(config, desk, time), checked({"officer": officer, "to": to, "text": text}, HandOverWatch))
    say(f"{to} has the watch")
    return EXIT_OK
