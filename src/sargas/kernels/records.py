"""Records whose items are announced by bits: where each ends, and the numbers inside, many records at a time.

A field specification (FSPEC) is a chain of bytes of seven presence bits and an extension bit. The items that it
announces follow in the order of their slots. A slot is a row (how, a, b, c):

| how | a | b | c | the item |
|---|---|---|---|---|
| FIXED | bytes | | | |
| EXTENDED | first row of `parts` | their number | 1 if the last may extend | parts, each ending in an extension bit |
| REPEATED | bytes of the count | bytes of an element | | a count, then elements |
| CHAINED | bytes of an element | | | elements, each ending in an extension bit |
| EXPLICIT | | | | a length that counts itself, then bytes |
| COMPOUND | first row of the inner slots | number of them | longest FSPEC | an FSPEC, then inner items |
| NONE | | | | not in this edition |

A number is a row (slot, first byte, end byte, shift, mask, sign bit, forbidden byte, forbidden bits); it reads as
ABSENT where its item, or this part of it, is absent, or where one of the forbidden bits is set.
A guard is a row (slot, byte, mask, how): MUST_BE_ZERO and MUST_NOT_BE_ZERO hold too where the byte is absent,
MUST_BE_THERE only where it is present. A record is plain if all its guards hold.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

NONE, FIXED, EXTENDED, REPEATED, CHAINED, EXPLICIT, COMPOUND = range(7)
MUST_BE_ZERO, MUST_NOT_BE_ZERO, MUST_BE_THERE = range(3)
ABSENT = -(1 << 62)
CHAIN_MAX = 127
CUT = -1


@njit(cache=True)
def simple_end(data: U8, at: int, slots: I64, s: int, parts: I64) -> int:
    """Return the offset after an item of slot `s`, which is no compound one; CUT where it cannot be."""
    how, a, b, c = slots[s, 0], slots[s, 1], slots[s, 2], slots[s, 3]
    n = len(data)
    if how == FIXED:
        at += a
    elif how == EXTENDED:
        for k in range(b):
            at += parts[a + k]
            if at > n:
                return CUT
            if not data[at - 1] & 1:
                return at
        if not c:
            return CUT
    elif how == REPEATED:
        if at + a > n:
            return CUT
        count = 0
        for k in range(a):
            count = count << 8 | int(np.int64(data[at + k]))
        at += a + count * b
    elif how == CHAINED:
        for _ in range(CHAIN_MAX):
            at += a
            if at > n:
                return CUT
            if not data[at - 1] & 1:
                return at
        return CUT
    elif how == EXPLICIT:
        if at >= n or data[at] == 0:
            return CUT
        at += int(np.int64(data[at]))
    else:
        return CUT
    return at if at <= n else CUT


@njit(cache=True)
def compound_end(data: U8, at: int, slots: I64, s: int, parts: I64) -> int:
    """Return the offset after a compound item of slot `s`; CUT where it cannot be."""
    first, count, longest = slots[s, 1], slots[s, 2], slots[s, 3]
    n = len(data)
    end = at + 1
    while end <= n and data[end - 1] & 1:
        end += 1
        if end - at > longest:
            return CUT
    if end > n:
        return CUT
    inside = end
    k = -1
    for byte in range(at, end):
        for shift in range(7, 0, -1):
            k += 1
            if not data[byte] >> shift & 1:
                continue
            if k >= count or slots[first + k, 0] == COMPOUND:
                return CUT
            inside = simple_end(data, inside, slots, first + k, parts)
            if inside == CUT:
                return CUT
    return inside


@njit(cache=True)
def record_end(
    data: U8, at: int, n_slots: int, fspec_max: int, slots: I64, parts: I64, begins: I64, ends: I64
) -> int:
    """Return the offset after the record at `at`, CUT where it cannot be; fill in where its items lie."""
    n = len(data)
    end = at + 1
    while end <= n and data[end - 1] & 1:
        end += 1
        if end - at > fspec_max:
            return CUT
    if end > n:
        return CUT
    inside = end
    k = -1
    for byte in range(at, end):
        for shift in range(7, 0, -1):
            k += 1
            is_there = data[byte] >> shift & 1
            if k >= n_slots:
                if is_there:
                    return CUT
                continue
            begins[k] = inside
            if is_there:
                if slots[k, 0] == COMPOUND:
                    inside = compound_end(data, inside, slots, k, parts)
                else:
                    inside = simple_end(data, inside, slots, k, parts)
                if inside == CUT:
                    return CUT
            ends[k] = inside
    for rest in range(k + 1, n_slots):
        begins[rest] = ends[rest] = inside
    return inside


@njit(cache=True)
def read_records(
    data: U8,
    at: int,
    n_slots: int,
    fspec_max: int,
    slots: I64,
    parts: I64,
    guards: I64,
    fields: I64,
    where: I64,
    values: I64,
) -> tuple[int, int]:
    """Return how many records were read from `at` on, and the offset after them.

    It stops before a record that cannot be walked over, one whose first item differs from that of the first record
    (another source), and when `where` is full.

    Args:
        data: the bytes, shape (n,).
        at: where the first record begins.
        n_slots: how many of the slots are the record's own; those of compound items follow.
        fspec_max: longest field specification, in bytes.
        slots: see the module, shape (s, 4).
        parts: lengths of the parts of extended items, shape (p,).
        guards: see the module, shape (g, 4).
        fields: see the module, shape (f, 8).
        where: filled with each record's offset and whether it is plain, shape (m, 2).
        values: filled with each plain record's numbers, shape (m, f).
    """
    begins, ends = np.zeros(n_slots, np.int64), np.zeros(n_slots, np.int64)
    n_read, first_at, first_n = 0, 0, 0
    while at < len(data) and n_read < len(where):
        end = record_end(data, at, n_slots, fspec_max, slots, parts, begins, ends)
        if end == CUT or ends[0] == begins[0]:
            break
        if n_read == 0:
            first_at, first_n = begins[0], ends[0] - begins[0]
        same = ends[0] - begins[0] == first_n
        for k in range(first_n):
            same = same and data[begins[0] + k] == data[first_at + k]
        if not same:
            break
        plain = True
        for g in range(len(guards)):
            byte = begins[guards[g, 0]] + guards[g, 1]
            if byte >= ends[guards[g, 0]]:
                plain = plain and guards[g, 3] != MUST_BE_THERE
            elif guards[g, 3] != MUST_BE_THERE:
                is_zero = data[byte] & guards[g, 2] == 0
                plain = plain and is_zero == (guards[g, 3] == MUST_BE_ZERO)
        where[n_read, 0], where[n_read, 1] = at, plain
        if plain:
            for f in range(len(fields)):
                begin, stop = begins[fields[f, 0]], ends[fields[f, 0]]
                value = ABSENT
                if begin + fields[f, 2] <= stop and not data[begin + fields[f, 6]] & fields[f, 7]:
                    value = 0
                    for byte in range(begin + fields[f, 1], begin + fields[f, 2]):
                        value = value << 8 | int(np.int64(data[byte]))
                    value = value >> fields[f, 3] & fields[f, 4]
                    if value & fields[f, 5]:
                        value -= 2 * fields[f, 5]
                values[n_read, f] = value
        n_read += 1
        at = end
    return n_read, at
