"""The tracker without the shell: radar plots in, tracks out.

A drone flies west at 40 m/s past a radar that turns once in four seconds.
"""

import math

import sargas

errors = sargas.Errors(range_sd_m=60.0)
radar = sargas.Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.6, period_s=4.0, errors=errors)
tracker = sargas.tracker([radar])
for turn in range(30):
    time_s, east_m, north_m = 1_753_660_800.0 + 4.0 * turn, 12_000.0 - 160.0 * turn, 3_000.0
    azimuth_deg = math.degrees(math.atan2(east_m, north_m))
    plot = sargas.PolarPlot(
        sensor="radar", time_s=time_s, range_m=math.hypot(east_m, north_m), azimuth_deg=azimuth_deg
    )
    for track in tracker.update([plot], now_s=time_s):
        place = f"{track.lat_deg:.4f} N {track.lon_deg:.4f} E"
        print(f"track {track.track_id} {track.status}: {place} {math.hypot(track.east_mps, track.north_mps):.0f} m/s")
