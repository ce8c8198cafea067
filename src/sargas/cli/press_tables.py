"""What was read in an article, for a person: each entry with its quotations, and beside what is on file."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sargas.model.claims import Claim, Comparison, DraftEntry, PlaceClaim, Reading
from sargas.press.words import TYPES, differing, span_text

PASSED_MOST: Final = 12
SIGNS: Final = {
    "agrees": ("=", "green"),
    "contradicts": ("!", "red"),
    "new": ("+", "cyan"),
    "only_on_file": ("-", "dim"),
}
SURE: Final = {"stated": "", "alleged": " (alleged)", "denied": " (denied)"}


def tell(reading: Reading, compared: Sequence[Comparison], *, is_alone: bool) -> None:
    """Write a reading and its comparisons to standard output."""
    console = Console(highlight=False)
    console.print(Text(reading.title or "(no title)", style="bold"))
    day = reading.published_day or "not known: give --published"
    how = f" ({reading.published_how})" if reading.published_how else ""
    console.print(f"language {reading.language}, published {day}{how}")
    if reading.is_cut:
        console.print("Only the first part was read: the text is longer than any article.", style="yellow")
    if not reading.entries:
        console.print("No incident was found in it.")
    for number, entry in enumerate(reading.entries):
        _entry(console, number, entry)
        for one in compared:
            if one.entry == number:
                _comparison(console, one, is_alone=is_alone)
        if not any(one.entry == number for one in compared):
            console.print(Padding("Nothing on file fits it: it is new.", (0, 0, 0, 3)), style="cyan")
    _passed(console, reading)
    if reading.entries:
        console.print("Read by rules: nothing of it is a fact until a person has confirmed it.", style="dim")


def _entry(console: Console, number: int, entry: DraftEntry) -> None:
    console.print()
    head = Text(f"{number + 1}. {entry.title}", style="bold")
    head.append(f"  confidence {entry.confidence:.2f}", style="green" if entry.confidence >= 0.7 else "yellow")
    console.print(head)
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row("when", f"{span_text(entry.earliest_s, entry.latest_s, entry.countries[0])}, {entry.how}")
    for date in entry.dates:
        role = {"happened": "", "found": ", found then", "told": ", told then"}[date.role]
        rows.add_row(
            "",
            _quoted(
                date.quoted.text, f"{span_text(date.earliest_s, date.latest_s, entry.countries[0])}{role}, {date.how}"
            ),
        )
    rows.add_row(
        "where", _place(entry.place) if entry.place is not None else f"{'/'.join(entry.countries)}, no place named"
    )
    for place in entry.places:
        rows.add_row("", _quoted(place.quoted.text, f"{place.role}: {_place(place)}"))
    rows.add_row("what", TYPES[entry.object_type].lower())
    sides = differing(entry.claims)
    for kind, claims in _by_kind(entry.claims).items():
        for claim in claims:
            rows.add_row(kind if claim is claims[0] else "", _claim(claim))
        if kind in sides:
            rows.add_row("", Text("the text does not agree with itself here", style="yellow"))
    console.print(Padding(rows, (0, 0, 0, 3)))
    for line in entry.confirm:
        console.print(Padding(Text(f"? {line}", style="yellow"), (0, 0, 0, 3)))


def _by_kind(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.kind, []).append(claim)
    return found


def _claim(claim: Claim) -> Text:
    told = claim.value + SURE[claim.sure] + (f", says {claim.by}" if claim.by else "")
    return _quoted(claim.quoted.text, told)


def _quoted(words: str, told: str) -> Text:
    text = Text(f"\u201c{' '.join(words.split())}\u201d ", style="italic")
    text.append(told, style="not italic")
    return text


def _place(place: PlaceClaim) -> str:
    at = "" if place.lat_deg is None or place.lon_deg is None else f" {place.lat_deg:.2f} N {place.lon_deg:.2f} E"
    sd = "" if place.sd_m is None else f", \u00b1{place.sd_m / 1_000.0:.0f} km"
    return f"{'' if place.how == 'in' else place.how + ' '}{place.name}, {place.country}{at}{sd}"


def _comparison(console: Console, one: Comparison, *, is_alone: bool) -> None:
    where = "on file" if one.where == "file" else "in the starter register" if is_alone else "in the register"
    table = Table(title=f"{where}: {one.known}, {one.title} (fits {one.score:.2f})", title_justify="left", box=None)
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True, style="dim")
    table.add_column("the article", overflow="fold")
    table.add_column("on file", overflow="fold")
    for point in one.points:
        sign, style = SIGNS[point.verdict]
        table.add_row(Text(sign, style=style), point.point, point.text or "-", point.file or "-")
    console.print(Padding(table, (0, 0, 0, 3)))


def _passed(console: Console, reading: Reading) -> None:
    if not reading.passed_over:
        return
    console.print()
    console.print("Passed over", style="bold")
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    for one in reading.passed_over[:PASSED_MOST]:
        rows.add_row(one.reason.replace("_", " "), " ".join(one.said.text.split())[:160])
    console.print(Padding(rows, (0, 0, 0, 3)))
    more = len(reading.passed_over) - PASSED_MOST
    if more > 0:
        console.print(f"   and {more} more")
