"""Certificates for relays of tests, good and bad ones, made by the openssl command."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL = "/usr/bin/openssl"


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only ``trusting`` contexts know."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Authority:
        _run(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=Test authority"),
            *("-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem")),
        )
        return cls(folder)

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def server(self, name: str, *, days: int = 2) -> ssl.SSLContext:
        """Return a server's context whose certificate is for this name.

        It has expired if ``days`` is negative.
        """
        stem = f"{self.folder}/{name}-{days}"
        kind = "IP" if name[0].isdigit() else "DNS"
        Path(f"{stem}.ext").write_text(f"subjectAltName={kind}:{name}\n")
        _run(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", f"/CN={name}", "-keyout", f"{stem}.key", "-out", f"{stem}.csr"),
        )
        _run(
            *("x509", "-req", "-in", f"{stem}.csr", "-CA", str(self.folder / "ca.pem")),
            *("-CAkey", str(self.folder / "ca.key"), "-CAcreateserial"),
            *("-days", str(days), "-extfile", f"{stem}.ext", "-out", f"{stem}.pem"),
        )
        return _context(stem)

    def self_signed(self, name: str) -> ssl.SSLContext:
        """Return a server's context whose certificate nobody vouches for."""
        stem = f"{self.folder}/{name}-self"
        _run(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=IP:{name}"),
            *("-keyout", f"{stem}.key", "-out", f"{stem}.pem"),
        )
        return _context(stem)


def _context(stem: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{stem}.pem", f"{stem}.key")
    return context


def _run(*arguments: str) -> None:
    subprocess.run([OPENSSL, *arguments], check=True, capture_output=True)
