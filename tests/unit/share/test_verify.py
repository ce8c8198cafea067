"""A dossier tells every change of it, and a stranger can run the program that tells it with Python alone."""

import ast
import base64
import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import cryptography
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from record_kit import ORIGIN, frames
from sargas.model.decision import Acknowledge
from sargas.model.entry import Decided, Frame
from sargas.model.errors import DataError
from sargas.model.record import Head, Proof
from sargas.share import proof_json
from sargas.share.proof_json import Version, sealed
from sargas.share.standalone import verify
from sargas.share.standalone.verify import check_dossier
from sargas.store import signing_key
from sargas.store._retention import Spacing
from sargas.store.journal_memory import MemoryJournal
from sargas.store.signing_key import Signing

FILES = {"summary.txt": "Šalčininkai, 28 liepos".encode(), "evidence/photo-1.bin": bytes(range(64))}
MADE_S = 1_753_700_000.0
VERIFIER = Path(verify.__file__)


class Made(Struct, frozen=True):
    """A dossier, the heads that were published before it, and the public keys of its record."""

    zip: bytes
    heads: str
    keys: tuple[str, ...]


def seal(
    journal: MemoryJournal, proof: Proof | None, *, version: Version = "full", is_exercise: bool = False
) -> bytes:
    return sealed(
        FILES, incident_id="i-1", version=version, made_s=MADE_S, is_exercise=is_exercise, proof=proof,
        sign=journal.sign_bytes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Made:
    journal = MemoryJournal(Spacing(), Signing(origin=ORIGIN))
    published = []
    journal.append(frames(4))
    published.append(journal.sign())
    journal.append([(2e9 + 5, Decided(Acknowledge(officer="Jonas", incident_id="i-1")))])
    journal.append([(2e9 + 6, journal.next_key())])
    published.append(journal.sign())
    journal.append(frames(3, first_s=2e9 + 7))
    proof = journal.prove([2, 3, 6])
    assert proof is not None
    heads = "\n".join(one.note for one in published if one is not None)
    return Made(seal(journal, proof), heads, tuple(key.public_key.hex() for key in proof.keys))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dossier.zip"


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def report_on(path: Path, data: bytes, heads: str | None = None, keys: tuple[str, ...] = ()) -> verify.Report:
    path.write_bytes(data)
    return check_dossier(str(path), heads, keys)


def wrong(report: verify.Report) -> str:
    """Return all that is said to be wrong; something must be."""
    assert report.n_wrong
    return "\n".join(line for line in report.lines if line.startswith("WRONG"))


def test_a_dossier_is_as_it_was_signed(made: Made, path: Path) -> None:
    report = report_on(path, made.zip, made.heads, made.keys[:1])
    assert report.n_wrong == 0, report.lines
    text = "\n".join(report.lines)
    assert "all 5 files are those of the list" in text
    assert "3 entries are as they stood in the journal of 10" in text
    assert "2 published heads belong to the same tree" in text


def test_what_no_program_can_know_is_said(made: Made, path: Path) -> None:
    text = "\n".join(report_on(path, made.zip).lines)
    assert "no published heads were given" in text
    assert f"you have to ask the service (then --key): {made.keys[-1]}" in text


def test_the_same_dossier_is_the_same_bytes(made: Made) -> None:
    files = unpacked(made.zip)
    assert list(files) == sorted(files)
    with zipfile.ZipFile(io.BytesIO(made.zip)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2025, 7, 28, 10, 53, 20)}
    assert seal_unsigned() == seal_unsigned()


def seal_unsigned() -> bytes:
    return sealed(
        FILES, incident_id="i-1", version="public", made_s=MADE_S, is_exercise=True, proof=None, sign=lambda _: None
    )


