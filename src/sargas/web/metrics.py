"""Figures for Prometheus, read from the desk when they are asked for; one registry per application."""

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sargas.model.sensor import FeedHealth
from sargas.model.track import TrackStatus
from sargas.model.warning import Level
from sargas.web.desk import Desk
from sargas.web.hub import Hub

LATENCY_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STATUSES: tuple[TrackStatus, ...] = ("tentative", "confirmed", "coasting", "lost")
LEVELS: tuple[Level, ...] = ("white", "yellow", "red")


class Metrics:
    """The registry of one application and what is measured as it happens."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(DeskCollector(desk, hub))
        self.stream_latency = Histogram(
            "sargas_stream_latency_seconds",
            "From a change of the picture until the client's socket took it",
            buckets=LATENCY_BUCKETS_S,
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        return generate_latest(self._registry)


class DeskCollector(Collector):
    """The live view's figures at the moment of asking."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk = desk
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        view = self._desk.view("live")
        yield _gauge("clients", "Clients of the live stream", self._hub.n_clients)
        yield _gauge("trouble", "Things wrong with the watch itself", len(self._desk.trouble()))
        if view is None:
            return
        picture = view.picture
        tracks = Counter(track.status for track in picture.tracks.values())
        yield _gauges("tracks", "Tracks by status", "status", ((name, tracks[name]) for name in STATUSES))
        opened = [incident for incident in picture.incidents.values() if incident.status == "open"]
        levels = Counter(incident.level for incident in opened)
        yield _gauges("incidents_open", "Open incidents by level", "level", ((name, levels[name]) for name in LEVELS))
        yield _gauge("findings", "Findings that hold", len(picture.findings))
        states = Counter(health.state for health in picture.health.values())
        yield _gauges("sensors", "Sensors by state of health", "state", sorted(states.items()))
        yield _gauge("picture_seconds", "Time of the picture, UTC epoch seconds", picture.now_s)
        yield from _feeds(list(picture.feeds.values()))
        dropped = dict(self._desk.dropped())
        yield _counters("feed_dropped", "Datagrams that came too fast and were let go", dropped)


def _feeds(feeds: list[FeedHealth]) -> Iterator[Metric]:
    yield _gauges("feed_connected", "1 if connected", "feed", ((feed.feed, int(feed.is_connected)) for feed in feeds))
    yield _counters("feed_entries", "Frames journaled", {feed.feed: feed.n_chunks for feed in feeds})
    yield _counters("feed_bytes", "Bytes journaled", {feed.feed: feed.n_bytes for feed in feeds})
    yield _counters("feed_reports", "Good reports", {feed.feed: feed.n_reports for feed in feeds})
    yield _reasons("feed_malformed", "Pieces that could not be read", {feed.feed: feed.malformed for feed in feeds})
    yield _reasons("feed_unused", "Sound records without use", {feed.feed: feed.unused for feed in feeds})
    last = [(feed.feed, feed.last_received_s) for feed in feeds if feed.last_received_s is not None]
    yield _gauges("feed_last_received_seconds", "When something came last, UTC epoch seconds", "feed", last)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sargas_{name}", text, value=value)


def _gauges(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"sargas_{name}", text, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family


def _counters(name: str, text: str, values: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"sargas_{name}", text, labels=["feed"])
    for feed, value in values.items():
        family.add_metric([feed], value)
    return family


def _reasons(name: str, text: str, values: dict[str, dict[str, int]]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"sargas_{name}", text, labels=["feed", "reason"])
    for feed, reasons in values.items():
        for reason, n in reasons.items():
            family.add_metric([feed, reason], n)
    return family
