"""The tracker that a watch runs if its configuration names no other, for use without a watch."""

from collections.abc import Iterable, Mapping

from sargas.fuse import pmb
from sargas.model.sensor import Sensor


def tracker(sensors: Iterable[Sensor] | Mapping[str, Sensor], settings: pmb.Settings | None = None) -> pmb.TombP:
    """Return a tracker of reports from these sensors.

    Args:
        sensors: one by one, or by their ids.
        settings: how it judges; the defaults suit drones and aircraft.
    """
    by_id = dict(sensors) if isinstance(sensors, Mapping) else {sensor.id: sensor for sensor in sensors}
    return pmb.build(pmb.Settings() if settings is None else settings, by_id)
