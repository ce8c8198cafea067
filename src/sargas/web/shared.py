"""What the routes of one application share."""

import asyncio
from collections.abc import Callable

import msgspec

from sargas.web.desk import Desk, View, ViewName
from sargas.web.faults import NotThere
from sargas.web.geojson import coverage_geojson, sites_geojson, zones_geojson
from sargas.web.hub import Hub
from sargas.web.metrics import Metrics


class Shared:
    """The desk, its clients, their measures, and the map's encodings, which are made once."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self.desk = desk
        self.hub = hub
        self.metrics = Metrics(desk, hub)
        self._encoded: dict[str, bytes] = {}
        self._encoding = asyncio.Lock()

    def view(self, name: ViewName) -> View:
        """Return the open view.

        Raises:
            NotThere: it is not open.
        """
        view = self.desk.view(name)
        if view is None:
            raise NotThere(f"there is no {name} view now")
        return view

    async def encoded(self, key: str, make: Callable[[Desk], object]) -> bytes:
        """Return the JSON of something that never changes while the desk runs; large ones are made in a thread."""
        async with self._encoding:
            if key not in self._encoded:
                self._encoded[key] = await asyncio.to_thread(lambda: msgspec.json.encode(make(self.desk)))
        return self._encoded[key]


def zones_of(desk: Desk) -> object:
    """Return the zones as GeoJSON."""
    return zones_geojson(desk.zones)


def sites_of(desk: Desk) -> object:
    """Return the sensors' sites as GeoJSON."""
    return sites_geojson(desk.sensors)


def coverage_of(desk: Desk) -> object:
    """Return the sensors' coverage as GeoJSON."""
    return coverage_geojson(desk.sensors)


def places_of(desk: Desk) -> object:
    """Return the places."""
    return desk.places
