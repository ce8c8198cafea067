"""A bulletin as JSON for other systems: one object, versioned, documented in docs/reference/channels.md.

Its frame (`type`, `timestamp`, the rest beside them) follows the recommendations of Standard Webhooks 1.0.0, section
"Payload structure". Within a version fields are only added, so that a reader passes over those that it does not know.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from sargas.model.errors import ChannelError
from sargas.model.report import Point
from sargas.model.warning import Level, WarningKind, WarningText
from sargas.ports import Bulletin
from sargas.share import cap_profile
from sargas.share.shown import closed, time_text
from sargas.share.wording import EXERCISE, marked

VERSION: Final = 1
Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="UTC, RFC 3339")]


class Area(Struct, frozen=True, kw_only=True):
    """A GeoJSON geometry (RFC 7946, 3.1.7): (longitude, latitude), rings closed and counter-clockwise, no holes."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: tuple[tuple[tuple[Point, ...], ...], ...]


class Words(Struct, frozen=True, kw_only=True):
    """The words in one language (BCP 47); in an exercise each but the area begins with that word in its language."""

    language: str
    headline: str
    description: str
    instruction: str
    area: str


class BulletinJson(Struct, frozen=True, kw_only=True):
    """A warning to the public as other systems get it.

    `id` is its identity: whoever gets it twice knows it by that. `references` are the bulletins of the incident that
    it updates or cancels, by `id`. `cap` is the CAP 1.2 message as it is, signature included; parse it, do not
    re-indent it. `exercise` and `mark` say the same: nothing of an exercise may reach the public as a warning.
    """

    type: Literal["warning.alert", "warning.update", "warning.cancel"]
    version: Literal[1] = VERSION
    timestamp: Moment
    exercise: bool
    mark: Literal["", "EXERCISE"]
    id: str
    warning: str
    incident: str
    kind: WarningKind
    level: Level
    title: str
    country: str
    sent: Moment
    expires: Moment
    references: tuple[str, ...]
    area: Area
    texts: tuple[Words, ...]
    cap: str = ""


def encoded(bulletin: Bulletin, *, has_cap: bool = True) -> bytes:
    """Return the bulletin as JSON in UTF-8: the same bytes for the same bulletin.

    Raises:
        ChannelError: its CAP message is not UTF-8.
    """
    return msgspec.json.encode(told(bulletin, has_cap=has_cap))


def told(bulletin: Bulletin, *, has_cap: bool = True) -> BulletinJson:
    """Return the bulletin as other systems get it.

    Raises:
        ChannelError: its CAP message is not UTF-8.
    """
    warning, content, is_exercise = bulletin.warning, bulletin.warning.content, bulletin.is_exercise
    return BulletinJson(
        type=f"warning.{warning.kind}",  # type: ignore[arg-type] # mypy does not join literals
        timestamp=time_text(bulletin.sent_s),
        exercise=is_exercise,
        mark=EXERCISE if is_exercise else "",
        id=bulletin.bulletin_id,
        warning=warning.warning_id,
        incident=warning.incident_id,
        kind=warning.kind,
        level=content.level,
        title=marked(bulletin.title, is_exercise=is_exercise),
        country=bulletin.country,
        sent=time_text(bulletin.sent_s),
        expires=time_text(content.expires_s),
        references=tuple(earlier_ids(bulletin)),
        area=Area(coordinates=tuple((tuple(closed(ring)),) for ring in content.rings)),
        texts=tuple(_words(text, is_exercise=is_exercise) for text in content.texts),
        cap=_cap(bulletin.cap_xml) if has_cap else "",
    )


def earlier_ids(bulletin: Bulletin) -> list[str]:
    """Return the identities of the bulletins that this one updates or cancels, oldest first.

    Those of one incident differ in the warning's name alone; where they do not, none can be named.
    """
    own = bulletin.warning.warning_id
    if own not in bulletin.bulletin_id:
        return []
    return [bulletin.bulletin_id.replace(own, reference) for reference in bulletin.warning.references]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of version 1."""
    return msgspec.json.schema(BulletinJson)


def _words(text: WarningText, *, is_exercise: bool) -> Words:
    headline, description, instruction = (
        cap_profile.marked(words, text.language, is_exercise=is_exercise)
        for words in (text.headline, text.description, text.instruction)
    )
    return Words(
        language=text.language, headline=headline, description=description, instruction=instruction, area=text.area
    )


def _cap(cap_xml: bytes) -> str:
    try:
        return cap_xml.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ChannelError(f"the CAP message is not UTF-8 at byte {error.start}") from error
