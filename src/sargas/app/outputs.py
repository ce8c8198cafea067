"""What a replay leaves behind: tracks, findings and incidents as tables and on a map."""

import csv
from pathlib import Path
from typing import TextIO

import msgspec

from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import Event, FindingChanged, Picture, TrackChanged
from sargas.model.track import Track

TRACK_COLUMNS = (
    "time_s",
    "track_id",
    "status",
    "lat_deg",
    "lon_deg",
    "east_mps",
    "north_mps",
    "var_east_m2",
    "cov_east_north_m2",
    "var_north_m2",
    "alt_baro_m",
    "alt_wgs84_m",
    "icao24",
    "callsign",
    "squawk",
    "remote_id",
    "neighbour_numbers",
    "sensors",
    "last_report_s",
)


class Outputs:
    """Writes what the engine says into a folder; made for one run, used as a context manager.

    `tracks.csv` has a row whenever a report moved a track, `findings.jsonl` every change of a finding,
    `incidents.jsonl` each incident as it ended; the GeoJSON files hold the same for a map.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._paths: dict[int, list[tuple[float, float, float]]] = {}
        self._last: dict[int, Track] = {}
        self._crossings: dict[str, Finding] = {}
        self.n_findings = 0

    def __enter__(self) -> "Outputs":
        """Open the files that are written while the run goes on."""
        self._tracks_file: TextIO = (self._folder / "tracks.csv").open("w", encoding="utf-8", newline="")
        self._findings_file = (self._folder / "findings.jsonl").open("wb")
        self._tracks = csv.writer(self._tracks_file)
        self._tracks.writerow(TRACK_COLUMNS)
        return self

    def __exit__(self, *_: object) -> None:
        """Close them."""
        self._tracks_file.close()
        self._findings_file.close()

    @property
    def n_tracks(self) -> int:
        """How many tracks there were."""
        return len(self._last)

    def take(self, events: list[Event]) -> None:
        """Write what changed."""
        for event in events:
            match event:
                case TrackChanged(track):
                    self._track(track)
                case FindingChanged(finding):
                    self.n_findings += 1
                    self._crossings[finding.finding_id] = finding
                    self._findings_file.write(msgspec.json.encode(finding) + b"\n")
                case _:
                    pass

    def finish(self, picture: Picture) -> None:
        """Write the incidents and the maps."""
        incidents = [picture.incidents[key] for key in sorted(picture.incidents)]
        lines = [msgspec.json.encode(incident) + b"\n" for incident in incidents]
        (self._folder / "incidents.jsonl").write_bytes(b"".join(lines))
        self._write_map(
            "tracks.geojson", [_track_line(self._last[key], self._paths[key]) for key in sorted(self._last)]
        )
        self._write_map("findings.geojson", [_finding_point(found) for found in self._crossings.values()])
        self._write_map("incidents.geojson", [_incident_point(incident) for incident in incidents])

    def _track(self, track: Track) -> None:
        before = self._last.get(track.track_id)
        self._last[track.track_id] = track
        if before is not None and before.last_report_s == track.last_report_s and before.status == track.status:
            return
        self._paths.setdefault(track.track_id, []).append((track.lon_deg, track.lat_deg, track.time_s))
        self._tracks.writerow(_track_row(track))

    def _write_map(self, name: str, features: list[dict[str, object]]) -> None:
        document = {"type": "FeatureCollection", "features": [feature for feature in features if feature]}
        (self._folder / name).write_bytes(msgspec.json.encode(document))


def _track_row(track: Track) -> tuple[object, ...]:
    return (
        f"{track.time_s:.3f}",
        track.track_id,
        track.status,
        f"{track.lat_deg:.7f}",
        f"{track.lon_deg:.7f}",
        f"{track.east_mps:.2f}",
        f"{track.north_mps:.2f}",
        *(f"{value:.1f}" for value in track.position_cov_m2),
        "" if track.alt_baro_m is None else f"{track.alt_baro_m:.1f}",
        "" if track.alt_wgs84_m is None else f"{track.alt_wgs84_m:.1f}",
        track.identity.icao24 or "",
        track.identity.callsign or "",
        track.identity.squawk or "",
        track.identity.remote_id or "",
        " ".join(track.neighbour_numbers),
        " ".join(sorted(contribution.sensor for contribution in track.contributions)),
        f"{track.last_report_s:.3f}",
    )


def _track_line(track: Track, path: list[tuple[float, float, float]]) -> dict[str, object]:
    points = [[lon_deg, lat_deg] for lon_deg, lat_deg, _ in path]
    geometry = {"type": "LineString", "coordinates": points if len(points) > 1 else points * 2}
    properties = {
        "track_id": track.track_id,
        "from_s": path[0][2],
        "to_s": path[-1][2],
        "identity": msgspec.to_builtins(track.identity),
        "status": track.status,
        "n_reports": track.n_reports,
    }
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _finding_point(finding: Finding) -> dict[str, object]:
    return _point(finding.lon_deg, finding.lat_deg, msgspec.to_builtins(finding))


def _incident_point(incident: Incident) -> dict[str, object]:
    properties = {
        key: value
        for key, value in msgspec.to_builtins(incident).items()
        if key not in {"findings", "timeline", "evidence"}
    }
    return _point(incident.lon_deg, incident.lat_deg, properties)


def _point(lon_deg: float | None, lat_deg: float | None, properties: object) -> dict[str, object]:
    if lon_deg is None or lat_deg is None:
        return {}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon_deg, lat_deg]},
        "properties": properties,
    }
