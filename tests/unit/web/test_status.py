"""Health and figures for those who keep the watch running."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from sargas.model.entry import FeedClosed, Frame
from sargas.web.server import create_app
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def client(desk: MemoryDesk) -> Iterator[TestClient]:
    with TestClient(create_app(desk)) as client:
        yield client


def figures(client: TestClient) -> dict[tuple[str, str], float]:
    """Return each sample under its name and its labels' values, read by Prometheus' own parser."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_sound_watch_is_ok(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["reasons"]) == ("ok", [])


def test_a_lost_feed_degrades_the_watch_and_says_why(desk: MemoryDesk, client: TestClient) -> None:
    desk.live.accept(FeedClosed(FEED, "connection reset"))
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["reasons"] == [f"feed {FEED} is not connected: connection reset"]


def test_a_watch_that_cannot_record_has_failed(desk: MemoryDesk, client: TestClient) -> None:
    desk.is_disk_full = True
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failed"
    assert answer.json()["reasons"] == ["nothing can be recorded: the disk is full"]


def test_the_figures_are_those_of_the_desk(desk: MemoryDesk, client: TestClient) -> None:
    desk.live.accept(Frame(FEED, line("000001", lon_deg=25.5) + line("000002")))
    desk.live.accept(Frame(FEED, b"not json\n"))
    desk.live.accept(Frame(FEED, line("000001", lon_deg=25.5, time_s=START_S + 30.0)), at_s=START_S + 30.0)
    desk.n_dropped = 7
    found = figures(client)
    assert found["sargas_feed_dropped_total", FEED] == 7
    assert found["sargas_feed_entries_total", FEED] == 3
    assert found["sargas_feed_reports_total", FEED] == 3
    assert sum(value for (name, _), value in found.items() if name == "sargas_feed_malformed_total") == 1
    assert found["sargas_tracks", "confirmed"] == 2
    assert found["sargas_tracks", "lost"] == 0
    assert found["sargas_incidents_open", "red"] == 1
    assert found["sargas_picture_seconds", ""] == START_S + 30.0
    assert found["sargas_clients", ""] == 0


def test_two_applications_in_one_process_keep_their_figures_apart(client: TestClient) -> None:
    other = MemoryDesk()
    other.live.accept(Frame(FEED, line()))
    with TestClient(create_app(other)) as second:
        assert figures(second)["sargas_tracks", "confirmed"] == 1
    assert figures(client)["sargas_tracks", "confirmed"] == 0
