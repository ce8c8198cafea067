"""A backup put back: into a new folder, with every hash compared, and with word of it for the next start."""

import shutil
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from sargas.app import config as configuration
from sargas.app.backup import FORMAT, MANIFEST, OUTSIDE, Manifest, Saved
from sargas.app.record import RESTORED, head_files
from sargas.app.record_check import check_journal
from sargas.model.errors import ConfigError, DataError
from sargas.share.standalone.verify import Report

MANIFEST_MAX: Final = 256 << 20
FILES_MAX: Final = 1_000_000
CHUNK: Final = 1 << 20

Progress = Callable[[float, str], None]


def put_back(backup: Path, folder: Path, progress: Progress) -> tuple[Manifest, Report]:
    """Return what a backup held, and the report on its record, once it stands in a new folder.

    Raises:
        DataError: the folder is not empty; the backup is damaged, or holds what no backup does; nothing is put back.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(
            f"{folder}: it is there and not empty; a backup is put into a new folder, and overwrites nothing"
        )
    part = folder.with_name(f".{folder.name}.part")
    if part.exists():
        raise DataError(f"{part}: an earlier restoring was broken off here; remove it")
    try:
        part.mkdir(mode=0o700, parents=True)
        manifest = _unpack(backup, part, progress)
        _tell_next_start(part / manifest.journal, backup, manifest)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except (OSError, tarfile.TarError) as error:
        raise DataError(f"{backup}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    heads = _heads_in(folder, manifest)
    report = check_journal(folder / manifest.journal, heads, (), lambda done, of: progress(done / of, "verifying"))
    return manifest, report


def _unpack(backup: Path, part: Path, progress: Progress) -> Manifest:
    """Write the files of a backup into a folder, and compare them with the manifest."""
    n_all = backup.stat().st_size
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    # No compression is taken: what comes out can be no larger than what is there.
    with tarfile.open(backup, mode="r:") as archive:
        for member in archive:
            _check_member(member, found, n_all)
            source = archive.extractfile(member)
            if source is None:
                raise DataError(f"{backup}: '{member.name}' cannot be read")
            if member.name == MANIFEST:
                manifest = _manifest(source.read(MANIFEST_MAX + 1), backup)
                continue
            target = part / member.name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest = sha256()
            with target.open("xb") as file:
                target.chmod(0o600)
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            found[member.name] = (target.stat().st_size, digest.hexdigest())
            progress(archive.offset / n_all, member.name)
    if manifest is None:
        raise DataError(f"{backup}: it has no {MANIFEST}: it is no backup, or it was cut off")
    _compare(backup, manifest, found)
    return manifest


def _check_member(member: tarfile.TarInfo, found: dict[str, tuple[int, str]], n_all: int) -> None:
    """Refuse what no backup holds: links, devices, names that lead out of the folder, sizes beyond the file."""
    name = member.name
    if not member.isreg() or member.issparse():
        raise DataError(f"'{name}' is no plain file; a backup holds nothing else")
    if name.startswith("/") or "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise DataError(f"{name[:200]!r} is no name that a backup gives: it leads out of the folder")
    if name in found:
        raise DataError(f"'{name}' is there twice")
    if member.size > n_all or len(found) >= FILES_MAX:
        raise DataError(f"'{name}': it claims to be larger than the backup, or there are too many files")


def _manifest(data: bytes, backup: Path) -> Manifest:
    try:
        if len(data) > MANIFEST_MAX:
            raise DataError(f"{backup}: {MANIFEST} is too long")
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise DataError(f"{backup}: {MANIFEST}: {error}") from error
    if manifest.format != FORMAT:
        raise DataError(f"{backup}: expected the format {FORMAT}, not '{manifest.format}'")
    return manifest


def _compare(backup: Path, manifest: Manifest, found: dict[str, tuple[int, str]]) -> None:
    listed = {one.name: (one.n_bytes, one.sha256) for one in manifest.files}
    if manifest.journal not in listed or manifest.configuration not in listed:
        raise DataError(f"{backup}: {MANIFEST} names no journal or no configuration among its files")
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise DataError(f"{backup}: '{name}' is missing")
        if name not in listed:
            raise DataError(f"{backup}: '{name}' is not in {MANIFEST}: somebody has added it")
        if listed[name] != found[name]:
            raise DataError(f"{backup}: '{name}' was changed: its size or hash is not that of {MANIFEST}")


def _tell_next_start(journal: Path, backup: Path, manifest: Manifest) -> None:
    made = datetime.fromtimestamp(manifest.made_s, UTC).isoformat(timespec="seconds")
    key = "with its key" if manifest.has_key else "without its key: another one signs from here on"
    text = f"restored from {backup.name}, made at {made}, {key}"
    journal.with_name(journal.name + RESTORED).write_text(text + "\n", encoding="utf-8")


def _heads_in(folder: Path, manifest: Manifest) -> str | None:
    """Return the published heads that came with the backup."""
    try:
        config = configuration.read(folder / manifest.configuration)
    except ConfigError:  # a file that it names stood outside; told to whoever restores
        return None
    # What is no text is no head, and is told as one that is malformed.
    files = [file for file in head_files(config, folder) if file.is_file()]
    found = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    return "\n".join(found) if found else None


def outside(manifest: Manifest) -> list[Saved]:
    """Return the files that stood outside of the configuration's folder, and have to be put there again."""
    return [one for one in manifest.files if one.name.startswith(f"{OUTSIDE}/")]
