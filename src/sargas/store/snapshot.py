"""A state to bytes and back, without letting the bytes run anything.

A pickle may name any function of the machine. The reader here knows only plain data, numpy arrays, and the classes
and functions that the core packages of Sargas define themselves; anything else is refused by its name. What a core
module has merely imported is not its own and is refused too. A check sum tells damage before anything is read.
"""

import io
import pickle
import struct
import sys
import zlib
from types import FunctionType, ModuleType
from typing import Final

from sargas.model.errors import JournalError

CORE: Final = (
    "sargas.model", "sargas.engine", "sargas.decode", "sargas.fuse", "sargas.airspace", "sargas.identify",
    "sargas.incident", "sargas.kernels", "sargas.alarm", "sargas.warn",
)  # fmt: skip

ALLOWED: Final = frozenset({
    *(("builtins", name) for name in (
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "range",
        "set", "slice", "str", "tuple",
    )),
    *(("collections", name) for name in ("Counter", "OrderedDict", "defaultdict", "deque")),
    *(("numpy", name) for name in ("dtype", "ndarray")),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
})  # fmt: skip

REBUILD: Final = ("msgspec._utils", "rebuild")
"""How msgspec names what makes a record of its fields."""

MARK: Final = b"SRG1"
HEAD: Final = struct.Struct("<4sI")

BAD_PICKLE: Final = (
    pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, KeyError, MemoryError, OverflowError,
    RecursionError, TypeError, UnicodeError, ValueError,
)  # fmt: skip


def dump(state: object) -> bytes:
    """Return the state as bytes that `load` can read.

    Raises:
        JournalError: the state holds something that cannot be written, such as a lambda or an open file.
    """
    try:
        blob = pickle.dumps(state, protocol=5)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as error:
        raise JournalError(f"the state cannot be written: {error}") from error
    return HEAD.pack(MARK, zlib.crc32(blob)) + blob


def load(blob: bytes) -> object:
    """Return the state that `dump` wrote.

    Raises:
        JournalError: the bytes are damaged, or name something that is not allowed.
    """
    if len(blob) < HEAD.size:
        raise JournalError("the snapshot is damaged: it is cut short")
    mark, check_sum = HEAD.unpack_from(blob)
    body = memoryview(blob)[HEAD.size :]
    if mark != MARK or check_sum != zlib.crc32(body):
        raise JournalError("the snapshot is damaged: its check sum is wrong")
    try:
        return _Reader(io.BytesIO(body)).load()
    except BAD_PICKLE as error:
        raise JournalError(f"the snapshot is damaged: {type(error).__name__} {error}") from error


class _Reader(pickle.Unpickler):
    """Finds nothing but what is allowed."""

    def find_class(self, module_name: str, name: str) -> object:
        """Return the class or function.

        Raises:
            JournalError: it is not allowed.
        """
        if (module_name, name) == REBUILD:
            return _rebuilt
        if (module_name, name) in ALLOWED:
            return super().find_class(module_name, name)
        if not _is_core(module_name) or "." in name:
            raise JournalError(f"the snapshot names {module_name}.{name}, which is not allowed in one")
        found = getattr(_module(module_name), name, None)
        if not (isinstance(found, type | FunctionType) and found.__module__ == module_name):
            raise JournalError(f"the snapshot names {module_name}.{name}, which is not defined there")
        return found


def _rebuilt(kind: type, fields: dict[str, object]) -> object:
    """Return the record of its fields; those that another version kept and this one does not know are left out."""
    try:
        return kind(**fields)
    except TypeError:
        known = getattr(kind, "__struct_fields__", ())
        return kind(**{name: value for name, value in fields.items() if name in known})


def _is_core(module_name: str) -> bool:
    return any(module_name == package or module_name.startswith(f"{package}.") for package in CORE)


def _module(module_name: str) -> ModuleType:
    __import__(module_name)
    return sys.modules[module_name]
