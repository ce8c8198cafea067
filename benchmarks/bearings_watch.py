"""The smallest filter that shows what births from directions are worth; a reference, not the product's tracker.

Bernoulli targets of constant velocity, angle updates with the delay of sound, association by loopy belief
propagation (Williams and Lau, IEEE Trans. AES 50 (2014) 2942), existence by Bayes' rule with misses, detection and
clutter rates learned while running, and no target confirmed by one direction alone.
"""

import math
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.crossing import (
    SOUND_MPS,
    Births,
    CrossingSettings,
    as_array,
    candidates,
    direction,
    forget_old,
    no_rows,
    remember,
    settle,
    silent_sites,
)
from sargas.kernels.corroborate import N_WITNESS, credit, fade, is_corroborated
from sargas.kernels.directions import FREE, hears, log_notice, notice, should_hear

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
LIVES_S = 300.0
SETTINGS = CrossingSettings()


@dataclass(frozen=True)
class Site:
    x: float
    y: float
    sd_rad: float
    reach_m: float
    p_detect: float
    clutter: float
    look_s: float
    is_sound: bool
    bias_rad: float = 0.0


@dataclass
class Target:
    x: F64
    P: F64
    existence: float
    born_s: float
    number: int
    of: I64
    evidence: F64
    is_confirmed: bool = False


@dataclass
class Rates:
    """What a sensor's own looks taught of it; the prior counts as much as PRIOR looks."""

    detected: float = 0.5 * 20.0
    expected: float = 20.0
    false: float = 0.2 * 20.0
    looks: float = 20.0

    @property
    def p_detect(self) -> float:
        return min(max(self.detected / self.expected, 0.02), 0.95)

    @property
    def clutter_per_rad(self) -> float:
        return max(self.false / self.looks, 0.01) / (2.0 * math.pi)


