"""Who searches where and for how long: the hours of each asset in each sector that are most likely to find it.

Of a sector with probability of containment p_i that asset k covers a_ki times over in an hour, the success of t_ki
hours is sum_i p_i (1 - exp(-sum_k a_ki t_ki)). That is concave, each asset has its own hours, and so it is enough to
improve one asset after the other until none can: each such step is Koopman's exact solution for one searcher.

Sources: Koopman, The theory of search III, Operations Research 5(5), 1957; Stone, Theory of Optimal Search, 1975,
chapter 2; Washburn, Search and Detection, 2002; Bertsekas, Nonlinear Programming, 1999, section 2.7, for
why taking turns leads to the best.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.model.search import AssetWorth, SuccessPoint
from sargas.search.plane import F64
from sargas.search.sweep import pod

I64 = NDArray[np.int64]

WITHIN = 1.0e-4
"""How far from the best, as a share of the success, is good enough: poc is not known that well."""
ROUNDS = 300
"""Where it stops in any case; assets of six kinds take 5 to 30, forty that are nearly but not quite alike 200."""
SMALLEST_H = 0.25
LOSS = 0.01
"""The shortest piece of work worth a journey, and the share of the success that may be given up to avoid shorter."""
STEPS = 64
"""Moments of a success curve stand on so many equal parts of the whole time; it holds a third of them, most early."""


class _Effort(NamedTuple):
    """Assets pooled: those that differ by a factor everywhere are one, `scale` of its hours for one of theirs.

    `log_poc` (S,), -inf where there is nothing to find; `per_h` (G, S) coverage in an hour of each pool; `pool` and
    `scale` (K,) which pool an asset belongs to, and how many hours of it one of its own is worth.
    """

    log_poc: F64
    per_h: F64
    pool: I64
    scale: F64

    def hours(self, hours: F64) -> F64:
        """Return the hours of each pool, shape (G,), given those of each asset, shape (K,)."""
        return np.bincount(self.pool, weights=self.scale * hours, minlength=len(self.per_h)).astype(np.float64)


def allocate(poc: F64, area_m2: F64, rate_m2ps: F64, hours: F64, searched: F64 | None = None) -> F64:
    """Return the hours of each asset in each sector, shape (K, S), that make the success greatest, within 0.01 %.

    Assets that are alike divide the sectors among themselves in the order given, so that few share one.

    Args:
        poc: probability of containment of each sector now, (S,); what was searched in vain is in it already.
        area_m2: areas, (S,).
        rate_m2ps: what each asset sweeps in each sector, (K, S); 0 where it cannot search.
        hours: hours that each asset has, (K,).
        searched: coverage (S,) that is spent or on its way and is not in `poc` yet; None for none.
    """
    effort = _pooled(poc, area_m2, rate_m2ps, searched)
    spent = _untangled(_ascend(effort, effort.hours(hours)), effort.per_h)
    out = np.zeros(rate_m2ps.shape)
    for row, has_h in enumerate(spent):
        members = np.flatnonzero((effort.pool == row) & (effort.scale > 0.0))
        scale = effort.scale[members]
        out[members] = _in_turn(scale * hours[members], has_h) / scale[:, None]
    return out


def water_fill(log_poc: F64, per_h: F64, hours: float) -> F64:
    """Return the best hours of one searcher in each sector, shape (S,): Koopman's solution, exact.

    The sectors used are those whose first hour would be worth the most; in each it stays until what another hour
    would add has sunk to the same level everywhere.

    Args:
        log_poc: logarithms of the probability that it is there and not yet found, (S,).
        per_h: coverage in an hour, (S,).
        hours: hours to spend.
    """
    spent = np.zeros(log_poc.shape)
    usable = np.flatnonzero((per_h > 0.0) & (log_poc > -np.inf))
    if not usable.size or hours <= 0.0:
        return spent
    first = log_poc[usable] + np.log(per_h[usable])
    order = np.argsort(-first, kind="stable")
    first, each_h = first[order], 1.0 / per_h[usable[order]]
    level = (np.cumsum(first * each_h) - hours) / np.cumsum(each_h)
    n = max(int(np.count_nonzero(first > level)), 1)
    spent[usable[order[:n]]] = np.maximum(first[:n] - level[n - 1], 0.0) * each_h[:n]
    return spent


def success(spent_h: F64, poc: F64, area_m2: F64, rate_m2ps: F64, searched: F64 | None = None) -> float:
    """Return the probability of success of hours (K, S); the other arguments as of `allocate`."""
    there = poc if searched is None else poc * np.exp(-searched)
    return float(there @ pod((_per_h(area_m2, rate_m2ps) * spent_h).sum(axis=0)))


def per_hour(poc: F64, area_m2: F64, rate_m2ps: F64) -> F64:
    """Return the probability of success of one asset's first hour in each sector, shape (S,), all of shape (S,)."""
    return poc * pod(_per_h(area_m2, rate_m2ps))


