"""What each category says, against records that libasterix's encoder made from known values."""

import pytest

from asterix_samples import NOON_S, NOON_TOD, SENSOR, block, plot, read, tracks
from sargas.decode.asterix import Settings, build
from sargas.model.errors import ConfigError
from sargas.model.report import (
    NO_IDENTITY,
    Cooperative,
    GeoPlot,
    Identity,
    Malformed,
    PolarPlot,
    SensorStatus,
    SystemTrack,
    Unused,
)
from sargas.model.sensor import Sensor

DEGREE_24 = 180.0 / 2**23
DEGREE_25 = 180.0 / 2**25
FLIGHT_LEVEL_100_M = 3_048.0


def one(data: bytes, **how):
    (decoded,) = read(data, **how)
    return decoded


class TestMonoradarPlots:
    def test_a_plot_has_range_azimuth_level_and_identity(self):
        plotted = one(block("048_1_32", plot()))
        assert plotted == PolarPlot(
            sensor="hill",
            time_s=NOON_S,
            received_s=NOON_S,
            entry=7,
            range_m=20 * 1852.0,
            azimuth_deg=90.0,
            alt_baro_m=FLIGHT_LEVEL_100_M,
            identity=Identity(icao24="4249b9", callsign="LOT3KM", squawk="7421"),
        )

    def test_height_of_a_3d_radar_is_kept(self):
        plotted = one(block("048_1_32", plot() | {"110": (0, (1_000.0, "ft"))}))
        assert plotted.alt_wgs84_m == pytest.approx(304.8)

    @pytest.mark.parametrize("validity", [(1, 0), (0, 1)])
    def test_a_garbled_or_unvalidated_code_or_level_is_unknown(self, validity):
        v, g = validity
        plotted = one(block("048_1_32", plot() | {"070": (v, g, 0, 0, "7421"), "090": (v, g, (100.0, "FL"))}))
        assert plotted.identity.squawk is None
        assert plotted.alt_baro_m is None

    def test_what_is_not_sent_is_unknown(self):
        plotted = one(block("048_1_32", {"140": NOON_TOD, "040": (0, 0)}))
        assert plotted.alt_baro_m is None
        assert plotted.identity is NO_IDENTITY
        assert (plotted.range_m, plotted.azimuth_deg) == (0.0, 0.0)

    @pytest.mark.parametrize(
        ("descriptor", "reason"),
        [
            (((5, 1, 0, 0, 0, None),), "CAT048 simulated target"),
            (((5, 0, 0, 0, 1, None),), "CAT048 field monitor"),
            (((5, 0, 0, 0, 0, None), (1, 0, 0, 0, 0, 0, None)), "CAT048 test target"),
            (((5, 0, 0, 0, 0, None), (0, 1, 0, 0, 0, 0, None)), "CAT048 range beyond item 040"),
            (((0, 0, 0, 0, 0, None),), "CAT048 no detection"),
        ],
    )
    def test_what_is_no_target_is_counted(self, descriptor, reason):
        assert one(block("048_1_32", plot() | {"020": descriptor})) == Unused(reason)

    def test_a_record_without_position_is_counted(self):
        assert one(block("048_1_32", {"140": NOON_TOD})) == Unused("CAT048 no measured position")

    def test_all_editions_read_the_same_plot(self):
        for edition in ("27", "28", "29", "30", "31", "32"):
            plotted = one(block(f"048_1_{edition}", plot()), editions={"*": {"048": f"1.{edition}"}})
            assert plotted.range_m == 20 * 1852.0
            assert plotted.identity.callsign == "LOT3KM"


