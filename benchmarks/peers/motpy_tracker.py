"""motpy: Kalman filters and the Hungarian method on boxes in pictures; here a plot is a box around its place."""

from collections.abc import Sequence

from motpy import Detection, MultiObjectTracker
from msgspec import Struct, structs

from peers import Numbers, Scan, Told, answer
from tracking_sets import F64, I64


class Settings(Struct, frozen=True):
    """Tuned on seed 100."""

    side_m: float = 700.0
    q: float = 10.0
    min_steps: int = 3
    max_staleness: int = 3


def tuned(told: Told) -> Settings:
    settings = Settings()
    if told.is_hard:
        return structs.replace(settings, side_m=600.0, min_steps=6, max_staleness=2)
    return structs.replace(settings, min_steps=4) if told.n_targets >= 200 else settings


class Boxes:
    """The tracker of boxes."""

    def __init__(self, told: Told, scans: Sequence[Scan], settings: Settings) -> None:
        self.settings, self.numbers, half_m = settings, Numbers(), settings.side_m / 2
        self.scans = [
            [Detection(box=[x - half_m, y - half_m, x + half_m, y + half_m]) for x, y in scan.xy_m.tolist()]
            for scan in scans
        ]
        self.tracker = MultiObjectTracker(
            dt=told.period_s,
            model_spec={
                "order_pos": 1,
                "dim_pos": 2,
                "order_size": 0,
                "dim_size": 2,
                "q_var_pos": settings.q,
                "r_var_pos": told.place_sd_m**2,
            },
            active_tracks_kwargs={"min_steps_alive": settings.min_steps, "max_staleness": settings.max_staleness},
            tracker_kwargs={"max_staleness": settings.max_staleness},
        )

    def look(self, k: int) -> None:
        self.tracker.step(self.scans[k])

    def shown(self) -> tuple[I64, F64]:
        tracks = self.tracker.active_tracks(
            min_steps_alive=self.settings.min_steps, max_staleness=self.settings.max_staleness
        )
        boxes = [(track.id, track.box) for track in tracks]
        return answer([(self.numbers(name), ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2)) for name, b in boxes])


def build(option: str, told: Told, scans: Sequence[Scan]) -> Boxes:  # noqa: ARG001 - it has one
    return Boxes(told, scans, tuned(told))
