"""`sargas watch CONFIG`."""

from pathlib import Path
from typing import Literal

from sargas.cli.console import progress, say


def watch(
    config: Path,
    *,
    json_logs: bool = False,
    log_level: Literal["debug", "info", "warning", "error"] = "info",
) -> None:
    """Watch: take what the feeds bring, keep it, and show the picture in the browser until Ctrl-C.

    Parameters
    ----------
    config: Path
        The configuration file (TOML); `sargas check` tells what is wrong with it.
    json_logs: bool
        Write the log as JSON lines.
    log_level: Literal["debug", "info", "warning", "error"]
        The least important level that is logged.
    """
    import asyncio
    from contextlib import ExitStack

    from sargas.app import config as configuration
    from sargas.app import logs, watching

    logs.configure(as_json=json_logs, level=log_level)
    read = configuration.read(config)

    def first_password(password: str) -> None:
        say(
            "there was no account yet, so there is one now: sign in as 'admin' with the password\n\n"
            f"    {password}\n\n"
            "It is told this once and kept nowhere. Give the administrator one of your own with\n"
            f"    sargas account password {config} admin\n"
            "and each officer an account:\n"
            f"    sargas account add {config} NAME --role officer\n"
        )

    with ExitStack() as restoring:
        bar = restoring.enter_context(progress("restoring the picture", total=1.0, is_quiet=json_logs))

        def ready(address: str) -> None:
            bar(1.0)
            restoring.close()  # it would go on drawing under the log
            say(f"the watch is at {address}")

        asyncio.run(
            watching.watch(
                read,
                config.parent,
                ready=ready,
                first_password=first_password,
                progress=lambda done, of: bar(done / of if of else 1.0),
            )
        )
