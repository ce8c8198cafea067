"""The printed sheet: what it says, on which paper, and what the public one keeps to itself."""

import json
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import msgspec
import numpy as np
import pytest
import shapely

import search_plan_kit as kit
from sargas.model.search import SearchPlan
from sargas.share import search_sheet
from sargas.share.map_frame import Frame
from sargas.share.map_symbols import BAR_MAX_MM, hatching, scale_bar
from sargas.share.search_sheet import Settings, Sheet, build
from sargas.share.sheet_pages import PAPERS_MM, frames_of, map_numbers, pages_of
from sargas.share.sheet_words import words
from sargas.share.shown import shown

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None or shutil.which("pdfinfo") is None,
    reason="pdftotext and pdfinfo are not installed (poppler-utils)",
)
SVG = "{http://www.w3.org/2000/svg}"


def sheet(**settings: object) -> Sheet:
    return build(msgspec.convert(settings, Settings), kit.PLACES, kit.LINES)


def pages(data: bytes) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def info(data: bytes) -> dict[str, str]:
    done = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    return dict(re.findall(r"^([^:]+):\s+(.*)$", done.stdout.decode(), re.MULTILINE))


def texts(svg: bytes) -> list[str]:
    return [str(element.text) for element in ET.fromstring(svg).iter(f"{SVG}text")]


@needs_poppler
def test_the_pages_say_what_a_search_leader_asks() -> None:
    found = pages(sheet().export(kit.plan()))
    everything = " ".join("".join(found).split())
    for words_of in (
        "Where to look: track 4711, lost by Vilnius", "Incident 2025-0728-3", "made 2025-07-28 03:24 UTC",
        "Keep 500 m away from anything found.", "Nobody but the bomb disposal team may go near.", "1 : 75 000",
        "Grid of 2 km: UTM 35U, WGS-84", "MGRS squares 35U LA, 35U LB", "What is not known", "The best sectors",
        "LKS-94: E, N", "35U LB 31884 00449", "55.02243 N 24.37012 E", "Alfa-7 Jonava 4.0 h",
        "When and where it took off is not known", "GeoNames", "OpenStreetMap", "Page 1 of 4", "The bang at 02:04",
    ):  # fmt: skip
        assert words_of in everything


@needs_poppler
@pytest.mark.parametrize(("paper", "sides_pt"), [("a4", {"595.276", "841.89"}), ("a3", {"841.89", "1190.55"})])
def test_the_paper_is_what_was_asked_for(paper: str, sides_pt: set[str]) -> None:
    """ISO 216: A4 is 210 by 297 mm, A3 297 by 420 mm; a point is 1/72 inch."""
    size = info(sheet(paper=paper).export(kit.plan()))["Page size"]
    assert set(re.findall(r"[\d.]+", size.split("pts")[0])) == sides_pt