class TestServiceMessages:
    def test_a_north_mark_with_the_stated_rotation(self):
        status = one(block("034_1_29", {"000": 1, "030": NOON_TOD, "041": (5.0, "s"), "050": {"COM": 0}}))
        assert status == SensorStatus(
            sensor="hill",
            time_s=NOON_S,
            received_s=NOON_S,
            entry=7,
            state="ok",
            mark="north",
            azimuth_deg=0.0,
            rotation_s=5.0,
        )

    def test_the_rotation_is_measured_between_north_marks(self):
        norths_s = (43_200.0, 43_206.5, 43_213.0, 43_226.0, 43_232.5)
        marks = [block("034_1_29", {"000": 1, "030": (tod_s, "s")}) for tod_s in norths_s]
        # Once two turns agree; the mark that is missing at 43,219.5 s does not make a turn of 13 s.
        assert [each.rotation_s for each in read(*marks)] == [None, None, 6.5, None, None]

    def test_a_sector_mark_has_its_azimuth(self):
        status = one(block("034_1_29", {"000": 2, "030": NOON_TOD, "020": (90.0, "°")}))
        assert (status.mark, status.azimuth_deg, status.state) == ("sector", 90.0, "unknown")

    @pytest.mark.parametrize(
        ("common", "state", "text"),
        [
            ((1, 0, 0, 0, 0, 0, 0, 0), "failed", "not released for operational use"),
            ((0, 0, 0, 1, 0, 0, 0, 0), "degraded", "data processor overloaded"),
            ((0, 0, 0, 0, 0, 0, 1, 0), "degraded", "time source invalid"),
        ],
    )
    def test_the_state_comes_from_the_common_part(self, common, state, text):
        status = one(block("034_1_29", {"000": 1, "030": NOON_TOD, "050": {"COM": common}}))
        assert (status.state, status.text) == (state, text)

    def test_other_messages_are_counted(self):
        assert one(block("034_1_29", {"000": 4, "030": NOON_TOD})) == Unused("CAT034 neither a mark nor a state")


class TestAdsB:
    def record(self, **items):
        return {
            "040": ((0, 1, 0, 0, None),),
            "071": NOON_TOD,
            "130": (("LAT", (54.75, "°")), ("LON", (25.25, "°"))),
            "080": 0x503E01,
            "140": (1_000.0, "ft"),
            "090": ((0, 8, None), (0, 3, 8, None)),
            "210": (0, 0, 2, 2),
            "145": (10.0, "FL"),
            "155": (0, (640.0, "ft/min")),
            "160": (0, (0.05, "NM/s"), (45.0, "°")),
            "170": "LYABC",
            "070": (0, "7000"),
        } | items

    def test_a_report_gives_place_velocity_and_identity(self):
        report = one(block("021_2_7", self.record()))
        assert isinstance(report, Cooperative)
        assert report.source == "adsb"
        assert report.time_s == NOON_S
        assert report.lat_deg == pytest.approx(54.75, abs=DEGREE_24)
        assert report.lon_deg == pytest.approx(25.25, abs=DEGREE_24)
        assert report.identity == Identity(icao24="503e01", callsign="LYABC", squawk="7000")
        assert report.alt_baro_m == pytest.approx(304.8)
        assert report.alt_wgs84_m == pytest.approx(304.8)
        assert report.speed_mps == pytest.approx(0.05 * 1852.0, abs=0.06)
        assert report.course_deg == pytest.approx(45.0)
        assert report.climb_mps == pytest.approx(640 * 0.3048 / 60, abs=0.02)
        assert not report.is_on_ground

    def test_nacp_8_is_a_95_percent_radius_of_92_6_m(self):
        # RTCA DO-260B table 2-71; the 95 % radius of a circular normal distribution is 2.4477 standard deviations.
        assert one(block("021_2_7", self.record())).sd_m == pytest.approx(92.6 / 2.4477)

    def test_nucp_7_of_version_0_is_a_95_percent_radius_of_92_6_m(self):
        # RTCA DO-260 table 2-11: HFOM < 0.05 NM.
        record = self.record(**{"090": ((0, 7, None),), "210": (0, 0, 0, 2)})
        assert one(block("021_2_7", record)).sd_m == pytest.approx(92.6 / 2.4477)

    def test_no_quality_is_no_spread(self):
        record = self.record(**{"090": None, "210": None})
        assert one(block("021_2_7", record)).sd_m is None

    def test_the_high_resolution_position_comes_first(self):
        record = self.record(**{"131": (("LAT", (54.0, "°")), ("LON", (26.0, "°")))})
        report = one(block("021_2_7", record))
        assert (report.lat_deg, report.lon_deg) == pytest.approx((54.0, 26.0), abs=180.0 / 2**30)

    def test_the_time_of_reception_stands_in_for_that_of_applicability(self):
        record = self.record(**{"071": None, "073": (43_201.0, "s")})
        assert one(block("021_2_7", record)).time_s == NOON_S + 1.0

    def test_a_speed_beyond_the_item_is_unknown(self):
        record = self.record(**{"160": (1, (0.05, "NM/s"), (45.0, "°"))})
        assert one(block("021_2_7", record)).speed_mps is None

    def test_the_ground_bit_is_kept(self):
        record = self.record(**{"040": ((0, 1, 0, 0, None), (0, 1, 0, 0, 0, 0, None))})
        assert one(block("021_2_7", record)).is_on_ground

    def test_an_anonymous_address_is_no_identity(self):
        record = self.record(**{"040": ((3, 1, 0, 0, None),)})
        assert one(block("021_2_7", record)).identity.icao24 is None

    def test_a_failed_position_check_is_counted(self):
        record = self.record(**{"040": ((0, 1, 0, 0, None), (*(0,) * 6, None), (0, 0, 0, 0, 1, 0, 0, None))})
        assert one(block("021_2_7", record)) == Unused("CAT021 position failed its check")


