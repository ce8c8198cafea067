"""Bulletins for the tests of whatever sends them: a drone near Vilnius, in Lithuanian and English."""

from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from msgspec import structs

from sargas.model.warning import Approval, Level, PublicWarning, WarningContent, WarningKind, WarningText
from sargas.ports import Bulletin

T0_S = 1_753_668_000.0
"""2025-07-28 02:00 UTC, 05:00 in Vilnius."""
INCIDENT = "LT-2025-07-28-01"
OFFICER = "Lt. Kazlauskas"
SENDER = "warnings@sargas.example"
RING = ((25.10, 54.60), (25.42, 54.58), (25.47, 54.76), (25.20, 54.83), (25.10, 54.60))
"""Vilnius (54.687 N, 25.280 E) and its surroundings, counter-clockwise, (lon, lat), closed."""
VILNIUS = (25.280, 54.687)
CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SUMMER = timezone(timedelta(hours=3))

LITHUANIAN = WarningText(
    language="lt",
    headline="Oro pavojus: galimas bepilotis orlaivis",
    description="Į Lietuvos oro erdvę įskrido bepilotis orlaivis. Jis skrenda Vilniaus link.",
    instruction="Eikite į patalpą, toliau nuo langų. Radę nuolaužų, nelieskite jų ir skambinkite 112.",
    area="Vilnius ir Vilniaus rajonas",
)
ENGLISH = WarningText(
    language="en",
    headline="Air danger: possible unmanned aircraft",
    description="An unmanned aircraft has entered Lithuanian airspace. It is heading for Vilnius.",
    instruction="Go indoors, away from windows. If you find wreckage, do not touch it and call 112.",
    area="Vilnius and Vilnius district",
)
LITHUANIAN_OVER = structs.replace(
    LITHUANIAN,
    headline="Oro pavojus atšauktas",
    description="Pavojus praėjo.",
    instruction="Galite išeiti. Radę nuolaužų, nelieskite jų ir skambinkite 112.",
)
ENGLISH_OVER = structs.replace(
    ENGLISH,
    headline="All clear",
    description="The danger is over.",
    instruction="You may go out. If you find wreckage, do not touch it and call 112.",
)
HOSTILE_WORDS = (
    "]]> </text> <!-- & \"' \r\nBcc: all@example.com\r\n\r\n.\r\n\x00\x07\x1b[2J \u202eesrever\u202c {0} %s ${x} 🛩 Ёж"
)
"""What a hurried officer would not write: markup, line breaks, control characters, a turned direction, emoji."""

NUMBERS: dict[WarningKind, int] = {"alert": 1, "update": 2, "cancel": 3}
LEVELS: dict[WarningKind, Level] = {"alert": "yellow", "update": "red", "cancel": "white"}


def content(kind: WarningKind = "alert", **changes: Any) -> WarningContent:
    """Return what leaves: yellow at first, red in the update, white in the all-clear."""
    is_over = kind == "cancel"
    base = WarningContent(
        level=LEVELS[kind],
        rings=(RING,),
        texts=(LITHUANIAN_OVER, ENGLISH_OVER) if is_over else (LITHUANIAN, ENGLISH),
        expires_s=T0_S + 3_600.0 + 600.0 * NUMBERS[kind],
    )
    return structs.replace(base, **changes)


def warning(kind: WarningKind = "alert", **changes: Any) -> PublicWarning:
    """Return the first warning of the incident, its update, or its all-clear, approved and on its way."""
    number = NUMBERS[kind]
    approved_s = T0_S + 600.0 * (number - 1)
    base = PublicWarning(
        warning_id=f"{INCIDENT}-w{number}",
        incident_id=INCIDENT,
        kind=kind,
        content=content(kind),
        references=tuple(f"{INCIDENT}-w{k}" for k in range(1, number)),
        approvals=(Approval(officer=OFFICER, time_s=approved_s),),
        sent_s=approved_s + 2.0,
        sent_by=OFFICER,
    )
    return structs.replace(base, **changes)


