"""Sargas watches a border for small, low, slow aircraft: it warns, searches and explains; it never engages.

For research, the tracker and the scores without the shell; each is imported when it is first used:

    tracker = sargas.PlaneTracker()                      # scans of one sensor in a plane, arrays in and out
    tracker.scan(time_s, xy_m, cov_m2)                   # (n, 2), (n, 2, 2)
    ids, xy_m = tracker.shown()

    tracker = sargas.tracker([radar, finder])            # every kind of report, on the earth, in event time
    tracks = tracker.update(reports, now_s)
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sargas.evaluate.gospa import gospa, ospa
    from sargas.evaluate.measured import Settings as ScoreSettings
    from sargas.evaluate.moments import from_arrays
    from sargas.evaluate.scores import score
    from sargas.fuse.default import tracker
    from sargas.fuse.plane import PlaneTracker
    from sargas.fuse.pmb_settings import Settings as TrackerSettings
    from sargas.model.report import (
        Bearing,
        Cooperative,
        GeoPlot,
        Identity,
        PolarPlot,
        Presence,
        Sighting,
        SystemTrack,
    )
    from sargas.model.sensor import Coverage, Errors, Sensor
    from sargas.model.track import Track

__all__ = [
    "Bearing",
    "Cooperative",
    "Coverage",
    "Errors",
    "GeoPlot",
    "Identity",
    "PlaneTracker",
    "PolarPlot",
    "Presence",
    "ScoreSettings",
    "Sensor",
    "Sighting",
    "SystemTrack",
    "Track",
    "TrackerSettings",
    "__version__",
    "from_arrays",
    "gospa",
    "ospa",
    "score",
    "tracker",
]

if not TYPE_CHECKING:  # or every misspelt name would have a type
    _HOMES = {
        "sargas.evaluate.gospa": ("gospa", "ospa"),
        "sargas.evaluate.measured": ("ScoreSettings",),
        "sargas.evaluate.moments": ("from_arrays",),
        "sargas.evaluate.scores": ("score",),
        "sargas.fuse.default": ("tracker",),
        "sargas.fuse.plane": ("PlaneTracker",),
        "sargas.fuse.pmb_settings": ("TrackerSettings",),
        "sargas.model.report": (
            "Bearing",
            "Cooperative",
            "GeoPlot",
            "Identity",
            "PolarPlot",
            "Presence",
            "Sighting",
            "SystemTrack",
        ),
        "sargas.model.sensor": ("Coverage", "Errors", "Sensor"),
        "sargas.model.track": ("Track",),
    }
    _HOME = {name: home for home, names in _HOMES.items() for name in names}
    _CALLED_THERE = {"ScoreSettings": "Settings", "TrackerSettings": "Settings"}

    def __getattr__(name: str) -> object:
        """Return a public name from the module that it lives in."""
        if name not in _HOME:
            raise AttributeError(f"module 'sargas' has no attribute '{name}'")
        import importlib  # noqa: PLC0415 (nothing is imported before it is needed)

        found = getattr(importlib.import_module(_HOME[name]), _CALLED_THERE.get(name, name))
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
