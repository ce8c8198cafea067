"""Sentences to mentions: who flew where, when and what it was, as far as one sentence says it."""

from itertools import pairwise
from typing import Final

from msgspec import Struct, structs

from sargas.model.claims import PassedReason
from sargas.press.kinds import CREWED, MODEL_TYPE
from sargas.press.lexicon import Mark, states
from sargas.press.roles import Role, is_thing, roles
from sargas.press.scan import Scan
from sargas.press.sentences import Sentence
from sargas.press.whens import When, whens_of
from sargas.press.whereabouts import At, places_of

OF_INTRUDERS: Final = frozenset({"RU", "BY"})
SKY: Final[frozenset[Role]] = frozenset({"airspace", "into"})
THEIRS: Final[frozenset[Role]] = frozenset({"airspace", "into", "attack"})
TOPICS: Final[tuple[PassedReason, ...]] = ("office", "money", "law", "exercise", "equipment", "elsewhere")
TOLD_ALONE: Final = frozenset({"money", "exercise", "office"})
"""Topics that are told as passed over even where no aircraft is named: the article is about something else."""
ON_THE_GROUND: Final = frozenset({"over", "fell", "exploded", "landed", "shot_down"})
CAME: Final = frozenset({"entered", "fell", "found", "exploded"})
"""What our own drones of an exercise do not do."""
YEARS: Final = frozenset({"year", "since"})
STATES_MOST: Final = 4


class Mention(Struct, frozen=True, kw_only=True):
    """What one sentence, or a part of it, says: words `first` to `last`, `number` of the sentence in the text.

    `is_strong`: by itself an incident. `is_another`: another one than before, `is_similar`:
    a like one. `is_item`: a dated line of a list.
    `is_indefinite`: "a drone", where the language tells that from "the drone".
    `passed`: why it is no incident.
    """

    sentence: Sentence
    number: int
    first: int
    last: int
    events: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    other_countries: tuple[str, ...] = ()
    places: tuple[At, ...] = ()
    whens: tuple[When, ...] = ()
    is_strong: bool = False
    is_another: bool = False
    is_similar: bool = False
    is_earlier: bool = False
    is_item: bool = False
    is_indefinite: bool = False
    passed: PassedReason | None = None


def mentions_of(scan: Scan, countries: tuple[str, ...]) -> list[Mention]:
    """Return what the sentences say, in their order; `countries` are those the text speaks of, most first."""
    reader = _Reader(scan, countries)
    found: list[Mention] = []
    for number, sentence in enumerate(scan.sentences):
        first, last = scan.range_of(sentence.head, sentence.end)
        if first <= last:
            whole = reader.mention(number, first, last)
            if whole is not None:
                found += reader.parts(whole)
    return found