def bulletin(kind: WarningKind = "alert", *, is_exercise: bool = False, **changes: Any) -> Bulletin:
    """Return an `alert`, its `update`, or the all-clear (`cancel`); `warning` and `cap_xml` may be among the changes.

    The CAP message is made from the warning unless it is given.
    """
    given = changes.pop("warning", None)
    about = structs.replace(given if given is not None else warning(kind), is_exercise=is_exercise)
    sent_s = changes.pop("sent_s", about.sent_s if about.sent_s is not None else T0_S)
    cap = changes.pop("cap_xml", None)
    base = Bulletin(
        bulletin_id=identity(about),
        warning=about,
        cap_xml=cap if cap is not None else cap_xml(about, sent_s),
        title="Track 7 near Vilnius",
        country="LT",
        sent_s=sent_s,
        is_exercise=is_exercise,
    )
    return structs.replace(base, **changes)


def series(*, is_exercise: bool = False) -> tuple[Bulletin, Bulletin, Bulletin]:
    """Return the alert, its update and the all-clear of one incident."""
    kinds: tuple[WarningKind, ...] = ("alert", "update", "cancel")
    first, second, last = (bulletin(kind, is_exercise=is_exercise) for kind in kinds)
    return first, second, last


def hostile(*, is_exercise: bool = False) -> Bulletin:
    """Return a bulletin whose words are as long as they may be and full of what breaks a careless writer."""
    long = (HOSTILE_WORDS * 60)[:4_000]
    text = WarningText(
        language="lt",
        headline=HOSTILE_WORDS[:160],
        description=long,
        instruction=long,
        area=long[:1_000],
    )
    texts = (text, structs.replace(text, language="en"))
    about = warning(content=content(texts=texts), sent_by=HOSTILE_WORDS[:64])
    return bulletin(warning=about, is_exercise=is_exercise, title=HOSTILE_WORDS)


def identity(about: PublicWarning) -> str:
    """Return what the warning is called in the world; those of one incident differ in the warning's name alone."""
    return f"{'EXERCISE-' if about.is_exercise else ''}{about.warning_id}-5a7c0ffee123"


def earlier(about: PublicWarning) -> list[tuple[PublicWarning, float]]:
    """Return what the warning refers to, oldest first, each with when it was sent."""
    kinds = {f"{INCIDENT}-w{number}": kind for kind, number in NUMBERS.items()}
    found = [warning(kinds[one], is_exercise=about.is_exercise) for one in about.references if one in kinds]
    return [(one, one.sent_s) for one in found if one.sent_s is not None]


def cap_xml(about: PublicWarning, sent_s: float) -> bytes:
    """Return a CAP 1.2 message (OASIS, 2010) of the warning: unsigned, one info a language."""
    root = Element("alert", xmlns=CAP_NAMESPACE)
    _add(root, "identifier", identity(about))
    _add(root, "sender", SENDER)
    _add(root, "sent", _time(sent_s))
    _add(root, "status", "Exercise" if about.is_exercise else "Actual")
    _add(root, "msgType", about.kind.capitalize())
    _add(root, "scope", "Public")
    if about.is_exercise:
        _add(root, "note", "EXERCISE")
    if before := earlier(about):
        named = (f"{SENDER},{identity(one)},{_time(then_s)}" for one, then_s in before)
        _add(root, "references", " ".join(named))
    for text in about.content.texts:
        info = SubElement(root, "info")
        is_over = about.content.level == "white"
        mark = "EXERCISE " if about.is_exercise else ""
        for tag, value in (
            ("language", text.language), ("category", "Safety"), ("event", mark + "Air danger"),
            ("responseType", "AllClear" if is_over else "Shelter"),
            ("urgency", "Past" if is_over else "Immediate"),
            ("severity", "Minor" if is_over else "Severe"), ("certainty", "Likely"),
            ("expires", _time(about.content.expires_s)), ("headline", mark + text.headline),
            ("description", mark + text.description), ("instruction", mark + text.instruction),
        ):  # fmt: skip
            _add(info, tag, value)
        area = SubElement(info, "area")
        _add(area, "areaDesc", text.area)
        for ring in about.content.rings:
            _add(area, "polygon", " ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring))
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _add(parent: Element, tag: str, text: str) -> None:
    allowed = "".join(sign if sign in "\t\n\r" or sign >= " " else "?" for sign in text)
    SubElement(parent, tag).text = allowed


def _time(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, SUMMER).isoformat(timespec="seconds")
