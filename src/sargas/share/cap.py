"""A warning as a message of the Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010): the same for ever.

There is no white space between the elements: some receivers drop it before they check a signature. What the officers
approved is all that it says of the sky; the rest comes from the profile. No officer is named.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

import shapely
from msgspec import Struct

from sargas.model.errors import DataError
from sargas.model.warning import PublicWarning, Ring, WarningText
from sargas.share.cap_check import HEADLINE_MAX, NAMESPACE, identifier_in, problems
from sargas.share.cap_profile import COUNTRIES, Profile, Where, base, eu_alert_name, marked
from sargas.share.xml_text import child

__all__ = ["NAMESPACE", "cap_time", "cap_xml", "identifier", "identifier_in", "problems"]

MSG_TYPES: Final = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}
LEAST_S: Final = 60.0
"""A message holds for so long at least: one that expires before it is sent would be dropped everywhere."""
DECIMALS: Final = 5
"""Of a degree: about a metre."""
MEND_DEG: Final = 0.001
"""About a ring without an area, so that it has one: some 100 m."""

# What XML 1.0 cannot hold (2.2), the other control characters, and those that turn the direction of writing.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_geos: Any = shapely  # shapely carries no types
EARTH: Final = _geos.box(-180.0, -90.0, 180.0, 90.0)


class _Making(Struct, frozen=True, kw_only=True):
    """What every language of a message is made from."""

    warning: PublicWarning
    profile: Profile
    zone: tzinfo
    sent_s: float
    outlines: Sequence[Sequence[tuple[float, float]]]

    @property
    def where(self) -> Where:
        return "exercise" if self.warning.is_exercise else self.warning.content.level

    def time(self, time_s: float) -> str:
        return cap_time(time_s, self.zone)

    def said(self, text: str, language: str) -> str:
        return marked(text, language, is_exercise=self.warning.is_exercise) if text else ""


def cap_xml(
    warning: PublicWarning, earlier: Sequence[PublicWarning], profile: Profile, *, country: str, title: str
) -> bytes:
    """Return the message in UTF-8: the same bytes for the same warning.

    Args:
        warning: it was sent.
        earlier: the warnings of the incident that it may refer to; those that were not sent are left out. With none
            left, an update or a cancellation goes out as an alert: nobody has what it would update.
        profile: who sends, and how.
        country: whose sky it is (ISO 3166-1), for the time zone and the first language.
        title: what the incident is called; it stands in the note of an exercise.

    Raises:
        DataError: it was not sent.
    """
    making = _Making(
        warning=warning,
        profile=profile,
        zone=profile.zone(country),
        sent_s=_sent_s(warning),
        outlines=[outline for ring in warning.content.rings for outline in polygons(ring)],
    )
    references = _references(making, earlier)
    root = Element("alert", {"xmlns": NAMESPACE})
    child(root, "identifier", identifier(warning))
    child(root, "sender", profile.sender)
    child(root, "sent", making.time(making.sent_s))
    child(root, "status", "Exercise" if warning.is_exercise else "Actual")
    child(root, "msgType", MSG_TYPES[warning.kind] if references else "Alert")
    child(root, "scope", "Public")
    for code in profile.codes:
        child(root, "code", _plain(code))
    if warning.is_exercise:
        child(root, "note", making.said(f"{_plain(title)} ({_word(warning.incident_id)})", "en"))
    if references:
        child(root, "references", " ".join(references))
    child(root, "incidents", _word(warning.incident_id))
    texts: dict[str, WarningText] = {}
    for text in warning.content.texts:
        texts.setdefault(profile.tag(text.language), text)
    for tag, text in texts.items():
        is_additional = _is_additional(text.language, warning.content.texts, country)
        _info(root, tag, text, making, is_additional=is_additional)
    xml = tostring(root, encoding="unicode").encode("utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + xml + b"\n"


def identifier(warning: PublicWarning) -> str:
    """Return what the message is called in the world: the warning, when it was sent, and whether it is an exercise.

    A watch whose journal was lost counts its warnings from one again, and an exercise has the same numbers as the
    real watch of that day; the moment and the word keep them apart.

    Raises:
        DataError: it was not sent.
    """
    sent = datetime.fromtimestamp(math.floor(_sent_s(warning)), UTC)
    return f"{'EXERCISE-' if warning.is_exercise else ''}{_word(warning.warning_id)}-{sent:%Y%m%dT%H%M%SZ}"


def cap_time(time_s: float, zone: tzinfo) -> str:
    """Return a moment as CAP has it, in whole seconds: 2025-07-28T04:58:02+03:00, and -00:00 for UTC (3.3.2)."""
    text = datetime.fromtimestamp(math.floor(time_s), zone).isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def _sent_s(warning: PublicWarning) -> float:
    if warning.sent_s is None:
        raise DataError(f"{warning.warning_id}: there is no CAP message of a warning that was not sent")
    return warning.sent_s


def _references(making: _Making, earlier: Sequence[PublicWarning]) -> list[str]:
    """Return the earlier messages as sender, identifier and moment; of an alert none."""
    if making.warning.kind == "alert":
        return []
    sent = {one.warning_id: one for one in earlier if one.sent_s is not None}
    named = [sent[one] for one in dict.fromkeys(making.warning.references) if one in sent]
    return [f"{making.profile.sender},{identifier(one)},{making.time(_sent_s(one))}" for one in named]


def _is_additional(language: str, texts: Sequence[WarningText], country: str) -> bool:
    """Return whether phones should take it as one more language: all but the country's, or but the first."""
    _, local = COUNTRIES.get(country, ("", ""))
    if local not in {base(text.language) for text in texts}:
        local = base(texts[0].language)
    return base(language) != local


