"""Entries in the making, and which of them a mention speaks of."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct, field

from sargas.model.claims import Claim, PlaceClaim
from sargas.press.dates import Interval
from sargas.press.kinds import MODEL_TYPE, family
from sargas.press.mentions import Mention
from sargas.press.whens import When

DAY: Final = timedelta(days=1)
NONE: Final = timedelta()
TOLD_DAYS: Final = 7
"""What was told today of something without a date is not about what happened a week ago."""
FOUND_DAYS: Final = 45
"""What is found later than that after something fell is hardly told as one story."""
ENDS: Final = frozenset({"found", "exploded", "lost", "shot_down"})
"""What may happen to a thing on a later day than it came."""


class Resolved(Struct, frozen=True):
    """A date of a mention with what it means on the calendar of the place; None: not known."""

    when: When
    interval: Interval | None
    country: str


class Draft(Struct):
    """An entry in the making.

    `span` is when it happened, `families` are those of its types but the unknown, `last_number` is the newest
    sentence that spoke of it.
    """

    mentions: list[Mention] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    dated: list[Resolved] = field(default_factory=list)
    places: list[PlaceClaim] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    span: Interval | None = None
    families: set[str] = field(default_factory=set)
    is_past: bool = False
    last_number: int = 0


class Asked(Struct, frozen=True):
    """A mention with its dates: when it happened, was found, was told."""

    mention: Mention
    span: Interval | None
    found: Interval | None
    told: Interval | None
    published: date | None = None
    is_focus: bool = False


def asked_of(mention: Mention, dated: Sequence[Resolved], published: date | None) -> Asked:
    """Return a mention with its dates."""
    return Asked(mention, happened(dated), on(dated, "found"), on(dated, "told"), published)


def kinds_of(mention: Mention) -> list[str]:
    """Return the types that a mention names, those of models too."""
    return [*mention.types, *(MODEL_TYPE[model] for model in mention.models if model in MODEL_TYPE)]


def families_of(mention: Mention) -> set[str]:
    """Return the families of types of a mention, without the unknown."""
    return {family(kind) for kind in kinds_of(mention)} - {"unknown", "other"}


def happened(dated: Sequence[Resolved]) -> Interval | None:
    """Return when it happened: the narrowest of the dates that fit one another.

    The date of an attack on another state is taken where there is none: "during an attack on Monday".
    """
    spans = _spans(dated, "happened")
    nights = [one.interval for one in dated if one.when.dated.written.relative == "overnight"]
    if any(span not in nights for span in spans):
        spans = [span for span in spans if span not in nights]  # "on Monday ... overnight"
    told = on(dated, "told")
    if spans and told is not None and all(span in nights for span in spans) and _width(told) > 3 * DAY:
        spans = [told]  # "earlier this month, Poland reported ... overnight"
    if not spans and not _spans(dated, "found"):
        spans = _spans(dated, "attack")
    if not spans:
        return None
    first = min(spans, key=_width)
    for span in spans:
        if overlap(first, span):
            first = max(first[0], span[0]), min(first[1], span[1])
    return first


def on(dated: Sequence[Resolved], role: str) -> Interval | None:
    """Return the narrowest date of a role, None if there is none."""
    return min(_spans(dated, role), key=_width, default=None)


def _spans(dated: Sequence[Resolved], role: str) -> list[Interval]:
    return [one.interval for one in dated if one.when.role == role and one.interval is not None]


def _width(span: Interval) -> timedelta:
    return span[1] - span[0]


def overlap(a: Interval, b: Interval, slack: timedelta = NONE) -> bool:
    """Return whether two intervals have a moment in common, or nearly."""
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


def fit(asked: Asked, draft: Draft) -> float | None:
    """Return how well a mention fits an entry; None or less than 0: it speaks of another one."""
    mention = asked.mention
    if _is_told_before(asked, draft) or not _is_same_kind(mention, draft) or _is_next_line(asked, draft):
        return None
    score = 0.0
    if mention.countries and draft.countries:
        if not set(mention.countries) & set(draft.countries):
            return None
        score += 1.0
    when = _fit_in_time(asked, draft)
    if when is None:
        return None
    return score + when + (0.5 if asked.is_focus else 0.0)


def _fit_in_time(asked: Asked, draft: Draft) -> float | None:
    if asked.span is not None and draft.span is not None:
        return _fit_spans(asked, asked.span, draft.span)
    if asked.span is not None:
        return _fit_undated(asked, asked.span, draft)
    if asked.found is not None and draft.span is not None:
        gap = asked.found[0] - draft.span[1]
        is_other = gap < -2 * DAY or gap > FOUND_DAYS * DAY
        is_other = is_other or (asked.mention.is_another and not overlap(asked.found, draft.span))
        return None if is_other else 1.0
    if asked.found is not None:
        known = on(draft.dated, "found")
        is_other = known is not None and not overlap(known, asked.found, DAY)
        return None if is_other or (asked.mention.is_another and draft.countries) else 0.5
    return _fit_without_date(asked, draft)


def _fit_spans(asked: Asked, span: Interval, when: Interval) -> float | None:
    """Return how well two days of happening fit: what was found or exploded later may be the same thing."""
    if overlap(span, when, DAY / 4):
        is_wide = _width(span) > 25 * DAY and asked.mention.is_another
        return None if is_wide else 3.0
    events = set(asked.mention.events)
    is_end = bool(ENDS & events) and "entered" not in events and not asked.mention.is_another
    return 0.8 if is_end and NONE <= span[0] - when[1] <= FOUND_DAYS * DAY else None


def _fit_undated(asked: Asked, span: Interval, draft: Draft) -> float | None:
    """Return how well a dated mention fits an entry without a date: its first sentences, mostly the headline."""
    found, told = on(draft.dated, "found"), on(draft.dated, "told")
    if found is not None and (span[0] > found[1] or found[0] - span[1] > FOUND_DAYS * DAY):
        return None
    if told is not None and found is None and told[0] - span[1] > TOLD_DAYS * DAY:
        return None
    mention = asked.mention
    fell = {at.spot.name for at in mention.places if at.role == "fell"}
    there = {place.name for place in draft.places if place.role == "found"}
    if found is not None and fell and there and fell.isdisjoint(there):
        return None  # what came down there was not found here
    is_news = any(not one.sentence.is_title for one in draft.mentions)
    is_old = asked.published is not None and (asked.published - span[1].date()).days > TOLD_DAYS
    if is_old and found is None and mention.is_indefinite and (is_news or not mention.countries):
        return None  # the news of the day, and "on 5 October, balloons ..."
    is_late = draft.is_past or (mention.is_another and not mention.sentence.is_title and not asked.is_focus)
    return -1.0 if is_late else 1.5


def _fit_without_date(asked: Asked, draft: Draft) -> float | None:
    mention = asked.mention
    if mention.is_another and mention.is_strong and not mention.sentence.is_title:
        have = {place.name for place in draft.places}
        if mention.places and (not asked.is_focus or not any(at.spot.name in have for at in mention.places)):
            return None  # "another", "a second", at a place that the entry does not have
    return 2.0 if asked.is_focus else 0.2


def _is_same_kind(mention: Mention, draft: Draft) -> bool:
    told, have = families_of(mention), draft.families
    return not told or not have or bool(told & have)


def _is_next_line(asked: Asked, draft: Draft) -> bool:
    """Return whether both are lines of a list with dates: each is an incident of its own."""
    if not (asked.mention.is_item and draft.mentions[-1].is_item):
        return False
    then, last = asked.span or asked.found, draft.span or on(draft.dated, "found")
    return then is not None and last is not None and not overlap(then, last)


def _is_told_before(asked: Asked, draft: Draft) -> bool:
    """Return whether it was told before the entry's incident happened, or long before that was told."""
    if asked.told is None or asked.span is not None or asked.found is not None:
        return False
    when = draft.span or on(draft.dated, "found")
    if when is not None:
        return asked.told[1] < when[0] - DAY
    before = on(draft.dated, "told")
    return before is not None and abs(asked.told[0] - before[0]) > 5 * DAY
