"""Many possible flights of one target: flown on in a plane, counted in cells, and how near they come to places.

The plane is x east and y north [m]; headings are clockwise from north [rad], times seconds. Nothing is drawn by lot:
each flight has a row of a fixed table of points, so that the same target gives the same flights. The conducts are
those of `sargas.kernels.flight_ends`, which has their figures and sources; here nothing comes down.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled
from sargas.kernels.flight_ends import (
    ASTRAY_HIGH_S,
    ASTRAY_LOW_S,
    COURSE,
    COURSE_SD_RAD,
    COURSE_SPREAD,
    COURSE_WALK_RAD,
    DRIFT,
    DRIFT_WALK_MPS,
    ORBIT,
    ORBIT_AFTER_M,
    ORBIT_HIGH_M,
    ORBIT_LOW_M,
    ORBIT_NOW,
    RETURN,
    RETURN_AFTER_M,
    RETURN_SD_RAD,
    WANDER,
    WAYPOINT_M,
    WAYPOINT_RAD,
)
from sargas.kernels.stereographic import from_plane, to_plane

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

# the target, one number each: place, velocity, lower roots of their covariances, the course of its last minutes and
# its spread (NaN where none is known), the turn it is in, the turn rates of what is astray, the wind's spread, the
# spread of the speed, and the speeds of one whose direction nobody knows (NaN where it is known)
(
    X, Y, EAST, NORTH, P11, P21, P22, V11, V21, V22, COURSE_RAD, LINE_SD_RAD, TURN_RPS, ASTRAY_LOW, ASTRAY_HIGH,
    WIND_MPS, SPEED_SD, SPEED_LOW, SPEED_HIGH, N_TARGET,
) = range(20)  # fmt: skip

# what each column of the table of points is for; from STEP on one for each step
PLACE_1, PLACE_2, SPEED_1, SPEED_2, WIND_1, WIND_2, SPEED_3, SPREAD, OFFSET, FIRST, SECOND, SIDE, ANGLE, STEP = range(
    14
)

SPEED_SETTLES_S = 300.0
"""Within which time a change of speed has come about."""
TURNS_RPS = math.radians(0.5)
"""What turns faster than this now circles with that turn, if it circles."""


@compiled
def between_log(u: float, low: float, high: float) -> float:
    """Return the number at a share of the way between two positive ones, by their logarithms."""
    return low * math.exp(u * math.log(max(high, low) / low))


@compiled
def fly(target: F64, conduct: int, even: F64, normal: F64, step_s: F64, n_before: int, paths: F64) -> None:
    """Fly one target on; where it is from step `n_before` on goes into the rows of `paths`.

    Args:
        target: what is known of it, shape (N_TARGET,).
        conduct: how it flies on.
        even: points between 0 and 1, shape (n, at least STEP + m).
        normal: the same points as standard normal ones.
        step_s: the lengths of the steps [s], shape (m,); the first one begins where the target is known.
        n_before: how many steps are not kept.
        paths: x and y at the end of each step kept, and before the first, shape (n, m - n_before + 1, 2).
    """
    for i in range(paths.shape[0]):
        u, z = even[i], normal[i]
        x = target[X] + target[P11] * z[PLACE_1]
        y = target[Y] + target[P21] * z[PLACE_1] + target[P22] * z[PLACE_2]
        ve = target[EAST] + target[V11] * z[SPEED_1]
        vn = target[NORTH] + target[V21] * z[SPEED_1] + target[V22] * z[SPEED_2]
        speed = math.sqrt(ve * ve + vn * vn)
        heading = math.atan2(ve, vn)
        if not math.isnan(target[SPEED_LOW]):
            speed = target[SPEED_LOW] + (target[SPEED_HIGH] - target[SPEED_LOW]) * u[SPEED_1]
            heading = 2.0 * math.pi * u[SPEED_2]
            ve, vn = speed * math.sin(heading), speed * math.cos(heading)
        speed = max(speed, 0.5)
        turn, turn_sd, forget_s = target[TURN_RPS], 0.0, 1.0
        begin_s, turn_at_s, angle = math.inf, math.inf, 0.0
        wind_e, wind_n = target[WIND_MPS] * z[WIND_1], target[WIND_MPS] * z[WIND_2]
        air_e, air_n = ve - wind_e, vn - wind_n
        air_mps, air_heading = max(math.sqrt(air_e * air_e + air_n * air_n), 1.0), math.atan2(air_e, air_n)
        if conduct == COURSE:
            if not math.isnan(target[COURSE_RAD]):
                heading = target[COURSE_RAD] + target[LINE_SD_RAD] * z[SPEED_2]
            heading += COURSE_SD_RAD * math.exp(COURSE_SPREAD * z[SPREAD]) * z[OFFSET]
            turn_at_s = -WAYPOINT_M * math.log(1.0 - u[FIRST]) / speed
            angle = -WAYPOINT_RAD * math.log(1.0 - u[ANGLE]) * (1.0 if u[SIDE] < 0.5 else -1.0)
        elif conduct == WANDER:
            turn_sd = between_log(u[FIRST], target[ASTRAY_LOW], target[ASTRAY_HIGH])
            forget_s = between_log(u[SECOND], ASTRAY_LOW_S, ASTRAY_HIGH_S)
        elif conduct == ORBIT:
            begin_s = 0.0
            if u[FIRST] > ORBIT_NOW:
                begin_s = -ORBIT_AFTER_M * math.log((1.0 - u[FIRST]) / (1.0 - ORBIT_NOW)) / speed
            radius = between_log(u[SECOND], ORBIT_LOW_M, ORBIT_HIGH_M)
            side = 1.0 if u[SIDE] < 0.5 else -1.0
            if abs(turn) > TURNS_RPS and begin_s == 0.0:
                side = 1.0 if turn > 0.0 else -1.0
                radius = min(max(speed / abs(turn), ORBIT_LOW_M), ORBIT_HIGH_M)
            turn = side * speed / radius
        elif conduct == RETURN:
            turn_at_s = -RETURN_AFTER_M * math.log(1.0 - u[FIRST]) / speed
            angle = math.pi + RETURN_SD_RAD * z[ANGLE]
        t, kept = 0.0, 0
        if n_before == 0:
            paths[i, 0, 0], paths[i, 0, 1] = x, y
            kept = 1
        for k in range(step_s.shape[0]):
            d = step_s[k]
            faster = 1.0 + target[SPEED_SD] * z[SPEED_3] * (1.0 - math.exp(-(t + 0.5 * d) / SPEED_SETTLES_S))
            way = speed * max(faster, 0.2) * d
            if conduct == WANDER:
                fade = math.exp(-d / forget_s)
                after = turn * fade + turn_sd * math.sqrt(1.0 - fade * fade) * z[STEP + k]
                half = 0.25 * (turn + after) * d
                shrink = math.sin(half) / half if abs(half) > 1e-6 else 1.0
                air_heading += half
                x += (air_mps * shrink * math.sin(air_heading) + wind_e) * d
                y += (air_mps * shrink * math.cos(air_heading) + wind_n) * d
                air_heading += half
                turn = after
            elif conduct == DRIFT:
                ve += DRIFT_WALK_MPS * math.sqrt(d) * z[STEP + k]
                # The second component walks by the same points in another order.
                vn += DRIFT_WALK_MPS * math.sqrt(d) * z[STEP + step_s.shape[0] - 1 - k]
                x += ve * d
                y += vn * d
            elif conduct == ORBIT and t + d > begin_s:
                straight_s = max(begin_s - t, 0.0)
                x += way * straight_s / d * math.sin(heading)
                y += way * straight_s / d * math.cos(heading)
                half = 0.5 * turn * (d - straight_s)
                shrink = math.sin(half) / half if abs(half) > 1e-6 else 1.0
                heading += half
                x += way * (d - straight_s) / d * shrink * math.sin(heading)
                y += way * (d - straight_s) / d * shrink * math.cos(heading)
                heading += half
            else:
                heading += COURSE_WALK_RAD * math.sqrt(d) * z[STEP + k]
                if t + d > turn_at_s:
                    turn_at_s = math.inf
                    heading += angle
                x += way * math.sin(heading)
                y += way * math.cos(heading)
            t += d
            if k + 1 >= n_before:
                paths[i, kept, 0], paths[i, kept, 1] = x, y
                kept += 1


@compiled
def bounds(paths: F64) -> tuple[float, float, float, float]:
    """Return the least x and y and the greatest x and y of paths, shape (n, m, 2)."""
    west, south, east, north = math.inf, math.inf, -math.inf, -math.inf
    for i in range(paths.shape[0]):
        for k in range(paths.shape[1]):
            west, east = min(west, paths[i, k, 0]), max(east, paths[i, k, 0])
            south, north = min(south, paths[i, k, 1]), max(north, paths[i, k, 1])
    return west, south, east, north


@compiled
def count_passes(
    paths: F64, weight: F64, swath_m: float, corner: F64, cell_m: float, missed: F64, passed: F64, stamp: I32, n: int
) -> None:
    """Multiply the cells by the probability that one target does not pass them.

    Args:
        paths: its flights, shape (m, points, 2).
        weight: the probability of each, shape (m,).
        swath_m: so near to a cell's middle is past it.
        corner: x and y [m] of the lower left corner of the cells.
        cell_m: their side.
        missed: the probability that no target so far passes a cell, shape (rows, columns); changed in place.
        passed: room of that shape, zeros before and after.
        stamp: room of that shape: the number of the last flight that passed a cell.
        n: the number of the first flight; higher than any in `stamp`.
    """
    rows, columns = missed.shape
    low_row, high_row, low_column, high_column = rows, -1, columns, -1
    for i in range(paths.shape[0]):
        for k in range(paths.shape[1] - 1):
            ax, ay = paths[i, k, 0] - corner[0], paths[i, k, 1] - corner[1]
            ex, ey = paths[i, k + 1, 0] - paths[i, k, 0], paths[i, k + 1, 1] - paths[i, k, 1]
            first_c = max(math.floor((min(ax, ax + ex) - swath_m) / cell_m), 0)
            last_c = min(math.floor((max(ax, ax + ex) + swath_m) / cell_m), columns - 1)
            first_r = max(math.floor((min(ay, ay + ey) - swath_m) / cell_m), 0)
            last_r = min(math.floor((max(ay, ay + ey) + swath_m) / cell_m), rows - 1)
            if first_c > last_c or first_r > last_r:
                continue
            low_row, high_row = min(low_row, first_r), max(high_row, last_r)
            low_column, high_column = min(low_column, first_c), max(high_column, last_c)
            square = ex * ex + ey * ey
            inverse = 1.0 / square if square > 0.0 else 0.0
            for r in range(first_r, last_r + 1):
                dy = (r + 0.5) * cell_m - ay
                for c in range(first_c, last_c + 1):
                    if stamp[r, c] == n + i:
                        continue
                    dx = (c + 0.5) * cell_m - ax
                    share = min(max((dx * ex + dy * ey) * inverse, 0.0), 1.0)
                    off_x, off_y = dx - share * ex, dy - share * ey
                    if off_x * off_x + off_y * off_y <= swath_m * swath_m:
                        stamp[r, c] = n + i
                        passed[r, c] += weight[i]
    for r in range(low_row, high_row + 1):
        for c in range(low_column, high_column + 1):
            missed[r, c] *= 1.0 - min(passed[r, c], 1.0)
            passed[r, c] = 0.0


@compiled
def nearest_times(
    paths: F64, step_s: float, places: F64, first: I64, members: I64, corner: F64, cell_m: float, columns: int
) -> tuple[I64, I64, F64]:
    """Return which flight comes near which place, and when it is nearest [s after the first point]: columns.

    Args:
        paths: the flights of one target, shape (n, m, 2).
        step_s: the time from point to point.
        places: x, y and how near is near [m], shape (s, 3).
        first: where in `members` each cell's places begin, the cells row by row, and the end.
        members: the places whose circle touches the cell.
        corner: x and y of the lower left corner of the cells.
        cell_m: their side.
        columns: how many there are in a row.
    """
    rows = (first.size - 1) // max(columns, 1)
    nearest = np.full(places.shape[0], np.inf)
    at_s = np.zeros(places.shape[0])
    touched = np.zeros(places.shape[0], np.int64)
    flight, place, when = np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256)
    n = 0
    for i in range(paths.shape[0]):
        n_touched = 0
        for k in range(paths.shape[1] - 1):
            ax, ay = paths[i, k, 0], paths[i, k, 1]
            ex, ey = paths[i, k + 1, 0] - ax, paths[i, k + 1, 1] - ay
            square = ex * ex + ey * ey
            inverse = 1.0 / square if square > 0.0 else 0.0
            first_c = max(math.floor((min(ax, ax + ex) - corner[0]) / cell_m), 0)
            last_c = min(math.floor((max(ax, ax + ex) - corner[0]) / cell_m), columns - 1)
            first_r = max(math.floor((min(ay, ay + ey) - corner[1]) / cell_m), 0)
            last_r = min(math.floor((max(ay, ay + ey) - corner[1]) / cell_m), rows - 1)
            for r in range(first_r, last_r + 1):
                for c in range(first_c, last_c + 1):
                    for m in range(first[r * columns + c], first[r * columns + c + 1]):
                        s = members[m]
                        dx, dy = places[s, 0] - ax, places[s, 1] - ay
                        share = min(max((dx * ex + dy * ey) * inverse, 0.0), 1.0)
                        off = (dx - share * ex) ** 2 + (dy - share * ey) ** 2
                        if off <= places[s, 2] ** 2 and off < nearest[s]:
                            if nearest[s] == np.inf:
                                touched[n_touched] = s
                                n_touched += 1
                            nearest[s], at_s[s] = off, (k + share) * step_s
        while n + n_touched > flight.size:
            flight = np.concatenate((flight, np.empty(flight.size, np.int64)))
            place = np.concatenate((place, np.empty(place.size, np.int64)))
            when = np.concatenate((when, np.empty(when.size)))
        for j in range(n_touched):
            s = touched[j]
            flight[n], place[n], when[n] = i, s, at_s[s]
            nearest[s] = np.inf
            n += 1
    return flight[:n], place[:n], when[:n]


@compiled
def first_times(
    paths: F64, step_s: float, n_areas: int, first: I64, members: I64, corner: F64, cell_m: float, columns: int
) -> tuple[I64, I64, F64]:
    """Return which flight comes over which area and when first [s after the first point], columns of one length.

    The cells are those of `nearest_times`; `members` are the areas that hold the cell's middle.
    """
    rows = (first.size - 1) // max(columns, 1)
    stamp = np.full(n_areas, -1, np.int64)
    flight, area, when = np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256)
    n = 0
    for i in range(paths.shape[0]):
        for k in range(paths.shape[1]):
            c = math.floor((paths[i, k, 0] - corner[0]) / cell_m)
            r = math.floor((paths[i, k, 1] - corner[1]) / cell_m)
            if c < 0 or r < 0 or c >= columns or r >= rows:
                continue
            for m in range(first[r * columns + c], first[r * columns + c + 1]):
                a = members[m]
                if stamp[a] == i:
                    continue
                stamp[a] = i
                if n == flight.size:
                    flight = np.concatenate((flight, np.empty(n, np.int64)))
                    area = np.concatenate((area, np.empty(n, np.int64)))
                    when = np.concatenate((when, np.empty(n)))
                flight[n], area[n], when[n] = i, a, k * step_s
                n += 1
    return flight[:n], area[:n], when[:n]


@compiled
def places_in_plane(plane: F64, lon_deg: F64, lat_deg: F64) -> F64:
    """Return x and y [m] in a stereographic plane, shape (n, 2)."""
    found = np.empty((lon_deg.size, 2))
    for i in range(lon_deg.size):
        found[i, 0], found[i, 1], _, _ = to_plane(plane, lat_deg[i], lon_deg[i])
    return found


@compiled
def places_on_earth(plane: F64, xy_m: F64) -> F64:
    """Return longitude and latitude [deg] of points of a stereographic plane, shape (n, 2)."""
    found = np.empty(xy_m.shape)
    for i in range(xy_m.shape[0]):
        found[i, 1], found[i, 0] = from_plane(plane, xy_m[i, 0], xy_m[i, 1])
    return found