OLD_RECORD = {
    "040": (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0),
    "030": NOON_TOD,
    "130": (("LAT", (54.75, "°")), ("LON", (25.25, "°"))),
    "080": 0x503E01,
    "145": (10.0, "FL"),
    "160": ((0.05, "NM/s"), (45.0, "°")),
    "170": "LYABC",
}


class TestOldAdsB:
    def test_it_is_read_by_the_edition_that_is_configured(self):
        report = one(block("021_0_26", OLD_RECORD), editions={"25/13": {"021": "0.26"}})
        assert (report.lat_deg, report.lon_deg) == pytest.approx((54.75, 25.25), abs=DEGREE_25)
        assert report.time_s == NOON_S
        assert report.identity == Identity(icao24="503e01", callsign="LYABC")
        assert report.speed_mps == pytest.approx(0.05 * 1852.0, abs=0.06)

    def test_it_is_malformed_to_the_edition_that_is_usual(self):
        assert all(isinstance(decoded, Malformed) for decoded in read(block("021_0_26", OLD_RECORD)))

    def test_the_edition_of_one_source_is_not_that_of_another(self):
        other = Sensor(id="other", kind="adsb", sac=9, sic=9)
        decoded = read(block("021_0_26", OLD_RECORD), editions={"9/9": {"021": "0.26"}}, sensors={"other": other})
        assert all(isinstance(each, Malformed) for each in decoded)


class TestSystemTracks:
    def test_a_track_has_number_place_velocity_and_identity(self):
        track = one(block("062_1_20", *tracks([2753])))
        assert isinstance(track, SystemTrack)
        assert (track.track_number, track.status) == (2753, "confirmed")
        assert (track.lat_deg, track.lon_deg) == pytest.approx((54.75, 25.25), abs=DEGREE_25)
        assert track.speed_mps == pytest.approx(50.0)
        assert track.course_deg == pytest.approx(143.130102)  # 3-4-5: atan2(30, -40)
        assert track.alt_baro_m == pytest.approx(350 * 30.48)
        assert track.identity == Identity(icao24="4caa1c", callsign="AZA2049")

    def change(self, **items):
        return one(block("062_1_20", tracks()[0] | items))

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (((0, 0, 0, 1, 1, None),), "tentative"),
            (((0, 0, 0, 1, 0, None), (0, 1, 0, 0, 0, 0, 0, None)), "ended"),
            (
                ((0, 0, 0, 1, 0, None), (0,) * 7 + (None,), (0,) * 5 + (None,), (1, 0, 0, 0, 0, 0, 0, None)),
                "coasting",
            ),
        ],
    )
    def test_its_status_is_kept(self, status, expected):
        assert self.change(**{"080": status}).status == expected

    def test_a_simulated_track_is_counted(self):
        status = ((0, 0, 0, 1, 0, None), (1, 0, 0, 0, 0, 0, 0, None))
        assert self.change(**{"080": status}) == Unused("CAT062 simulated track")

    def test_its_accuracy_is_the_mean_of_its_two_standard_deviations(self):
        accuracy = {"APC": (("X", (30.0, "m")), ("Y", (40.0, "m")))}
        assert self.change(**{"500": accuracy}).sd_m == pytest.approx((1_250.0) ** 0.5)

    def test_its_accuracy_in_degrees_is_turned_into_metres(self):
        accuracy = {"APW": (("LAT", (0.001, "°")), ("LON", (0.0, "°")))}
        # One thousandth of a degree of latitude is 111.3 m at 54.75 degrees north (WGS-84).
        assert self.change(**{"500": accuracy}).sd_m == pytest.approx(111.3 / 2**0.5, rel=0.01)

    def test_a_measured_geometric_altitude_is_kept_and_an_assumed_one_is_not(self):
        measured = self.change(**{"080": ((0, 0, 0, 1, 0, None),), "130": (1_000.0, "ft")})
        assumed = self.change(**{"080": ((0, 0, 0, 6, 0, None),), "130": (1_000.0, "ft")})
        assert measured.alt_wgs84_m == pytest.approx(304.8)
        assert assumed.alt_wgs84_m is None

    def test_the_tracked_pressure_altitude_stands_in_unless_corrected(self):
        tracked = self.change(**{"136": None, "135": (0, (100.0, "FL"))})
        corrected = self.change(**{"136": None, "135": (1, (100.0, "FL"))})
        assert tracked.alt_baro_m == pytest.approx(FLIGHT_LEVEL_100_M)
        assert corrected.alt_baro_m is None

    def test_the_flight_plan_gives_a_callsign_where_the_aircraft_does_not(self):
        assert self.change(**{"380": None, "390": {"CS": "BTI4TX ", "TAC": "BCS3"}}).identity.callsign == "BTI4TX"

    def test_a_track_without_a_place_is_counted(self):
        assert self.change(**{"105": None}) == Unused("CAT062 no WGS-84 position")

    def test_a_place_that_is_not_on_earth_is_malformed(self):
        decoded = self.change(**{"105": (("LAT", (120.0, "°")), ("LON", (25.25, "°")))})
        assert decoded.reason == "CAT062 position not on earth"


