"""Forged and replayed reports: who may deliver, and what the same bytes do when they come again.

The other half of the first threat, a peer without a certificate, is in unit/feed/test_feed_tls.py.
"""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from accounts_kit import NOW_S, House
from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.model.entry import Body, Frame
from sargas.store import journal_memory
from sargas.web.server import create_app
from small_watch import BLUEPRINT, flight
from unit.web.memory_desk import FEED, MemoryDesk, line

RADAR_ERROR_M = 50.0
"""One standard deviation of the small watch's radar."""
DEGREE_M = 64_570.0
"""A degree of longitude at 54.5 degrees north, WGS-84."""


@pytest.fixture
def house() -> Iterator[House]:
    house = House(posters={FEED: ["engineer"]})
    yield house
    house.accounts.close()


def test_a_forged_report_does_not_come_in(house: House) -> None:
    desk = MemoryDesk()
    n_entries = desk.live.journal.last_seq()
    with TestClient(create_app(desk, accounts=house.gate)) as client:
        post = f"/api/feeds/{FEED}"
        assert client.post(post, content=line()).status_code == 401
        assert client.post(post, content=line(), headers={"authorization": "Bearer sargas_guess"}).status_code == 401
        assert client.post(post, content=line(), headers=house.bearer("officer")).status_code == 403  # no sensor
        assert client.post(post, content=line(), headers=house.master()).status_code == 403  # another's feed
        assert desk.live.journal.last_seq() == n_entries
        assert client.post(post, content=line(), headers=house.bearer("engineer")).status_code == 201


def test_the_journal_says_who_delivered() -> None:
    house = House(now_s=NOW_S)
    seen: list[str] = []

    class Listening(MemoryDesk):
        async def post(self, feed: str, data: bytes, peer: str) -> int:
            seen.append(peer)
            return await super().post(feed, data, peer)

    with TestClient(create_app(Listening(), accounts=house.gate)) as client:
        client.post(f"/api/feeds/{FEED}", content=line(), headers=house.bearer("engineer"))
    assert seen[0].startswith("engineer at ")


def after(bodies: list[tuple[float, Body]]) -> Engine:
    """Return the real engine after these arrivals."""
    engine, journal = build_engine(BLUEPRINT), journal_memory.build(journal_memory.Settings())
    for received_s, body in bodies:
        (entry,) = journal.append([(received_s, body)])
        while (wake_s := engine.next_wake_s()) is not None and wake_s <= received_s:
            engine.advance(wake_s)
        engine.accept(entry)
    return engine


def test_the_same_bytes_at_once_again_make_no_second_drone() -> None:
    once = flight()
    twice = [
        (received_s + again, body)
        for received_s, body in once
        for again in ([0.0, 0.1] if isinstance(body, Frame) else [0.0])
    ]
    plain, doubled = after(once).picture, after(twice).picture
    assert len(doubled.tracks) == len(plain.tracks) == 1
    assert list(doubled.incidents) == list(plain.incidents)
    (there,), (here,) = plain.tracks.values(), doubled.tracks.values()
    assert abs(here.lon_deg - there.lon_deg) * DEGREE_M < RADAR_ERROR_M
    # The second look at the same moment counts for nothing, and the sensor's health says how often.
    assert here.n_reports <= there.n_reports + 2
    assert doubled.health["radar"].n_rejected >= 50


def test_yesterdays_bytes_raise_no_alarm_today_and_the_sensor_is_said_to_be_unwell() -> None:
    today = flight()
    last_s = today[-1][0]
    replayed = [(last_s + 600.0 + 0.1 * n, body) for n, (_, body) in enumerate(today) if isinstance(body, Frame)]
    before, now = after(today).picture, after(today + replayed).picture
    assert list(now.incidents) == list(before.incidents)
    assert not [track for track in now.tracks.values() if track.status in {"tentative", "confirmed"}]
    health = now.health["radar"]
    assert health.state == "degraded"
    assert "s behind: its reports are not used" in health.reason
