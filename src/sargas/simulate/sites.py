"""The sensors of a scenario: as the configuration has them, and how they are simulated."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.sensor import Sensor

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Rate = Annotated[float, Meta(ge=0.0, le=10_000.0)]
Height = Annotated[float, Meta(ge=0.0, le=25_000.0)]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class HotSpot(_Table, frozen=True, kw_only=True):
    """Where a radar sees more than elsewhere what does not fly: a wind farm about a place, a road up `to` another.

    The plots lie evenly along the way, each with a normal scatter of `spread_m` to every side of it.
    """

    place: Name
    to: Name | None = None
    plots_per_turn: Annotated[float, Meta(gt=0.0, le=100.0)]
    spread_m: Annotated[float, Meta(ge=0.0, le=20_000.0)] = 500.0


class RadarModel(_Table, frozen=True, kw_only=True):
    """How a radar sees. `reach_1m2_km`: where it detects one square metre every second time; None has no primary.

    `mti_mps`: what moves more slowly along the beam is taken for ground. `false_plots_per_turn` lie anywhere, those
    of the `hot_spots` come on top. `p_detect_max`: no target, however large, is plotted more often.
    """

    reach_1m2_km: Annotated[float, Meta(gt=0.0, le=500.0)] | None = None
    has_secondary: bool = False
    mti_mps: Annotated[float, Meta(ge=0.0, le=100.0)] = 5.0
    p_detect_max: Share = 1.0
    false_plots_per_turn: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 0.5
    hot_spots: Annotated[list[HotSpot], Meta(max_length=50)] = []
    n_sectors: Annotated[int, Meta(ge=1, le=32)] = 16


class EarModel(_Table, frozen=True, kw_only=True):
    """How an acoustic node hears: the loudness at the node that it detects every second time in calm air.

    `says`: a bearing, or that it heard something within `within_m`, or both.
    """

    threshold_db: Annotated[float, Meta(ge=0.0, le=100.0)] = 24.0
    look_s: Annotated[float, Meta(ge=1.0, le=60.0)] = 5.0
    false_per_hour: Rate = 0.5
    says: Literal["bearing", "presence", "both"] = "bearing"
    within_m: Annotated[float, Meta(gt=0.0, le=20_000.0)] = 4_000.0


class FinderModel(_Table, frozen=True, kw_only=True):
    """How a radio direction finder hears what transmits: how far, how often, how surely; and what is no target."""

    reach_km: Annotated[float, Meta(gt=0.0, le=300.0)] = 40.0
    look_s: Annotated[float, Meta(ge=0.5, le=60.0)] = 5.0
    p_detect: Share = 0.6
    false_per_hour: Rate = 0.0


class TrackerModel(_Table, frozen=True, kw_only=True):
    """How a neighbour's own tracker sees: the truth, smoothed, with an error that lasts.

    Its filter follows the truth with a position gain `gain` every `every_s`, so that it lags in every turn. The error
    added to it has `sd_m` on each axis and is forgotten with the time constant `correlation_s`. A track is told
    `begins_after_s` after the target came into the coverage; on average every `renumber_min` it gets another number.
    What reflects less than `rcs_min_m2` and has no transponder is never seen.
    """

    every_s: Annotated[float, Meta(ge=1.0, le=60.0)] = 5.0
    gain: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.4
    sd_m: Annotated[float, Meta(ge=0.0, le=5_000.0)] = 150.0
    correlation_s: Annotated[float, Meta(gt=0.0, le=3_600.0)] = 60.0
    begins_after_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 20.0
    rcs_min_m2: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 0.0
    renumber_min: Annotated[float, Meta(gt=0.0, le=1_440.0)] | None = None
    first_number: Annotated[int, Meta(ge=0, le=1_000_000)] = 401


class Hidden(_Table, frozen=True, kw_only=True):
    """What is wrong with the sensor and nobody knows: the configuration is not told of it.

    `time_bias_s`: how far its clock is ahead. `sd_factor`: its noise is so many times what `errors` say.
    """

    range_bias_m: Annotated[float, Meta(ge=-10_000.0, le=10_000.0)] = 0.0
    azimuth_bias_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] = 0.0
    time_bias_s: Annotated[float, Meta(ge=-30.0, le=30.0)] = 0.0
    sd_factor: Annotated[float, Meta(ge=0.0, le=20.0)] = 1.0


class Site(Sensor, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sensor as in a configuration, and how it is simulated. `is_invented`: no such site is claimed to exist."""

    is_invented: bool
    feed: Name
    radar: RadarModel | None = None
    ear: EarModel | None = None
    finder: FinderModel | None = None
    tracker: TrackerModel | None = None
    hidden: Hidden = Hidden()

    def sensor(self) -> Sensor:
        """Return the sensor alone, as the configuration has it."""
        return Sensor(**{field: getattr(self, field) for field in Sensor.__struct_fields__})

    @property
    def place(self) -> tuple[float, float, float]:
        """Latitude and longitude [deg] and height above the ellipsoid [m] of a sensor that stands somewhere."""
        assert self.lat_deg is not None
        assert self.lon_deg is not None
        return self.lat_deg, self.lon_deg, self.alt_m

    @property
    def range_bias_m(self) -> float:
        """What its ranges are off in all, known or not."""
        return self.errors.range_bias_m + self.hidden.range_bias_m

    @property
    def azimuth_bias_deg(self) -> float:
        """What its directions are off in all, known or not."""
        return self.errors.azimuth_bias_deg + self.hidden.azimuth_bias_deg

    @property
    def time_bias_s(self) -> float:
        """What its clock is ahead in all, known or not."""
        return self.errors.time_bias_s + self.hidden.time_bias_s


MODEL_OF: Final = {"radar": "radar", "acoustic": "ear", "radio_df": "finder"}
"""The table that a sensor's kind needs to be simulated."""
