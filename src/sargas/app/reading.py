"""The picture as a journal holds it, read beside a running watch or without one."""

from pathlib import Path

from msgspec import Struct

from sargas.app import config as configuration
from sargas.app.config import Config
from sargas.app.restore import Progress, restore
from sargas.app.wire import Blueprint, blueprint_of, build_engine, snapshot_key
from sargas.engine import Engine
from sargas.model.errors import JournalError
from sargas.model.picture import Picture
from sargas.store import journal_sqlite


class Read(Struct, frozen=True, kw_only=True):
    """A configuration, what an engine is built from, and the engine after the journal's last entry."""

    config: Config
    blueprint: Blueprint
    engine: Engine


def picture_of(config_path: Path, progress: Progress | None = None) -> Picture:
    """Return the picture after the last entry of the configuration's journal; the journal is only read.

    Raises:
        ConfigError, DataError: the configuration cannot be used.
        JournalError: there is no journal yet, or it cannot be read.
    """
    return read(config_path, progress).engine.picture


def read(config_path: Path, progress: Progress | None = None) -> Read:
    """Return the configuration, and the engine after the last entry of its journal; the journal is only read.

    Raises:
        ConfigError, DataError: the configuration cannot be used.
        JournalError: there is no journal yet, or it cannot be read.
    """
    config = configuration.read(config_path)
    path = journal_path(config, config_path)
    blueprint = blueprint_of(config, config_path.parent)
    journal = journal_sqlite.open_for_reading(path)
    try:
        engine = restore(journal, snapshot_key(blueprint), lambda: build_engine(blueprint), progress)
    finally:
        journal.close()
    return Read(config=config, blueprint=blueprint, engine=engine)


def journal_path(config: Config, config_path: Path) -> Path:
    """Return where the configuration's journal stands.

    Raises:
        JournalError: there is none yet.
    """
    path = config_path.parent / config.journal.path
    if not path.is_file():
        raise JournalError(f"no journal at {path}: has `sargas watch {config_path}` run?")
    return path
