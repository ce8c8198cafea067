"""The register as a person reads it at the prompt."""

from collections.abc import Sequence

from sargas.cli.console import say, table
from sargas.model.register import RegisterRecord
from sargas.register.span import told
from sargas.register.statistics import Statistics, most
from sargas.share.register_chart import spoken

EXPLOSIVES = {True: "yes", False: "none found", None: "not known"}


def rows(records: Sequence[RegisterRecord]) -> list[list[str]]:
    """Return a row for each record."""
    return [
        [
            record.record_id,
            told(record.began_s, record.precision),
            f"{spoken(record.n_min, most(record))} {record.object_type.replace('_', ' ')}",
            record.origin or "?",
            record.outcome.replace("_", " "),
            record.title,
        ]
        for record in records
    ]


def tell_record(record: RegisterRecord) -> None:
    """Say everything of a record, its doubts and its sources with it."""
    say(f"{record.record_id}  {record.title}")
    until = f" to {told(record.ended_s, record.precision)}" if record.ended_s is not None else ""
    say(f"{told(record.began_s, record.precision)}{until} (known to the {record.precision}, UTC)")
    say(f"{' '.join(record.countries)}  {record.place}{_position(record)}")
    model = f" ({record.model})" if record.model else ""
    say(f"{record.object_type.replace('_', ' ')}{model}, {spoken(record.n_min, most(record))}")
    said = f", says {record.origin_said}" if record.origin_said else ""
    say(f"from {record.origin or 'not known'}{said if record.origin else ''}")
    say(f"explosives: {EXPLOSIVES[record.has_explosives]}; outcome: {record.outcome}; case: {record.state}")
    if record.from_watch:
        say(f"incident {record.from_watch} of this watch")
    for text, head in ((record.text, ""), (record.doubts, "doubts: ")):
        if text:
            say(f"\n{head}{text}")
    for source in record.sources:
        say(f"\n  [{source.reliability}{source.credibility}] {source.publisher} {source.published}".rstrip())
        say(f"       {source.address}")


def _position(record: RegisterRecord) -> str:
    if record.lat_deg is None or record.lon_deg is None:
        return ""
    off = f" +- {record.sd_m / 1_000.0:g} km" if record.sd_m is not None else ""
    return f"  {record.lat_deg:.4f},{record.lon_deg:.4f}{off}"


def tell_statistics(counts: Statistics) -> None:
    """Say how many there were, and of how many what is not known."""
    shown = [
        [*(key.replace("_", " ") for key in row.keys), str(row.n_incidents), spoken(row.n_min, row.n_max)]
        for row in counts.rows
    ]
    if shown:
        table(f"{counts.n_incidents} incidents", [*counts.by, "incidents", "objects"], shown)
    say(f"{counts.n_incidents} incidents, {spoken(counts.n_min, counts.n_max)} objects in all")
    say(
        f"not known: origin of {counts.n_origin_unknown}, outcome of {counts.n_outcome_unknown},"
        f" type of {counts.n_type_unknown}, place of {counts.n_unplaced},"
        f" whether with explosives of {counts.n_explosives_unknown}"
    )
    if "country" in counts.by:
        say("an incident of two countries counts for each of them")
    if counts.lasting_s is not None:
        say(f"half of the {counts.n_lasting} whose times are known lasted at most {counts.lasting_s / 60.0:.0f} min")
