"""What the routes take and give beside the nouns of the model."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.decision import Officer
from sargas.web.desk import Clock, ViewName


class ViewState(Struct, frozen=True):
    """A view that is open, and where it stands in time."""

    name: ViewName
    clock: Clock


class DeskState(Struct, frozen=True, kw_only=True):
    """What a page needs to know first.

    `countries` are those whose airspace is on the map, `approvals_needed` how many a warning needs, `channels` its
    ways out.
    """

    title: str
    country: str
    countries: list[str]
    is_exercise: bool
    approvals_needed: int
    channels: list[str]
    version: str
    views: list[ViewState]


class Entered(Struct, frozen=True):
    """The journal entry under which something is kept."""

    entry: int


class Content(Struct, frozen=True, kw_only=True):
    """A content that was handed in: what `add_evidence` must say of it."""

    sha256: str
    n_bytes: int
    media_type: str


class Play(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a view shall be played; what is left out stays. `speed` 0 is as fast as it can."""

    speed: Annotated[float, Meta(ge=0.0, le=10_000.0)] | None = None
    is_paused: bool | None = None
    jump_to_s: Annotated[float, Meta(ge=0.0)] | None = None


class OpenReplay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when the replay shall run; None lets the desk choose."""

    from_s: Annotated[float, Meta(ge=0.0)] | None = None


class SearchOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who orders a search, and of which lost track; None is the newest."""

    officer: Officer
    track_id: int | None = None


class HealthReport(Struct, frozen=True, kw_only=True):
    """How the watch is; `reasons` are sentences for a person."""

    status: Literal["ok", "degraded", "failed"]
    reasons: list[str]
    version: str
    n_tracks: int
    n_clients: int


class Fault(Struct, frozen=True):
    """Every error: what was wrong and what was allowed."""

    error: str
