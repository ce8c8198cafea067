"""The search for what a lost track left on the ground: what is known, what was decided, and the plan that follows.

`SearchState` is what the journal says of one search (a fold over events, part of the incident). `SearchPlan` is made
from it, anew whenever it changes. Positions are WGS-84 degrees, probabilities 0 to 1, times UTC epoch seconds.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from sargas.model.report import Bearing, Epoch, Lat, Lon, Point, Presence, Sighting, Text
from sargas.model.track import Track

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Hours = Annotated[float, Meta(ge=0.0, le=10_000.0)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Ring = Annotated[tuple[Point, ...], Meta(min_length=3, max_length=2_000, description="corners, not repeated")]

Fate = Literal["flying", "left", "landed", "glided", "fell", "obstacle", "never"]
"""What became of it: still flying; left the country; power ended and it came down by itself; glided down after a
failure; fell; hit an obstacle; was never there."""
Conduct = Literal["course", "wander", "orbit", "return", "drift"]
"""How it flew after the loss: on course; astray as one that is jammed; circling; back to where it came from; with
the wind."""
Cover = Literal["open", "mixed", "forest", "built", "water"]
"""What the ground is covered with."""
Light = Literal["day", "night"]
AssetKind = Literal["foot_team", "volunteers", "dogs", "camera_drone", "helicopter", "vehicle"]


# ------------------------------------------------------------------------------------------- what came in


class Watching(Struct, frozen=True, kw_only=True):
    """A sensor that worked between two times after the loss; `until_s` None: it still does."""

    sensor: str
    from_s: float
    until_s: float | None = None


class Loss(Struct, frozen=True, kw_only=True):
    """A lost track: its state at its last report, and the sensors that would have seen it go on.

    `path` is where it was in the last minutes before: (time_s, lon_deg, lat_deg), oldest first, some seconds apart.
    `kinds`: how likely it was of each kind of aircraft, as far as that was known then; they add up to 1 or less.
    """

    track: Track
    declared_s: float
    path: tuple[tuple[float, float, float], ...] = ()
    watching: tuple[Watching, ...] = ()
    kinds: dict[str, float] = {}


ClueKind = Literal["sighting", "bearing", "presence", "bang", "engine_stopped", "smoke", "debris", "other"]


class Clue(Struct, frozen=True, kw_only=True):
    """Something that speaks of the target after the loss. `reliability`: how likely it is about this target at all.

    A clue with a `report` came from a feed; one without was written down by an officer: at a place, within
    `radius_m` (one standard deviation), at `time_s` if it is known.
    """

    clue_id: str
    kind: ClueKind
    reliability: Share
    received_s: float
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    radius_m: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 1_000.0
    time_s: Epoch | None = None
    time_sd_s: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 120.0
    text: Text = ""
    by: str = ""
    report: Sighting | Bearing | Presence | None = None


# ------------------------------------------------------------------------------------------- what people decide


class Wind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wind at a height above the ground, and how far it may be off (one standard deviation of each component)."""

    speed_mps: Annotated[float, Meta(ge=0.0, le=100.0)]
    from_deg: Annotated[float, Meta(ge=0.0, le=360.0)]
    at_height_m: Annotated[float, Meta(gt=0.0, le=20_000.0)] = 10.0
    sd_mps: Annotated[float, Meta(ge=0.0, le=30.0)] = 2.0


class TakeOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and between which times it may have taken off: what it has used up of its endurance follows."""

    earliest_s: Epoch
    latest_s: Epoch


class Asset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that searches: how many hours it can, and from when. None is the figure of its kind.

    `sweep_width_m` overrides the table of its kind by cover and light.
    """

    asset_id: Name
    kind: AssetKind
    hours: Annotated[float, Meta(gt=0.0, le=10_000.0)] = 8.0
    available_s: Epoch | None = None
    speed_mps: Annotated[float, Meta(gt=0.0, le=200.0)] | None = None
    sweep_width_m: Annotated[float, Meta(gt=0.0, le=20_000.0)] | None = None


class SearchSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the officer can set of a search; what is left out is worked out.

    `kinds`: weights of the kinds of aircraft. `fates` and `conducts`: probabilities that the officer has set; those
    left out share the rest as the model has them. `height_agl_m`: a height that somebody knows.
    """

    kinds: dict[str, Share] = {}
    fates: dict[Fate, Share] = {}
    conducts: dict[Conduct, Share] = {}
    wind: Wind | None = None
    take_off: TakeOff | None = None
    height_agl_m: Annotated[float, Meta(ge=0.0, le=30_000.0)] | None = None
    cover: Cover = "mixed"
    light: Light = "day"
    assets: Annotated[tuple[Asset, ...], Meta(max_length=100)] = ()
    sector_hours: Annotated[float, Meta(gt=0.0, le=1_000.0)] = 4.0


class SectorOutline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sector as it was ordered; its name and its corners stay, however the map changes."""

    name: Name
    ring: Ring
    cover: Cover = "mixed"


class Searched(Struct, frozen=True, kw_only=True):
    """An area that was searched in vain: a ring, or the paths that were walked; by what and how thoroughly.

    `coverage` is how many times over the area was swept (Koopman's z). Where it is None it follows from the `hours`
    of the asset in the ring, or from the paths and the asset's sweep width; without either it was swept once.
    """

    searched_id: str
    time_s: float
    by: str
    asset: AssetKind
    sector: str = ""
    ring: tuple[Point, ...] = ()
    paths: tuple[tuple[Point, ...], ...] = ()
    hours: float | None = None
    coverage: Annotated[float, Meta(ge=0.0, le=100.0)] | None = None
    sweep_width_m: float | None = None
    text: Text = ""


