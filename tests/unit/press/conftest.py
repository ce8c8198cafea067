"""The gazetteer of the towns that come with Sargas, made once."""

import pytest

from sargas.app.wire import load_places
from sargas.press.places import Gazetteer, gazetteer


@pytest.fixture(scope="session")
def towns() -> Gazetteer:
    places = load_places()
    if not places:
        pytest.skip("the list of towns is made by the build")
    return gazetteer(tuple(places))
