"""What all mentions of an incident say together: the draft entry for a person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, get_args

from sargas.model.claims import Claim, DateClaim, DraftEntry, PlaceClaim, Quoted
from sargas.model.register import ObjectType
from sargas.press import dates
from sargas.press.dates import Interval
from sargas.press.drafts import DAY, Draft, Resolved, on
from sargas.press.kinds import best_type
from sargas.press.scan import Scan
from sargas.press.sentences import Sentence
from sargas.press.words import (
    AS_TOLD,
    FOUND,
    LATER,
    NO_DATE,
    NO_YEAR,
    SAME_TIME,
    SPOKEN,
    YEAR_MISSING,
    confirm_of,
    title_of,
)

TYPES: Final = get_args(ObjectType)
NEWS_DAYS: Final = 4
"""An incident of the last days is the news; others of which no date is told are taken as part of it."""
FROM_SPOKEN: Final = frozenset({"days_later", "next_day", "same_day", "weeks_later", "months_later", "day_before"})
RANK: Final = {"fell": 0, "found": 0, "entered": 1, "over": 1, "seen": 1, "near": 2}
"""Which place is that of an incident: where it came down, else where it was found, seen or came in."""


def entries_of(scan: Scan, drafts: Sequence[Draft], published: date | None) -> list[DraftEntry]:
    """Return the entries in the order in which the text begins to speak of them."""
    maker = _Maker(scan, published, _lead(drafts), _news(drafts, published))
    made = [maker.entry(draft) for draft in drafts if draft.countries]
    return sorted(made, key=lambda entry: entry.said[0].start if entry.said else 0)


def _lead(drafts: Sequence[Draft]) -> str:
    """Return the type of the family that all of the text is about, empty if it is about several."""
    families = {name for draft in drafts for name in draft.families}
    only = families.pop() if len(families) == 1 else ""
    return "aircraft" if only == "crewed" else only


def _news(drafts: Sequence[Draft], published: date | None) -> Interval | None:
    """Return when the first incident of a text was, if it is the news of these days."""
    first = next((draft.span for draft in drafts if draft.span is not None), None)
    if (
        first is None
        or published is None
        or first[1] - first[0] > 3 * DAY
        or not 0 <= (published - first[1].date()).days <= NEWS_DAYS
    ):
        return None
    return first


class _Maker:
    """Makes entries of one text."""

    def __init__(self, scan: Scan, published: date | None, lead: str, news: Interval | None) -> None:
        self._scan = scan
        self._published = published
        self._lead = lead
        self._news = news

    def entry(self, draft: Draft) -> DraftEntry:
        """Return the entry."""
        country = draft.countries[0]
        span, how = self._when(draft)
        claims = _once(draft.claims)
        kind = best_type(claims)
        kind = self._lead if kind == "unknown" and self._lead else kind
        places = list({(p.role, p.name, p.how): p for p in reversed(draft.places)}.values())[::-1]
        best = min(places, key=lambda place: (RANK[place.role], place.sd_m or 1e9), default=None)
        return DraftEntry(
            title=title_of(kind, draft.countries, best, claims),
            object_type=kind if kind in TYPES else "unknown",  # type: ignore[arg-type]  # it was looked at
            countries=tuple(draft.countries[:10]),
            earliest_s=None if span is None else dates.to_utc_s(span[0], country),
            latest_s=None if span is None else dates.to_utc_s(span[1], country),
            how=how,
            place=best,
            dates=tuple(self._date(one, country) for one in draft.dated),
            places=tuple(places),
            claims=tuple(claims),
            said=tuple(dict.fromkeys(self._sentence(mention.sentence) for mention in draft.mentions)),
            confidence=_confidence(draft, claims, best, how, is_known=kind != "unknown"),
            confirm=confirm_of(span, best, claims, how),
        )

    def _when(self, draft: Draft) -> tuple[Interval | None, str]:
        """Return when it happened, and how that was meant."""
        if draft.span is not None:
            return (None, YEAR_MISSING) if draft.span[0].year == NO_YEAR else (draft.span, AS_TOLD)
        found, told = on(draft.dated, "found"), on(draft.dated, "told")
        if found is not None:
            return (None, YEAR_MISSING) if found[0].year == NO_YEAR else (found, FOUND)
        if told is not None:
            return (None, YEAR_MISSING) if told[0].year == NO_YEAR else ((told[0] - DAY, told[1]), SPOKEN)
        if any(one.interval is None for one in draft.dated):
            return None, YEAR_MISSING
        if self._published is None or draft.is_past:
            return None, NO_DATE
        if self._news is not None:
            return self._news, SAME_TIME
        day = datetime(self._published.year, self._published.month, self._published.day)  # noqa: DTZ001 - local
        return (day - 3 * DAY, day + DAY), LATER

    def _date(self, one: Resolved, country: str) -> DateClaim:
        start, end, text = self._scan.quote(one.when.dated.first, one.when.dated.last)
        written = one.when.dated.written
        span = one.interval if one.interval is not None and one.interval[0].year != NO_YEAR else None
        how = "as written"
        if written.kind in {"later", "earlier"} or written.relative in FROM_SPOKEN:
            how = "from the day spoken of before"
        elif not written.has_year:
            how = f"from {self._published:%Y-%m-%d}" if self._published is not None else "the year is not told"
        return DateClaim(
            role="happened" if one.when.role == "attack" else one.when.role,
            earliest_s=None if span is None else dates.to_utc_s(span[0], country),
            latest_s=None if span is None else dates.to_utc_s(span[1], country),
            how=how,
            is_sure=span is not None and written.has_year,
            quoted=Quoted(start, end, text),
        )

    def _sentence(self, sentence: Sentence) -> Quoted:
        return Quoted(sentence.start, sentence.end, self._scan.words.text[sentence.start : sentence.end])


def _once(claims: Sequence[Claim]) -> list[Claim]:
    """Return each claim once: the same thing said by the same in the same manner stands with its first words."""
    return list({(c.kind, c.value, c.sure, c.by): c for c in reversed(claims)}.values())[::-1]


def _confidence(draft: Draft, claims: Sequence[Claim], best: PlaceClaim | None, how: str, *, is_known: bool) -> float:
    """Return 0 to 1: how much of an incident is told, how often and how surely; an order, not a probability."""
    span = draft.span
    worth = 0.3 + 0.1 * is_known + min(0.15, 0.05 * (len(draft.mentions) - 1))
    if how == AS_TOLD and span is not None:
        worth += 0.2 if span[1] - span[0] <= 3 * DAY else 0.1
    elif how != NO_DATE:
        worth += 0.05
    if best is not None:
        worth += 0.15 if (best.sd_m or 1e9) <= 20_000.0 else 0.08
    if any(claim.by for claim in claims):
        worth += 0.05
    if sum(claim.sure != "stated" for claim in claims) > len(claims) / 2:
        worth -= 0.1
    return round(min(max(worth, 0.05), 0.95), 2)
