"""What a site writes into its CAP messages beside the warning: the table `[warning.cap]` of the configuration.

The defaults are those of no country: a site gives its sender, and whatever the profile of its country asks for.
"""

import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.warning import Level

Category = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]
ResponseType = Literal[
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"
]  # fmt: skip
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
Where = Level | Literal["exercise"]

# CAP 1.2, 3.2.1: sender and identifier hold no spaces, commas, "<" or "&".
Sender = Annotated[str, Meta(pattern=r"^[^\x00-\x20\x7f\s,<&]{3,128}\Z", description="sargas@example.org")]
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\w")]
OptionalLine = Annotated[str, Meta(max_length=200)]
Tag = Annotated[str, Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="RFC 5646, such as lt-LT")]
# RFC 3986, 3: what every reader of an address takes, with the host by name.
_SIGNS: Final = r"(?:[A-Za-z0-9._~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2})*"
ADDRESS: Final = rf"https?://[A-Za-z0-9.-]+(:[0-9]{{1,5}})?(/{_SIGNS})?"
PAGE: Final = rf"{ADDRESS}(\?{_SIGNS})?(#{_SIGNS})?"
MessageId = Annotated[int, Meta(ge=0, le=65_535)]

COUNTRIES: Final[Mapping[str, tuple[str, str]]] = {
    "LT": ("Europe/Vilnius", "lt"), "LV": ("Europe/Riga", "lv"), "EE": ("Europe/Tallinn", "et"),
    "PL": ("Europe/Warsaw", "pl"), "FI": ("Europe/Helsinki", "fi"), "RO": ("Europe/Bucharest", "ro"),
    "UA": ("Europe/Kyiv", "uk"), "MD": ("Europe/Chisinau", "ro"), "SE": ("Europe/Stockholm", "sv"),
    "NO": ("Europe/Oslo", "nb"), "DK": ("Europe/Copenhagen", "da"), "DE": ("Europe/Berlin", "de"),
    "CZ": ("Europe/Prague", "cs"), "SK": ("Europe/Bratislava", "sk"), "HU": ("Europe/Budapest", "hu"),
    "BG": ("Europe/Sofia", "bg"),
}  # fmt: skip
"""Time zone (IANA) and first language (ISO 639) of a country; elsewhere UTC and the first text's language."""
TAGS: Final[Mapping[str, str]] = {
    "lt": "lt-LT", "lv": "lv-LV", "et": "et-EE", "pl": "pl-PL", "fi": "fi-FI", "ro": "ro-RO", "uk": "uk-UA",
    "en": "en-GB", "sv": "sv-SE", "nb": "nb-NO", "da": "da-DK", "de": "de-DE", "cs": "cs-CZ", "sk": "sk-SK",
    "hu": "hu-HU", "bg": "bg-BG",
}  # fmt: skip
EVENTS: Final[Mapping[str, str]] = {
    "en": "Air danger", "lt": "Oro pavojus", "lv": "Gaisa telpas apdraudējums", "et": "Õhuoht",
    "pl": "Zagrożenie z powietrza", "fi": "Ilmavaara", "ro": "Pericol aerian", "uk": "Повітряна небезпека",
}  # fmt: skip
EXERCISE: Final[Mapping[str, str]] = {
    "en": "EXERCISE", "lt": "PRATYBOS", "lv": "MĀCĪBAS", "et": "ÕPPUS", "pl": "ĆWICZENIA", "fi": "HARJOITUS",
    "ro": "EXERCIȚIU", "uk": "НАВЧАННЯ", "sv": "ÖVNING", "nb": "ØVELSE", "da": "ØVELSE", "de": "ÜBUNG",
    "cs": "CVIČENÍ", "sk": "CVIČENIE", "hu": "GYAKORLAT", "bg": "УЧЕНИЕ",
}  # fmt: skip

# 3GPP TS 23.041, 9.4.1.2.2 (message identifiers), and ETSI TS 102 900 (which of them EU-Alert uses for what).
ADDITIONAL: Final[Mapping[int, int]] = {
    **{identifier: identifier + 13 for identifier in range(4370, 4383)},
    4396: 4397,
    4398: 4399,
}
"""The identifier of the same message in an additional language."""
EU_ALERT: Final[Mapping[str, tuple[int, ...]]] = {
    "EU-Alert Level 1": (919, 4370, 4383),
    "EU-Alert Level 2": (4371, 4372, 4384, 4385),
    "EU-Alert Level 3": (*range(4373, 4379), *range(4386, 4392)),
    "EU-Amber": (4379, 4392),
    "EU-Alert Level 4": (4396, 4397),
    "EU-Info": (6400,),
    "EU-Monthly Test": (4380, 4393),
    "EU-Exercise": (4381, 4394),
    "EU-Test": (4398, 4399),
}
NOT_REAL: Final = frozenset({4380, 4393, 4381, 4394, 4398, 4399})
"""Test and exercise: phones show these only where their owner has asked for them."""
REAL: Final = frozenset(one for ids in EU_ALERT.values() for one in ids) - NOT_REAL


class Handling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a level asks of people, and how bad, how near and how sure it is (CAP 1.2, 3.2.2)."""

    response: Annotated[tuple[ResponseType, ...], Meta(min_length=1)]
    urgency: Urgency
    severity: Severity
    certainty: Certainty


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name and a value of somebody's code list, such as an event code or a geocode."""

    name: Line
    value: Line


