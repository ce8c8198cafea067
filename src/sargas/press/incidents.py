"""Mentions to incidents: which sentences speak of one, what is told of it beside, and what is passed over."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import structs

from sargas.model.claims import DraftEntry, PassedOver, PassedReason, Quoted
from sargas.press import dates
from sargas.press.claims import claims_of
from sargas.press.drafts import DAY, Asked, Draft, Resolved, asked_of, families_of, fit, kinds_of, on, overlap
from sargas.press.entries import entries_of
from sargas.press.mentions import Mention
from sargas.press.place_words import place_claim
from sargas.press.scan import Scan
from sargas.press.whens import When
from sargas.press.whereabouts import At
from sargas.press.words import NO_YEAR, PASSED

ENTRIES_MOST: Final = 40
CLAIMS_MOST: Final = 60
MENTIONS_MOST: Final = 60
"""Sentences of one incident; an article has fewer, and what is counted again and again must be bounded."""
PASSED_MOST: Final = 60
NEAR_SENTENCES: Final = 4
"""So many sentences on, "it" and "the drone" still mean the incident that was spoken of."""
OF_ITS_OWN: Final = frozenset({"outcome", "count", "origin"})
"""Claims that a sentence without an incident says of something else: the war, drones in general."""


def incidents_of(
    scan: Scan, mentions: Sequence[Mention], published: date | None, home: str
) -> tuple[list[DraftEntry], list[PassedOver]]:
    """Return the incidents of a text and the passages that are none.

    Args:
        scan: the text.
        mentions: what its sentences say.
        published: the day of publication, local.
        home: the state that a text speaks of where a sentence names none.
    """
    story = _Story(scan, published, home)
    for mention in mentions:
        story.take(mention)
    return entries_of(scan, story.drafts, published), story.passed[:PASSED_MOST]


class _Story:
    """A text as it is read from its first sentence to the last: the incidents so far, and the one spoken of now."""

    def __init__(self, scan: Scan, published: date | None, home: str) -> None:
        self.drafts: list[Draft] = []
        self.passed: list[PassedOver] = []
        self._scan = scan
        self._published = published
        self._home = home
        self._focus: Draft | None = None
        self._spoken: date | None = None
        """The day spoken of before, for "the next day"."""
        self._spoken_year: int | None = None
        """The year spoken of before, for "in November that year"."""

    def take(self, mention: Mention) -> None:
        """Read one mention."""
        years = [when.dated.written.year for when in mention.whens if when.dated.written.has_year]
        self._spoken_year = years[-1] if years else self._spoken_year
        if mention.passed is not None:
            self._take_passed(mention, mention.passed)
            return
        mention = self._named(mention)
        country = self._country(mention)
        dated = self._resolved(mention, country)
        asked = asked_of(mention, dated, self._published)
        draft = self._belongs(asked)
        if draft is None:
            reason = self._no_entry(asked)
            if reason is not None or len(self.drafts) >= ENTRIES_MOST:
                if mention.types or mention.models:
                    self._note(mention, reason or "general")
                return
            draft = Draft()
            self.drafts.append(draft)
        if not mention.countries and not draft.countries and country:
            draft.countries.append(country)
        self._join(asked, dated, draft)
        self._focus = draft
        self._speak_of(draft)

    def _named(self, mention: Mention) -> Mention:
        """Return a mention that begins with "another" as one of what was spoken of before."""
        focus = self._focus
        begins = self._scan.has("another", mention.first, mention.first + 1)
        if focus is None or not begins or kinds_of(mention) or not mention.events:
            return mention
        last = focus.mentions[-1]
        return structs.replace(mention, types=last.types, models=last.models, is_another=True, is_strong=True)

    def _speak_of(self, draft: Draft) -> None:
        """Remember the day: that of the incident, else the one on which it was found or told."""
        day = draft.span or on(draft.dated, "found") or on(draft.dated, "told")
        if day is not None and day[1] - day[0] <= 3 * DAY:
            self._spoken = (day[0] if day[0].hour < dates.NIGHT_FROM.hour else day[1]).date()

    def _country(self, mention: Mention) -> str:
        if mention.countries:
            return mention.countries[0]
        return self._focus.countries[0] if self._focus is not None and self._focus.countries else self._home

    def _take_passed(self, mention: Mention, reason: PassedReason) -> None:
        focus = self._focus
        if (
            focus is not None
            and mention.number - focus.last_number <= NEAR_SENTENCES
            and self._is_about(mention, focus)
        ):
            self._tell(mention, focus)
        elif reason != "no_incident" or kinds_of(mention):
            self._note(mention, reason)

    def _is_about(self, mention: Mention, focus: Draft) -> bool:
        """Return whether a sentence without an incident says what the thing of the one before was."""
        told = families_of(mention)
        if told and focus.families and not told & focus.families:
            return False
        is_said = self._scan.has("identity", mention.first, mention.last)
        is_named = bool(set(kinds_of(mention)) - {"drone", "unknown"})
        is_this = (is_said and is_named) or self._scan.has("definite", mention.first, mention.last)
        return mention.passed == "no_incident" or (mention.passed == "equipment" and is_this)

    def _tell(self, mention: Mention, draft: Draft) -> None:
        """Let such a sentence add what it says: what it carried, what it was, where."""
        draft.last_number = mention.number
        if len(draft.claims) < CLAIMS_MOST:
            draft.claims += [claim for claim in claims_of(self._scan, mention) if claim.kind not in OF_ITS_OWN]
        if not draft.places:
            near = [at for at in mention.places if at.spot.country in draft.countries]
            draft.places += [place_claim(self._scan, mention, at) for at in near]

    def _resolved(self, mention: Mention, country: str) -> list[Resolved]:
        """Return the dates of a mention on the calendar; those still to come are left out."""
        found: list[Resolved] = []
        spoken = self._spoken
        for when in mention.whens:
            if when.dated.written.kind == "since":
                continue
            reference = spoken
            if when.is_after and self._focus is not None and self._focus.span is not None:
                reference = self._focus.span[0].date()
            if when.dated.written.kind == "earlier" and reference is None:
                reference = self._published
            interval = dates.resolve(when.dated.written, self._published, reference, self._year(mention, when))
            if interval is not None and self._is_to_come(interval):
                continue
            if interval is not None and when.role != "told":
                interval = self._at_clock(interval, mention)
                if interval[1] - interval[0] <= 3 * DAY:
                    spoken = interval[0].date()
            found.append(Resolved(when, interval, country))
        return found

    def _year(self, mention: Mention, when: When) -> int | None:
        """Return the year that stands alone beside a day without one ("in 2024 ... on 7 September")."""
        if when.dated.written.kind == "that_day":
            return self._spoken_year
        years = [w.dated.written.year for w in mention.whens if w.dated.written.kind == "year"]
        return years[0] if years else (NO_YEAR if self._published is None else None)

    def _is_to_come(self, interval: dates.Interval) -> bool:
        return self._published is not None and interval[0].date() > self._published + dates.FUTURE_DAYS * DAY

    def _at_clock(self, interval: dates.Interval, mention: Mention) -> dates.Interval:
        words = self._scan.words
        start, end = words.start[mention.first], words.end[mention.last]
        for clock in dates.clocks(words.folded, start, end, self._scan.language):
            interval = dates.at_clock(interval, clock)
        return interval

    def _belongs(self, asked: Asked) -> Draft | None:
        """Return the entry that a mention speaks of, None if it is another one."""
        best: tuple[float, Draft] | None = None
        for draft in self.drafts:
            score = fit(structs.replace(asked, is_focus=draft is self._focus), draft)
            if score is not None and (best is None or score > best[0]):
                best = score, draft
        return best[1] if best is not None and best[0] > 0 else None

    def _no_entry(self, asked: Asked) -> PassedReason | None:
        """Return why a mention opens no entry; None if it does."""
        mention = asked.mention
        if not mention.is_strong:
            is_dated = asked.span is not None and asked.span[1] - asked.span[0] <= 3 * DAY and bool(kinds_of(mention))
            return None if is_dated and self._focus is not None and not mention.other_countries else "no_incident"
        has_date = asked.span is not None or asked.found is not None
        told = {code for draft in self.drafts for code in draft.countries}
        if mention.is_earlier and not has_date and self.drafts:
            return "history"
        is_elsewhere = len(mention.countries) == 1 and mention.countries[0] not in told
        if is_elsewhere and {"entered", "fell", "shot_down"} & set(mention.events):
            return None
        if not has_date and not mention.places and self.drafts and not mention.sentence.is_title:
            return "history" if mention.is_another or self._focus is None else "general"
        return None

    def _note(self, mention: Mention, reason: PassedReason) -> None:
        start, end = mention.sentence.start, mention.sentence.end
        if self.passed and self.passed[-1].said.start == start:
            return
        said = Quoted(start, end, self._scan.words.text[start:end])
        self.passed.append(PassedOver(reason=reason, text=PASSED[reason], said=said))

    def _join(self, asked: Asked, dated: list[Resolved], draft: Draft) -> None:
        mention, scan = asked.mention, self._scan
        draft.last_number = mention.number
        draft.families |= families_of(mention)
        if len(draft.mentions) < MENTIONS_MOST:
            draft.mentions.append(mention)
            draft.dated += dated
        if len(draft.claims) < CLAIMS_MOST:
            draft.claims += claims_of(scan, mention)
        draft.countries += [code for code in mention.countries if code not in draft.countries]
        if len(draft.places) < CLAIMS_MOST:
            draft.places += [place_claim(scan, mention, at) for at in mention.places if _is_here(at, mention)]
            is_same_place = not mention.places and scan.has("same_place", mention.first, mention.last)
            if is_same_place and self._focus is not None and self._focus is not draft:
                draft.places += self._focus.places
        if asked.span is not None:
            if draft.span is None:
                draft.span = asked.span
            elif overlap(draft.span, asked.span):
                draft.span = max(draft.span[0], asked.span[0]), min(draft.span[1], asked.span[1])
        draft.is_past = draft.is_past or (mention.is_earlier and mention.is_another)
        if draft.mentions[0] is mention and len(self.drafts) > 1:
            draft.is_past = draft.is_past or mention.is_similar


def _is_here(at: At, mention: Mention) -> bool:
    return at.spot.country in mention.countries or not mention.countries
