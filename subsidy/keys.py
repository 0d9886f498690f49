"""Key files under the home's `keys/`: made once, 0600, read by the processes that need them.

encryption.json  AES-256 keys by version and the current version (fields of persons)
index.key        HMAC key of the blind indexes
signing.key      Ed25519 seed that signs the seals of the history
session.key      signs the console's sessions
scheduler.auth   credential of the flow UI and its API

Losing the first two makes the personal data in the database unreadable for good, so they are
never made anew beside a database that already holds tables.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy.settings import SetupError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32
ENCRYPTION, INDEX, SIGNING = "encryption.json", "index.key", "signing.key"
SESSION, SCHEDULER = "session.key", "scheduler.auth"
IRREPLACEABLE = (ENCRYPTION, INDEX, SIGNING)
FILES = (*IRREPLACEABLE, SESSION, SCHEDULER)


@dataclass(frozen=True)
class KeyRing:
    """AES-256 keys by version; new fields are written with `current`, old ones stay readable."""

    current: int
    by_version: Mapping[int, bytes] = field(repr=False)

    def key(self, version: int) -> bytes:
        """Return the key of `version`; raises SetupError if that version is not on the ring."""
        try:
            return self.by_version[version]
        except KeyError:
            raise SetupError(
                f"{ENCRYPTION}: holds no key version {version}, with which a row was written. "
                "Restore the key folder of the backup that belongs to this database."
            ) from None


@dataclass(frozen=True)
class Keys:
    """All keys of one home; nothing of them appears in repr, logs or messages."""

    ring: KeyRing = field(repr=False)
    index: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    session: bytes = field(repr=False)
    scheduler_auth: str = field(repr=False)

    def signing_key(self) -> "Ed25519PrivateKey":
        """Return the private key that signs seals."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        return Ed25519PrivateKey.from_private_bytes(self.signing_seed)


def load_keys(folder: Path) -> Keys:
    """Read the keys; raises SetupError naming each file that is missing, open or damaged."""
    faults = [fault for name in FILES if (fault := _fault(folder / name))]
    if faults:
        raise SetupError(*faults)
    return Keys(
        ring=_read_ring(folder / ENCRYPTION),
        index=_read_key(folder / INDEX),
        signing_seed=_read_key(folder / SIGNING),
        session=_read_key(folder / SESSION),
        scheduler_auth=(folder / SCHEDULER).read_text(encoding="ascii").strip(),
    )


def load_or_create_keys(folder: Path, *, database_in_use: bool) -> Keys:
    """Make the keys that are missing, then read all.

    `database_in_use`: the database already holds tables; then encryption, index and signing keys
    are not made anew and SetupError says which is missing.
    """
    missing = [name for name in FILES if not (folder / name).exists()]
    lost = [name for name in missing if name in IRREPLACEABLE]
    if database_in_use and lost:
        raise SetupError(
            f"{folder}: {', '.join(lost)} missing, but the database already holds data written "
            "with it. Restore the key folder from the backup; a new key would not open that data."
        )
    if missing:
        _make_folder(folder)
        for name in missing:
            _write_once(folder / name, _fresh(name))
    return load_keys(folder)


def add_encryption_key(folder: Path) -> int:
    """Put a new AES key on the ring, make it current, and return its version."""
    path = folder / ENCRYPTION
    ring = _read_ring(path)
    version = max(ring.by_version) + 1
    keys = {**ring.by_version, version: secrets.token_bytes(KEY_BYTES)}
    fresh = path.with_suffix(f".{os.getpid()}")
    _write_once(fresh, _ring_text(version, keys))
    fresh.replace(path)
    return version


def key_report(folder: Path) -> list[tuple[str, str]]:
    """Return (file, "present" | what is wrong) of each key file, for `subsidy doctor`."""
    return [(name, _fault(folder / name) or "present") for name in FILES]


def _fault(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return f"{path}: is missing. `subsidy up` makes the keys of a new home."
    except OSError as error:
        return f"{path}: cannot be reached ({error.strerror}). Give this user access to it."
    if mode & 0o077:
        return (
            f"{path}: others than its owner may read or change it (mode {mode & 0o777:o}). "
            f"Run: chmod 600 {path}"
        )
    if not os.access(path, os.R_OK):
        return f"{path}: this user may not read it. Run as the owner of the key folder."
    return None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SetupError(
            f"{folder}: cannot be made ({error.strerror}). Make the home writable, or name "
            "another folder with SUBSIDY_KEYS_FOLDER."
        ) from error


def _fresh(name: str) -> str:
    if name == ENCRYPTION:
        return _ring_text(1, {1: secrets.token_bytes(KEY_BYTES)})
    if name == SCHEDULER:
        return f"subsidy:{secrets.token_urlsafe(KEY_BYTES)}"
    return _as_text(secrets.token_bytes(KEY_BYTES))


def _write_once(path: Path, content: str) -> None:
    """Write `path` unless it exists; of two processes starting at once the first one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise SetupError(
            f"{path}: cannot be written ({error.strerror}). Make the key folder writable."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _read_key(path: Path) -> bytes:
    key = _as_bytes(path, path.read_text(encoding="ascii"))
    if len(key) != KEY_BYTES:
        raise _damaged(path)
    return key


def _read_ring(path: Path) -> KeyRing:
    try:
        table = json.loads(path.read_text(encoding="ascii"))
        keys = {int(version): _as_bytes(path, each) for version, each in table["keys"].items()}
        current = int(table["current"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(path) from None
    if current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise _damaged(path)
    return KeyRing(current=current, by_version=keys)


def _ring_text(current: int, keys: Mapping[int, bytes]) -> str:
    return json.dumps({"current": current, "keys": {v: _as_text(k) for v, k in keys.items()}})


def _as_text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _as_bytes(path: Path, value: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> SetupError:
    return SetupError(f"{path}: is damaged or cut short. Restore it from the backup of the keys.")
