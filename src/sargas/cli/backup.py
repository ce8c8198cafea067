"""`sargas backup` and `sargas restore`."""

from pathlib import Path

from sargas.cli.console import EXIT_OK, EXIT_WRONG, progress, say, utc


def backup(config: Path, out: Path, *, with_key: bool = False) -> int:
    """Write everything of a watch into one tar file, while it runs.

    The journal with its record, accounts, register, evidence, the configuration and every file that it names. It may
    hold secrets that the configuration names (passwords, tokens, certificates' keys): only its owner may read it.

    Parameters
    ----------
    config: Path
        The configuration; a watch may be running on it.
    out: Path
        The tar file to make; it must not be there yet.
    with_key: bool
        Put the private key that signs the record into it. Who has it can sign in the watch's name.
    """
    from sargas.app.backup import back_up

    with progress(f"backing up {config.name}", total=1.0) as bar:
        made = back_up(config, out, with_key=with_key, progress=bar)
    n_bytes = sum(one.n_bytes for one in made.files)
    say(f"{len(made.files)} files, {n_bytes / 1e6:.1f} MB in {out}")
    if made.has_key:
        say("It holds the PRIVATE KEY that signs the record: keep it as safe as the watch itself.")
    else:
        say("It does not hold the key that signs the record: a restored copy makes its own, and somebody must vouch.")
    return EXIT_OK


def restore(backup: Path, folder: Path) -> int:
    """Put a backup back into a new folder, compare every hash, and verify its record.

    Parameters
    ----------
    backup: Path
        The tar file that `sargas backup` made.
    folder: Path
        The folder to make; it must not be there, or be empty.
    """
    from sargas.app.recovery import outside, put_back

    with progress(f"restoring {backup.name}", total=1.0) as bar:
        made, report = put_back(backup, folder, bar)
    say(f"{len(made.files)} files of {utc(made.made_s)} are in {folder}")
    for one in outside(made):
        say(f"  {one.name} stood at {one.was_at}: put it where the configuration looks for it")
    for line in report.lines:
        say(f"  {line}")
    if not made.has_key:
        say("The key is not in it: the next start makes another one, and somebody must vouch for that.")
    say(f"The watch goes on with: sargas watch {folder / made.configuration}")
    return EXIT_WRONG if report.n_wrong else EXIT_OK
