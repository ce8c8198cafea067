"""Check a dossier of Sargas: that nothing of it was changed, left out or added since it was signed.

    python verify.py [DOSSIER.zip or FOLDER] [--heads FILE] [--key KEY]

It needs Python 3.9 or later and the package `cryptography`, and nothing of Sargas. It reads, and writes nothing.

What it does: every file has the hash that the signed list (manifest.json) gives. The journal entries
(record/entries.jsonl), with the hashes that stand for what is left out, give the root of the hash tree over the whole
journal (RFC 9162, section 2.1) that the signed head (record/proof.json) names. Each key is signed by the one before.
Heads that were published (--heads) belong to the same tree: then even who holds the key has not rewritten it since.
Whose key it is no program can tell: ask the service for it by another way, and give it with --key.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "sargas-dossier/1"
MANIFEST, SIGNATURE, PROOF, ENTRIES = "manifest.json", "manifest.sig", "record/proof.json", "record/entries.jsonl"
SMALL = 1 << 28  # the longest list, proof or entries that is taken into memory
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, struct.error)
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, *MALFORMED)
Known = dict[tuple[int, int], bytes]


class Wrong(Exception):
    """Something is not as it was signed; the text says what and where."""


class Report:
    """What was checked and what was found, in words; `n_wrong` of it is wrong."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.n_wrong = 0

    def good(self, text: str) -> None:
        """Say that something is as it should be."""
        self._add("ok     ", text)

    def told(self, text: str) -> None:
        """Say what the reader should know."""
        self._add("note   ", text)

    def wrong(self, text: str) -> None:
        """Say that something is not as it was signed."""
        self._add("WRONG  ", text)
        self.n_wrong += 1

    def _add(self, mark: str, text: str) -> None:
        # What a dossier names must not move the cursor, nor look like a line of ours.
        self.lines.append(mark + "".join(sign if sign.isprintable() else "?" for sign in text[:2_000]))

    def ending(self) -> str:
        """Return how it ended, in a line."""
        return f"things that are WRONG: {self.n_wrong}" if self.n_wrong else "nothing is wrong"


# The hash tree: RFC 9162, section 2.1. Node (level, index) is over 2**level leaves; leaf 0 is entry 1.


