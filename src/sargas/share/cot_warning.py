"""Warnings as Cursor on Target events: their areas, an alert that is heard, and the all-clear.

The alert has the type that ATAK calls "Ring The Bell" (`b-a-o-pan`): everybody is to listen. The others of its list
mean somebody in need (`b-a-o-tbl`), a fight (`b-a-o-opn`) or a fence that a person crossed (`b-a-g`). The words in
its `emergency` are ours: an alert with those of ATAK's list is repeated by TAK Server until somebody cancels it.
"""

from typing import Final

from sargas.model.warning import Level, PublicWarning
from sargas.ports import Bulletin
from sargas.share.cot import Event, Part, Stamp
from sargas.share.cot_drawing import AREA, Colours, area, middle
from sargas.share.cot_picture import uid_of

ALERT, CANCEL = "b-a-o-pan", "b-a-o-can"
RINGS_MAX: Final = 40
"""`sargas.model.warning.WarningContent`: no warning has more."""
WHITE_STALE_S: Final = 60.0
"""So long the area of what is over stays with servers that know no deletion."""
WORDS_BYTES_MAX: Final = 8_000
"""An event with an area of 400 corners then stays below the 64 KiB that clients read, however much is escaped."""
NAME_MAX: Final = 80
NAMES: Final[dict[Level, str]] = {
    "red": "Air warning red",
    "yellow": "Air warning yellow",
    "white": "All clear",
}
"""Without a hyphen: ATAK cuts the name of an alert off at the last one."""
COLOURS: Final[dict[Level, Colours]] = {
    "red": Colours(0xFFD00000, 0x40FF0000),
    "yellow": Colours(0xFFE0A000, 0x40FFC800),
    "white": Colours(0xFF808080, 0x20FFFFFF),
}


def warning_events(
    bulletin: Bulletin, station: str, *, n_before: int = RINGS_MAX, later_s: float = 0.0
) -> list[Event]:
    """Return what a bulletin makes of the map, in order: areas, alert, and areas that no longer hold taken off.

    Args:
        bulletin: what was sent; the same one makes the same events.
        station: whose events they are.
        n_before: how many areas of the incident may be on the map.
        later_s: what to add to its times.
    """
    warning, title = bulletin.warning, bulletin.title
    stamp = warning_stamp(
        warning, bulletin.sent_s, later_s=later_s, is_exercise=bulletin.is_exercise or warning.is_exercise
    )
    n_rings = len(warning.content.rings)
    areas = [area_event(warning, number, title, station, stamp) for number in range(1, n_rings + 1)]
    n_left = 0 if warning.content.level == "white" else n_rings
    gone = [
        stamp.deletion(area_uid(warning.incident_id, number, station, is_exercise=stamp.is_exercise), AREA)
        for number in range(n_left + 1, max(n_before, n_rings) + 1)
    ]
    return [*areas, _alert(warning, title, station, stamp), *gone]


def warning_stamp(warning: PublicWarning, made_s: float, *, later_s: float, is_exercise: bool) -> Stamp:
    """Return the times of a warning's events: they hold until it expires, those of an all-clear for a minute."""
    is_over = warning.content.level == "white"
    stale_s = made_s + WHITE_STALE_S if is_over else max(warning.content.expires_s, made_s)
    return Stamp(made_s=made_s + later_s, stale_s=stale_s + later_s, is_exercise=is_exercise)


def area_event(warning: PublicWarning, number: int, title: str, station: str, stamp: Stamp) -> Event:
    """Return one area of a warning, numbered from 1; that of an update has the same uid."""
    level, rings = warning.content.level, warning.content.rings
    return area(
        stamp,
        area_uid(warning.incident_id, number, station, is_exercise=stamp.is_exercise),
        rings[number - 1],
        COLOURS[level],
        name=NAMES[level] if len(rings) == 1 else f"{NAMES[level]} {number}/{len(rings)}",
        text=_words(warning, title),
        parts=(),
    )


def area_uid(incident_id: str, number: int, station: str, *, is_exercise: bool) -> str:
    """Return the uid of an incident's area."""
    return uid_of(station, incident_id, "area", str(number), is_exercise=is_exercise)


def _alert(warning: PublicWarning, title: str, station: str, stamp: Stamp) -> Event:
    """Return the alert, or what ends it: ATAK wants the uid of the alert for that."""
    content = warning.content
    is_over = content.level == "white"
    uid = uid_of(station, warning.incident_id, "alert", is_exercise=stamp.is_exercise)
    name, headline = stamp.marked(NAMES[content.level]), stamp.marked(content.texts[0].headline)
    emergency = Part("emergency", {"cancel": "true"} if is_over else {"type": name}, headline)
    # ATAK takes no alert without a link to whom it comes from.
    of = area_uid(warning.incident_id, 1, station, is_exercise=stamp.is_exercise)
    link = Part("link", {"uid": of, "type": AREA, "relation": "p-p"})
    return stamp.event(
        uid,
        CANCEL if is_over else ALERT,
        middle(list(content.rings[0][:-1])),
        name=NAMES[content.level],
        text=_words(warning, title),
        parts=(link, emergency),
    )


def _words(warning: PublicWarning, title: str) -> str:
    """Return what is said, in each language what to do before what is known."""
    texts = warning.content.texts
    said = [
        f"{text.headline.rstrip('.')}. {text.instruction} {text.area.rstrip('.')}. {text.description}"
        for text in texts
    ]
    source = f"{title[:NAME_MAX]}. Incident {warning.incident_id}, warning {warning.warning_id}."
    whole = "\n".join([NAMES[warning.content.level] + ".", *said, source])
    cut = whole.encode("utf-8", "replace")[:WORDS_BYTES_MAX].decode("utf-8", "ignore")
    return whole if cut == whole else f"{cut}…"
