"""Pages to text: what a reader reads, and the date of publication, wherever it stands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.model.errors import DataError
from sargas.press import html
from sargas.press.page import BYTES_MOST, page_of
from sargas.press.sentences import sentences_of

HEAD = "<html><head><title>T | Paper</title>{}</head><body><h1>The title</h1>{}<p>A drone fell.</p></body></html>"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            '<script type="application/ld+json">{"@graph":[{"datePublished":"2025-07-28T09:00:00+03:00"}]}</script>',
            "",
        ),
        ('<meta property="article:published_time" content="2025-07-28T06:00:00Z">', ""),
        ("", '<time datetime="2025-07-28T09:00:00+03:00">today</time>'),
        ('<script type="application/ld+json">{broken "datePublished": "2025-07-28T06:00Z"</script>', ""),
    ],
    ids=["json-ld", "meta", "time", "broken json-ld"],
)
def test_the_date_of_publication_is_found(head: str, body: str) -> None:
    page = page_of(HEAD.format(head, body), is_html=True)
    assert page.published is not None
    assert page.published.astimezone(UTC) == datetime(2025, 7, 28, 6, 0, tzinfo=UTC)


def test_scripts_menus_captions_and_related_stories_are_left_out() -> None:
    page = page_of(
        b"<html><body><nav>Menu</nav><script>bad()</script><article><p>Story.</p>"
        b"<figure><figcaption>Caption</figcaption></figure><div class='related-posts'>Other</div>"
        b"<p hidden>Hidden</p></article><footer>Foot</footer></body></html>"
    )
    assert page.text == "Story."


def test_a_page_in_the_old_baltic_code_page_is_read() -> None:
    page = page_of('<meta charset="windows-1257"><p>Gaižiūnų poligone</p>'.encode("cp1257"), is_html=True)
    assert "Gaižiūnų" in page.text


def test_the_first_line_is_the_title() -> None:
    assert page_of("Drone found\nIt lay in a field.").title == "Drone found"


def test_what_is_too_large_or_empty_is_refused() -> None:
    with pytest.raises(DataError, match="at most 1048576"):
        page_of(b"x" * (BYTES_MOST + 1))
    with pytest.raises(DataError, match="no text"):
        page_of(b" \n ")


def test_an_entity_bomb_expands_nothing() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b; drone</p>'
    assert len(page_of(bomb, is_html=True).text) < 200


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_or_a_data_error(data: bytes) -> None:
    for is_html in (True, False):
        try:
            page_of(data, is_html=is_html)
        except DataError:
            continue


@given(st.text(alphabet="<>/=\"'&;!-[]{} \nabdeimnoprtsuvy\x00", max_size=400))
def test_any_broken_markup_is_a_page_or_a_data_error(text: str) -> None:
    try:
        html.text_of(text.encode())
    except DataError:
        return


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("It fell on July 28. It was found.", 2),
        ("Gen. Smith spoke. He left at 5 a.m. on Monday.", 2),
        ("2025 m. liepos 28 d. dronas nukrito. Jis rastas.", 2),
        ("Tas notika 7. septembrī. Cietušo nav.", 2),
        ("One line\nAnother line", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, n: int) -> None:
    assert len(sentences_of(text, 0, ("gen", "a.m", "m", "d"), ())) == n


def test_a_dateline_is_no_part_of_its_sentence() -> None:
    text = "VILNIUS, July 28 (Agency) - A drone flew in."
    sentence = sentences_of(text, 0, (), ())[0]
    assert text[sentence.head :] == "A drone flew in."