def tidy(spent_h: F64, poc: F64, area_m2: F64, rate_m2ps: F64, searched: F64 | None = None) -> F64:
    """Return hours (K, S) with few pieces shorter than a quarter of an hour, for at most 1 % less success.

    The smallest pieces go first, each to where the same asset already works and it helps most; a piece whose loss
    would be too great stays, as do those of an aircraft that sweeps whole sectors in minutes.
    """
    per_h, out = _per_h(area_m2, rate_m2ps), spent_h.copy()
    there = poc if searched is None else poc * np.exp(-searched)
    covered = (per_h * out).sum(axis=0)
    may_lose = LOSS * float(there @ pod(covered))
    small = np.argwhere((out > 0.0) & (out < SMALLEST_H))
    for k, i in small[np.argsort(out[small[:, 0], small[:, 1]], kind="stable")]:
        piece_h = out[k, i]
        others = np.flatnonzero(out[k])
        others = others[others != i]
        if piece_h >= SMALLEST_H or not others.size:
            continue
        gain = there[others] * np.exp(-covered[others]) * pod(per_h[k, others] * piece_h)
        best = int(np.argmax(gain))
        without = max(covered[i] - per_h[k, i] * piece_h, 0.0)
        loss = float(there[i] * (np.exp(-without) - np.exp(-covered[i])) - gain[best])
        if loss <= may_lose:
            may_lose -= loss
            out[k, i], covered[i] = 0.0, without
            out[k, others[best]] += piece_h
            covered[others[best]] += per_h[k, others[best]] * piece_h
    return out


def success_curve(
    poc: F64, area_m2: F64, rate_m2ps: F64, hours: F64, *, delay_h: F64 | None = None, searched: F64 | None = None
) -> list[SuccessPoint]:
    """Return the success after so many hours from now, all assets at work together, each until its hours are spent.

    Each point is the best that can be had by then. For one asset, or several that are alike, a single plan reaches
    all of them (Stone 1975, section 2.2: the optimal plan is uniformly optimal); for unlike ones it is what no plan
    exceeds.

    `delay_h` are the hours until each asset comes, (K,), None for all at once; the others are as of `allocate`.
    """
    delay = np.zeros(hours.shape) if delay_h is None else np.maximum(delay_h, 0.0)
    effort, when_h = _pooled(poc, area_m2, rate_m2ps, searched), _moments(hours, delay)
    return _points(when_h, _curve(effort, hours, delay, when_h)[0])


def expected_hours(curve: Sequence[SuccessPoint]) -> float | None:
    """Return the mean hours to the find, given that it is found by the end of the curve; None if it cannot be.

    The integral of 1 - POS(t) / POS(end).
    """
    if not curve or curve[-1].pos <= 0.0:
        return None
    left = 1.0 - np.array([point.pos for point in curve]) / curve[-1].pos
    return float(np.trapezoid(left, [point.hours for point in curve]))


def worth(
    asset_ids: Sequence[str],
    poc: F64,
    area_m2: F64,
    rate_m2ps: F64,
    hours: F64,
    *,
    delay_h: F64 | None = None,
    searched: F64 | None = None,
) -> list[AssetWorth]:
    """Return what the search would be without each asset; arguments as of `success_curve`."""
    delay = np.zeros(hours.shape) if delay_h is None else np.maximum(delay_h, 0.0)
    effort, when_h = _pooled(poc, area_m2, rate_m2ps, searched), _moments(hours, delay)
    with_all, plans = _curve(effort, hours, delay, when_h)
    _, first, like = np.unique(
        np.stack([effort.pool, effort.scale, hours, delay]), axis=1, return_index=True, return_inverse=True
    )
    without: list[tuple[float, float | None]] = []
    for k in first:
        has_h = np.where(np.arange(len(hours)) == k, 0.0, hours)
        pos = np.minimum(_curve(effort, has_h, delay, when_h, plans)[0], with_all)
        without.append((float(pos[-1]), expected_hours(_points(when_h, pos))))
    return [
        AssetWorth(asset_id=name, pos_without=without[n][0], expected_h_without=without[n][1])
        for name, n in zip(asset_ids, like.reshape(-1), strict=True)
    ]


# ------------------------------------------------------------------------------------------- how it is done


def _per_h(area_m2: F64, rate_m2ps: F64) -> F64:
    """Return the coverage that an hour gives, shape as the rates; 0 in a sector without area."""
    return np.divide(rate_m2ps * 3600.0, area_m2, out=np.zeros(rate_m2ps.shape), where=area_m2 > 0.0)