class Parameter(Code, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that is given at some levels only; in an exercise only where `exercise` is among them."""

    levels: tuple[Where, ...] = ("white", "yellow", "red")

    def __post_init__(self) -> None:
        """Refuse the identifier of a real alert in an exercise, and that of a test when it is real."""
        number = int(self.value) if re.fullmatch("[0-9]{1,5}", self.value) else None
        if number in REAL and "exercise" in self.levels:
            raise ValueError(f"'{self.name}' = {number}: is of a real alert, and would be given in an exercise")
        if number in NOT_REAL and set(self.levels) - {"exercise"}:
            raise ValueError(f"'{self.name}' = {number}: is of a test, and would be given when it is real")


class EuAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cell broadcast message identifier of each level, in the first language; `is_given` false leaves all out.

    What the gateway to the mobile networks wants them to be called differs: `level_name` and `identifier_name`.
    """

    is_given: bool = True
    red: MessageId = 4371
    yellow: MessageId = 4378
    white: MessageId = 4396
    exercise: MessageId = 4381
    level_name: Line = "EU-Alert"
    identifier_name: Line = "CBMessageIdentifier"

    def __post_init__(self) -> None:
        """Refuse what would ring phones in an exercise, or what would not ring them when it is real."""
        if self.exercise not in NOT_REAL:
            raise ValueError(f"exercise = {self.exercise}: must be a test or exercise, {_listed(NOT_REAL)}")
        for level in ("red", "yellow", "white"):
            if (identifier := getattr(self, level)) in NOT_REAL:
                raise ValueError(f"{level} = {identifier}: is for tests and exercises alone")

    def message_identifier(self, where: Where, *, is_additional: bool) -> int:
        """Return the identifier of a level or of an exercise, in the first or in an additional language."""
        identifier: int = getattr(self, where)
        return ADDITIONAL.get(identifier, identifier) if is_additional else identifier


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sends, where, in which languages, and what each level means to those who receive it.

    `sender` must be the same as long as a warning holds and belong to nobody else: with the identifier it names a
    message in the world. `languages`, `events` add to the defaults. `codes` name the profiles that are followed.
    """

    sender: Sender
    sender_name: OptionalLine = ""
    web: Annotated[str, Meta(pattern=rf"^({PAGE})?\Z", max_length=500)] = ""
    contact: OptionalLine = ""
    time_zone: str = ""
    languages: dict[Annotated[str, Meta(pattern="^[a-z]{2,3}$")], Tag] = {}
    events: dict[Annotated[str, Meta(pattern="^[a-z]{2,3}$")], Line] = {}
    categories: Annotated[tuple[Category, ...], Meta(min_length=1)] = ("Security", "Safety")
    codes: tuple[Line, ...] = ()
    event_codes: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    geocodes: tuple[Code, ...] = ()
    red: Handling = Handling(response=("Shelter",), urgency="Immediate", severity="Extreme", certainty="Observed")
    yellow: Handling = Handling(
        response=("Prepare", "Monitor"), urgency="Expected", severity="Severe", certainty="Likely"
    )
    white: Handling = Handling(response=("AllClear",), urgency="Past", severity="Minor", certainty="Observed")
    eu_alert: EuAlert = EuAlert()

    def __post_init__(self) -> None:
        """Refuse a time zone that nobody knows."""
        if self.time_zone:
            known_zone(self.time_zone)

    def handling(self, level: Level) -> Handling:
        """Return what a level means."""
        return {"red": self.red, "yellow": self.yellow, "white": self.white}[level]

    def zone(self, country: str) -> tzinfo:
        """Return the time zone that the messages are written in."""
        return local_zone(self.time_zone, country)

    def tag(self, language: str) -> str:
        """Return the tag of a language as CAP has it; one that names a country already is left as it is."""
        return {**TAGS, **self.languages}.get(language, language)

    def event(self, language: str) -> str:
        """Return what it is in a language, in English if there is no word."""
        words = {**EVENTS, **self.events}
        return words.get(base(language), words["en"])


def known_zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the time zone of that IANA name.

    Raises:
        ValueError: there is none.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time_zone: no IANA time zone '{name}', expected one such as Europe/Vilnius") from error


def local_zone(name: str, country: str) -> tzinfo:
    """Return the time zone of that name, if there is no name the country's, and UTC if that is not known here.

    A machine without a table of time zones must still be able to warn.
    """
    if name:
        return known_zone(name)
    try:
        return known_zone(COUNTRIES[country][0])
    except (KeyError, ValueError):
        return UTC


def base(language: str) -> str:
    """Return the language without its country."""
    return language.partition("-")[0]


def marked(text: str, language: str, *, is_exercise: bool) -> str:
    """Return the text, in an exercise with that word in its language before it, once."""
    word = EXERCISE.get(base(language), EXERCISE["en"])
    return text if not is_exercise or text.startswith(word) else f"{word}: {text}"


def is_marked(text: str) -> bool:
    """Return whether a text says first of all that it is an exercise, in any language."""
    return text.startswith(tuple(EXERCISE.values()))


def eu_alert_name(identifier: int) -> str:
    """Return what EU-Alert calls a message identifier, nothing if it does not know it."""
    return next((name for name, ids in EU_ALERT.items() if identifier in ids), "")


def _listed(numbers: frozenset[int]) -> str:
    return ", ".join(str(one) for one in sorted(numbers))
