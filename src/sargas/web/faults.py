"""Every refusal as one JSON object, its `error` a sentence, with the status that fits.

400 unreadable, 401 not signed in, 403 forbidden, 404 not there, 409 not allowed now, 413 too large, 422 readable
but wrong, 429 too often, 503 cannot be kept.
"""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Redirect

from sargas.model.errors import AccountError, DataError, DecisionError, JournalError, SargasError
from sargas.web.answers import Fault

AnyRequest = Request[object, object, State]

KEPT_HEADERS = {"allow", "retry-after", "www-authenticate"}

log = structlog.get_logger()


class TooLarge(HTTPException):
    """The body is larger than what may be handed in; its detail says how large that is."""

    status_code = 413


class NotThere(SargasError):
    """The address names something that does not exist."""


class SignInFirst(SargasError):
    """A page was asked for, and nobody is signed in; says which, to go on there."""


class Full(SargasError):
    """No further client can be taken."""


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """Return how these refusals look, for the OpenAPI description; any route may give 400 or 422."""
    return {
        status: ResponseSpec(Fault, generate_examples=False, description=HTTPStatus(status).phrase)
        for status in (400, 422, *statuses)
    }


def answer(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response[Fault]:
    """Return the refusal."""
    return Response(Fault(error), status_code=status, headers=headers, media_type="application/json")


def on_http(request: AnyRequest, fault: HTTPException) -> Response[Fault]:
    """Return a refusal by the framework in our shape."""
    del request
    if isinstance(fault, ValidationException):
        return answer(422, _what_is_wrong(fault))
    cause = fault.__cause__.__cause__ if fault.__cause__ is not None else None
    if isinstance(cause, msgspec.ValidationError):
        return answer(422, str(cause))
    if isinstance(cause, msgspec.DecodeError):
        return answer(400, str(cause))
    if fault.status_code == 413 and not isinstance(fault, TooLarge):
        return answer(413, "the body is larger than this address takes")
    if fault.status_code >= 500:
        log.warning("request_failed", status=fault.status_code, reason=fault.detail)
    headers = {key: value for key, value in (fault.headers or {}).items() if key.lower() in KEPT_HEADERS}
    return answer(fault.status_code, fault.detail or type(fault).__name__, headers)


def on_not_there(request: AnyRequest, fault: NotThere) -> Response[Fault]:
    """Return 404."""
    del request
    return answer(404, str(fault))


def on_sign_in_first(request: AnyRequest, fault: SignInFirst) -> Redirect:
    """Return the way to the page on which one signs in; it leads back."""
    del request
    return Redirect(f"/login?{urlencode({'next': str(fault)})}", status_code=303)


def on_full(request: AnyRequest, fault: Full) -> Response[Fault]:
    """Return 503: a place may be free later."""
    del request
    return answer(503, str(fault), {"retry-after": "5"})


def on_slow(request: AnyRequest, fault: TimeoutError) -> Response[Fault]:
    """Return 408: the body did not come in time."""
    del request, fault
    return answer(408, "the body did not come in time", {"connection": "close"})


def on_deep(request: AnyRequest, fault: RecursionError) -> Response[Fault]:
    """Return 400: JSON within JSON within JSON, so deep that only malice makes it."""
    del request, fault
    return answer(400, "the body is nested too deeply")


def on_decision(request: AnyRequest, fault: DecisionError) -> Response[Fault]:
    """Return 409: the state does not allow it."""
    del request
    return answer(409, str(fault))


def on_journal(request: AnyRequest, fault: JournalError) -> Response[Fault]:
    """Return 503: it could not be kept, the sender may try again."""
    del request
    return answer(503, str(fault), {"retry-after": "5"})


def on_accounts(request: AnyRequest, fault: AccountError) -> Response[Fault]:
    """Return 503: the accounts cannot be read or written, so nobody can be let in."""
    log.error("accounts_unusable", path=request.scope["path"], reason=str(fault))
    return answer(503, "the accounts cannot be read or written; the server's log says why", {"retry-after": "5"})


def on_data(request: AnyRequest, fault: DataError) -> Response[Fault]:
    """Return 500 and say which file of the watch cannot be used."""
    log.error("data_unusable", path=request.scope["path"], reason=str(fault))
    return answer(500, str(fault))


def on_anything(request: AnyRequest, fault: Exception) -> Response[Fault]:
    """Return 500 and log the fault; its text stays here."""
    log.error("request_failed", path=request.scope["path"], exc_info=fault)
    return answer(500, "the server failed on this request; its log says why")


def _what_is_wrong(fault: ValidationException) -> str:
    """Return the framework's list of mistakes as one sentence each."""
    mistakes = fault.extra if isinstance(fault.extra, list) else []
    said = [f"{item.get('key', 'request')}: {item.get('message', '')}" for item in mistakes if isinstance(item, dict)]
    return "; ".join(said) or fault.detail
