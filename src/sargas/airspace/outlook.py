"""What lies before one track, for the officer who has selected it: countries, border, towns, and why."""

import math
from collections.abc import Sequence

from sargas.airspace.ahead import meeting
from sargas.airspace.geometry import Area
from sargas.airspace.places import Towns
from sargas.airspace.subjects import is_usable, motion, speed_mps, who
from sargas.airspace.words import clock, course, duration, length, percent
from sargas.model.finding import Ahead
from sargas.model.outlook import Inside, Outlook, TownAhead
from sargas.model.track import Track
from sargas.model.zone import Place, Zone

HORIZON_S = 1_800.0
CORRIDOR_M = 5_000.0
N_NEAREST = 3
N_AHEAD = 6


class OutlookMaker:
    """Makes outlooks; holds the areas of the states and the towns."""

    def __init__(self, zones: Sequence[Zone], places: Sequence[Place], watched: str) -> None:
        self._zones = [zone for zone in zones if zone.kind == "sovereign"]
        self._watched = watched
        self._towns = Towns(places)
        self._areas: dict[str, Area] | None = None
        own = [zone for zone in self._zones if zone.country == watched]
        self._own_id = own[0].id if own else ""
        self._own_name = own[0].name if own else watched

    def of(self, track: Track) -> Outlook:
        """Return the outlook of a track."""
        if not is_usable(track):
            return Outlook(track_id=track.track_id, time_s=track.time_s, why=("its position is unknown",))
        inside = self._inside(track)
        border, sentence = self._border(track)
        towns = self._near_towns(track)
        return Outlook(
            track_id=track.track_id,
            time_s=track.time_s,
            inside=inside,
            border=border,
            towns=tuple(towns),
            why=(*self._why(track, inside), *sentence, *_town_sentences(towns)),
        )

    def _all_areas(self) -> dict[str, Area]:
        """Return the area of every country by its code, built when first needed."""
        if self._areas is None:
            codes = list(dict.fromkeys(zone.country for zone in self._zones))
            self._areas = {
                code: Area([p for zone in self._zones if zone.country == code for p in zone.polygons])
                for code in codes
            }
        return self._areas

    def _inside(self, track: Track) -> tuple[Inside, ...]:
        found = [
            Inside(country=code, probability=area.probability(track.lon_deg, track.lat_deg, track.position_cov_m2))
            for code, area in self._all_areas().items()
        ]
        likely = [one for one in found if one.probability >= 0.001 or one.country == self._watched]
        return tuple(sorted(likely, key=lambda one: (-one.probability, one.country)))

    def _border(self, track: Track) -> tuple[Ahead | None, list[str]]:
        area = self._all_areas().get(self._watched)
        nearest = area.nearest(track.lon_deg, track.lat_deg) if area is not None else None
        if area is None or nearest is None:
            return None, []
        side = "inside" if nearest.depth_m > 0.0 else "from"
        words = [f"{length(abs(nearest.depth_m))} {side} the border of {self._own_name}"]
        met = meeting(area, track, HORIZON_S) if speed_mps(track) >= 1.0 else None
        if met is None or met.probability < 0.5 or met.in_s < 0.0:
            border = Ahead(
                zone_id=self._own_id,
                distance_m=abs(nearest.depth_m),
                lat_deg=nearest.lat_deg,
                lon_deg=nearest.lon_deg,
            )
            return border, words
        what = "leaves" if nearest.depth_m > 0.0 else "reaches"
        words.append(f"{what} {self._own_name} in {duration(met.in_s)} ± {duration(met.in_sd_s)} if it keeps on")
        border = Ahead(
            zone_id=self._own_id,
            distance_m=abs(nearest.depth_m),
            in_s=met.in_s,
            in_sd_s=met.in_sd_s,
            lat_deg=met.lat_deg,
            lon_deg=met.lon_deg,
        )
        return border, words

    def _near_towns(self, track: Track) -> list[TownAhead]:
        """Return the towns on its way in the order of passing, then the nearest others."""
        velocity = (track.east_mps, track.north_mps)
        way = self._towns.ahead(track.lon_deg, track.lat_deg, velocity, HORIZON_S, CORRIDOR_M)[:N_AHEAD]
        around = self._towns.around(track.lon_deg, track.lat_deg, velocity, N_NEAREST)
        known = {(town.name, town.lat_deg, town.lon_deg) for town in way}
        return way + [town for town in around if (town.name, town.lat_deg, town.lon_deg) not in known]

    def _why(self, track: Track, inside: Sequence[Inside]) -> list[str]:
        own = next((one.probability for one in inside if one.country == self._watched), None)
        sentences = [] if own is None else [f"{percent(own)} probability inside {self._own_name}"]
        sentences += who(track)
        sentences.append(f"{motion(track)}, flying {course(track.east_mps, track.north_mps)}")
        if track.status == "lost":
            sentences.append(f"lost: last report at {clock(track.last_report_s)}; where it is now is a prediction")
        spread = math.sqrt(max(track.position_cov_m2[0] + track.position_cov_m2[2], 0.0) / 2.0)
        sensors = ", ".join(one.sensor for one in track.contributions[:4])
        sentences.append(f"position ± {length(spread)}" + (f", from {sensors}" if sensors else ""))
        return sentences


def _town_sentences(towns: Sequence[TownAhead]) -> list[str]:
    return [
        f"passes {length(town.closest_m)} from {town.name} ({town.population:,} people) in {duration(town.in_s)}"
        for town in towns
        if town.in_s is not None and town.closest_m <= CORRIDOR_M and town.in_s <= HORIZON_S
    ]
