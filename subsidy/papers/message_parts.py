"""What messages are made of: the office that speaks, reasons, remedies, counts, moved days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, model_validator

from subsidy.papers.masking import reveals


class Values(BaseModel):
    """Values of a message, or a part of them: nothing is added, nothing changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(Values):
    """One reason with its clause; clause and document may be empty for a plain error."""

    message: str
    clause: str = ""
    document: str = ""
    remedy: str = ""


class Remedy(Values):
    """One way to contest a decision: where, and until when."""

    way: str  # such as 申请行政复议
    at: str  # the authority
    within: str  # such as 收到本决定之日起60日内


class Count(Values):
    """One line of a count."""

    name: str
    count: NonNegativeInt


class MovedDeadline(Values):
    """One deadline whose day changed with the calendar."""

    matter: str
    number: str
    was: date
    now: date


Kind = Literal["formal", "reminder", "office"]
"""`formal` goes in full on its day; `reminder` gives way: one a day about a matter, folded into a digest;
`office` is mail inside the bureau, at any hour."""


class Message(Values):
    """What every message says: which office speaks. No value of it may be personal."""

    kind: ClassVar[Kind] = "formal"

    office: str  # the office that speaks
    office_phone: str

    @model_validator(mode="after")
    def _is_not_personal(self) -> Message:
        for field, text in _texts(self.model_dump(mode="json")):
            if (kind := reveals(text)) is not None:
                msg = f"{field} shows an unmasked {kind}; mask it before it is stored"
                raise ValueError(msg)
        return self


class AboutClass(Message):
    """A message to a unit about its class."""

    provider: str  # name of the unit
    class_code: str
    class_name: str


class AboutClaim(Message):
    """A message about one claim."""

    claim_number: str
    track: str  # Chinese name of the track


def _texts(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{field}.{key}" if field else str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner, field)
