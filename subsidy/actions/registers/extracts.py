"""A register as a file: the extract that its keeper sends, loaded whole, asked by blind index.

An extract lists who is in the register (for the certificate registers: which certificates). Whoever is not
on a whole extract is not found; an extract that only answers for the people it names leaves the others
unanswered. Numbers and names are kept as keyed indexes and cannot be read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import CHUNK, Rows, SheetResult, counted, verdicts_of
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.registers.asking import Answer, Question, real_name_checks
from subsidy.records.people import blind_index, certificate_index, name_index
from subsidy.records.tables import RegisterEntry, RegisterExtract
from subsidy.records.tables.types import table_of
from subsidy.rules.identity import check_id_number, check_name, normalised
from subsidy.rules.verdict import Finding

LOADERS = ("clerk",)


def load_extract(
    session: Session,
    act: Act,
    *,
    register: str,
    as_of: date,
    rows: Rows,
    whole: bool = True,
    sha256: str = "",
) -> SheetResult:
    """Load an extract of `register` as it stood on `as_of`; the newest one answers from then on.

    A row has `id_number` and, as the register has them, `name`, `certificate_number`, `since`, `until`
    (exclusive). Rows that cannot be read come back marked, the others are kept; the same file again
    changes nothing.
    """
    faults = _faults(session, act, register, as_of)
    if faults:
        return SheetResult.refused(*faults)
    known = session.exec(
        select(RegisterExtract).where(
            RegisterExtract.city == act.city,
            RegisterExtract.register_name == register,
            RegisterExtract.file_sha256 == sha256,
        )
    ).first()
    if sha256 and known is not None:
        return SheetResult(
            done=True, unchanged=known.entries, note="该文件此前已导入，未作任何改动"
        )
    extract = RegisterExtract(
        city=act.city,
        register_name=register,
        as_of=as_of,
        whole=whole,
        file_sha256=sha256,
        loaded_by=act.actor,
        loaded_at=act.recorded_at,
    )
    session.add(extract)
    session.flush()
    assert extract.id is not None
    entries: list[dict[str, object]] = []
    verdicts = []
    for number, values in rows:
        checked = check_id_number(values.get("id_number", ""), today=act.today)
        found = [entry_fault(act, "E101", column="id_number", fault=checked.fault or "未填写")]
        good = bool(checked.number) and checked.fault is None
        verdicts += verdicts_of(number, [] if good else found)
        if good:
            entries.append(_entry(act, extract.id, checked.number, values))
    for start in range(0, len(entries), CHUNK):
        session.execute(insert(table_of(RegisterEntry)), entries[start : start + CHUNK])
    extract.entries = len(entries)
    session.add(extract)
    session.flush()
    bad = len(rows) - len(entries)
    return counted(SheetResult(done=True, taken=len(entries), bad=bad, verdicts=verdicts))


def _faults(session: Session, act: Act, register: str, as_of: date) -> list[Finding]:
    area = city_area(session, act.city)
    assert area.id is not None
    faults = outside_of(session, act, area_id=area.id, roles=LOADERS)
    known = (*act.pack.spec.registers, *real_name_checks(act))
    if register not in known:
        names = "、".join(known)
        faults.append(entry_fault(act, "E562", faults=f"没有登记库“{register}”，可用：{names}"))
    if as_of > act.today:
        faults.append(entry_fault(act, "E562", faults="数据日期不能晚于今天"))
    return faults


def _entry(act: Act, extract_id: int, id_number: str, values: object) -> dict[str, object]:
    given = dict(values)  # type: ignore[call-overload]
    vault, index = act.office.vault, blind_index(act.office.vault, id_number)
    name = check_name(given.get("name", "")).number if given.get("name") else ""
    since, until = given.get("since", ""), given.get("until", "")
    return {
        "city": act.city,
        "extract_id": extract_id,
        "person_index": index,
        "name_index": name_index(vault, name, person=index) if name else "",
        "certificate_index": certificate_index(
            vault, normalised(given.get("certificate_number", ""))
        ),
        "since": date.fromisoformat(since) if since else None,
        "until": date.fromisoformat(until) if until else None,
    }


@dataclass(frozen=True)
class ExtractRegister:
    """The newest extract of one register, asked as any register is."""

    session: Session
    extract: RegisterExtract

    @property
    def source(self) -> str:
        """What an answer names as its source."""
        return f"{self.extract.register_name}数据（截至{self.extract.as_of}）"

    def ask(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Answer what the extract can: found, not_found or mismatch; the rest stays unanswered."""
        held = self._held({question.person_index for question in questions})
        owners = self._owners({q.certificate_index for q in questions if q.certificate_index})
        found: dict[Question, Answer] = {}
        for question in questions:
            answer = self._answer(question, held.get(question.person_index, []), owners)
            if answer is not None:
                found[question] = answer
        return found

    def _answer(
        self, question: Question, mine: Sequence[RegisterEntry], owners: dict[str, str]
    ) -> Answer | None:
        if question.certificate_index and any(entry.certificate_index for entry in mine):
            mine = [e for e in mine if e.certificate_index == question.certificate_index]
        owner = owners.get(question.certificate_index, question.person_index)
        if owner != question.person_index:
            return "mismatch"  # the certificate stands there under another person
        named = [e for e in mine if e.name_index]
        if named and not any(e.name_index == question.name_index for e in named):
            return "mismatch"
        if any(_holds(entry, self.extract.as_of) for entry in mine):
            return "found"
        return "not_found" if self.extract.whole else None

    def _held(self, people: set[str]) -> dict[str, list[RegisterEntry]]:
        found: dict[str, list[RegisterEntry]] = {}
        wanted = sorted(people)
        for start in range(0, len(wanted), CHUNK):
            query = select(RegisterEntry).where(
                RegisterEntry.extract_id == self.extract.id,
                col(RegisterEntry.person_index).in_(wanted[start : start + CHUNK]),
            )
            for entry in self.session.exec(query).all():
                found.setdefault(entry.person_index, []).append(entry)
        return found

    def _owners(self, certificates: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        wanted = sorted(certificates)
        for start in range(0, len(wanted), CHUNK):
            query = select(RegisterEntry.certificate_index, RegisterEntry.person_index).where(
                RegisterEntry.extract_id == self.extract.id,
                col(RegisterEntry.certificate_index).in_(wanted[start : start + CHUNK]),
            )
            found |= dict(self.session.exec(query).all())
        return found


def _holds(entry: RegisterEntry, on: date) -> bool:
    begun = entry.since is None or entry.since <= on
    return begun and (entry.until is None or on < entry.until)


@dataclass(frozen=True)
class RegisterStatus:
    """One register of the pack and its newest extract; without one it answers nothing."""

    name: str
    asks: str
    as_of: date | None
    entries: int
    whole: bool


def register_states(session: Session, act: Act) -> list[RegisterStatus]:
    """Every register that the city's pack asks, with the extract that answers for it."""
    found = []
    for name, asks in _asked(act).items():
        extract = newest_extract(session, act, register=name)
        found.append(
            RegisterStatus(
                name,
                asks,
                extract.as_of if extract else None,
                extract.entries if extract else 0,
                extract.whole if extract else False,
            )
        )
    return found


def _asked(act: Act) -> dict[str, str]:
    named = {name: spec.asks for name, spec in act.pack.spec.registers.items()}
    return named | dict.fromkeys(real_name_checks(act), "实名核验")


def newest_extract(session: Session, act: Act, *, register: str) -> RegisterExtract | None:
    """The extract that answers for a register: the newest by its day, then by its loading."""
    return session.exec(
        select(RegisterExtract)
        .where(RegisterExtract.city == act.city, RegisterExtract.register_name == register)
        .order_by(col(RegisterExtract.as_of).desc(), col(RegisterExtract.id).desc())
        .limit(1)
    ).first()


def extract_count(session: Session, *, city: str) -> int:
    """How many extracts the city has loaded."""
    query = select(func.count()).select_from(RegisterExtract).where(RegisterExtract.city == city)
    return int(session.exec(query).one())
