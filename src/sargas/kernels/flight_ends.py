"""Where each of many possible flights comes down after it was last seen, and how well that fits what was heard.

One call flies `n` particles of one hypothesis: a kind of aircraft, a conduct and a fate. Each draws its start from
the last posterior, flies on by its conduct until its time is up, and comes down by its ending. On its way it pays for
every look of a sensor that did not see it, and gains by every report that fits it.

The plane is east and north [m] about the last place; headings are clockwise from north [rad], heights above the
ground there [m], times seconds after the last report. Arrays of parameters are indexed by the names below.

Sources: the conducts and endings are those of docs/explanation/searching.md. Wind grows with height by the 1/7 power
(power law over open ground). Turn rates of what is astray follow an Ornstein-Uhlenbeck process, stepped exactly.
A report weighs (1 - reliability) + reliability times how much likelier its place is under this flight than anywhere
in the area it could have come from (Stone et al., Bayesian Multiple Target Tracking, 2014, section 3.2, likelihood
ratios against clutter).
"""

import math

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled, compiled_unlocked

F64 = NDArray[np.float64]

# the conduct
COURSE, WANDER, ORBIT, RETURN, DRIFT = range(5)

# the hypothesis, one number each
(
    CONDUCT, IS_FALL, IS_OBSTACLE, AT_LOSS, REACH_M, TAIL, RANGE_M, POWER_LOW_S, POWER_HIGH_S, IS_POWER_END,
    HEIGHT_LOW_M, HEIGHT_HIGH_M, HEIGHT_MEAN_M, HEIGHT_SD_M, TURN_LOW, TURN_HIGH, TURN_NOW,
    LANDS, GLIDES, SPIRALS, FALLS, PARACHUTE, FLOATS,
    GLIDE_LOW, GLIDE_HIGH, GLIDE_SPEED_LOW, GLIDE_SPEED_HIGH, FALL_LOW, FALL_HIGH, CHUTE_LOW, CHUTE_HIGH, SPEED_LOW,
    SPEED_HIGH, N_GROUP,
) = range(34)  # fmt: skip

# a report: VARIANCE is how far from its place the target may be, PLACE_VARIANCE how far off the place is itself
WHAT, X, Y, TIME, TIME_SD, VARIANCE, PLACE_VARIANCE, AZIMUTH, AZIMUTH_SD, AREA, RELIABILITY, N_CLUE = range(12)
ON_THE_WAY, AT_THE_END, AT_POWER_END, ON_THE_GROUND = range(4)

# what comes out of each particle
OUT_X, OUT_Y, OUT_TIME, OUT_LOG_WEIGHT, N_OUT = range(5)

N_STEPS = 28
STEP_MIN_S = 10.0
GRAVITY_MPS2 = 9.80665
ANEMOMETER_M = 10.0
WIND_EXPONENT = 1.0 / 7.0
SOUND_MPS = 340.0
FALSE_SPAN_S = 7_200.0
"""A false report of an end could have come at any moment of so long."""
DOUBT_LEAST = 1e-3
"""However sure a report is said to be, so much doubt is left."""
COURSE_SD_RAD = math.radians(0.8)
COURSE_SPREAD = 0.8
"""The course held differs from the last one measured by so much: a log-normal scale of the standard deviation."""
COURSE_WALK_RAD = math.radians(0.04)
"""And changes by so much times the square root of the seconds."""
WAYPOINT_M = 300_000.0
"""What flies by waypoints turns once in so many metres, on average,"""
WAYPOINT_RAD = math.radians(28.0)
"""by so much (scale of a Laplace distribution)."""
ORBIT_NOW = 0.45
"""Share of those that orbit that do so from the loss on; the others fly on first."""
ORBIT_AFTER_M = 12_000.0
ORBIT_LOW_M, ORBIT_HIGH_M = 250.0, 3_000.0
RETURN_AFTER_M = 3_000.0
RETURN_SD_RAD = math.radians(22.0)
ASTRAY_LOW_S, ASTRAY_HIGH_S = 20.0, 180.0
"""Within which time what is astray forgets its turn rate."""
DRIFT_WALK_MPS = 0.035
"""How the velocity of what drifts walks, times the square root of the seconds."""
NEAR_END_M = 100.0
"""Mean way flown on where the loss was the beginning of the end."""
LANDING_SD_M = 350.0
SPIRAL_SD_M = 120.0
SPIRAL_SINK_MPS = (5.0, 14.0)
SLOW_TURN_SHARE = 0.35
SLOW_TURN_RPS = math.radians(1.5)
"""Share of those that glide that do so in a turn, and its rate (standard deviation)."""


