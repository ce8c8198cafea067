"""`sargas demo`."""

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from sargas.cli.console import EXIT_USAGE, fail, say

PORT_MAX: Final = 65_535


def demo(
    scenario: str = "2025-07-28-vilnius-gaiziunai",
    *,
    speed: float = 20.0,
    seed: int = 1,
    host: str = "127.0.0.1",
    port: int = 8470,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    paused: bool = False,
    out: Path | None = None,
    tak: str = "",
) -> None:
    """Play a reconstructed night in the browser: by default the drone of 28 July 2025.

    Parameters
    ----------
    scenario: str
        The name of a scenario that comes with Sargas, or the path of a scenario file.
    speed: float
        Scenario seconds per second; 0 is as fast as it can. It can be changed in the browser.
    seed: int
        Chooses the noise, the clutter and the birds; the same seed gives the same night.
    host: str
        The address to serve on.
    port: int
        The port to serve on; 0 takes any free one.
    browser: bool
        Open the browser.
    paused: bool
        Wait at the beginning until somebody presses play.
    out: Path | None
        The folder for what is sent: CAP messages and the public page; a new one for each demonstration by default.
    tak: str
        HOST:PORT of a TAK server that gets the tracks and the warnings too, by plain TCP.
    """
    import asyncio
    import tempfile

    from sargas.app import exercise

    def ready(address: str) -> None:
        say(f"the demonstration is at {address}  (Ctrl-C ends it)")
        if browser:
            _open(address)

    say(f"preparing {scenario} ...")
    folder = out or Path(tempfile.mkdtemp(prefix="sargas-demo-"))
    shown = exercise.Demonstration(
        seed=seed, speed=speed, is_paused=paused, host=host, port=port, out=folder, tak=_server(tak)
    )
    say(f"what is sent is written to {folder}")
    asyncio.run(exercise.demonstrate(scenario, shown, ready))


def _server(text: str) -> tuple[str, int] | None:
    """Return the host and port of HOST:PORT, None if nothing is given."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= PORT_MAX:
        fail(f"--tak {text}: expected HOST:PORT, for example 127.0.0.1:8087", EXIT_USAGE)
    return host.strip("[]"), int(port)


def _open(address: str) -> None:
    import os
    import webbrowser

    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