@needs_poppler
@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("n_words", [0, 40, 120])
def test_each_map_has_one_page_however_long_the_warning_is(paper: str, n_words: int, *, is_public: bool) -> None:
    plan = kit.plan(hazard="Keep away from everything. " * (n_words // 4), is_exercise=True, is_found=True)
    one = sheet(paper=paper)
    n_maps = sum(name.startswith("map") for name in one.sources(plan, is_public=is_public))
    found = pages(one.export(plan, is_public=is_public))
    with_credits = [k for k, page in enumerate(found) if "OpenStreetMap" in page]
    assert with_credits == list(range(n_maps))
    assert all("1 : " in found[k] for k in with_credits)


@needs_poppler
def test_a_public_sheet_is_one_page_with_what_to_do() -> None:
    (page,) = pages(sheet().export(kit.plan(), is_public=True))
    said = " ".join(page.split())
    assert "PUBLIC" in said
    assert "do not touch it" in said
    assert "call 112" in said


@needs_poppler
def test_the_document_is_dated_as_the_plan() -> None:
    assert "2025" in info(sheet().export(kit.plan()))["CreationDate"]


def test_what_the_typesetter_gets_for_a_public_sheet_holds_nothing_hidden() -> None:
    """The typesetter has no other source, so neither has the file."""
    plan = kit.plan()
    given = b"\n".join(sheet().sources(plan, is_public=True).values()).decode()
    for word in (kit.OFFICER, kit.REPORTER, kit.TEAM, kit.SENSOR, "Heron", "sawmill", "propeller", "4711", "gerbera"):
        assert word not in given
    for sector in plan.sectors:
        assert f">{sector.name}<" not in given
        assert f"{sector.lat_deg:.4f}" not in given


def test_words_of_people_reach_the_typesetter_as_data_alone() -> None:
    odd = '#panic("x") $a$ *b* \\ "'
    given = sheet().sources(kit.plan(title=odd, hazard=odd))
    assert json.loads(given["words.json"])["title"] == odd
    assert b"panic" not in given["main"]


def test_the_maps_name_every_sector_of_the_table() -> None:
    plan = kit.plan()
    given = sheet().sources(plan)
    named = {text for name, svg in given.items() if re.fullmatch(r"map\d+\.svg", name) for text in texts(svg)}
    for sector in plan.sectors[:30]:
        assert sector.name in named


def test_the_map_shows_towns_loss_finds_and_clues() -> None:
    named = texts(sheet().sources(kit.plan())["map1.svg"])
    for name in ("Rukla", "Best place", "Found: part", "KEEP OUT", "C1"):
        assert name in named
    assert any(name.startswith("Last report, ") for name in named)


def test_an_arrow_tells_how_far_beyond_the_map_the_last_report_lies() -> None:
    named = texts(sheet().sources(kit.plan())["map1.svg"])
    (told,) = {name for name in named if name.startswith("Last report, ")}
    # The map is 180 by 217 mm at 1 : 75 000, its middle 39 km from the last report: between 27 and 39 km beyond.
    assert 27 <= int(told.split()[2]) <= 39


def test_every_page_of_an_exercise_is_marked() -> None:
    given = sheet().sources(kit.plan(is_exercise=True))
    told = json.loads(given["words.json"])
    assert told["marks"] == ["EXERCISE"]
    assert told["footer"].startswith("EXERCISE")
    for name in given:
        if re.fullmatch(r"map\d+\.svg|overview\.svg", name):
            assert texts(given[name]).count("EXERCISE") >= 2


def test_a_sheet_without_sectors_says_so() -> None:
    told = json.loads(sheet().sources(kit.empty_plan())["words.json"])
    assert told["state"] == "No area has been worked out yet."
    assert told["no_sectors"] == "No sectors have been drawn."


def test_a_public_sheet_that_may_show_nothing_has_no_map_but_says_what_to_do() -> None:
    given = sheet().sources(kit.empty_plan(), is_public=True)
    assert not [name for name in given if name.startswith("map")]
    assert "call 112" in json.loads(given["words.json"])["notice"]


def test_a_plan_without_a_title_gets_one() -> None:
    told = json.loads(sheet().sources(kit.plan(title=""))["words.json"])
    assert told["title"] == "Where to look: track 4711, last reported 2025-07-28 01:54 UTC"


def test_a_sheet_of_a_search_that_is_over_says_so() -> None:
    told = json.loads(sheet().sources(kit.found_plan())["words.json"])
    assert told["marks"] == ["FOUND"]
    assert told["state"] == "The search is over: it was found."
    assert "it is what was searched for" in told["finds"]["rows"][0][1]


def test_the_table_says_what_it_leaves_out() -> None:
    plan = kit.plan()
    table = json.loads(sheet(n_sectors=5).sources(plan)["words.json"])["sectors"]
    assert [row[0] for row in table["rows"]] == ["1", "2", "3", "4", "5"]
    assert "The best 5 of 44 sectors" in table["note"]
    # The one that was searched with coverage 0.9: 59 per cent of what lay there would have been found.
    assert "59 %" in table["rows"][2]


@pytest.mark.parametrize(
    ("country", "head"), [("LT", "LKS-94: E, N"), ("PL", "PUWG 1992: E, N"), ("RO", "Stereo70: E, N"), ("DE", None)]
)
def test_the_table_has_the_countrys_own_grid_if_it_is_known(country: str, head: str | None) -> None:
    table = json.loads(sheet().sources(kit.plan(country=country))["words.json"])["sectors"]
    heads = [one for one in table["head"] if one.endswith(": E, N")]
    assert heads == ([head] if head else [])
    assert {len(row) for row in table["rows"]} == {len(table["head"])}


def frames(plan: SearchPlan, n_maps: int = 4) -> list[Frame]:
    exported = shown(plan, is_public=False)
    found, _ = frames_of(exported, pages_of("a4", words(exported, has_places=True), 12), 30, n_maps)
    return found


def test_maps_are_large_enough_to_find_ones_way() -> None:
    for frame in frames(kit.plan()):
        assert frame.scale <= 75_000


def test_there_are_no_more_maps_than_asked_for() -> None:
    assert len(frames(kit.plan(), n_maps=1)) == 1


def test_the_table_names_the_map_on_which_a_sector_is() -> None:
    plan = kit.plan()
    found = frames(plan)
    numbers = map_numbers(plan, found)
    best = next(sector for sector in plan.sectors if sector.rank == 1)
    assert numbers[best.name] == 1
    assert set(numbers.values()) == {1, 2}


def test_a_page_leaves_room_for_its_map() -> None:
    exported = shown(kit.plan(), is_public=False)
    for paper, (width, height) in PAPERS_MM.items():
        standing, lying = pages_of(paper, words(exported, has_places=True), 12)
        assert 0.8 * width < standing.map_mm[0] < width
        assert 0.6 * height < standing.map_mm[1] < height
        assert lying.is_flipped
        assert not standing.is_flipped


@pytest.mark.parametrize("scale", [5_000, 75_000, 250_000, 10_000_000])
def test_a_scale_bar_fits_and_is_as_long_as_it_says(scale: int) -> None:
    bar = scale_bar(scale)
    assert bar.width_mm - 14.0 <= BAR_MAX_MM
    last = texts(bar.svg())[-1]
    length = float(last.split()[0]) * (1_000.0 if last.endswith("km") else 1.0)
    assert length * 1_000.0 / scale == pytest.approx(bar.width_mm - 14.0)


def test_hatching_covers_an_area_evenly() -> None:
    """Lines at a distance d have a length of area / d on it, but for the edges."""
    area = shapely.Point(50.0, 50.0).buffer(20.0)
    for is_rising in (True, False):
        lines = hatching(area, 1.7, is_rising=is_rising)
        assert lines.length == pytest.approx(area.area / 1.7, rel=0.02)
        assert area.buffer(1e-6).covers(lines)
        first = shapely.get_coordinates(shapely.get_parts(lines)[0])
        slope = np.diff(first[[0, -1]], axis=0)[0]
        assert (slope[0] * slope[1] < 0.0) == is_rising


def test_the_typesetter_is_loaded_when_something_is_printed() -> None:
    code = f"import sys, {search_sheet.__name__}; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