def leaf_hash(entry: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry: number, time, lengths of kind and feed, kind, feed, data; big-endian."""
    kind, feed, data = entry["kind"].encode(), entry["feed"].encode(), decoded(entry["data"])
    fixed = struct.pack(">qdHH", entry["seq"], entry["received_s"], len(kind), len(feed))
    return sha256(b"\0" + fixed + kind + feed + data).digest()


def node_hash(level: int, index: int, known: Known, used: set[tuple[int, int]]) -> bytes:
    """Return the hash of a node: a known one, or that of the two below it."""
    if (level, index) in known:
        used.add((level, index))
        return known[level, index]
    if level == 0:
        raise Wrong(f"entry {index + 1}: neither the entry nor a hash in its place is there")
    left = node_hash(level - 1, 2 * index, known, used)
    return sha256(b"\1" + left + node_hash(level - 1, 2 * index + 1, known, used)).digest()


def root_over(n_leaves: int, known: Known, used: set[tuple[int, int]]) -> bytes:
    """Return the root over the first `n_leaves` out of known nodes, which are added to `used`."""
    root, end = b"", n_leaves
    while end:
        level = (end & -end).bit_length() - 1
        end -= 1 << level
        one = node_hash(level, end >> level, known, used)
        root = sha256(b"\1" + one + root).digest() if root else one
    return root or sha256().digest()


# Heads and keys. A head is a checkpoint (c2sp.org/tlog-checkpoint), which is a signed note (c2sp.org/signed-note).


def check_signature(public_key: bytes, signature: bytes, data: bytes, what: str) -> None:
    """Check an Ed25519 signature (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise Wrong(f"{what}: the signature does not fit: it was changed, or that key never signed it") from None


def decoded(text: str) -> bytes:
    """Return the bytes of base64 text that is written as it should be: no other text gives the same."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not as base64 is written")
    return data


class Head:
    """A signed head as it was published."""

    def __init__(self, note: str) -> None:
        text, _, signed = note.rpartition("\n\n")
        lines, self.text = text.split("\n"), f"{text}\n"
        found = [re.fullmatch("\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)", line) for line in signed.split("\n")[:-1]]
        if len(lines) < 4 or not re.fullmatch("[1-9][0-9]{0,17}", lines[1]) or not found or not note.endswith("\n"):
            raise Wrong("a head is malformed: expected origin, number of entries, root, time, and a signature")
        self.origin, self.n_entries, self.time = lines[0], int(lines[1]), lines[3]
        self.is_exercise = "EXERCISE" in lines[4:]
        counted = [int(line[8:]) for line in lines[4:] if re.fullmatch("lasting [0-9]{1,18}", line)]
        self.n_lasting = counted[0] if counted else None  # entries that are never removed
        try:
            self.root = decoded(lines[2])
            self.signatures = [(one[1], decoded(one[2])) for one in found if one]
        except ValueError:
            raise Wrong(f"the head over {lines[1]} entries is malformed: expected base64") from None

    def check(self, keys: Mapping[str, bytes]) -> str:
        """Return the id of the key that has signed it."""
        what = f"the head over {self.n_entries} entries of {self.time}"
        for name, data in self.signatures:
            if name == self.origin and data[:4].hex() in keys:
                check_signature(keys[data[:4].hex()], data[4:], self.text.encode(), what)
                return data[:4].hex()
        raise Wrong(f"{what} is not signed by any key of this record")


def heads_of(text: str) -> list[Head]:
    """Return the heads of a file that holds one after the other."""
    apart = re.sub("(?m)^(\u2014 .*)\n(?=[^\u2014\n])", "\\1\n\n", text.replace("\r\n", "\n"))
    blocks = [block for block in re.split("\n\n+", apart.strip("\n")) if block]
    return [Head("\n\n".join(blocks[at : at + 2]) + "\n") for at in range(0, len(blocks), 2)]


def check_keys(
    origin: str, chain: list[dict[str, str]], trusted: Collection[str], report: Report
) -> dict[str, bytes]:
    """Return the public keys by their ids: each is signed by the one before, or a person vouches for it by --key."""
    keys: dict[str, bytes] = {}
    before = ""
    for key in chain:
        key_id, public = key["key_id"], bytes.fromhex(key["public_key"])
        if key_id != sha256(origin.encode() + b"\n\x01" + public).hexdigest()[:8] or key_id in keys:
            raise Wrong(f"key {key_id}: its id is not that of its public key, or it is there twice")
        if key["previous_key_id"] != before:
            raise Wrong(f"key {key_id}: it does not come after key {before or '(none: it is the first)'}")
        if key["signature"]:
            text = f"sargas-key/1\n{origin}\n{key_id}\n{public.hex()}\n"
            check_signature(keys.get(before, b""), bytes.fromhex(key["signature"]), text.encode(), f"key {key_id}")
        elif before and public.hex() not in trusted:
            report.wrong(
                f"key {key_id}: the key before it, {before}, was lost and has not signed it. A person of the service"
                f" must vouch for it; if one does, give --key {public.hex()}"
            )
        keys[key_id], before = public, key_id
    if not keys:
        raise Wrong("the record has no key: nothing of it is signed")
    if trusted and not any(public.hex() in trusted for public in keys.values()):
        raise Wrong(f"none of the record's keys was given with --key; the last one is {keys[before].hex()}")
    return keys


def check_heads(
    text: str,
    origin: str,
    n_entries: int,
    keys: Mapping[str, bytes],
    root_at: Callable[[int], bytes | None],
    *,
    report: Report,
    is_whole: bool = False,
) -> None:
    """Compare published heads with the tree over `n_entries`; `root_at` gives the root over so many of them.

    In a journal that `is_whole` every head of the record must have its entries.
    """
    counts = {"same": 0, "of another record": 0, "later": 0, "between entries that are left out": 0}
    n_wrong = report.n_wrong
    for head in heads_of(text):
        root = root_at(head.n_entries) if head.origin == origin and head.n_entries <= n_entries else None
        if head.origin != origin:
            counts["of another record"] += 1
        elif head.n_entries > n_entries and is_whole:
            report.wrong(f"a head over {head.n_entries} entries was published, but only {n_entries} are here")
        elif head.n_entries > n_entries:
            counts["later"] += 1
        elif root is None:
            counts["between entries that are left out"] += 1
        else:
            try:
                head.check(keys)
            except Wrong as error:
                report.wrong(str(error))
                continue
            counts["same"] += root == head.root
            if root != head.root:
                report.wrong(
                    f"the head over {head.n_entries} entries that was published at {head.time} has another root: what"
                    f" is here of the first {head.n_entries} entries was rewritten after that"
                )
    others = ", ".join(f"{n} {why}" for why, n in counts.items() if n and why != "same")
    if others:
        report.told(f"published heads that cannot be compared: {others}")
    if counts["same"]:
        report.good(f"{counts['same']} published heads belong to the same tree")
    elif report.n_wrong == n_wrong:
        report.wrong("none of the published heads could be compared")


# The dossier: a ZIP, or the folder that it was unpacked into.


class Dossier:
    """The files of a dossier."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.archive = None if self.path.is_dir() else zipfile.ZipFile(self.path)
        if self.archive is None:
            found = [one for one in self.path.rglob("*") if one.is_symlink() or not one.is_dir()]
            self.names = [one.relative_to(self.path).as_posix() for one in found]
        else:
            self.names = [one.filename for one in self.archive.infolist()]
            if any(
                one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in self.archive.infolist()
            ):
                raise Wrong("a file in it is packed as no dossier is")

    def open(self, name: str) -> IO[bytes]:
        """Return a file to read."""
        if self.archive is not None:
            return self.archive.open(name)
        place = self.path / name
        if place.is_symlink() or not place.is_file():
            raise OSError("a link, or no file")
        return place.open("rb")

    def read(self, name: str) -> bytes:
        """Return the content of one of the files that Sargas adds."""
        if name not in self.names:
            raise Wrong(f"{name}: it is missing")
        with self.open(name) as file:
            data = file.read(SMALL + 1)
        if len(data) > SMALL:
            raise Wrong(f"{name}: it is longer than {SMALL} bytes")
        return data

    def check(self, listed: dict[str, tuple[int, str]], report: Report) -> None:
        """Compare every file with the list: size and hash by name."""
        n_wrong = report.n_wrong
        for name in sorted(name for name, n in Counter(self.names).items() if n > 1):
            report.wrong(f"{name}: it is there more than once")
        for name in sorted(set(self.names) - set(listed) - {MANIFEST, SIGNATURE}):
            report.wrong(f"{name}: it is not in the list: somebody has added it")
        for name in sorted(set(listed) - set(self.names)):
            report.wrong(f"{name}: it is in the list, but it is missing")
        for name in sorted(set(listed) & set(self.names)):
            try:
                with self.open(name) as file:
                    found = _size_and_hash(file, listed[name][0])
            except UNREADABLE as error:
                report.wrong(f"{name}: it cannot be read: {error}")
                continue
            if found != listed[name]:
                report.wrong(f"{name}: it was changed: its size or its hash is not that of the list")
        if report.n_wrong == n_wrong:
            report.good(f"all {len(listed)} files are those of the list, and no other is there")


def _size_and_hash(file: IO[bytes], longest: int) -> tuple[int, str]:
    digest, n_bytes = sha256(), 0
    while n_bytes <= longest and (chunk := file.read(1 << 16)):  # no further: it may be made to never end
        digest.update(chunk)
        n_bytes += len(chunk)
    return n_bytes, digest.hexdigest()


def check_dossier(path: str, heads: str | None = None, trusted: Collection[str] = ()) -> Report:
    """Return the report on a dossier; `heads` are published ones, `trusted` are public keys."""
    report = Report()
    try:
        _check(Dossier(path), heads, {one.lower() for one in trusted}, report)
    except Wrong as error:
        report.wrong(str(error))
    except UNREADABLE as error:
        report.wrong(f"it cannot be read as a dossier: {type(error).__name__}: {error}")
    return report


def _check(dossier: Dossier, heads: str | None, trusted: Collection[str], report: Report) -> None:
    signed = dossier.read(MANIFEST)
    manifest = json.loads(signed)
    if manifest["format"] != FORMAT:
        raise Wrong(f"{MANIFEST}: expected the format {FORMAT}, not {manifest['format']!r}")
    mark = "EXERCISE, nothing of it has happened: " if manifest["is_exercise"] else ""
    report.told(f"{mark}incident {manifest['incident_id']}, version '{manifest['version']}'")
    dossier.check({one["name"]: (one["n_bytes"], one["sha256"]) for one in manifest["files"]}, report)
    signature = _lines(dossier.read(SIGNATURE), SIGNATURE)
    if PROOF not in dossier.names:
        told = signature[0] if len(signature) == 1 else "its proof was taken out"
        raise Wrong(f"nothing is proven ({told}): anybody could have made this dossier")
    proof = json.loads(dossier.read(PROOF))
    keys = check_keys(proof["origin"], proof["keys"], trusted, report)
    head, known = _check_record(proof, keys, dossier, report)
    if len(signature) != 2 or signature[0] != list(keys)[-1]:
        raise Wrong(f"{SIGNATURE}: the list is not signed by the record's key")
    check_signature(keys[signature[0]], decoded(signature[1]), signed, MANIFEST)
    report.good(f"the list is signed by key {signature[0]}")
    if head.is_exercise != manifest["is_exercise"]:
        report.wrong(f"{MANIFEST}: the record says otherwise whether this is an exercise")
    if heads is not None:
        check_heads(
            heads, head.origin, head.n_entries, keys, lambda n_entries: _root_at(n_entries, known), report=report
        )
    else:
        report.told("no published heads were given (--heads): who holds the key could have rewritten the record")
    if not trusted:
        report.told(f"whose key it is you have to ask the service (then --key): {keys[signature[0]].hex()}")


def _check_record(
    proof: dict[str, Any], keys: Mapping[str, bytes], dossier: Dossier, report: Report
) -> tuple[Head, Known]:
    """Return the head and the nodes, once these have given its root."""
    head = Head(proof["head"])
    if head.origin != proof["origin"] or head.check(keys) != list(keys)[-1]:
        raise Wrong(f"{PROOF}: the head is of another record, or signed by a key that is no longer in use")
    known: Known = {(one["level"], one["index"]): bytes.fromhex(one["sha256"]) for one in proof["nodes"]}
    n_nodes, lines = len(known), _lines(dossier.read(ENTRIES), ENTRIES)
    for line in lines:
        entry = json.loads(line)
        known[0, entry["seq"] - 1] = leaf_hash(entry)
    used: set[tuple[int, int]] = set()
    root = root_over(head.n_entries, known, used)
    if not len(known) == len(used) == n_nodes + len(lines) == len(proof["nodes"]) + len(lines):
        raise Wrong(f"{PROOF}: some entries or hashes are there twice, or not part of the tree")
    if root != head.root:
        raise Wrong(f"{ENTRIES}: an entry, or a hash in {PROOF}, is not as it was when the head was signed")
    mark = " of an EXERCISE" if head.is_exercise else ""
    report.good(f"{len(lines)} entries are as they stood in the journal{mark} of {head.n_entries} at {head.time}")
    return head, known


def _lines(data: bytes, name: str) -> list[str]:
    lines = data.decode().split("\n")
    if lines.pop():
        raise Wrong(f"{name}: its last line has no end")
    return lines


def _root_at(n_entries: int, known: Known) -> bytes | None:
    try:
        return root_over(n_entries, known, set())
    except Wrong:
        return None


def main() -> int:
    """Check one dossier, say what was found, and return 0 if nothing is wrong, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    here = str(Path(__file__).resolve().parent)
    parser.add_argument("dossier", nargs="?", default=here, help="ZIP file or folder; this file's folder if left out")
    parser.add_argument("--heads", help="file of published heads")
    parser.add_argument("--key", action="append", default=[], help="public key of the service, hexadecimal")
    asked = parser.parse_args()
    try:
        heads = Path(asked.heads).read_text(encoding="utf-8") if asked.heads else None
    except (OSError, ValueError) as error:
        sys.exit(f"{asked.heads}: {error}")
    report = check_dossier(asked.dossier, heads, asked.key)
    coding = sys.stdout.encoding or "ascii"
    print("\n".join([*report.lines, report.ending()]).encode(coding, "replace").decode(coding))  # noqa: T201
    return 1 if report.n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