@dataclass
class Watch:
    sites: list[Site]
    settings: CrossingSettings = SETTINGS
    q: float = 1.0
    shown_at: float = 0.9
    others_say: float = 6.0
    third_says: float = 8.0
    targets: list[Target] = field(default_factory=list)
    n_rows: int = 0
    now_s: float = 0.0
    n_born: int = 0
    births_us: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = no_rows(self.settings)
        self.par = as_array(self.settings)
        self.silent = silent_sites(len(self.sites))
        self.rates = [Rates() for _ in self.sites]
        for s, site in enumerate(self.sites):
            self.silent[s] = site.x, site.y, site.reach_m, 0.5, SOUND_MPS if site.is_sound else math.inf

    def take(self, t: float, s: int, azimuths: list[float]) -> Births:
        """Take one look of one site; return what was born of it."""
        self.predict(t)
        rates = self.rates[s]
        new = np.array([self.row(azimuth, s, t, 1.0) for azimuth in azimuths]).reshape(-1, self.rows.shape[1])
        new[:, FREE] = self.associate(s, new)
        rates.looks += 1.0
        rates.false += float(new[:, FREE].sum())
        self.silent[s, 3] = rates.p_detect if rates.looks > 40.0 else 0.5
        self.n_rows = forget_old(self.rows, self.n_rows, t - self.settings.window_s)
        began = time.process_time()
        self.n_rows = remember(self.rows, self.n_rows, new)
        births = candidates(self.rows, self.n_rows, len(new), self.silent, self.par)
        if len(new):
            self.births_us.append((time.process_time() - began) * 1e6)
        settle(self.rows, births)
        for k in range(len(births.existence)):
            self.n_born += 1
            x, P, existence = births.state[k].copy(), births.cov[k].copy(), float(births.existence[k])
            of, evidence = np.full(N_WITNESS, -1), np.zeros(N_WITNESS)
            self.targets.append(Target(x, P, existence, t, self.n_born, of, evidence))
        self.tidy()
        return births

    def row(self, azimuth: float, s: int, t: float, free: float) -> F64:
        site, rates = self.sites[s], self.rates[s]
        return direction(
            azimuth, site.sd_rad**2, (site.x, site.y), reach_m=site.reach_m, time_s=t, sensor=s,
            p_detect=rates.p_detect, clutter_per_rad=rates.clutter_per_rad, free=free, is_sound=site.is_sound,
        )  # fmt: skip

    def predict(self, t: float) -> None:
        dt = t - self.now_s
        self.now_s = t
        F, Q = np.eye(4), np.zeros((4, 4))
        F[0, 1] = F[2, 3] = dt
        Q[:2, :2] = Q[2:, 2:] = self.q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        for target in self.targets:
            target.x, target.P = F @ target.x, F @ target.P @ F.T + Q
            target.existence *= math.exp(-dt / LIVES_S)
            fade(target.evidence, dt)

    def associate(self, s: int, new: F64) -> F64:
        """Update all targets with a look; return the probability of each direction that no target made it."""
        n, m, site, rates = len(self.targets), len(new), self.sites[s], self.rates[s]
        if n == 0:
            return np.ones(m)
        W, ratio, seen = np.empty((7, 4)), np.zeros((n, m)), np.empty(n)
        for i, target in enumerate(self.targets):
            r = math.hypot(target.x[0] - site.x, target.x[2] - site.y)
            seen[i] = rates.p_detect * (hears(r, site.reach_m) if m else should_hear(r, site.reach_m))
            for j in range(m):
                ratio[i, j] = target.existence * math.exp(log_notice(target.x, target.P, self.now_s, new[j], W))
        missed = np.array([1.0 - target.existence * p for target, p in zip(self.targets, seen, strict=True)])
        odds, had = ratio / missed[:, None], np.ones((n, m))
        for _ in range(30):
            told = odds * had
            others = 1.0 + told.sum(1, keepdims=True) - told
            mu = odds / others
            had = 1.0 / (1.0 + mu.sum(0, keepdims=True) - mu)
        beta = odds * had
        beta /= 1.0 + beta.sum(1, keepdims=True)
        free = 1.0 / (1.0 + mu.sum(0))
        for i, target in enumerate(self.targets):
            self.update(target, beta[i], seen[i], s, new)
        return free

    def update(self, target: Target, beta: F64, p: float, s: int, new: F64) -> None:
        """Set a target to the mixture of what may have been: missed, or one of the directions."""
        none = max(1.0 - float(beta.sum()), 0.0)
        missed = none * target.existence * (1.0 - p) / (1.0 - target.existence * p)
        rates = self.rates[s]
        if target.is_confirmed:
            rates.expected += target.existence * p / rates.p_detect
            rates.detected += float(beta.sum())
        parts = [(missed, target.x, target.P)]
        for j in np.flatnonzero(beta > 1e-4):
            x, P = target.x.copy(), target.P.copy()
            notice(x, P, self.now_s, new[j], np.empty((7, 4)))
            parts.append((float(beta[j]), x, P))
        is_there, is_not = sum(w for w, _, _ in parts), none * (1.0 - target.existence) / (1.0 - target.existence * p)
        said = math.log(is_there / max(is_not, 1e-12)) - math.log(target.existence / (1.0 - target.existence))
        credit(target.of, target.evidence, s, said)
        target.existence = min(is_there, 0.9999)
        weights = np.array([w for w, _, _ in parts]) / max(is_there, 1e-12)
        x = sum(w * part for w, (_, part, _) in zip(weights, parts, strict=True))
        target.P = sum(w * (P + np.outer(part - x, part - x)) for w, (_, part, P) in zip(weights, parts, strict=True))
        target.x = x

    def tidy(self) -> None:
        """Confirm, delete, and join what has become one."""
        if self.targets:
            xy = np.array([target.x[[0, 2]] for target in self.targets])
            existence = np.array([target.existence for target in self.targets])
            confirmed = np.array([target.is_confirmed for target in self.targets])
            of = np.array([target.of for target in self.targets])
            evidence = np.array([target.evidence for target in self.targets])
            for i, target in enumerate(self.targets):
                if not target.is_confirmed and target.existence >= self.shown_at:
                    target.is_confirmed = is_corroborated(
                        i, xy, existence, confirmed, of, evidence, self.silent, self.others_say, self.third_says
                    )
        kept: list[Target] = []
        for target in sorted(self.targets, key=lambda one: (not one.is_confirmed, -one.existence, one.number)):
            if target.existence < 0.03 or any(are_same(target, other) for other in kept):
                continue
            kept.append(target)
        self.targets = sorted(kept, key=lambda one: one.number)


def are_same(a: Target, b: Target) -> bool:
    d = (a.x - b.x)[[0, 2]]
    S = (a.P + b.P)[np.ix_([0, 2], [0, 2])]
    return bool(d @ np.linalg.solve(S, d) < 1.5)