@compiled
def wind_factor(height_m: float) -> float:
    """Return how much stronger the wind is at a height than at the anemometer."""
    return (max(height_m, ANEMOMETER_M) / ANEMOMETER_M) ** WIND_EXPONENT


@compiled
def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number drawn evenly between two."""
    return low + (high - low) * rng.random()


@compiled
def log_between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number drawn log-evenly between two positive ones."""
    return low * math.exp(rng.random() * math.log(max(high, low) / low))


@compiled
def height_of(rng: np.random.Generator, group: F64) -> float:
    """Return a height above the ground [m]: about what was measured, else log-evenly within the kind's."""
    if math.isnan(group[HEIGHT_MEAN_M]):
        return log_between(rng, max(group[HEIGHT_LOW_M], 1.0), max(group[HEIGHT_HIGH_M], 1.0))
    return max(15.0, group[HEIGHT_MEAN_M] + group[HEIGHT_SD_M] * rng.standard_normal())


@compiled
def way_left_m(rng: np.random.Generator, group: F64) -> float:
    """Return how far the particle flies on [m]: hardly at all, evenly within the usual reach, or in the long tail."""
    if group[AT_LOSS] > 0.5:
        return -NEAR_END_M * math.log(1.0 - rng.random())
    reach_m, range_m = group[REACH_M], group[RANGE_M]
    if range_m > reach_m and rng.random() < group[TAIL]:
        return log_between(rng, reach_m, range_m)
    return reach_m * rng.random()


@compiled
def clue_ratio(clue: F64, x: float, y: float, along_e: float, along_n: float, speed: float, off_s: float) -> float:
    """Return how much likelier the report's place is if the target was at x, y than if it were from anywhere.

    `off_s` is the report's time minus the target's, NaN where time says nothing; `along_*` is the unit vector of its
    motion, zero if it stands.
    """
    dx, dy = clue[X] - x, clue[Y] - y
    across_var = clue[VARIANCE]
    along = dx * along_e + dy * along_n
    across = dx * along_n - dy * along_e
    if along_e == 0.0 and along_n == 0.0:
        along, across = dx, dy
    along_var = across_var + (speed * clue[TIME_SD]) ** 2
    power = along * along / along_var + across * across / across_var
    if power > 80.0:
        return 0.0
    ratio = clue[AREA] * math.exp(-0.5 * power) / (2.0 * math.pi * math.sqrt(along_var * across_var))
    if not math.isnan(clue[AZIMUTH]):
        off = math.atan2(-dx, -dy) - clue[AZIMUTH]
        off = math.atan2(math.sin(off), math.cos(off))
        # The nearer the target, the more it matters where exactly the observer stood.
        sd = math.sqrt(clue[AZIMUTH_SD] ** 2 + min(9.0, clue[PLACE_VARIANCE] / max(dx * dx + dy * dy, 1.0)))
        if sd < 2.0:
            ratio *= math.sqrt(2.0 * math.pi) / sd * math.exp(-0.5 * (off / sd) ** 2)
    if not math.isnan(off_s):
        sd_s = clue[TIME_SD]
        ratio *= FALSE_SPAN_S / (sd_s * math.sqrt(2.0 * math.pi)) * math.exp(-0.5 * (off_s / sd_s) ** 2)
    return ratio


