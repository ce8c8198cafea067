"""A scenario says what it is, and every mistake says where it is and what was expected."""

from datetime import UTC, datetime
from importlib import resources

import pytest

from sargas.model.errors import DataError
from sargas.simulate.scenario import Scenario, load

FOLDER = resources.files("sargas.simulate") / "scenarios"
NAMES = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".toml"))
WITNESSES = """[[witnesses]]
sensor = "112"
around = "inside"
within_km = 2
people = 3
notices = ["gerbera"]
"""


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return load(text("tiny.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_that_travels_is_read(name: str) -> None:
    scenario = load(text(name), name)
    assert scenario.end_s - scenario.start_s == 60.0 * scenario.duration_min


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("2025-")])
def test_a_reconstruction_names_its_sources_and_what_is_invented(name: str) -> None:
    scenario = load(text(name), name)
    assert scenario.label == "RECONSTRUCTION"
    assert all(source.publisher and source.date and source.says for source in scenario.sources)
    assert len(scenario.sources) >= 3
    assert scenario.invented
    assert all(site.is_invented for site in scenario.sensors if site.lat_deg is not None)


@pytest.mark.parametrize("name", ["tiny.toml", "mixed.toml"])
def test_what_is_no_reconstruction_says_so_and_that_all_is_invented(name: str) -> None:
    scenario = load(text(name), name)
    assert scenario.label == "TEST"
    assert scenario.invented[0].startswith("All of it")
    assert all(site.is_invented for site in scenario.sensors if site.lat_deg is not None)


def test_a_time_of_day_is_that_of_the_start_within_hours(tiny: Scenario) -> None:
    def moment(hour: int) -> datetime:
        at = datetime(2000, 1, 1, hour, tzinfo=UTC).time()
        return datetime.fromtimestamp(tiny.time_s(at), UTC)

    assert moment(1) == datetime(2025, 7, 28, 1, tzinfo=UTC)  # 40 minutes before the start
    assert moment(23) == datetime(2025, 7, 27, 23, tzinfo=UTC)
    assert moment(12) == datetime(2025, 7, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("duration_min = 4", 'duration_min = "4"', "duration_min: expected 'float'"),
        ("duration_min = 4", "duration_min = 4\nwether = 1", "unknown field 'wether'"),
        ("start = 2025-07-28T01:40:00Z", "start = 2025-07-28T01:40:00", "start: expected a time with its zone"),
        ('craft = "gerbera"', 'craft = "gerbra"', r"aircraft\[0\] \(Drone\).craft: no 'gerbra'; have gerbera, "),
        ('place = "west"', 'place = "wst"', r"path\[0\].place: no 'wst'; did you mean 'west'\?"),
        ('icao24 = "f00001"', "", "with a transponder it needs callsign and icao24"),
        ("at = 01:40:00, height_m = 220", "height_m = 220", "the first waypoint needs 'at' and 'height_m'"),
        ("sic = 1", "", "a radar needs sac, sic and period_s"),
        ("ear = { threshold_db = 22.0, false_per_hour = 0.0 }", "", "of kind 'acoustic' needs this table"),
        ('sensor = "112"', 'sensor = "113"', r"calls\[0\].sensor: no '113'; did you mean '112'\?"),
        ('id = "finder"', 'id = "ear"', r"sensors\[3\].id: 'ear' is used twice"),
        (
            "transmits = true",
            "transmits = true\nspoof = { begins = 01:41:00, east_km = 5 }",
            "only a transponder lies",
        ),
        ("speed_mps = 130, height_m = 4000", 'how = "drift"', r"path\[1\]: what drifts needs drift_min"),
        ("speed_mps = 130, height_m = 4000", 'how = "drift", drift_min = 2', "what drifts has no place"),
        (
            "has_secondary = true",
            'hot_spots = [{ place = "est", plots_per_turn = 1 }]',
            r"hot_spots\[0\]: no 'est'; did",
        ),
        ("range_sd_m = 60.0, az", "range_sd_m = 60.0, hidden = 1, az", "unknown field 'hidden'"),
        (
            'kind = "observer"',
            'kind = "observer"\ntracker = {}',
            "only a 'neighbour' with lat_deg and lon_deg has one",
        ),
        (
            "[[cues]]",
            WITNESSES.replace("gerbera", "gerbra") + "[[cues]]",
            r"notices: no 'gerbra'; did you mean 'gerbera'",
        ),
        ("[[cues]]", WITNESSES + "after_min = [5, 1]\n[[cues]]", "after_min: expected the shorter time first"),
        ("lat_deg = 54.620", "lat_deg = 154.620", r"sensors\[0\].lat_deg: expected 'float' <= 90"),
        ("[places]", "[places", "no TOML"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_was_expected(old: str, new: str, message: str) -> None:
    broken = text("tiny.toml").replace(old, new, 1)
    with pytest.raises(DataError, match=message) as caught:
        load(broken, "tiny.toml")
    assert str(caught.value).startswith("tiny.toml: ")


def test_all_unknown_names_are_told_in_one_go() -> None:
    broken = text("tiny.toml").replace('place = "west"', 'place = "wst"').replace('place = "east"', 'place = "est"')
    with pytest.raises(DataError) as caught:
        load(broken, "tiny.toml")
    assert len(str(caught.value).splitlines()) == 2
