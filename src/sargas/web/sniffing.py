"""What a content is, by its first bytes: what a browser or a person says of a file is not believed."""

import re
from typing import Final

SNIFFED_BYTES: Final = 512
UNKNOWN: Final = "application/octet-stream"
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "video/mp4": "mp4",
    "audio/wav": "wav",
    "text/plain": "txt",
}
BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
"""Of JPEG (ISO/IEC 10918-1), PNG (ISO/IEC 15948 section 5.2), PDF (ISO 32000-1 section 7.5.2), ZIP (APPNOTE 4.3)."""
HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
"""ISO/IEC 23008-12; other brands of the same container (ISO/IEC 14496-12) are taken as MP4."""


def media_type_of(begin: bytes) -> str:
    """Return what a content is whose first bytes these are; `UNKNOWN` if they do not say."""
    for magic, media_type in BEGINNINGS:
        if begin.startswith(magic):
            return media_type
    if begin[4:8] == b"ftyp":
        return "image/heic" if begin[8:12] in HEIC_BRANDS else "video/mp4"
    if begin[:4] == b"RIFF" and begin[8:12] == b"WAVE":
        return "audio/wav"
    return "text/plain" if _is_text(begin[:SNIFFED_BYTES]) else UNKNOWN


def ending_of(media_type: str, file_name: str) -> str:
    """Return the ending for a file: that of its type, else its own if it is plain, else `bin`."""
    own = file_name.rpartition(".")[2].lower()
    return ENDINGS.get(media_type) or (own if re.fullmatch(r"[a-z0-9]{1,8}", own) and own != file_name else "bin")


def _is_text(begin: bytes) -> bool:
    """Return whether it is UTF-8 without control characters; a character cut off at the end is none the less one."""
    if not begin or any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in begin):
        return False
    for cut in range(4 if len(begin) >= SNIFFED_BYTES else 1):
        try:
            begin[: len(begin) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False
