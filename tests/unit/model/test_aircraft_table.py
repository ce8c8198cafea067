"""The table of aircraft agrees with what others published; a bad table is told, with its key, and never crashes."""

import csv
import math
import runpy
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openap import drag, prop

from sargas.model.aircraft import Aircraft, Ending, parse
from sargas.model.errors import DataError

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXT = (resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8")
KINDS = {kind.id: kind for kind in parse(TEXT)}
FIXED_WING = [
    "gerbera",
    "shahed",
    "orlan",
    "small_fixed_wing",
    "male",
    "light_aircraft",
    "cruise_missile",
    "airliner",
]
ARMED_KG = {"gerbera": 5, "shahed": 90, "orlan": 5.5, "small_fixed_wing": 25, "male": 87, "quadcopter": 3,
            "cruise_missile": 450}  # fmt: skip
"""The heaviest charge or load that its sources name; of the MALE drones a 500-lb bomb's filling (Mk 82)."""

KMH, KT, MPH, H, KM = 1.0 / 3.6, 1_852.0 / 3_600.0, 0.44704, 3_600.0, 1_000.0
GRAVITY_MPS2 = 9.80665

ONE = """[[aircraft]]
id = "kite"
name = "Kite"
span_m = [1, 2]
speed_mps = [10, 20]
speed_typical_mps = 15
glide_ratio = [4, 8]
glide_speed_mps = [9, 14]
fall_mps = [20, 40]
endurance_s = [600, 1200]
height_agl_m = [50, 500]
turn_rate_dps = [1, 10]
failures_per_h = [0.01, 0.1]
at_power_end = { glides = 0.7, falls = 0.3 }
at_failure = { falls = 1 }
hazard_m = 100
hazard = "Keep away."
sources = [{ publisher = "Sargas (estimate)", date = "2026", says = "Made up for a test." }]
"""


# ------------------------------------------------------------------------------------------- what it holds


def test_it_has_the_kinds_that_a_search_knows() -> None:
    assert set(KINDS) == {*FIXED_WING, "quadcopter", "balloon", "helicopter"}
    assert [kind.id for kind in KINDS.values() if kind.is_drifting] == ["balloon"]
    assert sorted(kind.id for kind in KINDS.values() if kind.can_hover) == ["helicopter", "quadcopter"]


def test_the_weights_of_the_kinds_add_up_to_one() -> None:
    assert sum(kind.share for kind in KINDS.values()) == pytest.approx(1.0)
    assert all(kind.share > 0.0 for kind in KINDS.values())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_figure_rests_on_somebody_s_word(kind: Aircraft) -> None:
    published = [source for source in kind.sources if source.publisher != "Sargas (estimate)"]
    estimated = [source for source in kind.sources if source.publisher == "Sargas (estimate)"]
    assert len(published) >= 2 or (published and estimated)
    assert len(estimated) == 1, "what is ours is said once, with what it was estimated from"
    assert all(source.publisher and source.date and len(source.says) > 10 for source in kind.sources)


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("gerbera", "span_m", 2.5),  # Reuters after Ukraine's military intelligence, September 2025
        ("gerbera", "speed_mps", 160 * KMH),  # the same
        ("gerbera", "speed_mps", 150 * KMH),  # what the reconstruction of 28 July reckons with
        ("gerbera", "height_agl_m", 100.0),  # State Border Guard Service of Lithuania, 10 July 2025
        ("gerbera", "height_agl_m", 200.0),  # National Crisis Management Centre of Lithuania, 28 July 2025
        ("gerbera", "height_agl_m", 3_000.0),  # police of Moldova, November 2025
        ("shahed", "span_m", 2.5),  # Evenimentul Zilei, September 2025; many others
        ("shahed", "speed_mps", 120 * KMH),  # Air Force of Ukraine, October 2022: 120 to 150 km/h
        ("shahed", "speed_mps", 185 * KMH),  # Euronews, September 2023
        ("shahed", "speed_mps", 200 * KMH),  # Belaruski Hajun, the one of Gaigalava, September 2024
        ("orlan", "span_m", 3.1),  # Dnevnik.hr
        ("orlan", "speed_mps", 90 * KMH),  # Siol.net, March 2022: 90 to 150 km/h
        ("orlan", "speed_mps", 150 * KMH),
        ("orlan", "endurance_s", 16 * H),  # the same
        ("orlan", "height_agl_m", 5_000.0),  # the same
        ("small_fixed_wing", "span_m", 1.2),  # Molniya-1: Kharkiv prosecutor's office, November 2024
        ("small_fixed_wing", "speed_mps", 70 * KMH),  # Molniya: RBC-Ukraine, September 2025
        ("small_fixed_wing", "speed_mps", 150 * KMH),  # Italmas: We-Ukraine, October 2025
        ("male", "span_m", 66 * 0.3048),  # MQ-9: US Air Force
        ("male", "span_m", 12.0),  # TB2: Baykar
        ("male", "span_m", 8.55),  # Forpost: as the IAI Searcher II
        ("male", "speed_mps", 230 * MPH),  # MQ-9: US Air Force
        ("male", "speed_mps", 72 * KT),  # TB2: C4Defence, as seen off Rhodes
        ("male", "speed_mps", 120 * KMH),  # Inokhodets: Kronshtadt, 120 to 200 km/h
        ("male", "endurance_s", 27 * H),  # TB2: Baykar
        ("quadcopter", "speed_mps", 21.0),  # DJI Mavic 3
        ("quadcopter", "endurance_s", 46 * 60.0),  # the same
        ("quadcopter", "span_m", 0.3801),  # the same
        ("quadcopter", "height_agl_m", 120.0),  # Regulation (EU) 2019/947, open category
        ("balloon", "span_m", 3.0),  # Reuters, December 2025
        ("balloon", "height_agl_m", 3_500.0),  # the same: 3 to 4 km
        ("balloon", "height_agl_m", 13_000.0),  # Minister of the Interior of Lithuania, October 2025
        ("light_aircraft", "span_m", 11.0),  # Cessna 172
        ("light_aircraft", "speed_mps", 110 * KT),  # the same
        ("light_aircraft", "glide_ratio", 9.1),  # the same: 1.5 NM from 1,000 ft
        ("light_aircraft", "glide_speed_mps", 68 * KT),  # the same
        ("light_aircraft", "parachute_mps", 24 * 0.3048),  # Cirrus SR20: Flight International, 1998
        ("helicopter", "span_m", 21.29),  # Mil Mi-8
        ("helicopter", "glide_ratio", 4.0),  # FAA Helicopter Flying Handbook, chapter 11
        ("cruise_missile", "span_m", 3.1),  # Kh-55
        ("cruise_missile", "speed_mps", 720 * KMH),  # Kh-55: Gagadget, May 2023
        ("cruise_missile", "speed_mps", 40 * KM / 180.0),  # Poland, 29 December 2023: 40 km in three minutes
        ("cruise_missile", "speed_mps", 1_000 * KMH),  # Storm Shadow: Portfolio.hu, May 2023
    ],
)
def test_its_spans_hold_what_others_published(key: str, field: str, value: float) -> None:
    low, high = getattr(KINDS[key], field)
    assert low <= value * 1.001
    assert value * 0.999 <= high


