"""The picture as a journal holds it, read beside a running watch or without one."""

from pathlib import Path

from sargas.app import config as configuration
from sargas.app.restore import Progress, restore
from sargas.app.wire import blueprint_of, build_engine, snapshot_key
from sargas.model.errors import JournalError
from sargas.model.picture import Picture
from sargas.store import journal_sqlite


def picture_of(config_path: Path, progress: Progress | None = None) -> Picture:
    """Return the picture after the last entry of the configuration's journal; the journal is only read.

    Raises:
        ConfigError, DataError: the configuration cannot be used.
        JournalError: there is no journal yet, or it cannot be read.
    """
    config = configuration.read(config_path)
    path = config_path.parent / config.journal.path
    if not path.is_file():
        raise JournalError(f"no journal at {path}: has `sargas watch {config_path}` run?")
    blueprint = blueprint_of(config, config_path.parent)
    journal = journal_sqlite.open_for_reading(path)
    try:
        return restore(journal, snapshot_key(blueprint), lambda: build_engine(blueprint), progress).picture
    finally:
        journal.close()
