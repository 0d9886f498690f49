"""Reads config/schedules.yaml: which flow runs when, for which city, and what events set off."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from subsidy.settings import SetupError

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Entry = Annotated[str, StringConstraints(pattern=r"^[a-z_][\w.]*:[a-z_]\w*$")]
WHOLE_LAND = "all"


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scheduled(Declared):
    """One flow. `flow` is module:function; `cron` is in the file's time zone."""

    flow: Entry
    says: str
    cron: Annotated[str, StringConstraints(pattern=r"^\S+( \S+){4}$")] | None = None
    per_city: bool = True
    in_demo: Literal["scheduled", "by_hand"] = "by_hand"
    on_collision: Literal["CANCEL_NEW", "ENQUEUE"] = "CANCEL_NEW"
    demo_only: bool = False
    """Registered in the demo alone."""


class SetOff(Declared):
    """An event that starts a flow at once, for the city in the event's resource id."""

    on_event: Annotated[str, StringConstraints(pattern=r"^subsidy\.[a-z.-]+$")]
    run: Slug
    says: str


class Schedules(Declared):
    time_zone: Literal["Asia/Shanghai"]
    flows: dict[Slug, Scheduled] = Field(default_factory=dict)
    automations: dict[Slug, SetOff] = Field(default_factory=dict)
    queue_limit: Annotated[int, Field(ge=1)] | None = None
    """Open tickets of one queue above which `subsidy.queue.over-limit` is sent; None: never."""


def read_schedules(path: Path) -> Schedules:
    """Read and check the file; raises SetupError with each fault as file, key, what to do."""
    try:
        raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(f"{path}: is missing. Restore it from the checkout.") from None
    except YAMLError as error:
        raise SetupError(f"{path}: is not YAML ({str(error).splitlines()[0]}).") from None
    try:
        found = Schedules.model_validate(raw)
    except ValidationError as error:
        raise SetupError(
            *(_told(path, each["loc"], each["msg"]) for each in error.errors())
        ) from None
    unknown = [name for name, each in found.automations.items() if each.run not in found.flows]
    if unknown:
        raise SetupError(
            f"{path}: automations.{unknown[0]}.run names a flow that `flows` does not hold."
        )
    return found


def _told(path: Path, place: tuple[int | str, ...], fault: str) -> str:
    return f"{path}: {'.'.join(str(part) for part in place) or 'the file'}: {fault}."