@pytest.mark.parametrize(
    ("key", "range_km"),
    [
        ("gerbera", 300),  # Interia, September 2025
        ("gerbera", 600),  # Reuters, the same month
        ("shahed", 900),  # Shahed-131: WP Tech, August 2023
        ("shahed", 2_000),  # Shahed-136: the same
        ("orlan", 1_000),  # Elaph, April 2012
        ("small_fixed_wing", 30),  # Molniya: RBC-Ukraine, September 2025
        ("small_fixed_wing", 200),  # Italmas: LIGA.net, October 2025
        ("cruise_missile", 250),  # Storm Shadow: Al Jazeera, September 2024
        ("cruise_missile", 2_800),  # Kh-101: AeroTime, May 2023
        ("cruise_missile", 5_500),  # Kh-101: Air Force of Ukraine, June 2022
    ],
)
def test_endurance_at_the_likeliest_speed_gives_the_ranges_that_others_published(key: str, range_km: float) -> None:
    kind = KINDS[key]
    shortest_km, longest_km = (kind.speed_typical_mps * time_s / KM for time_s in kind.endurance_s)
    assert 0.99 * shortest_km <= range_km <= 1.01 * longest_km


@pytest.mark.parametrize("model", [name for name in prop.available_aircraft() if name not in {"c550", "glf6"}])
def test_every_airliner_of_openap_is_one(model: str) -> None:
    """OpenAP (Sun et al., 2020) without its two business jets; speed of sound at 11 km: 295.07 m/s (ISO 2533)."""
    kind, its = KINDS["airliner"], prop.aircraft(model)
    assert kind.span_m[0] <= its["wing"]["span"] <= kind.span_m[1]
    assert kind.speed_mps[0] <= its["cruise"]["mach"] * 295.07 <= kind.speed_mps[1]
    assert kind.height_agl_m[0] <= its["cruise"]["height"] <= kind.height_agl_m[1]


