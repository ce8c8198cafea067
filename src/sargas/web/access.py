"""Who asks, and what a route needs: `scope="investigate"` beside a route's path says so.

A route that names no scope needs `read` for a look and `decide` for a change. On a desk without accounts (an
exercise, a replay) everybody may do everything, under the name that the request gives as `officer`.
"""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException

from sargas.model.account import Scope
from sargas.model.decision import (
    AddClue,
    Decision,
    FileDecision,
    MarkSearched,
    RecordIncidents,
    ReleaseIncident,
    RemoveEvidence,
    ReportFind,
    StrikeRecord,
)
from sargas.web.accounts import Entrance

ANYBODY: Final = "someone at the desk"
Asked = ASGIConnection[Any, Any, Any, Any]
"""A request, as a guard and as a handler know it."""
ABILITIES: Final[dict[Scope, str]] = {
    "read": "look at the watch",
    "decide": "decide",
    "supervise": "remove evidence, release a hold or strike a record",
    "feed": "deliver reports",
    "engineer": "look after the sensors",
    "investigate": "work on the files of incidents",
    "administer": "administer",
}


def entrance_of(asked: Asked) -> Entrance | None:
    """Return as whom the request was let in, None on a desk without accounts."""
    found = asked.scope.get("user")
    return found if isinstance(found, Entrance) else None


def who(asked: Asked) -> str:
    """Return the name under which the request decides: its account's, or what it says where there are no accounts."""
    entrance = entrance_of(asked)
    if entrance is not None:
        return entrance.account.name
    return asked.query_params.get("officer", "")[:64] or ANYBODY


def check_officer(asked: Asked, officer: str) -> None:
    """Refuse a decision in another's name.

    Raises:
        PermissionDeniedException: the account has another name than `officer`.
    """
    entrance = entrance_of(asked)
    if entrance is not None and officer != entrance.account.name:
        raise PermissionDeniedException(
            f"you are signed in as '{entrance.account.name}' and cannot decide as '{officer}'"
        )


def check_scope(asked: Asked, scope: Scope) -> None:
    """Refuse what the account may not do.

    Raises:
        PermissionDeniedException: says which scope is missing.
    """
    entrance = entrance_of(asked)
    if entrance is not None and scope not in entrance.scopes:
        raise PermissionDeniedException(
            f"account '{entrance.account.name}' may not {ABILITIES[scope]}: that needs the scope '{scope}',"
            f" and it has {', '.join(sorted(entrance.scopes)) or 'none'}"
        )


def scope_of(decision: Decision) -> Scope:
    """Return what a decision needs. One officer alone at night can do everything but make something disappear."""
    match decision:
        case RemoveEvidence() | ReleaseIncident() | StrikeRecord():
            return "supervise"
        case MarkSearched() | ReportFind() | AddClue() | RecordIncidents():
            return "investigate"
        case _:
            return "investigate" if isinstance(decision, FileDecision) else "decide"
