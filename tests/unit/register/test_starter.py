"""The starter file: every record has sources, lies in its country and its time; the mission's facts agree."""

import math
from functools import cache
from typing import Any

import msgspec
import pytest
import shapely

from sargas.airspace import borders
from sargas.app.register_files import starter
from sargas.app.wire import read_border_data
from sargas.model.register import RegisterRecord
from sargas.register.span import moment, span_s
from sargas.share.register_map import NEIGHBOURS

RECORDS = starter()
FRONTIER = {"FI", "EE", "LV", "LT", "PL", "RO"}
METRES_A_DEGREE = 111_320.0
SD_REACH = 2.0
"""How many standard deviations a place may lie outside of its country: it is about where the report says."""


@cache
def outlines() -> dict[str, Any]:
    countries = {country for record in RECORDS for country in record.countries}
    zones = borders.load(read_border_data, sorted(countries), (*borders.STATES, *NEIGHBOURS))
    shapes: dict[str, list[Any]] = {}
    for zone in zones:
        shapes.setdefault(zone.country, []).extend(
            shapely.make_valid(shapely.Polygon(part[0], part[1:])) for part in zone.polygons
        )
    return {country: shapely.union_all(parts) for country, parts in shapes.items()}


def outside_m(record: RegisterRecord) -> float:
    """Return about how far the place is from the nearest of its countries [m]."""
    at = shapely.Point(record.lon_deg, record.lat_deg)
    squeezed = METRES_A_DEGREE * math.cos(math.radians(record.lat_deg or 0.0))
    return min(float(outlines()[country].distance(at)) for country in record.countries) * squeezed


def test_there_are_enough_to_speak_of_and_each_is_there_once() -> None:
    assert len(RECORDS) >= 50
    assert len({record.record_id for record in RECORDS}) == len(RECORDS)
    assert {country for record in RECORDS for country in record.countries} >= FRONTIER


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.record_id)
def test_a_record_has_sources_with_addresses_and_says_how_far_they_are_trusted(record: RegisterRecord) -> None:
    assert record.sources
    for source in record.sources:
        assert source.address.startswith(("https://", "http://"))
        assert source.publisher
        assert (source.reliability, source.credibility) != ("F", "6")
    # What one bad source says alone is not held to be confirmed.
    assert len(record.sources) > 1 or record.sources[0].credibility != "1" or record.sources[0].reliability in "AB"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.record_id)
def test_a_record_lies_in_its_time_and_in_its_country(record: RegisterRecord) -> None:
    began_s, until_s = span_s(record)
    assert 2022 <= moment(began_s).year <= 2026
    assert until_s - began_s < 60 * 86_400.0
    assert record.record_id.startswith(tuple(country.lower() for country in record.countries))
    assert moment(began_s).strftime("%Y-%m") in {record.record_id[3:10], previous(record.record_id[3:10])}
    assert (record.lat_deg is None) == (record.sd_m is None)
    if record.lat_deg is not None and record.sd_m is not None:
        assert outside_m(record) <= SD_REACH * record.sd_m


def previous(month: str) -> str:
    """Return the month before: a night begins in it, and what was found in one may have fallen in the other."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number - 1:02d}" if number > 1 else f"{year - 1}-12"


def one(record_id: str) -> RegisterRecord:
    return next(record for record in RECORDS if record.record_id == record_id)


def test_it_agrees_with_the_cases_for_which_sargas_was_built() -> None:
    # The design's table of cases.
    sumskas, gaiziunai = one("lt-2025-07-10-sumskas"), one("lt-2025-07-28-gaiziunai")
    assert (sumskas.model, sumskas.has_explosives, "50 to 60 km/h" in sumskas.text) == ("Gerbera", False, True)
    assert moment(gaiziunai.began_s).strftime("%H:%M") == "01:40"  # 04:40 local
    assert (gaiziunai.has_explosives, "2 kg" in gaiziunai.text, "1 August" in gaiziunai.text) == (True, True, True)
    rezekne = one("lv-2026-05-07-rezekne")
    assert moment(rezekne.began_s).strftime("%H:%M") == "00:30"  # the calls at 03:30 local
    assert "04:43" in rezekne.text
    night = one("pl-2025-09-10-night")
    assert (night.n_min, night.n_max) == (19, 21)
    assert one("lt-2025-10-05-balloons").n_min == 25
    assert one("pl-2023-05-12-rypin").object_type == "balloon"
    assert one("pl-2022-12-16-zamosc-bydgoszcz").object_type == "cruise_missile"
    assert one("ro-2025-11-25-puiesti").has_explosives is False


def test_a_record_fits_into_a_decision() -> None:
    assert max(len(msgspec.json.encode(record)) for record in RECORDS) < 8_000
