"""Names on a map do not cover each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.share.map_labels import Labels
from sargas.share.svg import POINT_MM, Drawing, Type, text_width

STYLE = Type(size=8.0, halo=0.0)


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    """Return the boxes of the texts in a drawing, read from what was written."""
    found = []
    for x, y, anchor, text in re.findall(
        r'<text x="([-\d.]+)" y="([-\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>([^<]*)<', drawing.body()
    ):
        width = text_width(text, STYLE)
        left = float(x) - {"start": 0.0, "middle": width / 2.0, "end": width}[anchor]
        found.append((left, float(y) - 0.7 * STYLE.size * POINT_MM, left + width, float(y)))
    return found


@given(st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 40.0)), max_size=40))
def test_names_that_need_not_be_there_never_overlap(places: list[tuple[float, float]]) -> None:
    drawing = Drawing(60.0, 40.0)
    labels = Labels(drawing)
    for x, y in places:
        labels.beside(x, y, ("Name",), STYLE, 1.5, is_forced=False)
    found = boxes(drawing)
    for k, a in enumerate(found):
        assert a[0] >= 0.0
        assert a[2] <= 60.0
        for b in found[k + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_name_keeps_off_symbols() -> None:
    drawing = Drawing(60.0, 40.0)
    labels = Labels(drawing)
    labels.take(30.0, 20.0, 2.0)
    assert not labels.centre(30.0, 20.0, "Name", STYLE)
    assert labels.centre(30.0, 25.0, "Name", STYLE)


def test_a_name_that_must_be_there_is_written_however_full_it_is() -> None:
    drawing = Drawing(20.0, 10.0)
    labels = Labels(drawing)
    labels.take(10.0, 5.0, 30.0)
    assert labels.beside(10.0, 5.0, ("a long name", "name"), STYLE, 1.5, is_forced=True)
    assert ">name<" in drawing.body()


def test_the_shorter_text_is_taken_where_the_longer_one_has_no_room() -> None:
    drawing = Drawing(16.0, 10.0)
    assert Labels(drawing).beside(2.0, 5.0, ("much too long", "name"), STYLE, 1.5, is_forced=False)
    assert ">name<" in drawing.body()


def test_the_fixed_width_face_is_as_wide_as_its_maker_says() -> None:
    # DejaVu Sans Mono: 1233 of 2048 units for every letter.
    assert text_width("A-01", Type(size=72.0)) == pytest.approx(4 * 1233 / 2048 * 25.4, rel=1e-3)