@compiled
def layer_of(heights: F64, height_m: float) -> int:
    """Return the layer of the silence table that a height falls in: the nearest one below."""
    layer = 0
    while layer + 1 < heights.size and heights[layer + 1] <= height_m:
        layer += 1
    return layer


@compiled
def listen(
    missed: F64,
    tables: NDArray[np.float32],
    heights: F64,
    cell_m: float,
    x: float,
    y: float,
    height_m: float,
    s: float,
) -> None:
    """Add to `missed`, for each table, the log-probability of being missed for `s` seconds at a place."""
    half = 0.5 * tables.shape[2] * cell_m
    column, row = math.floor((x + half) / cell_m), math.floor((y + half) / cell_m)
    if row < 0 or column < 0 or row >= tables.shape[2] or column >= tables.shape[3]:
        return
    layer = layer_of(heights, height_m)
    for k in range(tables.shape[0]):
        missed[k] += tables[k, layer, row, column] * s


@compiled
def ground_at(ground: NDArray[np.float32], cell_m: float, x: float, y: float) -> float:
    """Return the ground's height over that at the last place [m]; 0 outside the table."""
    half = 0.5 * ground.shape[0] * cell_m
    column, row = math.floor((x + half) / cell_m), math.floor((y + half) / cell_m)
    if row < 0 or column < 0 or row >= ground.shape[0] or column >= ground.shape[1]:
        return 0.0
    return float(ground[row, column])


@compiled
def come_down(
    rng: np.random.Generator,
    group: F64,
    state: F64,
    wind_e: float,
    wind_n: float,
    ground: NDArray[np.float32],
    ground_cell_m: float,
) -> None:
    """Bring a particle to the ground; `state`, changed in place, is x, y, heading, ground speed, height, time."""
    x, y, heading, speed, height, t = state[0], state[1], state[2], state[3], state[4], state[5]
    below = ground_at(ground, ground_cell_m, x, y)
    height = max(height - below, 0.0)
    factor = 0.5 * (wind_factor(height) + 1.0)
    chosen = rng.random()
    if group[IS_OBSTACLE] > 0.5:
        chosen = 2.0
    elif group[IS_FALL] > 0.5:
        chosen = group[LANDS] + group[GLIDES] + group[SPIRALS]
    east, north = math.sin(heading), math.cos(heading)
    edge = group[LANDS]
    if chosen > 1.5:
        pass
    elif chosen < edge:
        ahead = 800.0 * rng.random()
        x += ahead * east + LANDING_SD_M * rng.standard_normal()
        y += ahead * north + LANDING_SD_M * rng.standard_normal()
        t += height / 3.0
    elif chosen < edge + group[GLIDES]:
        ratio = between(rng, group[GLIDE_LOW], group[GLIDE_HIGH])
        glide_mps = between(rng, group[GLIDE_SPEED_LOW], group[GLIDE_SPEED_HIGH])
        turn = SLOW_TURN_RPS * rng.standard_normal() if rng.random() < SLOW_TURN_SHARE else 0.0
        # In pieces, so that a turn and rising ground are followed.
        n = 6
        for _ in range(n):
            sink = glide_mps / ratio
            part_s = height / n / sink
            half_turn = 0.5 * turn * part_s
            shrink = math.sin(half_turn) / half_turn if abs(half_turn) > 1e-6 else 1.0
            heading += half_turn
            x += (glide_mps * shrink * math.sin(heading) + wind_e * factor) * part_s
            y += (glide_mps * shrink * math.cos(heading) + wind_n * factor) * part_s
            heading += half_turn
            t += part_s
        rise = ground_at(ground, ground_cell_m, x, y) - below
        if rise != 0.0 and height > 1.0:
            # Ground that rises on the way ends the glide earlier, in proportion; falling ground later.
            share = min(max((height - rise) / height, 0.0), 1.5)
            x, y = state[0] + (x - state[0]) * share, state[1] + (y - state[1]) * share
    elif chosen < edge + group[GLIDES] + group[SPIRALS]:
        down_s = height / between(rng, SPIRAL_SINK_MPS[0], SPIRAL_SINK_MPS[1])
        x += wind_e * factor * down_s + SPIRAL_SD_M * rng.standard_normal()
        y += wind_n * factor * down_s + SPIRAL_SD_M * rng.standard_normal()
        t += down_s
    elif chosen < edge + group[GLIDES] + group[SPIRALS] + group[FALLS] or group[IS_FALL] > 0.5:
        down_s = max(math.sqrt(2.0 * height / GRAVITY_MPS2), height / between(rng, group[FALL_LOW], group[FALL_HIGH]))
        ahead = speed * min(down_s, 6.0) * rng.random()
        x += ahead * east + wind_e * factor * down_s * 0.5
        y += ahead * north + wind_n * factor * down_s * 0.5
        t += down_s
    else:
        down_s = height / between(rng, group[CHUTE_LOW], group[CHUTE_HIGH])
        x += wind_e * factor * down_s
        y += wind_n * factor * down_s
        t += down_s
    state[0], state[1], state[2], state[5] = x, y, heading, t


