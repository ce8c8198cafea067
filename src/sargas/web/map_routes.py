"""Routes of what does not move: zones, sensors, places. Each is encoded once."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import Parameter

from sargas.web.shared import Shared, coverage_of, places_of, sites_of, zones_of

GEOJSON = "application/geo+json"
CACHE = {"cache-control": "no-cache"}
PartQuery = Annotated[
    Literal["sites", "coverage"], Parameter(description="The sensors' sites as points, or their coverage as polygons")
]


@get("/api/map/zones.geojson", tags=["map"], media_type=GEOJSON)
async def read_zones(shared: Shared) -> Response[bytes]:
    """Return the airspace and the zones as GeoJSON."""
    return Response(await shared.encoded("zones", zones_of), media_type=GEOJSON, headers=CACHE)


@get("/api/map/sensors.geojson", tags=["map"], media_type=GEOJSON)
async def read_sensor_map(shared: Shared, part: PartQuery = "sites") -> Response[bytes]:
    """Return the sensors as GeoJSON."""
    content = await shared.encoded(f"sensors {part}", sites_of if part == "sites" else coverage_of)
    return Response(content, media_type=GEOJSON, headers=CACHE)


@get("/api/map/places.json", tags=["map"], media_type="application/json")
async def read_places(shared: Shared) -> Response[bytes]:
    """Return the towns and villages."""
    return Response(await shared.encoded("places", places_of), media_type="application/json", headers=CACHE)
