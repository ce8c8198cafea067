"""What every rule asks of a track: is it identified, how uncertain is it, can it be anywhere near the border?"""

import math
from collections.abc import Collection, Iterator, Sequence

from sargas.airspace.geometry import Area, Nearest, area_of
from sargas.airspace.words import speed
from sargas.model.errors import ConfigError
from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.model.zone import Zone

_DEGREE_M = 111_700.0
SPEED_MAX_MPS = 10_000.0
REST_MAX_S = 10.0
CLOSING_MPS = 3_000.0
"""No track comes nearer to an edge so fast, the growth of its spread and a correction of its place included."""


LOST_LOOK_S = 5


def is_due(track: Track, now_s: float) -> bool:
    """Return whether a rule should look at the track now: a lost one is a prediction, so every 5 s will do.

    The lost tracks take turns by their numbers: hundreds of them, as a flood of clutter leaves, must not fill a tick.
    """
    return track.status != "lost" or (math.floor(now_s) + track.track_id) % LOST_LOOK_S == 0


def is_usable(track: Track) -> bool:
    """Return whether the track can be placed at all."""
    # Written so that NaN fails too.
    is_placed = abs(track.lat_deg) <= 90.0 and abs(track.lon_deg) <= 360.0
    return is_placed and abs(track.east_mps) <= SPEED_MAX_MPS and abs(track.north_mps) <= SPEED_MAX_MPS


def is_identified(track: Track) -> bool:
    """Return whether the track gives its own position and says who it is."""
    return track.is_cooperative and not track.identity.is_empty


def is_alive(track: Track) -> bool:
    """Return whether the track is believed and recently seen."""
    return track.status in {"confirmed", "coasting"}


def spread_m(track: Track) -> float:
    """Return an upper bound of one standard deviation of the position in any direction."""
    total = track.position_cov_m2[0] + track.position_cov_m2[2]
    return math.sqrt(total) if 0.0 <= total < 1.0e12 else 1.0e6


def speed_mps(track: Track) -> float:
    """Return the speed over ground."""
    return math.hypot(track.east_mps, track.north_mps)


def who(track: Track) -> list[str]:
    """Return sentences that say what the track says, or does not say, of itself."""
    said = track.identity
    names = [
        f"{label} {value}"
        for label, value in (
            ("callsign", said.callsign),
            ("ICAO address", said.icao24),
            ("squawk", said.squawk),
            ("remote id", said.remote_id),
        )
        if value
    ]
    if names:
        gives = "gives its own position" if track.is_cooperative else "does not give its own position"
        return [f"says it is {', '.join(names)}; {gives}"]
    return ["no transponder and no remote id heard"]


def motion(track: Track) -> str:
    """Return the speed and height in words."""
    height_m = track.alt_wgs84_m if track.alt_wgs84_m is not None else track.alt_baro_m
    height = "height unknown" if height_m is None else f"height {height_m:.0f} m"
    return f"{speed(speed_mps(track))}, {height}"


def sovereign(zones: Sequence[Zone], watched: str) -> list[Zone]:
    """Return the sovereign zones of the watched country.

    Raises:
        ConfigError: there is none.
    """
    found = [zone for zone in zones if zone.kind == "sovereign" and zone.country == watched]
    if not found:
        have = ", ".join(sorted({zone.country for zone in zones if zone.kind == "sovereign"})) or "none"
        raise ConfigError(f"country: no sovereign zone of {watched!r}; have {have}")
    return found


def home(zones: Sequence[Zone], watched: str) -> tuple[str, str, Area]:
    """Return the id and name of the watched country's first sovereign zone, and all of its airspace as one area.

    Raises:
        ConfigError: no sovereign zone of that country.
    """
    own = sovereign(zones, watched)
    return own[0].id, own[0].name, area_of(tuple(polygon for zone in own for polygon in zone.polygons))


class Nearness:
    """Distance of tracks to the edge of an area, computed only when a track may have come near it.

    Between two computations the triangle inequality bounds the distance by how far the track moved since. What is so
    far away that it cannot come near within seconds may rest for them.
    """

    def __init__(self, area: Area) -> None:
        self.area = area
        self._anchors: dict[int, tuple[float, float, float, float]] = {}
        self._rest_until_s: dict[int, float] = {}

    def rests(self, track_id: int, now_s: float) -> bool:
        """Return whether the track was put to rest and need not be looked at yet."""
        return now_s < self._rest_until_s.get(track_id, -math.inf)

    def let_rest(self, track: Track, within_m: float, now_s: float) -> None:
        """Let the track rest for as long as it certainly stays farther from the edge than `within_m`."""
        spare_m = abs(self._certain_depth_m(track)) - within_m
        self._rest_until_s[track.track_id] = now_s + min(REST_MAX_S, max(0.0, spare_m / CLOSING_MPS))

    def is_certainly_inside(self, track: Track) -> bool:
        """Return whether the track has not moved far enough since it was inside to have come out."""
        return self._certain_depth_m(track) > 0.0

    def _certain_depth_m(self, track: Track) -> float:
        """Return the least depth that is certain, negative outside; 0 if not even the side is."""
        anchor = self._anchors.get(track.track_id)
        if anchor is None:
            return 0.0
        lon_deg, lat_deg, metres_lon, depth_m = anchor
        moved_m = math.hypot((track.lon_deg - lon_deg) * metres_lon, (track.lat_deg - lat_deg) * _DEGREE_M)
        return math.copysign(max(0.0, abs(depth_m) - 1.01 * moved_m), depth_m)

    def nearest(self, track: Track, within_m: float) -> Nearest | None:
        """Return the nearest point of the edge, None if it is certainly farther away than `within_m`."""
        if abs(self._certain_depth_m(track)) > within_m:
            return None
        bound_m = self.area.at_least_m(track.lon_deg, track.lat_deg)
        if bound_m > within_m:
            is_inside = self.area.contains(track.lon_deg, track.lat_deg)
            self._remember(track, bound_m if is_inside else -bound_m)
            return None
        found = self.area.nearest(track.lon_deg, track.lat_deg)
        if found is None:
            return None
        self._remember(track, found.depth_m)
        return None if abs(found.depth_m) > within_m else found

    def _remember(self, track: Track, depth_m: float) -> None:
        # A little equatorward, so that the longitudes moved are never underrated on the way.
        metres_lon = _DEGREE_M * math.cos(math.radians(max(abs(track.lat_deg) - 2.0, 0.0)))
        self._anchors[track.track_id] = (track.lon_deg, track.lat_deg, metres_lon, depth_m)

    def is_inside(self, track_id: int) -> bool:
        """Return on which side the track was when its distance was last computed."""
        anchor = self._anchors.get(track_id)
        return anchor is not None and anchor[3] > 0.0

    def awake(self, picture: Picture) -> Iterator[Track]:
        """Yield the tracks that may have come near since they were last looked at."""
        for track in picture.tracks.values():
            if not self.rests(track.track_id, picture.now_s):
                yield track

    def keep_only(self, present: Collection[int]) -> None:
        """Forget the tracks that are no longer present."""
        if len(self._anchors) > len(present):
            self._anchors = {key: value for key, value in self._anchors.items() if key in present}
        if len(self._rest_until_s) > len(present):
            self._rest_until_s = {key: value for key, value in self._rest_until_s.items() if key in present}
