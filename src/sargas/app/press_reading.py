"""Articles read for a watch: with its towns, beside its incidents and its register, to what an officer may decide."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sargas.app import config as configuration
from sargas.app.reading import journal_path
from sargas.app.register_files import starter
from sargas.app.wire import load_places
from sargas.model.claims import Claim, Comparison, DraftEntry, Known, Reading
from sargas.model.errors import DataError, JournalError
from sargas.model.evidence import Handling
from sargas.model.picture import Picture
from sargas.press.compare import compare, known_of_record
from sargas.press.places import Gazetteer, gazetteer
from sargas.press.reader import read
from sargas.register.from_incident import record_of
from sargas.register.query import Query
from sargas.store.register_sqlite import open_for_reading, path_beside

TEXT_MOST: Final = 2_000
NEAR_S: Final = 40 * 86_400.0
"""How far around an entry the register is asked: a month is the widest date that is compared."""
HOURS_S: Final = 36 * 3_600.0
PRECISIONS: Final = (
    (60.0, "second"),
    (3_600.0, "minute"),
    (7_200.0, "hour"),
    (HOURS_S, "day"),
    (40 * 86_400.0, "month"),
)


@lru_cache(maxsize=1)
def packaged_gazetteer() -> Gazetteer:
    """Return the gazetteer of the towns that come with Sargas."""
    return gazetteer(tuple(load_places()))


def reading_of(
    data: bytes, *, is_html: bool | None = None, published_s: float | None = None, language: str | None = None
) -> Reading:
    """Return what an article says.

    Raises:
        DataError: it cannot be read.
    """
    return read(data, packaged_gazetteer(), is_html=is_html, published_s=published_s, language=language)


def compared(reading: Reading, picture: Picture, config_path: Path) -> list[Comparison]:
    """Return each entry beside the incidents of the watch and the records of its register.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    config = configuration.read(config_path)
    own = [
        known_of_record(record_of(one, config.watch.country, is_exercise=config.watch.is_exercise), "file")
        for one in picture.incidents.values()
    ]
    return compare(reading.entries, [*own, *_registered(reading, journal_path(config, config_path))])


def compared_with_starter(reading: Reading) -> list[Comparison]:
    """Return each entry beside the public incidents that come with Sargas."""
    return compare(reading.entries, [known_of_record(record) for record in starter()])


def _registered(reading: Reading, journal: Path) -> list[Known]:
    """Return the records of the register beside a journal that could be meant; none if there is no register."""
    spans = [
        (e.earliest_s, e.latest_s) for e in reading.entries if e.earliest_s is not None and e.latest_s is not None
    ]
    path = path_beside(journal)
    if not spans or not path.is_file():
        return []
    asked = Query(
        from_s=max(min(first for first, _ in spans) - NEAR_S, 0.0), to_s=max(last for _, last in spans) + NEAR_S,
        is_own=False,
    )  # fmt: skip
    with suppress(JournalError):
        book = open_for_reading(path)
        try:
            return [known_of_record(record) for record in book.all(asked)]
        finally:
            book.close()
    return []


def source_of(reading: Reading, entry: DraftEntry, told: dict[str, Any]) -> dict[str, Any]:
    """Return the published source of an entry: its address and what is told of it, its date and what it says."""
    quotation = " [...] ".join(" ".join(one.text.split()) for one in entry.said)
    return {
        "language": reading.language,
        "quotation": shortened(quotation),
        **told,
        "published": told.get("published") or reading.published_day,
    }


def evidence_of(
    reading: Reading, entry: DraftEntry, *, incident: str, officer: str, source: dict[str, Any],
    handling: Handling = "own",
) -> dict[str, Any]:  # fmt: skip
    """Return the decision, in parts, that puts an entry on an incident's file as a published report.

    `AddEvidence` of these parts may still be refused: they are as they were told.
    """
    is_exact = (
        entry.earliest_s is not None and entry.latest_s is not None and entry.latest_s - entry.earliest_s <= HOURS_S
    )
    return {
        "officer": officer,
        "incident_id": incident,
        "kind": "open_source",
        "title": entry.title,
        "text": shortened(summary(entry)),
        "handling": handling,
        "happened_s": entry.earliest_s if is_exact else None,
        "source": source_of(reading, entry, source),
    }


