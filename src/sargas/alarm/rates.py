"""How often alarms were heard, by the measures of ISA-18.2."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sargas.model.alarm import AlarmLogItem, AlarmRates
from sargas.model.units import DAY_S

SPAN_S: Final = 600.0
FLOOD: Final = 10
"""More than ten alarms in ten minutes are a flood (ANSI/ISA-18.2-2016, clause 16)."""
CHATTER_N, CHATTER_S = 3, 60.0
"""An alarm chatters if it is heard three times or more within a minute (ISA-TR18.2.5-2012)."""


def rates(log: Iterable[AlarmLogItem], from_s: float, to_s: float, stale_s: float = DAY_S) -> AlarmRates:
    """Return how often alarms were heard from `from_s` until before `to_s`; `log` is oldest first.

    Stale are those that stood for longer than `stale_s` without an end. Spans of ten minutes are counted from
    `from_s` on, the last one as a whole.
    """
    items = [item for item in log if item.time_s < to_s]
    heard = [item for item in items if item.is_heard and item.time_s >= from_s]
    hours = (to_s - from_s) / 3_600.0
    return AlarmRates(
        from_s=from_s,
        to_s=to_s,
        n_heard=len(heard),
        per_hour=len(heard) / hours if hours > 0.0 else 0.0,
        flooded_share=_flooded([item.time_s for item in heard], from_s, to_s),
        n_stale=_stale(items, from_s, to_s, stale_s),
        n_chattering=_chattering(heard),
    )


def _flooded(times_s: Sequence[float], from_s: float, to_s: float) -> float:
    n_spans = math.ceil((to_s - from_s) / SPAN_S)
    counts = Counter((time_s - from_s) // SPAN_S for time_s in times_s)
    return sum(count > FLOOD for count in counts.values()) / max(n_spans, 1)


def _stale(items: Iterable[AlarmLogItem], from_s: float, to_s: float, stale_s: float) -> int:
    """Return how many alarms stood for so long without an end, and into the span."""
    since: dict[str, float] = {}
    found: set[str] = set()
    for item in items:
        if item.action in {"raised", "raised_again"}:
            since.setdefault(item.alarm_id, item.time_s)
        elif item.action in {"returned", "ended"} and item.alarm_id in since:
            if item.time_s >= from_s and item.time_s - since[item.alarm_id] > stale_s:
                found.add(item.alarm_id)
            del since[item.alarm_id]
    return len(found | {key for key, time_s in since.items() if to_s - time_s > stale_s})


def _chattering(heard: Iterable[AlarmLogItem]) -> int:
    times_s: dict[str, list[float]] = {}
    for item in heard:
        times_s.setdefault(item.alarm_id, []).append(item.time_s)
    return sum(_chatters(times) for times in times_s.values())


def _chatters(times_s: list[float]) -> bool:
    return any(last - first <= CHATTER_S for first, last in zip(times_s, times_s[CHATTER_N - 1 :], strict=False))
