"""Drafts that go with a dossier: a note that asks the other state for an explanation, a request to allies.

Both state what was observed and how sure it is, ask, and attribute nothing: that is for those who sign them.
"""

from typing import Final

from sargas.dossier import moments
from sargas.dossier.rules import Rules
from sargas.dossier.saying import summary, unknown
from sargas.dossier.wording import Words
from sargas.model.dossier import Dossier, LetterText
from sargas.model.units import DAY_S

OBJECT_FACTS: Final = (
    "what", "said_to_be", "when", "crossed", "crossed_maybe", "where", "nearest_town", "came_from", "into", "deepest",
    "inside", "how_sure", "became",
)  # fmt: skip
"""What of the summary goes into a letter: what was observed, not what the service did about it."""
UNKNOWN_MOST: Final = 8
BEFORE_S: Final = 3_600.0
"""A drone of 150 km/h comes 150 km in that time."""
AFTER_S: Final = 900.0
NOT_FOR_OTHERS: Final = frozenset({"unwell", "not_whole", "anew", "gap", "no_radar"})
"""How the sensors were is nobody's concern to whom a note is written."""


def letter(dossier: Dossier, words: Words, rules: Rules, addressee: str) -> LetterText | None:
    """Return the draft of this version in one language, None if it has none; said of what was already cut."""
    if not rules.letter:
        return None
    return (
        _note(dossier, words, rules, addressee) if rules.letter == "note" else _ask(dossier, words, rules, addressee)
    )


def _note(dossier: Dossier, words: Words, rules: Rules, addressee: str) -> LetterText:
    """Return the note; its sender is the ministry that gets the dossier, on its own paper."""
    note = words.note
    begin_s, end_s = span(dossier)
    third = words.told(note["q3"], **{"from": moments.clock(begin_s), "to": moments.clock(end_s)})
    uncertain = _uncertain(dossier, words)
    is_measured = any(one.is_measured for one in dossier.crossings)
    return LetterText(
        language=words.language,
        title=note["title"],
        sender="",
        addressee=addressee,
        parts=(
            (note["open"],),
            (words.told(note["facts"], incident=dossier.incident_id), *_facts(dossier, words, rules)),
            (note["uncertain"], *uncertain),
            (note["careful"] if is_measured else note["no_crossing"],),
            (note["ask"], note["q1"], note["q2"], third, note["q4"], note["q5"]),
            (words.told(note["reply"], date=_reply_by(dossier, rules)),),
            (note["close"],),
        ),
        date_line=note["date"],
    )


def _ask(dossier: Dossier, words: Words, rules: Rules, addressee: str) -> LetterText:
    ask = words.request
    begin_s, end_s = span(dossier)
    second = words.told(ask["a2"], **{"from": moments.clock(begin_s), "to": moments.clock(end_s)})
    return LetterText(
        language=words.language,
        title=ask["title"],
        sender=dossier.authority,
        addressee=addressee,
        parts=(
            (words.told(ask["open"], incident=dossier.incident_id),),
            (ask["facts"], *_facts(dossier, words, rules)),
            (ask["uncertain"], *_uncertain(dossier, words)),
            (ask["ask"], ask["a1"], second, ask["a3"], ask["a4"], ask["a5"]),
            (words.told(ask["reply"], date=_reply_by(dossier, rules)),),
            (ask["close"],),
        ),
        date_line=ask["date"],
    )


def _facts(dossier: Dossier, words: Words, rules: Rules) -> list[str]:
    wanted = {words.label[name] for name in OBJECT_FACTS}
    pairs = [(name, value) for name, value in summary(dossier, words, rules) if name in wanted]
    if len(dossier.crossings) > 1:
        pairs.append((words.heading["crossings"], str(len(dossier.crossings))))
    return [f"{name}: {value}" for name, value in pairs]


def _uncertain(dossier: Dossier, words: Words) -> list[str]:
    shown = [one for one in dossier.not_known if one.what not in NOT_FOR_OTHERS]
    return [unknown(one, words) for one in shown[:UNKNOWN_MOST]]


def span(dossier: Dossier) -> tuple[float, float]:
    """Return the time for which records are asked: an hour before what is known, until a quarter after it."""
    times = [dossier.first_report_s, *(one.last_report_s for one in dossier.tracks)]
    times += [one.first_s for one in dossier.tracks]
    times += [one.time_s for one in dossier.crossings]
    return min(times) - BEFORE_S, max(times) + AFTER_S


def _reply_by(dossier: Dossier, rules: Rules) -> str:
    return moments.day(dossier.made_s + rules.reply_days * DAY_S)