def _info(root: Element, tag: str, text: WarningText, making: _Making, *, is_additional: bool) -> None:
    content, profile, language = making.warning.content, making.profile, text.language
    handling, event = profile.handling(content.level), _plain(profile.event(language))
    info = child(root, "info")
    child(info, "language", tag)
    for category in profile.categories:
        child(info, "category", category)
    child(info, "event", making.said(event, language))
    for response in handling.response:
        child(info, "responseType", response)
    child(info, "urgency", handling.urgency)
    child(info, "severity", handling.severity)
    child(info, "certainty", handling.certainty)
    for code in profile.event_codes:
        if making.where in code.levels:
            _value(info, "eventCode", code.name, code.value)
    child(info, "effective", making.time(making.sent_s))
    if content.level == "red":
        child(info, "onset", making.time(making.sent_s))
    child(info, "expires", making.time(max(content.expires_s, math.floor(making.sent_s) + LEAST_S)))
    _optional(info, "senderName", _plain(profile.sender_name))
    child(info, "headline", _short(making.said(_plain(text.headline) or event, language)))
    _optional(info, "description", making.said(_plain(text.description), language))
    _optional(info, "instruction", making.said(_plain(text.instruction), language))
    _optional(info, "web", profile.web)
    _optional(info, "contact", _plain(profile.contact))
    for name, value in _parameters(making, is_additional=is_additional):
        _value(info, "parameter", name, value)
    _area(info, text, making)


def _parameters(making: _Making, *, is_additional: bool) -> list[tuple[str, str]]:
    """Return the names and values: how phones are to ring, and what else the site gives at that level."""
    eu_alert = making.profile.eu_alert
    given = [(one.name, one.value) for one in making.profile.parameters if making.where in one.levels]
    if not eu_alert.is_given:
        return given
    number = eu_alert.message_identifier(making.where, is_additional=is_additional)
    named = eu_alert_name(number)
    level = [(eu_alert.level_name, named)] if named else []
    return [*level, (eu_alert.identifier_name, str(number)), *given]


def _area(info: Element, text: WarningText, making: _Making) -> None:
    area = child(info, "area")
    child(area, "areaDesc", _plain(text.area) or _box(making.outlines))
    for outline in making.outlines:
        child(area, "polygon", " ".join(f"{lat:.{DECIMALS}f},{lon:.{DECIMALS}f}" for lon, lat in outline))
    for geocode in making.profile.geocodes:
        _value(area, "geocode", geocode.name, geocode.value)


def polygons(ring: Ring) -> list[list[tuple[float, float]]]:
    """Return the ring as closed outlines (lon, lat) that do not cross themselves; nothing of its area is lost.

    One that is sound comes back as it is. Holes that crossing lines leave are filled, a ring without an area gets a
    little about it: it is better to warn too many.
    """
    corners = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in ring]
    corners = [one for k, one in enumerate(corners) if k == 0 or one != corners[k - 1]]
    if corners[0] != corners[-1]:
        corners.append(corners[0])
    if len(corners) >= 4:
        shape = _geos.Polygon(corners)
        if shape.is_valid and shape.area > 0.0:
            return [corners]
        if mended := _outlines(_geos.make_valid(shape)):
            return mended
    return _outlines(_geos.MultiPoint(corners).convex_hull.buffer(MEND_DEG, quad_segs=2).intersection(EARTH))


def _outlines(shape: Any) -> list[list[tuple[float, float]]]:
    """Return the outer rings of what has an area, on the grid of the decimals that are written."""
    parts = [one for part in _geos.get_parts(shape) for one in _geos.get_parts(part)]
    filled = _geos.union_all([_geos.Polygon(one.exterior) for one in parts if one.geom_type == "Polygon"])
    on_grid = _geos.set_precision(filled, 10.0**-DECIMALS)
    return [
        [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in _geos.get_coordinates(part.exterior).tolist()]
        for part in _geos.get_parts(on_grid)
    ]


def _box(outlines: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Return where it is in figures, for an area that nobody named."""
    lon = [corner[0] for outline in outlines for corner in outline]
    lat = [corner[1] for outline in outlines for corner in outline]
    return f"{min(lat):.2f}..{max(lat):.2f} N, {min(lon):.2f}..{max(lon):.2f} E"


def _value(parent: Element, tag: str, name: str, value: str) -> None:
    pair = child(parent, tag)
    child(pair, "valueName", _plain(name))
    child(pair, "value", _plain(value))


def _optional(parent: Element, tag: str, text: str) -> None:
    if text:
        child(parent, tag, text)


def _plain(text: str) -> str:
    """Return the text as XML 1.0 can hold it and reads it back: lines end with a newline, nothing about it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", lines).strip()


def _short(headline: str) -> str:
    one_line = " ".join(headline.split())
    return one_line if len(one_line) <= HEADLINE_MAX else one_line[: HEADLINE_MAX - 1].rstrip() + "…"


def _word(name: str) -> str:
    """Return a name with nothing in it that CAP, a file system or an address would stumble over (3.2.1)."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).strip(".-") or "unnamed"