class TestStates:
    @pytest.mark.parametrize(
        ("status", "state", "text"),
        [
            (((0, 0, 0, 0, 0, 0, None),), "ok", ""),
            (((0, 1, 1, 1, 1, 1, None),), "ok", ""),
            (((1, 0, 0, 0, 0, 0, None),), "degraded", "degraded"),
            (((3, 0, 0, 0, 0, 0, None),), "failed", "not connected"),
            (((0,) * 6 + (None,), (0, 0, 0, 0, 0, 1, 0, None)), "degraded", "no plots received"),
            (((0,) * 6 + (None,), (1, 0, 0, 0, 0, 0, 0, None)), "failed", "not released for operational use"),
        ],
    )
    def test_cat063_tells_the_state_of_the_sensor_that_it_names(self, status, state, text):
        report = one(
            block("063_1_7", {"010": (("SAC", 1), ("SIC", 2)), "030": NOON_TOD, "050": (25, 13), "060": status})
        )
        assert (report.sensor, report.state, report.text) == ("hill", state, text)

    @pytest.mark.parametrize(
        ("status", "state"),
        [((0, 0, 0, 0, 0, 0), "ok"), ((1, 0, 0, 0, 0, 0), "degraded"), ((2, 0, 0, 0, 0, 0), "failed")],
    )
    def test_cat065_tells_the_state_of_the_system_itself(self, status, state):
        report = one(block("065_1_6", {"000": 1, "015": 1, "030": NOON_TOD, "040": status}))
        assert (report.sensor, report.state) == ("hill", state)

    def test_an_end_of_batch_is_counted(self):
        assert one(block("065_1_6", {"000": 2, "015": 1, "030": NOON_TOD, "020": 3})) == Unused("CAT065 end of batch")

    def test_a_service_status_is_a_state_with_the_standards_words(self):
        report = one(block("065_1_6", {"000": 3, "015": 1, "030": NOON_TOD, "050": 4}))
        assert (report.state, report.text) == ("maintenance", "Service interrupted by the operator")


