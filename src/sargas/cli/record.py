"""`sargas record heads`, `sargas record rotate` and `sargas record verifier`."""

from pathlib import Path

from cyclopts import App

from sargas.cli.console import EXIT_NOT_FOUND, EXIT_OK, fail, say, say_json, table, utc

app = App(name="record", help="The record that a journal keeps of itself: its signed heads, and its keys.")


@app.command
def heads(config: Path, *, newest: bool = False, json: bool = False) -> int:
    """Show the signed heads that the journal keeps, and the keys that signed them.

    Parameters
    ----------
    config: Path
        The configuration whose journal is read; a watch may be running on it.
    newest: bool
        Write the newest head as it is published, and nothing else.
    json: bool
        Write all as JSON.
    """
    from sargas.app import config as configuration
    from sargas.app.reading import journal_path
    from sargas.store.record_file import RecordFile

    file = RecordFile(journal_path(configuration.read(config), config))
    contents = file.contents()
    file.close()
    if not contents.heads:
        fail("the journal has no signed head yet", EXIT_NOT_FOUND)
    if newest:
        say(contents.heads[-1].note.rstrip("\n"))
    elif json:
        say_json({"origin": contents.origin, "heads": contents.heads, "keys": [key for _, key in contents.keys]})
    else:
        rows = [
            [str(seq), key.key_id, key.previous_key_id or "-", key.public_key.hex()] for seq, key in contents.keys
        ]
        table(f"{contents.origin}: {len(rows)} keys", ["from entry", "key", "after", "public key"], rows)
        rows = [[str(one.n_entries), utc(one.time_s), one.key_id, one.root.hex()] for one in contents.heads]
        table(f"{len(rows)} heads are kept", ["entries", "signed", "key", "root"], rows)
    return EXIT_OK


@app.command
def rotate(config: Path) -> int:
    """Change the key that signs the record, while no watch runs; a running watch does it by itself.

    The old key signs the new one, and is erased then.

    Parameters
    ----------
    config: Path
        The configuration whose journal is written.
    """
    from sargas.app import config as configuration
    from sargas.app import record
    from sargas.app.reading import journal_path

    read = configuration.read(config)
    journal_path(read, config)
    journal = record.open_journal(read, config.parent)
    try:
        key_id = record.rotate(journal)
    finally:
        journal.close()
    say(f"key {key_id} signs the record from now on; the one before is erased")
    return EXIT_OK


@app.command
def verifier() -> int:
    """Write the program that verifies a dossier: one file that needs Python and `cryptography` alone."""
    from sargas.share import proof_json

    say(proof_json.verifier().decode().rstrip("\n"))
    return EXIT_OK
