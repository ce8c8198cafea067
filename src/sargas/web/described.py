"""The OpenAPI description as the framework makes it, mended where it says something else than the server does."""

from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin


class Mended(JsonRenderPlugin):
    """Gives the description as JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the mended description."""
        return super().render(request, mended(openapi_schema))


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
