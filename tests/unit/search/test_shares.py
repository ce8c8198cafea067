"""Weights of hypotheses under an officer's word."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sargas.search.shares import NOT_COUNTED, masses, reweighted, with_said

NAMES = ("a", "b", "c")
shares = st.dictionaries(st.sampled_from(NAMES), st.floats(0.0, 1.0), max_size=3)


def test_the_others_keep_their_proportions() -> None:
    said = with_said({"a": 2.0, "b": 1.0, "c": 1.0}, {"a": 0.2})
    assert said == {"a": 0.2, "b": pytest.approx(0.4), "c": pytest.approx(0.4)}


def test_more_than_all_is_shared_out() -> None:
    assert with_said({"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 0.9, "b": 0.9}) == {
        "a": pytest.approx(0.5),
        "b": pytest.approx(0.5),
        "c": 0.0,
    }


def test_what_nothing_speaks_for_cannot_be_said() -> None:
    assert with_said({"a": 1.0, "b": 0.0, "c": 0.0}, {"b": 0.5})["a"] == 1.0


@example([1.0, 0.0, 0.0], {"a": 2e-309})
@given(st.lists(st.floats(0.0, 10.0), min_size=3, max_size=3), shares)
def test_they_always_add_up(found: list[float], said: dict[str, float]) -> None:
    wanted = with_said(dict(zip(NAMES, found, strict=True)), said)
    if sum(found) > 1e-300:
        total = sum(wanted.values())
        assert total == pytest.approx(1.0) or total == pytest.approx(0.0)  # all that is possible was said to be 0
        assert all(share >= 0.0 for share in wanted.values())


@given(st.integers(0, 2**32 - 1), shares)
def test_the_weights_follow(seed: int, said: dict[str, float]) -> None:
    rng = np.random.default_rng(seed)
    label, weight = rng.integers(-1, 3, 200), rng.random(200)
    found = masses(weight, label, NAMES)
    wanted = with_said(found, said)
    scaled = reweighted(weight, label, found, wanted)
    total = sum(found.values())
    for name, mass in masses(scaled, label, NAMES).items():
        assert mass == pytest.approx(wanted[name] * total, abs=1e-9)
    assert np.array_equal(scaled[label == NOT_COUNTED], weight[label == NOT_COUNTED])
