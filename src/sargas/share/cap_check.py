"""What is wrong with a CAP message that the schema of OASIS lets pass: the rules of its text and of this house.

Source: Common Alerting Protocol 1.2, OASIS Standard, 1 July 2010, sections 3.2 and 3.3. The elements' order and their
code values are the schema's business.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import shapely
from lxml import etree  # type: ignore[import-untyped]  # lxml carries no types

from sargas.model.errors import DataError
from sargas.share.cap_profile import NOT_REAL, REAL, is_marked

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
CAP: Final = f"{{{NAMESPACE}}}"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
BYTES_MAX: Final = 8_000_000
"""Twelve languages of the longest texts with forty rings of four hundred corners each have some 5 MB."""
HEADLINE_MAX: Final = 160
"""CAP 1.2, 3.2.2, headline: what many displays have room for."""
ONCE: Final = ("identifier", "sender", "sent", "status", "msgType", "scope")
TIMES: Final = ("sent", "effective", "onset", "expires")
ALIKE: Final = (
    "category", "responseType", "urgency", "severity", "certainty", "eventCode", "effective", "onset", "expires",
    "area/polygon", "area/circle", "area/geocode",
)  # fmt: skip
"""What every language must say alike (3.2.2, language: the blocks are translations of each other)."""
OFFSET_MAX: Final = timedelta(hours=14)
SHOWN_MAX: Final = 40

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\Z", re.ASCII)
_NAME: Final = re.compile(r"[^\s,<&]+\Z")
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_PAIR: Final = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)\Z", re.ASCII)
_geos: Any = shapely  # shapely carries no types


def problems(xml: bytes) -> list[str]:
    """Return what is wrong, in words; nothing if the message may leave."""
    try:
        alert = parsed(xml)
    except DataError as error:
        return [str(error)]
    return [problem for rule in RULES for problem in rule(alert)]


def parsed(xml: bytes) -> Any:
    """Return the `alert` element of a message that somebody sent: nothing outside of it is read.

    Raises:
        DataError: it is not CAP 1.2, has a document type, or is too long.
    """
    if len(xml) > BYTES_MAX:
        raise DataError(f"the message has {len(xml)} bytes, at most {BYTES_MAX} are read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DataError(f"the message is not XML: {error}") from error
    document = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None or document.externalDTD is not None:
        raise DataError("the message has a document type (DTD), which CAP does not have")
    if root.tag != f"{CAP}alert":
        raise DataError(f"the message is {_shown(root.tag)}, expected alert of CAP 1.2 ({CAP})")
    return root


def identifier_in(xml: bytes) -> str:
    """Return the identifier that a message has.

    Raises:
        DataError: it is not CAP 1.2, or has none.
    """
    found = _text(parsed(xml), "identifier")
    if not _NAME.match(found):
        raise DataError(f"identifier: is '{_shown(found)}', expected a name without spaces, commas, '<' and '&'")
    return found


def _heads(alert: Any) -> Iterator[str]:
    for name in ONCE:
        n_there = len(alert.findall(CAP + name))
        if n_there != 1:
            yield f"{name}: is there {n_there} times, expected once"
    for name in ("identifier", "sender"):
        if (text := _text(alert, name)) and not _NAME.match(text):
            yield f"{name}: '{_shown(text)}' has a space, a comma, '<' or '&'"
    if (scope := _text(alert, "scope")) != "Public":
        yield f"scope: is '{_shown(scope)}', expected Public"
    if (status := _text(alert, "status")) not in {"Actual", "Exercise"}:
        yield f"status: is '{_shown(status)}', expected Actual or Exercise"


def _empty(alert: Any) -> Iterator[str]:
    """Empty elements (3.3.1 forbids them) and what is not an element at all."""
    for node in alert.iter():
        if not isinstance(node.tag, str):
            yield f"'{_shown(str(node))}': comments, instructions and entities do not belong in a message"
        elif not node.tag.startswith(SIGNATURE) and len(node) == 0 and not (node.text or "").strip():
            yield f"{_name(node)}: is empty"


def _times(alert: Any) -> Iterator[str]:
    for name in TIMES:
        for node in alert.iter(CAP + name):
            yield from _time_problems(name, node.text or "")


def _time_problems(name: str, text: str) -> Iterator[str]:
    if not _TIME.match(text):
        yield f"{name}: '{_shown(text)}' is not such as 2025-07-28T04:58:02+03:00: whole seconds, never Z"
        return
    moment = _moment(text)
    if moment is None:
        yield f"{name}: there is no moment '{text}'"
    elif text.endswith("+00:00"):
        yield f"{name}: '{text}' has +00:00, UTC is -00:00"


def _references(alert: Any) -> Iterator[str]:
    kind, given = _text(alert, "msgType"), alert.find(CAP + "references")
    if kind not in {"Alert", "Update", "Cancel"}:
        yield f"msgType: is '{_shown(kind)}', expected Alert, Update or Cancel"
    if kind == "Alert" and given is not None:
        yield "references: an Alert refers to nothing; is it an Update?"
    if kind in {"Update", "Cancel"} and given is None:
        yield f"references: are missing, and {'an' if kind == 'Update' else 'a'} {kind} must say of what"
    if given is None:
        return
    own, sent = (_text(alert, "sender"), _text(alert, "identifier")), _moment(_text(alert, "sent"))
    seen: list[str] = []
    for one in (given.text or "").split():
        parts = one.split(",")
        if len(parts) != 3 or not all(parts):
            yield f"references: '{_shown(one)}' is not sender,identifier,sent"
            continue
        yield from _time_problems("references", parts[2])
        before = _moment(parts[2])
        if (parts[0], parts[1]) == own:
            yield "references: the message refers to itself"
        if before is not None and sent is not None and before > sent:
            yield f"references: '{_shown(one)}' was sent after this message"
        seen.append(one)
    if len(set(seen)) != len(seen):
        yield "references: one message is there twice"


def _exercise(alert: Any) -> Iterator[str]:
    """Marks of an exercise, and that no phone rings for one, nor stays silent when it is real."""
    is_exercise = _text(alert, "status") == "Exercise"
    numbers = {int(text) for text in _values(alert, "parameter") if re.fullmatch("[0-9]{1,5}", text)}
    wrong = numbers & (REAL if is_exercise else NOT_REAL)
    if wrong:
        what = "an exercise has the identifier of a real alert" if is_exercise else "a real alert has that of a test"
        yield f"parameter: {what}, {', '.join(str(one) for one in sorted(wrong))}"
    if not is_exercise:
        return
    if not _text(alert, "note"):
        yield "note: is missing, and must say which exercise it is"
    for info in alert.findall(CAP + "info"):
        for name in ("event", "headline", "description", "instruction"):
            text = _text(info, name)
            if text and not is_marked(text):
                yield f"{name}: '{_shown(text)}' does not begin with EXERCISE or that word in its language"


def _infos(alert: Any) -> Iterator[str]:
    infos = alert.findall(CAP + "info")
    if not infos:
        yield "info: is missing"
        return
    languages = [_text(info, "language") for info in infos]
    for language in languages:
        if not _TAG.match(language):
            yield f"language: '{_shown(language)}' is not a tag such as lt-LT"
    yield from (
        f"language: {one} has {n} info blocks, expected one" for one, n in Counter(languages).items() if n > 1
    )
    for name in ALIKE:
        said = {tuple(_deep(node) for node in info.findall(_path(name))) for info in infos}
        if len(said) > 1:
            yield f"{name}: is not the same in every language"
    for info in infos:
        yield from _info(info, _moment(_text(alert, "sent")))


def _info(info: Any, sent: datetime | None) -> Iterator[str]:
    language, headline = _text(info, "language"), _text(info, "headline")
    if not headline:
        yield f"headline: is missing ({language})"
    if len(headline) > HEADLINE_MAX:
        yield f"headline: has {len(headline)} characters, at most {HEADLINE_MAX} ({language})"
    if info.find(CAP + "expires") is None:
        yield f"expires: is missing ({language})"
    expires = _moment(_text(info, "expires"))
    for name, moment in (("sent", sent), *((name, _moment(_text(info, name))) for name in ("effective", "onset"))):
        if expires is not None and moment is not None and expires <= moment:
            yield f"expires: {_text(info, 'expires')} is not after {name} ({language})"
    areas = info.findall(CAP + "area")
    if not areas:
        yield f"area: is missing ({language})"
    for area in areas:
        if not _text(area, "areaDesc"):
            yield f"areaDesc: is missing ({language})"
        if area.find(CAP + "polygon") is None:
            yield f"polygon: is missing ({language})"
        for node in area.findall(CAP + "polygon"):
            yield from (f"polygon: {problem} ({language})" for problem in polygon_problems(node.text or ""))


def polygon_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a polygon: corners "lat,lon" in range, closed, not crossing itself (3.2.4)."""
    corners = []
    for pair in text.split():
        found = _PAIR.match(pair)
        if found is None:
            yield f"'{_shown(pair)}' is not a corner such as 54.68700,25.28000"
            return
        lat, lon = float(found[1]), float(found[2])
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
            yield f"'{_shown(pair)}' is not on Earth: latitude to 90, then longitude to 180"
            return
        corners.append((lon, lat))
    if len(corners) < 4:
        yield f"has {len(corners)} corners, expected 4 at least, the last one as the first"
    elif corners[0] != corners[-1]:
        yield "is not closed: its last corner must be its first one"
    else:
        shape = _geos.Polygon(corners)
        if not shape.is_valid or shape.area <= 0.0:
            yield "its sides cross or touch each other, or it has no area"


RULES: Final[Sequence[Callable[[Any], Iterator[str]]]] = (
    _heads, _empty, _times, _references, _exercise, _infos,
)  # fmt: skip


def _text(parent: Any, name: str) -> str:
    found = parent.find(CAP + name)
    return "" if found is None else (found.text or "").strip()


def _values(alert: Any, tag: str) -> Iterator[str]:
    for info in alert.findall(CAP + "info"):
        for pair in info.findall(CAP + tag):
            yield _text(pair, "value")


def _moment(text: str) -> datetime | None:
    """Return the moment of a time, None if it is none."""
    if not _TIME.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = moment.utcoffset()
    return moment if offset is not None and abs(offset) <= OFFSET_MAX else None


def _deep(node: Any) -> tuple[str, ...]:
    return tuple((one.text or "").strip() for one in node.iter())


def _path(name: str) -> str:
    return "/".join(CAP + step for step in name.split("/"))


def _name(node: Any) -> str:
    return str(etree.QName(node).localname)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "..."