class _Reader:
    """Reads sentences of one text."""

    def __init__(self, scan: Scan, countries: tuple[str, ...]) -> None:
        self._scan = scan
        self._countries = countries

    def mention(self, number: int, first: int, last: int) -> Mention | None:
        """Return what some words of a sentence say; None if nothing flew, fell or was passed over there."""
        scan, sentence = self._scan, self._scan.sentences[number]
        told = scan.marks("event", first, last)
        events = [mark for mark in told if not _is_modal(scan, mark, first) and not _is_denied(scan, mark, first)]
        types, models = _things(scan, first, last)
        topics = set(scan.values("topic", first, last))
        if not types and not models and not events and not topics & TOLD_ALONE:
            return None
        places = places_of(scan, (first, last), events, self._countries)
        watched, others, is_sky = self._states(sentence, first, last, events)
        for at in places:
            if at.spot.country in states():
                (watched if states()[at.spot.country].watched else others).append(at.spot.country)
        kinds = tuple(dict.fromkeys(mark.value for mark in events))
        whens = whens_of(scan, first, last, events)
        begins_line = number == 0 or scan.sentences[number - 1].paragraph != sentence.paragraph
        mention = Mention(
            sentence=sentence,
            number=number,
            first=first,
            last=last,
            events=kinds,
            types=types,
            models=models,
            countries=tuple(dict.fromkeys(watched)),
            other_countries=tuple(dict.fromkeys(others)),
            places=places,
            whens=whens,
            is_strong=_is_strong(kinds, is_thing=bool(types or models), is_here=bool(watched), is_sky=is_sky),
            is_another=scan.has("similar", first, last) or _is_another(scan, first, last),
            is_similar=scan.has("similar", first, last),
            is_earlier=scan.has("earlier", first, last),
            is_indefinite=_is_indefinite(scan, first, last) and bool(types or models),
            is_item=begins_line and bool(whens) and whens[0].dated.first <= first + 1
            and whens[0].dated.written.has_year,
        )  # fmt: skip
        is_modal = not events and any(_is_modal(scan, mark, first) for mark in told)
        return structs.replace(mention, passed=_passed(scan, mention, is_modal=is_modal))

    def _states(
        self, sentence: Sentence, first: int, last: int, events: list[Mark]
    ) -> tuple[list[str], list[str], bool]:
        """Return the watched states in whose sky it was, the other ones, and whether a sky is spoken of at all."""
        scan = self._scan
        named = [(mark.value, role) for mark, role in roles(scan, first, last)]
        hit = SKY if scan.has("definite", first, last) else THEIRS
        watched = [code for code, role in named if role in SKY and states()[code].watched]
        others = [code for code, role in named if role in hit and not states()[code].watched]
        is_own = scan.has("own", first, last)
        is_sky = is_own or scan.has("airspace", first, last)
        if watched or any(role in SKY for _, role in named):
            return watched, others, is_sky
        at_home = [code for code, role in named if role == "authority" and states()[code].watched]
        ours = [code for code in self._countries if states()[code].watched][:1]
        if at_home and (not others or is_own or any(mark.value == "entered" for mark in events)):
            return at_home[:1], [], is_sky
        if is_own and not at_home:
            by_name = [code for code, role in named if role == "named" and states()[code].watched]
            return by_name[:1] or ours, [], is_sky
        came = not ON_THE_GROUND.isdisjoint(mark.value for mark in events)
        if not others and self._is_about_watched() and (sentence.is_title or (came and not at_home)):
            return ours, others, is_sky  # a local paper does not say in which state its fields lie
        return [], others, is_sky

    def _is_about_watched(self) -> bool:
        """Return whether the text speaks of watched states more than of the war: its headline may name no state."""
        return next((states()[code].watched for code in self._countries if code not in OF_INTRUDERS), False)

    def parts(self, whole: Mention) -> list[Mention]:
        """Return a sentence as one mention a date and state, if it speaks of several incidents."""
        cuts = _cuts(self._scan, whole)
        if not cuts:
            return _by_state(whole)
        found: list[Mention] = []
        for first, after in pairwise([whole.first, *cuts, whole.last + 1]):
            found += _by_state(self._part(whole, first, after - 1, is_first=not found))
        return found

    def _part(self, whole: Mention, first: int, last: int, *, is_first: bool) -> Mention:
        """Return a part of a sentence; what it does not say itself it has from the whole."""
        part = self.mention(whole.number, first, last)
        if part is None:
            whens = whens_of(self._scan, first, last, [])
            part = structs.replace(whole, first=first, last=last, places=(), whens=whens)
        has_things = bool(part.types or part.models)
        is_here = bool(part.countries) or not part.other_countries
        is_open = whole.passed is None and part.passed in {"no_incident", "conditional"}
        return structs.replace(
            part,
            types=part.types if has_things else whole.types,
            models=part.models if has_things else whole.models,
            events=part.events or whole.events,
            countries=part.countries or (whole.countries if len(whole.countries) == 1 else ()),
            is_strong=part.is_strong or (whole.is_strong and is_here),
            is_another=part.is_another or not is_first,
            passed=None if is_open else part.passed,
        )


def _is_strong(kinds: tuple[str, ...], *, is_thing: bool, is_here: bool, is_sky: bool) -> bool:
    """Return whether it is by itself an incident: something of the air, in a watched state or its airspace."""
    if "entered" in kinds and is_sky and (is_thing or is_here):
        return True
    return bool(kinds) and is_thing and is_here


def _is_modal(scan: Scan, mark: Mark, first: int) -> bool:
    """Return whether it would, could or should happen, instead of having happened."""
    near = [m for m in scan.marks("modal", max(first, mark.first - 4), mark.first - 1) if m.last < mark.first]
    near = [m for m in near if scan.words.pauses(m.last, mark.first) == 0]
    if scan.has("did", mark.first - 4, mark.first - 1):
        return False
    if scan.has("infinitive", mark.first - 1, mark.first - 1):
        return True
    if not near or scan.has("modal_have", near[-1].last + 1, mark.first - 1):
        return False
    return not any(
        m.first <= near[-1].first <= m.last for m in scan.marks("hedge", near[-1].first - 2, near[-1].first)
    )


