"""Where the items of an ASTERIX record are, compiled from libasterix's own tables.

libasterix parses a record by building an object for every bit field of every item, used or not: about 1 ms for a
CAT062 track. Its tables are what we rely on, so they are compiled once into lengths and bit positions; a record then
costs one walk over its field specification (FSPEC), and only the items that a reader wants are cut out.
Source of the structure: EUROCONTROL-SPEC-0149 (ASTERIX Part 1), sections 4.2.3 (FSPEC) and 4.3 (item formats).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sargas.kernels.records import CHAINED, COMPOUND, EXPLICIT, EXTENDED, REPEATED
from sargas.model.units import FEET_PER_MINUTE_MPS, FLIGHT_LEVEL_M, FOOT_M, KNOT_MPS, NAUTICAL_MILE_M

Items = Mapping[str, bytes]
"""The items of a record, or the subfields of a compound item, by name."""

REPETITIONS_MAX = 127
"""Items repeated by extension bits (warnings, composed track numbers) hold a handful; no end is no item."""
PLANS_KEPT = 512
"""Real sources use some tens of different field specifications; hostile ones cannot fill the memory."""

SI_FACTORS: Mapping[str, float] = {
    "": 1.0,
    "s": 1.0,
    "m": 1.0,
    "m/s": 1.0,
    "m/s²": 1.0,
    "°": 1.0,
    "°/s": 1.0,
    "dBm": 1.0,
    "ms": 0.001,
    "NM": NAUTICAL_MILE_M,
    "NM/s": NAUTICAL_MILE_M,
    "kt": KNOT_MPS,
    "FL": FLIGHT_LEVEL_M,
    "ft": FOOT_M,
    "ft/min": FEET_PER_MINUTE_MPS,
}


class Broken(Exception):
    """A record cannot be read; the message is the reason that is counted."""


class Shape(Protocol):
    """How long an item is."""

    def end(self, data: bytes, at: int) -> int:
        """Return the offset after the item that starts at `at`; IndexError where the data stop short."""

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:
        """Return the same as a row for `sargas.kernels.records`; lengths of parts are added to `parts`."""


class _Extended:
    """Parts that each end in an extension bit (FX)."""

    def __init__(self, parts_bytes: Sequence[int], *, is_open_ended: bool) -> None:
        self._parts_bytes = tuple(parts_bytes)
        self._is_open_ended = is_open_ended

    def end(self, data: bytes, at: int) -> int:
        for n in self._parts_bytes:
            at += n
            if not data[at - 1] & 1:
                return at
        if self._is_open_ended:
            return at
        raise Broken("item extends beyond its edition")

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:
        parts += self._parts_bytes
        return EXTENDED, len(parts) - len(self._parts_bytes), len(self._parts_bytes), int(self._is_open_ended)


class _Repetitive:
    """A count, then as many elements of one length."""

    def __init__(self, count_bytes: int, element_bytes: int) -> None:
        self._count_bytes = count_bytes
        self._element_bytes = element_bytes

    def end(self, data: bytes, at: int) -> int:
        first = at + self._count_bytes
        if first > len(data):
            raise IndexError
        return first + int.from_bytes(data[at:first], "big") * self._element_bytes

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:  # noqa: ARG002 -- the signature is Shape's
        return REPEATED, self._count_bytes, self._element_bytes, 0


class _Chained:
    """Elements of one length, each ending in an extension bit."""

    def __init__(self, element_bytes: int) -> None:
        self._element_bytes = element_bytes

    def end(self, data: bytes, at: int) -> int:
        for _ in range(REPETITIONS_MAX):
            at += self._element_bytes
            if not data[at - 1] & 1:
                return at
        raise Broken("item repeats without end")

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:  # noqa: ARG002 -- the signature is Shape's
        return CHAINED, self._element_bytes, 0, 0


class _Explicit:
    """A length that counts itself, then bytes that only their maker can read (SP, RE)."""

    def end(self, data: bytes, at: int) -> int:
        n = data[at]
        if n == 0:
            raise Broken("explicit item of length zero")
        return at + n

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:  # noqa: ARG002 -- the signature is Shape's
        return EXPLICIT, 0, 0, 0


class Layout:
    """A field specification and the items that it announces: a record, or a compound item."""

    def __init__(self, slots: Sequence[tuple[str, int | Shape] | None], fspec_bytes_max: int) -> None:
        self.slots = tuple(slots)
        self.fspec_bytes_max = fspec_bytes_max
        self._wanted: frozenset[str] = frozenset()
        self._plans: dict[bytes, _Plan] = {}

    def row(self, parts: list[int]) -> tuple[int, int, int, int]:  # noqa: ARG002 -- the signature is Shape's
        """Return a compound item's row; where its inner slots stand is known to who lays them out."""
        return COMPOUND, 0, len(self.slots), self.fspec_bytes_max

    def want(self, name: str) -> None:
        """Cut this item out from now on; the others are passed over."""
        self._wanted |= {name}
        self._plans.clear()

    def end(self, data: bytes, at: int) -> int:
        """Return the offset after what starts at `at`; IndexError where the data stop short."""
        plan, at = self._plan(data, at)
        if plan.n_bytes is not None:
            return at + plan.n_bytes
        for _, n, shape in plan.steps:
            at = at + n if shape is None else shape.end(data, at)
        return at

    def split(self, data: bytes, at: int) -> tuple[dict[str, bytes], int]:
        """Return the wanted items of what starts at `at`, and the offset after it.

        Raises:
            Broken: this is not a record, or not of this edition.
            IndexError: the data stop short.
        """
        plan, at = self._plan(data, at)
        items: dict[str, bytes] = {}
        for name, n, shape in plan.steps:
            end = at + n if shape is None else shape.end(data, at)
            if name:
                items[name] = data[at:end]
            at = end
        if at > len(data):
            raise IndexError
        return items, at

    def _plan(self, data: bytes, at: int) -> "tuple[_Plan, int]":
        end = at + 1
        while data[end - 1] & 1:
            end += 1
            if end - at > self.fspec_bytes_max:
                raise Broken("field specification too long")
        fspec = data[at:end]
        plan = self._plans.get(fspec)
        if plan is None:
            plan = self._compile(fspec)
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            self._plans[fspec] = plan
        return plan, end

    def _compile(self, fspec: bytes) -> "_Plan":
        steps: list[tuple[str, int, Shape | None]] = []
        for k in range(7 * len(fspec)):
            if not fspec[k // 7] >> (7 - k % 7) & 1:
                continue
            slot = self.slots[k] if k < len(self.slots) else None
            if slot is None:
                raise Broken("item not in this edition")
            name, shape = slot
            cut = name if name in self._wanted else ""
            if not isinstance(shape, int):
                steps.append((cut, 0, shape))
            elif not cut and steps and steps[-1][0] == "" and steps[-1][2] is None:
                steps[-1] = ("", steps[-1][1] + shape, None)
            else:
                steps.append((cut, shape, None))
        return _Plan(steps)


class _Plan:
    """The steps for one field specification: (name or "", length, or the shape that tells it)."""

    __slots__ = ("n_bytes", "steps")

    def __init__(self, steps: Sequence[tuple[str, int, Shape | None]]) -> None:
        self.steps = tuple(steps)
        self.n_bytes = sum(n for _, n, _ in steps) if all(shape is None for _, _, shape in steps) else None


class Field:
    """One number inside an item: where its bits are and what one of them is worth in SI (degrees for angles)."""

    __slots__ = ("_end", "_first", "_mask", "_scale", "_shift", "_sign", "table")

    def __init__(
        self, first_bit: int, n_bits: int, scale: float, *, is_signed: bool, table: Mapping[int, str]
    ) -> None:
        self._first = first_bit // 8
        self._end = (first_bit + n_bits + 7) // 8
        self._shift = 8 * self._end - first_bit - n_bits
        self._mask = (1 << n_bits) - 1
        self._sign = 1 << (n_bits - 1) if is_signed else 0
        self._scale = scale
        self.table = table

    @property
    def is_absent(self) -> bool:
        """Whether this edition has no such number."""
        return False

    @property
    def bits(self) -> tuple[int, int, int, int, int]:
        """First byte, end byte, shift, mask and sign bit: see `raw`."""
        return self._first, self._end, self._shift, self._mask, self._sign

    @property
    def byte_mask(self) -> int:
        """The bits of the number in its last byte."""
        return self._mask << self._shift & 0xFF

    @property
    def scale(self) -> float:
        """What one is worth in SI units, degrees for angles."""
        return self._scale

    def raw(self, item: bytes | None) -> int | None:
        """Return the number as it stands; None where the item, or this part of it, is absent."""
        if item is None or len(item) < self._end:
            return None
        raw = int.from_bytes(item[self._first : self._end], "big") >> self._shift & self._mask
        return raw - 2 * self._sign if raw & self._sign else raw

    def value(self, item: bytes | None) -> float | None:
        """Return the number in SI units; None where the item, or this part of it, is absent."""
        raw = self.raw(item)
        return None if raw is None else raw * self._scale


class _Absent(Field):
    """A number that this edition does not have."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0, 1, 1.0, is_signed=False, table={})

    @property
    def is_absent(self) -> bool:
        return True

    def raw(self, item: bytes | None) -> int | None:  # noqa: ARG002 -- the signature is Field's
        return None


class Spec:
    """One category in one edition: its record layout and the numbers in its items."""

    def __init__(self, category: type[Any]) -> None:
        record = category.cv_uap.cv_record
        self.edition = "{}.{}".format(*category.cv_edition)
        self._variations: dict[str, Any] = {}
        slots = [self._slot(uap_item) for uap_item in record.cv_items_list]
        self.layout = Layout(slots, record.cv_fspec_max_bytes)
        self._layouts = {slot[0]: slot[1] for slot in slots if slot is not None and isinstance(slot[1], Layout)}

    def _slot(self, uap_item: Any) -> tuple[str, int | Shape] | None:
        item = getattr(uap_item, "cv_non_spare", None)
        if item is None:
            return None
        variation = _variation(item)
        self._variations[item.cv_name] = variation
        return item.cv_name, _shape(variation)

    def has(self, item: str) -> bool:
        """Return whether this edition has the item."""
        return item in self._variations

    def field(self, item: str, *path: str) -> Field:
        """Return the number at a path inside an item that is cut out from now on; absent ones read as None."""
        self.layout.want(item)
        return _find_field(self._variations.get(item), path)

    def part(self, item: str, part: str, *path: str) -> Field:
        """Return the number at a path inside a subfield of a compound item; see `parts`."""
        self.layout.want(item)
        if item not in self._layouts:
            return _Absent()
        self._layouts[item].want(part)
        return _find_field(_named(self._variations[item].cv_items_list).get(part), path)

    def parts(self, item: str) -> "Callable[[bytes | None], Items]":
        """Return the function that splits a compound item into the subfields asked for with `part`."""
        layout = self._layouts.get(item)
        return _Parts(layout).of


class _Parts:
    """The subfields of a compound item; none where it is absent."""

    def __init__(self, layout: Layout | None) -> None:
        self._layout = layout

    def of(self, item: bytes | None) -> Items:
        return {} if item is None or self._layout is None else self._layout.split(item, 0)[0]


def _variation(item: Any) -> Any:
    rule = item.cv_rule
    return rule.cv_variation if hasattr(rule, "cv_variation") else rule.cv_default_variation


def _named(items: Sequence[Any]) -> dict[str, Any]:
    return {item.cv_name: _variation(item) for item in items if item is not None}


def _kind(variation: Any) -> str:
    """Return which of libasterix's variations this is, by the name of its base class."""
    return str(variation.__mro__[1].__name__)


def _shape(variation: Any) -> int | Shape:
    match _kind(variation):
        case "Element" | "Group":
            return int(variation.cv_bit_size) // 8
        case "Extended":
            parts = [_part_bits(part) for part in variation.cv_items_list]
            return _Extended([n // 8 for n in parts], is_open_ended=variation.cv_items_list[-1][-1] is not None)
        case "Repetitive" if variation.cv_rep_bytes is None:
            return _Chained((variation.cv_variation.cv_bit_size + 1) // 8)
        case "Repetitive":
            return _Repetitive(variation.cv_rep_bytes, variation.cv_variation.cv_bit_size // 8)
        case "Explicit":
            return _Explicit()
        case _:
            items = variation.cv_items_list
            slots = [None if item is None else (item.cv_name, _shape(_variation(item))) for item in items]
            return Layout(slots, variation.cv_fspec_max_bytes)


def _part_bits(part: Sequence[Any]) -> int:
    return sum(1 if entry is None else entry[1] for entry in part)


def _find_field(variation: Any, path: Sequence[str], first_bit: int = 0) -> Field:
    if variation is None:
        return _Absent()
    kind = _kind(variation)
    if kind == "Element":
        return _element_field(variation, first_bit)
    if kind == "Group" and not path:
        return Field(first_bit, variation.cv_bit_size, 1.0, is_signed=False, table={})
    entries = variation.cv_items_list if kind == "Group" else [e for part in variation.cv_items_list for e in part]
    for entry in entries:
        if entry is not None and getattr(getattr(entry[0], "cv_non_spare", None), "cv_name", None) == path[0]:
            return _find_field(_variation(entry[0].cv_non_spare), path[1:], first_bit)
        first_bit += 1 if entry is None else entry[1]
    return _Absent()


def _element_field(variation: Any, first_bit: int) -> Field:
    content = getattr(variation.cv_rule, "cv_content", None)
    scale = getattr(content, "cv_lsb", 1.0) * SI_FACTORS[getattr(content, "cv_unit", "")]
    is_signed = getattr(getattr(content, "cv_signedness", None), "__name__", "") == "Signed"
    table = getattr(content, "cv_values", {})
    return Field(first_bit, variation.cv_bit_size, scale, is_signed=is_signed, table=table)
