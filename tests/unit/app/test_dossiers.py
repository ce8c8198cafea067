"""Dossiers of a desk: a small watch is flown, decided on, and handed over; the ZIP is checked by its own verifier."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pypdf
import pytest
from msgspec import structs

from dossier_kit import dossier
from record_kit import ORIGIN
from sargas.app import dossiers as making
from sargas.app.desks import PlayedDesk
from sargas.app.dossier_history import Again, history_of, span_of
from sargas.app.dossier_section import DossierSection, Office, office_of
from sargas.app.player import Player
from sargas.app.wire import build_engine, snapshot_key
from sargas.dossier.make import Ordered
from sargas.dossier.rules import packaged
from sargas.model.decision import AddEvidence, Comment
from sargas.model.dossier import Dossier, Version
from sargas.model.entry import Frame
from sargas.model.errors import ConfigError, DataError, DecisionError
from sargas.model.evidence import Span
from sargas.model.incident import Incident
from sargas.ports import Journal
from sargas.share.standalone import verify
from sargas.store import evidence_memory, journal_sqlite, snapshot
from sargas.store.signing_key import Signing
from small_watch import BLUEPRINT, START_S, flight

PHOTO = b"\xff\xd8\xff a photograph"
OFFICER = "Cpt. Ona"
N_PLOTS = 60
CROSSED_S = START_S + 100.0
"""4 km from the border at 40 m/s."""


class Scene:
    """A played desk whose radar has lost the flight, with a photograph and raw reports on the file."""

    def __init__(self, folder: Path) -> None:
        signing = Signing(origin=ORIGIN, sign_every_s=3_600.0, is_exercise=True)
        settings = journal_sqlite.Settings(path=str(folder / "journal"), signing=signing)
        self.journal: Journal = journal_sqlite.build(settings, lambda: START_S - 60.0)
        flown = flight(N_PLOTS)
        begun = self.journal.last_seq()
        self.journal.append([*flown, *((flown[-1][0] + 60.0 * k, Frame("radar", b"")) for k in range(1, 6))])
        entries = list(self.journal.read(begun))
        self.player = Player(
            self.journal,
            lambda: build_engine(BLUEPRINT),
            start_s=entries[0].received_s,
            end_s=entries[-1].received_s,
            is_paused=True,
        )
        for entry in entries:
            self.player.engine.accept(entry)
        self.desk = PlayedDesk(BLUEPRINT, [], "test", is_exercise=True, player=self.player)
        self.desk.office = Office(authority="Crisis Centre", label="TEST")

    @property
    def incident(self) -> Incident:
        (found,) = self.player.picture.incidents.values()
        return found

    def again(self, key: str | None = None) -> Again:
        return Again(
            journal=self.journal, make_engine=lambda: build_engine(BLUEPRINT), key=key, sensors=BLUEPRINT.sensors
        )

    async def file(self, version: Version, form: str = "zip") -> tuple[str, str, bytes]:
        ordered = Ordered(version=version, officer=OFFICER, form="zip" if form == "zip" else "pdf")
        return await self.desk.dossier(self.incident.incident_id, ordered)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("dossiers"))

    async def fill() -> None:
        incident_id = made.incident.incident_id
        sha256, n_bytes = made.desk.evidence.put([PHOTO])
        await made.desk.decide(
            AddEvidence(
                officer=OFFICER, incident_id=incident_id, kind="photo", title="The wing", handling="partners",
                sha256=sha256, n_bytes=n_bytes, media_type="image/jpeg", file_name="a.jpg",
            ),
            "live",
        )  # fmt: skip
        await made.desk.decide(
            AddEvidence(
                officer=OFFICER, incident_id=incident_id, kind="frames", title="Raw", handling="partners",
                frames=Span(10, 12),
            ),
            "live",
        )  # fmt: skip
        await made.desk.decide(Comment(officer=OFFICER, incident_id=incident_id, text="seen"), "live")

    asyncio.run(fill())
    yield made
    made.journal.close()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_the_zip_has_the_document_the_data_the_evidence_and_the_proof(scene: Scene, tmp_path: Path) -> None:
    media_type, name, content = await scene.file("full")
    assert (media_type, name) == ("application/zip", f"EXERCISE-{scene.incident.incident_id}-full-lt.zip")
    files = unpacked(content)
    photo = f"evidence/EXERCISE-{scene.incident.incident_id}-E1.jpg"
    assert {
        "dossier.pdf", "dossier.json", "track.geojson", "track.csv", "timeline.csv", "README.txt", photo,
        "manifest.json", "manifest.sig", "verify.py", "record/proof.json", "record/entries.jsonl",
    } == set(files)  # fmt: skip
    assert files[photo] == PHOTO
    one = msgspec.json.decode(files["dossier.json"], type=Dossier)
    path = tmp_path / name
    path.write_bytes(content)
    report = verify.check_dossier(str(path), None, ())
    assert report.n_wrong == 0, report.lines
    assert one.verify is not None
    assert one.verify.n_proven == len(files["record/entries.jsonl"].splitlines()) > 3


async def test_the_document_says_what_the_data_say(scene: Scene) -> None:
    files = unpacked((await scene.file("full"))[2])
    one = msgspec.json.decode(files["dossier.json"], type=Dossier)
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files["dossier.pdf"])).pages)
    plain = "".join(text.split())
    for _, value in one.said[0].summary:
        assert "".join(value.split()) in plain
    for line in (*one.said[0].not_known, *one.said[1].not_known):
        assert "".join(line.split()) in plain
    assert one.verify is not None
    assert one.verify.root in plain
    assert all(item.sha256 in plain for item in one.evidence)


async def test_the_track_is_that_of_the_night_in_full(scene: Scene) -> None:
    one = msgspec.json.decode(unpacked((await scene.file("full"))[2])["dossier.json"], type=Dossier)
    (crossing,) = one.crossings
    assert crossing.time_s == pytest.approx(CROSSED_S, abs=5.0)
    assert crossing.lon_deg == pytest.approx(25.0, abs=0.002)
    (track,) = one.tracks
    placed = [point for point in track.points if not point.is_predicted]
    assert placed[-1].time_s >= START_S + 4.0 * (N_PLOTS - 1) - 5.0
    assert max(after.time_s - before.time_s for before, after in pairwise(placed)) <= 10.0
    assert all(abs(point.lat_deg - 54.5) < 0.002 for point in placed)
    (radar,) = one.sensors
    assert (radar.sensor, radar.n_reports) == ("radar", pytest.approx(N_PLOTS, abs=5))


async def test_who_takes_evidence_away_is_in_the_journal_before(scene: Scene) -> None:
    before = scene.incident.file.n_accesses
    await scene.file("public")
    assert scene.incident.file.n_accesses == before  # nothing of it is for the public
    await scene.file("ministry")
    newest = scene.incident.file.accesses[-1]
    assert scene.incident.file.n_accesses == before + 1
    assert (newest.officer, newest.purpose) == (OFFICER, "exported")
    await scene.file("ministry", "pdf")
    assert scene.incident.file.n_accesses == before + 1  # the document holds hashes, no contents


async def test_raw_entries_travel_only_where_an_officer_let_them(scene: Scene) -> None:
    entries = {}
    for version in ("public", "ministry", "allies"):
        files = unpacked((await scene.file(version))[2])
        entries[version] = [json.loads(line)["seq"] for line in files["record/entries.jsonl"].splitlines()]
        assert json.loads(files["record/proof.json"])["head"]
    assert entries == {"public": [], "ministry": [10, 11, 12], "allies": [10, 11, 12]}


async def test_the_public_zip_names_no_sensor_and_no_officer(scene: Scene) -> None:
    files = unpacked((await scene.file("public"))[2])
    for name, content in files.items():
        assert OFFICER.encode() not in content, name
    one = msgspec.json.decode(files["dossier.json"], type=Dossier)
    assert one.evidence == ()
    assert "letter.pdf" not in files


async def test_the_letter_goes_with_the_ministrys(scene: Scene) -> None:
    assert unpacked((await scene.file("ministry"))[2])["letter.pdf"].startswith(b"%PDF")


async def test_too_many_at_once_are_told_to_wait(scene: Scene) -> None:
    asked = [scene.file("public", "pdf") for _ in range(making.WAITING_MOST + 2)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in results if isinstance(one, DecisionError)]
    assert len(refused) == 2
    assert "ask again" in str(refused[0])
    assert sum(isinstance(one, tuple) for one in results) == making.WAITING_MOST


async def test_a_content_that_is_not_there_is_told_and_nothing_is_handed_over(scene: Scene) -> None:
    gone = evidence_memory.build(evidence_memory.Settings())
    sha256 = hashlib.sha256(b"other").hexdigest()
    item = structs.replace(scene.incident.file.evidence[0], sha256=sha256)
    incident = structs.replace(scene.incident, file=structs.replace(scene.incident.file, evidence=(item,)))
    one = dossier("full", incident=incident)
    with pytest.raises(DataError, match=sha256[:8]):
        making.files_of(
            structs.replace(
                one, evidence=tuple(structs.replace(e, is_attached=True, path="evidence/x") for e in one.evidence)
            ),
            making.Land(),
            gone,
        )


def test_a_snapshot_before_the_incident_gives_the_same_track(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    incident = scene.incident
    first = history_of(scene.again(), incident, scene.player.picture.now_s)
    engine, key = build_engine(BLUEPRINT), snapshot_key(BLUEPRINT)
    begun = next(one.seq for one in scene.journal.read() if isinstance(one.body, Frame)) - 1
    for entry in scene.journal.read(0, begun):
        engine.accept(entry)
    scene.journal.write_snapshot(begun, key, snapshot.dump(engine))
    told: list[tuple[int, int]] = []
    second = history_of(scene.again(key), incident, scene.player.picture.now_s, lambda *at: told.append(at))
    assert second.tracks == first.tracks
    assert told[-1][0] == told[-1][1] > 0
    scene.journal.close()


def test_tracks_of_another_version_are_found_again_and_said_to_be_anew(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    renamed = structs.replace(scene.incident, track_ids=(4_711,), incident_id="LT-other")
    history = history_of(scene.again(), renamed, scene.player.picture.now_s)
    assert history.is_anew
    assert len(history.tracks) == 1
    scene.journal.close()


def test_the_span_is_bounded_however_long_a_case_lasts(scene: Scene) -> None:
    first_s, last_s = span_of(scene.incident, START_S + 1e9)
    assert first_s < scene.incident.first_report_s
    assert last_s - first_s <= 12 * 3_600.0


def test_rules_of_a_file_are_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("[public]\nhandling = []\n", encoding="utf-8")
    office = office_of(DossierSection(rules="rules.toml", authority="X"), tmp_path)
    assert office.rules["public"].handling == ()
    assert office.rules["full"] == packaged()["full"]
    with pytest.raises(ConfigError, match=r"none\.toml"):
        office_of(DossierSection(rules="none.toml"), tmp_path)
