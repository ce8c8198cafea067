"""Content that does not change while the server runs: compressed once, and not sent to those who have it."""

import asyncio
import gzip
from hashlib import sha256
from typing import Final

from litestar import Response
from msgspec import Struct

from sargas.web.faults import AnyRequest

NO_COMPRESSION: Final = {"is_uncompressed": True}
"""For routes whose answers the framework must not compress: done already, or a stream that would be held back."""
COMPRESS_FROM_BYTES = 1_024
ALREADY_SMALL = ("font/", "image/png", "image/jpeg", "image/webp")


class Packed(Struct, frozen=True):
    """Content, its type, its compressed form if that is smaller, and a tag that changes with it."""

    content: bytes
    media_type: str
    etag: str
    gzipped: bytes | None


async def pack(content: bytes, media_type: str) -> Packed:
    """Return the content packed; the work is done in a thread so that no stream waits for it."""
    return await asyncio.to_thread(_pack, content, media_type)


def _pack(content: bytes, media_type: str) -> Packed:
    etag = f'"{sha256(content).hexdigest()[:16]}"'
    if len(content) < COMPRESS_FROM_BYTES or media_type.startswith(ALREADY_SMALL):
        return Packed(content, media_type, etag, None)
    # mtime=0: the same content gives the same bytes.
    return Packed(content, media_type, etag, gzip.compress(content, compresslevel=4, mtime=0))


def send(request: AnyRequest, packed: Packed, cache_control: str) -> Response[bytes]:
    """Return the content in the form that the client takes, or 304 if it has it."""
    headers = {"cache-control": cache_control, "etag": packed.etag, "vary": "accept-encoding"}
    if packed.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=packed.media_type)
    if packed.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(packed.gzipped, headers=headers, media_type=packed.media_type)
    return Response(packed.content, headers=headers, media_type=packed.media_type)
