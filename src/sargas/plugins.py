"""The folder is the registry: every module of a plug-in package that defines `Settings` and `build` is a plug-in.

Third parties add theirs by an entry point in the group `sargas.<kind>`, for example `sargas.decode`, that names
such a module. A module is imported when its name is used, so that an unused part costs nothing.
"""

import difflib
import importlib
import importlib.metadata
import pkgutil
from types import ModuleType
from typing import Literal

from sargas.model.errors import ConfigError

Kind = Literal["decode", "fuse", "airspace", "feed", "store"]

WORD: dict[Kind, str] = {
    "decode": "decoder",
    "fuse": "tracker",
    "airspace": "rule",
    "feed": "transport",
    "store": "journal",
}


def load(kind: Kind, name: str) -> ModuleType:
    """Return the plug-in module of that name.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    module = _own(kind, name) or _foreign(kind, name)
    if module is None or not _is_plugin(module):
        have = names(kind)
        near = difflib.get_close_matches(name, have, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"no {WORD[kind]} '{name}'{hint} have {', '.join(have)}")
    return module


def names(kind: Kind) -> list[str]:
    """Return the names of all plug-ins of a kind, ours and others'; imports each of them."""
    package = importlib.import_module(f"sargas.{kind}")
    ours = [
        info.name
        for info in pkgutil.iter_modules(package.__path__)
        if _is_plugin(importlib.import_module(f"sargas.{kind}.{info.name}"))
    ]
    others = [point.name for point in importlib.metadata.entry_points(group=f"sargas.{kind}")]
    return sorted({*ours, *others})


def _own(kind: Kind, name: str) -> ModuleType | None:
    if not name.isidentifier():
        return None
    try:
        return importlib.import_module(f"sargas.{kind}.{name}")
    except ModuleNotFoundError as error:
        if error.name == f"sargas.{kind}.{name}":
            return None
        raise


def _foreign(kind: Kind, name: str) -> ModuleType | None:
    for point in importlib.metadata.entry_points(group=f"sargas.{kind}", name=name):
        loaded = point.load()
        if isinstance(loaded, ModuleType):
            return loaded
    return None


def _is_plugin(module: ModuleType) -> bool:
    return hasattr(module, "Settings") and hasattr(module, "build")
