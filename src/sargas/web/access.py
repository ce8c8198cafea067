"""Who asks, and what a route needs: `scope="investigate"` beside a route's path says so.

A route that names no scope needs `read` for a look and `decide` for a change. On a desk without accounts (an
exercise, a replay) everybody may do everything, under the name that the request gives as `officer`.
"""

from typing import Final

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

ANYBODY: Final = "someone at the desk"
Asked = ASGIConnection[BaseRouteHandler, object, object, State]


def who(asked: Asked) -> str:
    """Return the name under which the request decides: its account's, or what it says where there are no accounts."""
    return asked.query_params.get("officer", "")[:64] or ANYBODY
