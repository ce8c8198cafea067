"""What the commands share: how they speak, and the codes with which they end."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

EXIT_OK: Final = 0
EXIT_WRONG: Final = 1
EXIT_USAGE: Final = 2
EXIT_NOT_FOUND: Final = 3
EXIT_INTERRUPTED: Final = 130
EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 it went wrong or the configuration has mistakes; 2 wrong use of the command;"
    " 3 what was asked for is not there; 130 interrupted with Ctrl-C."
)


def fail(text: str, code: int = EXIT_WRONG) -> NoReturn:
    """Say on standard error what went wrong and leave."""
    print(f"sargas: {text}", file=sys.stderr)  # noqa: T201 - this is where the commands speak
    sys.exit(code)


def say(text: str) -> None:
    """Write a line to standard output."""
    print(text, flush=True)  # noqa: T201 - this is where the commands speak


def say_json(value: Any) -> None:
    """Write a value as one JSON document; msgspec structs are welcome."""
    import msgspec

    say(json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2))


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Write a table for a person."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    Console().print(shown)


@contextmanager
def progress(title: str, total: float, *, is_quiet: bool = False) -> Iterator[Any]:
    """Give a function that moves a progress bar on standard error: advance(done, text)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=is_quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task(title, total=total, text="")
        yield lambda done, text="": bar.update(task, completed=done, text=text)


def utc(time_s: float | None) -> str:
    """Return a time for a person, UTC, or a dash for None."""
    from datetime import UTC, datetime

    return "-" if time_s is None else datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
