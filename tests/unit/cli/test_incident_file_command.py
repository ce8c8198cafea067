"""The file of an incident at the prompt, without and beside a running watch."""

import hashlib
import json
from pathlib import Path

import pytest

from prompt_kit import END_S, ID, Run, Watched, decisions_in, incident_in

WING = b"\x89PNG\r\n\x1a\n the wing"
SOON = "2025-07-28T00:05:00"


@pytest.fixture
def wing(tmp_path: Path) -> Path:
    path = tmp_path / "wing.png"
    path.write_bytes(WING)
    return path


def add(run: Run, config: Path, *words: str | Path, kind: str = "photo", title: str = "The wing") -> str:
    said = run(
        "incident", "add", config, ID, *words, "--officer", "Ona", "--kind", kind, "--title", title, "--time", SOON
    )
    assert said.code == 0, said.err
    return said.out


def test_a_file_is_added_listed_and_given_back_as_it_was_and_the_access_is_logged(
    run: Run, flown: Path, wing: Path, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256(WING).hexdigest()
    said = add(run, flown, wing, "--holder", "Patrol 4")
    assert f"{ID}-E1, SHA-256 {sha256}, image/png" in said
    assert (flown.parent / "sargas.journal.evidence" / sha256[:2] / sha256[2:4] / sha256).read_bytes() == WING
    listed = run("incident", "evidence", flown, ID)
    assert sha256[:8] in listed.out.replace("\n", "")
    assert "Patrol 4" in listed.out
    out = tmp_path / "given.png"
    got = run("incident", "get", flown, ID, "E1", "--out", out, "--officer", "Jonas", "--time", SOON)
    assert got.code == 0, got.err
    assert out.read_bytes() == WING
    assert [(one.officer, one.purpose) for one in incident_in(flown).file.accesses] == [("Jonas", "downloaded")]
    assert "Jonas" in run("incident", "evidence", flown, ID, "--accesses").out
    again = run("incident", "get", flown, ID, "E1", "--out", out, "--officer", "Jonas", "--time", SOON)
    assert (again.code, "File exists" in again.err) == (1, True)


def test_a_content_is_removed_but_not_while_the_incident_is_held(run: Run, flown: Path, wing: Path) -> None:
    add(run, flown, wing)
    held = run("incident", "hold", flown, ID, "--reason", "prosecutor", "--officer", "Rasa", "--time", SOON)
    assert held.code == 0, held.err
    remove = ("incident", "remove", flown, ID, "E1", "--reason", "a child", "--officer", "Ona", "--time", SOON)
    said = run(*remove)
    assert (said.code, "release it first" in said.err) == (1, True)
    run("incident", "release", flown, ID, "--reason", "judged", "--officer", "Rasa", "--time", SOON)
    assert run(*remove).code == 0
    assert list((flown.parent / "sargas.journal.evidence").glob("??/??/*")) == []
    assert incident_in(flown).file.evidence[0].removed_why == "a child"


def test_custody_and_handling_are_written_down(run: Run, flown: Path) -> None:
    add(run, flown, "--holder", "Patrol 4", kind="other", title="A piece of the wing")
    for words in (("custody", flown, ID, "E1", "--holder", "Forensics"), ("handle", flown, ID, "E1", "clear")):
        said = run("incident", *words, "--officer", "Ona", "--time", SOON)
        assert said.code == 0, said.err
    item = incident_in(flown).file.evidence[0]
    assert ([one.holder for one in item.custody], item.handling) == (["Patrol 4", "Forensics"], "clear")


def test_a_published_report_and_a_wreck_and_frames_are_evidence_without_a_file(
    run: Run, flown: Path, tmp_path: Path
) -> None:
    add(
        run, flown, "--source", "https://news.example/1", "--published", "2025-07-28", "--quotation", "a drone",
        "--reliability", "B", "--credibility", "2", kind="open_source", title="What the paper says",
    )  # fmt: skip
    add(
        run, flown, "--place", "54.6", "25.5", "--condition", "broken", "--hazard", "suspected",
        "--found-by", "a forester", kind="wreck_finding", title="In a field",
    )  # fmt: skip
    add(run, flown, "--frames", "2:5", kind="frames", title="What the radar sent")
    article, wreck, frames = incident_in(flown).file.evidence
    assert article.source is not None
    assert (article.source.reliability, article.source.credibility) == ("B", "2")
    assert wreck.wreck is not None
    assert (wreck.wreck.lat_deg, wreck.wreck.hazard, wreck.wreck.found_by) == (54.6, "suspected", "a forester")
    assert frames.frames is not None
    out = tmp_path / "frames.jsonl"
    got = run("incident", "get", flown, ID, "E3", "--out", out, "--officer", "Ona", "--time", SOON)
    assert got.code == 0, got.err
    assert [json.loads(line)["seq"] for line in out.read_text().splitlines()] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--frames", "5", "--kind", "frames"), "as in 1200:1950"),
        (("--kind", "open_source"), "source"),
        (("nothing.png", "--kind", "photo"), "nothing.png: No such file"),
    ],
)
def test_what_cannot_be_added_says_why_and_nothing_is_kept(
    run: Run, flown: Path, words: tuple[str, ...], said: str
) -> None:
    before = decisions_in(flown)
    got = run("incident", "add", flown, ID, *words, "--officer", "Ona", "--title", "T", "--time", SOON)
    assert (got.code, said in got.err) == (1, True), got.err
    assert decisions_in(flown) == before


