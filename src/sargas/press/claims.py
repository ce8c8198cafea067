"""What a mention claims of the thing that flew: what it was, how many, whence, what it carried, how it ended."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from sargas.model.claims import Claim, ClaimKind, Quoted, Sure
from sargas.press.kinds import MODEL_TYPE
from sargas.press.letters import any_of, tidy
from sargas.press.lexicon import Mark, lexicon
from sargas.press.mentions import Mention
from sargas.press.roles import roles
from sargas.press.scan import Scan

UNITS: Final = (
    r"km/h|km/val|km/godz|km/st|kmph|kph|kilomet\w*\s(?:per hour|an hour|na godzine|pe ora|per valanda)|kilometr\w*"
    r"|kilomet\w*|kilogram\w*|kilos?|feet|ft|minut\w*|minuc\w*|meters?|metr\w*|metres?|miles?|km|kg|min|m"
)
FACTOR: Final = {"km": 1_000.0, "mile": 1_609.344, "feet": 0.3048, "m": 1.0, "min": 60.0, "kg": 1.0, "kmh": 1.0 / 3.6}
OUTCOMES: Final = {
    "fell": "crashed", "exploded": "exploded", "shot_down": "shot_down", "left": "left", "landed": "landed",
    "lost": "lost",
}  # fmt: skip
TO: Final = r"\s*(?:-|–|to|iki|do|lidz|pana la)\s*"
COUNTED: Final = 200
"""More of them at once is no incursion but an attack on somebody else."""
SPEAKER_MOST: Final = 90
DENIED_FAR: Final = 16
"""Words between "no evidence that" and "intentional"."""
OF: Final = frozenset({"of", "is", "z", "ze", "no", "din", "dintre"})
ORIGINS: Final = frozenset({"RU", "BY", "UA"})


@lru_cache(maxsize=8)
def _measures_of(language: str) -> re.Pattern[str]:
    """Return what finds a number, or two, with a unit behind."""
    figure = r"\d{1,3}(?:[ \u00a0]\d{3})+|\d+(?:[.,]\d+)?"
    words = any_of([word for word in lexicon(language).words.numbers if len(word) > 1])
    low, high = rf"(?P<low>{figure}|{words})", rf"(?P<high>{figure}|{words})"
    return re.compile(rf"(?<!\w){low}(?:{TO}{high})?[\s\u00a0-]*(?P<unit>{UNITS})(?!\w)")


def claims_of(scan: Scan, mention: Mention) -> list[Claim]:
    """Return what a mention claims, in the order of the text."""
    voice = _Voice(scan, mention, speaker(scan, mention))
    tellers = (_things, _counts, _origins, _loads, _ends, _measures, _rest)
    found = [claim for teller in tellers for claim in teller(voice)]
    return sorted(found, key=lambda claim: (claim.quoted.start, claim.kind, claim.value))


def speaker(scan: Scan, mention: Mention) -> str:
    """Return who says it, as the sentence names him; empty if it is the author."""
    words, (first, last) = scan.words, scan.range_of(mention.sentence.start, mention.sentence.end)
    speech = scan.marks("speech", first, last)
    if not speech:
        return ""
    mark = speech[0]
    is_after = scan.has("according", mark.first, mark.first)
    if is_after:
        end = next((k - 1 for k in range(mark.last + 2, last + 1) if words.pause[k]), last)
        return scan.text(mark.last + 1, min(end, last))[:SPEAKER_MOST] if mark.last < last else ""
    start = next((k for k in range(mark.first, first, -1) if words.pause[k]), first)
    if start == mark.first and start > first:
        gap = words.text[words.end[start - 1] : words.start[start]]
        stop = next((k - 1 for k in range(first + 1, last + 1) if words.pause[k]), last)
        is_quoted = any(sign in gap for sign in "\"”“»'’") or words.text[mention.sentence.start] in '"“„«–—-'
        if not is_quoted and not scan.has("event", first, stop):
            return scan.text(first, stop)[:SPEAKER_MOST]
    if start < mark.first and len(words.word[start]) > 2 - (start + 1 < mark.first):  # not the "a" of "a anunțat"
        return scan.text(start, mark.first - 1)[:SPEAKER_MOST]
    end = next((k - 1 for k in range(mark.last + 1, last + 1) if words.pause[k]), last)
    return scan.text(mark.last + 1, end)[:SPEAKER_MOST] if mark.last < end else ""


class _Voice(Struct, frozen=True):
    """A mention, and who says it."""

    scan: Scan
    mention: Mention
    by: str

    def claim(
        self, kind: ClaimKind, value: str, words: tuple[int, int], *, low: float | None = None,
        high: float | None = None, sure: Sure | None = None,
    ) -> Claim:  # fmt: skip
        """Return a claim that the words from the first to the last make."""
        start, end, text = self.scan.quote(*words)
        return Claim(
            kind=kind, value=value, low=low, high=high, sure=sure or _sure(self.scan, *words), by=self.by,
            quoted=Quoted(start, end, text),
        )  # fmt: skip

    def marks(self, group: str) -> list[Mark]:
        """Return the marks of a group in the mention."""
        return self.scan.marks(group, self.mention.first, self.mention.last)


def _sure(scan: Scan, first: int, last: int, far: int = 5) -> Sure:
    """Return how sure it is said: what stands within seven words before it without a pause colours it."""
    words = scan.words

    def before(group: str, far: int) -> bool:
        return any(words.pauses(mark.first, first) <= 1 for mark in scan.marks(group, max(first - far, 0), first - 1))

    if before("deny", far):
        return "denied"
    return "alleged" if before("hedge", 8) or scan.has("hedge", first, last + 3) else "stated"


def _things(voice: _Voice) -> Iterator[Claim]:
    for mark in voice.marks("model"):
        at = (mark.first, mark.last)
        yield voice.claim("model", mark.value, at)
        if mark.value in MODEL_TYPE:
            yield voice.claim("type", MODEL_TYPE[mark.value], at)
    scan = voice.scan
    for mark in voice.marks("type"):
        # "which Russia attacks with strike drones" says nothing of this one.
        is_theirs = any(scan.has(group, mark.first - 4, mark.first - 1) for group in ("attack_anchor", "attack"))
        if mark.value in voice.mention.types and not (is_theirs and mark.value != "drone"):
            yield voice.claim("type", mark.value, (mark.first, mark.last))


def _counts(voice: _Voice) -> Iterator[Claim]:
    """Yield how many: a number in front of what flew, with "at least", "19 to 23", "several"."""
    scan = voice.scan
    for mark in [*voice.marks("type"), *voice.marks("model")]:
        if mark.group == "type" and mark.value not in voice.mention.types:
            continue
        start = max(mark.first - 5, voice.mention.first)
        near = [k for k in range(start, mark.first) if scan.words.pauses(k, mark.first) == 0]
        told = _numbers(scan, near, mark)
        if told:
            low, high = min(n for _, n in told), max(n for _, n in told)
            first = told[0][0]
            is_open = any(m.last == first - 1 for m in scan.marks("quantity", max(first - 3, 0), first))
            value = (f"{low}" if low == high else f"{low} to {high}") + (" or so" if is_open else "")
            if 0 < high <= COUNTED:
                high_or_more = None if is_open else float(high)
                yield voice.claim("count", value, (first, mark.last), low=float(low), high=high_or_more)
        elif near and scan.has("many", start, mark.first - 1):
            yield voice.claim("count", "several", (near[-1], mark.last), low=2.0)


def _numbers(scan: Scan, near: Sequence[int], mark: Mark) -> list[tuple[int, int]]:
    """Return the numbers among some words, in figures and in words, each with its place."""
    word = scan.words.word
    found = {(k, int(word[k])) for k in near if word[k].isdigit() and len(word[k]) <= 3 and not scan.in_date(k)}
    for told in scan.marks("number", near[0], mark.first - 1) if near else []:
        if told.first in near and len(word[told.first]) > 2:  # "a drone" is an article, not a number
            found.add((told.first, int(told.value)))
    both = sorted((k, n) for k, n in found if word[k + 1] not in OF)  # "one of 19 drones"
    return [(k, n) for k, n in both if mark.first - k <= 3 or len(both) > 1]


def _origins(voice: _Voice) -> Iterator[Claim]:
    for mark, role in roles(voice.scan, voice.mention.first, voice.mention.last):
        if role == "origin" and mark.value in ORIGINS:
            is_from = voice.scan.has("from", mark.first - 1, mark.first - 1)
            yield voice.claim("origin", mark.value, (mark.first - is_from, mark.last))


def _loads(voice: _Voice) -> Iterator[Claim]:
    marks = voice.marks("payload")
    bare = [mark for mark in marks if mark.value == "unarmed"]
    for mark in marks:
        if any(one.first <= mark.first <= one.last + 2 and one is not mark for one in bare):
            continue  # the "explosives" of "no explosives"
        if mark.value == "explosives" and _sure(voice.scan, mark.first, mark.last) == "denied":
            yield voice.claim("payload", "unarmed", (mark.first, mark.last), sure="stated")
        else:
            yield voice.claim("payload", mark.value, (mark.first, mark.last))


def _ends(voice: _Voice) -> Iterator[Claim]:
    for mark in voice.marks("event"):
        if mark.value in OUTCOMES:
            yield voice.claim("outcome", OUTCOMES[mark.value], (mark.first, mark.last))


def _measures(voice: _Voice) -> Iterator[Claim]:
    scan, mention = voice.scan, voice.mention
    words = scan.words
    start, end = words.start[mention.first], words.end[mention.last]
    for match in _measures_of(scan.language).finditer(words.folded, start, min(len(words.folded), end + 4)):
        first, last = scan.range_of(*match.span())
        if first > last or last >= len(words):
            continue
        low = _number(match["low"], scan.language)
        high = _number(match["high"], scan.language) if match["high"] else low
        kind, factor = _kind(scan, match["unit"], first, last)
        if kind is not None:
            yield voice.claim(kind, tidy(match.group()), (first, last), low=low * factor, high=high * factor)


def _number(text: str, language: str) -> float:
    told = lexicon(language).words.numbers.get(text)
    return float(told) if told is not None else float(re.sub(r"[\s\u00a0]", "", text).replace(",", "."))


def _kind(scan: Scan, unit: str, first: int, last: int) -> tuple[ClaimKind | None, float]:
    """Return what a measure is of, and what makes SI of it."""
    if unit.startswith(("km/", "kmph", "kph")) or " " in unit:
        return "speed", FACTOR["kmh"]
    if unit.startswith(("kg", "kilo")) and not unit.startswith("kilom"):
        return ("mass", 1.0) if scan.has("payload", first - 8, last + 8) else (None, 1.0)
    if unit.startswith("min"):
        return ("duration", 60.0) if scan.has("duration", first - 8, last + 5) else (None, 1.0)
    factor = _factor(unit)
    if scan.has("height", first - 4, last + 3):
        return "height", factor
    is_off_border = scan.has("inside", first - 3, last + 6) or scan.has("border", first - 4, last + 6)
    return ("inside" if factor >= FACTOR["km"] and is_off_border else None), factor


def _factor(unit: str) -> float:
    if unit.startswith(("km", "kilom")):
        return FACTOR["km"]
    return FACTOR["mile"] if unit.startswith("mile") else FACTOR["feet"] if unit in {"feet", "ft"} else 1.0


def _rest(voice: _Voice) -> Iterator[Claim]:
    """Yield casualties, damage, and what is said of the intent."""
    scan = voice.scan
    for mark in voice.marks("casualties")[:1]:
        is_none = scan.has("none", mark.first - 2, mark.last)
        yield voice.claim("casualties", "none" if is_none else "some", (mark.first, mark.last))
    for mark in voice.marks("damage")[:1]:
        is_none = scan.has("none", mark.first - 2, mark.last)
        yield voice.claim("damage", "none" if is_none else scan.text(mark.first, mark.last), (mark.first, mark.last))
    denied = voice.marks("not_deliberate")
    for mark in denied[:1]:
        yield voice.claim("intent", "not deliberate", (mark.first, mark.last), sure="stated")
    for group, value in (("accident", "by accident"), ("deliberate", "deliberate")):
        for mark in voice.marks(group)[:1]:
            if not any(m.first <= mark.first <= m.last for m in denied):
                sure = _sure(scan, mark.first, mark.last, DENIED_FAR)
                yield voice.claim("intent", value, (mark.first, mark.last), sure=sure)
    for mark in voice.marks("first_time")[:1]:
        yield voice.claim("first", "the first of its kind", (mark.first, mark.last))
