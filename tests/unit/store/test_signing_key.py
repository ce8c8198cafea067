"""Keys and heads: signed notes as their specification's own example, files that nobody else may read."""

import base64
import re
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sargas.model.errors import JournalError
from sargas.store import signing_key

EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
"""C2SP signed-note, section "Example"."""


def read_note(note: str, vkey: str) -> str:
    """Verify a signed note as a reader of the specification would, and return its text."""
    name, key_hash, coded = vkey.split("+", 2)
    text, _, signature_lines = note.rpartition("\n\n")
    line = re.fullmatch(r"— (\S+) (\S+)\n", signature_lines)
    assert line is not None
    data = base64.b64decode(line[2])
    assert (line[1], data[:4].hex()) == (name, key_hash)
    public = base64.b64decode(coded)
    assert public[:1] == b"\x01"
    assert sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_hash
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(data[4:], f"{text}\n".encode())
    return f"{text}\n"


def test_the_reader_reads_the_specifications_example() -> None:
    assert read_note(EXAMPLE_NOTE, EXAMPLE_VKEY) == "This is an example message.\n"


def test_a_key_is_named_as_the_specification_names_it() -> None:
    public = base64.b64decode(EXAMPLE_VKEY.split("+")[2])[1:]
    assert signing_key.key_id("example.com/foo", public) == "530d903a"


@pytest.mark.parametrize("is_exercise", [False, True])
def test_a_head_is_a_checkpoint(is_exercise: bool) -> None:
    key = signing_key.made()
    root = sha256(b"root").digest()
    head = signing_key.head("lt/east/1", 20_852_163, root, 1_753_660_800.25, key, is_exercise=is_exercise)
    vkey = "+".join(["lt/east/1", head.key_id, base64.b64encode(b"\x01" + key.public_key).decode()])
    lines = read_note(head.note, vkey).splitlines()
    assert lines[:4] == ["lt/east/1", "20852163", base64.b64encode(root).decode(), "2025-07-28T00:00:00.250Z"]
    assert lines[4:] == (["EXERCISE"] if is_exercise else [])
    assert head.time_s == 1_753_660_800.25


def test_a_key_comes_back_from_its_file_which_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    assert signing_key.read(path) is None
    key = signing_key.made()
    signing_key.write(path, key)
    again = signing_key.read(path)
    assert again is not None
    assert again.public_key == key.public_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["a.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.key"
    signing_key.write(path, signing_key.made())
    path.chmod(mode)
    with pytest.raises(JournalError, match="others than its owner may read or write it"):
        signing_key.read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "as PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "as PEM"),
        (
            generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "not another kind",
        ),
    ],
)
def test_what_is_no_such_key_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(JournalError, match=said):
        signing_key.read(path)


def test_a_change_of_keys_is_signed_by_the_key_before() -> None:
    first, second, other = signing_key.made(), signing_key.made(), signing_key.made()
    began = signing_key.changed("lt/1", first, None, None)
    change = signing_key.changed("lt/1", second, began, first)
    assert (began.previous_key_id, began.signature, change.previous_key_id) == ("", b"", began.key_id)
    assert signing_key.is_signed_by(change, began, "lt/1")
    assert not signing_key.is_signed_by(change, began, "lt/2")  # a key is changed for one record, not for another
    assert not signing_key.is_signed_by(signing_key.changed("lt/1", second, began, other), began, "lt/1")


def test_the_old_key_is_gone_after_the_next_took_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    first, second = signing_key.made(), signing_key.made()
    signing_key.write(path, first)
    with path.open("rb") as old:
        signing_key.write(path.with_name("a.key.next"), second)
        signing_key.promote(path)
        assert old.read().strip(b"\0") == b""  # even who still holds it open reads nothing of it
    found = signing_key.read(path)
    assert found is not None
    assert found.public_key == second.public_key
    assert [one.name for one in tmp_path.iterdir()] == ["a.key"]
