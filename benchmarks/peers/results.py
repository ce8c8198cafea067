"""What `versus_peers.py` tells: one row for each tracker and set, and a picture of accuracy against speed."""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from msgspec import Struct

from sargas.evaluate.scores import Scores


class Cell(Struct):
    """One tracker, one set, one seed."""

    peer: str
    set: str
    seed: int
    n_scans: int = 0
    cpu_ms_median: float | None = None
    cpu_ms_p95: float | None = None
    show_ms_median: float | None = None
    cpu_s: float | None = None
    plots_per_s: float | None = None
    scores: Scores | None = None
    skipped: str = ""
    failed: str = ""
    note: str = ""

    def line(self) -> str:
        """Return it for whoever waits."""
        head = f"{self.set} s{self.seed} {self.peer}"
        if self.skipped or self.failed:
            return f"{head}: {self.skipped or self.failed}"
        gospa = f", GOSPA {self.scores.gospa_m:.0f} m" if self.scores and self.scores.gospa_m is not None else ""
        pace = f"{self.cpu_ms_median:.4g} ms a scan, {self.plots_per_s:.4g} plots/s"
        return f"{head}: {pace}{gospa}{f' ({self.note})' if self.note else ''}"


class Summary(Struct, frozen=True):
    """One tracker on one set: mean scores and median times of the seeds."""

    set: str
    peer: str
    seeds: list[int]
    figures: dict[str, float | None]
    note: str


FIGURES = {
    "ms/scan": ".3g",
    "ms/show": ".3g",
    "plots/s": ".3g",
    "GOSPA": ".0f",
    "local": ".0f",
    "missed": ".0f",
    "false": ".0f",
    "OSPA": ".0f",
    "RMS m": ".0f",
    "missed %": ".2f",
    "false tracks": ".1f",
    "switches": ".1f",
    "breaks": ".1f",
    "SIAP C": ".3f",
    "A": ".3f",
    "S": ".3f",
    "LS": ".3f",
    "latency": ".1f",
}
"""Columns and how they are written. ms/show: to read the tracks after a scan, not counted in plots/s. local, missed,
false: the parts of GOSPA [m], whose squares add up in each scan. latency: scans until a target is first shown. SIAP:
completeness, ambiguity, spuriousness, longest segment."""


def summaries(cells: Sequence[Cell]) -> list[Summary]:
    """Return the sets in their order, the trackers of each from the fastest to the slowest."""
    found = []
    for name in dict.fromkeys(cell.set for cell in cells):
        here = [cell for cell in cells if cell.set == name]
        rows = [summary([c for c in here if c.peer == peer]) for peer in dict.fromkeys(c.peer for c in here)]
        found += sorted(rows, key=lambda row: -(row.figures.get("plots/s") or 0.0))
    return found


def summary(cells: Sequence[Cell]) -> Summary:
    """Return what the seeds of one tracker and set come to."""
    ran = [cell for cell in cells if cell.plots_per_s is not None]
    figures: dict[str, float | None] = {}
    if ran:
        figures["ms/scan"] = median(cell.cpu_ms_median or math.nan for cell in ran)
        figures["ms/show"] = median(cell.show_ms_median or math.nan for cell in ran)
        figures["plots/s"] = median(cell.plots_per_s or math.nan for cell in ran)
    scored = [cell.scores for cell in ran if cell.scores is not None]
    each = [figures_of(scores) for scores in scored]
    for name in each[0] if each else ():
        values = [value for row in each if (value := row[name]) is not None]
        figures[name] = fmean(values) if values else None
    notes = dict.fromkeys(text for cell in cells for text in (cell.skipped, cell.failed, cell.note) if text)
    return Summary(cells[0].set, cells[0].peer, [cell.seed for cell in ran], figures, "; ".join(notes))


def figures_of(scores: Scores) -> dict[str, float | None]:
    """Return the columns of one run."""
    return {
        "GOSPA": scores.gospa_m,
        "local": scores.gospa_localisation_m,
        "missed": scores.gospa_missed_m,
        "false": scores.gospa_false_m,
        "OSPA": scores.ospa_m,
        "RMS m": scores.rms_error_m,
        "missed %": None if scores.missed_share is None else 100.0 * scores.missed_share,
        "false tracks": scores.false_tracks,
        "switches": scores.switches,
        "breaks": scores.breaks,
        "SIAP C": scores.siap_completeness,
        "A": scores.siap_ambiguity,
        "S": scores.siap_spuriousness,
        "LS": scores.siap_longest_segment,
        "latency": scores.latency_moments,
    }


