"""When an incident was, as far as that is known: from the first second that fits to the first one that does not."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sargas.model.register import Precision, RegisterRecord

LENGTHS_S: Final[dict[Precision, float]] = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
BOUNDS: Final[tuple[tuple[str, Precision], ...]] = (("%Y", "year"), ("%Y-%m", "month"), ("%Y-%m-%d", "day"))


def span_s(record: RegisterRecord) -> tuple[float, float]:
    """Return between which moments [epoch s] the record lies: the first one within it, the second one without."""
    fits_until_s = record.began_s + _fits_for_s(record.began_s, record.precision)
    return record.began_s, fits_until_s if record.ended_s is None else max(fits_until_s, record.ended_s)


def _fits_for_s(began_s: float, precision: Precision) -> float:
    """Return for how long a moment of that precision fits, from its own first second on."""
    if (length_s := LENGTHS_S.get(precision)) is not None:
        return length_s
    began = moment(began_s)
    year = precision == "year"
    after = began.replace(month=1, day=1) + timedelta(days=366) if year else began.replace(day=1) + timedelta(days=31)
    first = datetime(after.year, 1 if year else after.month, 1, tzinfo=UTC)
    return (first - began).total_seconds()


def moment(time_s: float) -> datetime:
    """Return a moment [epoch s] in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_s)


def told(time_s: float, precision: Precision) -> str:
    """Return a moment as precisely as it is known, UTC: 2025, 2025-07, 2025-07-28, 2025-07-28 04:40Z."""
    patterns: dict[Precision, str] = {
        "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %HhZ", "minute": "%Y-%m-%d %H:%MZ",
        "second": "%Y-%m-%d %H:%M:%SZ",
    }  # fmt: skip
    return moment(time_s).strftime(patterns[precision])


def read_bound(text: str, *, is_end: bool) -> float | None:
    """Return the epoch seconds at which a year, a month or a day begins, or ends; None if it is none of them."""
    for pattern, precision in BOUNDS:
        try:
            read = datetime.strptime(text.strip(), pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        began_s = (read - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        return began_s + _fits_for_s(began_s, precision) if is_end else began_s
    return None
