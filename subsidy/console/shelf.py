"""Files kept for the person they are for: verdict copies and bank files, encrypted on disk.

They hold personal data in the clear once opened, so each is sealed with the home's key, bound to its
name and owner, and forgotten after a while (bank files stay as long as the batch may need them).
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from subsidy.records.people import Vault

VERDICTS_KEPT_SECONDS = 24 * 3600
NONCE_BYTES = 12
TOKEN = re.compile(r"[A-Za-z0-9_-]{4,80}")


@dataclass(frozen=True)
class Shelf:
    """A folder of sealed files."""

    folder: Path
    vault: Vault

    def put(self, token: str, *, owner: str, name: str, content: bytes) -> None:
        """Keep a file under `token` for `owner`; an older one of the same token is replaced."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_old()
        version = self.vault.ring.current
        nonce = os.urandom(NONCE_BYTES)
        clear = name.encode() + b"\n" + content
        sealed = AESGCM(self.vault.ring.key(version)).encrypt(nonce, clear, _bound(token, owner))
        draft = self.folder / f".{token}.{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(version.to_bytes(2, "big") + nonce + sealed)
        draft.replace(self.folder / token)

    def get(self, token: str, *, owner: str) -> tuple[str, bytes] | None:
        """(name, content), or None for a token that is unknown, too old, or somebody else's."""
        if not TOKEN.fullmatch(token):
            return None
        try:
            raw = (self.folder / token).read_bytes()
        except OSError:
            return None
        key = self.vault.ring.key(int.from_bytes(raw[:2], "big"))
        nonce, sealed = raw[2 : 2 + NONCE_BYTES], raw[2 + NONCE_BYTES :]
        try:
            clear = AESGCM(key).decrypt(nonce, sealed, _bound(token, owner))
        except InvalidTag:
            return None
        name, _, content = clear.partition(b"\n")
        return name.decode(), content

    def has(self, token: str) -> bool:
        """Whether a file lies under the token."""
        return (self.folder / token).exists()

    def _forget_old(self) -> None:
        limit = time.time() - VERDICTS_KEPT_SECONDS
        for path in self.folder.glob("verdict-*"):
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)


def _bound(token: str, owner: str) -> bytes:
    return f"shelf:{token}:{owner}".encode()