@pytest.mark.parametrize("model", ["a320", "b738", "b77w", "e190", "a388"])
def test_airliners_glide_as_their_drag_polars_have_it(model: str) -> None:
    """Best lift over drag of a parabolic polar: 1 / (2 sqrt(cd0 k)) (Anderson, Aircraft Performance and Design)."""
    polar = drag.Drag(ac=model).polar["clean"]
    best = 1.0 / (2.0 * math.sqrt(polar["cd0"] * polar["k"]))
    assert KINDS["airliner"].glide_ratio[0] <= best <= KINDS["airliner"].glide_ratio[1]


@pytest.mark.recording
@pytest.mark.parametrize("key", ["gerbera", "small_fixed_wing"])
def test_small_drones_glide_as_the_one_whose_engine_was_cut(key: str, recordings: Path) -> None:
    """ALFA (Keipour et al., 2021): the way through the air over the height lost and the speed given up, v² / 2g."""

    def read(name: str, column: str) -> tuple[np.ndarray, np.ndarray]:
        path = recordings / "flightlogs" / f"alfa_engine_failure_{name}.csv"
        with path.open(encoding="utf-8") as file:
            rows = [(float(row["%time"]) / 1e9, float(row[column])) for row in csv.DictReader(file)]
        times, values = np.array(rows).T
        return times, values

    cut_s = read("engine", "field.data")[0][0]
    height_s, height_m = read("height", "field.data")
    speed_s, speed_mps = read("airspeed", "field.measured")
    at_s = np.arange(cut_s, cut_s + 15.0, 0.1)
    speed = np.interp(at_s, speed_s, speed_mps)
    energy_m = np.interp(at_s, height_s, height_m) + speed**2 / (2.0 * GRAVITY_MPS2)
    ratio = float(speed.sum() * 0.1 / (energy_m[0] - energy_m[-1]))
    assert KINDS[key].glide_ratio[0] < ratio < KINDS[key].glide_ratio[1]


# ------------------------------------------------------------------------------------------- what hangs together


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_likeliest_speed_is_one_that_it_flies(kind: Aircraft) -> None:
    assert kind.speed_mps[0] < kind.speed_typical_mps < kind.speed_mps[1]


@pytest.mark.parametrize("key", FIXED_WING)
def test_it_turns_as_banks_do_that_an_airframe_flies(key: str) -> None:
    """The coordinated turn: rate = g tan(bank) / speed; no bank under 2 or over 60 degrees at the likeliest speed."""
    kind = KINDS[key]
    slowest, fastest = (
        math.degrees(math.atan(math.radians(rate) * kind.speed_typical_mps / GRAVITY_MPS2))
        for rate in kind.turn_rate_dps
    )
    assert slowest > 2.0
    assert fastest < 60.0


