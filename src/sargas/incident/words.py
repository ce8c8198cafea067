"""What happened to an incident, in plain words for its timeline."""

from datetime import UTC, datetime
from typing import Final

from sargas.model.evidence import CaseStep
from sargas.model.finding import Finding
from sargas.model.incident import (
    Acknowledged,
    Alarmed,
    AreaSearched,
    Closed,
    ClueJoined,
    ClueWeighed,
    Commented,
    Disposed,
    Drafted,
    EvidenceAccessed,
    EvidenceAdded,
    EvidenceHandedOver,
    EvidenceHandled,
    EvidenceRemoved,
    FileHappening,
    FindingJoined,
    Found,
    Happening,
    Held,
    LevelChanged,
    Opened,
    Ranked,
    Reopened,
    SearchEnded,
    SearchHappening,
    SearchOpened,
    SearchOrdered,
    SearchPlanned,
    StepChanged,
    StepOpened,
    TrackJoined,
    TrackLost,
    WarningApproved,
    WarningCountersigned,
    WarningDispatched,
    WarningEdited,
    WarningHappening,
    WarningSent,
    WarningWithdrawn,
    WatchingEnded,
)
from sargas.model.report import Bearing, Presence
from sargas.model.search import Clue, Find, Loss, Searched, SearchSettings
from sargas.model.warning import PublicWarning

FOUND_WORDS: Final = {
    "wreck": "a wreck",
    "part": "a part",
    "crater": "a crater",
    "explosive": "an explosive",
    "other": "something",
}
EVIDENCE_WORDS: Final = {
    "frames": "raw frames",
    "photo": "photograph",
    "recording": "recording",
    "wreck_finding": "wreck finding",
    "forensic": "forensic result",
    "statement": "statement",
    "open_source": "published report",
    "document": "document",
    "other": "evidence",
}
HANDLING_WORDS: Final = {"clear": "everybody", "partners": "allies and other ministries", "own": "nobody else"}
SENSORS_NAMED: Final = 6
LEVEL_WORDS: Final = {"white": "White, over", "yellow": "Yellow, likely", "red": "Red, in the airspace"}


def clock(time_s: float) -> str:
    """Return the UTC time of day, to the second."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%H:%M:%S UTC")


def day(time_s: float) -> str:
    """Return the UTC date, as in 2025-07-28."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")


def place(lat_deg: float, lon_deg: float) -> str:
    """Return a position for a person, to about ten metres."""
    return f"{abs(lat_deg):.4f}° {'S' if lat_deg < 0 else 'N'}, {abs(lon_deg):.4f}° {'W' if lon_deg < 0 else 'E'}"


def duration(seconds: float) -> str:
    """Return a duration for a person: seconds below two minutes, else minutes, else hours."""
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    if seconds < 7_200.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3_600.0:.1f} h"


def kind(what: Happening) -> str:
    """Return the name of a happening."""
    return str(what.__struct_config__.tag)


def sentence(what: Happening) -> str:
    """Return one happening in plain words; empty if it says nothing new to a person."""
    match what:
        case Opened(title=title, finding=finding):
            return _with_reasons(f"Opened: {title}", finding)
        case FindingJoined(finding=finding):
            return _finding(finding)
        case TrackJoined(track_id=track_id, reason=reason):
            return f"Track {track_id}: {reason}"
        case TrackLost(track_id=track_id, last_report_s=last_s, lat_deg=lat, lon_deg=lon):
            return f"Track {track_id} lost: last seen {clock(last_s)} at {place(lat, lon)}"
        case LevelChanged(level=level, reason=reason):
            return f"{LEVEL_WORDS[level]}: {reason}"
        case Alarmed(priority=priority, reason=reason):
            return f"Alarm, {priority} priority: {reason}"
        case Ranked():
            return ""
        case Acknowledged() | Commented() | Disposed() | Closed() | Reopened():
            return _of_officer(what)
        case (
            EvidenceAdded() | EvidenceHandedOver() | EvidenceAccessed() | EvidenceHandled() | EvidenceRemoved()
            | Held() | StepOpened() | StepChanged()
        ):  # fmt: skip
            return _of_file(what)
        case (
            Drafted() | WarningEdited() | WarningApproved() | WarningCountersigned()
            | WarningSent() | WarningWithdrawn() | WarningDispatched()
        ):  # fmt: skip
            return _of_warning(what)
        case _:
            return _of_search(what)


