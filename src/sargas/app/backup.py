"""Everything of a watch in one tar file, while it runs: journal, accounts, register, evidence, configuration.

The file is a plain tar: the entries of the manifest `backup.json`, which comes last, tell what each one is and its
SHA-256. What stands outside the configuration's folder goes under `outside/`.
"""

import io
import os
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal

import msgspec
from msgspec import Struct

from sargas import __version__
from sargas.app import config as configuration
from sargas.app.config import Config
from sargas.app.reading import journal_path
from sargas.app.record import RESTORED
from sargas.model.errors import DataError
from sargas.store import copying
from sargas.store.journal_sqlite import KEY
from sargas.store.signing_key import NEXT

FORMAT: Final = "sargas-backup/1"
MANIFEST: Final = "backup.json"
OUTSIDE: Final = "outside"
PASSED_OVER: Final = ("-wal", "-shm", "-journal", ".lock", ".part", RESTORED)
"""What is part of a database's file, holds a lock, or is not whole yet."""
Kind = Literal["configuration", "journal", "database", "key", "beside", "named"]

Progress = Callable[[float, str], None]
"""Hears which share is done, and of what."""


class Saved(Struct, frozen=True, kw_only=True):
    """One file of a backup. `was_at`: where it stood, if that is outside of the configuration's folder."""

    name: str
    kind: Kind
    n_bytes: int
    sha256: str
    was_at: str = ""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds; `format` is told first."""

    format: str
    made_s: float
    sargas: str
    configuration: str
    journal: str
    has_key: bool
    is_exercise: bool
    files: list[Saved]


class Source(Struct, frozen=True, kw_only=True):
    """A file that goes into a backup, and under which name."""

    path: Path
    name: str
    kind: Kind


def back_up(config_path: Path, out: Path, *, with_key: bool, progress: Progress) -> Manifest:
    """Return what was written to `out`, a new tar file that only its owner may read; a watch may be running.

    Raises:
        ConfigError, JournalError: the configuration cannot be used, there is no journal, or it cannot be read.
        DataError: the file is there already, or cannot be written.
    """
    config = configuration.read(config_path)
    journal = journal_path(config, config_path)
    sources = sources_of(config, config_path, with_key=with_key)
    if out.exists():
        raise DataError(f"{out}: it is there already; a backup overwrites nothing")
    part = out.with_name(f".{out.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".sargas-backup-", dir=out.parent) as folder, _opened(part) as file:
            saved = _write(file, sources, Path(folder), progress)
            manifest = Manifest(
                format=FORMAT,
                made_s=time.time(),
                sargas=__version__,
                configuration=config_path.name,
                journal=next(one.name for one in sources if one.path == journal),
                has_key=any(one.kind == "key" for one in saved),
                is_exercise=config.watch.is_exercise,
                files=saved,
            )
            _add_manifest(file, manifest)
            file.flush()
            os.fsync(file.fileno())
        part.rename(out)
    except OSError as error:
        raise DataError(f"{out}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def sources_of(config: Config, config_path: Path, *, with_key: bool) -> list[Source]:
    """Return what belongs to a watch, the journal first: what it names must be in what is copied after it.

    That is the journal and all that stands beside it under its name, the configuration, and every file that it names.
    """
    folder = config_path.parent
    journal = folder / config.journal.path
    keys = {journal.with_name(journal.name + KEY), *([folder / config.record.key] if config.record.key else [])}
    keys |= {key.with_name(key.name + NEXT) for key in keys}
    found: dict[Path, Kind] = {journal: "journal"}
    for path in sorted(_beside(journal)):
        found.setdefault(path, "database" if copying.is_database(path) else "beside")
    found.setdefault(config_path, "configuration")
    for path in _named(config_path, folder):
        found.setdefault(path, "named")
    found |= {key: "key" for key in keys if key.is_file()}
    if not with_key:
        found = {path: kind for path, kind in found.items() if not _is_one_of(path, keys)}
    return [Source(path=path, name=_name(path, folder), kind=kind) for path, kind in found.items()]


def _is_one_of(path: Path, keys: Iterable[Path]) -> bool:
    """Return whether a file is one of the keys, by whatever name it was found."""
    return any(key.is_file() and path.samefile(key) for key in keys)


def _beside(journal: Path) -> Iterator[Path]:
    """Return the files beside the journal that bear its name, and those in folders that do."""
    for path in journal.parent.glob(f"{journal.name}.*"):
        inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else (path,)
        yield from (one for one in inside if _is_plain(one) and not one.name.endswith(PASSED_OVER))


def _named(config_path: Path, folder: Path) -> Iterator[Path]:
    """Return the files that a configuration names, wherever in it."""
    waiting: list[object] = [tomllib.loads(config_path.read_text(encoding="utf-8"))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and 0 < len(value) < 4_096 and "\0" not in value and "\n" not in value:
            path = folder / value
            if _is_there(path) and not path.name.endswith(PASSED_OVER):
                yield path


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a text that is too long for a name
        return False


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _name(path: Path, folder: Path) -> str:
    """Return the name in the tar: as it lies in the configuration's folder, else under `outside/`."""
    at, root = Path(os.path.abspath(path)), Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    if at.is_relative_to(root):
        return PurePosixPath(at.relative_to(root)).as_posix()
    return (PurePosixPath(OUTSIDE) / sha256(bytes(at.parent)).hexdigest()[:8] / at.name).as_posix()


def _opened(path: Path) -> IO[bytes]:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _write(file: IO[bytes], sources: list[Source], scratch: Path, progress: Progress) -> list[Saved]:
    saved: list[Saved] = []
    sizes = [_size(source.path) for source in sources]
    n_all, n_done = max(1, sum(sizes)), 0
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for source, size in zip(sources, sizes, strict=True):
            progress(n_done / n_all, source.name)
            path = source.path
            if source.kind in {"journal", "database"}:
                path = scratch / "copy"
                path.unlink(missing_ok=True)
                copying.copy(source.path, path, _part_of(progress, n_done / n_all, size / n_all, source.name))
            try:
                n_bytes, digest = _add(archive, path, source.name)
            except FileNotFoundError:
                if source.kind != "beside":
                    raise
                continue  # its time had come meanwhile
            is_outside = source.name.startswith(f"{OUTSIDE}/")
            was_at = str(source.path) if is_outside else ""
            saved.append(Saved(name=source.name, kind=source.kind, n_bytes=n_bytes, sha256=digest, was_at=was_at))
            n_done += size
    progress(1.0, "")
    return saved


def _part_of(progress: Progress, at: float, share: float, name: str) -> copying.Progress:
    """Return what hears the pages of one file, and tells the share of the whole."""
    return lambda done, of: progress(at + share * done / max(1, of), name)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _add(archive: tarfile.TarFile, path: Path, name: str) -> tuple[int, str]:
    """Add a file as long as it is now; return its size and hash."""
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = os.fstat(file.fileno()).st_size, 0o600, int(path.stat().st_mtime)
        reading = _Hashed(file)
        archive.addfile(info, reading)
        return info.size, reading.digest.hexdigest()


def _add_manifest(file: IO[bytes], manifest: Manifest) -> None:
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode, info.mtime = len(data), 0o600, int(manifest.made_s)
    file.seek(0)
    with tarfile.open(fileobj=file, mode="a") as archive:
        archive.addfile(info, io.BytesIO(data))


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data
