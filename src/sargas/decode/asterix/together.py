"""The records of a block read together: the layout as tables for the kernel that walks over many at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from sargas.decode.asterix.layout import Field, Layout, Shape
from sargas.kernels.records import (
    ABSENT,
    FIXED,
    I64,
    MUST_BE_THERE,
    MUST_BE_ZERO,
    MUST_NOT_BE_ZERO,
    NONE,
    read_records,
)

__all__ = ["ABSENT", "Number", "Together"]

NEVER: Final = 1 << 30
"""The end byte of a number that this edition does not have."""
RECORD_BYTES_MIN: Final = 4
AT_ONCE: Final = 1_024
Row = tuple[int, int, int, int]


class Number(Struct, frozen=True):
    """A number of an item; absent while one of the `unless` of the same item is set."""

    item: str
    field: Field
    unless: tuple[Field, ...] = ()


class Together:
    """Reads the plain records of one layout: those whose guards hold."""

    def __init__(
        self,
        layout: Layout,
        numbers: Sequence[Number],
        *,
        zero: Sequence[Number] = (),
        not_zero: Sequence[Number] = (),
        present: Sequence[Number] = (),
    ) -> None:
        names = [slot[0] if slot is not None else "" for slot in layout.slots]
        self._fspec_max = layout.fspec_bytes_max
        self._n_slots = len(names)
        self._slots, self._parts = _tables(layout)
        ways = ((zero, MUST_BE_ZERO), (not_zero, MUST_NOT_BE_ZERO), (present, MUST_BE_THERE))
        guards = [
            (names.index(number.item), number.field.bits[1] - 1, number.field.byte_mask, how)
            for some, how in ways
            for number in some
            if not number.field.is_absent
        ]
        self._guards = np.array(guards, np.int64).reshape(-1, 4)
        rows = [_number_row(number, names) for number in numbers]
        self._fields = np.array(rows, np.int64).reshape(-1, 8)
        self.read(bytes(RECORD_BYTES_MIN), 0)  # the kernel is loaded now, and not when the first plot waits for it

    def read(self, block: bytes, at: int) -> tuple[list[list[int]], list[list[int]], int]:
        """Return the records from `at` on, as far as they are sound and of one source, and the offset after them.

        Of each its offset and 1 if it is plain, and its numbers as they stand, ABSENT where there is none; the
        numbers of a record that is not plain mean nothing.
        """
        n_max = min(AT_ONCE, (len(block) - at) // RECORD_BYTES_MIN + 1)
        where = np.empty((n_max, 2), np.int64)
        values = np.empty((n_max, len(self._fields)), np.int64)
        n_read, end = read_records(
            np.frombuffer(block, np.uint8),
            at,
            self._n_slots,
            self._fspec_max,
            self._slots,
            self._parts,
            self._guards,
            self._fields,
            where,
            values,
        )
        return where[:n_read].tolist(), values[:n_read].tolist(), int(end)


def _tables(layout: Layout) -> tuple[I64, I64]:
    """Return the slots, those of compound items after the record's own, and the parts of extended items.

    A compound item within a compound one has no inner slots of its own: the kernel stops there.
    """
    own: list[Row] = []
    inner: list[Row] = []
    parts: list[int] = []
    for slot in layout.slots:
        row = _row(slot, parts)
        if slot is not None and isinstance(slot[1], Layout):
            row = (row[0], len(layout.slots) + len(inner), *row[2:])
            inner += [_row(one, parts) for one in slot[1].slots]
        own.append(row)
    return np.array(own + inner, np.int64), np.array(parts or [0], np.int64)


def _row(slot: tuple[str, int | Shape] | None, parts: list[int]) -> Row:
    if slot is None:
        return NONE, 0, 0, 0
    return (FIXED, slot[1], 0, 0) if isinstance(slot[1], int) else slot[1].row(parts)


def _number_row(number: Number, names: Sequence[str]) -> tuple[int, ...]:
    if number.field.is_absent:
        return 0, 0, NEVER, 0, 0, 0, 0, 0
    first, end, shift, mask, sign = number.field.bits
    forbidden = {field.bits[0]: 0 for field in number.unless if not field.is_absent}
    for field in number.unless:
        if not field.is_absent:
            forbidden[field.bits[0]] |= field.byte_mask
    ((byte, bits),) = forbidden.items() if forbidden else ((0, 0),)
    return names.index(number.item), first, end, shift, mask, sign, byte, bits
