"""Draft entries beside the incidents on file: which one is meant, where they agree, where they do not."""

import math
from collections.abc import Sequence
from typing import Final, Literal

from sargas.model.claims import Claim, Compared, Comparison, DraftEntry, Known, Verdict
from sargas.model.register import RegisterRecord
from sargas.press.kinds import family
from sargas.press.places import distance_m
from sargas.press.words import span_text

DAY_S: Final = 86_400.0
SCORE_MIN: Final = 0.45
"""Below it two incidents are not the same for anybody; an estimate."""
NEAR_M: Final = 15_000.0
"""What is added to the spreads of two places: a wreck lies away from where the target was last seen."""
UNKNOWN_SD_M: Final = 20_000.0
"""Of a place of the register whose spread nobody wrote down."""
SPANS_S: Final = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3_600.0,
    "day": DAY_S,
    "month": 31 * DAY_S,
    "year": 366 * DAY_S,
}
ALLIED: Final = frozenset({"RU", "BY"})
"""A Russian drone that flew in from Belarus is both."""
OUTCOME_OF: Final = {"crashed": {"crashed", "exploded", "shot_down", "landed"}, "exploded": {"crashed", "exploded"}}


def known_of_record(record: RegisterRecord, where: Literal["file", "register"] = "register") -> Known:
    """Return a record of the register, or an incident of the watch as one, as a text can be compared with it."""
    latest_s = record.began_s + SPANS_S[record.precision]
    return Known(
        name=record.from_watch if where == "file" and record.from_watch else record.record_id,
        title=record.title,
        where=where,
        earliest_s=record.began_s,
        latest_s=max(latest_s, record.ended_s or 0.0),
        countries=record.countries,
        lat_deg=record.lat_deg,
        lon_deg=record.lon_deg,
        sd_m=record.sd_m or UNKNOWN_SD_M,
        object_type=record.object_type,
        model=record.model,
        n_min=record.n_min if where == "register" else None,  # tracks of a watch are no count of objects
        n_max=record.n_max if where == "register" else None,
        origin=record.origin,
        has_explosives=record.has_explosives,
        outcome="" if record.outcome == "unknown" else record.outcome,
    )


def compare(entries: Sequence[DraftEntry], known: Sequence[Known]) -> list[Comparison]:
    """Return each entry beside the incident that fits it best on file, and beside the best of the register."""
    found: list[Comparison] = []
    for number, entry in enumerate(entries):
        for where in ("file", "register"):
            scored = [(score(entry, one), one) for one in known if one.where == where]
            best = max(scored, key=lambda pair: pair[0], default=None)
            if best is not None and best[0] >= SCORE_MIN:
                found.append(
                    Comparison(
                        entry=number, known=best[1].name, title=best[1].title, where=best[1].where,
                        score=round(best[0], 2), points=tuple(points(entry, best[1])),
                    )
                )  # fmt: skip
    return found


def score(entry: DraftEntry, known: Known) -> float:
    """Return how likely both speak of one incident, 0 to 1: by time, then place, state and type."""
    if entry.earliest_s is None or entry.latest_s is None:
        return 0.0
    if known.countries and entry.countries and not set(known.countries) & set(entry.countries):
        return 0.0
    if "unknown" not in {entry.object_type, known.object_type} and family(entry.object_type) != family(
        known.object_type
    ):
        return 0.0
    gap_s = max(entry.earliest_s - known.latest_s, known.earliest_s - entry.latest_s, 0.0)
    if gap_s > 3 * DAY_S:
        return 0.0
    width_s = max(entry.latest_s - entry.earliest_s, DAY_S)
    when = math.exp(-gap_s / DAY_S) * (1.0 if width_s <= 3 * DAY_S else 0.7)
    far = _far(entry, known)
    where = 0.6 if far is None else math.exp(-0.5 * max(far - 1.0, 0.0) ** 2)
    what = 1.0 if entry.object_type == known.object_type else 0.8
    return when * (0.55 + 0.35 * where + 0.1 * what) if far is None or far < 6.0 else 0.3 * when


def _far(entry: DraftEntry, known: Known) -> float | None:
    """Return how far the nearest of the entry's places is, in spreads; None if a place is not known."""
    if known.lat_deg is None or known.lon_deg is None:
        return None
    there = (known.lat_deg, known.lon_deg)
    told = [
        distance_m((place.lat_deg, place.lon_deg), there) / math.hypot(place.sd_m or 0.0, known.sd_m, NEAR_M)
        for place in entry.places
        if place.lat_deg is not None and place.lon_deg is not None
    ]
    return min(told, default=None)


