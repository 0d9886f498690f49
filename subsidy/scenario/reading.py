"""The format of a story in `config/scenarios/`: who exists, and who does what on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

STORY = "scenarios/hangzhou-autumn-2020.yaml"
"""The shipped story, in the configuration folders."""


class ScenarioError(Exception):
    """A story cannot be played as written; the message names file and place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountPart(_Strict):
    """One person who logs in."""

    login: str
    name: str
    role: str
    area: str = ""
    """Division id, or the city's id for the whole city; empty for a provider's own log-in."""
    provider: str = ""


class ProviderPart(_Strict):
    """One training provider with its agreement."""

    key: str
    name: str
    area: str
    city: str = "hangzhou"
    agreement_from: date
    agreement_until: date


class ProjectPart(_Strict):
    """One project to file and list."""

    key: str
    area: str
    city: str = "hangzhou"
    track: str
    title: str
    occupation: str
    level: str = ""
    certificate_kind: str = ""
    days: int
    heads: int
    department: str = ""
    """Who is responsible by the plan's annex; left out where none is named."""


class ClassPart(_Strict):
    """One class: its generated people, and people who also sit in other classes."""

    key: str
    number: str
    provider: str
    project: str
    area: str
    city: str = "hangzhou"
    starts: date
    ends: date
    people: int
    named: tuple[str, ...] = ()
    """People by name, who appear in several classes."""
    returning: dict[str, int] = Field(default_factory=dict)
    """Class key → roster row: this person of an earlier class is on this roster too."""


class Withheld(_Strict):
    """Settings that the bureau has not chosen yet."""

    city: str
    until: date
    keys: tuple[str, ...]


class Step(BaseModel):
    """One deed. What it needs besides `do` and `by` is the deed's own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    do: str
    by: str | tuple[str, ...] = "public"
    city: str = "hangzhou"
    expect: str = "done"
    """done, refused (every finding with its clause), or nothing (no claim moves)."""

    @property
    def pair(self) -> tuple[str, str]:
        """The two people of a deed that one person may not do alone."""
        if isinstance(self.by, str) or len(self.by) != 2:
            raise ScenarioError(f"{self.do}: two people are needed under `by`")
        return self.by[0], self.by[1]

    def get(self, name: str, default: Any = None) -> Any:
        """A detail of this deed."""
        return (self.model_extra or {}).get(name, default)


class Scenario(_Strict):
    """A whole story."""

    name: str
    starts: date
    ends: date
    seed: int
    withheld_settings: Withheld | None = None
    accounts: tuple[AccountPart, ...]
    providers: tuple[ProviderPart, ...]
    projects: tuple[ProjectPart, ...]
    classes: tuple[ClassPart, ...]
    days: dict[date, tuple[Step, ...]]

    def cities(self) -> tuple[str, ...]:
        """Every city of the story, the first one first."""
        return tuple(dict.fromkeys(c.city for c in self.classes))

    def all_days(self) -> Iterator[date]:
        """Every calendar day from the first to the last, inclusive."""
        day = self.starts
        while day <= self.ends:
            yield day
            day += timedelta(days=1)


def read_scenario(path: Path) -> Scenario:
    """Read one story. Raises ScenarioError that names what is wrong and where."""
    try:
        with path.open(encoding="utf-8") as file:
            data = YAML(typ="safe").load(file)
        story = Scenario.model_validate(data)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}).") from error
    except YAMLError as error:
        raise ScenarioError(f"{path}: is no valid YAML. {error}") from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ScenarioError(f"{path}: {places}") from None
    _check_references(path, story)
    return story


def _check_references(path: Path, story: Scenario) -> None:
    logins = {a.login for a in story.accounts} | {"public"}
    known = {
        "class": {c.key for c in story.classes},
        "project": {p.key for p in story.projects},
        "provider": {p.key for p in story.providers},
    }
    faults = [
        f"class {c.key} names {kind} {name}"
        for c in story.classes
        for kind, name in (("provider", c.provider), ("project", c.project))
        if name not in known[kind]
    ]
    for day, steps in story.days.items():
        if not story.starts <= day <= story.ends:
            faults.append(f"{day} lies outside the story")
        for step in steps:
            actors = (step.by,) if isinstance(step.by, str) else step.by
            faults += [f"{day} {step.do}: nobody logs in as {a}" for a in actors if a not in logins]
            faults += [
                f"{day} {step.do}: no {kind} {step.get(kind)}"
                for kind, names in known.items()
                if step.get(kind) is not None and step.get(kind) not in names
            ]
    if faults:
        raise ScenarioError(f"{path}: " + "; ".join(faults))
