"""The permission table of `config/permissions.yaml`, shared by pages, API and command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Scope = Literal["area", "own", "city", "system", "public"]
Who = Literal["everyone", "signed_in"] | list[str]


class PermissionFileError(ValueError):
    """The permission table cannot be used; each line says where, what, and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(_Strict):
    """A role as people read it."""

    title_zh: str
    title_en: str


class Incompatible(_Strict):
    """No account holds one of `roles` together with one of `against`."""

    roles: list[str]
    against: list[str] = Field(alias="with")
    why_zh: str
    why_en: str


class Entry(_Strict):
    """One door: who it opens for, and over what."""

    who: Who
    scope: Scope

    @property
    def roles(self) -> frozenset[str]:
        """The roles it opens for; empty where it opens without one."""
        return frozenset(self.who) if isinstance(self.who, list) else frozenset()

    def opens_for(self, roles: Collection[str], *, signed_in: bool) -> bool:
        """Whether somebody with these roles may pass."""
        if self.who == "everyone":
            return True
        if self.who == "signed_in":
            return signed_in
        return signed_in and bool(self.roles & set(roles))


class _File(_Strict):
    roles: dict[str, Role]
    incompatible: list[Incompatible]
    entries: dict[str, Entry]

    @model_validator(mode="after")
    def _names_known_roles(self) -> _File:
        named = {role for entry in self.entries.values() for role in entry.roles}
        for pair in self.incompatible:
            named |= {*pair.roles, *pair.against}
        unknown = sorted(named - set(self.roles))
        if unknown:
            raise ValueError(f"unknown roles {', '.join(unknown)}: add them under `roles`")
        return self


@dataclass(frozen=True)
class Permissions:
    """The whole table."""

    roles: Mapping[str, Role]
    incompatible: tuple[Incompatible, ...]
    entries: Mapping[str, Entry]

    def __getitem__(self, name: str) -> Entry:
        """The entry of a name; KeyError if the table has none: add it there."""
        return self.entries[name]

    def clash(self, role: str, held: Collection[str]) -> Incompatible | None:
        """The rule that keeps `role` away from an account that holds `held`."""
        for rule in self.incompatible:
            if role in rule.roles and set(held) & set(rule.against):
                return rule
            if role in rule.against and set(held) & set(rule.roles):
                return rule
        return None


def load_permissions(path: Path) -> Permissions:
    """Read and check the table. Raises PermissionFileError naming every fault."""
    try:
        found = _File.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise PermissionFileError(
            f"{path.name}: is missing. Restore it from the checkout."
        ) from None
    except YAMLError as error:
        first = str(error).splitlines()[0]
        raise PermissionFileError(f"{path.name}: is not YAML ({first}).") from None
    except ValidationError as error:
        faults = [
            f"{path.name}: {'.'.join(str(part) for part in each['loc']) or 'the file'}: {each['msg']}."
            for each in error.errors()
        ]
        raise PermissionFileError("\n".join(faults)) from None
    return Permissions(found.roles, tuple(found.incompatible), found.entries)