def test_the_manifest_and_its_signature_are_what_the_format_says(made: Made) -> None:
    files = unpacked(made.zip)
    manifest = json.loads(files["manifest.json"])
    assert {key: manifest[key] for key in manifest if key != "files"} == {
        "format": "sargas-dossier/1", "incident_id": "i-1", "version": "full", "made_s": MADE_S, "is_exercise": False,
    }  # fmt: skip
    others = sorted(set(files) - {"manifest.json", "manifest.sig"})
    assert manifest["files"] == [
        {"name": name, "n_bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()} for name in others
    ]
    key_id, code = files["manifest.sig"].decode().splitlines()
    assert key_id == signing_key.key_id(ORIGIN, bytes.fromhex(made.keys[-1]))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(made.keys[-1]))
    public.verify(base64.b64decode(code), files["manifest.json"])
    lines = [json.loads(line) for line in files["record/entries.jsonl"].decode().splitlines()]
    assert [(one["seq"], one["kind"], one["feed"]) for one in lines] == [
        (2, "frame", "radar"), (3, "frame", "radar"), (6, "decided", ""),
    ]  # fmt: skip
    assert base64.b64decode(lines[0]["data"]) == b"000000000000"
    assert files["verify.py"] == VERIFIER.read_bytes()


def data_of(data: bytes, name: str) -> range:
    """Return where the packed bytes of a file lie in a ZIP (APPNOTE 4.3.7)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(name)
    n_name, n_extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    first = info.header_offset + 30 + n_name + n_extra
    return range(first, first + info.compress_size)


def unread_fields(data: bytes) -> set[int]:
    """Return where fields lie that no content depends on (APPNOTE 4.3.7, 4.3.12, 4.3.16).

    Those are versions, flags, dates and attributes; lengths, where the check sum and the hash decide; in the header
    before a file all that stands in the directory once more; and in the end record the numbers of disks and entries.
    """
    found, at = set(), data.rindex(b"PK\x05\x06")
    found |= {*range(at + 4, at + 12), at + 20, at + 21}
    at = struct.unpack_from("<I", data, at + 16)[0]
    while data[at : at + 4] == b"PK\x01\x02":
        local = struct.unpack_from("<I", data, at + 42)[0]
        found |= set(range(local + 4, local + 26)) | set(range(at + 4, at + 10)) | set(range(at + 12, at + 16))
        found |= set(range(at + 20, at + 42))
        at += 46 + sum(struct.unpack_from("<HHH", data, at + 28))
    return found


def test_every_byte_of_a_zip_that_is_changed_is_told_or_changes_no_file(made: Made, path: Path) -> None:
    original = unpacked(made.zip)
    program = data_of(made.zip, "verify.py")
    passed_over = set(program) - set(program[::29])  # its other bytes are as those
    harmless = set()
    for at in set(range(len(made.zip))) - passed_over:
        changed = bytearray(made.zip)
        changed[at] ^= 0x11
        if not report_on(path, bytes(changed)).n_wrong:
            assert unpacked(bytes(changed)) == original, at
            harmless.add(at)
    assert len(harmless - unread_fields(made.zip)) <= len(original)  # the last bits of a packed stream mean nothing


def test_every_byte_of_an_unpacked_file_that_is_changed_is_told(made: Made, tmp_path: Path) -> None:
    files = unpacked(made.zip)
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert check_dossier(str(tmp_path), made.heads).n_wrong == 0
    for name, data in files.items():
        for at in range(0, len(data), {"verify.py": 97, "record/proof.json": 11}.get(name, 1)):
            (tmp_path / name).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert check_dossier(str(tmp_path)).n_wrong, (name, at)
        (tmp_path / name).write_bytes(data)


def test_every_byte_of_a_published_head_that_is_changed_is_told_or_says_the_same(made: Made, path: Path) -> None:
    path.write_bytes(made.zip)
    text = made.heads.encode()
    same = [vars(one) for one in verify.heads_of(made.heads)]
    for at in range(len(text)):
        changed = (text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]).decode("utf-8", "replace")
        report = check_dossier(str(path), changed)
        if not report.n_wrong:
            others = [line for line in report.lines if "1 of another record" in line]
            assert others or [vars(one) for one in verify.heads_of(changed)] == same, at


@pytest.mark.parametrize("name", sorted([*FILES, "manifest.json", "manifest.sig", "record/proof.json", "verify.py"]))
def test_a_file_that_is_missing_is_named(made: Made, path: Path, name: str) -> None:
    files = unpacked(made.zip)
    del files[name]
    said = wrong(report_on(path, packed(files)))
    assert name in said or name == "record/proof.json"


def test_what_was_added_renamed_swapped_or_doubled_is_named(made: Made, path: Path) -> None:
    files = unpacked(made.zip)
    assert "more.txt: it is not in the list" in wrong(report_on(path, packed({**files, "more.txt": b"!"})))
    renamed = {("summery.txt" if name == "summary.txt" else name): data for name, data in files.items()}
    said = wrong(report_on(path, packed(renamed)))
    assert "summery.txt: it is not in the list" in said
    assert "summary.txt: it is in the list, but it is missing" in said
    swapped = {**files, "summary.txt": files["evidence/photo-1.bin"], "evidence/photo-1.bin": files["summary.txt"]}
    assert wrong(report_on(path, packed(swapped))).count("it was changed") == 2
    path.write_bytes(packed(files))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("summary.txt", b"another summary")
    assert "summary.txt: it is there more than once" in wrong(check_dossier(str(path)))


def resigned(files: dict[str, bytes], sign: Callable[[bytes], tuple[str, bytes]]) -> bytes:
    """Return the dossier with a new manifest, as who holds the key can make it."""
    listed = {name: data for name, data in files.items() if name not in {"manifest.json", "manifest.sig"}}
    manifest = proof_json.manifest_json(listed, incident_id="i-1", version="full", made_s=MADE_S, is_exercise=False)
    key_id, signature = sign(manifest)
    code = base64.b64encode(signature).decode()
    return packed({**listed, "manifest.json": manifest, "manifest.sig": f"{key_id}\n{code}\n".encode()})


def stolen(made_heads: list[Head], entry: bytes) -> tuple[MemoryJournal, Proof]:
    """Return a journal by one key whose second entry is `entry`, and its proof; the key is the same each time."""
    journal = MemoryJournal(Spacing(), Signing(origin=ORIGIN), now=lambda: MADE_S)
    assert journal._keeper is not None
    journal._keeper._key = THE_KEY
    journal._keeper.chain = [signing_key.changed(ORIGIN, THE_KEY, None, None)]
    journal.append([(2e9, Frame("radar", entry)), *frames(5, first_s=2e9 + 1)])
    head = journal.sign()
    assert head is not None
    made_heads.append(head)
    journal.append(frames(5, first_s=2e9 + 10))
    proof = journal.prove([2])
    assert proof is not None
    return journal, proof


THE_KEY = signing_key.made()


def test_a_past_that_was_rewritten_with_the_stolen_key_is_told_by_a_published_head(path: Path) -> None:
    heads: list[Head] = []
    stolen(heads, b"it crossed at 01:14")
    journal, proof = stolen([], b"nothing came")
    forged = seal(journal, proof)
    assert report_on(path, forged).n_wrong == 0  # all is signed, with the right key
    said = wrong(report_on(path, forged, heads[0].note))
    assert "the head over 7 entries that was published" in said
    assert "rewritten after that" in said


def test_even_who_holds_the_key_cannot_change_an_entry_or_hide_it_beside_the_tree(made: Made, path: Path) -> None:
    heads: list[Head] = []
    journal, proof = stolen(heads, b"it crossed at 01:14")
    files = unpacked(seal(journal, proof))

    def sign(data: bytes) -> tuple[str, bytes]:
        signed_by = journal.sign_bytes(data)
        assert signed_by is not None
        return signed_by

    lines = files["record/entries.jsonl"]
    changed = lines.replace(base64.b64encode(b"it crossed at 01:14"), base64.b64encode(b"it crossed at 02:14"))
    said = wrong(report_on(path, resigned({**files, "record/entries.jsonl": changed}, sign)))
    assert "an entry, or a hash in record/proof.json, is not as it was" in said
    covered = json.loads(lines)
    extra = json.dumps({**covered, "seq": 9}).encode() + b"\n"  # a hash of the proof stands over it
    said = wrong(report_on(path, resigned({**files, "record/entries.jsonl": lines + extra}, sign)))
    assert "not part of the tree" in said
    doubled = wrong(report_on(path, resigned({**files, "record/entries.jsonl": lines + lines}, sign)))
    assert "there twice" in doubled
    left_out = wrong(report_on(path, resigned({**files, "record/entries.jsonl": b""}, sign)))
    assert "entry 2: neither the entry nor a hash in its place is there" in left_out


def test_a_head_of_another_record_or_of_a_key_no_longer_in_use_is_told(made: Made, path: Path) -> None:
    journal, proof = stolen([], b"x")
    files = unpacked(seal(journal, proof))
    proof_of = json.loads(files["record/proof.json"])

    def sign(data: bytes) -> tuple[str, bytes]:
        signed_by = journal.sign_bytes(data)
        assert signed_by is not None
        return signed_by

    def said(**change: object) -> str:
        changed = json.dumps({**proof_of, **change}).encode()
        return wrong(report_on(path, resigned({**files, "record/proof.json": changed}, sign)))

    assert "its id is not that of its public key" in said(origin="other")
    assert "the record has no key" in said(keys=[])
    stranger = signing_key.made()
    text = {"key_id": signing_key.key_id(ORIGIN, stranger.public_key), "public_key": stranger.public_key.hex()}
    later = {**text, "previous_key_id": proof_of["keys"][0]["key_id"], "signature": ""}
    assert "must vouch for it; if one does, give --key" in said(keys=[*proof_of["keys"], later])
    forged = {**later, "signature": "00" * 64}
    assert f"key {text['key_id']}: the signature does not fit" in said(keys=[*proof_of["keys"], forged])


def test_a_key_that_was_not_vouched_for_is_told(made: Made, path: Path) -> None:
    said = wrong(report_on(path, made.zip, None, ("ab" * 32,)))
    assert "none of the record's keys was given with --key" in said


def test_a_list_that_is_signed_by_nobody_proves_nothing(made: Made, path: Path) -> None:
    said = wrong(report_on(path, seal_unsigned()))
    assert "nothing is proven (not signed: an exercise played in memory)" in said
    stripped = {name: data for name, data in unpacked(made.zip).items() if not name.startswith("record/")}
    stripped["manifest.sig"] = b"not signed: an exercise played in memory\n"
    assert "nothing is proven" in wrong(report_on(path, packed(stripped)))


def test_an_exercise_is_told_first(path: Path) -> None:
    lines = report_on(path, seal_unsigned()).lines
    assert lines[0].startswith("note   EXERCISE, nothing of it has happened")


def test_an_exercise_that_is_passed_off_as_real_is_told(path: Path) -> None:
    journal = MemoryJournal(Spacing(), Signing(origin=ORIGIN, is_exercise=True))
    journal.append(frames(2))
    proof = journal.prove([2])
    assert report_on(path, seal(journal, proof, is_exercise=True)).n_wrong == 0
    assert "says otherwise whether this is an exercise" in wrong(report_on(path, seal(journal, proof)))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 50, b"PK\x05\x06" + bytes(18), os.urandom(2_000)])
def test_what_is_no_dossier_is_told(path: Path, data: bytes) -> None:
    wrong(report_on(path, data))


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"null", b"{}", b'{"format": 1}', b"[" * 100_000, b'{"format": "sargas-dossier/1"}', b"\xff\xfe"],
)
def test_a_manifest_that_makes_no_sense_is_told(made: Made, path: Path, manifest: bytes) -> None:
    wrong(report_on(path, packed({**unpacked(made.zip), "manifest.json": manifest})))


def test_what_a_dossier_names_cannot_write_over_what_is_said(made: Made, path: Path) -> None:
    name = "a\nnothing is wrong\x1b[2J\x1b[1Aok"
    lines = report_on(path, packed({**unpacked(made.zip), name: b"!"})).lines
    assert any("a?nothing is wrong?[2J?[1Aok: it is not in the list" in line for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_dossier_that_is_packed_otherwise_is_told(made: Made, path: Path, kind: int) -> None:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in unpacked(made.zip).items():
            archive.writestr(name, data)
    assert "packed as no dossier is" in wrong(check_dossier(str(path)))


def test_a_bomb_is_read_no_further_than_the_list_says(made: Made, path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in unpacked(made.zip).items():
            archive.writestr(name, bytes(60_000_000) if name == "summary.txt" else data)
    begun = time.process_time()
    assert "summary.txt: it was changed" in wrong(report_on(path, out.getvalue()))
    assert time.process_time() - begun < 0.5


def test_links_in_an_unpacked_folder_are_not_followed(made: Made, tmp_path: Path) -> None:
    for name, data in unpacked(made.zip).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "summary.txt").rename(tmp_path.with_name("elsewhere.txt"))
    (tmp_path / "summary.txt").symlink_to(tmp_path.with_name("elsewhere.txt"))
    assert "summary.txt: it cannot be read: a link" in wrong(check_dossier(str(tmp_path)))


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up.txt", "a/../b", "a//b", "", "C:\\x", "a\nb", "manifest.json", "verify.py", "a/."]
)
def test_a_dossier_holds_no_file_that_leads_out_of_it_or_stands_for_another(name: str) -> None:
    with pytest.raises(DataError, match="no file can be called"):
        sealed(
            {name: b""}, incident_id="i", version="full", made_s=0.0, is_exercise=False, proof=None,
            sign=lambda _: None,
        )  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages that holds `cryptography` and what it is built on, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    installed = Path(cryptography.__file__).parents[1]
    for found in (*installed.glob("cryptography"), *installed.glob("_cffi_backend*"), *installed.glob("cffi")):
        (folder / found.name).symlink_to(found)
    return folder


def run_alone(alone: Path, script: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(alone)!r})\n"
        f"sys.argv = {['verify.py', *words]!r}\n"
        "try:\n    import msgspec\nexcept ImportError:\n"
        f"    runpy.run_path({str(script)!r}, run_name='__main__')\n"
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_file_in_the_dossier_runs_with_python_and_cryptography_alone(
    made: Made, alone: Path, tmp_path: Path
) -> None:
    for name, data in unpacked(made.zip).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    heads = tmp_path.with_name("published.txt")
    heads.write_text(made.heads)
    done = run_alone(alone, tmp_path / "verify.py", "--heads", str(heads), "--key", made.keys[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("nothing is wrong\n")
    (tmp_path / "summary.txt").write_bytes(b"nothing came")
    done = run_alone(alone, tmp_path / "verify.py")
    assert done.returncode == 1
    assert "WRONG  summary.txt: it was changed" in done.stdout
    assert done.stdout.endswith("things that are WRONG: 1\n")


def test_the_file_reads_a_zip_too(made: Made, alone: Path, path: Path) -> None:
    path.write_bytes(made.zip)
    done = run_alone(alone, VERIFIER, str(path))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_file_is_python_3_9_and_imports_nothing_else() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outer = {name.partition(".")[0] for name in names}
    assert outer - set(sys.stdlib_module_names) == {"cryptography"}


def test_heads_are_found_in_a_file_however_they_are_set_apart(made: Made) -> None:
    notes = [one.text for one in verify.heads_of(made.heads)]
    assert len(notes) == 2
    for text in (
        made.heads.replace("\n\n" + ORIGIN, "\n" + ORIGIN),
        made.heads.replace("\n", "\r\n"),
        f"\n\n{made.heads}\n\n",
    ):
        assert [one.text for one in verify.heads_of(text)] == notes
