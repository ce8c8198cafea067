"""Counts by hand: incidents, objects at least and at most, and how much is not known."""

from register_kit import a_record
from sargas.register.statistics import Row, counted

BEGAN_2024_S, BEGAN_2025_S = 1_725_667_200.0, 1_753_660_800.0
RECORDS = [
    a_record("a", began_s=BEGAN_2024_S, countries=("LV",), object_type="attack_drone", origin="RU", outcome="crashed",
             has_explosives=True, lat_deg=56.7, lon_deg=27.1),
    a_record("b", began_s=BEGAN_2025_S, countries=("LT",), object_type="balloon", n_min=20, n_max=100),
    a_record("c", began_s=BEGAN_2025_S, countries=("RO", "HU"), n_min=2, n_max=2, precision="minute",
             ended_s=BEGAN_2025_S + 600.0),
    a_record("d", began_s=BEGAN_2025_S, countries=("LT",), n_min=0, n_max=1, precision="minute",
             ended_s=BEGAN_2025_S + 1_200.0, origin="BY"),
]  # fmt: skip


def row(*keys: str, n_incidents: int, n_min: int, n_max: int) -> Row:
    return Row(keys=keys, n_incidents=n_incidents, n_min=n_min, n_max=n_max)


def test_years_add_up_incidents_and_objects_at_least_and_at_most() -> None:
    counts = counted(RECORDS, ["year"])
    assert counts.rows == [
        row("2024", n_incidents=1, n_min=1, n_max=1),
        row("2025", n_incidents=3, n_min=22, n_max=103),
    ]
    assert (counts.n_incidents, counts.n_min, counts.n_max) == (4, 23, 104)


def test_an_incident_of_two_countries_counts_for_each_and_once_in_all() -> None:
    counts = counted(RECORDS, ["country"])
    assert {one.keys[0]: one.n_incidents for one in counts.rows} == {"HU": 1, "LT": 2, "LV": 1, "RO": 1}
    assert counts.n_incidents == 4


def test_what_is_not_known_is_counted() -> None:
    counts = counted(RECORDS, [])
    assert counts.rows == []
    assert (counts.n_origin_unknown, counts.n_type_unknown, counts.n_outcome_unknown) == (2, 2, 3)
    assert (counts.n_unplaced, counts.n_explosives, counts.n_explosives_unknown, counts.n_unsourced) == (3, 1, 3, 4)


def test_how_long_it_lasted_is_the_median_of_those_whose_times_are_known_to_the_minute() -> None:
    assert (counted(RECORDS, []).lasting_s, counted(RECORDS, []).n_lasting) == (900.0, 2)
    assert counted(RECORDS[:2], []).lasting_s is None


def test_two_keys_make_a_row_for_each_pair_that_occurs() -> None:
    counts = counted(RECORDS, ["year", "origin"])
    assert [one.keys for one in counts.rows] == [("2024", "RU"), ("2025", "BY"), ("2025", "unknown")]


def test_a_month_that_is_not_known_is_not_january() -> None:
    (one,) = counted([a_record(began_s=1_735_689_600.0, precision="year")], ["month"]).rows
    assert one.keys == ("2025-??",)
