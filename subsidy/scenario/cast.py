"""The people of a story and the spreadsheets they would hand in: generated, never copied from life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from io import BytesIO
from zlib import crc32

import xlsxwriter

from subsidy.papers.sample_people import SamplePerson, SampleUnit, sample_person, sample_unit
from subsidy.scenario.reading import ClassPart, Scenario

CATEGORIES = ("失业人员", "农村转移就业劳动者", "企业职工", "退役军人")
CONNECTIONS = ("本地户籍", "居住证", "本地就业创业", "本地失业登记")
REGISTERS = {
    "实名核验": "一致",
    "养老待遇": "未查到",
    "死亡登记": "未查到",
    "学籍": "未查到",
    "证书查询": "查到",
    "技能提升补贴": "未查到",
}
"""The answers of a person against whom nothing speaks."""
PROOF_DAYS_BEFORE = 60


@dataclass(frozen=True)
class Cast:
    """Everybody of a story. Row numbers count from 1, in the order of the roster."""

    story: Scenario
    _sheets: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def named(self) -> Mapping[str, SamplePerson]:
        """People who sit in several classes, by their name in the story."""
        names = sorted({n for c in self.story.classes for n in c.named})
        return {n: sample_person(900_000 + i, seed=self.story.seed) for i, n in enumerate(names)}

    def roster(self, part: ClassPart) -> list[SamplePerson]:
        """The people of one class in roster order."""
        first = (1 + [c.key for c in self.story.classes].index(part.key)) * 1000
        people = [sample_person(first + i, seed=self.story.seed) for i in range(part.people)]
        people += [self.named[name] for name in part.named]
        for key, row in part.returning.items():
            earlier = next(c for c in self.story.classes if c.key == key)
            people.append(self.roster(earlier)[row - 1])
        return people

    def unit(self, key: str, *, again: bool = False) -> SampleUnit:
        """The provider's codes and account; `again` is the account after a correction."""
        number = crc32(key.encode()) % 100_000 + (100_000 if again else 0)
        return sample_unit(number, seed=self.story.seed)

    def second_card(self, person: SamplePerson) -> str:
        """The account a person hands in after the bank closed the first one."""
        return sample_person(crc32(person.id_number.encode()) % 90_000, seed=-1).card

    def roster_sheet(self, part: ClassPart, *, wrong_check_digit: Sequence[int] = ()) -> bytes:
        """The roster as a provider types it; rows named get a wrong last digit of the ID number."""
        proved = (part.starts - timedelta(days=PROOF_DAYS_BEFORE)).isoformat()
        rows = []
        for number, person in enumerate(self.roster(part), start=1):
            id_number = person.id_number
            if number in wrong_check_digit:
                id_number = id_number[:-1] + ("1" if id_number[-1] != "1" else "2")
            rows.append(
                (
                    number,
                    person.name,
                    id_number,
                    person.phone,
                    CATEGORIES[number % len(CATEGORIES)],
                    proved,
                    CONNECTIONS[number % len(CONNECTIONS)],
                    person.card,
                )
            )
        headers = (
            *("序号", "姓名", "证件号码", "手机号"),
            *("人员类别", "类别证明日期", "与本地的联系", "银行账号"),
        )
        return sheet(f"学员名册 {part.number}", headers, rows)

    def attendance_sheet(
        self, part: ClassPart, days: Sequence[date], *, attended: Mapping[int, int], gone: set[int]
    ) -> bytes:
        """One row a person, one column a day; `attended` lowers the days of some rows."""
        headers = ("姓名", "证件号码", *(d.isoformat() for d in days))
        rows = []
        for number, person in enumerate(self.roster(part), start=1):
            if number in gone:
                continue
            came = attended.get(number, len(days))
            marks = ("√" if i < came else "" for i in range(len(days)))
            rows.append((person.name, person.id_number, *marks))
        return sheet(f"考勤表 {part.number}", headers, rows)

    def assessment_sheet(
        self, part: ClassPart, results: Mapping[int, str], *, on: date, attempt: int
    ) -> bytes:
        """Results by roster row: 合格, 不合格 or 缺考."""
        headers = ("姓名", "证件号码", "理论成绩", "实操成绩", "考核结果", "考核次数", "考核日期")
        people = self.roster(part)
        rows = []
        for number, result in sorted(results.items()):
            person = people[number - 1]
            theory, practice = _marks(result, number)
            rows.append(
                (
                    person.name,
                    person.id_number,
                    theory,
                    practice,
                    result,
                    str(attempt),
                    on.isoformat(),
                )
            )
        return sheet(f"考核成绩 {part.number}", headers, rows)

    def certificate_sheet(
        self, part: ClassPart, issued: Mapping[int, date], *, level: str = "", repeated: int = 0
    ) -> bytes:
        """Certificates by roster row; row `repeated` carries the number of the row before it."""
        headers = ("姓名", "证件号码", "证书编号", "发证日期", "等级")
        people = self.roster(part)
        rows = []
        for number, on in sorted(issued.items()):
            serial = number - 1 if number == repeated else number
            rows.append(
                (
                    people[number - 1].name,
                    people[number - 1].id_number,
                    self.certificate_number(part, serial, on),
                    on.isoformat(),
                    level,
                )
            )
        return sheet(f"证书登记 {part.number}", headers, rows)

    def register_sheet(
        self, part: ClassPart, rows: Sequence[int], *, on: date, odd: Mapping[int, tuple[str, str]]
    ) -> bytes:
        """What the registers say about these rows; `odd` names a register and another answer."""
        headers = ("姓名", "证件号码", "核查项目", "核查结果", "数据来源", "核查日期")
        people = self.roster(part)
        lines = []
        for number in rows:
            person = people[number - 1]
            answers = dict(REGISTERS)
            if number in odd:
                register, answer = odd[number]
                answers[register] = answer
            lines += [
                (person.name, person.id_number, register, answer, "省数据交换平台", on.isoformat())
                for register, answer in answers.items()
            ]
        return sheet(f"外部登记核查结果 {part.number}", headers, lines)

    def certificate_number(self, part: ClassPart, row: int, on: date) -> str:
        """A number of no real series: class and row."""
        return f"{part.number.replace('-', '')}{on:%y}{row:05d}"


def _marks(result: str, number: int) -> tuple[str, str]:
    if result == "缺考":
        return "", ""
    good = 70 + number % 25
    return str(good), str(good if result == "合格" else 41)


def sheet(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook as people make them: a title line, headers, then text cells."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    page = book.add_worksheet("Sheet1")
    bold = book.add_format({"bold": True})
    page.write_string(0, 0, title, bold)
    for column, header in enumerate(headers):
        page.write_string(1, column, header, bold)
    for at, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            page.write_string(at, column, str(value))
    # The same people make the same bytes, so that handing a file in twice is seen as such.
    book.set_properties({"created": _MADE_ON})
    book.close()
    return out.getvalue()


_MADE_ON = datetime(2020, 1, 1)  # noqa: DTZ001 - a label inside a spreadsheet