def _is_denied(scan: Scan, mark: Mark, first: int) -> bool:
    """Return whether it is said that it did not happen."""
    near = [m for m in scan.marks("deny", max(first, mark.first - 5), mark.first - 1) if m.last < mark.first]
    return any(scan.words.pauses(m.last, mark.first) == 0 for m in near)


def _is_another(scan: Scan, first: int, last: int) -> bool:
    """Return whether "another", "a second" stands before what flew."""
    return any(is_thing(scan, mark.last + 1, mark.last + 4) for mark in scan.marks("another", first, last))


def _is_indefinite(scan: Scan, first: int, last: int) -> bool:
    return "definite" in scan.lexicon.words.cues and not scan.has("definite", first, last)


def _things(scan: Scan, first: int, last: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the types and the models of what flew; our own jets, helicopters and missiles are none."""
    friendly = {k for mark in scan.marks("friendly", first - 3, last) for k in range(mark.first, mark.last + 1)}
    strange = [m for m in scan.marks("nation", first - 3, last) if m.value in OF_INTRUDERS]
    strange += scan.marks("intruder", first - 3, last)
    models = [m.value for m in scan.marks("model", first, last) if m.first not in friendly]
    has_jet = any(MODEL_TYPE.get(model) in CREWED for model in models)
    types: list[str] = []
    for mark in scan.marks("type", first, last):
        is_strange = any(0 <= mark.first - m.first <= 4 or m.first == mark.last + 1 for m in strange)
        is_ours = mark.value in CREWED and not (is_strange or has_jet)
        if not is_ours and friendly.isdisjoint(range(mark.first, mark.last + 1)):
            types.append(mark.value)
    return tuple(dict.fromkeys(types)), tuple(dict.fromkeys(models))


def _passed(scan: Scan, mention: Mention, *, is_modal: bool) -> PassedReason | None:
    """Return why it is no incident of its own, None if it may be one."""
    first, last = mention.first, mention.last
    topics = set(scan.values("topic", first, last))
    topic = next((reason for reason in TOPICS if reason in topics), None)
    if is_modal or not mention.events:
        is_theirs = bool(mention.other_countries) and not mention.countries
        return topic or ("conditional" if is_modal else "elsewhere" if is_theirs else "no_incident")
    if mention.other_countries and not mention.countries:
        is_in_theirs = any(
            role in SKY and not states()[mark.value].watched for mark, role in roles(scan, first, last)
        )
        if is_in_theirs or not scan.has("airspace", first, last):
            return "elsewhere" if "UA" in mention.other_countries else "other_state"
    if "exercise" in topics and CAME.isdisjoint(mention.events):
        return "exercise"
    if topic is not None and not mention.is_strong and not scan.has("definite", first, last):
        return topic
    has_day = any(when.role != "told" and when.dated.written.kind not in YEARS for when in mention.whens)
    is_general = scan.has("general", first, last) or len(mention.countries) >= 3
    return "general" if is_general and not has_day else None


def _cuts(scan: Scan, whole: Mention) -> list[int]:
    """Return the words at which a sentence goes over to another incident: before another day on which it happened."""
    dated = [when for when in whole.whens if when.role != "told" and not when.is_after]
    cuts: list[int] = []
    for one, then in pairwise(dated):
        if then.dated.first - one.dated.last <= 3 and not scan.has("and", one.dated.last + 1, then.dated.first):
            continue  # "on Monday, July 28": one day told twice
        if "found" in {one.role, then.role} or then.dated.written.kind in {"later", "relative", "earlier"}:
            continue
        between = range(one.dated.last + 1, then.dated.first + 1)
        breaks = [k for k in between if scan.words.pause[k] or scan.has("and", k, k)]
        cuts += breaks[-1:]
    # "similar to the one that crashed on July 10": what follows is told of another one.
    likes = [mark.first for mark in scan.marks("likeness", whole.first + 1, whole.last)]
    return sorted({*cuts, *likes})


def _by_state(mention: Mention) -> list[Mention]:
    """Return a mention once a state: what fell in two states is an incident of each."""
    if not 2 <= len(mention.countries) <= STATES_MOST or mention.passed is not None:
        return [mention]
    return [
        structs.replace(
            mention, countries=(code,), places=tuple(at for at in mention.places if at.spot.country == code)
        )
        for code in mention.countries
    ]