def told(rows: Sequence[Summary], on: dict[str, str], *, is_markdown: bool) -> str:
    """Return a table for each set."""
    lines = [", ".join(f"{key} {value}" for key, value in on.items())]
    for name in dict.fromkeys(row.set for row in rows):
        cells = [["tracker", "seeds", *FIGURES, "note"], *(texts(row) for row in rows if row.set == name)]
        lines += ["", f"### {name}" if is_markdown else name, *([""] if is_markdown else [])]
        lines += markdown(cells) if is_markdown else columns(cells)
    return "\n".join(lines)


def texts(row: Summary) -> list[str]:
    """Return the row in words."""
    figures = [number(row.figures.get(name), form) for name, form in FIGURES.items()]
    return [row.peer, " ".join(str(seed) for seed in row.seeds) or "-", *figures, row.note]


def number(value: float | None, form: str) -> str:
    if value is None or math.isnan(value):
        return "-"
    if form.endswith("g"):  # so many digits, but never an exponent
        digits = int(form[1:-1])
        return f"{float(f'{value:.{digits}g}'):,.{max(0, digits - 1 - math.floor(math.log10(value)))}f}"
    return f"{value:,{form}}"


def markdown(cells: Sequence[Sequence[str]]) -> list[str]:
    head, *rest = [f"| {' | '.join(line)} |" for line in cells]
    return [head, f"|{'---|' * len(cells[0])}", *rest]


def columns(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    is_text = {0, 1, len(widths) - 1}
    return [
        "  ".join(
            text.ljust(width) if place in is_text else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


MARKS = {
    "sargas": ("*", "#c1121f"),
    "stonesoup-gnn-kd": ("o", "#003f88"),
    "stonesoup-gnn-tpr": ("s", "#2a6fbb"),
    "stonesoup-ehm2": ("^", "#4a9ae8"),
    "stonesoup-lbp": ("v", "#6db3f2"),
    "stonesoup-jpda": ("X", "#8a9bb0"),
    "pyrecest-gnn": ("D", "#2d6a4f"),
    "pyrecest-mb": ("P", "#74c69d"),
    "lmbrs": ("h", "#e07a00"),
    "motpy": ("d", "#6a4c93"),
}
"""A marker and a colour for each tracker, one hue for each library."""


def draw(cells: Sequence[Cell], path: Path) -> str:
    """Draw GOSPA against plots per second, a panel for each set; return what was done."""
    try:
        import matplotlib as mpl
    except ImportError:
        return "no picture: matplotlib is not installed"
    mpl.use("agg")
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    names = list(dict.fromkeys(cell.set for cell in cells if cell.scores))
    if not names:
        return "no picture: nothing was scored"
    wide = min(3, len(names))
    tall = math.ceil(len(names) / wide)
    figure = Figure(figsize=(4.6 * wide + 2.2, 3.7 * tall), layout="constrained")
    panels = list(figure.subplots(tall, wide, squeeze=False).flat)
    handles: dict[str, Any] = {}
    paces = [cell.plots_per_s for cell in cells if cell.scores and cell.plots_per_s]
    for panel, name in zip(panels, names, strict=False):
        panel_of(panel, name, [cell for cell in cells if cell.set == name and cell.scores], handles)
        panel.set_xlim(min(paces) / 2.0, max(paces) * 2.0)
        panel.xaxis.set_major_formatter(EngFormatter())
        panel.minorticks_off()
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    figure.supxlabel("plots per second on one core (more is better)", fontsize=11)
    figure.supylabel("GOSPA [m] (less is better)", fontsize=11)
    shown = [peer for peer in MARKS if peer in handles]
    figure.legend([handles[peer] for peer in shown], shown, loc="outside right upper", frameon=False)
    figure.savefig(path, dpi=130)
    return f"drawn: {path}"


def panel_of(panel: Any, name: str, cells: Sequence[Cell], handles: dict[str, Any]) -> None:
    """Draw one set: a faint mark for each seed, a strong one for their mean."""
    panel.set_title(name, loc="left", fontsize=11)
    panel.set_xscale("log")
    panel.grid(visible=True, which="major", color="#e4e4e4", linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)
    for peer, (marker, colour) in MARKS.items():
        ran = [c for c in cells if c.peer == peer and c.scores and c.scores.gospa_m is not None and c.plots_per_s]
        if not ran:
            continue
        x = [c.plots_per_s or math.nan for c in ran]
        y = [c.scores.gospa_m or math.nan for c in ran if c.scores]
        size = 170 if peer == "sargas" else 70
        panel.scatter(x, y, s=size / 4, marker=marker, color=colour, alpha=0.35, linewidths=0)
        handles[peer] = panel.scatter(
            [median(x)], [fmean(y)], s=size, marker=marker, color=colour, edgecolors="white", linewidths=0.7, zorder=3
        )
    low, high = panel.get_ylim()
    panel.set_ylim(max(0.0, low - 0.1 * (high - low)), high)
