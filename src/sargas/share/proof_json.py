"""A dossier as one ZIP that proves itself: the files, the proof of its journal entries, a signed list of everything.

The format is written down in docs/reference/dossier-format.md; share/standalone/verify.py reads it.
"""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from importlib import resources
from typing import Final, Literal

from sargas.model.errors import DataError
from sargas.model.record import Proof

Version = Literal["public", "ministry", "allies", "full"]
FORMAT: Final = "sargas-dossier/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PROOF: Final = "record/proof.json"
ENTRIES: Final = "record/entries.jsonl"
VERIFIER: Final = "verify.py"
UNSIGNED: Final = "not signed: an exercise played in memory"
"""What stands in place of a signature where there is no signed journal."""
OUR_OWN: Final = frozenset({MANIFEST, SIGNATURE, PROOF, ENTRIES, VERIFIER})
ZIP_FROM_S: Final = 315_532_800.0
"""1980-01-01: a ZIP knows no earlier time."""

Sign = Callable[[bytes], tuple[str, bytes] | None]
"""Signs bytes with the record's current key: (key_id, Ed25519 signature), or None; `Journal.sign_bytes` is one."""


def sealed(
    files: Mapping[str, bytes],
    *,
    incident_id: str,
    version: Version,
    made_s: float,
    is_exercise: bool,
    proof: Proof | None,
    sign: Sign,
) -> bytes:
    """Return the ZIP: the files, the proof, the verifier, and a signed manifest of it all; same input, same bytes.

    Args:
        files: by name, with `/` between folders; what Sargas adds itself must not be among them.
        incident_id: whose dossier it is.
        version: for whom.
        made_s: when it was made; stands in the manifest, and as the time of every file.
        is_exercise: must be marked; the manifest says so, the files say it themselves.
        proof: of the journal entries that go with it; None where the journal is not signed.
        sign: signs the manifest, and gives None where it cannot.

    Raises:
        DataError: a file has a name that leads out of the folder, or one that Sargas uses itself.
    """
    for name in files:
        if not is_safe(name) or name in OUR_OWN:
            raise DataError(f"dossier: no file can be called '{name}'")
    whole = {**files, VERIFIER: verifier(), **({} if proof is None else proof_files(proof))}
    manifest = manifest_json(whole, incident_id=incident_id, version=version, made_s=made_s, is_exercise=is_exercise)
    signed = None if proof is None else sign(manifest)
    signature = UNSIGNED if signed is None else f"{signed[0]}\n{base64.b64encode(signed[1]).decode()}"
    return _zipped({**whole, MANIFEST: manifest, SIGNATURE: f"{signature}\n".encode()}, made_s)


def manifest_json(
    files: Mapping[str, bytes], *, incident_id: str, version: Version, made_s: float, is_exercise: bool
) -> bytes:
    """Return the list of all files with their sizes and hashes, sorted by name: what is signed."""
    listed = [
        {"name": name, "n_bytes": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    return _json({
        "format": FORMAT, "incident_id": incident_id, "version": version, "made_s": made_s,
        "is_exercise": is_exercise, "files": listed,
    })  # fmt: skip


def proof_files(proof: Proof) -> dict[str, bytes]:
    """Return the files under `record/`: the entries as they were hashed, the nodes beside them, head and keys."""
    nodes = [{"level": one.level, "index": one.index, "sha256": one.sha256.hex()} for one in proof.nodes]
    keys = [
        {
            "key_id": key.key_id,
            "public_key": key.public_key.hex(),
            "previous_key_id": key.previous_key_id,
            "signature": key.signature.hex(),
        }
        for key in proof.keys
    ]
    told = {
        "origin": proof.origin, "head": proof.head.note, "keys": keys, "nodes": nodes,
        "entries": ENTRIES.removeprefix("record/"),
    }  # fmt: skip
    lines = [
        json.dumps({
            "seq": one.seq, "received_s": one.received_s, "kind": one.kind, "feed": one.feed,
            "data": base64.b64encode(one.data).decode(),
        }, ensure_ascii=False) + "\n"
        for one in proof.entries
    ]  # fmt: skip
    return {PROOF: _json(told), ENTRIES: "".join(lines).encode()}


def verifier() -> bytes:
    """Return the program that checks a dossier: one file, which needs Python and `cryptography` alone."""
    return (resources.files("sargas.share") / "standalone" / VERIFIER).read_bytes()


def is_safe(name: str) -> bool:
    """Return whether a name stays in the folder that it is unpacked in, on every system."""
    parts = name.split("/")
    return name.isprintable() and not any(part in {"", ".", ".."} or set(part) & set('\\:*?"<>|') for part in parts)


def _json(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes], made_s: float) -> bytes:
    moment = datetime.fromtimestamp(max(made_s, ZIP_FROM_S), UTC)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()
