"""What the routes of one application share."""

import asyncio
from collections.abc import Callable

import msgspec

from sargas.web.desk import Desk, View, ViewName
from sargas.web.faults import NotThere
from sargas.web.geojson import coverage_geojson, sites_geojson, zones_geojson
from sargas.web.hub import Hub
from sargas.web.metrics import Metrics
from sargas.web.packed import Packed, pack


class Shared:
    """The desk, its clients, their measures, and the map's encodings, which are made once."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self.desk = desk
        self.hub = hub
        self.metrics = Metrics(desk, hub)
        self._packed: dict[str, Packed] = {}
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

    async def encoded(self, make: Callable[[Desk], object], media_type: str) -> Packed:
        """Return the JSON of something that never changes while the desk runs; made once, in a thread."""
        key = make.__name__
        async with self._encoding:
            if key not in self._packed:
                content = await asyncio.to_thread(lambda: msgspec.json.encode(make(self.desk)))
                self._packed[key] = await pack(content, media_type)
        return self._packed[key]


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
