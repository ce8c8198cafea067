"""A journal in memory: the reference twin of every other one. What it holds is gone with the program."""

import bisect
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from sargas.model.entry import Body, Entry, FeedClosed, FeedOpened, Frame, KeyChanged
from sargas.model.errors import JournalError
from sargas.model.evidence import Span
from sargas.model.record import Head, Node, Proof, ProvenEntry
from sargas.ports import Journal
from sargas.store import _retention as retention
from sargas.store import _rows as rows_of
from sargas.store import hash_tree
from sargas.store._keeper import Keeper
from sargas.store.signing_key import Signing


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How snapshots are thinned, and how it is signed, by a key that is gone with it; None: it is not."""

    snapshots: retention.Spacing = retention.Spacing()
    signing: Signing | None = None


def build(settings: Settings) -> Journal:
    """Return an empty journal."""
    return MemoryJournal(settings.snapshots, settings.signing)


class MemoryJournal:
    """Lists and a lock."""

    def __init__(
        self, spacing: retention.Spacing, signing: Signing | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._spacing = spacing
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._snapshots: dict[retention.Kept, bytes] = {}
        self._pruned_to_seq = 0
        self._is_closed = False
        self._now = now
        self._leaves: list[bytes] = []
        self._head: Head | None = None
        self._shown: list[int] = []
        self._keeper = None if signing is None else Keeper(signing, "", (), None)
        if self._keeper is not None and self._keeper.to_tell is not None:
            self.append([(self._now(), self._keeper.to_tell)])

    def append(self, bodies: Sequence[tuple[float, Body]]) -> Sequence[Entry]:
        """Return the entries of the batch."""
        with self._lock:
            self._check_open()
            retention.check_times(self._entries[-1].received_s if self._entries else float("-inf"), bodies)
            first = self._last_seq() + 1
            entries = [Entry(first + index, received_s, body) for index, (received_s, body) in enumerate(bodies)]
            if self._keeper is not None:
                self._sign_batch(entries)
            self._entries += entries
            return entries

    def read(self, after_seq: int = 0, to_seq: int | None = None) -> Iterator[Entry]:
        """Return the entries with after_seq < seq <= to_seq, in order."""
        self._check_open()
        entries = self._entries  # a pruning makes a new list: readers keep the one that they began with
        first = bisect.bisect_right(entries, after_seq, key=_seq)
        end = len(entries) if to_seq is None else bisect.bisect_right(entries, to_seq, key=_seq)
        return (entries[index] for index in range(first, end))

    def last_seq(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        self._check_open()
        return self._last_seq()

    def seq_at(self, time_s: float) -> int:
        """Return the number of the last entry received at or before `time_s`, 0 if there is none."""
        self._check_open()
        index = bisect.bisect_right(self._entries, time_s, key=_received_s)
        return self._entries[index - 1].seq if index else 0

    def span_s(self) -> tuple[float, float] | None:
        """Return when the oldest entry of the unbroken record and the newest one came in; None if it is empty."""
        self._check_open()
        entries = self._entries
        first = bisect.bisect_right(entries, self._pruned_to_seq, key=_seq)
        return (entries[first].received_s, entries[-1].received_s) if entries else None

    def write_snapshot(self, seq: int, key: str, state: bytes) -> None:
        """Keep the state after entry `seq` and let go of those that are no longer needed."""
        with self._lock:
            self._check_open()
            if not 0 <= seq <= self._last_seq():
                raise JournalError(f"a snapshot after entry {seq} cannot be: the newest entry is {self._last_seq()}")
            index = bisect.bisect_right(self._entries, seq, key=_seq)
            kept = retention.Kept(key, seq, self._entries[index - 1].received_s if index else 0.0)
            self._snapshots[kept] = bytes(state)
            for old in retention.superfluous(list(self._snapshots), key, self._spacing):
                del self._snapshots[old]

    def read_snapshot(self, key: str | None, at_or_before_seq: int | None = None) -> tuple[int, bytes] | None:
        """Return the newest (seq, state) under `key`, under any if it is None; or None."""
        with self._lock:
            self._check_open()
            limit = self._last_seq() if at_or_before_seq is None else at_or_before_seq
            found = [(kept.seq, state) for kept, state in self._snapshots.items() if key in {None, kept.key}]
            return max((one for one in found if one[0] <= limit), default=None)

    def prune(self, before_s: float, max_bytes: int | None, keep: Sequence[Span]) -> int:
        """Return how many old entries were removed; those in the spans of `keep`, decisions and notes stay."""
        with self._lock:
            self._check_open()
            doomed = self._doomed(before_s, max_bytes, keep)
            if doomed:
                self._entries = [entry for entry in self._entries if entry.seq not in doomed]
                self._pruned_to_seq = max(self._pruned_to_seq, *doomed)
                for kept in [kept for kept in self._snapshots if kept.seq < self._pruned_to_seq]:
                    del self._snapshots[kept]
            return len(doomed)

    def sign(self) -> Head | None:
        """Return the signed head over all entries; None if it is not signed."""
        with self._lock:
            self._check_open()
            if self._keeper is None:
                return None
            if self._head is None or self._head.n_entries != len(self._leaves):
                n_entries, n_lasting = len(self._leaves), self._n_lasting()
                self._head = self._keeper.head(n_entries, self._root(n_entries), self._now(), n_lasting=n_lasting)
            self._shown = sorted({*self._shown, self._head.n_entries})
            return self._head

    def prove(self, seqs: Sequence[int]) -> Proof | None:
        """Return these entries with their proof against the newest head; None if it is not signed."""
        head = self.sign()
        if head is None or self._keeper is None:
            return None
        with self._lock:
            wanted = frozenset(seqs)
            found = [rows_of.row(entry) for entry in self._entries if entry.seq in wanted]
            places = hash_tree.cover(head.n_entries, [row[0] - 1 for row in found], self._shown)
            return Proof(
                origin=self._keeper.origin,
                head=head,
                keys=tuple(self._keeper.chain),
                entries=tuple(
                    ProvenEntry(seq=seq, received_s=received_s, kind=kind, feed=feed, data=data)
                    for seq, received_s, kind, feed, data in found
                ),
                nodes=tuple(
                    Node(level=level, index=index, sha256=self._root((index + 1) << level, index << level))
                    for level, index in places
                ),
            )

    def sign_bytes(self, data: bytes) -> tuple[str, bytes] | None:
        """Return the id of the record's key and its signature of a JSON document; None if it is not signed."""
        with self._lock:
            self._check_open()
            return None if self._keeper is None else self._keeper.sign(data)

    def next_key(self) -> KeyChanged:
        """Return the entry by which a new key comes into use.

        Raises:
            JournalError: the journal is not signed.
        """
        if self._keeper is None:
            raise JournalError("the journal is not signed")
        return self._keeper.next_key()

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._is_closed = True
            self._entries, self._snapshots = [], {}

    def _doomed(self, before_s: float, max_bytes: int | None, keep: Sequence[Span]) -> set[int]:
        snapshot_seq = max((kept.seq for kept in self._snapshots), default=None)
        limit = self._last_seq() - 1 if snapshot_seq is None else min(snapshot_seq, self._last_seq() - 1)
        excess = 0 if max_bytes is None else sum(map(_size, self._entries)) - max_bytes
        doomed: set[int] = set()
        for entry in self._entries:
            if entry.seq > limit:
                break
            is_kept = any(span.first_seq <= entry.seq <= span.last_seq for span in keep)
            if is_kept or not retention.is_prunable(entry.body):
                continue
            if entry.received_s >= before_s and excess <= 0:
                break
            doomed.add(entry.seq)
            excess -= _size(entry)
        return doomed

    def _sign_batch(self, entries: Sequence[Entry]) -> None:
        """Add the leaves of a batch; sign it if a decision is in it."""
        keeper = self._keeper
        if keeper is None:
            return
        leaves = [*self._leaves, *rows_of.leaves([rows_of.row(entry) for entry in entries])]
        changes = [entry.body for entry in entries if isinstance(entry.body, KeyChanged)]
        if any(isinstance(entry.body, rows_of.SIGNED_AT_ONCE) for entry in entries):
            change = changes[-1] if changes else None
            n_lasting = self._n_lasting() + sum(not retention.is_prunable(entry.body) for entry in entries)
            self._head = keeper.head(len(leaves), _root(leaves), self._now(), change, n_lasting=n_lasting)
        self._leaves = leaves
        for change in changes:
            keeper.settle(change)

    def _n_lasting(self) -> int:
        return sum(not retention.is_prunable(entry.body) for entry in self._entries)

    def _root(self, end: int, first: int = 0) -> bytes:
        return _root(self._leaves[first:end])

    def _last_seq(self) -> int:
        return self._entries[-1].seq if self._entries else 0

    def _check_open(self) -> None:
        if self._is_closed:
            raise JournalError("the journal is closed")


def _root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves as RFC 9162, 2.1.1, defines it: the reference for the tree that grows."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hash_tree.EMPTY
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hash_tree.node_hash(_root(leaves[:half]), _root(leaves[half:]))


def _seq(entry: Entry) -> int:
    return entry.seq


def _received_s(entry: Entry) -> float:
    return entry.received_s


def _size(entry: Entry) -> int:
    match entry.body:
        case Frame(feed, data):
            return retention.ENTRY_BYTES + len(feed) + len(data)
        case FeedOpened(feed, text) | FeedClosed(feed, text):
            return retention.ENTRY_BYTES + len(feed) + len(text)
        case _:
            return retention.ENTRY_BYTES
