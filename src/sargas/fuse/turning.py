"""How fast an antenna turns, from its plots alone: where it looks goes round evenly with the time.

A turn is believed when the azimuths, each less the angle turned by then, agree. A radar that sees one direction only,
or that stares, gives no verdict.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sargas.model.report import PolarPlot

F64 = npt.NDArray[np.float64]

SAMPLES = 120
SAMPLES_A_PERIOD = 24.0
"""Closer ones are passed over, so that the samples span five periods at the least."""
LONGEST, SHORTEST = 1.6, 1.0 / 8.0
"""What is looked for, in periods: at most a third of the span, at least three samples."""
TURNS_MIN = 3.0
SAMPLES_A_TURN_MIN = 3.0
AGREEMENT_MIN = 0.9
ONE_DIRECTION = 0.8
STEPS_A_PEAK = 4.0
REST_PERIODS = 30.0
"""An antenna does not change its mind from turn to turn; looking costs a millisecond."""


class TurnFinder:
    """Plots of one radar, thinned out; a verdict once there are enough."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._times: list[float] = []
        self._azimuths: list[float] = []
        self._looked_s = -math.inf

    def take(self, plots: Sequence[PolarPlot]) -> float | None:
        """Return the turn [s] when enough has come in and it agrees; then begin afresh."""
        if not plots or 0.0 <= plots[-1].time_s - self._looked_s < REST_PERIODS * self._period_s:
            return None
        apart_s = self._period_s / SAMPLES_A_PERIOD
        for plot in plots:
            since_s = plot.time_s - self._times[-1] if self._times else math.inf
            if since_s < -self._period_s:  # a clock that leapt
                self._times, self._azimuths = [], []
            elif since_s < apart_s:
                continue
            self._times.append(plot.time_s)
            self._azimuths.append(plot.azimuth_deg)
        if len(self._times) < SAMPLES:
            return None
        times_s, azimuths_deg = np.array(self._times), np.array(self._azimuths)
        self._times, self._azimuths = [], []
        self._looked_s = float(times_s[-1])
        return turn_s(times_s, azimuths_deg, self._period_s)


def turn_s(times_s: F64, azimuths_deg: F64, period_s: float) -> float | None:
    """Return the time of one turn [s] nearest to what the plots show, None if they show none.

    Args:
        times_s: of plots, in their order, shape (n,).
        azimuths_deg: of the same plots.
        period_s: what it should be; turns from an eighth of it to 1.6 times as long are looked for.
    """
    elapsed_s = times_s - times_s[0]
    span_s = float(elapsed_s[-1])
    pointing = np.exp(1j * np.radians(azimuths_deg))
    if span_s <= 0.0 or abs(np.mean(pointing)) > ONE_DIRECTION:
        return None
    slowest, fastest = 1.0 / (LONGEST * period_s), 1.0 / (SHORTEST * period_s)
    slowest = max(slowest, TURNS_MIN / span_s)
    fastest = min(fastest, len(times_s) / (SAMPLES_A_TURN_MIN * span_s))
    if fastest <= slowest:
        return None
    step = 1.0 / (STEPS_A_PEAK * span_s)
    rates_hz = np.arange(slowest, fastest + step, step)
    best_hz = float(rates_hz[np.argmax(_agreement(elapsed_s, pointing, rates_hz))])
    close_hz = best_hz + np.linspace(-step, step, 33)
    agreement = _agreement(elapsed_s, pointing, close_hz)
    best = int(np.argmax(agreement))
    return 1.0 / float(close_hz[best]) if agreement[best] >= AGREEMENT_MIN else None


def _agreement(elapsed_s: F64, pointing: npt.NDArray[np.complex128], rates_hz: F64) -> F64:
    """Return for each rate of turning how well the plots agree on where it was at the beginning: 1 is fully."""
    turned = np.exp(-2j * np.pi * rates_hz[:, None] * elapsed_s)
    agreement: F64 = np.abs(turned @ pointing) / len(elapsed_s)
    return agreement
