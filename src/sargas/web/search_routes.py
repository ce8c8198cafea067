"""Routes of the search for a lost target: the plan, its files, the order, and the paths that teams walked."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from sargas.decode import gpx
from sargas.model.decision import MarkSearched, Officer
from sargas.model.errors import ConfigError, DataError, DecisionError
from sargas.model.search import AssetKind, LossHypotheses, SearchPlan
from sargas.web.access import check_officer
from sargas.web.act_routes import ORDER_MAX_BYTES
from sargas.web.answers import Entered, SearchOrder
from sargas.web.faults import AnyRequest, NotThere, documented
from sargas.web.packed import NO_COMPRESSION, pack, send
from sargas.web.read_routes import ViewQuery
from sargas.web.shared import Shared

CHECK = "no-cache"
PLAN = ResponseSpec(SearchPlan, generate_examples=False, description="Where to look, and why")
FILE = ResponseSpec(
    bytes, generate_examples=False, media_type="application/octet-stream", description="The file, in its own format"
)
TrackQuery = Annotated[
    int | None, QueryParameter(description="Which lost track, if the incident has several; the newest if left out")
]
PublicQuery = Annotated[
    bool, QueryParameter(name="public", description="Without what should not be public: sectors, sensors, teams")
]
PaperQuery = Annotated[Literal["a4", "a3"], QueryParameter(name="paper", description="Of a map sheet")]
FormQuery = Annotated[
    Literal["package", "stream"], QueryParameter(name="form", description="Of TAK: a data package, or bare events")
]
CellsQuery = Annotated[bool, QueryParameter(name="cells", description="Of GeoJSON: with the cells of the map")]
AssetQuery = Annotated[AssetKind, QueryParameter(description="What searched")]
SectorQuery = Annotated[str, QueryParameter(description="The sector that was searched, if it was one", max_length=64)]
OfficerQuery = Annotated[Officer, QueryParameter(description="Who tells it")]


@dataclass
class GpxOperation(Operation):
    """An operation whose body is a GPX file."""

    def __post_init__(self) -> None:
        raw = OpenAPIMediaType(schema=Schema(description="GPX 1.0 or 1.1 with tracks, as receivers and phones write"))
        self.request_body = RequestBody(content={"application/gpx+xml": raw}, required=True)


@get(
    "/api/incidents/{incident_id:str}/search",
    tags=["search"],
    responses={200: PLAN, **documented(404)},
    opt=NO_COMPRESSION,
)
async def read_search(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    view: ViewQuery = "live",
    track_id: TrackQuery = None,
) -> Response[bytes]:
    """Return where to look for what an incident has lost, and why; made anew when something has changed."""
    shared.view(view)
    try:
        plan = await shared.desk.search_plan(incident_id, view, track_id)
    except DecisionError as error:
        raise NotThere(str(error)) from error
    content = await asyncio.to_thread(msgspec.json.encode, plan)
    return send(request, await pack(content, "application/json"), CHECK)


@get("/api/incidents/{incident_id:str}/hypotheses", tags=["search"], responses=documented(404))
async def read_hypotheses(
    shared: NamedDependency[Shared], incident_id: FromPath[str], view: ViewQuery = "live"
) -> list[LossHypotheses]:
    """Return what may have become of each lost track of an incident: still flying, left, landed, crashed."""
    _incident_of(shared, incident_id, view)
    return await shared.desk.hypotheses(incident_id, view)


@get(
    "/api/incidents/{incident_id:str}/search/export/{name:str}",
    tags=["search"],
    responses={200: FILE, **documented(404)},
    opt=NO_COMPRESSION,
)
async def read_search_file(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    name: FromPath[str],
    *,
    view: ViewQuery = "live",
    track_id: TrackQuery = None,
    is_public: PublicQuery = False,
    paper: PaperQuery = "a4",
    form: FormQuery = "package",
    has_cells: CellsQuery = True,
) -> Response[bytes]:
    """Return the plan as a file of a format: geojson, kml, gpx, gpkg, sheet (PDF), tak."""
    shared.view(view)
    options: dict[str, str | bool] = {"paper": paper, "form": form, "has_cells": has_cells}
    try:
        media_type, file_name, content = await shared.desk.search_export(
            incident_id, view, name, options, is_public=is_public, track_id=track_id
        )
    except (DecisionError, ConfigError) as error:
        raise NotThere(str(error)) from error
    answer = send(request, await pack(content, media_type), CHECK)
    answer.headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    return answer


@post(
    "/api/incidents/{incident_id:str}/search/order",
    tags=["search"],
    status_code=201,
    responses=documented(403, 404, 409, 413, 503),
    request_max_body_size=ORDER_MAX_BYTES,
)
async def order_search(
    shared: NamedDependency[Shared],
    request: AnyRequest,
    incident_id: FromPath[str],
    data: JSONBody[SearchOrder],
    view: ViewQuery = "live",
) -> Entered:
    """Order the search of the sectors that the map has now; they keep their names and outlines from then on."""
    check_officer(request, data.officer)
    _incident_of(shared, incident_id, view)
    return Entered(await shared.desk.order_search(incident_id, view, data.officer, data.track_id))


@post(
    "/api/incidents/{incident_id:str}/search/tracks",
    tags=["search"],
    status_code=201,
    responses=documented(403, 404, 408, 409, 413, 503),
    request_max_body_size=gpx.BYTES_MAX,
    operation_class=GpxOperation,
    scope="investigate",
)
async def post_tracks(
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    request: AnyRequest,
    body: RawBody,
    *,
    asset: AssetQuery,
    officer: OfficerQuery,
    sector: SectorQuery = "",
    view: ViewQuery = "live",
) -> Entered:
    """Take the ways that a team walked as searched in vain."""
    check_officer(request, officer)
    _incident_of(shared, incident_id, view)
    try:
        paths = await asyncio.to_thread(gpx.paths_of, body)
    except DataError as error:
        raise ValidationException(str(error)) from error
    told = {"officer": officer, "incident_id": incident_id, "asset": asset, "sector": sector, "paths": paths}
    try:
        marked = await asyncio.to_thread(msgspec.convert, told, MarkSearched)
    except msgspec.ValidationError as error:
        raise ValidationException(str(error)) from error
    return Entered(await shared.desk.decide(marked, view))


def _incident_of(shared: Shared, incident_id: str, view: Literal["live", "replay"]) -> None:
    """Refuse an incident that is not there.

    Raises:
        NotThere: neither is the view.
    """
    if incident_id not in shared.view(view).picture.incidents:
        raise NotThere(f"there is no incident '{incident_id}'")
