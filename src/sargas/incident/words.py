"""What happened to an incident, in plain words for its timeline."""

from datetime import UTC, datetime
from typing import Final

from sargas.model.finding import Finding
from sargas.model.incident import (
    Acknowledged,
    Closed,
    Commented,
    Disposed,
    FindingJoined,
    Happening,
    LevelChanged,
    Opened,
    Reopened,
    TrackJoined,
    TrackLost,
)

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
        case _:
            return ""


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