@pytest.mark.parametrize("key", [*FIXED_WING, "helicopter"])
def test_a_glide_comes_down_slower_than_a_fall(key: str) -> None:
    kind = KINDS[key]
    assert kind.glide_speed_mps[1] / kind.glide_ratio[0] < kind.fall_mps[0]
    assert kind.glide_speed_mps[0] <= kind.speed_mps[1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_nothing_is_zero_by_which_a_descent_is_divided(kind: Aircraft) -> None:
    spans = (kind.glide_ratio, kind.glide_speed_mps, kind.fall_mps, kind.parachute_mps, kind.turn_rate_dps)
    assert all(low > 0.0 for low, _ in spans)


@pytest.mark.parametrize(
    ("key", "lost", "in_h"),
    [
        ("gerbera", 16 / 79, 4.0),  # Air Force of Ukraine, 2 March 2025: vanished from radar without an effect
        ("gerbera", 204 / 397, 4.0),  # the same, 10 July 2025
        ("orlan", 191 / 100_000, 1.0),  # RQ-7 Shadow, 1986 to 2003: US Department of Defense
        ("orlan", 281 / 100_000, 1.0),  # RQ-2 Pioneer: the same
        ("male", 3.8 / 100_000, 1.0),  # US Air Force Safety Center, 2011
        ("male", 16.4 / 100_000, 1.0),  # MQ-9 in 2009: StrategyPage
        ("quadcopter", 1 / 1_000, 1.0),  # Delft University of Technology
        ("light_aircraft", 1 / 3_200, 1.0),  # piston engines: US FAA
        ("helicopter", 1 / 375_000, 1.0),  # turbines: the same
        ("helicopter", 1 / 3_200, 1.0),  # piston engines: the same
    ],
)
def test_losses_are_as_often_as_others_count(key: str, lost: float, in_h: float) -> None:
    rate = -math.log(1.0 - lost) / in_h
    low, high = KINDS[key].failures_per_h
    assert low <= rate <= high


def usual(ending: Ending) -> str:
    return max(Ending.__struct_fields__, key=lambda field: getattr(ending, field))


@pytest.mark.parametrize(
    ("key", "at_power_end"),
    [
        ("gerbera", "lands"),  # police of Moldova, November 2025: made to land by itself
        ("orlan", "parachute"),  # Security Service of Ukraine, May 2014
        ("quadcopter", "lands"),  # DJI, Inspire 3 user manual
        ("balloon", "floats"),
        ("light_aircraft", "glides"),
        ("helicopter", "glides"),  # autorotation
        ("shahed", "falls"),  # Gaigalava, September 2024: out of fuel, half a metre deep in the ground
        ("cruise_missile", "falls"),
        ("airliner", "glides"),  # Air Transat 236, August 2001
    ],
)
def test_most_end_as_they_were_seen_to(key: str, at_power_end: str) -> None:
    assert usual(KINDS[key].at_power_end) == at_power_end


def test_a_multicopter_without_its_motors_falls() -> None:
    assert usual(KINDS["quadcopter"].at_failure) == "falls"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_only_what_drifts_floats(kind: Aircraft) -> None:
    assert (kind.at_power_end.floats > 0.0) == kind.is_drifting
    assert (kind.at_failure.floats > 0.0) == kind.is_drifting


# ------------------------------------------------------------------------------------------- what is said of it


@pytest.mark.parametrize(("key", "charge_kg"), ARMED_KG.items())
def test_it_is_kept_as_far_from_as_the_army_keeps_from_such_a_charge(key: str, charge_kg: float) -> None:
    """US Army TM 9-1375-213-12, table 1-6: 300 m to 27 lb, 100 m times the cube root of pounds, 750 m from 425 lb."""
    pounds = charge_kg / 0.45359237
    metres = 300.0 if pounds <= 27.0 else min(100.0 * pounds ** (1.0 / 3.0), 750.0)
    assert metres <= KINDS[key].hazard_m <= 1_000.0


@pytest.mark.parametrize("key", ARMED_KG)
def test_who_finds_one_is_told_to_leave_it_to_those_trained(key: str) -> None:
    """As the General Staff of the Polish Armed Forces told people on 10 September 2025."""
    said = KINDS[key].hazard
    distance = f"{KINDS[key].hazard_m / KM:g} km" if KINDS[key].hazard_m >= KM else f"{KINDS[key].hazard_m:g} m"
    for words in ("not touch", "move", "112", "nly explosive ordnance disposal may approach", distance):
        assert words in said


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_words_fit_a_telephone(kind: Aircraft) -> None:
    assert 50 < len(kind.hazard) < 400
    assert "hostile" not in kind.hazard
    assert "\n" not in kind.hazard


@pytest.mark.parametrize("key", ["light_aircraft", "helicopter", "airliner"])
def test_where_people_may_sit_in_it_they_come_first(key: str) -> None:
    assert KINDS[key].hazard.startswith("People may be alive")


def test_the_page_is_what_the_table_says() -> None:
    made = runpy.run_path(str(DOCS / "aircraft_table.py"))["page"]()
    assert (DOCS / "reference" / "aircraft.md").read_text(encoding="utf-8") == made, "run `make docs`"


# ------------------------------------------------------------------------------------------- what a bad one is told


def test_a_table_of_one_kind_is_read() -> None:
    kite = parse(ONE)[0]
    assert (kite.speed_mps, kite.at_power_end.glides, kite.parachute_mps) == ((10.0, 20.0), 0.7, (4.0, 8.0))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "kite"', 'id = "Kite 1"', r"own: .*matching regex.*\$\.aircraft\[0\]\.id"),
        ("span_m = [1, 2]", "span_m = [2, 1]", r"own: aircraft 'kite'\.span_m: expected 0 <= lowest <= highest, got"),
        (
            "span_m = [1, 2]",
            "span_m = [1, inf]",
            r"own: aircraft 'kite'\.span_m: expected 0 <= lowest <= highest, got",
        ),
        ("fall_mps = [20, 40]", "fall_mps = [-1, 40]", r"own: aircraft 'kite'\.fall_mps: expected 0 <= lowest"),
        (
            "glide_ratio = [4, 8]",
            "glide_ratio = [nan, 8]",
            r"own: aircraft 'kite'\.glide_ratio: expected 0 <= lowest",
        ),
        ("span_m = [1, 2]", "span_m = [1]", r"length 2.*\$\.aircraft\[0\]\.span_m"),
        ("span_m = [1, 2]", "span_m = 1.5", r"Expected `array`.*\$\.aircraft\[0\]\.span_m"),
        ("hazard_m = 100", 'hazard_m = "far"', r"Expected `float`, got `str`.*\$\.aircraft\[0\]\.hazard_m"),
        ("hazard_m = 100", "hazard_m = 0", r"Expected `float` > 0\.0.*\$\.aircraft\[0\]\.hazard_m"),
        ("hazard_m = 100", "", r"missing required field `hazard_m`.*\$\.aircraft\[0\]"),
        ("hazard_m = 100", "hazard_m = 100\nwarhead_kg = 50", r"unknown field `warhead_kg`.*\$\.aircraft\[0\]"),
        ("falls = 1 }", "falls = 0.9 }", r"own: aircraft 'kite'\.at_failure: the shares add up to 0\.9, expected 1"),
        ("falls = 1 }", "fall = 1 }", r"unknown field `fall`.*\$\.aircraft\[0\]\.at_failure"),
        ("falls = 1 }", "falls = 2 }", r"Expected `float` <= 1\.0.*\$\.aircraft\[0\]\.at_failure\.falls"),
        ("sources = [", "sources = [] # [", r"length >= 1.*\$\.aircraft\[0\]\.sources"),
        ('date = "2026", ', "", r"missing required field `date`.*\$\.aircraft\[0\]\.sources\[0\]"),
        ("hazard_m = 100", "hazard_m = ", r"own: Invalid value \(at line 16"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_what_was_expected(old: str, new: str, message: str) -> None:
    assert old in ONE
    with pytest.raises(DataError, match=message):
        parse(ONE.replace(old, new), "own")


def test_all_mistakes_of_a_kind_are_told_at_once() -> None:
    text = ONE.replace("span_m = [1, 2]", "span_m = [2, 1]").replace("fall_mps = [20, 40]", "fall_mps = [40, 20]")
    with pytest.raises(DataError) as told:
        parse(text + ONE, "own")
    lines = str(told.value).splitlines()
    assert [line.split(":")[1].split(".")[-1].strip() for line in lines] == ["span_m", "fall_mps", "aircraft 'kite'"]
    assert lines[-1] == "own: aircraft 'kite': named twice"


def test_an_empty_file_is_no_table() -> None:
    with pytest.raises(DataError, match="missing required field `aircraft`"):
        parse("")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "{a=" * 100_000,
        f"a = {'9' * 5_000}",
        '"\ud800" = 1',
        "\x00",
        "a.b = 1\na = 2",
    ],
    ids=["nested lists", "nested tables", "5,000 digits", "half a surrogate pair", "zero byte", "twice"],
)
def test_what_a_parser_may_choke_on_is_told_too(text: str) -> None:
    with pytest.raises(DataError, match=r"^aircraft: "):
        parse(text)


