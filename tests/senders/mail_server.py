"""A very small mail server for the tests: answers as told, keeps what it got."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 test ready")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._data()
            elif line.upper().startswith(b"STARTTLS"):
                self._say("220 go ahead")
                self._start_tls()
            elif word == b"EHLO":
                self._hello()
            else:
                self._say(self.server.answers.get(word.decode().strip(), "250 ok"))
            if word == b"QUIT":
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _hello(self) -> None:
        secure = isinstance(self.connection, ssl.SSLSocket)
        offers = ["AUTH PLAIN"] if secure or self.server.context is None else ["STARTTLS"]
        self._say("250-test", f"250 {offers[0]}")

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        answer = self.server.answers.get("DATA", "250 kept")
        if answer.startswith("250"):
            self.server.kept.append(b"".join(lines))
        self._say(answer)

    def _start_tls(self) -> None:
        assert self.server.context is not None
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")  # type: ignore[assignment]

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine."""

    daemon_threads: ClassVar[bool] = True  # type: ignore[misc]
    allow_reuse_address: ClassVar[bool] = True  # type: ignore[misc]

    def __init__(self, answers: dict[str, str], context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answers = answers
        self.context = context
        self.kept: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that the tests break on purpose."""


@contextmanager
def mail_server(
    answers: dict[str, str] | None = None, *, context: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """Run a server that gives `answers` (by command word) and 250 to the rest."""
    with MailServer(answers or {}, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a certificate for localhost made on the spot, and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
