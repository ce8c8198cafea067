"""`sargas search` as a person or a script runs it: what it says, what it writes, and where decisions end.

The flight crosses the border south of Šumskas (25.756 degrees east at 54.583 north, as the borders have it) to the
west at 40 m/s and is lost; what is there to be found is the plan's own matter and tested elsewhere. The code 3 is
"not there", 2 "wrong use", as `sargas --help` says.
"""

import asyncio
import json
import sqlite3
import sys
import threading
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mgrs
import msgspec
import pytest
import structlog
from msgspec import Struct

from sargas.app.deciding import append
from sargas.app.reading import picture_of
from sargas.cli.main import main
from sargas.model.decision import Comment, EndSearch
from sargas.model.entry import Body, Decided, FeedOpened, Frame
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident
from sargas.model.report import GeoPlot
from sargas.model.search import SearchState
from sargas.store import journal_sqlite
from sargas.web.server import create_app, serve
from unit.web.memory_desk import MemoryDesk, with_loss

START_S = 1_753_660_800.0
LOST_S = START_S + 4.0 * 99
DEGREE_M = 64_440.0
"""Length of a degree of longitude at 54.6 degrees north, WGS-84."""
WATCH = """\
[watch]
country = "LT"

[[sensors]]
id = "radar"
kind = "radar"
lat_deg = 54.6
lon_deg = 25.6
period_s = 4.0
errors = { position_sd_m = 50.0 }
coverage = { range_max_m = 40000.0 }

[[feeds]]
name = "radar"
transport = { type = "http_post" }
decoder = { type = "jsonl" }

[web]
port = 1  # where nothing listens
accounts = "open"

[search]
n_particles = 4000
"""
GPX = """<?xml version="1.0"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="54.60" lon="25.40"/><trkpt lat="54.61" lon="25.41"/><trkpt lat="54.60" lon="25.42"/>
</trkseg></trk></gpx>"""


class Said(Struct):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `sargas` with these words in this process."""
    monkeypatch.setenv("COLUMNS", "200")

    def runs(*words: str | Path) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["sargas", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        code = end.value.code
        return Said(code if isinstance(code, int) else int(code is not None), said.out, said.err)

    yield runs
    structlog.reset_defaults()  # a command has set up logging to what was standard error then


def flown() -> list[tuple[float, Body]]:
    """A plot every 4 s of a flight due west over the border, and ten minutes without any."""
    bodies: list[tuple[float, Body]] = [(START_S, FeedOpened("radar", "test"))]
    for k in range(100):
        time_s = START_S + 4.0 * k
        lon_deg = 25.80 - 40.0 * 4.0 * k / DEGREE_M
        plot = GeoPlot(sensor="radar", time_s=time_s, lat_deg=54.6, lon_deg=lon_deg, sd_m=30.0)
        bodies.append((time_s + 0.5, Frame("radar", msgspec.json.encode(plot) + b"\n")))
    return bodies + [(LOST_S + 60.0 * k, Frame("radar", b"")) for k in range(1, 11)]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose journal holds the flight."""
    path = tmp_path / "watch.toml"
    path.write_text(WATCH, encoding="utf-8")
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(tmp_path / "sargas.journal")))
    journal.append(flown())
    journal.close()
    return path


ID = "LT-2025-07-28-01"


def search_in(config: Path) -> SearchState:
    search = picture_of(config).incidents[ID].search
    assert search is not None
    return search


def decisions_in(config: Path) -> list[str]:
    journal = journal_sqlite.open_for_reading(config.parent / "sargas.journal")
    found = [
        str(entry.body.decision.__struct_config__.tag) for entry in journal.read() if isinstance(entry.body, Decided)
    ]
    journal.close()
    return found


# --- where to look ---


def test_it_says_where_to_look_why_and_what_to_keep_away_from(run: Run, config: Path) -> None:
    said = run("search", ID, "--config", config, "--top", "3")
    assert said.code == 0, said.err
    assert "track 1 was last seen 2025-07-28 00:06:36Z" in said.out
    assert "best place  35U " in said.out  # MGRS zone of the south-east of Lithuania
    for words in (
        "what became of it",
        "Engine failed, glided down",
        "how it flew on",
        "the best 3 of ",
        "A-01",
        "who where",
        "foot team 1",
        "without camera drone 1",
        "m away from anything found",
    ):
        assert words in said.out, words


