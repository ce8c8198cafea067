"""Dates as newspapers write them. Expected days are read off the calendar of 2025: 1 August was a Friday."""

from datetime import date, datetime

import pytest

from sargas.press import dates
from sargas.press.letters import fold

PUBLISHED = date(2025, 8, 1)
SPOKEN = date(2025, 7, 28)


def span(text: str, language: str = "en", published: date | None = PUBLISHED) -> tuple[str, str] | None:
    """Return the first date of a text, as first and last minute."""
    written = dates.find(fold(text), language)
    assert written, text
    found = dates.resolve(written[0], published, SPOKEN)
    return None if found is None else (f"{found[0]:%m-%d %H:%M}", f"{found[1]:%m-%d %H:%M}")


def day(month: int, number: int, until: tuple[int, int] | None = None) -> tuple[str, str]:
    last = until or (month, number)
    return f"{month:02}-{number:02} 00:00", f"{last[0]:02}-{last[1]:02} 23:59"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on July 28, a drone", day(7, 28)),
        ("on 28 July", day(7, 28)),
        ("the 28th of July", day(7, 28)),
        ("Sept. 10, 2024", day(9, 10)),
        ("2025-07-10", day(7, 10)),
        ("on 10.07.2025", day(7, 10)),
        ("on Monday", day(7, 28)),
        ("on Friday", day(8, 1)),
        ("last Friday", day(7, 25)),
        ("yesterday", day(7, 31)),
        ("last month", day(7, 1, (7, 31))),
        ("in June", day(6, 1, (6, 30))),
        ("two weeks ago", day(7, 15, (7, 21))),
        ("days later", day(7, 29, (8, 11))),
        ("four days later", day(8, 1)),
        ("the next day", day(7, 29)),
        ("between July 9 and 12", day(7, 9, (7, 12))),
        ("overnight", ("07-31 18:00", "08-01 09:00")),
        ("on the night of July 9-10", ("07-09 18:00", "07-10 09:00")),
        ("overnight into Wednesday", ("07-29 18:00", "07-30 09:00")),
    ],
)
def test_english(text: str, expected: tuple[str, str]) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("lt", "2025 m. liepos 28 d. ryte", day(7, 28)),
        ("lt", "liepos 28-ąją", day(7, 28)),
        ("lt", "pirmadienį", day(7, 28)),
        ("lt", "praėjusį mėnesį", day(7, 1, (7, 31))),
        ("lt", "prieš dvi savaites", day(7, 15, (7, 21))),
        ("lt", "naktį iš sekmadienio į pirmadienį", ("07-27 18:00", "07-28 09:00")),
        ("pl", "28 lipca 2025 r.", day(7, 28)),
        ("pl", "w nocy z 9 na 10 lipca", ("07-09 18:00", "07-10 09:00")),
        ("pl", "w nocy z wtorku na środę", ("07-29 18:00", "07-30 09:00")),
        ("pl", "wczoraj", day(7, 31)),
        ("pl", "w ubiegłym miesiącu", day(7, 1, (7, 31))),
        ("lv", "2025. gada 28. jūlijā", day(7, 28)),
        ("lv", "svētdien", day(7, 27)),
        ("lv", "pagājušajā mēnesī", day(7, 1, (7, 31))),
        ("lv", "naktī uz pirmdienu", ("07-27 18:00", "07-28 09:00")),
        ("ro", "28 iulie 2025", day(7, 28)),
        ("ro", "luni dimineață", day(7, 28)),
        ("ro", "ieri", day(7, 31)),
        ("ro", "în noaptea de 9 spre 10 iulie", ("07-09 18:00", "07-10 09:00")),
        ("ro", "acum două săptămâni", day(7, 15, (7, 21))),
    ],
)
def test_other_languages(language: str, text: str, expected: tuple[str, str]) -> None:
    assert span(text, language) == expected


def test_a_day_without_a_year_is_the_last_one_before_publication() -> None:
    written = dates.find("on december 24", "en")[0]
    found = dates.resolve(written, PUBLISHED, None)
    assert found is not None
    assert [f"{one:%Y-%m-%d}" for one in found] == ["2024-12-24", "2024-12-24"]


def test_without_publication_a_day_without_a_year_is_not_known() -> None:
    assert span("on July 28", published=None) is None


def test_luni_is_monday_and_three_luni_are_months() -> None:
    assert [one.kind for one in dates.find("acum trei luni", "ro")] == ["ago"]


def test_two_days_of_one_month_are_two_dates() -> None:
    assert [one.day for one in dates.find("on 10 and 28 july", "en")] == [10, 28]


@pytest.mark.parametrize(
    ("language", "text", "minute"),
    [
        ("en", "at 5:37 a.m.", 337), ("en", "around 11:30", 690), ("en", "at about 4 p.m.", 960),
        ("lt", "19.44 val.", 1184), ("pl", "po godz. 2", 120), ("lv", "plkst. 9.50", 590),
        ("ro", "la ora 18:23", 1103),
    ],
)  # fmt: skip
def test_a_time_of_day_is_a_quarter_of_an_hour_either_way(language: str, text: str, minute: int) -> None:
    clock = dates.clocks(fold(text), 0, len(text), language)[0]
    assert (clock.first_min, clock.last_min) == (minute - 15, minute + 15)


def test_local_time_is_that_of_the_state_of_the_place() -> None:
    # 2025-07-28 04:00 in Vilnius is 01:00 UTC (summer time, UTC+3), in Warsaw 02:00 UTC (UTC+2).
    moment = datetime(2025, 7, 28, 4, 0)  # noqa: DTZ001 - local
    assert dates.to_utc_s(moment, "PL") - dates.to_utc_s(moment, "LT") == 3_600.0
    assert dates.to_utc_s(moment, "LT") == 1_753_664_400.0
