"""Routes of an incident's file: contents handed in, contents given out once that is written down, frames, steps."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from sargas.incident.case_steps import Offer, UsualStep, offered
from sargas.model.decision import AccessEvidence
from sargas.model.entry import Entry
from sargas.model.errors import DecisionError
from sargas.model.evidence import CaseStep, Evidence, Span
from sargas.model.incident import Incident
from sargas.ports import EvidenceStore, Intake
from sargas.web.access import who
from sargas.web.answers import Content
from sargas.web.faults import AnyRequest, NotThere, TooLarge, documented
from sargas.web.packed import NO_COMPRESSION
from sargas.web.shared import Shared
from sargas.web.sniffing import SNIFFED_BYTES, ending_of, media_type_of

SHOWN: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})
"""What a browser may show in its place; everything else is a file to keep."""
SANDBOX: Final = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""For what others made: it runs nothing, loads nothing, and has no origin."""
ENTRIES_AT_ONCE: Final = 256
EXERCISE: Final = "EXERCISE-"
Seen = Literal["viewed", "downloaded"]
PurposeQuery = Annotated[
    Seen, QueryParameter(name="purpose", description="Why it is asked for; it stands in the log of accesses")
]
CONTENT = ResponseSpec(
    bytes, generate_examples=False, media_type="application/octet-stream", description="The content, as it was added"
)
FRAMES = ResponseSpec(
    bytes, generate_examples=False, media_type="application/jsonl", description="An entry of the journal a line"
)


class CaseWork(Struct, frozen=True, kw_only=True):
    """What is to be done for an incident, what is overdue, and what is usually done and is not on the file yet."""

    steps: tuple[CaseStep, ...]
    overdue: list[str]
    offered: list[Offer]
    usual: list[UsualStep]


@dataclass
class HandInOperation(Operation):
    """An operation whose body is a content of any kind."""

    def __post_init__(self) -> None:
        raw = OpenAPIMediaType(schema=Schema(description="The bytes of the file, as they are"))
        self.request_body = RequestBody(content={"application/octet-stream": raw}, required=True)


@post(
    "/api/evidence",
    tags=["file"],
    status_code=201,
    scope="investigate",
    responses=documented(403, 408, 413, 503),
    request_max_body_size=None,
    operation_class=HandInOperation,
)
async def hand_in(request: AnyRequest, shared: NamedDependency[Shared]) -> Content:
    """Hand in the content of evidence; it waits a day for the decision that puts it on a file (`add_evidence`)."""
    intake = await asyncio.to_thread(shared.desk.evidence.begin)
    try:
        begin = await _taken(request, intake)
        sha256, n_bytes = await asyncio.to_thread(intake.keep)
    except DecisionError as error:
        raise ValidationException(str(error)) from error
    finally:
        await asyncio.to_thread(intake.drop)
    return Content(sha256=sha256, n_bytes=n_bytes, media_type=media_type_of(begin))


async def _taken(request: AnyRequest, intake: Intake) -> bytes:
    """Write the body into the intake as it comes in, and return its beginning."""
    begin = b""
    async for part in request.stream():
        if len(begin) < SNIFFED_BYTES:
            begin += part[:SNIFFED_BYTES]
        try:
            await asyncio.to_thread(intake.write, part)
        except DecisionError as error:
            raise TooLarge(str(error)) from error
    return begin


@get(
    "/api/incidents/{incident_id:str}/evidence/{evidence_id:str}",
    tags=["file"],
    scope="investigate",
    responses={200: CONTENT, **documented(403, 404, 409, 503)},
    opt=NO_COMPRESSION,
)
async def read_evidence(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    evidence_id: FromPath[str],
    purpose: PurposeQuery = "downloaded",
) -> Stream:
    """Return the content of evidence; who asked for it is in the journal before the first byte leaves."""
    _check_site(request)
    item = _item(shared, incident_id, evidence_id)
    store = shared.desk.evidence
    if item.frames is not None and not item.sha256:
        raise NotThere(f"{evidence_id} is frames of the journal: they are under .../{evidence_id}/frames")
    if item.sha256 and item.removed_s is None and await asyncio.to_thread(store.size, item.sha256) is None:
        raise NotThere(f"the content of {evidence_id} is not kept here; its SHA-256 is {item.sha256}")
    if item.sha256 and item.removed_s is None:
        await asyncio.to_thread(store.check, item.sha256)
    await _log(request, shared, incident_id, evidence_id, purpose)
    is_shown = purpose == "viewed" and item.media_type in SHOWN
    headers = {
        "content-disposition": _disposition(shared, item, "inline" if is_shown else "attachment"),
        "content-security-policy": SANDBOX,
        "content-length": str(item.n_bytes),
    }
    media_type = item.media_type if is_shown else "application/octet-stream"
    return Stream(_parts(store, item.sha256), headers=headers, media_type=media_type)


