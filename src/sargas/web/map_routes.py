"""Routes of what does not move: zones, sensors, places. Each is encoded once."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from sargas.model.zone import Place
from sargas.web.faults import AnyRequest, documented
from sargas.web.packed import NO_COMPRESSION, send
from sargas.web.shared import Shared, coverage_of, places_of, sites_of, zones_of

GEOJSON = "application/geo+json"
JSON = "application/json"
CHECK = "no-cache"
FEATURES = ResponseSpec(
    dict[str, object], generate_examples=False, media_type=GEOJSON, description="A FeatureCollection (RFC 7946)"
)
PLACES = ResponseSpec(list[Place], generate_examples=False, description="Towns and villages")
PartQuery = Annotated[
    Literal["sites", "coverage"],
    QueryParameter(description="The sensors' sites as points, or their coverage as polygons"),
]


@get("/api/map/zones.geojson", tags=["map"], media_type=GEOJSON, opt=NO_COMPRESSION, responses={200: FEATURES})
async def read_zones(request: AnyRequest, shared: NamedDependency[Shared]) -> Response[bytes]:
    """Return the airspace and the zones as GeoJSON."""
    return send(request, await shared.encoded(zones_of, GEOJSON), CHECK)


@get(
    "/api/map/sensors.geojson",
    tags=["map"],
    media_type=GEOJSON,
    opt=NO_COMPRESSION,
    responses={200: FEATURES, **documented()},
)
async def read_sensor_map(
    request: AnyRequest, shared: NamedDependency[Shared], part: PartQuery = "sites"
) -> Response[bytes]:
    """Return the sensors as GeoJSON."""
    return send(request, await shared.encoded(sites_of if part == "sites" else coverage_of, GEOJSON), CHECK)


@get("/api/map/places.json", tags=["map"], media_type=JSON, opt=NO_COMPRESSION, responses={200: PLACES})
async def read_places(request: AnyRequest, shared: NamedDependency[Shared]) -> Response[bytes]:
    """Return the towns and villages."""
    return send(request, await shared.encoded(places_of, JSON), CHECK)
