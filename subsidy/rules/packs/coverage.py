"""Every rule of the source documents, and what became of it.

`config/policies/rules.csv` lists the rules, `rules-<city>.csv` those of a city that a bureau added;
`coverage-<city>.csv` give each one word: encoded (where, proven by which test), manual, reported or not
applicable (why).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from subsidy.rules.packs.faults import Fault, PolicyError

STATUSES = ("encoded", "manual", "reported", "not_applicable")
HEADER = ("id", "status", "where", "tests")
RULES_HEADER = ("id", "source", "clause", "category", "quote", "rule")
CITIES = {"HZ": "hangzhou", "CX": "cixi", "CC": "changchun", "ZM": "zhumadian", "CR": "letter"}
"""First letters of a rule's number -> the pack that answers for its source; else the file's name says."""
_PACK = re.compile(r"config/policies/(\w+)\.yaml\s+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a source document."""

    id: str
    """Its first letters name the source (HZ, CX, CC, ZM, CR)."""
    source: str
    """Short name or number of the document."""
    clause: str
    category: str
    quote: str
    """The beginning of the passage, as printed."""
    rule: str
    """What it says, in our words."""
    file: str = "rules.csv"

    @property
    def city(self) -> str:
        return _city(self.id, self.file)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What became of one rule."""

    id: str
    status: str
    where: str
    """Where it is encoded, who does it by hand, or why it does not apply."""
    tests: tuple[str, ...]
    """`tests/…py::name`, or `tests/…yaml::name of the case`."""
    file: str = ""
    line: int = 0

    @property
    def city(self) -> str:
        return _city(self.id, self.file)

    @property
    def pack(self) -> str:
        """The city whose pack encodes it; "" where it is encoded elsewhere or not at all."""
        found = _PACK.match(self.where)
        return found[1] if found and self.status == "encoded" else ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The keys of the pack that `where` names, as written there."""
        found = _PACK.match(self.where)
        if not (found and self.pack):
            return ()
        named = re.split(r"[（(：:]", found[2], maxsplit=1)[0]
        words = (part.split() for part in re.split(r"[,;，；、]", named))
        return tuple(each[0] for each in words if each)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "where": self.where,
            "tests": list(self.tests),
        }


def load_rules(path: Path) -> list[Rule]:
    """Read the list of rules; raises PolicyError where it is no such list."""
    rules, faults = [], []
    seen: set[str] = set()
    for line, row in _rows(path, RULES_HEADER):
        rule = Rule(**row, file=path.name)
        if rule.id in seen:
            faults.append(Fault(path.name, line, rule.id, "Listed twice.", "Keep one."))
        for name in ("id", "source", "rule"):
            if not row[name]:
                what = f"`{name}` is empty."
                faults.append(Fault(path.name, line, rule.id or "-", what, "Fill it in."))
        seen.add(rule.id)
        rules.append(rule)
    if faults:
        raise PolicyError(faults)
    return rules


def load_all_rules(*folders: Path) -> list[Rule]:
    """Read every `rules*.csv` of the folders; of two files with one name the later folder's."""
    rules = [rule for path in _files(folders, "rules*.csv") for rule in load_rules(path)]
    first: dict[str, Rule] = {}
    faults = []
    for rule in rules:
        if first.setdefault(rule.id, rule) is not rule:
            what = f"Listed in {first[rule.id].file} too."
            faults.append(Fault(rule.file, 0, rule.id, what, "Give it another number."))
    if faults:
        raise PolicyError(faults)
    return rules


def load_coverage(*folders: Path) -> list[CoverageRow]:
    """Read every `coverage*.csv` of the folders; raises PolicyError where one has other columns."""
    return [
        CoverageRow(
            row["id"],
            row["status"],
            row["where"].strip(),
            tuple(name.strip() for name in row["tests"].split(";") if name.strip()),
            path.name,
            line,
        )
        for path in _files(folders, "coverage*.csv")
        for line, row in _rows(path, HEADER)
    ]


def check_coverage(rules: Sequence[Rule], rows: Sequence[CoverageRow]) -> list[Fault]:
    """Every contradiction between the list of rules and what is said about them."""
    known = {rule.id for rule in rules}
    answered = {row.id for row in rows}
    faults = [
        Fault("rules.csv", 0, rule.id, "No row says what became of it.", _home(rule))
        for rule in rules
        if rule.id not in answered
    ]
    seen: dict[str, CoverageRow] = {}
    for row in rows:
        if row.id not in known:
            faults.append(_fault(row, "No such rule is listed.", "Mend the number or remove it."))
        if row.id in seen:
            first = seen[row.id]
            what = f"Answered before in {first.file}:{first.line}."
            faults.append(_fault(row, what, "Keep one of them."))
        seen.setdefault(row.id, row)
        faults += _row_faults(row)
    return faults


def encoded_keys(part: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """The dated keys that one part of `where` names: one key, all below it, or a pattern with *.

    `known` holds a pack's dated values; a part that names none (a group, a gate) gives ().
    """
    for prefix, instead in (
        ("parameters.", ""),
        ("tracks.", ""),
        ("routing.districts.", "routing."),
    ):
        if part.startswith(prefix):
            part = instead + part.removeprefix(prefix)
    if part in known:
        return (part,)
    return tuple(key for key in known if fnmatchcase(key, part) or key.startswith(f"{part}."))


def _files(folders: Sequence[Path], pattern: str) -> list[Path]:
    """The files by name; a later folder's stands in for an earlier one's."""
    found = {path.name: path for folder in folders for path in folder.glob(pattern)}
    return [found[name] for name in sorted(found)]


def _rows(path: Path, header: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != tuple(header):
            what = f"The columns are {reader.fieldnames}."
            raise PolicyError([Fault(path.name, 1, "-", what, f"Use {', '.join(header)}.")])
        for row in reader:
            if None in row or None in row.values():
                what = "It has more or fewer cells than columns."
                remedy = "Put cells with commas in quotation marks."
                raise PolicyError([Fault(path.name, reader.line_num, row["id"], what, remedy)])
            yield reader.line_num, row


def _row_faults(row: CoverageRow) -> Iterator[Fault]:
    if row.status not in STATUSES:
        yield _fault(row, f"Status {row.status!r}.", f"Use one of {', '.join(STATUSES)}.")
    if not row.where:
        yield _fault(row, "`where` is empty.", "Say where or why.")
    if row.status == "encoded" and not row.tests:
        yield _fault(row, "Encoded without a test.", "Name one.")
    doubles = [test for test, count in Counter(row.tests).items() if count > 1]
    for test in doubles:
        yield _fault(row, f"Names {test} twice.", "Keep one.")


def _fault(row: CoverageRow, what: str, remedy: str) -> Fault:
    return Fault(row.file, row.line, row.id, what, remedy)


def _home(rule: Rule) -> str:
    return f"Add it to coverage-{rule.city}.csv."


def _city(rule_id: str, file: str) -> str:
    prefix = rule_id.partition("-")[0]
    return CITIES.get(prefix) or Path(file).stem.partition("-")[2] or prefix
