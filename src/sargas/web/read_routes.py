"""Routes that show: the desk, the picture, the live stream, tracks, incidents, sensors."""

from functools import partial
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from sargas import __version__
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident
from sargas.model.outlook import Outlook
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.web.access import entrance_of
from sargas.web.answers import DeskState, ViewState
from sargas.web.desk import Update, ViewName
from sargas.web.faults import AnyRequest, Full, NotThere, documented
from sargas.web.hub import whole_picture
from sargas.web.packed import NO_COMPRESSION
from sargas.web.shared import Shared
from sargas.web.stream import EventStream, updates

VIEWS: tuple[ViewName, ...] = ("live", "replay")
EVENTS = ResponseSpec(
    Update, generate_examples=False, media_type="text/event-stream", description="Each event's data is an Update"
)
ViewQuery = Annotated[ViewName, QueryParameter(description="The running picture, or the replay beside it")]


@get("/api/desk", tags=["desk"], sync_to_thread=False)
def read_desk(shared: NamedDependency[Shared]) -> DeskState:
    """Return what a page needs to know first."""
    desk = shared.desk
    opened = [(name, desk.view(name)) for name in VIEWS]
    return DeskState(
        title=desk.title,
        country=desk.country,
        countries=sorted({zone.country for zone in desk.zones if zone.kind == "sovereign" and zone.country}),
        is_exercise=desk.is_exercise,
        approvals_needed=desk.approvals_needed,
        channels=list(desk.channels),
        version=__version__,
        views=[ViewState(name, view.clock) for name, view in opened if view is not None],
    )


@get("/api/picture", tags=["picture"], responses=documented(404), sync_to_thread=False)
def read_picture(shared: NamedDependency[Shared], view: ViewQuery = "live") -> Update:
    """Return the whole picture of a view."""
    return whole_picture(shared.view(view), shared.desk.trouble())


@get(
    "/api/stream",
    tags=["picture"],
    responses={200: EVENTS, **documented(404, 503)},
    opt=NO_COMPRESSION,
)
async def read_stream(request: AnyRequest, shared: NamedDependency[Shared], view: ViewQuery = "live") -> ASGIApp:
    """Follow a view by Server-Sent Events: first everything, then what changes, and a heartbeat every second.

    It ends with the session, or when the token is revoked.
    """
    shown = shared.view(view)
    if shared.hub.is_full:
        raise Full(f"{shared.hub.n_clients} clients follow the streams, no more can be taken now")
    entrance = entrance_of(request)
    is_allowed = partial(shared.is_still_in, entrance)
    events = updates(
        shared.hub, shared.desk, view, shown, shared.metrics.stream_latency.observe, is_allowed=is_allowed
    )
    return EventStream(events)


@get("/api/tracks", tags=["picture"], responses=documented(404), sync_to_thread=False)
def read_tracks(shared: NamedDependency[Shared], view: ViewQuery = "live") -> list[Track]:
    """Return every track of a view."""
    return list(shared.view(view).picture.tracks.values())


@get("/api/tracks/{track_id:int}/outlook", tags=["picture"], responses=documented(404), sync_to_thread=False)
def read_outlook(shared: NamedDependency[Shared], track_id: FromPath[int], view: ViewQuery = "live") -> Outlook:
    """Return what lies before a track: the border and the towns, and the probability that it is inside."""
    shared.view(view)
    try:
        return shared.desk.outlook(track_id, view)
    except DecisionError as error:
        raise NotThere(str(error)) from error


@get("/api/incidents", tags=["incidents"], responses=documented(404), sync_to_thread=False)
def read_incidents(shared: NamedDependency[Shared], view: ViewQuery = "live") -> list[Incident]:
    """Return every incident of a view, open and closed."""
    return list(shared.view(view).picture.incidents.values())


@get("/api/incidents/{incident_id:str}", tags=["incidents"], responses=documented(404), sync_to_thread=False)
def read_incident(shared: NamedDependency[Shared], incident_id: FromPath[str], view: ViewQuery = "live") -> Incident:
    """Return one incident with its timeline."""
    incident = shared.view(view).picture.incidents.get(incident_id)
    if incident is None:
        raise NotThere(f"there is no incident '{incident_id}'")
    return incident


@get("/api/sensors", tags=["sensors"], sync_to_thread=False)
def read_sensors(shared: NamedDependency[Shared]) -> list[Sensor]:
    """Return the sensor table of the configuration."""
    return list(shared.desk.sensors.values())
