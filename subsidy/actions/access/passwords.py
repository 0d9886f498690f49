"""Passwords: argon2id hashes, and what a new one must be."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 10
COSTLY = PasswordHasher()
"""The library's own measure: about 50 ms and 64 MB a try."""


def hash_of(password: str, *, hasher: PasswordHasher = COSTLY) -> str:
    """The hash to keep. Raises ValueError for a password that is too short to keep anything safe."""
    if len(password) < LEAST_LENGTH:
        raise ValueError(f"a password has at least {LEAST_LENGTH} characters")
    return hasher.hash(password)


def matches(password: str, kept: str, *, hasher: PasswordHasher = COSTLY) -> bool:
    """Whether the password is the one behind the hash."""
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def wants_new_hash(kept: str, *, hasher: PasswordHasher = COSTLY) -> bool:
    """Whether the hash was made with a lower measure than ours."""
    return hasher.check_needs_rehash(kept)


@cache
def nobodys_hash(hasher: PasswordHasher = COSTLY) -> str:
    """A hash of nothing: trying it takes as long as trying somebody's, so names cannot be probed."""
    return hasher.hash("a name that nobody has")
