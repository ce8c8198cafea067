"""A neighbour's real system tracks, each record measured at once and each by itself: the same places and names."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from measure_twin import Measurement, Measurer
from sargas.decode import asterix, recording_final
from sargas.fuse.batch import NEIGHBOUR, Batcher
from sargas.fuse.measure import MeasureSettings
from sargas.model.report import Malformed, SystemTrack


@pytest.mark.recording
def test_the_adriatic_tracks_are_measured_as_one_by_one(recordings: Path) -> None:
    day = recording_final.Settings(date=datetime.date(2020, 1, 1), clock_offset_s=3 * 3600 + 21 * 60)
    reader, decoder = recording_final.build(day), asterix.build(asterix.Settings(), {})
    batcher, measurer = Batcher(MeasureSettings(), {}), Measurer(MeasureSettings(), {})
    n_measured = 0
    for frame in reader.feed((recordings / "asterix" / "cat062_063_065_adriatic.ff").read_bytes()):
        assert not isinstance(frame, Malformed)
        arrived_s, payload = frame
        assert arrived_s is not None
        reports = [r for r in decoder.decode(payload, arrived_s, 1) if isinstance(r, SystemTrack)]
        found, unusable = batcher.batch(reports, arrived_s)
        alone = [m for r in reports if isinstance(m := measurer.measure(r, arrived_s), Measurement)]
        assert len(found.t) == len(alone) == len(reports) - len(unusable)
        if not alone:
            continue
        n_measured += len(alone)
        np.testing.assert_allclose(found.z, [m.z for m in alone], rtol=1e-9, atol=1e-6)
        assert found.t.tolist() == [m.t for m in alone]
        assert found.kind.tolist() == [m.kind for m in alone]
        assert set(found.role) == {NEIGHBOUR}
        for i, m in enumerate(alone):
            assert batcher.number_of(int(found.number[i])) == (m.report.sensor, reports[found.index[i]].track_number)
            names = (found.icao[i], found.remote[i], found.callsign[i], found.squawk[i])
            assert batcher.identity_of(*map(int, names)) == m.identity
    assert n_measured > 22_000