def test_the_plan_as_json_is_the_whole_plan_and_nothing_else(run: Run, config: Path) -> None:
    said = run("search", ID, "--config", config, "--json")
    assert said.code == 0, said.err
    assert said.err == ""
    assert (said.json["incident_id"], said.json["track_id"]) == (ID, 1)
    assert said.json["loss"]["track"]["last_report_s"] == pytest.approx(LOST_S, abs=0.1)
    assert said.json["sectors"]


def test_the_configuration_in_the_folder_is_taken(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.parent)
    assert run("search", ID, "--json").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["LT-1999-01-01-01"], f"no incident 'LT-1999-01-01-01' in this journal; have {ID}"),
        ([ID, "--track", "77"], f"track 77 of {ID} is not lost; those that are: 1"),
    ],
)
def test_what_is_not_there_ends_with_3(run: Run, config: Path, words: list[str], told: str) -> None:
    said = run("search", *words, "--config", config)
    assert said.code == 3
    assert told in said.err


def test_a_plan_is_written_to_each_file_in_the_format_of_its_ending(run: Run, config: Path) -> None:
    folder = config.parent
    names = ("a.geojson", "b.kml", "c.gpx", "d.gpkg", "e.pdf", "f.zip", "g.cot", "h.xml")
    words = [word for name in names for word in ("--out", folder / name)]
    said = run("search", ID, "--config", config, *words, "--paper", "a3")
    assert said.code == 0, said.err
    assert json.loads((folder / "a.geojson").read_text())["type"] == "FeatureCollection"
    assert ET.parse(folder / "b.kml").getroot().tag.endswith("kml")
    assert ET.parse(folder / "c.gpx").getroot().tag.endswith("gpx")
    assert (folder / "d.gpkg").read_bytes().startswith(b"SQLite format 3\x00")
    assert (folder / "e.pdf").read_bytes().startswith(b"%PDF-")
    assert "MANIFEST/manifest.xml" in zipfile.ZipFile(folder / "f.zip").namelist()
    assert (folder / "g.cot").read_bytes() == (folder / "h.xml").read_bytes()
    for name in names:
        assert f"wrote {folder / name}" in said.out


def test_a_public_file_names_no_sector(run: Run, config: Path) -> None:
    file = config.parent / "map.geojson"
    assert run("search", ID, "--config", config, "--json", "--out", file, "--public").code == 0
    parts = {feature["properties"]["part"] for feature in json.loads(file.read_text())["features"]}
    assert "sector" not in parts
    assert "contour" in parts


def test_an_ending_that_no_format_has_is_told_before_anything_is_done(run: Run, config: Path) -> None:
    said = run("search", ID, "--config", config, "--out", config.parent / "map.docx")
    assert said.code == 1
    assert "no search map is written as '.docx'; have .cot, .geojson" in said.err
    assert said.out == ""


def test_a_picture_of_the_map_is_drawn(run: Run, config: Path) -> None:
    pytest.importorskip("matplotlib")
    said = run("search", ID, "--config", config, "--json", "--picture", config.parent / "map.png")
    assert said.code == 0, said.err
    assert (config.parent / "map.png").read_bytes().startswith(b"\x89PNG")


# --- decisions while no watch runs ---


