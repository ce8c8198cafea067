"""Routes of the register of incidents: asked, counted, exported, and taken in from files."""

import asyncio
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import FromPath, QueryParameter, RawBody
from msgspec import Struct

from sargas.model.decision import RecordIncidents
from sargas.model.register import CaseState, Country, ObjectType, Outcome, RegisterRecord
from sargas.model.report import Epoch
from sargas.register import csv_file, geojson
from sargas.register.book import PAGE_MAX, Page, RegisterBook
from sargas.register.exchange import Taken, batches, changes
from sargas.register.query import Origin, Query
from sargas.register.statistics import Key, Statistics
from sargas.web.access import who
from sargas.web.faults import AnyRequest, Full, NotThere, documented
from sargas.web.packed import NO_COMPRESSION, pack, send
from sargas.web.shared import Shared

IMPORT_MAX_BYTES: Final = 16 << 20
AT_ONCE: Final = 1
"""Files are read one at a time: what a file of that size becomes in memory is many times as large."""
CHECK: Final = "no-cache"
CSV: Final = "text/csv"  # the server adds the charset

FromQuery = Annotated[Epoch | None, QueryParameter(name="from_s", description="Not over before then [epoch s]")]
ToQuery = Annotated[Epoch | None, QueryParameter(name="to_s", description="Begun before then [epoch s]")]
BoxQuery = Annotated[
    str, QueryParameter(name="bbox", description="west,south,east,north in degrees (RFC 7946, section 5)")
]
NearQuery = Annotated[str, QueryParameter(name="near", description="latitude,longitude,kilometres")]
CountryQuery = Annotated[list[Country] | None, QueryParameter(name="country", description="One of these countries")]
TypeQuery = Annotated[list[ObjectType] | None, QueryParameter(name="type", description="One of these types")]
OriginQuery = Annotated[list[Origin] | None, QueryParameter(name="origin", description="One of these, or `unknown`")]
OutcomeQuery = Annotated[list[Outcome] | None, QueryParameter(name="outcome", description="One of these outcomes")]
StateQuery = Annotated[list[CaseState] | None, QueryParameter(name="state", description="One of these states")]
TextQuery = Annotated[str, QueryParameter(name="text", description="Each word begins a word of it", max_length=500)]
SourcedQuery = Annotated[bool | None, QueryParameter(name="sourced", description="With sources, or without")]
IncursionQuery = Annotated[bool | None, QueryParameter(name="incursion", description="Something was there, or not")]
OwnQuery = Annotated[bool | None, QueryParameter(name="own", description="Of this watch, or of others")]
OldestQuery = Annotated[bool, QueryParameter(name="oldest_first", description="Instead of the newest first")]
OffsetQuery = Annotated[int, QueryParameter(description="How many are passed over", ge=0, le=1_000_000)]
LimitQuery = Annotated[int, QueryParameter(description="How many come at once", ge=1, le=PAGE_MAX)]
ByQuery = Annotated[
    list[Key] | None, QueryParameter(name="by", description="The keys of the rows; `year` if left out")
]
DryQuery = Annotated[bool, QueryParameter(name="dry_run", description="Only say what would come of it")]
FILE, FEATURES = (
    {200: ResponseSpec(content, generate_examples=False, media_type=media_type, description="The file")}
    for content, media_type in ((str, "text/csv"), (dict[str, object], geojson.MEDIA_TYPE))
)

_reading = threading.BoundedSemaphore(AT_ONCE)


class Imported(Struct, frozen=True, kw_only=True):
    """What came, or would come, of a file: records by what they change, refusals in sentences, journal entries."""

    n_new: int
    n_changed: int
    n_same: int
    n_refused: int
    refused: list[str]
    entries: list[int]


@dataclass
class ImportOperation(Operation):
    """An operation whose body is a file of records."""

    def __post_init__(self) -> None:
        text = Schema(description="As GET /api/register.csv or /api/register.geojson give it")
        kinds = (geojson.MEDIA_TYPE, "text/csv")
        self.request_body = RequestBody(
            content={kind: OpenAPIMediaType(schema=text) for kind in kinds}, required=True
        )


def query_of(
    *,
    from_s: FromQuery = None,
    to_s: ToQuery = None,
    bbox: BoxQuery = "",
    near: NearQuery = "",
    countries: CountryQuery = None,
    object_types: TypeQuery = None,
    origins: OriginQuery = None,
    outcomes: OutcomeQuery = None,
    states: StateQuery = None,
    text: TextQuery = "",
    is_sourced: SourcedQuery = None,
    is_incursion: IncursionQuery = None,
    is_own: OwnQuery = None,
    is_oldest_first: OldestQuery = False,
) -> Query:
    """Return what is asked.

    Raises:
        ValidationException: it cannot be asked so.
    """
    told: dict[str, Any] = {
        "from_s": from_s, "to_s": to_s, "countries": countries or (), "object_types": object_types or (),
        "origins": origins or (), "outcomes": outcomes or (), "states": states or (), "text": text,
        "is_sourced": is_sourced, "is_incursion": is_incursion, "is_own": is_own, "is_oldest_first": is_oldest_first,
        "box": _numbers("bbox", bbox, ("west_deg", "south_deg", "east_deg", "north_deg")),
        "near": _numbers("near", near, ("lat_deg", "lon_deg", "km")),
    }  # fmt: skip
    try:
        return msgspec.convert(told, Query)
    except msgspec.ValidationError as error:
        raise ValidationException(str(error)) from error


