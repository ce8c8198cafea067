"""`sargas incident export` without and beside a running watch."""

import zipfile
from pathlib import Path

from prompt_kit import ID, Run, Watched, incident_in
from sargas.share.standalone.verify import check_dossier

SOON = "2025-07-28T00:05:00"


def test_a_dossier_verifies_and_its_evidence_leaves_only_in_somebodys_name(
    run: Run, flown: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "wing.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n the wing")
    told = ("--officer", "Ona", "--kind", "photo", "--title", "The wing", "--handling", "clear", "--time", SOON)
    assert run("incident", "add", flown, ID, photo, *told).code == 0
    refused = run("incident", "export", flown, ID, "--out", tmp_path)
    assert (refused.code, "--officer NAME" in refused.err.replace("\n", " ")) == (2, True)
    told = ("--version", "ministry", "--language", "en", "--officer", "Jonas")
    said = run("incident", "export", flown, ID, "--out", tmp_path, *told)
    assert said.code == 0, said.err
    path = tmp_path / f"EXERCISE-{ID}-ministry-en.zip"
    assert f"wrote {path}" in said.out.replace("\n", "")
    assert check_dossier(str(path), None, ()).n_wrong == 0
    (access,) = incident_in(flown).file.accesses
    assert (access.officer, access.purpose) == ("Jonas", "exported")
    assert {f"evidence/EXERCISE-{ID}-E1.png", "letter.pdf"} <= set(zipfile.ZipFile(path).namelist())


def test_an_incident_that_is_not_there_is_told(run: Run, flown: Path) -> None:
    said = run("incident", "export", flown, "LT-9")
    assert said.code != 0
    assert "no incident 'LT-9'" in said.err


def test_a_running_watch_makes_it_itself(run: Run, flown: Path, watched: Watched, tmp_path: Path) -> None:
    (incident_id,) = watched.picture.incidents
    out = tmp_path / "night.pdf"
    said = run("incident", "export", flown, incident_id, "--desk", watched.url, "--out", out, "--format", "pdf")
    assert said.code == 0, said.err
    assert out.read_bytes().startswith(b"%PDF")
    missing = run("incident", "export", flown, "LT-9", "--desk", watched.url)
    assert "there is no incident 'LT-9'" in missing.err