@compiled_unlocked
def fly(
    rng: np.random.Generator,
    mean: F64,
    root: F64,
    group: F64,
    wind: F64,
    clues: F64,
    tables: NDArray[np.float32],
    heights: F64,
    cell_m: float,
    hidden: F64,
    watched_s: float,
    ground: NDArray[np.float32],
    ground_cell_m: float,
    out: F64,
    fits: F64,
) -> None:
    """Fly every particle of one hypothesis; the results go into the rows of `out` and `fits`.

    Args:
        rng: the random numbers.
        mean: x, y [m], east and north velocity [m/s] at the last report, shape (4,).
        root: lower triangular root of their covariance, shape (4, 4).
        group: the hypothesis, shape (N_GROUP,).
        wind: east and north component [m/s] at 10 m and their standard deviation, shape (3,).
        clues: the reports in the order of their times, shape (C, N_CLUE).
        tables: log-probability per second of being missed by all sensors of a class, shape (T, layers, rows,
            columns).
        heights: lower edges of the layers [m].
        cell_m: side of the table's cells.
        hidden: the probability that the target flies on where no sensor of a class can have it (low, behind trees,
            silent), shape (T,).
        watched_s: for so long after the last report is it known that the sensors saw nothing.
        ground: the ground's height over that at the last place [m], shape (rows, columns); (1, 1) zeros if unknown.
        ground_cell_m: side of its cells.
        out: x, y [m], time on the ground [s], log-weight: shape (n, N_OUT).
        fits: the share of each report's likelihood that is of this flight, shape (n, C).
    """
    n_clues = clues.shape[0]
    conduct = int(group[CONDUCT])
    state = np.zeros(6)
    ratios = np.zeros(n_clues)
    missed = np.zeros(tables.shape[0])
    draws = np.zeros(4)
    for i in range(out.shape[0]):
        for k in range(4):
            draws[k] = rng.standard_normal()
        x = mean[0] + root[0, 0] * draws[0]
        y = mean[1] + root[1, 0] * draws[0] + root[1, 1] * draws[1]
        ve, vn = mean[2], mean[3]
        for k in range(4):
            ve += root[2, k] * draws[k]
            vn += root[3, k] * draws[k]
        height = height_of(rng, group)
        wind_e = wind[0] + wind[2] * rng.standard_normal()
        wind_n = wind[1] + wind[2] * rng.standard_normal()
        factor = wind_factor(height)
        speed = max(math.sqrt(ve * ve + vn * vn), 0.5)
        heading = math.atan2(ve, vn)
        air_e, air_n = ve - wind_e * factor, vn - wind_n * factor
        air_mps = min(max(math.sqrt(air_e * air_e + air_n * air_n), group[SPEED_LOW]), group[SPEED_HIGH])
        air_heading = math.atan2(air_e, air_n)
        end_s = way_left_m(rng, group) / max(speed, 3.0)
        power_s = max(between(rng, group[POWER_LOW_S], group[POWER_HIGH_S]), 0.0)
        # Where it is not known when it took off, power can end at any moment within reach.
        if group[IS_POWER_END] > 0.5 and group[AT_LOSS] < 0.5:
            end_s = power_s
        end_s = min(end_s, power_s)

        turn = group[TURN_NOW]
        sd_turn, forget_s = 0.0, 1.0
        begin_s, radius, side = math.inf, 0.0, 1.0
        turn_at_s = math.inf
        if conduct == COURSE:
            heading += COURSE_SD_RAD * math.exp(COURSE_SPREAD * rng.standard_normal()) * rng.standard_normal()
            turn_at_s = -WAYPOINT_M * math.log(1.0 - rng.random()) / speed
        elif conduct == WANDER:
            sd_turn = log_between(rng, group[TURN_LOW], group[TURN_HIGH])
            forget_s = log_between(rng, ASTRAY_LOW_S, ASTRAY_HIGH_S)
        elif conduct == ORBIT:
            begin_s = 0.0
            if rng.random() > ORBIT_NOW:
                begin_s = -ORBIT_AFTER_M * math.log(1.0 - rng.random()) / speed
            radius = log_between(rng, ORBIT_LOW_M, ORBIT_HIGH_M)
            side = 1.0 if rng.random() < 0.5 else -1.0
            if abs(turn) > 0.5 * math.pi / 180.0 and begin_s == 0.0:
                side = math.copysign(1.0, turn)
                radius = min(max(speed / abs(turn), ORBIT_LOW_M), ORBIT_HIGH_M)
        elif conduct == RETURN:
            turn_at_s = -RETURN_AFTER_M * math.log(1.0 - rng.random()) / speed

        step_s = max(STEP_MIN_S, end_s / N_STEPS)
        t, seen_clues = 0.0, 0
        missed[:] = 0.0
        for c in range(n_clues):
            ratios[c] = -1.0
        while seen_clues < n_clues and clues[seen_clues, TIME] < 0.0:
            ratios[seen_clues] = 1.0  # before the last report: the track itself has used it
            seen_clues += 1
        while t < end_s:
            d = min(step_s, end_s - t)
            x_before, y_before = x, y
            if t >= begin_s:
                # On the circle until the end; where on it nobody can know.
                centre_e = x + side * radius * math.cos(heading)
                centre_n = y - side * radius * math.sin(heading)
                left_s = end_s - t
                if t < watched_s:
                    looked_s = min(left_s, watched_s - t)
                    listen(missed, tables, heights, cell_m, centre_e, centre_n, height, looked_s)
                while seen_clues < n_clues and clues[seen_clues, TIME] < end_s:
                    if clues[seen_clues, WHAT] == ON_THE_WAY:
                        kept = clues[seen_clues, VARIANCE]
                        clues[seen_clues, VARIANCE] = kept + 0.5 * radius * radius
                        ratios[seen_clues] = clue_ratio(
                            clues[seen_clues], centre_e, centre_n, 0.0, 0.0, 0.0, math.nan
                        )
                        clues[seen_clues, VARIANCE] = kept
                    seen_clues += 1
                angle = 2.0 * math.pi * rng.random()
                x, y = centre_e + radius * math.sin(angle), centre_n + radius * math.cos(angle)
                heading = angle + side * 0.5 * math.pi
                t = end_s
                break
            if conduct == WANDER:
                fade = math.exp(-d / forget_s)
                new_turn = turn * fade + sd_turn * math.sqrt(1.0 - fade * fade) * rng.standard_normal()
                half_turn = 0.25 * (turn + new_turn) * d
                shrink = math.sin(half_turn) / half_turn if abs(half_turn) > 1e-6 else 1.0
                air_heading += half_turn
                x += (air_mps * shrink * math.sin(air_heading) + wind_e * factor) * d
                y += (air_mps * shrink * math.cos(air_heading) + wind_n * factor) * d
                air_heading += half_turn
                heading = air_heading
                turn = new_turn
            elif conduct == DRIFT:
                ve += DRIFT_WALK_MPS * math.sqrt(d) * rng.standard_normal()
                vn += DRIFT_WALK_MPS * math.sqrt(d) * rng.standard_normal()
                x += ve * d
                y += vn * d
                heading = math.atan2(ve, vn)
            else:
                heading += COURSE_WALK_RAD * math.sqrt(d) * rng.standard_normal()
                if t + d > turn_at_s:
                    turn_at_s = math.inf
                    if conduct == RETURN:
                        heading += math.pi + RETURN_SD_RAD * rng.standard_normal()
                    else:
                        angle = -WAYPOINT_RAD * math.log(1.0 - rng.random())
                        heading += angle if rng.random() < 0.5 else -angle
                x += speed * math.sin(heading) * d
                y += speed * math.cos(heading) * d
            if t < watched_s:
                listen(missed, tables, heights, cell_m, x, y, height, min(d, watched_s - t))
            while seen_clues < n_clues and clues[seen_clues, TIME] < t + d:
                if clues[seen_clues, WHAT] == ON_THE_WAY:
                    share = (clues[seen_clues, TIME] - t) / d
                    way = max(math.sqrt((x - x_before) ** 2 + (y - y_before) ** 2), 1e-9)
                    ratios[seen_clues] = clue_ratio(
                        clues[seen_clues],
                        x_before + share * (x - x_before),
                        y_before + share * (y - y_before),
                        (x - x_before) / way,
                        (y - y_before) / way,
                        way / d,
                        math.nan,
                    )
                seen_clues += 1
            t += d
            if ground_at(ground, ground_cell_m, x, y) > height:
                end_s = t
                break

        state[0], state[1], state[2], state[3], state[4], state[5] = x, y, heading, speed, height, t
        if conduct == DRIFT:
            wind_e, wind_n = ve / factor, vn / factor
        come_down(rng, group, state, wind_e, wind_n, ground, ground_cell_m)
        log_weight = 0.0
        for k in range(tables.shape[0]):
            log_weight += math.log(hidden[k] + (1.0 - hidden[k]) * math.exp(missed[k]))
        for c in range(n_clues):
            what, ratio = clues[c, WHAT], ratios[c]
            if what in (AT_THE_END, ON_THE_GROUND):
                distance = math.sqrt((clues[c, X] - state[0]) ** 2 + (clues[c, Y] - state[1]) ** 2)
                off_s = clues[c, TIME] - state[5] - distance / SOUND_MPS if what == AT_THE_END else math.nan
                if math.isinf(clues[c, TIME]):
                    off_s = math.nan
                ratio = clue_ratio(clues[c], state[0], state[1], 0.0, 0.0, 0.0, off_s)
            elif what == AT_POWER_END:
                off_s = math.nan if math.isinf(clues[c, TIME]) else clues[c, TIME] - t
                ratio = clue_ratio(clues[c], x, y, 0.0, 0.0, 0.0, off_s)
            ratio = max(ratio, 0.0)  # it was down already
            sure = min(clues[c, RELIABILITY], 1.0 - DOUBT_LEAST)
            both = 1.0 - sure + sure * ratio
            log_weight += math.log(both)
            fits[i, c] = sure * ratio / both
        out[i, OUT_X] = state[0]
        out[i, OUT_Y] = state[1]
        out[i, OUT_TIME] = state[5]
        out[i, OUT_LOG_WEIGHT] = log_weight
