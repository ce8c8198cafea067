"""The tracker on a neighbour's real system tracks: where the source says, and one identity each."""

import datetime
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyproj
import pytest

from sargas.decode import asterix, recording_final
from sargas.fuse.pmb import Settings, build
from sargas.model.report import Malformed, SystemTrack

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.recording
def test_the_adriatic_tracks_stand_where_the_source_says_and_keep_one_number_each(recordings: Path) -> None:
    day = recording_final.Settings(date=datetime.date(2020, 1, 1), clock_offset_s=3 * 3600 + 21 * 60)
    reader, decoder = recording_final.build(day), asterix.build(asterix.Settings(), {})
    tracker = build(Settings(), {})
    numbers: dict[str, set[int]] = defaultdict(set)
    addresses: dict[str, set[str]] = defaultdict(set)
    distances: list[float] = []
    second: float | None = None
    for frame in reader.feed((recordings / "asterix" / "cat062_063_065_adriatic.ff").read_bytes()):
        assert not isinstance(frame, Malformed)
        arrived_s, payload = frame
        assert arrived_s is not None
        second = math.floor(arrived_s) if second is None else second
        while second < arrived_s:
            tracker.tick(second)
            second += 1
        reports = [r for r in decoder.decode(payload, arrived_s, 1) if isinstance(r, SystemTrack)]
        changed = {
            number: track for track in tracker.update(reports, arrived_s) for number in track.neighbour_numbers
        }
        for report in reports:
            number = f"{report.sensor}/{report.track_number}"
            if report.identity.icao24 is not None:
                addresses[number].add(report.identity.icao24)
            track = changed.get(number)
            if track is not None and track.time_s == report.time_s:
                numbers[number].add(track.track_id)
                distances.append(GEOD.inv(track.lon_deg, track.lat_deg, report.lon_deg, report.lat_deg)[2])
    assert len(numbers) > 300
    assert len(distances) > 22_000
    # Some of the source's own tracks are of another aircraft before they are of the one that they end as.
    torn = [number for number, tracks in numbers.items() if len(tracks) > 1]
    assert len(torn) <= 3
    assert float(np.median(distances)) < 50.0
    assert float(np.percentile(distances, 99)) < 500.0
    whole = [number for number in numbers if number not in torn and len(addresses[number]) == 1]
    by_address: dict[str, set[int]] = defaultdict(set)
    for number in whole:
        (address,) = addresses[number]
        by_address[address] |= numbers[number]
    again = [address for address, tracks in by_address.items() if len(tracks) > 1]
    assert again == []
