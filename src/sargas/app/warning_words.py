"""The words of a warning as a file that an officer edits, and what stands to be approved at the prompt."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import tomli_w
from msgspec import Meta, Struct

from sargas.incident.words import clock
from sargas.model.errors import DataError, DecisionError
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.warning import Language, Level, PublicWarning, WarningContent, WarningText

HEAD: Final = """\
# {incident_id}: the {level} draft in words, as of {made}.
# Change what is to be changed. What is left out stays as it is drafted, and so does the area.
"""


class OwnText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words in one language; what is None stays as it is drafted."""

    language: Language
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    area: str | None = None


class OwnWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an officer wants otherwise than it is drafted."""

    level: Level | None = None
    expires: datetime | None = None
    texts: Annotated[tuple[OwnText, ...], Meta(max_length=12)] = ()


def standing(incident: Incident, picture: Picture, *, is_all_clear: bool = False) -> WarningContent:
    """Return the content that an approval would take now: what an officer saved, else the draft, or the all-clear.

    Raises:
        DecisionError: there is none; says why.
    """
    incident_id, edited = incident.incident_id, incident.warning.edited
    draft = picture.drafts.get(incident_id)
    saved = edited.content if edited is not None else None
    if is_all_clear:
        drafted = draft.all_clear if draft is not None else None
        all_clear = saved if saved is not None and saved.level == "white" else drafted
        if all_clear is None and incident.warning.in_force(picture.now_s) is not None:
            raise DecisionError(f"{incident_id}: the all-clear is drafted in some seconds; try again then")
        if all_clear is None:
            raise DecisionError(f"{incident_id}: no warning is in force, so there is nothing to clear")
        return all_clear
    found = draft.content if saved is None and draft is not None else saved
    if found is None:
        raise DecisionError(f"{incident_id}: at {clock(picture.now_s)} there is no draft: nothing is to be warned of")
    if found.level == "white":
        raise DecisionError(f"{incident_id}: what is drafted is the all-clear; approve it with --all-clear")
    return found


def pending(incident: Incident) -> PublicWarning:
    """Return the warning that waits for another approval or to be sent.

    Raises:
        DecisionError: none does.
    """
    found = incident.warning.pending()
    if found is None:
        raise DecisionError(f"{incident.incident_id}: no warning waits; approve a draft first")
    return found


def words_file(incident_id: str, made_s: float, content: WarningContent) -> str:
    """Return the words as TOML, to be changed and read again by `reworded`."""
    made = datetime.fromtimestamp(made_s, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    head = HEAD.format(incident_id=incident_id, level=content.level, made=made)
    document = {
        "level": content.level,
        "expires": datetime.fromtimestamp(content.expires_s, UTC),
        "texts": [msgspec.to_builtins(text) for text in content.texts],
    }
    return head + tomli_w.dumps(document, multiline_strings=False)


def reworded(content: WarningContent, file: bytes, name: str) -> WarningContent:
    """Return the content in the words of a file; `expires` without a time zone is UTC.

    Raises:
        DataError: the file is not such as `words_file` writes.
    """
    try:
        own = msgspec.toml.decode(file, type=OwnWords)
        texts = {text.language: _changed(text, content) for text in own.texts}
        drafted = [texts.pop(text.language, text) for text in content.texts]
        parts = {
            "level": own.level or content.level,
            "rings": content.rings,
            "texts": [*map(msgspec.to_builtins, drafted), *map(msgspec.to_builtins, texts.values())],
            "expires_s": content.expires_s if own.expires is None else _epoch(own.expires),
        }
        return msgspec.convert(parts, WarningContent)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{name}: {error}") from error


def _changed(own: OwnText, content: WarningContent) -> WarningText:
    """Return the drafted text of a language with what the file has otherwise."""
    drafted = next((text for text in content.texts if text.language == own.language), None)
    before = {} if drafted is None else msgspec.to_builtins(drafted)
    given = {key: value for key, value in msgspec.to_builtins(own).items() if value is not None}
    try:
        return msgspec.convert({**before, **given}, WarningText)
    except msgspec.ValidationError as error:
        raise ValueError(f"texts in '{own.language}': {error}") from error


def _epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
