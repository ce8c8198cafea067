"""Routes that change something: decisions, playing, the replay, posted reports."""

from typing import Annotated

from litestar import delete, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from sargas.model.decision import Decision
from sargas.model.errors import DecisionError
from sargas.web.answers import Entered, OpenReplay, Play, ViewState
from sargas.web.desk import ViewName
from sargas.web.faults import AnyRequest, NotThere
from sargas.web.read_routes import ViewQuery
from sargas.web.shared import Shared

POST_MAX_BYTES = 1 << 20
ORDER_MAX_BYTES = 16 << 10

AnyDecision = Annotated[Decision, Body(description="Told apart by `action`")]


@post("/api/decisions", tags=["incidents"], status_code=201, request_max_body_size=ORDER_MAX_BYTES)
async def decide(shared: Shared, data: AnyDecision, view: ViewQuery = "live") -> Entered:
    """Journal a person's decision and let it take effect."""
    shared.view(view)
    return Entered(await shared.desk.decide(data, view))


@post("/api/view/{view:str}/play", tags=["replay"], status_code=200, request_max_body_size=ORDER_MAX_BYTES)
async def play(shared: Shared, view: ViewName, data: Play) -> ViewState:
    """Pause a view, change its speed, or move it in time."""
    shown = shared.view(view)
    await shown.play(speed=data.speed, is_paused=data.is_paused, jump_to_s=data.jump_to_s)
    return ViewState(view, shown.clock)


@post("/api/replay", tags=["replay"], status_code=201, request_max_body_size=ORDER_MAX_BYTES)
async def open_replay(shared: Shared, data: OpenReplay | None) -> ViewState:
    """Open the replay view over the journal, or move it."""
    opened = await shared.desk.open_replay(data.from_s if data else None)
    shared.hub.wake_all()
    name: ViewName = "live" if opened is shared.desk.view("live") else "replay"
    return ViewState(name, opened.clock)


@delete("/api/replay", tags=["replay"])
async def close_replay(shared: Shared) -> None:
    """Close the replay view; its streams end."""
    await shared.desk.close_replay()
    shared.hub.wake_all()


@post("/api/feeds/{feed:str}", tags=["sensors"], status_code=201, request_max_body_size=POST_MAX_BYTES)
async def post_feed(
    shared: Shared,
    feed: str,
    body: Annotated[bytes, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: AnyRequest,
) -> Entered:
    """Deliver raw bytes to a feed; answered only once they are safe in the journal."""
    peer = f"{request.client.host}:{request.client.port}" if request.client else "unknown"
    try:
        return Entered(await shared.desk.post(feed, body, peer))
    except DecisionError as error:
        raise NotThere(str(error)) from error
