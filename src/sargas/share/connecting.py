"""What channels need to reach the other end: secrets from files, TLS that is checked, and no secret in the clear."""

import ipaddress
import ssl
from pathlib import Path
from typing import Final

from sargas.model.errors import ConfigError

CONNECT_S: Final = 2.0
"""Longest wait for a connection: a warning has a minute in all, and another channel may have to stand in."""
WHOLE_S: Final = 5.0
"""Longest wait for the whole delivery."""
CHECK_S: Final = 2.5
"""Longest wait for a check: the watch asks every few seconds, and waits no longer than 3 for the answer."""
SECRET_MAX: Final = 4_096


def secret(path: str, what: str) -> str:
    """Return the first words of a file that are not blank, as they stand; empty if no file is named.

    Raises:
        ConfigError: it cannot be read, or holds no text; says which file, and never what is in it.
    """
    if not path:
        return ""
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-8").strip() if len(data) <= SECRET_MAX else ""
    except OSError as error:
        raise ConfigError(f"{what}: {path}: {error.strerror or type(error).__name__}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{what}: {path}: expected UTF-8 text") from error
    if not text:
        raise ConfigError(f"{what}: {path}: expected 1 to {SECRET_MAX} bytes of text")
    return text


def tls_context(ca_file: str, certificate_file: str, key_file: str) -> ssl.SSLContext:
    """Return a TLS context that checks the other end's certificate and name, against `ca_file` alone if it is given.

    Raises:
        ConfigError: a file cannot be used; says which.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ValueError) as error:
        raise ConfigError(f"ca_file: {ca_file}: {_why(error)}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if key_file and not certificate_file:
        raise ConfigError("key_file: given without a certificate_file")
    if certificate_file:
        try:
            context.load_cert_chain(certificate_file, key_file or None, password=_refused)
        except (OSError, ValueError) as error:
            raise ConfigError(f"certificate_file: {certificate_file}: {_why(error)}") from error
    return context


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself, as far as its name says."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refused() -> str:
    # Else OpenSSL would ask at the terminal, and the watch would wait for an answer.
    raise ValueError("its key is encrypted, which is not supported")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
