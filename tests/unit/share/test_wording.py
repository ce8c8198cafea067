"""Words on one line, words of an exercise, and names that fit headers, topics and files."""

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import share_kit as kit
from sargas.share.wording import NAME_MAX, marked, one_line, paragraphs, safe_name

TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode, annex 9, table 4: embeddings, overrides and isolates."""


@given(text=st.text(), longest=st.integers(1, 50))
def test_one_line_is_one_line_without_control_characters(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line.splitlines()) <= 1
    assert len(line) <= longest
    assert not [sign for sign in line if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"}]
    assert not TURNS & set(line)


def test_a_line_that_is_too_long_says_so() -> None:
    assert one_line("one two\r\nthree", 9) == "one two…"
    assert one_line("one two\r\nthree", 13) == "one two three"


@given(text=st.text())
def test_paragraphs_keep_line_breaks_and_nothing_else_that_controls(text: str) -> None:
    kept = paragraphs(text)
    assert not [sign for sign in kept if unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t"]
    assert not TURNS & set(kept)


def test_paragraphs_of_other_systems_are_read_alike() -> None:
    assert paragraphs("one\r\n\r\ntwo\rthree\n") == "one\n\ntwo\nthree"


def test_words_of_an_exercise_say_so_once_and_in_whatever_language() -> None:
    assert marked("Air danger", is_exercise=True) == "EXERCISE: Air danger"
    assert marked("EXERCISE: Air danger", is_exercise=True) == "EXERCISE: Air danger"
    assert marked("PRATYBOS: Oro pavojus", is_exercise=True) == "PRATYBOS: Oro pavojus"
    assert marked("Air danger", is_exercise=False) == "Air danger"


@given(text=st.text(max_size=200))
@settings(deadline=None)
def test_a_name_holds_what_headers_topics_and_files_can_hold(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= NAME_MAX
    assert name.isascii()
    assert all(sign.isalnum() or sign in "-_~%" for sign in name)


@given(text=st.text(min_size=1, max_size=6))
def test_a_short_name_tells_the_text_itself(text: str) -> None:
    """RFC 3986, 2.1, read back by the standard library."""
    if len(name := safe_name(text)) < NAME_MAX and not name.startswith("sha256-"):
        assert unquote(name, errors="surrogatepass") == text


@given(texts=st.lists(st.text(max_size=100), min_size=2, max_size=2, unique=True))
def test_different_texts_have_different_names(texts: list[str]) -> None:
    assert safe_name(texts[0]) != safe_name(texts[1])


def test_the_names_of_bulletins_are_their_identities() -> None:
    for bulletin in kit.series(is_exercise=True):
        assert safe_name(bulletin.bulletin_id) == bulletin.bulletin_id


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a\x00b", "+", "#"])
def test_what_has_a_meaning_elsewhere_is_written_otherwise(text: str) -> None:
    assert safe_name(text) != text
