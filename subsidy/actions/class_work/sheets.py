"""Rows of an uploaded list: verdicts on them, whom they speak of, and whether the file came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.records.people import blind_index, read_field
from subsidy.records.tables import (
    ApplicationLine,
    Claim,
    Enrolment,
    ImportedFile,
    Person,
)
from subsidy.rules.identity import normalised, same_name
from subsidy.rules.verdict import Finding

Rows = Sequence[tuple[int, Mapping[str, str]]]
"""(row number as the spreadsheet program counts, column key → text), from the reader of papers."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What is said to the uploader about one cell of a row, or about the row."""

    row_number: int
    column: str | None
    ok: bool
    message_zh: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetResult:
    """What became of an uploaded list. Refused as a whole, it changed nothing."""

    done: bool
    taken: int = 0
    """Rows that were taken in."""
    held: int = 0
    """Rows taken in that wait for a person; they are among `taken`."""
    unchanged: int = 0
    """Rows that said nothing new."""
    bad: int = 0
    verdicts: Sequence[RowVerdict] = ()
    findings: Sequence[Finding] = ()
    """Why the list as a whole was refused."""
    moved: Mapping[str, int] = field(default_factory=dict)
    left: Sequence[tuple[int, tuple[str, ...]]] = ()
    note: str = ""

    @classmethod
    def refused(cls, *findings: Finding) -> SheetResult:
        """Nothing was changed; here is every reason."""
        return cls(done=False, findings=findings)


def verdicts_of(row_number: int, findings: Iterable[Finding]) -> list[RowVerdict]:
    """What to say about a row; hints leave it good, a hold or a refusal does not."""
    return [
        RowVerdict(row_number, f.column, f.effect == "warn", f"{f.message_zh}（{f.code}）", f.code)
        for f in findings
    ] or [RowVerdict(row_number, None, True)]


def seen_before(
    session: Session, act: Act, *, kind: str, subject: str, sha256: str
) -> SheetResult | None:
    """The answer to a file that was taken in before; None for a new one."""
    if not sha256:
        return None
    known = session.exec(
        select(ImportedFile).where(
            ImportedFile.city == act.city,
            ImportedFile.kind == kind,
            ImportedFile.subject == subject,
            ImportedFile.sha256 == sha256,
        )
    ).first()
    if known is None:
        return None
    return SheetResult(
        done=True,
        unchanged=known.rows_good,
        bad=known.rows_bad,
        note="该文件此前已导入，未作任何改动",
    )


def remember(
    session: Session, act: Act, *, kind: str, subject: str, sha256: str, result: SheetResult
) -> SheetResult:
    """Keep the file's hash, so that the same one again changes nothing. Returns the result."""
    if sha256 and result.done:
        session.add(
            ImportedFile(
                city=act.city,
                kind=kind,
                subject=subject,
                sha256=sha256,
                rows_good=result.taken + result.unchanged,
                rows_bad=result.bad,
                actor=act.actor,
                at=act.recorded_at,
            )
        )
        session.flush()
    return result


@dataclass(frozen=True, slots=True)
class Trainee:
    """One person of a class or application: the line, the person, the claim's number."""

    enrolment: Enrolment | ApplicationLine
    person: Person
    claim_number: str


def trainees_of(session: Session, *, class_id: int) -> dict[str, Trainee]:
    """Those who are in the class and have not dropped out, by blind index of the ID number."""
    query = (
        select(Enrolment, Person, Claim.number)
        .join(Person, col(Person.id) == Enrolment.person_id)
        .join(Claim, col(Claim.id) == Enrolment.claim_id)
        .where(Enrolment.class_id == class_id, col(Enrolment.dropped_on).is_(None))
        .order_by(col(Enrolment.id))
    )
    return {
        person.id_index: Trainee(enrolment, person, number)
        for enrolment, person, number in session.exec(query).all()
    }


def who(
    act: Act, trainees: Mapping[str, Trainee], values: Mapping[str, str]
) -> tuple[Trainee | None, str]:
    """The trainee a row speaks of, else the code that says why not (E517 unknown, E519 name)."""
    number = normalised(values.get("id_number", ""))
    found = trainees.get(blind_index(act.office.vault, number))
    if found is None:
        return None, "E517"
    name = values.get("name", "")
    if name and not same_name(name, read_field(act.office.vault, found.person, "name")):
        return None, "E519"
    return found, ""


def not_found(act: Act, code: str) -> Finding:
    """What to say about a row that speaks of nobody in the class (codes of `who`)."""
    return entry_fault(act, code, column="name" if code == "E519" else "id_number")


def counted(result: SheetResult) -> SheetResult:
    """The result with a sentence on its counts, where there is none yet."""
    if result.note or not result.done:
        return result
    parts = [f"录入{result.taken}行"]
    if result.held:
        parts.append(f"其中{result.held}行待人工处理")
    if result.unchanged:
        parts.append(f"无变化{result.unchanged}行")
    if result.bad:
        parts.append(f"退回{result.bad}行")
    return replace(result, note="，".join(parts))
