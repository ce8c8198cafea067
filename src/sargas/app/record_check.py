"""A whole journal checked: every entry, every hash, every head, the keys, and the heads that were published."""

import bisect
import re
import struct
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sargas.model.entry import KeyChanged
from sargas.model.errors import JournalError
from sargas.model.record import Head
from sargas.share.standalone import verify
from sargas.share.standalone.verify import Report, Wrong
from sargas.store import hash_tree
from sargas.store.record_file import Contents, Progress, RecordFile, Walked

MALFORMED: Final = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, struct.error)
"""What a line of a table raises that somebody has put something else into."""
SQLITE: Final = b"SQLite format 3\0"


def is_journal(path: Path) -> bool:
    """Return whether a file is a journal, as far as its first bytes say."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def check_journal(path: Path, heads: str | None, trusted: Collection[str], progress: Progress) -> Report:
    """Return the report on a journal; a watch may be writing it.

    Args:
        path: the journal's file.
        heads: the text of published heads, one after the other; None if there are none.
        trusted: public keys that a person vouches for, hexadecimal.
        progress: hears how many of how many entries were gone through.
    """
    report = Report()
    try:
        file = RecordFile(path)
        try:
            _check(file, heads, {one.lower() for one in trusted}, progress, report)
        finally:
            file.close()
    except (JournalError, Wrong) as error:
        report.wrong(str(error))
    except MALFORMED as error:
        report.wrong(f"journal {path}: the record is damaged: {type(error).__name__}: {error}")
    return report


def _check(file: RecordFile, heads: str | None, trusted: Collection[str], progress: Progress, report: Report) -> None:
    contents = file.contents()
    published = [] if heads is None else verify.heads_of(heads)
    sizes = [head.n_entries for head in contents.heads] + [head.n_entries for head in published]
    walked = file.walk(contents.n_entries, [*sizes, contents.n_entries], progress)
    for fault in walked.faults:
        report.wrong(f"entries {fault.first_seq} to {fault.last_seq}: {fault.text}")
    if not walked.faults:
        n_gone = contents.n_entries - walked.n_kept
        gone = f", and the hashes of {n_gone} that were removed" if n_gone else ""
        report.good(f"{walked.n_kept} entries give the hashes that are kept of them{gone}")
    _tell_taken_over(contents, walked, report)
    _check_state(contents, walked, report)
    if not contents.keys and not contents.heads:
        raise Wrong("nothing is proven: the record was never signed")
    told = [_told(key) for _, key in contents.keys]
    keys = verify.check_keys(contents.origin, told, trusted, report)
    _check_own_heads(contents, walked, keys, report)
    _check_lasting([_read(head) for head in contents.heads], contents, walked, report, "")
    last = _read(contents.heads[-1]) if contents.heads else None
    if last is None:
        raise Wrong("nothing is proven: there is no signed head")
    if contents.n_entries > last.n_entries:
        report.told(f"the newest {contents.n_entries - last.n_entries} entries are not signed yet")
    if heads is not None:
        n_entries = contents.n_entries
        verify.check_heads(heads, contents.origin, n_entries, keys, walked.roots.get, report=report, is_whole=True)
        signed = [head for head in published if _is_signed(head, keys)]
        _check_lasting(signed, contents, walked, report, " that was published")
    else:
        report.told("no published heads were given (--heads): who holds the key could have rewritten the record")
    if not trusted:
        report.told(f"whose key it is you have to ask the service (then --key): {told[-1]['public_key']}")


def _tell_taken_over(contents: Contents, walked: Walked, report: Report) -> None:
    """Tell of entries that nobody can vouch for: those from before the record, and any that came in beside it."""
    began = contents.keys[0][0] if contents.keys else contents.n_entries
    for said in walked.said:
        found = re.search(r"entries (\d+) to \d+ were", said.text)
        text = f"entry {said.seq} says: {said.text}"
        if found is not None and int(found[1]) < began:
            report.told(f"{text}. That was before the record began")
        else:
            report.wrong(text)


def _check_state(contents: Contents, walked: Walked, report: Report) -> None:
    """Check that the tree is as tall as the file, and that its state is that of the entries."""
    if contents.n_in_file > contents.n_entries:
        first, last = contents.n_entries + 1, contents.n_in_file
        report.wrong(f"entries {first} to {last}: they are not in the record: no watch has written them")
    elif contents.n_in_file < contents.n_entries:
        first, last = contents.n_in_file + 1, contents.n_entries
        report.wrong(f"entries {first} to {last}: the newest entries of the record are missing")
    state = hash_tree.unpacked(contents.n_entries, contents.peaks)
    whole = walked.roots.get(contents.n_entries, hash_tree.EMPTY)
    if len(contents.peaks) != 32 * len(state.peaks) or (whole is not None and state.root() != whole):
        report.wrong("the state of the tree, on which the watch goes on, is not that of the entries")


def _check_own_heads(contents: Contents, walked: Walked, keys: dict[str, bytes], report: Report) -> None:
    n_wrong, is_known = report.n_wrong, 0
    for head in contents.heads:
        what = f"the head over {head.n_entries} entries"
        try:
            _check_head(head, contents, keys, what)
        except Wrong as error:
            report.wrong(str(error))
            continue
        root = walked.roots.get(head.n_entries)
        is_known += root is not None
        if root is not None and root != head.root:
            report.wrong(f"{what}: it has another root than the entries that are here: they were changed after it")
    if report.n_wrong == n_wrong:
        report.good(f"{len(contents.heads)} heads are signed, {is_known} of them compared with the entries")


def _check_lasting(
    heads: Sequence[verify.Head], contents: Contents, walked: Walked, report: Report, which: str
) -> None:
    """Check that nothing was taken out in the way of a pruning that no pruning removes: decisions, notes, keys.

    The hash that a pruning leaves says nothing of what it stands for; the signed number does.
    """
    told = False
    for head in heads:
        n_here = walked.lasting.get(head.n_entries)
        if told or head.n_lasting is None or n_here is None or head.origin != contents.origin:
            continue
        if n_here != head.n_lasting:
            told = True
            report.wrong(
                f"the head over {head.n_entries} entries{which} counts {head.n_lasting} decisions, notes and others"
                f" that are never removed, and {n_here} are here: some were taken out or put in, as if by a pruning"
            )


def _is_signed(head: verify.Head, keys: dict[str, bytes]) -> bool:
    try:
        head.check(keys)
    except Wrong:
        return False
    return True


def _check_head(head: Head, contents: Contents, keys: dict[str, bytes], what: str) -> None:
    read = _read(head)
    if read.origin != contents.origin:
        raise Wrong(f"{what}: it is of another record, {read.origin}")
    if read.check(keys) != head.key_id or head.key_id != _in_force(contents.keys, head.n_entries):
        raise Wrong(f"{what}: it is signed by a key that was not in use then")
    if not 0 < head.n_entries <= contents.n_entries:
        raise Wrong(f"{what}: only {contents.n_entries} are here")


def _in_force(keys: Sequence[tuple[int, KeyChanged]], n_entries: int) -> str:
    """Return the id of the key that signed at that size; the first one signs what stood there before it, too."""
    at = bisect.bisect_right([seq for seq, _ in keys], n_entries)
    return keys[max(0, at - 1)][1].key_id


def _read(head: Head) -> verify.Head:
    """Return the head as its note says it; the columns beside it must say the same."""
    read = verify.Head(head.note)
    time_s = datetime.fromisoformat(read.time).timestamp()
    if (read.n_entries, read.root, time_s) != (head.n_entries, head.root, head.time_s):
        raise Wrong(f"the head over {head.n_entries} entries: its note says something else than the table")
    return read


def _told(key: KeyChanged) -> dict[str, str]:
    return {
        "key_id": key.key_id,
        "public_key": key.public_key.hex(),
        "previous_key_id": key.previous_key_id,
        "signature": key.signature.hex(),
    }