class TestSurfaceAndMultilateration:
    def test_a_multilaterated_aircraft_is_cooperative(self):
        record = {
            "020": ((0, 0, 1, 1, 1, 1, 1, None),),
            "140": NOON_TOD,
            "041": (("LAT", (54.75, "°")), ("LON", (25.25, "°"))),
            "220": 0x503E01,
            "090": (0, 0, (10.0, "FL")),
            "202": ((3.0, "m/s"), (4.0, "m/s")),
            "500": {"SDP": (("X", (30.0, "m")), ("Y", (40.0, "m")), ("XY", 0))},
        }
        report = one(block("020_1_11", record))
        assert isinstance(report, Cooperative)
        assert (report.source, report.identity.icao24, report.speed_mps) == ("mlat", "503e01", 5.0)
        assert report.sd_m == pytest.approx((1_250.0) ** 0.5)

    def test_x_and_y_are_laid_about_the_site(self):
        record = {"140": NOON_TOD, "042": (("X", (0.0, "m")), ("Y", (1_113.2, "m")))}
        report = one(block("020_1_11", record))
        assert isinstance(report, GeoPlot)
        # 1,113.2 m north at 54.5 degrees: the meridian is 111.29 km to the degree there (WGS-84).
        assert (report.lat_deg, report.lon_deg) == pytest.approx((54.510002, 25.0), abs=2e-5)
        assert report.sd_m == SENSOR.errors.position_sd_m

    def test_x_and_y_without_a_site_are_counted(self):
        record = {"140": NOON_TOD, "042": (("X", (0.0, "m")), ("Y", (1_113.2, "m")))}
        assert one(block("020_1_11", record), sensors={}) == Unused("CAT020 no position")

    def surface(self, **items):
        return one(block("010_1_1", {"000": 1, "020": ((3, 0, 0, 0, 0, None),), "140": NOON_TOD} | items))

    def test_a_surface_radar_gives_a_plot(self):
        report = self.surface(**{"041": (("LAT", (54.75, "°")), ("LON", (25.25, "°")))})
        assert isinstance(report, GeoPlot)
        assert (report.lat_deg, report.lon_deg) == pytest.approx((54.75, 25.25), abs=1e-7)

    def test_a_surface_radar_without_a_place_gives_range_and_azimuth(self):
        report = self.surface(**{"040": ((1_588.0, "m"), (189.0, "°"))})
        assert isinstance(report, PolarPlot)
        assert (report.range_m, report.azimuth_deg) == pytest.approx((1_588.0, 189.0), abs=0.006)

    def test_its_ads_b_is_cooperative(self):
        place = {"041": (("LAT", (54.75, "°")), ("LON", (25.25, "°")))}
        report = self.surface(**place, **{"020": ((2, 0, 0, 1, 0, None),), "220": 0x503E01})
        assert (report.source, report.is_on_ground) == ("adsb", True)

    def test_its_status_message_is_a_state(self):
        report = one(block("010_1_1", {"000": 3, "140": NOON_TOD, "550": (1, 0, 0, 0, 0, 0)}))
        assert (report.sensor, report.state) == ("hill", "degraded")


class TestTime:
    MIDNIGHT_S = 1_753_660_800.0
    """28 July 2025, 00:00 UTC."""

    def time_s(self, time_of_day_s: float, received_s: float) -> float:
        return one(block("048_1_32", plot() | {"140": (time_of_day_s, "s")}), received_s=received_s).time_s

    def test_a_plot_of_before_midnight_that_came_after_is_of_the_day_before(self):
        assert self.time_s(86_399.5, self.MIDNIGHT_S + 1.0) == self.MIDNIGHT_S - 0.5

    def test_a_plot_of_after_midnight_from_a_clock_ahead_is_of_the_next_day(self):
        assert self.time_s(0.5, self.MIDNIGHT_S - 1.0) == self.MIDNIGHT_S + 0.5

    def test_a_plot_without_time_is_of_its_arrival(self):
        assert one(block("048_1_32", plot() | {"140": None}), received_s=123.25).time_s == 123.25

    def test_no_time_is_before_1970(self):
        assert self.time_s(86_399.0, 1.0) == 86_399.0

    def test_a_time_beyond_the_day_is_malformed(self):
        decoded = one(block("048_1_32", plot() | {"140": (100_000.0, "s")}))
        assert decoded.reason == "CAT048 time of day beyond one day"


class TestSourcesAndEditions:
    def test_an_unknown_source_is_called_by_its_numbers(self):
        assert one(block("048_1_32", plot()), sensors={}).sensor == "asterix-25-13"

    def test_a_skipped_category_is_counted(self):
        decoded = read(block("062_1_20", *tracks()), editions={"25/13": {"062": "skip"}})
        assert decoded == [Unused("CAT062 skipped by configuration")]

    @pytest.mark.parametrize(
        ("editions", "message"),
        [
            ({"*": {"062": "0.5"}}, r"no edition '0.5'; have 1.16, 1.17"),
            ({"*": {"001": "1.4"}}, r"category 001 is not read; have 010, 020, 021"),
            ({"300/1": {"062": "1.20"}}, r"SAC and SIC go from 0 to 255"),
        ],
    )
    def test_an_edition_that_cannot_be_is_refused(self, editions, message):
        with pytest.raises(ConfigError, match=message):
            build(Settings(editions=editions), {})
