"""Secrets from files, TLS that is checked, and what counts as this machine."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from sargas.model.errors import ConfigError
from sargas.share.connecting import is_loopback, secret, tls_context
from share_peers import Certificates


def file(folder: Path, data: bytes) -> str:
    (folder / "file").write_bytes(data)
    return str(folder / "file")


def test_a_secret_is_the_text_of_its_file_without_the_last_line_break(tmp_path: Path) -> None:
    assert secret(file(tmp_path, b"correct horse\r\n"), "password_file") == "correct horse"
    assert secret("", "password_file") == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "expected 1 to 4096 bytes"),
        (b" \n", "expected 1 to"),
        (b"x" * 4_097, "expected 1 to"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_file_without_a_secret_is_refused_and_its_content_not_told(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=f"password_file: .*file: .*{words}") as caught:
        secret(file(tmp_path, data), "password_file")
    assert "xxx" not in str(caught.value)


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        secret(str(tmp_path), "password_file")


def test_certificate_and_name_are_always_checked(tmp_path: Path) -> None:
    for context in (tls_context("", "", ""), tls_context(Certificates(tmp_path).ca_file, "", "")):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_with_an_authority_of_ones_own_no_other_counts(tmp_path: Path) -> None:
    assert len(tls_context(Certificates(tmp_path).ca_file, "", "").get_ca_certs()) == 1


def test_a_key_that_asks_for_a_password_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    pem = Certificates(tmp_path)
    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    with pytest.raises(ConfigError, match=r"certificate_file: .*client\.pem: its key is encrypted"):
        tls_context("", pem.client_file, file(tmp_path, locked))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    pem = Certificates(tmp_path)
    with pytest.raises(ConfigError, match=r"certificate_file: .*client\.pem: "):
        tls_context("", pem.client_file, pem.server_key_file)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.3.2.1", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example", "10.0.0.1", "0.0.0.0", "::", "example.com", "127.0.0.1.example"]
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
