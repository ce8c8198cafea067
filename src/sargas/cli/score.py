"""`sargas score`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sargas.cli.console import EXIT_OK, EXIT_USAGE, fail, progress, say, table

if TYPE_CHECKING:
    from sargas.app.to_score import Found
    from sargas.evaluate.measured import Measured
    from sargas.evaluate.scores import Scores

NEEDS_PLOTS = "the pictures need matplotlib, which is not installed; install it with: pip install 'sargas[plots]'"


def score(
    target: str,
    tracks: Path | None = None,
    *,
    seed: int = 1,
    tracker: str | None = None,
    cutoff: float | None = None,
    gate: float | None = None,
    burn_in: int = 0,
    every: float | None = None,
    hold: float | None = None,
    birds: bool = False,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    plots: Path | None = None,
) -> int:
    """Score a tracker against the truth: GOSPA, identities, SIAP, consistency, false tracks, and the ED-142 limits.

    TARGET is a scenario (its name or its file), whose reports go through the real engine and tracker; a folder that
    `sargas simulate` wrote, whose journal does so under the configuration there; the folder of a recorded trial; or,
    with TRACKS, a file of the truth against which the tracks of any tracker are scored.

    Parameters
    ----------
    target: str
        A scenario, a folder, or the file of the truth (CSV or JSON lines).
    tracks: Path | None
        The file of the tracks (CSV or JSON lines).
    seed: int
        Of a scenario: chooses the noise, the clutter and the birds.
    tracker: str | None
        The tracker to score, by its type; by default that of the configuration.
    cutoff: float | None
        In metres: what is farther from a target is no track of it. By default 1000, for a trial 150.
    gate: float | None
        In metres: within it a target keeps the track that it had. By default the cut-off.
    burn_in: int
        So many moments at the beginning do not count.
    every: float | None
        With TRACKS: seconds from one moment to the next. By default the moments are the times of the truth.
    hold: float | None
        With TRACKS: for how many seconds a track is shown after its last row. By default not at all if the tracks
        have the times of the truth; else until its status ends it, or, without any such status, for two usual steps.
    birds: bool
        Count birds as targets. Without it they, and the tracks that follow them, are left out.
    json: str | None
        The file for all figures as JSON; - is standard output, in place of the table.
    plots: Path | None
        The folder for the pictures: gospa.png, map.png, error.png, nees.png, existence.png.
    """
    from sargas.app import to_score
    from sargas.evaluate.bystanders import without
    from sargas.evaluate.measured import Settings, measure
    from sargas.evaluate.scores import scores_of

    if json is not None and json.startswith("--"):
        fail(f"--json: expected a file, or - for standard output; got {json}", EXIT_USAGE)
    if plots is not None:
        _refuse_without_matplotlib()
    asked = to_score.Asked(seed=seed, tracker=tracker, every_s=every, hold_s=hold)
    with progress("scoring", total=1.0, is_quiet=json == "-") as bar:
        found = to_score.find(target, tracks, asked, bar)
        settings = Settings(cutoff_m=found.cutoff_m if cutoff is None else cutoff, gate_m=gate, burn_in=burn_in)
        run = found.run if birds else without(found.run, found.birds, settings.gate, "birds")
        measured = measure(run, settings)
        scores = scores_of(measured)
        bar(1.0)
    if json == "-":
        say(to_score.scores_json(scores).decode().rstrip())
    else:
        _tell(scores, found)
    if json is not None and json != "-":
        _write(Path(json), to_score.scores_json(scores))
    if plots is not None:
        _draw(measured, plots, is_quiet=json == "-")
    return EXIT_OK


def _tell(scores: "Scores", found: "Found") -> None:
    from sargas.evaluate import words
    from sargas.evaluate.decision_clock import DRAFT_S

    table(words.headline(scores), ["figure", "value", "meaning"], [list(line) for line in words.figures(scores)])
    table("limits (EUROCAE ED-142)", ["what", "measured", ""], [list(line) for line in words.verdicts(scores)])
    if scores.clocks:
        columns = ["incident", "level", "what", "track", "alarm", "draft", "sent", f"draft in {DRAFT_S:.0f} s"]
        table("decision clock, from the first report", columns, [list(line) for line in words.clocks(scores)])
    if found.trial is not None:
        table("the trial", ["figure", "value", "meaning"], [list(line) for line in words.of_trial(found.trial)])
    for note in scores.notes:
        say(f"- {note}")


def _draw(measured: "Measured", folder: Path, *, is_quiet: bool) -> None:
    from sargas.evaluate.pictures import pictures

    _make(folder)
    for name, figure in pictures(measured):
        try:
            figure.savefig(folder / name, dpi=110)
        except OSError as error:
            fail(f"{folder / name}: {error.strerror or error}")
        if not is_quiet:
            say(f"wrote {folder / name}")


def _refuse_without_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        fail(NEEDS_PLOTS)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    say(f"wrote {path}")
