"""Who may do what: roles, scopes, accounts and tokens, as the rest of the watch sees them; no secret is in here."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

AccountName = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
Role = Literal["viewer", "officer", "supervisor", "engineer", "investigator", "administrator"]
Scope = Literal["read", "decide", "supervise", "feed", "engineer", "investigate", "administer"]
"""What a request needs. `feed` delivers reports, `investigate` reads and adds evidence and exports dossiers."""

SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    "viewer": frozenset({"read"}),
    "officer": frozenset({"read", "decide", "investigate"}),
    "supervisor": frozenset({"read", "decide", "supervise", "investigate"}),
    "engineer": frozenset({"read", "feed", "engineer"}),
    "investigator": frozenset({"read", "investigate"}),
    "administrator": frozenset({"read", "administer"}),
}


class Account(Struct, frozen=True, kw_only=True):
    """A person who may sign in, or a program that holds a token; `name` stands beside what it decides."""

    name: AccountName
    roles: tuple[Role, ...]
    full_name: str = ""
    is_disabled: bool = False
    made_s: float = 0.0
    last_seen_s: float | None = None

    def scopes(self) -> frozenset[Scope]:
        """Return all that its roles allow."""
        return frozenset[Scope]().union(*(SCOPES[role] for role in self.roles))
