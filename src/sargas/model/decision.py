"""What a person decided; each becomes a journal entry before it takes effect."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from sargas.model.report import Text
from sargas.model.track import Affiliation

Officer = Annotated[str, Meta(min_length=1, max_length=64)]
Disposition = Literal[
    "undecided", "drone", "aircraft", "balloon", "bird", "clutter", "own_exercise", "false_report", "other"
]


class _Decision(Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    officer: Officer


class Acknowledge(_Decision, frozen=True, kw_only=True, tag="acknowledge"):
    """The officer has seen the incident."""

    incident_id: str


class Comment(_Decision, frozen=True, kw_only=True, tag="comment"):
    """The officer adds a text to the incident."""

    incident_id: str
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]


class Dispose(_Decision, frozen=True, kw_only=True, tag="dispose"):
    """The officer says what it was; kept apart from the incident's status."""

    incident_id: str
    disposition: Disposition
    text: Text = ""


class Close(_Decision, frozen=True, kw_only=True, tag="close"):
    """The officer closes the incident."""

    incident_id: str
    text: Text = ""


class Reopen(_Decision, frozen=True, kw_only=True, tag="reopen"):
    """The officer opens a closed incident again."""

    incident_id: str
    text: Text = ""


class LinkTrack(_Decision, frozen=True, kw_only=True, tag="link_track"):
    """The officer says that a track belongs to an incident."""

    incident_id: str
    track_id: int


class Affiliate(_Decision, frozen=True, kw_only=True, tag="affiliate"):
    """The officer gives a track an affiliation; the program never does."""

    track_id: int
    affiliation: Affiliation
    text: Text = ""


Decision: TypeAlias = Acknowledge | Comment | Dispose | Close | Reopen | LinkTrack | Affiliate
