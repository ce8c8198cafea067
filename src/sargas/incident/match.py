"""Which open incident a finding belongs to by place and time."""

from collections.abc import Sequence

from msgspec import Struct, structs

from sargas.incident.annunciate import BALLOON, is_balloon
from sargas.incident.near import distance_m
from sargas.model.finding import Finding, Heard
from sargas.model.incident import Incident
from sargas.model.picture import Picture


class Grouping(Struct, frozen=True, kw_only=True):
    """How near is near; see the Settings of the book. Snapshots of older versions lack what has a default."""

    group_radius_m: float
    group_s: float
    report_radius_m: float
    report_s: float
    report_speed_mps: float
    report_reach_max_m: float
    group_max_m: float = 40_000.0
    group_max_s: float = 3_600.0
    group_alarms: int = 2
    balloon_radius_m: float = 40_000.0
    balloon_s: float = 7_200.0
    wider: float = 1.0


class Mark(Struct, frozen=True, kw_only=True):
    """A place that a finding speaks of and when it was there; `radius_m` is how widely."""

    raised_s: float
    placed_s: float
    lat_deg: float
    lon_deg: float
    radius_m: float
    is_heard: bool
    is_balloon: bool = False


def widened(grouping: Grouping, n_alarms: int) -> Grouping:
    """Return the grouping after so many alarms in the last minutes: near doubles with each few, up to a bound.

    In a raid a person can hold a few stories that are large, and not a hundred that are small.
    """
    return structs.replace(grouping, wider=2.0 ** min(n_alarms // grouping.group_alarms, 20))


def match_finding(
    finding: Finding, incidents: Sequence[Incident], picture: Picture, grouping: Grouping, *, is_forced: bool
) -> str | None:
    """Return the id of the nearest incident that the finding is near enough to; of the nearest at all if forced."""
    here = _mark(finding, picture)
    if here is None:
        return incidents[0].incident_id if is_forced and incidents else None
    best: tuple[float, str] | None = None
    for incident in incidents:
        for there in _marks(incident, picture):
            gap_m = distance_m(here.lat_deg, here.lon_deg, there.lat_deg, there.lon_deg)
            if (is_forced or gap_m <= _reach_m(here, there, grouping)) and (
                best is None or (gap_m, incident.incident_id) < best
            ):
                best = (gap_m, incident.incident_id)
    return best[1] if best is not None else None


def _reach_m(here: Mark, there: Mark, grouping: Grouping) -> float:
    """Return how far apart two marks of one story may lie [m]; negative if they are too far apart in time."""
    if not (here.is_heard or there.is_heard):
        radius_m, within_s = _near(here, there, grouping)
        return radius_m if abs(here.raised_s - there.raised_s) <= within_s else -1.0
    apart_s = abs(here.placed_s - there.placed_s)
    if apart_s > grouping.report_s:
        return -1.0
    flown_m = grouping.report_radius_m + grouping.report_speed_mps * apart_s
    return here.radius_m + there.radius_m + min(flown_m, grouping.report_reach_max_m)


def _near(here: Mark, there: Mark, grouping: Grouping) -> tuple[float, float]:
    """Return how near in place [m] and time [s] two tracks of one story began to matter.

    Balloons that come with one wind are one story for hours. What is no balloon is not widely put among balloons: it
    would be hidden there.
    """
    radius_m, within_s = grouping.group_radius_m, grouping.group_s
    if here.is_balloon != there.is_balloon:
        return radius_m, within_s
    wide_m = max(radius_m, min(radius_m * grouping.wider, grouping.group_max_m))
    wide_s = max(within_s, min(within_s * grouping.wider, grouping.group_max_s))
    if not here.is_balloon:
        return wide_m, wide_s
    return max(wide_m, grouping.balloon_radius_m), max(wide_s, grouping.balloon_s)


def _marks(incident: Incident, picture: Picture) -> list[Mark]:
    was_balloons = BALLOON in {incident.kind, incident.disposition}
    found = (_mark(finding, picture, was_balloon=was_balloons) for finding in incident.findings)
    return [mark for mark in found if mark is not None]


def _mark(finding: Finding, picture: Picture, *, was_balloon: bool = False) -> Mark | None:
    """Return where and when the finding is; that of a track is where the track is now, if it is still seen.

    `was_balloon` is what one was that is no longer told apart.
    """
    detail, raised_s = finding.detail, finding.raised_s
    if isinstance(detail, Heard):
        return Mark(
            raised_s=raised_s,
            placed_s=raised_s,
            lat_deg=detail.lat_deg,
            lon_deg=detail.lon_deg,
            radius_m=detail.radius_m,
            is_heard=True,
        )
    track = picture.tracks.get(finding.track_id) if finding.track_id is not None else None
    if track is not None:
        lat_deg, lon_deg, placed_s = track.lat_deg, track.lon_deg, picture.now_s
    elif finding.lat_deg is not None and finding.lon_deg is not None:
        lat_deg, lon_deg, placed_s = finding.lat_deg, finding.lon_deg, finding.time_s
    else:
        return None
    known = picture.classifications.get(finding.track_id) if finding.track_id is not None else None
    return Mark(
        raised_s=raised_s,
        placed_s=placed_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        radius_m=0.0,
        is_heard=False,
        is_balloon=was_balloon if known is None else is_balloon(known),
    )
