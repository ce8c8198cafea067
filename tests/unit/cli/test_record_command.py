"""`sargas record`, `sargas incident verify`, `sargas backup` and `sargas restore`, as a person runs them."""

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from prompt_kit import Run
from record_kit import frames
from sargas.app import config as configuration
from sargas.app.record import open_journal
from sargas.share.proof_json import sealed
from sargas.share.standalone import verify

WATCH = """\
[watch]
country = "LT"
title = "East"

[[record.heads]]
name = "archive"
witness = { type = "file", path = "heads.txt" }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose journal holds a few frames, and whose heads were published once."""
    path = tmp_path / "watch" / "watch.toml"
    path.parent.mkdir()
    path.write_text(WATCH)
    with contextlib.closing(open_journal(configuration.read(path), path.parent)) as journal:
        journal.append(frames(5, first_s=time.time()))
        head = journal.sign()
        assert head is not None
        (path.parent / "heads.txt").write_text(f"{head.note}\n")
    return path


@pytest.fixture
def dossier(config: Path) -> Path:
    with contextlib.closing(open_journal(configuration.read(config), config.parent)) as journal:
        data = sealed(
            {"a.txt": b"!"}, incident_id="i-1", version="full", made_s=1.75e9, is_exercise=False,
            proof=journal.prove([2, 3]), sign=journal.sign_bytes,
        )  # fmt: skip
    path = config.with_name("dossier.zip")
    path.write_bytes(data)
    return path


def test_heads_and_keys_are_shown(run: Run, config: Path) -> None:
    said = run("record", "heads", config)
    assert said.code == 0
    assert "1 keys" in said.out
    assert "heads are kept" in said.out
    newest = run("record", "heads", config, "--newest")
    assert verify.heads_of(newest.out)[0].n_entries == 6
    assert run("record", "heads", config, "--json").json["origin"].startswith("lt/east/")


def test_a_journal_without_heads_or_none_at_all_is_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_text(WATCH)
    said = run("record", "heads", path)
    assert (said.code, "no journal at" in said.err) == (1, True)


def test_a_key_is_changed_while_no_watch_runs(run: Run, config: Path) -> None:
    before = (config.parent / "sargas.journal.key").read_bytes()
    said = run("record", "rotate", config)
    assert (said.code, "signs the record from now on" in said.out) == (0, True)
    assert (config.parent / "sargas.journal.key").read_bytes() != before
    assert run("incident", "verify", config).code == 0
    with contextlib.closing(open_journal(configuration.read(config), config.parent)):
        refused = run("record", "rotate", config)
    assert (refused.code, "another watch is writing it" in refused.err) == (1, True)


def test_the_verifier_is_written_out(run: Run, tmp_path: Path) -> None:
    said = run("record", "verifier")
    assert said.out == Path(verify.__file__).read_text()


def test_dossier_journal_and_configuration_are_verified(run: Run, config: Path, dossier: Path) -> None:
    said = run("incident", "verify", dossier, config.parent / "sargas.journal", config)
    assert said.code == 0, said.out
    assert said.out.count("nothing is wrong") == 3
    assert "1 published heads belong to the same tree" in said.out  # of the configuration's own file
    heads = ("--heads", config.parent / "heads.txt")
    assert run("incident", "verify", dossier, *heads).code == 0


def test_what_is_wrong_is_told_with_its_place_and_ends_with_1(run: Run, config: Path, dossier: Path) -> None:
    with contextlib.closing(sqlite3.connect(config.parent / "sargas.journal")) as journal, journal:
        journal.execute("UPDATE entries SET data = x'00' WHERE seq = 4")
    said = run("incident", "verify", config, dossier)
    assert said.code == 1
    assert "WRONG  the head over 6 entries" in said.out
    assert said.out.rstrip().endswith("nothing is wrong")  # the dossier is as it was
    found = run("incident", "verify", config, "--json").json
    assert found[str(config)]["n_wrong"] >= 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.zip"], "No such file"),
        (["nothing.toml"], "No such file"),
        (["watch.toml", "--heads", "nothing.txt"], "No such file"),
        ([], "nothing to verify"),
    ],
)
def test_what_is_not_there_is_told(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(config.parent)
    ended = run("incident", "verify", *words)
    assert ended.code == 1
    assert said in ended.out + ended.err


def test_a_backup_is_made_and_put_back(run: Run, config: Path, tmp_path: Path) -> None:
    backup, new = tmp_path / "b.tar", tmp_path / "new"
    made = run("backup", config, backup)
    assert (made.code, "does not hold the key" in made.out) == (0, True)
    back = run("restore", backup, new)
    assert (back.code, f"sargas watch {new / 'watch.toml'}" in back.out) == (0, True)
    again = run("restore", backup, new)
    assert (again.code, "overwrites nothing" in again.err) == (1, True)
    with_key = run("backup", config, tmp_path / "k.tar", "--with-key")
    assert "PRIVATE KEY" in with_key.out