@pytest.mark.slow
def test_a_whole_search_is_decided_and_told_at_the_prompt(run: Run, config: Path) -> None:
    at = ("--config", config)
    ordered = run("search", "order", ID, "--officer", "Ona", *at)
    assert ordered.code == 0, ordered.err
    assert "by the journal" in ordered.out
    assert search_in(config).sectors[0].name == "A-01"

    marked = run(
        "search",
        "searched",
        ID,
        "--sector",
        "a-01",
        "--asset",
        "foot_team",
        "--hours",
        "4",
        "--officer",
        "Jonas",
        *at,
    )
    assert marked.code == 0, marked.err
    (gpx := config.parent / "team.gpx").write_text(GPX, encoding="utf-8")
    walked = run("search", "searched", ID, "--gpx", gpx, "--asset", "camera_drone", "--officer", "Jonas", *at)
    assert walked.code == 0, walked.err
    by_sector, by_path = search_in(config).searched
    assert (by_sector.sector, by_sector.hours, by_sector.by) == ("A-01", 4.0, "Jonas")
    assert by_path.paths == (((25.4, 54.6), (25.41, 54.61), (25.42, 54.6)),)

    heard = run(
        "search", "clue", ID, "--at", "54.6,25.4", "--kind", "bang", "--within", "500", "--time",
        "2025-07-28T00:08:00", "--text", "A bang", "--officer", "Ona", *at,
    )  # fmt: skip
    assert heard.code == 0, heard.err
    (clue,) = search_in(config).clues
    assert (clue.kind, clue.lat_deg, clue.radius_m, clue.time_s) == ("bang", 54.6, 500.0, START_S + 480.0)

    assert run("search", "weigh", ID, clue.clue_id, "0.9", "--officer", "Ona", *at).code == 0
    (table := config.parent / "settings.toml").write_text(
        "kinds = { gerbera = 1.0 }\nfates = { left = 0.1 }\nwind = { speed_mps = 4.0, from_deg = 250.0 }\n"
        'assets = [{ asset_id = "alpha", kind = "dogs", hours = 5.0 }]\n',
        encoding="utf-8",
    )
    planned = run("search", "plan", ID, table, "--officer", "Ona", *at)
    assert planned.code == 0, planned.err
    set_now = search_in(config)
    assert set_now.clues[0].reliability == 0.9
    assert (set_now.settings.kinds, set_now.settings.fates) == ({"gerbera": 1.0}, {"left": 0.1})
    assert [team.asset_id for team in set_now.settings.assets] == ["alpha"]

    assert run("search", "end", ID, "--officer", "Ona", "--text", "snow", *at).code == 0
    assert search_in(config).ended_s is not None

    where = mgrs.MGRS().toMGRS(54.6, 25.4)
    found = run("search", "found", ID, "--at", where, "--what", "wreck", "--is-it", "--officer", "Jonas", *at)
    assert found.code == 0, found.err
    (find,) = search_in(config).finds
    assert (find.is_it, find.what, find.by) == (True, "wreck", "Jonas")
    assert (find.lat_deg, find.lon_deg) == (pytest.approx(54.6, abs=1e-5), pytest.approx(25.4, abs=1e-5))

    assert decisions_in(config) == [
        "order_search", "mark_searched", "mark_searched", "add_clue", "weigh_clue", "plan_search", "end_search",
        "report_find",
    ]  # fmt: skip
    assert "FOUND" in run("search", ID, *at).out


def test_the_days_without_a_watch_are_crossed_in_one_step(config: Path) -> None:
    kept = append(config, EndSearch(officer="Ona", incident_id=ID), now_s=LOST_S + 30 * 86_400.0)
    picture = picture_of(config)
    assert picture.now_s == LOST_S + 30 * 86_400.0
    journal = journal_sqlite.open_for_reading(config.parent / "sargas.journal")
    last = list(journal.read())[-2:]
    journal.close()
    assert kept.entry == last[-1].seq
    assert [type(entry.body).__name__ for entry in last] == ["Note", "Decided"]


def test_a_decision_is_never_earlier_than_the_journal(config: Path) -> None:
    append(config, Comment(officer="Ona", incident_id=ID, text="late"), now_s=START_S)
    assert picture_of(config).now_s >= LOST_S + 600.0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["searched", ID, "--asset", "foot_team", "--officer", "J", "--sector", "A-01"], 1, "no search was ordered"),
        (["searched", ID, "--asset", "foot_team", "--officer", "J"], 1, "say what was searched"),
        (["searched", ID, "--asset", "tank", "--officer", "J"], 2, "tank"),
        (
            ["searched", ID, "--asset", "dogs", "--officer", "J", "--gpx", "nowhere.gpx"],
            1,
            "nowhere.gpx: No such file",
        ),
        (["searched", ID, "--asset", "dogs", "--officer", "", "--sector", "A-01"], 1, "officer"),
        (["found", ID, "--at", "here", "--what", "wreck", "--officer", "J"], 2, 'expected "latitude,longitude"'),
        (["found", ID, "--at", "154.0,25.0", "--what", "wreck", "--officer", "J"], 1, "lat_deg"),
        (
            ["clue", ID, "--at", "54.6,25.4", "--kind", "bang", "--reliability", "3", "--officer", "J"],
            1,
            "reliability",
        ),
        (["end", "LT-1", "--officer", "J"], 3, f"no incident 'LT-1' in this journal; have {ID}"),
        (["end", ID], 2, "officer"),
        (["weigh", ID, "c1", "0.5", "--officer", "J"], 1, "c1"),
        (["weigh", ID, "c1", "5", "--officer", "J"], 1, "reliability"),
        (["plan", ID, "nowhere.toml", "--officer", "J"], 1, "nowhere.toml: No such file"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_not_written(
    run: Run, config: Path, words: list[str], code: int, told: str
) -> None:
    said = run("search", *words, "--config", config)
    assert said.code == code, said.out + said.err
    assert told in (said.out + said.err).replace("\n", " ")
    assert "Traceback" not in said.err
    assert decisions_in(config) == []


def test_a_search_that_has_ended_is_not_ended_again(run: Run, config: Path) -> None:
    assert run("search", "end", ID, "--officer", "Ona", "--config", config).code == 0
    said = run("search", "end", ID, "--officer", "Ona", "--config", config)
    assert said.code == 1
    assert "a new order opens it again" in said.err
    assert decisions_in(config) == ["end_search"]


def test_a_journal_that_a_watch_writes_is_left_alone(run: Run, config: Path) -> None:
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(config.parent / "sargas.journal")))
    try:
        said = run("search", "end", ID, "--officer", "Ona", "--config", config)
    finally:
        journal.close()
    assert said.code == 1
    assert "another watch is writing it" in said.err


