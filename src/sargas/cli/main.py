"""The command `sargas`: one subcommand per file; `--help` answers at once because the heavy parts come later."""

import os
import sys

from cyclopts import App

from sargas import __version__
from sargas.cli import (
    account,
    alarms,
    backup,
    check,
    demo,
    incident,
    record,
    register,
    replay,
    schema,
    score,
    search,
    sensors,
    simulate,
    warning,
    watch,
)
from sargas.cli.console import EXIT_CODES, EXIT_INTERRUPTED, fail
from sargas.model.errors import SargasError

TOKENS = (
    "To a watch that asks who you are, commands show the token in SARGAS_TOKEN, or the one in a file:"
    " `sargas --token-file FILE COMMAND ...`."
)
ASKS_FOR_HELP = frozenset({"--help", "-h", "--version"})
app = App(
    name="sargas",
    help="Airspace watch: fuses what radars, microphones, direction finders, transponders, neighbours and people"
    " report into one air picture, says when something crosses, and helps to warn. It never engages.",
    help_epilogue=f"{EXIT_CODES} {TOKENS}",
    version=__version__,
    version_flags=["--version"],
    result_action="return_value",
)
app.command(demo.demo)
app.command(watch.watch)
app.command(replay.replay)
app.command(check.check)
app.command(simulate.simulate)
app.command(score.score)
app.command(incident.app)
app.command(search.app)
app.command(register.app)
app.command(warning.app)
app.command(alarms.app)
app.command(alarms.shift_app)
app.command(sensors.sensors)
app.command(account.app)
app.command(record.app)
app.command(backup.backup)
app.command(backup.restore)
app.command(schema.schema)


def main() -> None:
    """Run one command and leave with its exit code."""
    words = _without_token_file(sys.argv[1:])
    if not ASKS_FOR_HELP.intersection(words[-1:]) and words:
        _log_quietly()
    try:
        code = app(words)
    except SargasError as error:
        fail(str(error))
    except ExceptionGroup as group:  # what ended the tasks of a running watch
        known, unknown = group.split(SargasError)
        if known is None or unknown is not None:
            raise
        fail("\n".join(_told(known)))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _log_quietly() -> None:
    """Let what a command logs go to standard error, warnings alone; what it says is what it was asked for."""
    from sargas.app import logs

    logs.configure(as_json=False, level="warning")


def _without_token_file(words: list[str]) -> list[str]:
    """Return the words without `--token-file FILE` before them, which is kept for whatever asks a watch."""
    if len(words) < 2 or words[0] != "--token-file":
        return words
    os.environ["SARGAS_TOKEN_FILE"] = words[1]
    return words[2:]


def _told(group: ExceptionGroup[SargasError]) -> list[str]:
    """Return what every error of the group says."""
    return [
        text
        for error in group.exceptions
        for text in (_told(error) if isinstance(error, ExceptionGroup) else [str(error)])
    ]


if __name__ == "__main__":
    main()