QUERY = {"asked": Provide(query_of, sync_to_thread=False)}


@get("/api/register", tags=["register"], dependencies=QUERY, responses=documented(404, 503))
async def search_register(
    shared: NamedDependency[Shared],
    asked: NamedDependency[Query],
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Page:
    """Return the records that answer, the newest first, a page at a time."""
    return await asyncio.to_thread(_book(shared).search, asked, offset, limit)


@get("/api/register/statistics", tags=["register"], dependencies=QUERY, responses=documented(404, 503))
async def read_register_statistics(
    shared: NamedDependency[Shared], asked: NamedDependency[Query], by: ByQuery = None
) -> Statistics:
    """Return how many incidents answer, with what is not known of them.

    False reports, birds and our own exercises are left out unless `incursion` says otherwise.
    """
    counted = asked if asked.is_incursion is not None else msgspec.structs.replace(asked, is_incursion=True)
    keys: list[Key] = list(dict.fromkeys(by or ["year"]))
    return await asyncio.to_thread(_book(shared).statistics, counted, keys)


@get(
    "/api/register.csv",
    tags=["register"],
    dependencies=QUERY,
    responses={**FILE, **documented(404, 503)},
    opt=NO_COMPRESSION,
)
async def read_register_csv(
    request: AnyRequest, shared: NamedDependency[Shared], asked: NamedDependency[Query]
) -> Response[bytes]:
    """Return every record that answers as CSV."""
    book = _book(shared)
    return await _file(request, shared, lambda: csv_file.write(book.all(asked)), CSV, "csv")


@get(
    "/api/register.geojson",
    tags=["register"],
    dependencies=QUERY,
    responses={**FEATURES, **documented(404, 503)},
    opt=NO_COMPRESSION,
)
async def read_register_geojson(
    request: AnyRequest, shared: NamedDependency[Shared], asked: NamedDependency[Query]
) -> Response[bytes]:
    """Return every record that answers as GeoJSON (RFC 7946)."""
    book, is_exercise = _book(shared), shared.desk.is_exercise
    return await _file(
        request,
        shared,
        lambda: geojson.write(book.all(asked), is_exercise=is_exercise),
        geojson.MEDIA_TYPE,
        "geojson",
    )


@get("/api/register/{record_id:str}", tags=["register"], responses=documented(404, 503))
async def read_register_record(shared: NamedDependency[Shared], record_id: FromPath[str]) -> RegisterRecord:
    """Return one record."""
    found = await asyncio.to_thread(_book(shared).record, record_id)
    if found is None:
        raise NotThere(f"the register has no record '{record_id}'")
    return found


@post(
    "/api/register",
    tags=["register"],
    status_code=200,
    scope="investigate",
    responses=documented(403, 404, 408, 409, 413, 503),
    request_max_body_size=IMPORT_MAX_BYTES,
    operation_class=ImportOperation,
)
async def take_into_register(
    request: AnyRequest, shared: NamedDependency[Shared], body: RawBody, *, is_dry_run: DryQuery = False
) -> Imported:
    """Take records from a CSV or GeoJSON file; those that are refused are told, the others are taken.

    With `dry_run` nothing is taken. A record of a name that is there already is replaced.
    """
    book = _book(shared)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _reading.acquire(blocking=False):
        raise Full("another file is being read; try again in a second")
    try:
        taken = await asyncio.to_thread(_read, body, media_type)
    finally:
        _reading.release()
    counts = await asyncio.to_thread(_counts, taken, book)
    pieces = [] if is_dry_run else batches(taken.records)
    decisions = [RecordIncidents(officer=who(request), records=piece) for piece in pieces]
    entries = [await shared.desk.decide(decision, "live") for decision in decisions]
    return Imported(
        n_new=counts[0],
        n_changed=counts[1],
        n_same=counts[2],
        n_refused=taken.n_refused,
        refused=taken.refused,
        entries=entries,
    )


def _book(shared: Shared) -> RegisterBook:
    """Return the register of the desk.

    Raises:
        NotThere: it keeps none.
    """
    book = shared.desk.register
    if book is None:
        raise NotThere("this watch keeps no register: see its log")
    return book


def _read(body: bytes, media_type: str) -> Taken:
    """Return the records of a file; what is neither called JSON nor begins as it does is CSV."""
    is_json = "json" in media_type or (media_type != "text/csv" and body.lstrip()[:1] == b"{")
    return geojson.read(body) if is_json else csv_file.read(body)


def _counts(taken: Taken, book: RegisterBook) -> tuple[int, int, int]:
    known = {record.record_id: book.record(record.record_id) for record in taken.records}
    return changes(taken.records, {name: record for name, record in known.items() if record is not None})


async def _file(
    request: AnyRequest, shared: Shared, make: Callable[[], bytes], media_type: str, ending: str
) -> Response[bytes]:
    content = await asyncio.to_thread(make)
    answer = send(request, await pack(content, media_type), CHECK)
    name = f"sargas-register{'-EXERCISE' if shared.desk.is_exercise else ''}.{ending}"
    answer.headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _numbers(name: str, text: str, fields: tuple[str, ...]) -> dict[str, float] | None:
    """Return the numbers of a list by their fields, None for an empty one.

    Raises:
        ValidationException: they are not so many numbers.
    """
    if not text.strip():
        return None
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != len(fields) or not all(map(math.isfinite, numbers)):
        raise ValidationException(f"{name}: expected {','.join(fields)}, got '{text[:80]}'")
    return dict(zip(fields, numbers, strict=True))
