"""The file of an incident on paper: what is on it, with hashes and custody, and what must be done for the case."""

from typing import Final

from sargas.dossier import moments
from sargas.dossier.wording import Words
from sargas.model.dossier import Dossier, Exhibit
from sargas.model.evidence import Source, WreckFinding
from sargas.share.dossier_blocks import Block, Cell, Note, Table
from sargas.share.dossier_text import lines_of, mono, text_of
from sargas.share.wording import one_line

HASH_WIDTH: Final = 22
ADDRESS_WIDTH: Final = 40
"""Letters on a line of a column."""


def evidence_blocks(dossier: Dossier, words: Words) -> list[Block]:
    """Return the table of the evidence, and the legal hold; nothing if there is neither."""
    label = words.label
    rows = [_exhibit(one, dossier, words) for one in dossier.evidence]
    heads = [label["item"], label["title"], label["hash"], label["custody"], label["handling"]]
    blocks: list[Block] = [Table(heads=heads, widths=[0, 1.9, 1.1, 1.3, 0.6], rows=rows)] if rows else []
    if dossier.held_since_s is not None:
        why = f": {text_of(dossier.held_why)}" if dossier.held_why else ""
        blocks.append(Note(text=f"{label['hold']} {moments.moment(dossier.held_since_s)}{why}", is_small=False))
    return blocks


def _exhibit(one: Exhibit, dossier: Dossier, words: Words) -> list[Cell]:
    what = [text_of(one.title), words.evidence[one.kind]]
    what += [text_of(one.text)] if one.text else []
    what += _wreck(one.wreck, words, moments.digits_of(dossier.place_step_deg)) if one.wreck is not None else []
    what += _source(one.source) if one.source is not None else []
    if one.frames is not None:
        what.append(f"{words.label['entries']} {one.frames.first_seq} – {one.frames.last_seq}")
    return [
        Cell(lines=[short(one.evidence_id, dossier)]),
        Cell(lines=what),
        Cell(lines=_hash(one, words), is_mono=True),
        Cell(lines=_custody(one)),
        Cell(lines=[words.handling[one.handling]]),
    ]


def step_blocks(dossier: Dossier, words: Words) -> list[Block]:
    """Return the table of the steps of the case; nothing if there are none."""
    label = words.label
    rows = []
    for one in dossier.steps:
        state = words.status["overdue"] if one.is_overdue(dossier.made_s) else words.status[one.status]
        ended = f" {moments.day(one.ended_s)}" if one.ended_s is not None else ""
        rows.append(
            [
                Cell(lines=[words.step[one.kind]]),
                Cell(lines=[text_of(text) for text in (one.title, one.text) if text]),
                Cell(lines=[text_of(one.owner)]),
                mono("–" if one.due_s is None else moments.day(one.due_s)),
                Cell(lines=[state + ended]),
                Cell(lines=[short(name, dossier) for name in one.documents] or ["–"]),
            ]
        )
    heads = [label["step"], label["title"], label["owner"], label["due"], label["status"], label["document"]]
    return [Table(heads=heads, widths=[0.9, 1.6, 1, 0, 0.8, 0.6], rows=rows)] if rows else []


def short(name: str, dossier: Dossier) -> str:
    """Return a name of the incident's own without the incident's: E1."""
    return name.removeprefix(f"{dossier.incident_id}-")


def _hash(one: Exhibit, words: Words) -> list[str]:
    if not one.sha256:
        return ["–"]
    size = f"{moments.number(one.n_bytes)} B"
    return [*lines_of(one.sha256, HASH_WIDTH), f"{size}, {words.label['attached']}" if one.is_attached else size]


def _custody(one: Exhibit) -> list[str]:
    added = f"{moments.moment(one.added_s)[:16]}" + (f", {text_of(one.added_by)}" if one.added_by else "")
    steps = [
        f"{moments.moment(step.time_s)[:16]}: {text_of(step.holder)}"
        + (f" ({text_of(step.officer)})" if step.officer else "")
        for step in one.custody
    ]
    return [added, *steps]


def _wreck(wreck: WreckFinding, words: Words, digits: int) -> list[str]:
    parts = []
    if wreck.lat_deg is not None and wreck.lon_deg is not None:
        within = moments.length(wreck.sd_m, words.decimal)
        parts.append(f"{moments.place(wreck.lat_deg, wreck.lon_deg, digits)} ± {within}")
    if wreck.found_s is not None:
        parts.append(moments.moment(wreck.found_s))
    parts += [f"{wreck.condition.replace('_', ' ')} / {wreck.hazard.replace('_', ' ')}"]
    parts += [text_of(name) for name in (wreck.found_by, wreck.taken_over_by) if name]
    return [", ".join(parts)]


def _source(source: Source) -> list[str]:
    head = ", ".join(part for part in (source.publisher, source.author, source.published) if part)
    quoted = f"“{text_of(source.quotation)}”" if source.quotation else ""
    grade = f"{source.reliability}{source.credibility} (NATO)"
    address = lines_of(one_line(source.address, 1_000), ADDRESS_WIDTH)
    return [part for part in (text_of(head), *address, quoted, grade) if part]
