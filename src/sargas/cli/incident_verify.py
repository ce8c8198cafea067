"""`sargas incident verify FILE...`."""

from pathlib import Path
from typing import TYPE_CHECKING

from sargas.cli.console import EXIT_OK, EXIT_WRONG, progress, say, say_json

if TYPE_CHECKING:
    from sargas.share.standalone.verify import Report


def verify(*files: Path, heads: tuple[Path, ...] = (), key: tuple[str, ...] = (), json: bool = False) -> int:
    """Verify dossiers or whole journals: that nothing was changed, left out or added since it was signed.

    Parameters
    ----------
    files: Path
        Dossiers (ZIP files, or the folders that they were unpacked into), journals, or configurations, whose journal
        and files of published heads are taken; a watch may be running on them.
    heads: tuple[Path, ...]
        A file of published heads, one after the other. May be given several times.
    key: tuple[str, ...]
        A public key that somebody of the service vouches for, hexadecimal. May be given several times.
    json: bool
        Write what was found as JSON.
    """
    from sargas.model.errors import DataError

    if not files:
        raise DataError("nothing to verify: give a dossier, a journal or a configuration")
    published = "\n".join(_text(path) for path in heads) if heads else None
    reports = {str(path): _report(path, published, key, is_quiet=json) for path in files}
    if json:
        say_json({name: {"n_wrong": one.n_wrong, "lines": one.lines} for name, one in reports.items()})
    else:
        for name, report in reports.items():
            say(f"{name}:")
            for line in report.lines:
                say(f"  {line}")
            say(f"  {report.ending()}")
    return EXIT_WRONG if any(report.n_wrong for report in reports.values()) else EXIT_OK


def _report(path: Path, published: str | None, keys: tuple[str, ...], *, is_quiet: bool) -> "Report":
    from sargas.app.record_check import check_journal, is_journal
    from sargas.share.standalone.verify import check_dossier

    journal = path if is_journal(path) else None
    if path.suffix == ".toml":
        journal, own = _of_configuration(path)
        published = published if own is None else f"{own}\n{published or ''}"
    if journal is None:
        return check_dossier(str(path), published, keys)
    with progress(f"going through {journal.name}", total=1.0, is_quiet=is_quiet) as bar:
        return check_journal(journal, published, keys, lambda done, of: bar(done / of if of else 1.0))


def _of_configuration(path: Path) -> tuple[Path, str | None]:
    """Return the journal of a configuration, and the heads that it has published to files that are there."""
    from sargas.app import config as configuration
    from sargas.app.reading import journal_path
    from sargas.app.record import head_files

    config = configuration.read(path)
    found = [_text(file) for file in head_files(config, path.parent) if file.is_file()]
    return journal_path(config, path), "\n".join(found) if found else None


def _text(path: Path) -> str:
    from sargas.model.errors import DataError

    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8 text: expected published heads") from error
