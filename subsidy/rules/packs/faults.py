"""What is wrong with a policy file: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a configuration file."""

    file: str
    line: int
    """Line in the file, counted from 1; 0 when the fault belongs to no line."""
    key: str
    """Dotted path of the faulty entry, for example `parameters.day_rate.values`."""
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.what} {self.remedy}".rstrip()


class PolicyError(ValueError):
    """The policy files cannot be used; `faults` lists everything that has to be mended.

    Mend each entry named in `faults` and run `subsidy policy check` again.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
