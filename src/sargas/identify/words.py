"""The reasons in plain words: what was seen, and how much it speaks for or against what the track may be."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sargas.identify.clues import F64, I64, Clue, Wind, Word
from sargas.identify.features import Seen
from sargas.identify.kinds import GROUP_NAMES, Kind
from sargas.model.classification import UNKNOWN, Classification, ClassShare
from sargas.model.track import Track

N_REASONS: Final = 5
N_CLASSES: Final = 8
SHOWN_AT: Final = 0.02
NATS_LEAST: Final = 0.25
STRENGTHS: Final = ((0.8, "a little"), (1.8, "clearly"), (math.inf, "strongly"))
CAUTION_AT: Final = 0.1
CAUTIONS: Final = {
    "gerbera": "decoy or carrier: treat as dangerous",
    "shahed": "may carry explosives: treat as dangerous",
    "small_fixed_wing": "may carry explosives: treat as dangerous",
    "cruise_missile": "may carry explosives: treat as dangerous",
}
"""What each may carry is not guessed: what can be seen in flight does not tell it."""
STRAIGHT: Final = 0.95
WINDING: Final = 0.6


class Facts(NamedTuple):
    """The features behind the evidence, each (N,)."""

    seen: Seen
    straightness: F64
    wind: I64


class Weighed(NamedTuple):
    """What one track came to: probabilities (K,), what each clue has said (clues, K), the answer to show."""

    shares: F64
    evidence: F64
    answer: str


def classification(track: Track, index: int, kinds: Sequence[Kind], weighed: Weighed, facts: Facts) -> Classification:
    """Return what one track may be as a person reads it; `index` is its place in the facts."""
    shares, answer = weighed.shares, weighed.answer
    order = [int(k) for k in np.argsort(-shares, kind="stable")]
    shown = [k for k in order if shares[k] >= SHOWN_AT][:N_CLASSES]
    if len(kinds) - 1 not in shown:
        shown[N_CLASSES - 1 :] = [len(kinds) - 1]
    names = {kind.id: kind.name for kind in kinds}
    return Classification(
        track_id=track.track_id,
        time_s=track.last_report_s,
        answer=answer,
        answer_name=GROUP_NAMES.get(answer) or names[answer],
        classes=tuple(
            ClassShare(kind=kinds[k].id, name=kinds[k].name, probability=round(float(shares[k]), 4)) for k in shown
        ),
        reasons=tuple(_reasons(track, index, kinds, weighed, facts)),
        caution=_caution(kinds, shares),
    )


def _reasons(track: Track, index: int, kinds: Sequence[Kind], weighed: Weighed, facts: Facts) -> list[str]:
    """Return what speaks for and against the answer, the weightiest first; of unknown, what the nearest lacks."""
    answer = weighed.answer
    order = [int(k) for k in np.argsort(-weighed.shares, kind="stable")]
    of = [k for k in order if kinds[k].id == answer or kinds[k].traits.group == answer]
    named = of[0] if of and answer != UNKNOWN else next(k for k in order if kinds[k].id != UNKNOWN)
    found: list[str] = []
    if answer == UNKNOWN:
        found.append(f"too little is known to name it; nearest is: {kinds[named].name}")
    nats = weighed.evidence[:, named]
    for clue in sorted(Clue, key=lambda clue: -abs(float(nats[clue]))):
        sentence = fact(clue, track, index, facts)
        if sentence and abs(nats[clue]) >= NATS_LEAST:
            found.append(f"{sentence}: speaks {strength(float(nats[clue]))} {kinds[named].name}")
    return found[: N_REASONS + (answer == UNKNOWN)]


def strength(nats: float) -> str:
    """Return a weight in words: `clearly for`, `a little against`."""
    word = next(word for limit, word in STRENGTHS if abs(nats) < limit)
    return f"{word} {'for' if nats > 0.0 else 'against'}"


def fact(clue: Clue, track: Track, i: int, facts: Facts) -> str:
    """Return what a clue saw; empty if it saw nothing."""
    seen = facts.seen
    match clue:
        case Clue.SPEED:
            return f"{seen.speed_mps[i] * 3.6:.0f} km/h over ground"
        case Clue.HEIGHT:
            return "" if math.isnan(seen.height_m[i]) else f"about {round(float(seen.height_m[i]), -1):.0f} m high"
        case Clue.CLIMB:
            return _climb(float(seen.climb_mps[i]))
        case Clue.WAY:
            return _way(float(facts.straightness[i]))
        case Clue.WORD:
            return _word(track, Word(int(seen.word[i])))
        case Clue.SENSORS:
            return (
                "",
                "microphones hear it",
                "it sends on the radio",
                "microphones hear it and it sends on the radio",
            )[int(seen.sensors[i]) + 1]
        case Clue.WIND:
            return _wind(Wind(int(facts.wind[i])))
        case Clue.TIME:
            return f"seen for {_span(float(seen.age_s[i]))}"
        case Clue.RCS:
            return _echo(float(seen.rcs_dbsm[i]))
        case Clue.ORIGIN:
            return "it came over the border" if seen.came_in[i] == 0 else ""


def _climb(climb_mps: float) -> str:
    if math.isnan(climb_mps):
        return ""
    if abs(climb_mps) < 1.0:
        return "it holds its height"
    return f"it {'climbs' if climb_mps > 0.0 else 'sinks'} {abs(climb_mps):.0f} m/s"


def _echo(rcs_dbsm: float) -> str:
    if math.isnan(rcs_dbsm):
        return ""
    return f"its echo is that of {10.0 ** (rcs_dbsm / 10.0):.2g} m²"


def _way(straightness: float) -> str:
    if math.isnan(straightness):
        return ""
    if straightness > STRAIGHT:
        return "it flies straight"
    return "it circles or turns about" if straightness < WINDING else "its way winds"


def _word(track: Track, word: Word) -> str:
    said = track.identity
    name = said.callsign or said.icao24 or said.squawk or ""
    return {
        Word.UNHEARD: "",
        Word.SILENT: "no transponder is heard",
        Word.SAYS: f"it says that it is {name}",
        Word.OWN: f"it says that it is {name} and where, and nothing contradicts it",
        Word.LIES: "what it says of itself contradicts what sensors see",
        Word.REMOTE_ID: "it sends a remote id",
    }[word]


def _wind(wind: Wind) -> str:
    return {Wind.NOT_KNOWN: "", Wind.WITH: "it goes with the wind", Wind.ACROSS: "it does not go with the wind"}[wind]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 119.5 else f"{seconds / 60.0:.0f} min"


def _caution(kinds: Sequence[Kind], shares: F64) -> str:
    likely = [(float(share), kind.id) for kind, share in zip(kinds, shares, strict=True) if kind.id in CAUTIONS]
    most, name = max(likely, default=(0.0, ""))
    return CAUTIONS[name] if most >= CAUTION_AT else ""
