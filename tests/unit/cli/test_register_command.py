"""`sargas register` as a person runs it: without any configuration, on a journal, and from file to file."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from prompt_kit import ID, Run
from sargas.register import csv_file

STARTER = "starter"


def test_the_starter_file_is_read_without_any_configuration(run: Run) -> None:
    said = run("register", "list", STARTER, "--text", "gaiziunai")
    assert said.code == 0, said.err
    assert "lt-2025-07-28-gaiziunai" in said.out
    told = run("register", "statistics", STARTER, "--by", "country", "--from", "2025-07", "--to", "2025-07", "--json")
    assert told.json["rows"] == [{"keys": ["LT"], "n_incidents": 2, "n_min": 2, "n_max": 2}]


def test_a_record_is_shown_with_its_doubts_and_how_far_its_sources_are_trusted(run: Run) -> None:
    said = run("register", "show", STARTER, "lt-2025-07-28-gaiziunai").out
    assert "doubts: When it fell is not known." in said
    assert "[B1] The Kyiv Independent 2025-08-05" in said
    missing = run("register", "show", STARTER, "nothing")
    assert missing.code == 3
    assert "no record 'nothing'" in missing.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--type", "ufo"), "types: attack_drone"),
        (("--from", "28.7.2025"), "--from: expected a year, a month or a day"),
        (("--near", "55,24"), "--near: expected lat_deg,lon_deg,km"),
        (("--country", "Lithuania"), "countries"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_and_says_what_can(run: Run, words: tuple[str, ...], said: str) -> None:
    answer = run("register", "list", STARTER, *words)
    assert answer.code == 2
    assert said in answer.err


def test_files_are_written_and_read_again(run: Run, tmp_path: Path) -> None:
    table, places = tmp_path / "lv.csv", tmp_path / "lv.geojson"
    words = ("--country", "lv", "--csv", table, "--geojson", places)
    assert run("register", "list", STARTER, *words).code == 0
    assert len(csv_file.read(table.read_bytes()).records) == 2
    for path in (table, places):
        assert "2 incidents" in run("register", "list", path).out
    assert run("register", "export", STARTER, tmp_path / "all.txt").code == 2


def test_maps_and_charts_are_drawn(run: Run, tmp_path: Path) -> None:
    svg, pdf = tmp_path / "map.svg", tmp_path / "years.pdf"
    assert run("register", "map", STARTER, "--out", svg).code == 0
    assert run("register", "statistics", STARTER, "--plot", pdf, "--country", "LT").code == 0
    drawn = svg.read_text(encoding="utf-8")
    assert all(word in drawn for word in ("2022", "2026", "Przewodów", "OpenStreetMap", "standard deviation"))
    assert "10 incidents" in PdfReader(pdf).pages[0].extract_text()
    assert run("register", "map", STARTER, "--out", tmp_path / "map.bmp").code == 1


def test_records_are_taken_in_struck_out_and_the_register_is_made_anew(run: Run, flown: Path) -> None:
    assert ID in run("register", "list", flown).out  # no register yet: the journal's own incidents
    asked = run("register", "import", flown, STARTER, "--officer", "Ona")
    assert "85 new, 0 changed, 0 as they are, 0 refused" in asked.out
    assert asked.code == 2  # nobody is there to ask
    taken = run("register", "import", flown, STARTER, "--officer", "Ona", "--yes")
    assert (taken.code, "kept by the journal" in taken.out) == (0, True)
    struck = run("register", "strike", flown, "lt-2025-07-10-sumskas", "--officer", "Ona", "--text", "a test")
    assert struck.code == 0, struck.err
    before = run("register", "list", flown, "--json").json
    assert len(before) == 85  # 85, and the flight's own, and one less
    assert run("register", "rebuild", flown).code == 0
    assert run("register", "list", flown, "--json").json == before


def test_a_file_with_mistakes_says_them_and_the_rest_is_taken(run: Run, flown: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("record_id,title,began,countries\na-1,A,2025-07-28,LT\na-2,B,soon,LT\n", encoding="utf-8")
    said = run("register", "import", flown, path, "--officer", "Ona", "--yes")
    assert said.code == 1
    assert "refused: line 3, column began" in said.out
    assert "a-1" in {record["record_id"] for record in run("register", "list", flown, "--json").json}
