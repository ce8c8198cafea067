"""Compile what is compiled for this machine, once: the tracker, and the flights of searches and warnings."""

from importlib import resources

from sargas.fuse import pmb
from sargas.model.aircraft import parse
from sargas.model.search import Clue, Loss, SearchState
from sargas.model.track import Track
from sargas.search.belief import Case, believe
from sargas.warn import reach

pmb.build(pmb.Settings(), {})
reach.load_kernels()
track = Track(
    track_id=1, time_s=0.0, first_s=0.0, last_report_s=0.0, status="lost", lat_deg=55.0, lon_deg=25.0, east_mps=40.0,
    north_mps=0.0, position_cov_m2=(1.0, 0.0, 1.0), velocity_cov_m2ps2=(1.0, 0.0, 1.0),
)  # fmt: skip
clue = Clue(clue_id="c", kind="smoke", reliability=0.5, received_s=0.0, lat_deg=55.0, lon_deg=25.1)
table = parse((resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8"))
loss = Loss(track=track, declared_s=0.0)
believe(
    Case(incident_id="none", now_s=1.0, loss=loss, state=SearchState(clues=(clue,)), aircraft=table),
    n_particles=1_000,
)
