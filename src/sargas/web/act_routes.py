"""Routes that change something: decisions, playing, the replay, posted reports."""

from dataclasses import dataclass
from typing import Annotated

from litestar import delete, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import Body, FromPath, JSONBody, RawBody

from sargas.model.decision import Decision
from sargas.model.errors import DecisionError
from sargas.web.access import check_officer, check_scope, entrance_of, scope_of
from sargas.web.answers import Entered, OpenReplay, Play, ViewState
from sargas.web.desk import ViewName
from sargas.web.faults import AnyRequest, NotThere, documented
from sargas.web.read_routes import ViewQuery
from sargas.web.shared import Shared

POST_MAX_BYTES = 1 << 20
ORDER_MAX_BYTES = 16 << 10
DECISION_MAX_BYTES = 1 << 20
"""Decisions carry outlines of sectors and the paths of a day."""


@dataclass
class PostOperation(Operation):
    """An operation whose body is bytes of any kind."""

    def __post_init__(self) -> None:
        raw = OpenAPIMediaType(schema=Schema(description="The feed's own format, as its decoder reads it"))
        self.request_body = RequestBody(content={"application/octet-stream": raw}, required=True)


AnyDecision = Annotated[Decision, Body(description="Told apart by `action`")]


@post(
    "/api/decisions",
    tags=["incidents"],
    responses=documented(403, 404, 409, 413, 503),
    status_code=201,
    request_max_body_size=DECISION_MAX_BYTES,
    scope="read",
)
async def decide(
    request: AnyRequest, shared: NamedDependency[Shared], data: AnyDecision, view: ViewQuery = "live"
) -> Entered:
    """Journal a person's decision and let it take effect; what it needs depends on what is decided."""
    check_scope(request, scope_of(data))
    check_officer(request, data.officer)
    shared.view(view)
    return Entered(await shared.desk.decide(data, view))


@post(
    "/api/view/{view:str}/play",
    tags=["replay"],
    responses=documented(403, 404, 409),
    status_code=200,
    scope="investigate",
    request_max_body_size=ORDER_MAX_BYTES,
)
async def play(shared: NamedDependency[Shared], view: FromPath[ViewName], data: JSONBody[Play]) -> ViewState:
    """Pause a view, change its speed, or move it in time."""
    shown = shared.view(view)
    await shown.play(speed=data.speed, is_paused=data.is_paused, jump_to_s=data.jump_to_s)
    return ViewState(view, shown.clock)


@post(
    "/api/replay",
    tags=["replay"],
    responses=documented(403, 409, 503),
    status_code=201,
    scope="investigate",
    request_max_body_size=ORDER_MAX_BYTES,
)
async def open_replay(shared: NamedDependency[Shared], data: JSONBody[OpenReplay | None] = None) -> ViewState:
    """Open the replay view over the journal, or move it."""
    opened = await shared.desk.open_replay(data.from_s if data else None)
    shared.hub.wake_all()
    name: ViewName = "live" if opened is shared.desk.view("live") else "replay"
    return ViewState(name, opened.clock)


@delete("/api/replay", tags=["replay"], scope="investigate", responses=documented(403))
async def close_replay(shared: NamedDependency[Shared]) -> None:
    """Close the replay view; its streams end."""
    await shared.desk.close_replay()
    shared.hub.wake_all()


@post(
    "/api/feeds/{feed:str}",
    tags=["sensors"],
    status_code=201,
    responses=documented(403, 404, 408, 413, 503),
    scope="feed",
    request_max_body_size=POST_MAX_BYTES,
    operation_class=PostOperation,
)
async def post_feed(
    shared: NamedDependency[Shared],
    feed: FromPath[str],
    body: RawBody,
    request: AnyRequest,
) -> Entered:
    """Deliver raw bytes to a feed; answered only once they are safe in the journal."""
    entrance = entrance_of(request)
    if entrance is not None and shared.accounts is not None and not shared.accounts.may_post(feed, entrance):
        raise PermissionDeniedException(f"feed '{feed}' takes no posts from account '{entrance.account.name}'")
    peer = f"{request.client.host}:{request.client.port}" if request.client else "unknown"
    peer = f"{entrance.account.name} at {peer}" if entrance is not None else peer
    try:
        return Entered(await shared.desk.post(feed, body, peer))
    except DecisionError as error:
        raise NotThere(str(error)) from error
