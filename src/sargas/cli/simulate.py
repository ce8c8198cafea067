"""`sargas simulate SCENARIO`."""

from pathlib import Path

from sargas.cli.console import EXIT_OK, say, say_json


def simulate(scenario: str | None = None, *, out: Path | None = None, seed: int = 1, json: bool = False) -> int:
    """Make the reports and the truth of a scenario; without a name, list the scenarios that come with Sargas.

    Parameters
    ----------
    scenario: str | None
        The name of a scenario that comes with Sargas, or the path of a scenario file.
    out: Path | None
        The folder for watch.toml, the journal of what came in, and truth.csv; by default one of the scenario's name.
    seed: int
        Chooses the noise, the clutter and the birds.
    json: bool
        Write the summary as JSON.
    """
    from sargas.app import exercise

    if scenario is None:
        if json:
            say_json(exercise.scenarios())
            return EXIT_OK
        for name, title in exercise.scenarios().items():
            say(f"{name}\n    {title}")
        return EXIT_OK
    folder = out or Path(Path(scenario).stem)
    summary = exercise.write_out(scenario, seed, folder)
    if json:
        say_json(summary)
    else:
        say(f"{summary.title}: {summary.n_entries} entries of {summary.n_feeds} feeds, {summary.n_targets} targets")
        say(f"run it with: sargas replay {folder}/watch.toml --out {folder}/result    (or --serve)")
    return EXIT_OK
