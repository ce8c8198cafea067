"""Dates of a text, absolute, partial and relative, to intervals on the calendar of the place.

What a date means is reckoned in two steps. `find` says what is written ("Monday", "10 July", "days later"); `resolve`
turns that into a first and a last moment of local time, from the day of publication and the day spoken of before.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, structs

from sargas.press.letters import any_of
from sargas.press.lexicon import WordFile, lexicon, states

Interval = tuple[datetime, datetime]
NIGHT_FROM: Final = time(18)
NIGHT_TO: Final = time(9)
PARTS: Final[dict[str, tuple[int, int]]] = {
    "early": (0, 7 * 60),
    "morning": (4 * 60, 12 * 60),
    "noon": (11 * 60, 13 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (17 * 60, 24 * 60),
}
"""Minutes of the local day that a word for a part of the day may mean."""
ABOUT_MIN: Final = 15
"""How far a time of day may be off in a newspaper, minutes."""
FUTURE_DAYS: Final = 2
"""A date without a year is in the past, but for the difference between zones of time."""
DAY: Final = timedelta(days=1)
FROM_SPOKEN: Final[dict[str, tuple[int, int]]] = {
    "days_later": (1, 14), "weeks_later": (7, 60), "months_later": (28, 300), "next_day": (1, 1),
    "day_before": (-1, -1), "same_day": (0, 0), "week_before": (-9, -5), "week_after": (5, 9),
}  # fmt: skip
"""Days from the day that was spoken of before: from, to."""
DAYS_AGO: Final = {"today": 0, "yesterday": 1, "two_days_ago": 2}
MONTH_DAYS: Final = {"day": 1, "week": 7, "month": 30, "year": 365}


class Written(Struct, frozen=True):
    """A date as it is written, from `start` to `end` in the text."""

    start: int
    end: int
    kind: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    month2: int | None = None
    day2: int | None = None
    weekday: int | None = None
    weekday2: int | None = None
    number: int | None = None
    unit: str = ""
    relative: str = ""

    @property
    def has_year(self) -> bool:
        """Return whether it stands by itself."""
        return self.year is not None


class Clock(Struct, frozen=True):
    """A time of day as it is written: from the first to the last minute of the local day, night beyond 1440."""

    start: int
    end: int
    first_min: int
    last_min: int
    is_utc: bool = False


class _Grammar(Struct):
    rules: list[tuple[str, re.Pattern[str]]]
    clocks: list[re.Pattern[str]]
    parts: list[tuple[str, re.Pattern[str]]]
    months: dict[str, int]
    weekdays: dict[str, int]
    units: list[tuple[str, re.Pattern[str]]]
    relative: list[tuple[str, re.Pattern[str]]]
    numbers: dict[str, int]


@lru_cache(maxsize=8)
def _grammar(language: str) -> _Grammar:
    words = lexicon(language).words
    places = _places(words)
    rules = [
        (rule.kind, re.compile(_filled(rule.pattern, places)))
        for rule in words.dates
    ]  # fmt: skip
    return _Grammar(
        rules=rules,
        clocks=[re.compile(pattern) for pattern in words.clocks],
        parts=[(name, re.compile(rf"\b(?:{any_of(many)})\b")) for name, many in words.parts.items()],
        months={name: int(number) for number, many in words.months.items() for name in many},
        weekdays={name: int(number) for number, many in words.weekdays.items() for name in many},
        units=[(name, re.compile(any_of(many))) for name, many in words.units.items()],
        relative=[(name, re.compile(any_of(many))) for name, many in words.relative.items()],
        numbers=words.numbers,
    )


def _places(words: WordFile) -> dict[str, str]:
    """Return what each pair of braces of a rule stands for."""
    month = any_of([name for many in words.months.values() for name in many])
    weekday = any_of([name for many in words.weekdays.values() for name in many])
    number = any_of(list(words.numbers))
    unit = any_of([name for many in words.units.values() for name in many])
    relative = any_of([name for many in words.relative.values() for name in many])
    return {
        "{M}": f"(?P<month>{month})",
        "{M2}": f"(?P<month2>{month})",
        "{W}": f"(?P<weekday>{weekday})",
        "{W2}": f"(?P<weekday2>{weekday})",
        "{D}": r"(?P<day>3[01]|[12]\d|0?[1-9])",
        "{D2}": r"(?P<day2>3[01]|[12]\d|0?[1-9])",
        "{m}": r"(?P<figure>1[0-2]|0?[1-9])",
        "{m2}": r"(?P<figure2>1[0-2]|0?[1-9])",
        "{Y}": r"(?P<year>(?:19|20)\d\d)",
        "{N}": rf"(?P<number>\d{{1,3}}|{number})",
        "{U}": f"(?P<unit>{unit})",
        "{R}": f"(?P<relative>{relative})",
        "{T}": "(?P<third>early|mid|late|the beginning of|the end of|the start of)[\\s-]?(?:in )?",
    }


def _filled(pattern: str, places: dict[str, str]) -> str:
    for brace, stands_for in places.items():
        pattern = pattern.replace(brace, stands_for)
    return rf"(?<![\w.])(?:{pattern})(?!\w)".replace(" ", r"[ \u00a0\n]+")


def find(folded: str, language: str) -> list[Written]:
    """Return the dates of a folded text, in its order; where two rules fit, the first of the words file has it."""
    grammar = _grammar(language)
    taken = bytearray(len(folded))
    found: list[Written] = []
    for kind, rule in grammar.rules:
        for match in rule.finditer(folded):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\x01" * (end - start)
            written = _written(kind, match, grammar)
            found += _both(written, match) if kind == "pair" else [written]
    return sorted(found, key=lambda one: one.start)


def _both(pair: Written, match: re.Match[str]) -> list[Written]:
    """Return the two days of "10 and 28 July"."""
    middle = match.start("day2")
    one = structs.replace(pair, kind="day", end=middle, day2=None)
    return [one, structs.replace(one, start=middle, end=pair.end, day=pair.day2)]


def _written(kind: str, match: re.Match[str], grammar: _Grammar) -> Written:
    part = match.groupdict()

    def name(key: str, table: dict[str, int]) -> int | None:
        told = part.get(key)
        if told is None:
            return None
        told = re.sub(r"\s+", " ", told)
        return table[told] if told in table else next((n for w, n in table.items() if _is(w, told)), None)

    def figure(key: str) -> int | None:
        return int(part[key]) if part.get(key) else None

    number = part.get("number")
    if kind == "third_month":
        kind = f"{(part.get('third') or 'mid').strip(' -')}_month"
    return Written(
        start=match.start(),
        end=match.end(),
        kind=kind,
        year=figure("year"),
        month=name("month", grammar.months) or figure("figure"),
        day=figure("day"),
        month2=name("month2", grammar.months) or figure("figure2"),
        day2=figure("day2"),
        weekday=name("weekday", grammar.weekdays),
        weekday2=name("weekday2", grammar.weekdays),
        number=None if number is None else int(number) if number.isdigit() else name("number", grammar.numbers),
        unit=next((key for key, rule in grammar.units if rule.fullmatch(part.get("unit") or "")), ""),
        relative=next((key for key, rule in grammar.relative if rule.fullmatch(part.get("relative") or "")), ""),
    )


def _is(word: str, told: str) -> bool:
    return re.fullmatch(any_of([word]), told) is not None


def clocks(folded: str, start: int, end: int, language: str) -> list[Clock]:
    """Return the times of day between two places of a folded text, those in figures first."""
    grammar = _grammar(language)
    found: list[Clock] = []
    for rule in grammar.clocks:
        for match in rule.finditer(folded, start, end):
            clock = _clock(match)
            if clock is not None and not any(one.start < clock.end and clock.start < one.end for one in found):
                found.append(clock)
    for name, part in grammar.parts:
        if name in PARTS:
            found += [Clock(*match.span(), *PARTS[name]) for match in part.finditer(folded, start, end)]
    return found


def _clock(match: re.Match[str]) -> Clock | None:
    part = match.groupdict()
    hour, minute = int(part["h"]), int(part.get("min") or 0)
    half = (part.get("ap") or "").replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    at = hour * 60 + minute
    return Clock(match.start(), match.end(), at - ABOUT_MIN, at + ABOUT_MIN, bool(part.get("utc")))


def resolve(one: Written, published: date | None, spoken: date | None, year: int | None = None) -> Interval | None:
    """Return the first and last local moment that a written date can mean; None if that cannot be known.

    Args:
        one: the date.
        published: the day of publication.
        spoken: the day spoken of before ("days later").
        year: a year that was spoken of in the same breath.
    """
    try:
        return _resolved(one, published, spoken, year)
    except (ValueError, OverflowError):
        return None


def _resolved(one: Written, published: date | None, spoken: date | None, year: int | None) -> Interval | None:
    if one.kind in {"day", "days", "night", "night_of"}:
        return _dated(one, published, year)
    if one.kind == "year" and one.year is not None:
        return _days(date(one.year, 1, 1), date(one.year, 12, 31))
    if one.kind == "that_day":
        if year is None:
            return None
        day = one.day or one.day2
        return (
            _dated(structs.replace(one, kind="day", day=day), published, year)
            if day
            else _month(one, published, year)
        )
    if one.kind.endswith("month") or one.kind == "month_last":
        return _month(one, published, year)
    if one.kind in {"later", "earlier", "ago"}:
        return _counted(one, published, spoken)
    if one.kind.startswith("week"):
        return _weekday(one, published)
    return _relative(one.relative, published, spoken)


def _days(first: date, last: date) -> Interval:
    return datetime.combine(first, time()), datetime.combine(last, time(23, 59, 59))


def _night(before: date) -> Interval:
    return datetime.combine(before, NIGHT_FROM), datetime.combine(before + DAY, NIGHT_TO)


def _with_year(month: int, day: int, told: int | None, published: date | None, year: int | None) -> date | None:
    """Return the day; without a year the last one before publication."""
    if told is not None or (year is not None and published is None):
        return date(told or year or 1, month, day)
    if published is None:
        return None
    if year is not None and year != published.year:
        return date(year, month, day)
    for back in range(5):
        try:
            found = date(published.year - back, month, day)
        except ValueError:
            continue
        if found <= published + FUTURE_DAYS * DAY:
            return found
    return None


def _dated(one: Written, published: date | None, year: int | None) -> Interval | None:
    if one.day is None or (one.month or one.month2) is None:
        return None
    month = one.month or one.month2 or 1
    first = _with_year(month, one.day, one.year, published, year)
    if first is None:
        return None
    if one.kind == "day":
        return _days(first, first)
    if one.kind == "night_of":
        return datetime.combine(first - DAY, NIGHT_FROM), datetime.combine(first + DAY, NIGHT_TO)
    if one.day2 is None:
        return _days(first, first)
    last_month = one.month2 or month
    last = date(first.year + (last_month < month), last_month, one.day2)
    if last < first and one.month2 is None:
        # "the night of 30 to 1 May": the month is that of the last day.
        first = date(first.year, month - 1 or 12, one.day) if month > 1 else date(first.year - 1, 12, one.day)
    if last < first or (last - first).days > 62:
        return None
    if one.kind == "night" or ((last - first).days == 1 and one.kind == "night"):
        return datetime.combine(first, NIGHT_FROM), datetime.combine(last, NIGHT_TO)
    return _days(first, last)


def _month(one: Written, published: date | None, year: int | None) -> Interval | None:
    if one.month is None:
        return None
    first = _with_year(one.month, 1, one.year, published, year)
    if first is None:
        return None
    if one.kind == "month_last" and published is not None and first.year == published.year:
        first = first.replace(year=first.year - (first.month >= published.month))
    last = (first.replace(day=28) + 5 * DAY).replace(day=1) - DAY
    if one.kind.startswith(("early", "the start", "the beginning")):
        return _days(first, first.replace(day=12))
    if one.kind.startswith("mid"):
        return _days(first.replace(day=10), first.replace(day=21))
    if one.kind.startswith(("late", "the end")):
        return _days(first.replace(day=19), last)
    return _days(first, last)


def _counted(one: Written, published: date | None, spoken: date | None) -> Interval | None:
    base = published if one.kind == "ago" else spoken
    if base is None or one.number is None or not one.unit:
        return None
    if one.unit == "hour":
        return _days(base - DAY, base) if one.kind != "later" else _days(base, base + DAY)
    step = MONTH_DAYS[one.unit] * DAY
    off = (step - DAY) / 4 * min(one.number, 4) if one.unit != "day" else timedelta()
    at = base + one.number * step if one.kind == "later" else base - one.number * step
    return _days(at - timedelta(days=off.days), at + timedelta(days=off.days))


def _weekday(one: Written, published: date | None) -> Interval | None:
    if published is None or one.weekday is None:
        return None
    day = published - ((published.weekday() - one.weekday) % 7) * DAY
    if one.kind == "weekday_last" and day == published:
        day -= 7 * DAY
    if one.kind == "weeknight":
        last = published - ((published.weekday() - (one.weekday2 or 0)) % 7) * DAY
        return datetime.combine(last - DAY, NIGHT_FROM), datetime.combine(last, NIGHT_TO)
    if one.kind == "weeknight_into":
        return _night(day - DAY)
    if one.kind == "weekday_night":
        return _night(day)
    return _days(day, day)


def _relative(name: str, published: date | None, spoken: date | None) -> Interval | None:
    if name in FROM_SPOKEN:
        if spoken is None:
            return None
        first, last = FROM_SPOKEN[name]
        return _days(spoken + first * DAY, spoken + last * DAY)
    if published is None:
        return None
    if name == "overnight":
        return _night(published - DAY)
    if name in DAYS_AGO:
        day = published - DAYS_AGO[name] * DAY
        return _days(day, day)
    return _past(name, published)


def _past(name: str, published: date) -> Interval | None:
    monday = published - published.weekday() * DAY
    month = published.replace(day=1)
    sunday = published - ((published.weekday() - 6) % 7) * DAY
    spans = {
        "this_week": (monday, published),
        "last_week": (monday - 7 * DAY, monday - DAY),
        "last_weekend": (sunday - DAY, sunday),
        "this_month": (month, published),
        "last_month": ((month - DAY).replace(day=1), month - DAY),
        "this_year": (date(published.year, 1, 1), published),
        "last_year": (date(published.year - 1, 1, 1), date(published.year - 1, 12, 31)),
    }
    return _days(*spans[name]) if name in spans else None


def at_clock(interval: Interval, clock: Clock) -> Interval:
    """Return the interval narrowed by a time of day, if it is no longer than a night or a day."""
    first, last = interval
    if last - first > timedelta(hours=40) or clock.is_utc:
        return interval
    day = datetime.combine(first.date(), time())
    for off in (0, 1):
        from_ = day + off * DAY + timedelta(minutes=clock.first_min)
        to = day + off * DAY + timedelta(minutes=clock.last_min)
        if first <= to and from_ <= last:
            return max(first, from_), min(last, to)
    return interval


def to_utc_s(moment: datetime, country: str) -> float:
    """Return local time of a country as epoch seconds; UTC of what is no state here."""
    return moment.replace(tzinfo=_zone(country)).timestamp()


def local(time_s: float, country: str) -> datetime:
    """Return the time of the country's clock."""
    return datetime.fromtimestamp(time_s, _zone(country))


@lru_cache(maxsize=64)
def _zone(country: str) -> tzinfo:
    state = states().get(country)
    try:
        return ZoneInfo(state.zone) if state is not None else UTC
    except ZoneInfoNotFoundError:
        return UTC
