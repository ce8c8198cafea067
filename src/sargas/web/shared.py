"""What the routes of one application share."""

import asyncio
from collections.abc import Callable

import msgspec

from sargas.web.accounts import Accounts, Entrance
from sargas.web.desk import Desk, View, ViewName
from sargas.web.faults import NotThere
from sargas.web.geojson import coverage_geojson, sites_geojson, zones_geojson
from sargas.web.hub import Hub
from sargas.web.metrics import Metrics
from sargas.web.packed import Packed, pack


class Shared:
    """The desk, its clients and accounts, their measures, and the map's encodings, which are made once."""

    def __init__(self, desk: Desk, hub: Hub, accounts: Accounts | None = None) -> None:
        self.desk = desk
        self.hub = hub
        self.accounts = accounts
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

    def is_still_in(self, entrance: Entrance | None) -> bool:
        """Return whether who was let in still may be; always on a desk without accounts."""
        return self.accounts is None or entrance is None or self.accounts.is_still_in(entrance)

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
