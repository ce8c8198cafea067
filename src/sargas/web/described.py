"""The OpenAPI description as the framework makes it, mended where it says something else than the server does."""

from typing import Any

from litestar import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from sargas import __version__

FAULT = {"$ref": "#/components/schemas/Fault"}
REFUSALS = {
    "401": "Nobody is signed in, or the token opens nothing",
    "403": "The account may not do that",
    "429": "Too often: `retry-after` says when to come back",
}
SCHEMES = {
    "token": SecurityScheme(type="http", scheme="bearer", description="A program's token: `sargas account token`"),
    "session": SecurityScheme(
        type="apiKey",
        security_scheme_in="cookie",
        name="__Host-sargas",
        description="A browser's session (named `sargas` without TLS); changes also show `X-Sargas-CSRF`",
    ),
}


class Mended(JsonRenderPlugin):
    """Gives the description as JSON."""

    def __init__(self, *, has_accounts: bool) -> None:
        super().__init__()
        self._has_accounts = has_accounts

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the mended description."""
        found = mended(openapi_schema)
        return super().render(request, with_refusals(found) if self._has_accounts else found)


def described(*, has_accounts: bool) -> OpenAPIConfig:
    """Return how the API is described; with accounts every operation says how one is let in, and how one is not."""
    return OpenAPIConfig(
        title="Sargas",
        version=__version__,
        path="/schema",
        render_plugins=[Mended(has_accounts=has_accounts)],
        components=Components(security_schemes=dict(SCHEMES)) if has_accounts else Components(),
        security=[{name: []} for name in SCHEMES] if has_accounts else None,
    )


def mended(node: Any) -> Any:
    """Return the description without the second kind of item that it gives to tuples of any length.

    The framework takes the dots of an annotated `tuple[Point, ...]` for another type, of which nothing is known: then
    every sound item is of both kinds, and `oneOf` refuses it.
    """
    if isinstance(node, list):
        return [mended(item) for item in node]
    if not isinstance(node, dict):
        return node
    kinds = node.get("oneOf")
    if isinstance(kinds, list) and len(kinds) == 2 and kinds[1] == {}:
        return mended({**{key: value for key, value in node.items() if key != "oneOf"}, **kinds[0]})
    return {key: mended(value) for key, value in node.items()}


def with_refusals(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description with what the door answers, which stands before every route."""
    for item in description["paths"].values():
        for operation in item.values():
            for status, text in REFUSALS.items():
                content = {"application/json": {"schema": FAULT}}
                operation["responses"].setdefault(status, {"description": text, "content": content})
    return description
