"""The smallest areas that hold a share: exact ones by hand and by the normal distribution, drawn ones by shapely."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from scipy.special import ellipe
from scipy.stats import chi2

from sargas.search.contours import SHARES, Polygons, contours_of, highest_density
from search_maps import BLOB, RIDGE, TWO_BLOBS, Columns, Normal, any_map, held_by_shapely, level, squares_of

MAPS = {"blob": squares_of(BLOB), "two blobs": squares_of(TWO_BLOBS), "ridge": squares_of(RIDGE)}


def drawn(polygons: Polygons) -> shapely.Geometry:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in polygons])


def check(columns: Columns) -> None:
    """What every map's contours must be."""
    inner, inner_m2 = None, 0.0
    for share, area_m2, polygons in contours_of(*columns):
        area = drawn(polygons)
        assert area.is_valid
        assert held_by_shapely(columns, area) / columns.poc.sum() == pytest.approx(share, abs=0.02)
        assert inner is None or shapely.difference(inner, area).area <= 1e-9 * inner.area
        assert area_m2 >= inner_m2
        for outer, *holes in polygons:
            assert shapely.is_ccw(shapely.LinearRing(outer))
            assert not any(shapely.is_ccw(shapely.LinearRing(hole)) for hole in holes)
            assert all(len(ring) < 400 and (ring[0] != ring[-1]).any() for ring in (outer, *holes))
        inner, inner_m2 = area, area_m2


def test_the_smallest_area_takes_the_densest_cells_and_what_is_needed_of_the_last() -> None:
    # By hand: densities 0.3/1, 0.4/4, 0.2/1, 0.1/16 per m2. 0.5 is the first and the third; 0.7 needs half of the
    # second: 1 + 1 + 2 m2; 1 needs all.
    density, area_m2 = highest_density([1.0, 2.0, 1.0, 4.0], [0.3, 0.4, 0.2, 0.1], [0.15, 0.5, 0.7, 1.0])
    assert area_m2 == pytest.approx([0.5, 2.0, 4.0, 22.0])
    assert density == pytest.approx([0.3, 0.2, 0.1, 0.1 / 16])


def test_shares_are_of_what_the_map_holds_and_empty_cells_count_for_nothing() -> None:
    density, area_m2 = highest_density([1.0, 1.0, 8.0], [0.2, 0.1, 0.0], [0.0, 2 / 3, 1.0])
    assert area_m2 == pytest.approx([0.0, 1.0, 2.0])
    assert density == pytest.approx([0.2, 0.2, 0.1])


def test_a_normal_distribution_needs_an_ellipse() -> None:
    # The squared distance in standard deviations is chi-square with 2 degrees of freedom: 95 % within 5.991.
    columns = squares_of((Normal(0.0, 0.0, 5_000.0, 2_000.0),))
    _, exact_m2 = highest_density(columns.size_m, columns.poc, SHARES)
    ellipse_m2 = chi2.ppf(SHARES, 2) * np.pi * 5_000.0 * 2_000.0
    assert exact_m2 == pytest.approx(ellipse_m2, rel=0.01)
    for (share, area_m2, polygons), wanted_m2 in zip(contours_of(*columns), ellipse_m2, strict=True):
        assert area_m2 == pytest.approx(wanted_m2, rel=0.01), share
        assert drawn(polygons).area == pytest.approx(wanted_m2, rel=0.02), share


def test_contours_are_as_short_as_the_ellipse_without_the_cells_steps() -> None:
    # The circumference of an ellipse is 4 a E(e^2); along the sides of cells it would be 4 / pi times as long.
    columns = squares_of((Normal(0.0, 0.0, 5_000.0, 2_000.0),), most=1 / 500)
    for share, _, polygons in contours_of(*columns):
        a_m, b_m = np.sqrt(chi2.ppf(share, 2)) * np.array([5_000.0, 2_000.0])
        assert drawn(polygons).length == pytest.approx(4.0 * a_m * ellipe(1.0 - (b_m / a_m) ** 2), rel=0.03)


@pytest.mark.parametrize("name", MAPS)
def test_contours_hold_their_share_and_lie_within_each_other(name: str) -> None:
    check(MAPS[name])


@given(any_map())
@settings(max_examples=20, deadline=None)
def test_so_they_do_on_any_map(columns: Columns) -> None:
    check(columns)


def test_two_blobs_have_a_contour_each() -> None:
    for _, _, polygons in contours_of(*MAPS["two blobs"]):
        assert len(polygons) == 2
        assert all(len(rings) == 1 for rings in polygons)


def test_around_a_place_without_hope_there_is_a_hole() -> None:
    turns = np.arange(60) * 2 * np.pi / 60
    columns = squares_of([Normal(9e3 * np.cos(t), 9e3 * np.sin(t), 800.0, 800.0, 1 / 60) for t in turns])
    for _, _, polygons in contours_of(*columns):
        ((_, hole),) = polygons
        assert shapely.Polygon(hole).contains(shapely.Point(0.0, 0.0))


def test_level_ground_has_contours_about_its_middle() -> None:
    columns = level(16, 500.0)
    check(columns)
    for share, area_m2, polygons in contours_of(*columns):
        assert area_m2 == pytest.approx(share * 64e6)
        assert drawn(polygons).centroid.distance(shapely.Point(4_000.0, 4_000.0)) < 250.0


def test_a_speck_is_left_out() -> None:
    blob = squares_of(BLOB)
    speck = Columns(*(np.append(column, value) for column, value in zip(blob, (9e3, 9e3, 62.5, 1e-3), strict=True)))
    for _, _, polygons in contours_of(*speck):
        assert len(polygons) == 1


def test_the_order_of_the_shares_does_not_matter() -> None:
    assert [share for share, _, _ in contours_of(*MAPS["blob"], shares=(0.9, 0.2))] == [0.2, 0.9]


def test_a_map_that_holds_nothing_has_no_contours() -> None:
    x_m, y_m, size_m, poc = level(4, 100.0)
    assert contours_of(x_m, y_m, size_m, 0.0 * poc) == [(share, 0.0, []) for share in SHARES]


def test_the_same_map_gives_the_same_contours() -> None:
    for (_, _, once), (_, _, again) in zip(contours_of(*MAPS["ridge"]), contours_of(*MAPS["ridge"]), strict=True):
        assert all((a == b).all() for p, q in zip(once, again, strict=True) for a, b in zip(p, q, strict=True))
