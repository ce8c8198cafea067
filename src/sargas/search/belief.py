"""What is believed of a lost track: its flights, weighed by evidence, by officers' words, by searches in vain."""

import math
import zlib
from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.kernels.flight_ends import DOUBT_LEAST
from sargas.model.aircraft import Aircraft
from sargas.model.report import Point
from sargas.model.search import Conduct, Cover, Fate, Loss, SearchState
from sargas.model.sensor import Sensor
from sargas.model.zone import Zone
from sargas.search.covers import Covers
from sargas.search.flights import Flights, fly_all
from sargas.search.ground import Squares, grid_about, inside, squares_of
from sargas.search.hypotheses import CONDUCTS, FATES, kind_weights, never_there
from sargas.search.plane import EqualArea
from sargas.search.shares import NOT_COUNTED, Labels, masses, reweighted, with_said
from sargas.search.swept import Swept
from sargas.search.terrain import Terrain

F64 = NDArray[np.float64]
T = TypeVar("T", bound=str)

N_PARTICLES: Final = 1_000_000


class Case(Struct, frozen=True, kw_only=True):
    """All that a search is made from; the same case gives the same plan.

    `zones` are sovereign airspaces, of which that of `watched` says what lies in the country. `lines` are roads and
    field edges that sectors may follow, `covers` areas of known cover.
    """

    incident_id: str
    now_s: float
    loss: Loss
    state: SearchState
    sensors: tuple[Sensor, ...] = ()
    zones: tuple[Zone, ...] = ()
    watched: str = ""
    aircraft: tuple[Aircraft, ...] = ()
    terrain: Terrain | None = None
    lines: tuple[tuple[Point, ...], ...] = ()
    covers: tuple[tuple[Cover, tuple[Point, ...]], ...] = ()
    title: str = ""
    is_exercise: bool = False


class Belief(Struct, frozen=True):
    """The probabilities before any ground was searched, and after.

    `before` and `after` are maps of the same squares; their masses are probabilities of containment. `left_over` is
    what the searches in vain left of all that was possible, `swept` says where they were. `fates` and `conducts` are
    (prior, posterior) by name, `clue_p` the probability that each of the flights' clues speaks of it.
    """

    plane: EqualArea
    covers: Covers
    flights: Flights
    kinds: dict[str, float]
    before: Squares
    after: Squares
    left_over: float
    swept: Swept
    fates: dict[Fate, tuple[float, float]]
    conducts: dict[Conduct, tuple[float, float]]
    clue_p: F64


def believe(case: Case, *, n_particles: int = N_PARTICLES) -> Belief:
    """Return what is believed of the case; see the module."""
    track, settings = case.loss.track, case.state.settings
    plane = EqualArea(track.lat_deg, track.lon_deg)
    covers = Covers(case.covers, plane, settings.cover)
    kinds = kind_weights(case.loss, case.aircraft, settings)
    flights = fly_all(
        case.loss,
        settings=settings,
        kinds=kinds,
        aircraft=case.aircraft,
        clues=case.state.clues,
        sensors=case.sensors,
        terrain=case.terrain,
        plane=plane,
        now_s=case.now_s,
        n_particles=n_particles,
        seed=zlib.crc32(f"{case.incident_id} {track.track_id}".encode()),
    )
    grid = grid_about(flights.xy_m, flights.weight)
    is_inside = inside(flights.xy_m, case.zones, case.watched, plane, grid)
    fate, conduct = _labels(case, flights, is_inside)

    flown = masses(flights.weight, conduct, CONDUCTS)
    weight = reweighted(flights.weight, conduct, flown, with_said(flown, settings.conducts))
    never = never_there(track)
    found = masses((1.0 - never) * weight, fate, FATES)
    # If it was never there, every clue is of something else; that nothing saw it go on is then certain.
    found["never"] = never * math.prod(1.0 - min(clue.reliability, 1.0 - DOUBT_LEAST) for clue in flights.clues)
    shares = with_said(found, settings.fates)
    weight = reweighted((1.0 - never) * weight, fate, found, shares) / sum(found.values())

    swept = Swept(case.state.searched, plane, covers, settings.light)
    left = np.where(is_inside, weight * swept.overlooked(flights.xy_m), weight)
    total = float(left.sum()) + shares["never"]
    left = left / total
    before, after = squares_of(flights.xy_m, np.where(is_inside, weight, 0.0), np.where(is_inside, left, 0.0), grid)
    ended = masses(left, fate, FATES) | {"never": shares["never"] / total}
    prior = masses((1.0 - never) * flights.prior, fate, FATES) | {"never": never}
    flew = masses(left, conduct, CONDUCTS)
    return Belief(
        plane=plane,
        covers=covers,
        flights=flights,
        kinds=kinds,
        before=before,
        after=after,
        left_over=total,
        swept=swept,
        fates=_pairs(prior, ended),
        conducts=_pairs(masses(flights.prior, conduct, CONDUCTS), flew),
        clue_p=flights.clue_mass / max(float(flights.weight.sum()), 1e-300),
    )


def _labels(case: Case, flights: Flights, is_inside: NDArray[np.bool_]) -> tuple[Labels, Labels]:
    """Return the fate and the conduct of each flight: numbers in FATES and CONDUCTS.

    Of those whose end began with the loss nobody can say how they flew on.
    """
    fate = np.array([FATES.index(group.fate) for group in flights.groups])[flights.group]
    fate = np.where(is_inside, fate, FATES.index("left"))
    is_flying = case.loss.track.last_report_s + flights.time_s > case.now_s
    fate = np.where(is_flying, FATES.index("flying"), fate)
    conducts = [NOT_COUNTED if group.is_at_loss else CONDUCTS.index(group.conduct) for group in flights.groups]
    return fate, np.array(conducts)[flights.group]


def _pairs(prior: Mapping[T, float], posterior: Mapping[T, float]) -> dict[T, tuple[float, float]]:
    """Return both as shares of their totals."""
    before, after = max(sum(prior.values()), 1e-300), max(sum(posterior.values()), 1e-300)
    return {name: (prior[name] / before, posterior[name] / after) for name in prior}