def told_or_read(text: str) -> None:
    try:
        kinds = parse(text)
    except DataError:
        return
    for kind in kinds:
        assert all(math.isfinite(value) for value in (*kind.span_m, *kind.endurance_s, kind.hazard_m))
        assert sum(getattr(kind.at_failure, field) for field in Ending.__struct_fields__) == pytest.approx(1.0)


@given(st.text() | st.text("[]{}=\"'.,\\\n#_-+0123456789aeinfx ", max_size=400))
def test_arbitrary_text_is_told_or_read(text: str) -> None:
    told_or_read(text)


VALUES = st.sampled_from([
    "", "0", "-1", "1e309", "-inf", "nan", "[]", "[1, 2, 3]", "[nan, nan]", "[0, 1e7]", '"x"', "true", "{}", "[[1]]",
    "{ falls = 1 }", "{ lands = 1, glides = nan }", "1979-05-27T07:32:00Z", "'''\n", "0x", "1_0", "8" * 30, "\t", "=",
])  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(ONE.splitlines()) - 1), VALUES), min_size=1, max_size=4))
def test_a_table_with_other_values_is_told_or_read(changes: list[tuple[int, str]]) -> None:
    lines = ONE.splitlines()
    for line, value in changes:
        lines[line] = f"{lines[line].split('=')[0]}= {value}"
    told_or_read("\n".join(lines))


@settings(max_examples=300)
@given(st.integers(0, len(ONE)), st.integers(0, 40), st.text(max_size=12))
def test_a_damaged_table_is_told_or_read(start: int, length: int, put: str) -> None:
    told_or_read(ONE[:start] + put + ONE[start + length :])
