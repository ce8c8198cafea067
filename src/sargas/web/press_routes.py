"""The route that reads an article: text in, draft entries out, beside the incidents of the watch and its register."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Annotated, Final

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import QueryParameter, RawBody
from msgspec import Struct

from sargas.model.claims import Comparison, Known, Reading
from sargas.model.errors import DataError
from sargas.model.register import RegisterRecord
from sargas.model.report import Epoch
from sargas.press.compare import compare, known_of_record
from sargas.press.lexicon import LANGUAGES
from sargas.press.page import BYTES_MOST
from sargas.press.places import gazetteer
from sargas.press.reader import read
from sargas.register.from_incident import record_of
from sargas.register.query import Query
from sargas.web.faults import AnyRequest, Full, documented
from sargas.web.shared import Shared

AT_ONCE: Final = 2
"""Articles are read in threads, and no more of them at once: reading must not slow the watch down."""
NEAR_S: Final = 40 * 86_400.0

PublishedQuery = Annotated[
    Epoch | None, QueryParameter(name="published_s", description="When it was published, if the text does not say")
]
LanguageQuery = Annotated[
    str,
    QueryParameter(
        name="language", description=f"One of {', '.join(LANGUAGES)}; found out if left out", max_length=2
    ),
]

_reading = threading.BoundedSemaphore(AT_ONCE)


class Read(Struct, frozen=True, kw_only=True):
    """What was read, and each entry beside the incident that it fits best."""

    reading: Reading
    compared: list[Comparison]


@dataclass
class ArticleOperation(Operation):
    """An operation whose body is an article."""

    def __post_init__(self) -> None:
        text = Schema(description="The article; HTML if it is called so, or begins as HTML does")
        self.request_body = RequestBody(
            content={kind: OpenAPIMediaType(schema=text) for kind in ("text/plain", "text/html")}, required=True
        )


@post(
    "/api/press/read",
    tags=["press"],
    status_code=200,
    scope="investigate",
    responses=documented(403, 408, 413, 503),
    request_max_body_size=BYTES_MOST,
    operation_class=ArticleOperation,
)
async def read_article(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    body: RawBody,
    *,
    published_s: PublishedQuery = None,
    language: LanguageQuery = "",
) -> Read:
    """Return the incidents that an article speaks of, as drafts for a person; nothing is put on file."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _reading.acquire(blocking=False):
        raise Full(f"{AT_ONCE} articles are being read; try again in a second")
    try:
        is_html = True if media_type == "text/html" else None
        return await asyncio.to_thread(_read, shared, body, is_html, published_s, language or None)
    except DataError as error:
        raise ValidationException(str(error)) from error
    finally:
        _reading.release()


def _read(shared: Shared, body: bytes, is_html: bool | None, published_s: float | None, language: str | None) -> Read:
    desk = shared.desk
    reading = read(body, gazetteer(tuple(desk.places)), is_html=is_html, published_s=published_s, language=language)
    return Read(reading=reading, compared=compare(reading.entries, _known(shared, reading)))


def _known(shared: Shared, reading: Reading) -> list[Known]:
    """Return the incidents of the live view, and the records of the register around the entries."""
    desk, view = shared.desk, shared.desk.view("live")
    incidents = list(view.picture.incidents.values()) if view is not None else []
    own = [known_of_record(record_of(one, desk.country, is_exercise=desk.is_exercise), "file") for one in incidents]
    return [*own, *(known_of_record(record) for record in _records(shared, reading) if not record.from_watch)]


def _records(shared: Shared, reading: Reading) -> list[RegisterRecord]:
    book = shared.desk.register
    spans = [
        (e.earliest_s, e.latest_s) for e in reading.entries if e.earliest_s is not None and e.latest_s is not None
    ]
    if book is None or not spans:
        return []
    first_s, last_s = min(first for first, _ in spans), max(last for _, last in spans)
    return book.all(Query(from_s=max(first_s - NEAR_S, 0.0), to_s=last_s + NEAR_S))