def _pooled(poc: F64, area_m2: F64, rate_m2ps: F64, searched: F64 | None) -> _Effort:
    """Return the assets with those that are alike put together: taking turns is slow only among the alike."""
    per_h = _per_h(area_m2, rate_m2ps)
    scale = per_h.max(axis=1, initial=0.0)
    shape = per_h / np.where(scale > 0.0, scale, 1.0)[:, None]
    _, first, pool = np.unique(np.round(shape, 9), axis=0, return_index=True, return_inverse=True)
    with np.errstate(divide="ignore"):
        log_poc = np.log(np.maximum(poc, 0.0)) - (0.0 if searched is None else searched)
    return _Effort(log_poc, shape[first], pool.reshape(-1).astype(np.int64), scale)


def _ascend(effort: _Effort, hours: F64, start: F64 | None = None) -> F64:
    """Return the best hours of each pool in each sector, shape (G, S), from `start` on.

    The marginal success of the hours bounds what is still missing, since success is concave (the dual bound of Stone
    1975, section 2.1; Frank and Wolfe 1956): it ends where that is less than `WITHIN`.
    """
    per_h = effort.per_h
    spent = np.zeros(per_h.shape) if start is None else start.copy()
    for _ in range(ROUNDS):
        covered = (per_h * spent).sum(axis=0)
        for k in range(len(per_h)):
            covered -= per_h[k] * spent[k]
            spent[k] = water_fill(effort.log_poc - covered, per_h[k], hours[k])
            covered += per_h[k] * spent[k]
        covered = (per_h * spent).sum(axis=0)
        marginal = per_h * np.exp(effort.log_poc - covered)
        missing = hours @ marginal.max(axis=1, initial=0.0) - (marginal * spent).sum()
        if missing <= WITHIN * (np.exp(effort.log_poc) @ pod(covered)):
            break
    return spent


def _untangled(spent: F64, per_h: F64) -> F64:
    """Return hours (G, S) of the same coverage everywhere, in which few pools share a sector.

    Where sectors differ for all pools by one factor (the same cover), it does not matter who searches which.
    """
    size = per_h.max(axis=0, initial=0.0)
    shape = per_h / np.where(size > 0.0, size, 1.0)
    _, group = np.unique(np.round(shape, 9), axis=1, return_inverse=True)
    out = spent.copy()
    for number in range(int(group.max(initial=-1)) + 1):
        sectors = np.flatnonzero(group.reshape(-1) == number)
        rate = shape[:, sectors[0]]
        able = np.flatnonzero(rate > 0.0)
        work = rate[able, None] * spent[np.ix_(able, sectors)]
        out[np.ix_(able, sectors)] = _in_turn(work.sum(axis=1), work.sum(axis=0)) / rate[able, None]
    return out


def _in_turn(has: F64, needs: F64) -> F64:
    """Return how much each giver (m,) gives to each taker (n,), shape (m, n), both served in their order."""
    has_to, needs_to = np.cumsum(has), np.cumsum(needs)
    given = np.minimum.outer(has_to, needs_to) - np.maximum.outer(has_to - has, needs_to - needs)
    return np.where(given > 1.0e-9 * needs.sum(), given, 0.0)


def _moments(hours: F64, delay_h: F64) -> F64:
    """Return the times [h] of a success curve: more of them early, and those at which assets come and go."""
    end_h = float((delay_h + hours).max(initial=0.0, where=hours > 0.0))
    if end_h <= 0.0:
        return np.zeros(1)
    early = np.linspace(0.0, 1.0, STEPS // 3) ** 2
    steps = np.concatenate([early, delay_h / end_h, (delay_h + hours) / end_h])
    return np.unique(np.round(np.clip(steps, 0.0, 1.0) * STEPS)) * (end_h / STEPS)


def _curve(
    effort: _Effort, hours: F64, delay_h: F64, when_h: F64, plans: Sequence[F64] = ()
) -> tuple[F64, list[F64]]:
    """Return the greatest success at each time and the plans for it; from `plans`, or each from the one before."""
    there, before = np.exp(effort.log_poc), np.zeros(effort.per_h.shape)
    pos, found = np.zeros(len(when_h)), []
    for n, now_h in enumerate(when_h):
        has_h = effort.hours(np.clip(now_h - delay_h, 0.0, hours))
        before = _ascend(effort, has_h, plans[n] if plans else before)
        pos[n] = there @ pod((effort.per_h * before).sum(axis=0))
        found.append(before)
    return np.maximum.accumulate(pos), found


def _points(when_h: F64, pos: F64) -> list[SuccessPoint]:
    """Return times and successes, both (n,), as the points of a curve."""
    return [SuccessPoint(hours=float(t), pos=float(p)) for t, p in zip(when_h, pos, strict=True)]
