"""Tracks to probabilities of what each is, step by step over time.

The logarithm of a class's odds against "anything at all" is its prior's plus what the clues have said. Looks at the
same flight seconds apart are not independent: each clue's words are averaged with exponential forgetting towards
nothing, and the average counts as a few independent looks and no more, so that a thousand looks at a steady speed say
no more than two, and what a track does now outweighs what it did.

Source: A. Raftery, M. Kárný, P. Ettler, Online prediction under model uncertainty via dynamic model averaging,
Technometrics 52(1), 2010: probabilities to the power of a forgetting factor before each look; R. Kulhavý, M. Zarrop,
On a general concept of forgetting, International Journal of Control 58(4), 1993: forgetting towards what was held
before, here the prior.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import numpy as np
from msgspec import Meta, Struct

from sargas.identify.clues import F64, I64, MEMORY_S, Clue, Tables
from sargas.identify.features import SLOW_MPS, Seen, drifting, hearing_of, seen_of, sky_of
from sargas.identify.kinds import Group, kinds_of
from sargas.identify.memory import FASTEST, Memory
from sargas.identify.words import Facts, Weighed, classification
from sargas.model.aircraft import Aircraft
from sargas.model.classification import MATERIAL, Classification
from sargas.model.errors import ConfigError
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track

GROUPS: Final[tuple[Group, ...]] = ("drone", "crewed")
STEP_MAX_S: Final = 15.0
"""A look after a longer silence counts as one after so long."""
VELOCITY_SD_MPS: Final = 6.0
"""A velocity that is so uncertain counts half."""
SETTLED: Final = 0.4
"""Before so much of a memory's length is filled the way says nothing."""
ON_THE_SPOT_MPS: Final = 2.0
"""What made good no more than this in the last minutes stays where it is; no wind is so weak for long."""
RETOLD_S: Final = 60.0
"""What has not changed is told anew after so long: its reasons name speeds and heights."""

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How tracks are told apart.

    `priors`: how often a class flies here, in place of Sargas's own; they need not add up to 1. `unknown_least`: the
    least that is left for unknown. `named_at`: what is at least so likely is named, until it falls under `dropped_at`
    or another one leads by `lead`. `look_s`: how often a track is looked at.
    """

    look_s: Annotated[float, Meta(ge=0.5, le=60.0)] = 5.0
    unknown_least: Annotated[float, Meta(ge=0.01, le=0.9)] = 0.05
    named_at: Share = 0.65
    dropped_at: Share = 0.5
    lead: Share = 0.1
    priors: dict[str, Share] = {}


class RecursiveIdentifier:
    """Remembers of each living track what its clues have said."""

    def __init__(self, settings: Settings, aircraft: Sequence[Aircraft], sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._kinds = kinds_of(aircraft)
        self._prior = self._log_prior()
        self._tables = Tables(self._kinds)
        self._groups = np.array([[kind.traits.group == group for kind in self._kinds] for group in GROUPS], float)
        self._hearing = hearing_of(sensors)
        self._has_receiver = any(sensor.kind == "adsb" for sensor in sensors.values())
        self._memory = Memory(len(self._kinds))
        self._fade_s = np.array([MEMORY_S[clue] for clue in Clue])

    def _log_prior(self) -> F64:
        names = {kind.id for kind in self._kinds}
        for name in self._settings.priors:
            if name not in names:
                raise ConfigError(f"identify.priors: no class '{name}'; have {', '.join(sorted(names))}")
        priors = np.array([self._settings.priors.get(kind.id, kind.traits.prior) for kind in self._kinds])
        with np.errstate(divide="ignore"):
            logs: F64 = np.log(priors / max(float(priors.sum()), 1e-12))
        return logs

    def tick(self, picture: Picture) -> Sequence[Classification]:
        """Return what is new of what the tracks may be, or was told long ago; forget those that are gone."""
        memory = self._memory
        memory.keep_only(picture.tracks)
        due = [track for track in picture.tracks.values() if self._is_due(track, picture.now_s)]
        if not due:
            return []
        rows = memory.rows_of([track.track_id for track in due])
        sky = sky_of(picture, has_receiver=self._has_receiver)
        seen = seen_of(due, sky, self._hearing)
        report_s = np.array([track.last_report_s for track in due])
        step_s = np.minimum(np.nan_to_num(report_s - memory.report_s[rows], nan=self._settings.look_s), STEP_MAX_S)
        memory.report_s[rows], memory.look_s[rows] = report_s, picture.now_s
        straightness = self._follow(rows, seen, step_s)
        wind = drifting(seen, *_slow(picture), sky.wind_mps)
        self._weigh(rows, seen, straightness, wind, step_s)
        shares = self._shares(rows)
        facts = Facts(seen, straightness, wind)
        changed = self._changed(rows, shares, picture.now_s)
        evidence = memory.evidence[rows]
        return [
            classification(due[i], i, self._kinds, Weighed(shares[i], evidence[i], self._shown(rows[i])), facts)
            for i in changed
        ]

    def _is_due(self, track: Track, now_s: float) -> bool:
        """A prediction says nothing new, nor does what stands on the ground."""
        if track.status in {"lost", "ended"} or track.is_on_ground:
            return False
        row = self._memory.rows.get(track.track_id)
        if row is None:
            return True
        memory = self._memory
        return bool(
            now_s - memory.look_s[row] >= self._settings.look_s and track.last_report_s > memory.report_s[row]
        )

    def _follow(self, rows: I64, seen: Seen, step_s: F64) -> F64:
        """Return how straight the way of the last minutes was: the length of the mean velocity by the mean speed.

        0 is on the spot. NaN where it is too new, or too slow beside the doubt of its velocity.
        """
        flow = self._memory.flow[rows]
        gain = -np.expm1(-step_s / MEMORY_S[Clue.WAY])[:, None]
        now = np.stack([seen.east_mps, seen.north_mps, seen.speed_mps, np.ones_like(step_s)], axis=1)
        flow[:, :FASTEST] += gain * (now - flow[:, :FASTEST])
        mean_mps = np.where(flow[:, 3] > SETTLED, flow[:, 2] / np.maximum(flow[:, 3], 1e-6), 0.0)
        flow[:, FASTEST] = np.maximum(flow[:, FASTEST], mean_mps)
        self._memory.flow[rows] = flow
        made_good = np.hypot(flow[:, 0], flow[:, 1]) / np.maximum(flow[:, 3], 1e-6)
        straight = np.minimum(np.hypot(flow[:, 0], flow[:, 1]) / np.maximum(flow[:, 2], 1e-6), 1.0)
        told = np.where(seen.speed_mps > 2.0 * seen.velocity_sd_mps, straight, np.nan)
        told = np.where(made_good < ON_THE_SPOT_MPS, 0.0, told)
        return np.where(flow[:, 3] > SETTLED, told, np.nan)

    def _weigh(self, rows: I64, seen: Seen, straightness: F64, wind: I64, step_s: F64) -> None:
        """Let every clue say what it has to, as much as the time since the last look allows."""
        tables, fastest_mps = self._tables, self._memory.flow[rows, FASTEST]
        said = np.stack([
            tables.speed(seen.speed_mps, fastest_mps), tables.height(seen.height_m), tables.climb(seen.climb_mps),
            tables.way(straightness), tables.word(seen.word), tables.sensors(seen.sensors), tables.wind(wind),
            tables.time(seen.age_s, seen.existence), tables.origin(seen.came_in),
            tables.rcs(seen.rcs_dbsm),
        ], axis=1)  # fmt: skip
        gain = -np.expm1(-step_s[:, None] / self._fade_s)
        gain[:, Clue.SPEED] /= 1.0 + (seen.velocity_sd_mps / VELOCITY_SD_MPS) ** 2
        evidence = self._memory.evidence[rows]
        self._memory.evidence[rows] = evidence + gain[:, :, None] * (said - evidence)

    def _shares(self, rows: I64) -> F64:
        """Return the probabilities, (N, K); unknown keeps its floor."""
        logs = self._prior + self._memory.evidence[rows].sum(axis=1)
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        least = self._settings.unknown_least
        spare = np.maximum(least - shares[:, -1], 0.0) / np.maximum(1.0 - shares[:, -1], 1e-12)
        shares[:, :-1] *= (1.0 - spare)[:, None]
        shares[:, -1] = np.maximum(shares[:, -1], least)
        return np.asarray(shares, float)

    def _changed(self, rows: I64, shares: F64, now_s: float) -> list[int]:
        """Return which tracks have something new to tell, their answers brought up to date."""
        memory = self._memory
        candidates = np.concatenate([shares, shares @ self._groups.T], axis=1)
        candidates[:, len(self._kinds) - 1] = 0.0  # unknown is what is left when nothing is named
        before = memory.answer[rows]
        after = np.array([self._answer(line, old) for line, old in zip(candidates, before.tolist(), strict=True)])
        told = memory.told[rows]
        is_old = now_s - memory.told_s[rows] >= RETOLD_S
        is_new = is_old | (after != before) | (np.abs(shares - told).max(axis=1) > MATERIAL)
        memory.answer[rows] = after
        memory.told[rows[is_new]], memory.told_s[rows[is_new]] = shares[is_new], now_s
        return [int(i) for i in np.flatnonzero(is_new)]

    def _answer(self, candidates: F64, before: int) -> int:
        """Return the answer to show: a kind, else a group, else unknown; the one before unless it is beaten."""
        s, n = self._settings, len(self._kinds)
        best, group = int(candidates[:n].argmax()), n + int(candidates[n:].argmax())
        found = next((k for k in (best, group) if candidates[k] >= s.named_at), n - 1)
        if before in {-1, found, n - 1} or candidates[before] < s.dropped_at:
            return found
        if found == n - 1 or (before < n and found >= n):  # a kind gives way to no vaguer word
            return before
        is_finer = before >= n and found < n and bool(self._groups[before - n, found])
        return found if is_finer or candidates[found] >= candidates[before] + s.lead else before

    def _shown(self, row: int) -> str:
        answer, n = int(self._memory.answer[row]), len(self._kinds)
        return GROUPS[answer - n] if answer >= n else self._kinds[answer].id


def build(
    settings: Settings, aircraft: Sequence[Aircraft], sensors: Mapping[str, Sensor] | None = None
) -> RecursiveIdentifier:
    """Return an identifier of the classes that a table of aircraft gives.

    Raises:
        ConfigError: a prior is given for a class that is not there.
    """
    return RecursiveIdentifier(settings, aircraft, sensors or {})


def _slow(picture: Picture) -> tuple[F64, F64]:
    """Return places and velocities of what goes slowly enough to drift and says nothing of itself."""
    found = [
        (track.lon_deg, track.lat_deg, track.east_mps, track.north_mps)
        for track in picture.tracks.values()
        if abs(track.east_mps) < SLOW_MPS and abs(track.north_mps) < SLOW_MPS
        and track.status != "lost" and track.identity.is_empty
    ]  # fmt: skip
    table = np.array(found[:500], float).reshape(-1, 4)
    return table[:, :2], table[:, 2:]
