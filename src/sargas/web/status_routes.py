"""Routes for those who keep the watch running: health and figures."""

from litestar import Response, get
from litestar.di import NamedDependency

from sargas import __version__
from sargas.web.answers import HealthReport
from sargas.web.desk import Desk
from sargas.web.door import LOCAL
from sargas.web.shared import Shared

METRICS_TYPE = "text/plain; version=0.0.4"


@get("/health", tags=["status"], opt=LOCAL, security=[{}], sync_to_thread=False)
def read_health(shared: NamedDependency[Shared]) -> Response[HealthReport]:
    """Return how the watch is: 503 if nothing can be recorded, 200 if it can, with what degrades it."""
    reasons = shared.desk.trouble() + degraded_by(shared.desk)
    is_working = shared.desk.is_recording
    view = shared.desk.view("live")
    report = HealthReport(
        status="failed" if not is_working else "degraded" if reasons else "ok",
        reasons=reasons,
        version=__version__,
        n_tracks=len(view.picture.tracks) if view else 0,
        n_clients=shared.hub.n_clients,
    )
    return Response(report, status_code=200 if is_working else 503)


@get("/metrics", tags=["status"], opt=LOCAL, security=[{}], media_type=METRICS_TYPE, sync_to_thread=False)
def read_metrics(shared: NamedDependency[Shared]) -> Response[bytes]:
    """Return the figures for Prometheus."""
    return Response(shared.metrics.text(), media_type=METRICS_TYPE)


def degraded_by(desk: Desk) -> list[str]:
    """Return what the live view cannot rely on: feeds that were lost, sensors that are not well."""
    view = desk.view("live")
    if view is None:
        return ["there is no live view"]
    lost = [
        f"feed {feed.feed} is not connected" + (f": {feed.text}" if feed.text else "")
        for feed in view.picture.feeds.values()
        if not feed.is_connected
    ]
    unwell = [
        f"sensor {health.sensor} is {health.state}" + (f": {health.reason}" if health.reason else "")
        for health in view.picture.health.values()
        if health.state in {"degraded", "late", "silent", "failed"}
    ]
    return lost + unwell