def _of_officer(what: Acknowledged | Commented | Disposed | Closed | Reopened) -> str:
    match what:
        case Acknowledged():
            return "Acknowledged"
        case Commented(text=text):
            return text
        case Disposed(disposition=disposition, text=text):
            return _with_text(f"Said to be: {disposition.replace('_', ' ')}", text)
        case Closed(text=text):
            return _with_text("Closed", text)
        case Reopened(text=text):
            return _with_text("Reopened", text)


def officer(what: Happening) -> str:
    """Return who did it; empty if the program did."""
    match what:
        case Acknowledged() | Commented() | Disposed() | Closed() | Reopened():
            return what.officer
        case ClueWeighed() | SearchPlanned() | SearchOrdered() | SearchEnded():
            return what.officer
        case WarningEdited() | WarningApproved() | WarningCountersigned() | WarningSent() | WarningWithdrawn():
            return what.officer
        case AreaSearched(searched=searched):
            return searched.by
        case Found(find=find):
            return find.by
        case ClueJoined(clue=clue):
            return clue.by if clue.report is None else ""
        case EvidenceAdded() | EvidenceHandled() | EvidenceRemoved() | Held() | StepChanged():
            return what.officer
        case EvidenceHandedOver(step=handed):
            return handed.officer
        case StepOpened(step=opened):
            return opened.opened_by
        case _:
            return ""


def clue(told: Clue) -> str:
    """Return a clue in plain words; what a person told over a feed stands elsewhere in their own."""
    name = f"Clue {told.clue_id} for the search: {told.kind.replace('_', ' ')}"
    if told.report is not None:
        return f"{name}, from {told.by}"
    where = (
        f" at {place(told.lat_deg, told.lon_deg)}" if told.lat_deg is not None and told.lon_deg is not None else ""
    )
    return _with_text(name + where, told.text)


def _of_warning(what: WarningHappening) -> str:
    match what:
        case Drafted(level=level):
            return "Draft of the all-clear ready" if level == "white" else f"Draft of a {level} warning ready"
        case WarningEdited(content=content):
            return "Draft saved in other words or with another area" if content else "The draft follows the sky again"
        case WarningApproved(warning=warning):
            return _approved(warning)
        case WarningCountersigned(warning_id=name):
            return f"{name} approved too"
        case WarningSent(warning_id=name):
            return f"{name} sent"
        case WarningWithdrawn(warning_id=name, text=text):
            return _with_text(f"{name} withdrawn, not sent", text)
        case WarningDispatched():
            return _dispatched(what)


def _approved(warning: PublicWarning) -> str:
    what = "All-clear" if warning.content.level == "white" else f"{warning.content.level.capitalize()} warning"
    missing = warning.n_needed - len(warning.approvals)
    more = f", {_count(missing, 'more approval')} needed" if missing > 0 else ""
    return _with_text(
        f"{what} {warning.warning_id} approved{more}", warning.override and f"override: {warning.override}"
    )


def _dispatched(what: WarningDispatched) -> str:
    """Return what became of it; the attempts between the first failure and the end are not told."""
    where = f"{what.channel}, standing in for {what.stands_in_for}" if what.stands_in_for else what.channel
    match what.fate:
        case "delivered":
            return _with_text(f"{what.warning_id} delivered by {where}", what.text)
        case "given_up":
            return _with_text(f"{what.warning_id} could not be delivered by {where}", what.text)
        case "failed" if what.n_attempts == 1:
            return _with_text(f"{what.warning_id} not delivered by {where} yet", what.text)
        case _:
            return ""


def short(name: str) -> str:
    """Return the name of an item or a step on its own incident's file, as in E3."""
    return name.rpartition("-")[2]


def _of_file(what: FileHappening) -> str:
    match what:
        case EvidenceAdded(evidence=evidence):
            instead = f", instead of {short(evidence.replaces)}" if evidence.replaces else ""
            name = EVIDENCE_WORDS[evidence.kind].capitalize()
            return f"{name} {short(evidence.evidence_id)} on the file{instead}: {evidence.title}"
        case EvidenceHandedOver(evidence_id=name, step=handed):
            return _with_text(f"{short(name)} handed over to {handed.holder}", handed.text)
        case EvidenceAccessed():
            return ""
        case EvidenceHandled(evidence_id=name, handling=handling, text=text):
            return _with_text(f"{short(name)} is for {HANDLING_WORDS[handling]}", text)
        case EvidenceRemoved(evidence_id=name, text=text):
            return _with_text(f"Content of {short(name)} removed", text)
        case Held(hold=hold, text=text):
            return _with_text("Hold: nothing of it may be removed" if hold else "Hold released", text)
        case StepOpened(step=step):
            return f"To do, {short(step.step_id)}: {_step(step)}"
        case StepChanged(step=step, text=text):
            done = {"open": "", "done": " done", "dropped": " dropped"}[step.status]
            return _with_text(f"{short(step.step_id)}{done}: {_step(step)}", text)


