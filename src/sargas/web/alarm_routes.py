"""Routes of the alarms and of the shift: the log, and what an officer who takes the watch over must know."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from sargas.alarm.shift import shift_of
from sargas.model.alarm import AlarmLogItem
from sargas.model.shift import Shift
from sargas.web.faults import documented
from sargas.web.read_routes import ViewQuery
from sargas.web.shared import Shared

SinceQuery = Annotated[
    float | None,
    QueryParameter(
        description="Since when [epoch s]; since the last hand-over if it is left out", ge=0.0, le=32_503_680_000.0
    ),
]


@get("/api/alarms/log", tags=["alarms"], responses=documented(404), sync_to_thread=False)
def read_alarm_log(
    shared: NamedDependency[Shared], view: ViewQuery = "live", since_s: SinceQuery = None
) -> list[AlarmLogItem]:
    """Return what was heard, acknowledged, put aside and kept quiet, and by whom; the newest last."""
    log = shared.view(view).picture.alarm_log
    return [item for item in log if since_s is None or item.time_s >= since_s]


@get("/api/shift", tags=["alarms"], responses=documented(404), sync_to_thread=False)
def read_shift(shared: NamedDependency[Shared], view: ViewQuery = "live", since_s: SinceQuery = None) -> Shift:
    """Return the shift: open incidents, warnings in force, what can still fly, alarms, sensors, channels, deeds."""
    return shift_of(shared.view(view).picture, since_s)
