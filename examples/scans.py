"""The tracker on arrays: scans of one sensor in, tracks out, and how good they were.

Two drones cross at 30 m/s; one plot in ten is missing and five in each scan are false. Nobody tells the tracker so.
"""

import numpy as np

import sargas

rng = np.random.default_rng(1)
tracker, truth, tracks = sargas.PlaneTracker(), [], []
for k in range(60):
    drones = np.array([[-3_600.0 + 120.0 * k, 2_000.0], [0.0, -1_600.0 + 120.0 * k]])
    plots = np.concatenate([drones[rng.random(2) < 0.9], rng.uniform(-8_000.0, 8_000.0, (5, 2))])
    plots += rng.normal(0.0, 50.0, plots.shape)
    tracker.scan(4.0 * k, plots, np.broadcast_to(50.0**2 * np.eye(2), (len(plots), 2, 2)))
    truth.append(drones)
    tracks.append(tracker.shown())

found, states = sargas.score(sargas.from_arrays(truth, tracks, 4.0 * np.arange(60))), tracker.states()
print(f"GOSPA {found.gospa_m:.0f} m, {found.missed_share:.0%} missed, {found.false_tracks} false tracks")
for number, state, existence in zip(states.ids, states.state, states.existence, strict=True):
    print(f"track {number} at {state[:2].round()} m, {state[2:].round()} m/s, exists with {existence:.4f}")