def points(entry: DraftEntry, known: Known) -> list[Compared]:
    """Return the points on which both say something, or one of them does, side by side."""
    found = [_time(entry, known), _place(entry, known)]
    kinds = [(c.value, c) for c in entry.claims if c.kind == "type" and c.value not in {"drone", "unknown"}]
    found.append(_words("type", kinds, "" if known.object_type in {"unknown", "drone"} else known.object_type))
    found.append(_words("model", _told(entry, "model"), known.model))
    found.append(_origin(_told(entry, "origin"), known.origin))
    has = known.has_explosives
    on_file = "" if has is None else "explosives" if has else "unarmed"
    loads = [(value, claim) for value, claim in _told(entry, "payload") if value != "cargo"]
    found.append(_words("payload", loads, on_file))
    found.append(_outcome(_told(entry, "outcome"), known.outcome))
    found.append(_count(entry, known))
    return [one for one in found if one is not None]


def _told(entry: DraftEntry, kind: str) -> list[tuple[str, Claim]]:
    return [(claim.value, claim) for claim in entry.claims if claim.kind == kind]


def _side(told: Sequence[tuple[str, Claim]]) -> str:
    """Return what the text says, each value once, with how surely."""
    return " / ".join(
        dict.fromkeys(
            ("not " if claim.sure == "denied" else "") + value + (" (alleged)" if claim.sure == "alleged" else "")
            for value, claim in told
        )
    )


def _words(point: str, told: Sequence[tuple[str, Claim]], on_file: str) -> Compared | None:
    if not told and not on_file:
        return None
    if not told:
        return Compared(point=point, verdict="only_on_file", text="", file=on_file)
    if not on_file:
        return Compared(point=point, verdict="new", text=_side(told), file="")
    asserted = {value.lower() for value, claim in told if claim.sure != "denied"}
    if point == "model" and any(value in on_file.lower() for value in asserted):
        return Compared(point=point, verdict="agrees", text=_side(told), file=on_file)
    denied = {value.lower() for value, claim in told if claim.sure == "denied"}
    agrees = on_file.lower() in asserted or (not asserted and on_file.lower() not in denied)
    contradicts = bool(asserted - {on_file.lower()}) or on_file.lower() in denied
    return Compared(
        point=point, verdict="contradicts" if contradicts or not agrees else "agrees", text=_side(told), file=on_file
    )


def _origin(told: Sequence[tuple[str, Claim]], on_file: str) -> Compared | None:
    """Whose it was and from whose airspace it came are both called origin: one says nothing against the other."""
    plain = _words("origin", told, on_file)
    if plain is None or plain.verdict != "contradicts" or any(claim.sure == "denied" for _, claim in told):
        return plain
    if {on_file, *(value for value, _ in told)} <= ALLIED:
        verdict: Verdict = "agrees" if on_file in {value for value, _ in told} else "new"
        return Compared(point="origin", verdict=verdict, text=plain.text, file=on_file)
    return plain


def _outcome(told: Sequence[tuple[str, Claim]], on_file: str) -> Compared | None:
    plain = _words("outcome", told, on_file)
    if plain is None or plain.verdict != "contradicts":
        return plain
    same = OUTCOME_OF.get(on_file, {on_file}) | {"lost"}
    if {value for value, claim in told if claim.sure != "denied"} <= same:
        return Compared(point="outcome", verdict="agrees", text=plain.text, file=on_file)
    return plain


def _count(entry: DraftEntry, known: Known) -> Compared | None:
    told = _told(entry, "count")
    if not told or known.n_min is None or known.n_max is None:
        return None
    on_file = str(known.n_min) if known.n_min == known.n_max else f"{known.n_min} to {known.n_max}"
    fits = all((c.high or 1e9) >= known.n_min and (c.low or 0.0) <= known.n_max for _, c in told)
    return Compared(point="count", verdict="agrees" if fits else "contradicts", text=_side(told), file=on_file)


def _time(entry: DraftEntry, known: Known) -> Compared | None:
    if entry.earliest_s is None or entry.latest_s is None:
        return None
    fits = entry.earliest_s <= known.latest_s and known.earliest_s <= entry.latest_s
    return Compared(
        point="time", verdict="agrees" if fits else "contradicts",
        text=span_text(entry.earliest_s, entry.latest_s, entry.countries[0]),
        file=span_text(known.earliest_s, known.latest_s, entry.countries[0]),
    )  # fmt: skip


def _place(entry: DraftEntry, known: Known) -> Compared | None:
    names = " / ".join(dict.fromkeys(place.name for place in entry.places))
    if known.lat_deg is None or known.lon_deg is None:
        return Compared(point="place", verdict="new", text=names, file="") if names else None
    on_file = f"{known.lat_deg:.2f} N, {known.lon_deg:.2f} E"
    far = _far(entry, known)
    if far is None:
        return Compared(point="place", verdict="only_on_file", text="", file=on_file)
    return Compared(point="place", verdict="agrees" if far <= 3.0 else "contradicts", text=names, file=on_file)