def test_what_is_not_there_is_told_with_what_there_is(run: Run, flown: Path, tmp_path: Path) -> None:
    got = run("incident", "get", flown, ID, "E1", "--out", tmp_path / "x", "--officer", "Ona", "--time", SOON)
    assert (got.code, got.err.splitlines()[-1]) == (3, f"sargas: {ID} has no evidence 'E1'; have none")


# --- steps ---


def test_a_step_is_opened_overdue_and_done(run: Run, flown: Path, wing: Path) -> None:
    opened = run(
        "incident", "step", flown, ID, "--kind", "forensics", "--title", "Examine it", "--owner", "Police",
        "--due", "2025-07-28T00:05:30", "--officer", "Ona", "--time", SOON,
    )  # fmt: skip
    assert (opened.code, f"{ID}-S1" in opened.out) == (0, True), opened.err
    assert run("incident", "steps", flown, "--overdue").out == "nothing is overdue\n"
    add(run, flown, wing)
    run(
        "incident",
        "custody",
        flown,
        ID,
        "E1",
        "--holder",
        "Police",
        "--officer",
        "Ona",
        "--time",
        "2025-07-28T01:00:00",
    )
    late = run("incident", "steps", flown, "--overdue")
    assert (late.code, "OVERDUE" in late.out, "Police" in late.out) == (1, True, True)
    done = run(
        "incident", "step", flown, ID, "S1", "--status", "done", "--document", "E1", "--text", "a Gerbera",
        "--officer", "Ona", "--time", "2025-07-28T01:01:00",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert run("incident", "steps", flown, "--overdue").code == 0
    step = incident_in(flown).file.steps[0]
    assert (step.status, step.documents, step.text) == ("done", (f"{ID}-E1",), "a Gerbera")
    assert [one["status"] for one in run("incident", "steps", flown, ID, "--json").json] == ["done"]


def test_what_is_usually_done_is_told(run: Run, flown: Path) -> None:
    add(run, flown, "--condition", "broken", kind="wreck_finding", title="In a field")
    said = run("incident", "steps", flown, ID)
    assert "usually done too: forensics" in said.out


def test_a_new_step_needs_a_kind_a_title_and_an_owner(run: Run, flown: Path) -> None:
    said = run("incident", "step", flown, ID, "--kind", "search", "--officer", "Ona", "--time", SOON)
    assert (said.code, "--owner" in said.err) == (1, True)


# --- beside a running watch ---


def test_beside_a_running_watch_the_same_words_work(run: Run, flown: Path, watched: Watched, tmp_path: Path) -> None:
    assert END_S
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 4_000)
    incident = next(iter(watched.picture.incidents))
    desk = ("--desk", watched.url)
    said = run(
        "incident", "add", flown, incident, path, "--officer", "Ona", "--kind", "recording", "--title", "Sound", *desk
    )
    assert said.code == 0, said.err
    item = watched.picture.incidents[incident].file.evidence[0]
    assert (item.n_bytes, item.file_name) == (1_024_000, "large.bin")
    out = tmp_path / "given.bin"
    got = run("incident", "get", flown, incident, "E1", "--out", out, "--officer", "Jonas", *desk)
    assert got.code == 0, got.err
    assert out.read_bytes() == path.read_bytes()
    assert [one.officer for one in watched.picture.incidents[incident].file.accesses] == ["Jonas"]
    run("incident", "remove", flown, incident, "E1", "--reason", "x", "--officer", "Ona", *desk)
    gone = run("incident", "get", flown, incident, "E1", "--out", tmp_path / "y", "--officer", "Jonas", *desk)
    assert (gone.code, "was removed" in gone.err) == (1, True)
    assert not (tmp_path / "y").exists()
