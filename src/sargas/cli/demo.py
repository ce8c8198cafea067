"""`sargas demo`."""

from typing import Annotated

from cyclopts import Parameter

from sargas.cli.console import say


def demo(
    scenario: str = "2025-07-28-vilnius-gaiziunai",
    *,
    speed: float = 20.0,
    seed: int = 1,
    host: str = "127.0.0.1",
    port: int = 8470,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    paused: bool = False,
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
    """
    import asyncio

    from sargas.app import exercise, logs

    logs.configure(as_json=False, level="warning")

    def ready(address: str) -> None:
        say(f"the demonstration is at {address}  (Ctrl-C ends it)")
        if browser:
            _open(address)

    say(f"preparing {scenario} ...")
    asyncio.run(
        exercise.demonstrate(scenario, seed=seed, speed=speed, is_paused=paused, host=host, port=port, ready=ready)
    )


def _open(address: str) -> None:
    import os
    import webbrowser

    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
