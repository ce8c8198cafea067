"""An article at the prompt: read, compared, added to a file and taken into the register once it is confirmed."""

import io
import sys
from pathlib import Path

import pytest

from prompt_kit import ID, Run, decisions_in, incident_in

SOON = "2025-07-28T00:05:00"
ARTICLE = """Drone falls near the border
28 July 2025
A drone flew into Lithuania from Belarus on Monday and crashed near Šumskas, the border guard said.
The defence budget will rise to 4 billion euros.
"""
WHO = ("--officer", "Ona", "--address", "https://paper.example/1", "--time", SOON)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def test_it_is_told_with_quotations_and_what_is_passed_over(run: Run, article: Path) -> None:
    said = run("incident", "read", article)
    assert said.code == 0, said.err
    assert "1. Drone, Šumskas, LT" in said.out
    assert "“Monday”" in said.out
    assert "money" in said.out


def test_it_is_compared_with_what_is_on_file(run: Run, article: Path, flown: Path) -> None:
    said = run("incident", "read", article, flown, "--json")
    assert said.code == 0, said.err
    assert [(one["known"], one["where"]) for one in said.json["compared"]] == [(ID, "file")]


def test_nothing_is_added_unless_it_is_confirmed(
    run: Run, article: Path, flown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert run("incident", "read", article, flown, "--add", ID, *WHO).code == 0
    assert "add_evidence" not in decisions_in(flown)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    said = run("incident", "read", article, flown, "--add", ID, "--reliability", "C", *WHO)
    assert said.code == 0, said.err
    item = incident_in(flown).file.evidence[-1]
    assert (item.kind, item.added_by, len(item.sha256)) == ("open_source", "Ona", 64)
    assert item.source is not None
    assert (item.source.address, item.source.published, item.source.reliability) == (
        "https://paper.example/1", "2025-07-28", "C",
    )  # fmt: skip
    assert "crashed near Šumskas" in item.source.quotation


def test_an_entry_becomes_a_record_of_the_register(run: Run, article: Path, flown: Path) -> None:
    said = run("incident", "read", article, flown, "--register", "--yes", *WHO)
    assert said.code == 0, said.err
    assert "record LT-2025-07-2" in said.out
    assert "record_incidents" in decisions_in(flown)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--add", ID), "need a configuration"),
        (("--published", "soon"), "a day such as 2025-07-29"),
        (("--entry", "7"), "the article has 1 entries"),
    ],
)
def test_what_is_wrong_is_said(run: Run, article: Path, words: tuple[str, ...], error: str) -> None:
    said = run("incident", "read", article, *words)
    assert (said.code, error in said.err) == (1, True)


def test_an_article_without_an_incident_ends_with_not_found(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    path.write_text("Budget\nThe budget rises.", encoding="utf-8")
    assert run("incident", "read", path).code == 3
