"""The tracker without the shell: radar plots in, tracks out.

A drone flies west at 40 m/s past a radar that turns once in four seconds.
"""

import math

from sargas.fuse import imm_gnn
from sargas.model.report import PolarPlot
from sargas.model.sensor import Errors, Sensor

RADAR = Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.6, period_s=4.0, errors=Errors(range_sd_m=60.0))
START_S = 1_753_660_800.0

tracker = imm_gnn.build(imm_gnn.Settings(), {"radar": RADAR})
for turn in range(30):
    time_s = START_S + 4.0 * turn
    east_m, north_m = 12_000.0 - 160.0 * turn, 3_000.0
    plot = PolarPlot(
        sensor="radar",
        time_s=time_s,
        received_s=time_s,
        range_m=math.hypot(east_m, north_m),
        azimuth_deg=math.degrees(math.atan2(east_m, north_m)),
    )
    for track in tracker.update([plot], now_s=time_s):
        speed_mps = math.hypot(track.east_mps, track.north_mps)
        print(
            f"track {track.track_id} {track.status}: {track.lat_deg:.4f} N {track.lon_deg:.4f} E {speed_mps:.0f} m/s"
        )
