"""Write docs/reference/aircraft.md from the table of aircraft that comes with Sargas."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from sargas.model import aircraft
from sargas.model.aircraft import Aircraft, Ending, Span

PAGE = Path(__file__).parent / "reference" / "aircraft.md"

HEAD = """\
# Kinds of aircraft

What the search for a lost aircraft takes its figures from: how fast and how far each kind flies, how it comes down,
and what to keep away from. Every figure is a span, from the lowest to the highest value that is plausible. Each kind
names its sources below, in our own words. Where nobody has published a figure it is ours, and the source "Sargas
(estimate)" says what it was estimated from. Newer figures are welcome: a figure with its publisher and date is all
that a change needs.

A watch can read a table of its own instead of this one:

```toml
[search]
aircraft = "my-aircraft.toml"
```

It has the form of `src/sargas/model/aircraft.toml`: one `[[aircraft]]` for each kind, with the keys that stand in the
heads of the tables below and at least one `[[aircraft.sources]]` (`publisher`, `date`, `says`). A span is written
`[lowest, highest]`. Unknown keys are refused; a mistake is told with its key and what was expected. This page is
generated from the table (`make docs`).

## In flight
"""

FLIGHT_NOTE = """\
Speeds are airspeeds in level flight, for a balloon the wind's; in brackets the likeliest, `speed_typical_mps`. A
height is where the kind usually flies. Losses are engines that fail and aircraft that are lost otherwise: in 1,000
hours here, in one hour in the file. The share, 0 to 1 in the file, weighs a kind before anything is known.
"""

DESCENT_NOTE = """\
The glide ratio is the distance flown for the height given up. What floats sinks as fast as what hangs on a parachute.
"""

HAZARD_NOTE = """\
## What to keep away from

The distances are for people in the open, from the heaviest charge that was published for the kind: 300 m up to 12 kg
(27 lb), above that 100 m times the cube root of its pounds, rounded up to a full 100 m (US Army, TM 9-1375-213-12,
table 1-6: bare charges). Others ask for more or less. The stand-off card of the US National Counterterrorism Center
(2014) prefers 366 m for 2.3 kg, 518 m for 9 kg, 564 m for 23 kg, 580 m for 227 kg and 732 m for 454 kg, so that small
charges in a case need more than 300 m where there is no cover; the US Army's field manual 21-16 (1994) has 625 m for
250 lb; American police clear at least 300 m (Police1). The kinds without a warhead have distances of our own, against
fire. Telephones and radios can set off an electric fuze: the US Air Force teaches 8 m for a handheld radio and 30 m
for one in a vehicle, British fire services take none into the inner cordon (NFCC); the 100 m said here are ours.

These are for the first minutes. Who has the training and the command at the site sets the distance that holds.
"""

Column = tuple[str, Callable[[Aircraft], str]]


def page() -> str:
    """Return the page about the kinds of aircraft."""
    text = (resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8")
    kinds = aircraft.parse(text)
    parts = [
        HEAD,
        table(kinds, FLIGHT),
        FLIGHT_NOTE,
        f"{flags(kinds)}\n",
        "## Coming down\n",
        table(kinds, DESCENT),
        DESCENT_NOTE,
        " ".join((Ending.__doc__ or "").split()),
        "\nIn per cent, `at_power_end` / `at_failure`; the file has shares of 1:\n",
        table(kinds, [("kind", name), *(ending(field) for field in Ending.__struct_fields__)]),
        HAZARD_NOTE,
        table(kinds, HAZARD),
        "## Sources\n",
        *(sources(kind) for kind in kinds),
    ]
    return "\n".join(parts)


def flags(kinds: tuple[Aircraft, ...]) -> str:
    """Return which kinds go with the wind and which can stand in the air."""
    drifting = ", ".join(f"`{kind.id}`" for kind in kinds if kind.is_drifting)
    hovering = ", ".join(f"`{kind.id}`" for kind in kinds if kind.can_hover)
    return f"With the wind (`is_drifting`) go: {drifting}. Stand in the air (`can_hover`) can: {hovering}."


def table(kinds: tuple[Aircraft, ...], columns: list[Column]) -> str:
    """Return a table of one row for each kind."""
    rows = ["| " + " | ".join(show(kind) for _, show in columns) + " |" for kind in kinds]
    return "\n".join(
        ["| " + " | ".join(title for title, _ in columns) + " |", "|---" * len(columns) + "|", *rows, ""]
    )


def name(kind: Aircraft) -> str:
    """Return the name and the id of a kind."""
    return f"{kind.name} `{kind.id}`"


def span(values: Span, factor: float = 1.0, digits: int = 5) -> str:
    """Return the lowest and the highest value, in another unit if there is a factor."""
    return "–".join(f"{value * factor:,.{digits}g}" for value in values)


def speed(kind: Aircraft) -> str:
    """Return the airspeeds and the likeliest one, with km/h for those who think in it."""
    low, high = (3.6 * value for value in kind.speed_mps)
    return f"{span(kind.speed_mps)} ({kind.speed_typical_mps:g}); {low:,.0f}–{high:,.0f} km/h"


def hanging(kind: Aircraft) -> str:
    """Return how fast it sinks on its parachute, or as it floats; nothing for what has none."""
    can = any(way.parachute or way.floats for way in (kind.at_power_end, kind.at_failure))
    return span(kind.parachute_mps) if can else ""


def ending(field: str) -> Column:
    """Return the column of one way to come down: when power ends, when the engine fails."""

    def show(kind: Aircraft) -> str:
        shares = (getattr(kind.at_power_end, field), getattr(kind.at_failure, field))
        return " / ".join(f"{100.0 * share:.0f}" for share in shares) if any(shares) else ""

    return f"`{field}`", show


def sources(kind: Aircraft) -> str:
    """Return the sources of a kind, in the order of the file."""
    rows = [f"* **{source.publisher}**, {source.date}. {source.says}" for source in kind.sources]
    return "\n".join([f"### {kind.name}", "", *rows, ""])


FLIGHT: list[Column] = [
    ("kind `name` `id`", name),
    ("span [m] `span_m`", lambda kind: span(kind.span_m)),
    ("speed [m/s] `speed_mps`", speed),
    ("endurance [h], [s] in the file `endurance_s`", lambda kind: span(kind.endurance_s, 1.0 / 3_600.0, 2)),
    ("height [m] `height_agl_m`", lambda kind: span(kind.height_agl_m)),
    ("turns [°/s] `turn_rate_dps`", lambda kind: span(kind.turn_rate_dps)),
    ("radar cross-section [dBsm] `rcs_dbsm`", lambda kind: span(kind.rcs_dbsm) if kind.rcs_dbsm else ""),
    ("losses in 1,000 h `failures_per_h`", lambda kind: span(kind.failures_per_h, 1_000.0)),
    ("share [%] `share`", lambda kind: f"{100.0 * kind.share:g}"),
]
DESCENT: list[Column] = [
    ("kind", name),
    ("glide ratio `glide_ratio`", lambda kind: span(kind.glide_ratio)),
    ("gliding [m/s] `glide_speed_mps`", lambda kind: span(kind.glide_speed_mps)),
    ("falling [m/s] `fall_mps`", lambda kind: span(kind.fall_mps)),
    ("on a parachute [m/s] `parachute_mps`", hanging),
]
HAZARD: list[Column] = [
    ("kind", name),
    ("distance [m] `hazard_m`", lambda kind: f"{kind.hazard_m:,.0f}"),
    ("what is said `hazard`", lambda kind: kind.hazard),
]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