@get(
    "/api/incidents/{incident_id:str}/evidence/{evidence_id:str}/frames",
    tags=["file"],
    scope="investigate",
    responses={200: FRAMES, **documented(403, 404, 409, 503)},
    opt=NO_COMPRESSION,
)
async def read_frames(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    evidence_id: FromPath[str],
    purpose: PurposeQuery = "downloaded",
) -> Stream:
    """Return the entries of the journal that are this evidence, one a line, as far as they are still there."""
    _check_site(request)
    item = _item(shared, incident_id, evidence_id)
    if item.frames is None:
        raise NotThere(f"{evidence_id} is no frames of the journal but {item.kind}")
    await _log(request, shared, incident_id, evidence_id, purpose)
    headers = {"content-disposition": _disposition(shared, item, "attachment")}
    return Stream(_lines(shared, item.frames), headers=headers, media_type="application/jsonl")


@get("/api/incidents/{incident_id:str}/steps", tags=["file"], responses=documented(404))
async def read_steps(shared: NamedDependency[Shared], incident_id: FromPath[str]) -> CaseWork:
    """Return what is to be done for an incident, and the usual steps that could be opened."""
    incident = _incident(shared, incident_id)
    now_s = shared.view("live").clock.now_s
    return CaseWork(
        steps=incident.file.steps,
        overdue=[step.step_id for step in incident.file.overdue(now_s)],
        offered=offered(incident, shared.desk.usual_steps),
        usual=list(shared.desk.usual_steps),
    )


def _incident(shared: Shared, incident_id: str) -> Incident:
    found = shared.view("live").picture.incidents.get(incident_id)
    if found is None:
        raise NotThere(f"there is no incident '{incident_id}'")
    return found


def _item(shared: Shared, incident_id: str, evidence_id: str) -> Evidence:
    found = _incident(shared, incident_id).file.item(evidence_id)
    if found is None:
        raise NotThere(f"{incident_id} has no evidence '{evidence_id}'")
    return found


async def _log(request: AnyRequest, shared: Shared, incident_id: str, evidence_id: str, purpose: Seen) -> None:
    """Write down who asks; nothing is given out that could not be.

    Raises:
        DecisionError: there is nothing to give out.
        JournalError: it could not be written down.
    """
    access = AccessEvidence(officer=who(request), incident_id=incident_id, evidence_id=evidence_id, purpose=purpose)
    await shared.desk.decide(access, "live")


def _check_site(request: AnyRequest) -> None:
    """Refuse what a page of another origin makes the officer's browser ask for: it would be logged as the officer's.

    Raises:
        PermissionDeniedException: another site asks.
    """
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise PermissionDeniedException("evidence is given to this server's own page only")


def _disposition(shared: Shared, item: Evidence, how: str) -> str:
    """Return how the file is named; its own name says nothing of where it is kept on the officer's machine."""
    mark = EXERCISE if shared.desk.is_exercise else ""
    ending = "jsonl" if item.frames is not None else ending_of(item.media_type, item.file_name)
    return f"{how}; filename*=UTF-8''{quote(f'{mark}{item.evidence_id}.{ending}')}"


async def _parts(store: EvidenceStore, sha256: str) -> AsyncIterator[bytes]:
    parts = store.open(sha256)
    while True:
        part = await asyncio.to_thread(next, parts, None)
        if part is None:
            return
        yield part


async def _lines(shared: Shared, span: Span) -> AsyncIterator[bytes]:
    entries = shared.desk.entries(span)
    while True:
        lines = await asyncio.to_thread(_some_lines, entries)
        if not lines:
            return
        yield lines


def _some_lines(entries: Iterator[Entry]) -> bytes:
    """Return the next entries as JSON lines; none at the end."""
    lines = []
    for entry in entries:
        lines.append(msgspec.json.encode(entry))
        if len(lines) == ENTRIES_AT_ONCE:
            break
    return b"".join(line + b"\n" for line in lines)