def summary(entry: DraftEntry) -> str:
    """Return what an entry claims and what is open, in lines."""
    claims = dict.fromkeys(said_claim(claim) for claim in entry.claims)
    return "\n".join([f"As read by rules, confidence {entry.confidence:.2f}.", *claims, *entry.confirm])


def said_claim(claim: Claim) -> str:
    """Return a claim in a line: its kind, its value, how surely and by whom."""
    sure = "" if claim.sure == "stated" else f" ({claim.sure})"
    return f"{claim.kind}: {claim.value}{sure}" + (f", says {claim.by}" if claim.by else "")


def record_of_entry(reading: Reading, entry: DraftEntry, source: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as a record of the register, in parts.

    Raises:
        DataError: it has no date; a record must have one.
    """
    if entry.earliest_s is None or entry.latest_s is None:
        raise DataError(f"{entry.title}: it has no date, and the register needs one: give --published")
    width_s = entry.latest_s - entry.earliest_s
    counts = [claim for claim in entry.claims if claim.kind == "count" and claim.sure != "denied"]
    loads = {claim.value for claim in entry.claims if claim.kind == "payload" and claim.sure == "stated"}
    place = entry.place
    return {
        "record_id": record_name(entry),
        "title": entry.title,
        "began_s": entry.earliest_s,
        "precision": next((name for limit, name in PRECISIONS if width_s <= limit), "year"),
        "countries": entry.countries,
        "place": place.name if place is not None else "",
        "lat_deg": place.lat_deg if place is not None else None,
        "lon_deg": place.lon_deg if place is not None else None,
        "sd_m": place.sd_m if place is not None else None,
        "object_type": entry.object_type,
        "model": _first(entry, "model"),
        "n_min": int(min((c.low or 1.0 for c in counts), default=1.0)),
        "n_max": int(max((c.high or c.low or 1.0 for c in counts), default=1.0)),
        "origin": _first(entry, "origin"),
        "origin_said": next((c.by for c in entry.claims if c.kind == "origin"), "")[:200],
        "has_explosives": ("explosives" in loads) if len(loads & {"explosives", "unarmed"}) == 1 else None,
        "outcome": _outcome(entry),
        "text": "",
        "doubts": shortened("\n".join(entry.confirm)),
        "sources": (source_of(reading, entry, source),),
    }


def record_name(entry: DraftEntry) -> str:
    """Return a name of a record: country, day, place."""
    day = datetime.fromtimestamp(entry.earliest_s or 0.0, UTC)
    place = re.sub(r"[^a-z0-9]+", "-", entry.place.name.lower() if entry.place is not None else "").strip("-")
    return "-".join(part for part in (entry.countries[0], f"{day:%Y-%m-%d}", place or entry.object_type) if part)[:96]


def _first(entry: DraftEntry, kind: str) -> str:
    """Return the first value that is not denied; empty if there are several that differ."""
    values = list(dict.fromkeys(c.value for c in entry.claims if c.kind == kind and c.sure != "denied"))
    return values[0] if len(values) == 1 else ""


def _outcome(entry: DraftEntry) -> str:
    """Return how it ended: the worst that is stated."""
    told = {claim.value for claim in entry.claims if claim.kind == "outcome" and claim.sure == "stated"}
    return next(
        (one for one in ("shot_down", "exploded", "crashed", "landed", "left", "lost") if one in told), "unknown"
    )


def shortened(text: str) -> str:
    """Return a text that the journal can hold."""
    return text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 4] + " ..."


def indices(entries: Sequence[DraftEntry], wanted: Sequence[int]) -> list[int]:
    """Return which entries are meant, counted from 1; all if none is named.

    Raises:
        DataError: there is no such entry.
    """
    for number in wanted:
        if not 1 <= number <= len(entries):
            raise DataError(f"--entry {number}: the article has {len(entries)} entries")
    return [number - 1 for number in wanted] or list(range(len(entries)))
