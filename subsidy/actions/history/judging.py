"""What a row of an older list says: read into plain values, with every fault and hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import Rows
from subsidy.records.people import blind_index, certificate_index
from subsidy.records.tables import CatalogueItem, Person
from subsidy.rules.identity import check_id_number, check_name, normalised
from subsidy.rules.packs.occupations import is_code
from subsidy.rules.verdict import Finding

UNKNOWN_OCCUPATION, WHICH_EDITION, WRONG = "E541", "E542", "E543"
TWICE, KNOWN, LOOK = "E544", "E545", "E546"
LEVELLED = ("qualification", "skill_level")
"""Kinds of certificate that always have a level: without it a repeat could not be seen."""
Key = tuple[object, ...]


@dataclass(slots=True)
class Line:
    """One payment as the list tells it."""

    number: int
    id_number: str
    name: str
    index: str
    scheme: str
    track: str = ""
    occupation: str = ""
    project: str = ""
    level: str = "none"
    certificate_kind: str = ""
    certificate_index: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    paid_on: date = date.min
    amount_fen: int = 0
    paying_place: str = ""
    person: Person | None = None
    faults: list[Finding] = field(default_factory=list)
    hints: list[Finding] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """What makes two lines the same payment of one person; as the unique key of the table."""
        return (
            *(self.scheme, self.occupation, self.project, self.level),
            *(self.certificate_index, self.paid_on, self.amount_fen),
        )

    @property
    def year(self) -> int:
        """The year it counts in."""
        return (self.ends_on or self.paid_on).year


class Reader:
    """Reads rows with what the office knows: occupations, listed projects, tracks."""

    def __init__(self, session: Session, act: Act) -> None:
        self.act = act
        items = session.exec(select(CatalogueItem).where(CatalogueItem.city == act.city)).all()
        self._items = {
            normalised(text): item for item in items for text in (item.title, item.code) if text
        }
        self._tracks = {
            normalised(text): track.code
            for track in act.pack.tracks.values()
            for text in (track.name_zh, track.code)
        }

    def lines(self, rows: Rows) -> list[Line]:
        """Every row, read and judged by itself and against the rows before it."""
        found = [self._line(number, values) for number, values in rows]
        self._repeats(found)
        return found

    def _line(self, number: int, values: Mapping[str, str]) -> Line:
        checked = check_id_number(values.get("id_number", ""), today=self.act.today)
        name = check_name(values.get("name", ""))
        line = Line(
            number=number,
            id_number=checked.number,
            name=name.number,
            index=blind_index(self.act.office.vault, checked.number),
            scheme=values["scheme"],
            level=values.get("level") or "none",
            certificate_kind=values.get("certificate_kind", ""),
            certificate_index=certificate_index(
                self.act.office.vault, normalised(values.get("certificate_number", ""))
            ),
            starts_on=_day(values.get("starts_on", "")),
            ends_on=_day(values.get("ends_on", "")),
            paid_on=date.fromisoformat(values["paid_on"]),
            amount_fen=int(values["amount_fen"]),
            paying_place=values.get("paying_place", "").strip(),
        )
        if checked.fault is not None:
            self._refuse(line, "E101", "id_number", fault=checked.fault)
        if name.fault is not None:
            self._refuse(line, "E103", "name")
        track = values.get("track", "").strip()
        line.track = self._tracks.get(normalised(track), track)
        self._occupation(line, values)
        self._days_and_money(line)
        self._needed(line, values)
        return line

    def _occupation(self, line: Line, values: Mapping[str, str]) -> None:
        """The internal id of a name or of a code in any edition; else a project of the catalogue."""
        text, edition = values.get("occupation", "").strip(), values.get("code_edition", "")
        if not text:
            return
        found = self.act.office.occupations.matches(text, edition=edition)
        item = self._items.get(normalised(text))
        if len(found) > 1:
            self._refuse(line, WHICH_EDITION, "code_edition")
        elif found:
            line.occupation = found[0].id
            if is_code(text) and not edition:
                fault = f"未填职业代码版本，按“{found[0].name_zh}”登记，请核对"
                self._hint(line, "code_edition", fault)
        elif item is not None:
            line.occupation, line.project = item.occupation, item.code
            if not values.get("level"):
                line.level = item.level or "none"
        else:
            self._refuse(line, UNKNOWN_OCCUPATION, "occupation")

    def _days_and_money(self, line: Line) -> None:
        today, starts, ends = self.act.today, line.starts_on, line.ends_on
        if line.paid_on > today:
            self._refuse(line, WRONG, "paid_on", fault="拨付日期在今天之后")
        if ends is not None and ends > today:
            self._refuse(line, WRONG, "ends_on", fault="培训结束日期在今天之后")
        if starts is not None and ends is not None and ends < starts:
            self._refuse(line, WRONG, "ends_on", fault="培训结束日期早于开始日期")
        if starts is not None and starts > line.paid_on:
            self._refuse(line, WRONG, "starts_on", fault="培训开始日期晚于拨付日期")
        if line.amount_fen <= 0:
            self._refuse(line, WRONG, "amount_fen", fault="补贴金额应大于零")
        if line.scheme == "training" and ends is None:
            self._hint(line, "ends_on", "未填培训结束日期，年度次数按拨付日期所在年度计")

    def _needed(self, line: Line, values: Mapping[str, str]) -> None:
        """What a scheme cannot be compared without."""
        if not line.paying_place:
            self._refuse(line, WRONG, "paying_place", fault="拨付地未填写")
        if line.scheme == "training" and not values.get("occupation", "").strip():
            self._refuse(line, WRONG, "occupation", fault="职业培训补贴应填写职业（工种）或项目")
        if line.scheme == "insurance_upgrade" and not line.certificate_index:
            fault = "失业保险技能提升补贴应填写证书编号"
            self._refuse(line, WRONG, "certificate_number", fault=fault)
        if line.certificate_kind in LEVELLED and line.level == "none":
            self._refuse(line, WRONG, "level", fault="该类证书应填写等级")
        elif line.scheme == "training" and not line.project and not values.get("level"):
            self._hint(line, "level", "未填等级，按无等级（合格证）登记")

    def _repeats(self, lines: Sequence[Line]) -> None:
        """The same payment twice in the file is refused; the same occupation and level is shown."""
        payments: dict[Key, int] = {}
        trades: dict[Key, int] = {}
        names: dict[str, str] = {}
        for line in lines:
            if line.faults:
                continue
            if names.setdefault(line.index, line.name) != line.name:
                self._refuse(line, "E519", "name")
                continue
            first = payments.setdefault((line.index, *line.key), line.number)
            if first != line.number:
                self._refuse(line, TWICE, "id_number", row=first)
                continue
            if line.scheme != "training" or not (line.occupation or line.project):
                continue
            trade = (line.index, line.occupation or line.project, line.level)
            first = trades.setdefault(trade, line.number)
            if first != line.number:
                self._hint(line, "occupation", f"与第{first}行为同一人同一职业同一等级，请核对")

    def _refuse(self, line: Line, code: str, column: str, *, fault: str = "", row: int = 0) -> None:
        line.faults.append(entry_fault(self.act, code, column=column, fault=fault, row=row))

    def _hint(self, line: Line, column: str, fault: str) -> None:
        line.hints.append(entry_fault(self.act, LOOK, effect="warn", column=column, fault=fault))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