def _step(step: CaseStep) -> str:
    due = f", due {day(step.due_s)}" if step.status == "open" and step.due_s is not None else ""
    documents = f", {_count(len(step.documents), 'document')}" if step.documents else ""
    return f"{step.title}, by {step.owner}{due}{documents}"


def _of_search(what: SearchHappening) -> str:
    match what:
        case SearchOpened(loss=loss):
            return f"Search map for track {loss.track.track_id}: {_watched(loss)}"
        case WatchingEnded(track_id=track_id, sensor=sensor, until_s=until_s):
            return f"{sensor} watched for track {track_id} until {clock(until_s)}, not longer"
        case ClueJoined(clue=told):
            return "" if isinstance(told.report, Bearing | Presence) else clue(told)
        case ClueWeighed(clue_id=clue_id, reliability=reliability):
            return f"Clue {clue_id} weighed: {reliability:.0%}" if reliability > 0.0 else f"Clue {clue_id} left out"
        case SearchPlanned(settings=settings):
            return f"Search map set: {_settings(settings)}"
        case SearchOrdered(sectors=sectors):
            names = sectors[0].name if len(sectors) == 1 else f"{sectors[0].name} to {sectors[-1].name}"
            return f"Search ordered: {_count(len(sectors), 'sector')}, {names}"
        case AreaSearched(searched=searched):
            return _searched(searched)
        case Found(find=find):
            return _found(find)
        case SearchEnded(text=text):
            return _with_text("Search ended without a find", text)


def _watched(loss: Loss) -> str:
    """Return who would have seen the track go on: first of all who had seen it."""
    well = [watching.sensor for watching in loss.watching]
    had_seen = {contribution.sensor for contribution in loss.track.contributions}
    saw = [name for name in well if name in had_seen]
    n_others = len(well) - len(saw)
    if not well:
        return "no sensor is known to have worked on"
    if not saw:
        return f"no sensor that saw it before worked on; {_count(n_others, 'other')} did"
    more = f" and {len(saw) - SENSORS_NAMED} more" if len(saw) > SENSORS_NAMED else ""
    others = f"; so did {_count(n_others, 'other')}" if n_others else ""
    return f"{', '.join(saw[:SENSORS_NAMED])}{more} saw it before and worked on{others}"


def _settings(settings: SearchSettings) -> str:
    """Return what an officer has set, all else being worked out."""
    said = [
        f"{key.replace('_', ' ')} {share:.0%}"
        for table in (settings.kinds, settings.fates, settings.conducts)
        for key, share in table.items()
    ]
    if settings.wind is not None:
        said.append(f"wind {settings.wind.speed_mps:g} m/s from {settings.wind.from_deg:.0f}°")
    if settings.take_off is not None:
        said.append(f"took off {clock(settings.take_off.earliest_s)} to {clock(settings.take_off.latest_s)}")
    if settings.height_agl_m is not None:
        said.append(f"{settings.height_agl_m:.0f} m above the ground")
    if settings.assets:
        said.append(_count(len(settings.assets), "asset"))
    return ", ".join([*said, f"{settings.cover} ground", f"by {settings.light}"])


def _searched(searched: Searched) -> str:
    where = f"Sector {searched.sector}" if searched.sector else "An area" if searched.ring else "Paths"
    hours = f" ({searched.hours:g} h)" if searched.hours is not None else ""
    return _with_text(f"{where} searched in vain by {searched.asset.replace('_', ' ')}{hours}", searched.text)


def _found(find: Find) -> str:
    is_it = ", what was searched for" if find.is_it else ""
    return _with_text(f"Found at {place(find.lat_deg, find.lon_deg)}: {FOUND_WORDS[find.what]}{is_it}", find.text)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _finding(finding: Finding) -> str:
    match finding.state:
        case "raised":
            return _with_reasons(finding.title, finding)
        case "cleared":
            return f"No longer so: {finding.title}"
        case _:
            return ""


def _with_reasons(text: str, finding: Finding) -> str:
    return f"{text} ({'; '.join(finding.reasons[:3])})" if finding.reasons else text


def _with_text(text: str, more: str) -> str:
    return f"{text}: {more}" if more else text
