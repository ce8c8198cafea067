"""A survey of the differences between a sensor's measurements and all known targets, whatever belongs to what.

True differences repeat, chance ones scatter: what points far off is found even though none of it is associated.
"""

import math

from numba import njit

from sargas.kernels.registration_tables import (
    ANGLE,
    BIN_M,
    BIN_RAD,
    EMPTY,
    F64,
    HEARING,
    LAST_AZIMUTH,
    LAST_T,
    N_BIN,
    N_ENTRY,
    N_NEAR,
    N_NEXT,
    NEAREST_M,
    RANGING,
    SOUND_MPS,
    SURVEY_MEMORY,
    Rows,
    Sensors,
    Targets,
    freed,
    sight,
    wrapped,
)

ASSUMED_M = 3_000.0
ROUGHLY_M, ROUGHLY_RAD = 3_000.0, 0.1  # what the biases of two sensors may add


@njit(cache=True)
def seen_at(s: Sensors, hears: bool, x0: float, y0: float, t: float, b: int, e: F64) -> tuple[float, float]:
    """Return where entry e of sensor b, freed of that sensor's bias, shows itself at time t to one at x0, y0."""
    x, y = e[1], e[2]
    if b >= 0 and s.what[b] == RANGING:
        x, y = freed(s, b, x, y)
        x, y = x + e[3] * s.mean[b, 3], y + e[4] * s.mean[b, 3]
    dt = t - e[0]
    x, y = x + e[3] * dt, y + e[4] * dt
    if hears:  # what is heard now was there when the sound left
        dx, dy, v2 = x - x0, y - y0, e[3] * e[3] + e[4] * e[4]
        toward, slower = dx * e[3] + dy * e[4], SOUND_MPS * SOUND_MPS - v2
        if slower > 0.0:
            ago = (math.sqrt(toward * toward + slower * (dx * dx + dy * dy)) - toward) / slower
            x, y = x - e[3] * ago, y - e[4] * ago
    return x, y


@njit(cache=True)
def _count(s: Sensors, a: int, which: int, diff: float, width: float, weight: float, azimuth: float) -> None:
    """Put a difference into a survey."""
    k = math.floor(diff / width) + N_BIN // 2
    if 0 <= k < N_BIN:
        off = diff - (k - N_BIN // 2 + 0.5) * width
        row = s.survey[a, which, k]
        row[0] += weight
        row[1] += weight * off
        row[2] += weight * off * off
        row[3] += weight * math.cos(azimuth)
        row[4] += weight * math.sin(azimuth)


@njit(cache=True)
def survey_row(s: Sensors, T: Targets, rows: Rows, i: int, par: F64, hits: F64) -> int:
    """Compare row i with every target that another sensor holds, whatever it was associated with.

    True differences repeat, chance ones scatter. Returns the target's place if just one fits the offset sought, -1
    otherwise.
    """
    a = int(rows.sensor[i])
    is_bearing = rows.kind[i] == ANGLE
    x0, y0 = (rows.z[i, 1], rows.z[i, 2]) if is_bearing else (s.site[a, 0], s.site[a, 1])
    rho, azimuth, reach = 0.0, rows.z[i, 0], rows.z[i, 3]
    sd_a, sd_r, ux, uy = math.sqrt(rows.r[i, 0]), 0.0, 0.0, 0.0
    is_heard = s.what[a] == HEARING
    if not is_bearing:
        ux, uy, rho = sight(s, a, rows.z[i, 0], rows.z[i, 1])
        if rho == 0.0:
            return -1
        azimuth = math.atan2(ux, uy)
        xx, xy, yy = rows.r[i, 0], rows.r[i, 1], rows.r[i, 2]
        sd_r = math.sqrt(max(ux * (xx * ux + xy * uy) + uy * (xy * ux + yy * uy), 0.0))
        sd_a = math.sqrt(max(uy * (xx * uy - xy * ux) - ux * (xy * uy - yy * ux), 0.0)) / rho
    near_r, near_a = 3.0 * sd_r + (ASSUMED_M if rows.is_assumed[i] else par[6]), 3.0 * sd_a + par[7]
    cos_near = math.cos(min(near_a + ROUGHLY_RAD, math.pi))
    n, n_range, n_fit, fit = 0, 0, 0, -1
    for k in range(T.number.shape[0]):
        if T.number[k] < 0:
            continue
        best = -1
        for j in range(N_ENTRY):
            b = T.sensor[k, j]
            if b in (EMPTY, a) or abs(rows.t[i] - T.e[k, j, 0]) > par[1]:
                continue
            best = j
            break
        if best < 0:
            continue
        dt = rows.t[i] - T.e[k, best, 0]
        dx, dy = T.e[k, best, 1] + T.e[k, best, 3] * dt - x0, T.e[k, best, 2] + T.e[k, best, 4] * dt - y0
        away = math.sqrt(dx * dx + dy * dy)
        if is_bearing:
            if away > reach + ROUGHLY_M:
                continue
        elif abs(away - rho) > near_r + ROUGHLY_M and dx * ux + dy * uy < cos_near * away:
            continue
        x, y = seen_at(s, is_heard, x0, y0, rows.t[i], T.sensor[k, best], T.e[k, best])
        dx, dy = x - x0, y - y0
        away = math.sqrt(dx * dx + dy * dy)
        if not away > NEAREST_M or (is_bearing and away > reach):
            continue
        diff = wrapped(azimuth - math.atan2(dx, dy))
        if is_bearing or abs(rho - away) <= near_r:
            if n < hits.shape[0]:
                hits[n, 0] = diff
                n += 1
            if s.seek[a, 0] > 0.0 and abs(wrapped(diff - s.seek[a, 1])) <= 3.0 * sd_a + 0.01:
                n_fit += 1
                fit = k
        if not is_bearing and not rows.is_assumed[i] and abs(diff) <= near_a and n_range < hits.shape[0]:
            hits[n_range, 1] = rho - away
            n_range += 1
    for k in range(n):
        _count(s, a, 0, hits[k, 0], BIN_RAD, 1.0 / n, azimuth - hits[k, 0])
    for k in range(n_range):
        _count(s, a, 1, hits[k, 1], BIN_M, 1.0 / n_range, azimuth)
    for which in range(2):
        total = 0.0
        for k in range(N_BIN):
            total += s.survey[a, which, k, 0]
        if total > (2.0 * SURVEY_MEMORY if is_bearing else SURVEY_MEMORY):
            for k in range(N_BIN):
                for c in range(5):
                    s.survey[a, which, k, c] *= 0.5
    return fit if n_fit == 1 else -1


@njit(cache=True)
def note_successor(s: Sensors, rows: Rows, i: int) -> None:
    """Count whether a bearing is near the one before it: a direction finder that works repeats itself."""
    a = int(rows.sensor[i])
    if 0.0 < rows.t[i] - s.last[a, LAST_T] <= 10.0:
        s.stats[a, N_NEXT] += 1.0
        s.stats[a, N_NEAR] += abs(wrapped(rows.z[i, 0] - s.last[a, LAST_AZIMUTH])) <= math.radians(15.0)
    s.last[a, LAST_T], s.last[a, LAST_AZIMUTH] = rows.t[i], rows.z[i, 0]
