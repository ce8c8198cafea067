"""`sargas check CONFIG`."""

from pathlib import Path

from sargas.cli.console import EXIT_OK, EXIT_WRONG, say, say_json


def check(config: Path, *, json: bool = False) -> int:
    """Read a configuration and tell every mistake in it, with its line and key.

    Parameters
    ----------
    config: Path
        The configuration file (TOML).
    json: bool
        Write the mistakes as JSON.
    """
    from sargas.app import config as configuration
    from sargas.app.mistakes import Mistake
    from sargas.app.wire import problems_of

    checked = configuration.check(configuration.read_text(config), config.parent)
    mistakes = list(checked.mistakes)
    if checked.value is not None and not mistakes:
        mistakes = [Mistake(None, key, text) for key, text in problems_of(checked.value, config.parent)]
    if json:
        say_json({"config": str(config), "mistakes": mistakes})
    elif mistakes:
        say("\n".join([f"{config}: {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}", *map(str, mistakes)]))
    elif checked.value is not None:
        good = checked.value
        say(f"{config}: good; {len(good.sensors)} sensors, {len(good.feeds)} feeds, {len(good.rules)} rules")
    return EXIT_WRONG if mistakes else EXIT_OK
