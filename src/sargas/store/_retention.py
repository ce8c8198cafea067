"""Which snapshots are kept, and what a pruning may take: the rules that every journal shares."""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import JournalError
from sargas.model.evidence import Span

PRUNED_AT_ONCE = 5_000
"""Entries that are removed in one go: some tens of milliseconds, while which nothing else is written."""
ENTRY_BYTES = 32
"""What an entry takes beside its data: number, time, kind, name of the feed."""


class Spacing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which snapshots stay: the newest few, all of the last `all_s`, before that the first of every `spacing_s`."""

    n_newest: Annotated[int, Meta(ge=1, le=1_000)] = 3
    n_other_keys: Annotated[int, Meta(ge=0, le=100)] = 3
    all_s: Annotated[float, Meta(ge=0.0)] = 3_600.0
    spacing_s: Annotated[float, Meta(ge=1.0)] = 3_600.0


class Kept(Struct, frozen=True):
    """One snapshot that is kept: under which key, after which entry, and when that came in."""

    key: str
    seq: int
    time_s: float


def superfluous(kept: Sequence[Kept], key: str, spacing: Spacing) -> list[Kept]:
    """Return the snapshots to remove, after one under `key` was written.

    Those of other keys cannot be read by the running code: the newest of a few of them stay, for a step back to the
    last version or configuration.
    """
    own = sorted((one for one in kept if one.key == key), key=lambda one: one.seq, reverse=True)
    return [*_too_close(own, spacing), *_of_other_keys(kept, key, spacing.n_other_keys)]


def _too_close(newest_first: Sequence[Kept], spacing: Spacing) -> list[Kept]:
    dropped = []
    oldest_of_bucket: dict[int, int] = {}
    for one in newest_first:  # the last to write a bucket is its oldest
        oldest_of_bucket[math.floor(one.time_s / spacing.spacing_s)] = one.seq
    for rank, one in enumerate(newest_first):
        is_new = rank < spacing.n_newest or one.time_s > newest_first[0].time_s - spacing.all_s
        if not is_new and oldest_of_bucket[math.floor(one.time_s / spacing.spacing_s)] != one.seq:
            dropped.append(one)
    return dropped


def _of_other_keys(kept: Sequence[Kept], key: str, n_other_keys: int) -> list[Kept]:
    newest: dict[str, int] = {}
    for one in kept:
        newest[one.key] = max(one.seq, newest.get(one.key, 0))
    newest.pop(key, None)
    spared = set(sorted(newest.items(), key=lambda item: item[1], reverse=True)[:n_other_keys])
    return [one for one in kept if one.key != key and (one.key, one.seq) not in spared]


def merged(keep: Sequence[Span]) -> list[Span]:
    """Return the spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for span in sorted(keep, key=lambda one: one.first_seq):
        if found and span.first_seq <= found[-1].last_seq + 1:
            found[-1] = Span(found[-1].first_seq, max(found[-1].last_seq, span.last_seq))
        elif span.first_seq <= span.last_seq:
            found.append(span)
    return found


def from_on(spans: Sequence[Span], after: int) -> list[Span]:
    """Return what merged spans leave after a number, with all before it as the first one."""
    return merged([Span(0, after), *(span for span in spans if span.last_seq > after)])


def gaps(keep: Sequence[Span], to_seq: int) -> Iterator[tuple[int, int]]:
    """Return the first and the last number of what lies between merged spans, up to `to_seq`."""
    first = 1
    for span in keep:
        last = min(to_seq, span.first_seq - 1)
        if first <= last:
            yield first, last
        first = span.last_seq + 1
    if first <= to_seq:
        yield first, to_seq


def is_prunable(body: Body) -> bool:
    """Return whether age alone removes it; decisions and notes stay for ever."""
    return isinstance(body, Frame | FeedOpened | FeedClosed)


def check_times(last_s: float, bodies: Sequence[tuple[float, Body]]) -> None:
    """Refuse a batch whose times go back or are no times.

    Raises:
        JournalError: names both times.
    """
    for received_s, _ in bodies:
        if not math.isfinite(received_s):
            raise JournalError(f"an entry's time must be epoch seconds, not {received_s}")
        if received_s < last_s:
            raise JournalError(
                f"entries must not go back in time: {received_s:.6f} comes after {last_s:.6f} epoch seconds"
            )
        last_s = received_s
