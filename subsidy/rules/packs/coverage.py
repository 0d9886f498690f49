"""What became of each rule of the source documents: `config/policies/coverage.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from subsidy.rules.packs.faults import Fault, PolicyError

STATUSES = ("encoded", "manual", "reported", "not_applicable")
HEADER = ("id", "status", "where", "tests")


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One rule of a source document."""

    id: str
    """Number of the rule; its first letters name the source (HZ, CX, CC, ZM, CR)."""
    status: str
    where: str
    """Where it is encoded, who does it by hand, or why it does not apply."""
    tests: tuple[str, ...]
    """`tests/…py::name`, or `tests/…yaml::name of the case`."""

    @property
    def city(self) -> str:
        return self.id.partition("-")[0]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "where": self.where,
            "tests": list(self.tests),
        }


def load_coverage(path: Path) -> list[CoverageRow]:
    """Read the file; raises PolicyError with every fault (status, double id, missing test)."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADER:
            what = f"The columns are {reader.fieldnames}."
            raise PolicyError([Fault(path.name, 1, "-", what, f"Use {', '.join(HEADER)}.")])
        rows = [
            CoverageRow(
                row["id"],
                row["status"],
                row["where"],
                tuple(name.strip() for name in row["tests"].split(";") if name.strip()),
            )
            for row in reader
        ]
    faults = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if row.status not in STATUSES:
            what, remedy = f"Status {row.status!r}.", f"Use one of {', '.join(STATUSES)}."
            faults.append(Fault(path.name, line, row.id, what, remedy))
        if row.id in seen:
            faults.append(Fault(path.name, line, row.id, "Listed twice.", "Keep one."))
        if not row.where:
            faults.append(Fault(path.name, line, row.id, "`where` is empty.", "Say where or why."))
        if row.status == "encoded" and not row.tests:
            faults.append(Fault(path.name, line, row.id, "Encoded without a test.", "Name one."))
        seen.add(row.id)
    if faults:
        raise PolicyError(faults)
    return rows