class Find(Struct, frozen=True, kw_only=True):
    """Something found: what, where, by whom. `is_it` ends the search for the track."""

    find_id: str
    time_s: float
    by: str
    what: Literal["wreck", "part", "crater", "explosive", "other"]
    lat_deg: Lat
    lon_deg: Lon
    sd_m: float
    is_it: bool
    photo_sha256: str = ""
    text: Text = ""


class SearchState(Struct, frozen=True, kw_only=True):
    """All that the journal says of one incident's search.

    `past_sectors` are those of earlier orders: no longer searched, but a team in the field may still report one.
    """

    losses: tuple[Loss, ...] = ()
    clues: tuple[Clue, ...] = ()
    settings: SearchSettings = field(default_factory=SearchSettings)
    generation: int = 0
    ordered_s: float | None = None
    sectors: tuple[SectorOutline, ...] = ()
    past_sectors: tuple[SectorOutline, ...] = ()
    searched: tuple[Searched, ...] = ()
    finds: tuple[Find, ...] = ()
    ended_s: float | None = None
    changed_s: float = 0.0


# ------------------------------------------------------------------------------------------- what follows from it


class Hypothesis(Struct, frozen=True, kw_only=True):
    """One fate or conduct: its probability before and after the evidence, whether an officer set it, and why."""

    id: str
    title: str
    prior: float
    probability: float
    is_set: bool
    why: str


class Cells(Struct, frozen=True, kw_only=True):
    """The probability map as columns of one length: square cells of an equal-area grid about `lat0_deg, lon0_deg`.

    `x_m, y_m` are the centres in the Lambert azimuthal equal-area plane about that point, `size_m` the sides;
    `lat_deg, lon_deg` the centres on WGS-84. `poc` is the probability of containment: that the wreck exists, is in
    the country, and lies in the cell. They add up to `SearchPlan.p_there`.
    """

    lat0_deg: float
    lon0_deg: float
    x_m: tuple[float, ...]
    y_m: tuple[float, ...]
    size_m: tuple[float, ...]
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    poc: tuple[float, ...]


class Contour(Struct, frozen=True, kw_only=True):
    """The smallest area that holds a share of what is to be found: polygons of rings of (lon, lat), outer first."""

    share: float
    area_m2: float
    polygons: tuple[tuple[tuple[Point, ...], ...], ...]


class Sector(Struct, frozen=True, kw_only=True):
    """A piece of ground for one team.

    `poc` is now, `pod` what has been searched of it so far, `p_per_hour` the probability of finding it there in the
    first hour of a foot team, `rank` 1 the best by that. `is_ordered`: the outline is fixed.
    """

    name: str
    ring: tuple[Point, ...]
    lat_deg: float
    lon_deg: float
    area_m2: float
    cover: Cover
    poc: float
    pod: float
    p_per_hour: float
    hours: float
    rank: int
    is_ordered: bool
    mgrs: str = ""


class Assignment(Struct, frozen=True, kw_only=True):
    """What one asset should do in one sector: hours, the detection that gives, and the success that adds."""

    asset_id: str
    sector: str
    hours: float
    pod: float
    pos: float


class AssetWorth(Struct, frozen=True, kw_only=True):
    """The search with and without one asset: probability of success of the whole effort, expected hours to find.

    `expected_h` is the mean of the time to find, given that it is found within the effort planned; None if nothing
    can be found.
    """

    asset_id: str
    pos_without: float
    expected_h_without: float | None


class SuccessPoint(Struct, frozen=True):
    """The probability of success after so many hours of search by all assets together."""

    hours: float
    pos: float


class ClueWeight(Struct, frozen=True, kw_only=True):
    """A clue and what it did: the probability, after all evidence, that it speaks of this target."""

    clue: Clue
    probability: float
    why: str


class SensorSilence(Struct, frozen=True, kw_only=True):
    """A sensor that would have seen the target go on, and did not: how strongly that speaks, in plain words."""

    sensor: str
    p_detect_look: float
    until_s: float
    why: str


class LossHypotheses(Struct, frozen=True, kw_only=True):
    """What may have become of one lost track: probabilities that add up to 1, and until when it can fly.

    `crashed` is glided, fallen or flown into something; `never`: it was no aircraft at all.
    """

    track_id: int
    last_report_s: float
    flying: float
    left: float
    landed: float
    crashed: float
    never: float
    flies_until_s: float | None = None
    text: str = ""


class SearchPlan(Struct, frozen=True, kw_only=True):
    """Where to look, and why: everything a search leader reads.

    `p_there`: the probability that there is something to find in the country and on the ground, now or later;
    `p_flying` that it still flies. `best` is the densest place. `pos` is the probability of success of the effort
    planned, `expected_h` the mean hours to the find given that it is found. `is_found` when a find has closed it.
    """

    incident_id: str
    track_id: int
    key: str
    now_s: float
    loss: Loss
    settings: SearchSettings
    kinds: dict[str, float]
    fates: tuple[Hypothesis, ...]
    conducts: tuple[Hypothesis, ...]
    p_there: float
    p_flying: float
    best_lat_deg: float
    best_lon_deg: float
    best_mgrs: str
    cells: Cells
    contours: tuple[Contour, ...]
    sectors: tuple[Sector, ...]
    assignments: tuple[Assignment, ...]
    pos: float
    expected_h: float | None
    success: tuple[SuccessPoint, ...]
    worth: tuple[AssetWorth, ...]
    clues: tuple[ClueWeight, ...]
    silences: tuple[SensorSilence, ...]
    searched: tuple[Searched, ...]
    finds: tuple[Find, ...]
    is_found: bool
    is_ordered: bool
    hazard_m: float
    hazard: str
    why: tuple[str, ...]
    country: str
    title: str
    is_exercise: bool = False
