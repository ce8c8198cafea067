"""What somebody names to have it scored: a scenario, a recorded night, a trial, or files of any tracker."""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct, structs

from sargas import plugins
from sargas.app import config, exercise, scoring, wire
from sargas.app.toml_lines import Table
from sargas.evaluate.align import GAP_STEPS, align, usual_step_s
from sargas.evaluate.moments import ScoredRun
from sargas.evaluate.rows import Rows, Which, read_rows
from sargas.evaluate.trial import is_trial, read_trial
from sargas.evaluate.trial_run import GATE_M, TrialScores, play, score_trial, scored_run
from sargas.model.errors import DataError
from sargas.model.sensor import Sensor
from sargas.ports import Tracker
from sargas.store import journal_sqlite

CUTOFF_M: Final = 1_000.0
BIRDS: Final = scoring.BIRDS


class Found(Struct, frozen=True, kw_only=True, eq=False):
    """A run to score, the targets in it that are birds, the cut-off that suits it, and a trial's own figures."""

    run: ScoredRun
    birds: tuple[int, ...] = ()
    cutoff_m: float = CUTOFF_M
    trial: TrialScores | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """How it is to be run: the seed of a scenario, another tracker than the default, and the moments of files."""

    seed: int = 1
    tracker: str | None = None
    every_s: float | None = None
    hold_s: float | None = None

    @property
    def tracker_table(self) -> Table:
        """The tracker's table as in a configuration."""
        return dict(config.DEFAULT_TRACKER) if self.tracker is None else {"type": self.tracker}


def find(target: str, tracks: Path | None, asked: Asked, progress: scoring.Progress | None = None) -> Found:
    """Return the run that is named: by a scenario's name or file, a folder, or two files.

    Raises:
        DataError: it is none of these, or a file has mistakes; says which, where, and what was expected.
        ConfigError: a recorded night's configuration cannot be used, or there is no such tracker.
    """
    path = Path(target)
    if asked.seed < 0:
        raise DataError(f"the seed: expected 0 or more, got {asked.seed}")
    if tracks is not None:
        return _of_files(path, tracks, asked)
    if asked.every_s is not None or asked.hold_s is not None:
        raise DataError("--every and --hold are for files: give TRUTH and TRACKS")
    if not path.is_dir():
        if path.is_file() and path.suffix != ".toml":
            raise DataError(f"{path}: expected a scenario (.toml), a folder, or two files: sargas score TRUTH TRACKS")
        return _of_scenario(target, asked, progress)
    names = {file.name for file in path.iterdir()}
    if exercise.WATCH in names and exercise.TRUTH in names:
        return _of_night(path, asked, progress)
    if is_trial(names):
        return _of_trial(path, asked)
    have = ", ".join(sorted(names)[:10]) or "nothing"
    raise DataError(
        f"{path}: expected the folder of a trial (truth.csv beside radar_..._tracks.csv or the like), or one that"
        f" `sargas simulate` wrote ({exercise.WATCH} and {exercise.TRUTH}); have {have}"
    )


def _of_scenario(name: str, asked: Asked, progress: scoring.Progress | None) -> Found:
    run, birds = scoring.scenario_run(name, asked.seed, asked.tracker_table, progress)
    return Found(run=run, birds=birds)


def _of_files(truth: Path, tracks: Path, asked: Asked) -> Found:
    told, shown = rows_of(truth, "truth"), rows_of(tracks, "tracks")
    title = f"{tracks.name} against {truth.name}"
    run = align(told, shown, every_s=asked.every_s, hold_s=asked.hold_s, title=title)
    return Found(run=run, birds=_birds(told))


def _of_night(folder: Path, asked: Asked, progress: scoring.Progress | None) -> Found:
    """Return a journal run again under the configuration beside it, against its truth."""
    read = config.read(folder / exercise.WATCH)
    blueprint = wire.blueprint_of(read, folder)
    if asked.tracker is not None:
        blueprint = structs.replace(blueprint, tracker=asked.tracker_table)
    told = rows_of(folder / exercise.TRUTH, "truth")
    if not told.is_geodetic:
        raise DataError(f"{folder / exercise.TRUTH}: expected lat_deg and lon_deg beside a configuration")
    journal_path = folder / read.journal.path
    if not journal_path.is_file():
        raise DataError(f"{journal_path}: no journal there to run again")
    journal = journal_sqlite.open_for_reading(journal_path)
    try:
        entries = ((entry.received_s, entry) for entry in journal.read())
        run = scoring.watched_run(blueprint, entries, paths_of(told), title=read.watch.title, progress=progress)
    finally:
        journal.close()
    return Found(run=run, birds=_birds(told))


def _of_trial(folder: Path, asked: Asked) -> Found:
    texts = {path.name: text_of(path) for path in sorted(folder.glob("*.csv"))}
    trial = read_trial(texts)
    tracker = tracker_of(asked.tracker_table, trial.sensors)
    shown = play(trial, tracker)
    title = f"trial {folder.resolve().name}"
    return Found(
        run=scored_run(trial, shown, title),
        cutoff_m=GATE_M,
        trial=score_trial(trial, shown, title, tracker.rejected),
    )


def tracker_of(table: Table, sensors: dict[str, Sensor]) -> Tracker:
    """Return the tracker that a table names.

    Raises:
        ConfigError: there is none, or its settings do not fit.
    """
    module = plugins.load("tracker", str(table["type"]))
    tracker: Tracker = module.build(config.settings_of(module, table), sensors)
    return tracker


def rows_of(path: Path, which: Which) -> Rows:
    """Return the rows of a file.

    Raises:
        DataError: it cannot be read or has mistakes.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return read_rows(lines, str(path), which)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no UTF-8 text: {error.reason} at byte {error.start} of a piece") from error


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no UTF-8 text: {error.reason} at byte {error.start}") from error


def paths_of(rows: Rows) -> list[scoring.Path]:
    """Return where each target of a truth file was, in the order of the names."""
    gap_max_s = GAP_STEPS * usual_step_s(rows.number, rows.time_s)
    paths = []
    for number, name in enumerate(rows.names):
        own = np.flatnonzero(rows.number == number)
        own = own[np.argsort(rows.time_s[own], kind="stable")]
        paths.append(
            scoring.Path(
                name=name,
                time_s=rows.time_s[own],
                lat_deg=rows.place[own, 0],
                lon_deg=rows.place[own, 1],
                gap_max_s=gap_max_s,
            )
        )
    return paths


def _birds(rows: Rows) -> tuple[int, ...]:
    return tuple(number for number, kind in enumerate(rows.kinds) if kind == BIRDS)


def scores_json(value: Struct) -> bytes:
    """Return figures as a JSON document for people and programs."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
