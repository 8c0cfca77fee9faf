"""A TLS certificate and its key, looked at before anybody is let in with them."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from voicesim.web.logbook import log


class Renewal:
    """Takes a renewed certificate into use while the server runs: for connections that are made from then on.

    One that cannot be used is left alone, and the old one stays, until the files change again.

    Args:
        certificate: chain of certificates, PEM.
        key: private key, PEM.
        used: what connections are made safe with; made from the two.
    """

    def __init__(self, certificate: Path, key: Path, used: ssl.SSLContext) -> None:
        self._certificate = certificate
        self._key = key
        self._used = used
        self._seen = self._state()

    def look(self) -> bool:
        """Look whether the files have changed, and take them into use.

        Returns:
            Whether a new certificate is in use now.
        """
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        if wrong := flaw(self._certificate, self._key):
            log.warning("the renewed certificate is not used", extra={"line": {"why": wrong}})
            return False
        self._used.load_cert_chain(self._certificate, self._key)
        log.info("a renewed certificate is used from now on")
        return True

    def _state(self) -> list[tuple[int, int, int] | None]:
        found: list[tuple[int, int, int] | None] = []
        for path in (self._certificate, self._key):
            try:
                now = path.stat()
            except OSError:
                found.append(None)
            else:
                found.append((now.st_mtime_ns, now.st_size, now.st_ino))
        return found


class _LockedError(Exception):
    """The key asks for a passphrase."""


def flaw(certificate: Path, key: Path) -> str:
    """Why a certificate and its key cannot be used, with what to do; empty when they can.

    Args:
        certificate: chain of certificates, PEM, the server's own first.
        key: private key, PEM, without a passphrase.
    """
    from cryptography import x509

    for path, what in ((certificate, "certificate"), (key, "key")):
        try:
            path.read_bytes()
        except OSError as error:
            return f"the {what} {path} cannot be read ({error.strerror}): give its PEM file"
    try:
        context(certificate, key)
    except _LockedError:
        return f"the key {key} has a passphrase, and nobody is there to type it: give one without"
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", "") or type(error).__name__
        return f"{certificate} and {key} are no certificate and its key ({reason}): give the two PEM files that belong together"
    own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    now = datetime.now(UTC)
    if now >= own.not_valid_after_utc:
        return f"the certificate {certificate} ended on {own.not_valid_after_utc:%d %B %Y}: renew it"
    if now < own.not_valid_before_utc:
        return f"the certificate {certificate} begins on {own.not_valid_before_utc:%d %B %Y}: look at this computer's clock"
    return ""


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What connections are made safe with: TLS 1.2 or newer.

    Args:
        certificate: chain of certificates, PEM.
        key: private key, PEM, without a passphrase.

    Raises:
        ssl.SSLError: they do not belong together, or are none.
        OSError: they cannot be read.
    """

    def ask() -> str:
        raise _LockedError

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key, password=ask)
    return made
