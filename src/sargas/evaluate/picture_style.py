"""How the pictures look: colours that colour-blind people tell apart, quiet axes, a title that says what is shown."""

import textwrap
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sargas.evaluate.measured import Measured

# Okabe and Ito, Color universal design, 2008.
BLACK: Final = "#000000"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
BLUE: Final = "#0072B2"
RED: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#AAAAAA"


def figure_of(
    measured: Measured,
    title: str,
    *,
    rows: int = 1,
    ratios: tuple[float, ...] | None = None,
    size: tuple[float, float] = (10.0, 6.0),
    is_shared: bool = True,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with its axes, one below the other; above them what is shown and of which run."""
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, 1, squeeze=False, sharex=is_shared, height_ratios=ratios)
    run = textwrap.shorten(measured.run.title, 110, placeholder=" ...")
    figure.suptitle(f"{title}\n", x=0.01, ha="left", fontsize=13, fontweight="bold")
    figure.text(0.01, 1.0 - 0.33 / size[1], run.replace("$", r"\$"), ha="left", va="top", fontsize=9, color="#555555")
    axes: list[Axes] = list(grid.flat)
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(color="#E5E5E5", lw=0.6)
        each.set_axisbelow(True)
    return figure, axes


def finish(figure: Figure, lowest: Axes, label: str) -> Figure:
    """Return the figure with what its lowest axis counts."""
    lowest.set_xlabel(label)
    figure.align_ylabels()
    return figure
