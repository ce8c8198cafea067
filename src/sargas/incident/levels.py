"""The level of an incident: yellow is likely, red is in the airspace, white is over; down only with patience."""

from typing import Final

from msgspec import Struct

from sargas.incident import words
from sargas.incident.near import LastSeen
from sargas.incident.still_flying import still_flying
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.track import Track
from sargas.model.warning import Level

PATH_S: Final = 600.0
PATH_STEP_S: Final = 5.0
"""So long, and so closely, is it kept where a track was: how it flew says what it may have done after it was lost."""


class Patience(Struct, frozen=True, kw_only=True):
    """How long a lower level must hold before it is shown."""

    step_down_s: float
    hold_s: float


class Sky:
    """What is known of an open incident's tracks: how each was last seen, which are lost, which goes on as which.

    `calm_since_s` is since when nothing holds the level that the incident has, None if something does. `reported` is
    each track as it was when a report last placed it, `paths` where it was in the minutes before (time, longitude and
    latitude); `listened` up to which arrival and entry the observations were looked through for each loss.
    """

    def __init__(self) -> None:
        self.seen: dict[int, LastSeen] = {}
        self.lost: dict[int, LastSeen] = {}
        self.continued: dict[int, int] = {}
        self.calm_since_s: float | None = None
        self.reported: dict[int, Track] = {}
        self.paths: dict[int, tuple[tuple[float, float, float], ...]] = {}
        self.listened: dict[int, tuple[float, int]] = {}

    def report(self, track: Track) -> None:
        """Note how a track is, if a report has placed it since the last look."""
        known = self.reported.get(track.track_id)
        if known is not None and known.last_report_s == track.last_report_s:
            return
        self.reported[track.track_id] = track
        seen, path = self.seen[track.track_id], self.paths.get(track.track_id, ())
        if not path or seen.time_s - path[-1][0] >= PATH_STEP_S:
            recent = tuple(point for point in path if point[0] >= seen.time_s - PATH_S)
            self.paths[track.track_id] = (*recent, (seen.time_s, round(seen.lon_deg, 6), round(seen.lat_deg, 6)))

    def forget(self, track_id: int) -> None:
        """Let go of a track that is no longer in the picture."""
        self.seen.pop(track_id, None)
        self.reported.pop(track_id, None)
        self.paths.pop(track_id, None)

    def renewed(self) -> "Sky":
        """Return the same sky; what the version that wrote a snapshot did not keep is empty."""
        sky = Sky()
        vars(sky).update(vars(self))
        return sky

    def successor(self, track_id: int | None) -> int | None:
        """Return the newest track that this one goes on as; itself if it goes on as no other."""
        for _ in range(len(self.continued)):
            if track_id is None or track_id not in self.continued:
                break
            track_id = self.continued[track_id]
        return track_id


def assess(incident: Incident, sky: Sky, now_s: float, patience: Patience) -> tuple[Level, str]:
    """Return the level that the incident should have and why."""
    held, reason = sought(incident, sky, now_s)
    calm_s = now_s - sky.calm_since_s if sky.calm_since_s is not None else 0.0
    if held == "white" and incident.level != "white":
        if calm_s >= patience.hold_s:
            return "white", f"everything found has been cleared for {words.duration(calm_s)}"
        held, reason = "yellow", "what was found has been cleared, waiting whether it stays so"
    if incident.level == "red" and held == "yellow" and calm_s < patience.step_down_s:
        return "red", ""
    return held, reason


def sought(incident: Incident, sky: Sky, now_s: float) -> tuple[Level, str]:
    """Return the level that holds at this moment, without patience, and why.

    What is found of a track that is lost says where it was, not where it is: such a track is likely, for as long as
    it can fly.
    """
    unseen = set(sky.lost)
    active = [
        finding
        for finding in incident.findings
        if finding.state != "cleared" and sky.successor(finding.track_id) not in unseen
    ]
    red, yellow = _first(active, "red"), _first(active, "yellow")
    if red is not None:
        return "red", red.title
    flying = still_flying(incident, now_s)
    if flying:
        lost = flying[0]
        until = words.clock(lost.flies_until_s)
        return (
            "yellow",
            f"track {lost.track_id} was lost at {words.clock(lost.last_report_s)}; it can fly until {until}",
        )
    return ("yellow", yellow.title) if yellow is not None else ("white", "nothing found holds")


def _first(findings: list[Finding], severity: str) -> Finding | None:
    return next((finding for finding in findings if finding.severity == severity), None)
