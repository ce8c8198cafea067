"""A CAP message signed, so that whoever gets it can tell who made it and that nobody changed it.

An enveloped XML signature (W3C, XML Signature Syntax and Processing 1.1) over the whole message: SHA-256, exclusive
canonical XML, RSA (PKCS #1 1.5) or ECDSA. The same message and key give the same bytes, ECDSA too (RFC 6979): a
message that is made again after a restart is the same message.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from lxml import etree  # type: ignore[import-untyped]  # lxml carries no types
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from sargas.model.errors import ConfigError, DataError
from sargas.share.cap_check import CAP, SIGNATURE, parsed

RSA_BITS_MIN: Final = 2048
CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
"""Those that the signature standard asks of every reader (6.4.3), by their names in RFC 8422."""
METHODS: Final = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256})
DIGESTS: Final = frozenset({DigestAlgorithm.SHA256})


class Signer:
    """Signs with one key; `valid_until_s` is when its certificate expires [epoch s]."""

    def __init__(self, key_pem: bytes, cert_pem: bytes, *, now_s: float | None = None) -> None:
        """Take a key and its certificate, of which others may follow up to the authority's.

        Raises:
            ConfigError: they cannot be read, do not belong together, are too weak, or the certificate does not hold.
        """
        self._key = _key(key_pem)
        self._certificates = _certificates(cert_pem)
        own = self._certificates[0]
        if _public(own.public_key()) != _public(self._key.public_key()):
            raise ConfigError("the signing certificate is of another key than the signing key")
        _holds(own, time.time() if now_s is None else now_s)
        self.valid_until_s = own.not_valid_after_utc.timestamp()

    def sign(self, xml: bytes) -> bytes:
        """Return the message with its signature as the last element.

        An expired certificate still signs: a warning that is signed late is better than none.

        Raises:
            DataError: it is no CAP message, or is signed already.
        """
        alert = parsed(xml)
        if alert.find(f".//{SIGNATURE}Signature") is not None:
            raise DataError("the message is signed already")
        is_rsa = isinstance(self._key, rsa.RSAPrivateKey)
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        key: Any = self._key if isinstance(self._key, rsa.RSAPrivateKey) else _Repeatable(self._key)
        signed = signer.sign(alert, key=key, cert=self._certificates)
        text: str = etree.tostring(signed, encoding="unicode")
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode("utf-8") + b"\n"


def verify(xml: bytes, cert_pem: bytes, *, now_s: float | None = None) -> bytes:
    """Return the message that was signed with the key of this certificate, in canonical form: trust nothing else.

    `now_s` is when the certificate must hold, now if it is not given. What the message says of its own key does not
    matter.

    Raises:
        ConfigError: the certificate cannot be read.
        DataError: the message was not signed with it, or was changed, or something else than the message was signed.
    """
    certificate = _certificates(cert_pem)[0]
    alert = parsed(xml)
    if len(alert.findall(f".//{SIGNATURE}Signature")) != 1:
        raise DataError("the message has no signature of its own, or more than one")
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        verification_time=datetime.fromtimestamp(time.time() if now_s is None else now_s, UTC),
    )
    try:
        result = XMLVerifier().verify(xml, x509_cert=certificate, expect_config=config)
    except (SignXMLException, etree.LxmlError, ValueError) as error:
        raise DataError(f"the signature does not hold: {error}") from error
    if isinstance(result, list):
        raise DataError("the signature is over more than the message")
    reference = result.signature_xml.find(f"{SIGNATURE}SignedInfo/{SIGNATURE}Reference")
    if reference is None or reference.get("URI") != "" or result.signed_xml is None:
        raise DataError("the signature is not over the whole message")
    if result.signed_xml.tag != f"{CAP}alert":
        raise DataError("what was signed is not a CAP message")
    return bytes(result.signed_data)


class _Repeatable:
    """An elliptic key that signs the same bytes the same way, as far as the signing library asks of a key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.key_size = key.key_size

    def sign(self, data: bytes, *, signature_algorithm: ec.ECDSA) -> bytes:
        """Return the signature; its secret number comes from the key and the data, not from chance."""
        return self._key.sign(data, ec.ECDSA(signature_algorithm.algorithm, deterministic_signing=True))


def _key(key_pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    with _told("signing key"):
        key = load_pem_private_key(key_pem, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < RSA_BITS_MIN:
            raise ConfigError(f"signing key: RSA of {key.key_size} bits is too weak, at least {RSA_BITS_MIN}")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in CURVES:
            raise ConfigError(f"signing key: curve {key.curve.name}, expected one of {', '.join(CURVES)}")
        return key
    raise ConfigError(f"signing key: {type(key).__name__}, expected an RSA or an elliptic curve key")


def _certificates(cert_pem: bytes) -> list[x509.Certificate]:
    with _told("signing certificate"):
        return x509.load_pem_x509_certificates(cert_pem)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say of what a file is wrong."""
    try:
        yield
    except TypeError as error:  # cryptography's way to ask for a password
        raise ConfigError(
            f"{what}: is encrypted with a password, which a watch cannot type: give it without"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{what}: cannot be read as PEM: {error}") from error


def _public(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


def _holds(certificate: x509.Certificate, now_s: float) -> None:
    now = datetime.fromtimestamp(now_s, UTC)
    if now > certificate.not_valid_after_utc:
        raise ConfigError(f"signing certificate: expired at {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    if now < certificate.not_valid_before_utc:
        raise ConfigError(f"signing certificate: holds from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on")
