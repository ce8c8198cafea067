"""States in a sentence, and what each is there for: whose sky it was, where it came from, who only said so."""

from typing import Literal

from sargas.press.lexicon import Mark
from sargas.press.scan import Scan

Role = Literal["airspace", "into", "origin", "border", "attack", "authority", "named"]


def roles(scan: Scan, first: int, last: int) -> list[tuple[Mark, Role]]:
    """Return the states named between two words, and what each is there for."""
    marks = sorted([*scan.marks("state", first, last), *scan.marks("nation", first, last)])
    found: list[tuple[Mark, Role]] = []
    for mark in marks:
        role = _role(scan, mark)
        if found:
            before, theirs = found[-1]
            if role == "named" and theirs in {"into", "origin"} and mark.first - before.last <= 2:
                role = theirs  # "in Romania, Moldova and Poland"
            is_pair = before.group == mark.group == "nation" and mark.first - before.last == 2
            if role == "airspace" and is_pair and scan.has("and", mark.first - 1, mark.first - 1):
                found[-1] = before, "airspace"  # "Polish and Romanian airspace"
        found.append((mark, role))
    return found


def _role(scan: Scan, mark: Mark) -> Role:
    a, b = mark.first, mark.last
    words = scan.words

    def close(group: str, first: int, last: int) -> bool:
        return any(words.pauses(min(m.last, a), max(m.first, b)) == 0 for m in scan.marks(group, max(first, 0), last))

    is_from = close("from", a - 3, a - 1) and not close("into", a - 1, a - 1)
    # "entered the airspace from Belarus"
    if close("airspace", b + 1, b + 2) or (close("airspace", a - 3, a - 1) and not close("from", a - 2, a - 1)):
        return "airspace"
    if mark.group == "nation" and (is_thing(scan, b + 1, b + 3) or close("friendly", b + 1, b + 3)):
        return "origin"
    if close("attack", a - 3, a):
        return "attack"
    if close("border", b + 1, b + 2) or close("border", a - 2, a - 1):
        return "border"
    if is_from or (close("territory", a - 3, a - 1) and close("from", a - 5, a - 2)):
        return "origin"
    if close("territory", b + 1, b + 2) or close("territory", a - 3, a - 1):
        return "into"
    if close("authority", b + 1, b + 3) or close("speech", b + 1, b + 2):
        return "authority"
    if mark.group == "state" and close("event", b + 1, b + 2):
        return "authority"
    if scan.has("where", b + 1, b + 1):
        return "into"
    if close("into", a - 2, a - 1) or (mark.group == "state" and words.word[b].endswith(("oje", "uose", "yje"))):
        return "into"
    return "named"


def is_thing(scan: Scan, first: int, last: int) -> bool:
    """Return whether a thing that flies is named without a pause between two words."""
    return any(
        scan.words.pauses(first, mark.first) == 0
        for group in ("type", "model")
        for mark in scan.marks(group, first, last)
    )
