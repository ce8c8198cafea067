"""The routes of an incident's file over a desk in memory: handing in, giving out with a log, frames, steps."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from msgspec import structs

from accounts_kit import House
from sargas.model.decision import AccessEvidence
from sargas.model.entry import Decided, Entry
from sargas.model.evidence import Access, CaseFile, Evidence
from sargas.model.incident import Incident
from sargas.store import evidence_files
from sargas.web.hub import Client
from sargas.web.light import NEWEST, light
from sargas.web.server import create_app
from sargas.web.sniffing import ending_of, media_type_of
from unit.web.memory_desk import MemoryDesk, with_loss

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(300)
HTML = b"<!doctype html><script>alert(1)</script>"


class Scene:
    """A desk with an incident, and a client of it."""

    def __init__(self, client: TestClient, desk: MemoryDesk, incident_id: str) -> None:
        self.client, self.desk, self.id = client, desk, incident_id
        self.url = f"/api/incidents/{incident_id}"

    @property
    def file(self) -> CaseFile:
        return self.desk.live.picture.incidents[self.id].file

    def decide(self, **decision: object) -> tuple[int, dict]:
        told = {"officer": "Ona", "incident_id": self.id, **decision}
        answer = self.client.post("/api/decisions", json=told)
        return answer.status_code, answer.json()

    def add(self, content: bytes = JPEG, **more: object) -> Evidence:
        handed = self.client.post("/api/evidence", content=content)
        assert handed.status_code == 201, handed.text
        told = {"action": "add_evidence", "kind": "photo", "title": "The wing", **handed.json(), **more}
        status, answer = self.decide(**told)
        assert status == 201, answer
        return self.file.evidence[-1]

    def accesses(self) -> list[Access]:
        return list(self.file.accesses)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.accounts.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk)) as client:
        yield Scene(client, desk, incident_id)


# --- handing in ---


def test_what_is_handed_in_is_named_by_its_hash_and_by_what_its_bytes_are(scene: Scene) -> None:
    answer = scene.client.post("/api/evidence", content=JPEG, headers={"content-type": "text/html"})
    assert answer.status_code == 201
    assert answer.json() == {
        "sha256": hashlib.sha256(JPEG).hexdigest(), "n_bytes": len(JPEG), "media_type": "image/jpeg",
    }  # fmt: skip
    assert scene.file == CaseFile(), "it waits for the decision"


def test_a_content_larger_than_one_may_be_is_told_so_and_leaves_nothing(scene: Scene) -> None:
    answer = scene.client.post("/api/evidence", content=bytes(100_001))
    assert (answer.status_code, answer.json()) == (
        413,
        {"error": "the content is larger than 0.1 MB, the most that is taken"},
    )
    assert list(scene.desk.evidence.waiting()) == []


def test_nothing_is_no_content(scene: Scene) -> None:
    assert scene.client.post("/api/evidence", content=b"").status_code == 422


def test_evidence_whose_content_was_not_handed_in_is_refused(scene: Scene) -> None:
    told = {"action": "add_evidence", "kind": "photo", "title": "T", "sha256": "a" * 64, "n_bytes": 3}
    status, answer = scene.decide(**told)
    assert status == 409
    assert "hand it in first" in answer["error"]
    handed = scene.client.post("/api/evidence", content=JPEG).json()
    status, answer = scene.decide(**{**told, **handed, "n_bytes": 5})
    assert (status, "n_bytes" in answer["error"]) == (409, True)
    assert scene.file == CaseFile()


def test_what_is_on_a_file_no_longer_waits(scene: Scene) -> None:
    item = scene.add()
    assert (list(scene.desk.evidence.waiting()), list(scene.desk.evidence.held())) == ([], [item.sha256])


def test_a_removed_content_is_gone_unless_another_item_has_it(scene: Scene) -> None:
    first = scene.add()
    second = scene.add(title="The left wing", replaces=first.evidence_id)
    remove = {"action": "remove_evidence", "text": "shows a child"}
    assert scene.decide(**remove, evidence_id=first.evidence_id)[0] == 201
    assert scene.desk.evidence.size(first.sha256) == len(JPEG)
    assert scene.decide(**remove, evidence_id=second.evidence_id)[0] == 201
    assert scene.desk.evidence.size(first.sha256) is None


# --- giving out ---


def test_a_content_comes_back_as_it_was_and_who_had_it_is_logged(scene: Scene) -> None:
    item = scene.add(file_name="wing.jpg")
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}", params={"officer": "Jonas"})
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''EXERCISE-{item.evidence_id}.jpg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["sargas-mark"] == "EXERCISE"
    assert [(one.officer, one.evidence_id, one.purpose) for one in scene.accesses()] == [
        ("Jonas", item.evidence_id, "downloaded")
    ]


def test_the_access_is_in_the_journal_before_the_first_byte_leaves(scene: Scene) -> None:
    item = scene.add()
    seen_at_open: list[int] = []
    given = scene.desk.evidence.open

    def opened(sha256: str) -> Iterator[bytes]:
        entries = [entry.body for entry in scene.desk.live.journal.read()]
        n_logged = sum(isinstance(one, Decided) and isinstance(one.decision, AccessEvidence) for one in entries)
        seen_at_open.append(n_logged)
        return given(sha256)

    scene.desk.evidence.open = opened  # type: ignore[method-assign]
    scene.client.get(f"{scene.url}/evidence/{item.evidence_id}")
    assert seen_at_open[-1] == 1, "what is given out is opened only when it is logged"


def test_what_cannot_be_logged_is_not_given_out(scene: Scene) -> None:
    item = scene.add()
    scene.desk.is_disk_full = True
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}")
    assert answer.status_code == 503
    assert JPEG[:20] not in answer.content


@pytest.mark.parametrize(
    ("content", "is_shown"), [(JPEG, True), (b"%PDF-1.7\n%", True), (HTML, False), (b"PK\x03\x04zip", False)]
)
def test_only_pictures_and_pdf_are_shown_in_place_and_nothing_can_run(
    scene: Scene, content: bytes, is_shown: bool
) -> None:
    item = scene.add(content)
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}", params={"purpose": "viewed"})
    assert answer.headers["content-disposition"].startswith("inline" if is_shown else "attachment")
    assert answer.headers["content-type"] == (item.media_type if is_shown else "application/octet-stream")
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "allow" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_damaged_content_is_told_and_not_given_out(scene: Scene, tmp_path: Path) -> None:
    scene.desk.evidence = scene.desk._room.store = evidence_files.build(
        evidence_files.Settings(path=str(tmp_path), free_mb=0.0)
    )
    item = scene.add()
    (kept,) = tmp_path.glob("??/??/*")
    kept.write_bytes(JPEG[:-1] + b"\x01")
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}")
    assert (answer.status_code, "is damaged" in answer.json()["error"]) == (500, True)
    assert scene.accesses() == []


def test_a_content_that_is_not_kept_here_is_named_by_its_hash(scene: Scene) -> None:
    item = scene.add()
    scene.desk.evidence._kept.clear()  # type: ignore[attr-defined] # the disk has lost it
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}")
    assert (answer.status_code, item.sha256 in answer.json()["error"]) == (404, True)
    assert scene.accesses() == []


def test_another_site_cannot_make_the_officers_browser_ask(scene: Scene) -> None:
    item = scene.add()
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert scene.accesses() == []


@pytest.mark.parametrize("path", ["evidence/E9", "evidence/..%2F..%2Fetc", "evidence/E9/frames", "nothing"])
def test_what_is_not_there_is_not_there(scene: Scene, path: str) -> None:
    assert scene.client.get(f"{scene.url}/{path}").status_code == 404
    assert scene.client.get(f"/api/incidents/none/{path}").status_code == 404


def test_what_was_removed_is_refused_with_the_reason(scene: Scene) -> None:
    item = scene.add()
    scene.decide(action="remove_evidence", evidence_id=item.evidence_id, text="shows a child")
    answer = scene.client.get(f"{scene.url}/evidence/{item.evidence_id}")
    assert (answer.status_code, "shows a child" in answer.json()["error"]) == (409, True)


def test_with_accounts_it_is_the_account_that_is_logged_whatever_name_is_given(house: House) -> None:
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk, accounts=house.gate)) as client:
        officer = house.bearer("officer")
        handed = client.post("/api/evidence", content=JPEG, headers=officer).json()
        told = {
            "action": "add_evidence",
            "officer": "officer",
            "incident_id": incident_id,
            "kind": "photo",
            "title": "T",
        }
        assert client.post("/api/decisions", json={**told, **handed}, headers=officer).status_code == 201
        url = f"/api/incidents/{incident_id}/evidence/{incident_id}-E1"
        assert client.get(url, params={"officer": "somebody"}, headers=house.bearer("investigator")).content == JPEG
        file = desk.live.picture.incidents[incident_id].file
        assert [one.officer for one in file.accesses] == ["investigator"]
        viewer = house.bearer("viewer")
        refused = [client.get(url, headers=viewer), client.post("/api/evidence", content=JPEG, headers=viewer)]
        assert [answer.status_code for answer in refused] == [403, 403]
        assert desk.live.picture.incidents[incident_id].file.n_accesses == 1


# --- frames ---


def test_frames_are_the_entries_of_the_journal_a_line_each(scene: Scene) -> None:
    status, _ = scene.decide(
        action="add_evidence", kind="frames", title="What the radar sent", frames={"first_seq": 2, "last_seq": 5}
    )
    assert status == 201
    name = scene.file.evidence[0].evidence_id
    answer = scene.client.get(f"{scene.url}/evidence/{name}/frames", params={"officer": "Jonas"})
    assert answer.headers["content-type"] == "application/jsonl"
    lines = answer.content.splitlines()
    kept = list(scene.desk.live.journal.read(1, 5))
    assert [msgspec.json.decode(line, type=Entry) for line in lines] == kept
    assert json.loads(lines[0])["seq"] == 2
    assert [one.officer for one in scene.accesses()] == ["Jonas"]
    assert scene.client.get(f"{scene.url}/evidence/{name}").status_code == 404


# --- steps ---


def test_the_usual_steps_are_offered_once_there_is_reason_for_them(scene: Scene) -> None:
    before = scene.client.get(f"{scene.url}/steps").json()
    assert (before["steps"], before["offered"], before["overdue"]) == ([], [], [])
    assert "forensics" in {one["kind"] for one in before["usual"]}
    scene.decide(action="report_find", what="wreck", lat_deg=54.6, lon_deg=25.5)
    offered = scene.client.get(f"{scene.url}/steps").json()["offered"]
    assert offered[0]["kind"] == "secure_wreck"
    scene.decide(action="open_step", kind="secure_wreck", title="Close it off", owner="Police", due_s=1.0)
    after = scene.client.get(f"{scene.url}/steps").json()
    assert "secure_wreck" not in {one["kind"] for one in after["offered"]}
    assert after["overdue"] == [f"{scene.id}-S1"]


# --- the stream ---


def test_the_stream_carries_the_newest_of_a_large_file_and_the_page_gets_all_of_it(scene: Scene) -> None:
    incident = scene.desk.live.picture.incidents[scene.id]
    items = tuple(
        Evidence(evidence_id=f"{scene.id}-E{k}", kind="photo", title="T", added_s=1.0, added_by="Ona", entry=k)
        for k in range(1, NEWEST + 31)
    )
    full = structs.replace(incident, file=CaseFile(evidence=items))
    assert light(full).file.evidence == items[-NEWEST:]
    assert light(incident) is incident
    scene.desk.live.picture.incidents[scene.id] = full
    client = Client(scene.desk, "live", scene.desk.live, lambda: None)
    (streamed,) = client.take().incidents
    assert isinstance(streamed, Incident)
    assert len(streamed.file.evidence) == NEWEST
    assert len(scene.client.get(scene.url).json()["file"]["evidence"]) == NEWEST + 30


# --- what a content is ---


@pytest.mark.parametrize(
    ("begin", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00", "video/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        ("Girdėjau variklį.\n".encode(), "text/plain"),
        (("ž" * 300).encode()[:512] + b"", "text/plain"),
        (("až" * 300).encode()[:512], "text/plain"),
        (HTML, "text/plain"),
        (b"MZ\x90\x00\x03", "application/octet-stream"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"RIFF\x24\x00\x00\x00AVI ", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_content_is_what_its_first_bytes_say(begin: bytes, media_type: str) -> None:
    """Magic numbers as the standards named in `sniffing` give them."""
    assert media_type_of(begin) == media_type


@given(begin=st.binary(max_size=600))
def test_any_bytes_are_something_that_cannot_run(begin: bytes) -> None:
    assert media_type_of(begin) in {
        "image/jpeg", "image/png", "image/heic", "application/pdf", "application/zip", "video/mp4", "audio/wav",
        "text/plain", "application/octet-stream",
    }  # fmt: skip


@given(name=st.text(max_size=40))
def test_no_file_name_leads_out_of_the_folder_that_it_is_saved_in(name: str) -> None:
    ending = ending_of("application/octet-stream", name)
    assert ending.isalnum()
    assert len(ending) <= 8
