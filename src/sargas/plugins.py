"""The folder is the registry: every module of a plug-in folder that defines `Settings` and `build` is a plug-in.

Third parties add theirs by an entry point in the group `sargas.<kind>`, for example `sargas.decoder`, that names such
a module. A module is imported when its name is used, so that an unused part costs nothing.
"""

import difflib
import importlib
import importlib.metadata
import pkgutil
from types import ModuleType
from typing import Final, Literal

from msgspec import Struct

from sargas.model.errors import ConfigError

Kind = Literal[
    "decoder", "recording", "tracker", "rule", "transport", "journal", "search_export", "channel", "stream", "witness"
]


class Folder(Struct, frozen=True):
    """Where the plug-ins of a kind live: named as the modules without `prefix`; `others` are of other kinds."""

    package: str
    prefix: str = ""
    others: tuple[str, ...] = ()


FOLDERS: Final[dict[Kind, Folder]] = {
    "decoder": Folder("sargas.decode", others=("recording_",)),
    "recording": Folder("sargas.decode", prefix="recording_"),
    "tracker": Folder("sargas.fuse", others=("health",)),
    "rule": Folder("sargas.airspace"),
    "transport": Folder("sargas.feed"),
    "journal": Folder("sargas.store", prefix="journal_"),
    "search_export": Folder("sargas.share", prefix="search_"),
    "channel": Folder("sargas.share", prefix="channel_"),
    "stream": Folder("sargas.share", prefix="stream_"),
    "witness": Folder("sargas.share", prefix="witness_"),
}


def load(kind: Kind, name: str) -> ModuleType:
    """Return the plug-in module of that name.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    module = _own(FOLDERS[kind], name) or _foreign(kind, name)
    if module is None or not _is_plugin(module):
        have = names(kind)
        near = difflib.get_close_matches(name, have, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ";"
        raise ConfigError(f"no {kind} '{name}'{hint} have {', '.join(have)}")
    return module


def names(kind: Kind) -> list[str]:
    """Return the names of all plug-ins of a kind, ours and others'; imports each of them."""
    folder = FOLDERS[kind]
    found = [info.name.removeprefix(folder.prefix) for info in _modules(folder)]
    ours = [name for name in found if (module := _own(folder, name)) is not None and _is_plugin(module)]
    others = [point.name for point in importlib.metadata.entry_points(group=f"sargas.{kind}")]
    return sorted({*ours, *others})


def _modules(folder: Folder) -> list[pkgutil.ModuleInfo]:
    package = importlib.import_module(folder.package)
    return [info for info in pkgutil.iter_modules(package.__path__) if info.name.startswith(folder.prefix)]


def _own(folder: Folder, name: str) -> ModuleType | None:
    path = f"{folder.package}.{folder.prefix}{name}"
    if not name.isidentifier() or name.startswith(folder.others):
        return None
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name == path:
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