def test_a_journal_that_cannot_be_written_says_so(config: Path) -> None:
    with sqlite3.connect(config.parent / "sargas.journal") as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Exception, match="locked"):
            append(config, EndSearch(officer="Ona", incident_id=ID))
        other.rollback()
    other.close()


def test_a_refused_decision_says_why(config: Path) -> None:
    with pytest.raises(DecisionError, match="there is no incident 'LT-1'"):
        append(config, EndSearch(officer="Ona", incident_id="LT-1"))


# --- decisions while a watch runs ---


class Served:
    """A desk in memory that answers on a port of this machine, from a thread of its own."""

    def __init__(self) -> None:
        self.desk = MemoryDesk()
        self.id = with_loss(self.desk)
        self._ended: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self.url = ""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._ended is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    @property
    def incident(self) -> Incident:
        return self.desk.live.picture.incidents[self.id]

    async def _serve(self) -> None:
        self._ended, self._loop = asyncio.Event(), asyncio.get_running_loop()
        async with serve(create_app(self.desk), "127.0.0.1", 0) as port:
            self.url = f"http://127.0.0.1:{port}"
            self._ready.set()
            await self._ended.wait()


@pytest.fixture
def served() -> Iterator[Served]:
    with Served() as running:
        yield running


def test_a_running_watch_takes_the_decisions(run: Run, config: Path, served: Served) -> None:
    at = ("--desk", served.url, "--config", config)
    ordered = run("search", "order", served.id, "--officer", "Ona", *at)
    assert ordered.code == 0, ordered.err
    assert f"by the watch at {served.url}" in ordered.out
    marked = run("search", "searched", served.id, "--asset", "dogs", "--sector", "A-02", "--officer", "Jonas", *at)
    assert marked.code == 0, marked.err
    found = run("search", "found", served.id, "--at", "54.6 25.4", "--what", "part", "--officer", "Jonas", *at)
    assert found.code == 0, found.err
    search = served.incident.search
    assert search is not None
    assert search.sectors[0].name == "A-01"
    assert (search.searched[0].sector, search.finds[0].what) == ("A-02", "part")
    assert decisions_in(config) == []  # the journal beside it was not touched


def test_what_a_running_watch_refuses_is_told_in_its_words(run: Run, config: Path, served: Served) -> None:
    at = ("--desk", served.url, "--config", config)
    said = run("search", "searched", served.id, "--asset", "dogs", "--sector", "Q-1", "--officer", "J", *at)
    assert said.code == 1
    assert "there is no sector 'Q-1'" in said.err
    said = run("search", "order", "LT-1", "--officer", "J", *at)
    assert said.code == 1
    assert "there is no incident 'LT-1'" in said.err


def test_the_address_is_that_of_the_configuration(run: Run, config: Path, served: Served) -> None:
    text = WATCH.replace("port = 1 ", f"port = {served.url.rpartition(':')[2]} ")
    config.write_text(text.replace("[watch]\n", f'[watch]\ntitle = "{served.desk.title}"\n'), encoding="utf-8")
    said = run("search", "end", served.id, "--officer", "Ona", "--config", config)
    assert said.code == 0, said.err
    assert served.url in said.out


def test_the_way_of_a_long_day_is_small_enough_for_a_watch(run: Run, config: Path, served: Served) -> None:
    points = "".join(f'<trkpt lat="{54.6 + k % 100 * 1e-4:.6f}" lon="{25.4 + k * 1e-6:.6f}"/>' for k in range(19_000))
    segments = f"<trkseg>{points}</trkseg>" * 3
    (gpx := config.parent / "day.gpx").write_text(
        f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk>{segments}</trk></gpx>'
    )
    at = ("--desk", served.url, "--config", config)
    said = run("search", "searched", served.id, "--asset", "foot_team", "--gpx", gpx, "--officer", "Jonas", *at)
    assert said.code == 0, said.err
    assert served.incident.search is not None
    assert len(served.incident.search.searched[0].paths) == 3
