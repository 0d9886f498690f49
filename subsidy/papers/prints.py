"""Pages to print or publish: the public notice, the payment approval sheet, the class roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from subsidy.papers.masking import reveals
from subsidy.papers.notices import render_page
from subsidy.papers.spreadsheets import ExportColumn, export_xlsx
from subsidy.papers.wording import day_short, yuan


class UnmaskedError(Exception):
    """A public notice would show a full personal number; mask it with `masking` first."""


@dataclass(frozen=True)
class NoticeLine:
    """One person or unit of a public notice; a person's name and ID come masked."""

    name: str
    item: str  # occupation or project
    amount_fen: int | None = None  # None in a notice of results
    id_masked: str = ""
    unit: str = ""  # provider or employer of a person
    level: str = ""
    certificate_kind: str = ""
    heads: int | None = None  # for a line of a unit or class
    rate_fen: int | None = None
    payee: str = ""
    remark: str = ""
    position: int = 0  # its number on the list; 0 for its place in it


@dataclass(frozen=True)
class ObjectionDesk:
    """Where and how to object while a notice is up."""

    office: str
    phone: str
    address: str = ""
    hours: str = ""
    page: str = ""  # address of the page that takes objections


@dataclass(frozen=True)
class PublicNotice:
    """A public notice 公示 and its list. First and last day are both counted."""

    number: str
    title: str
    office: str
    basis: tuple[str, ...]  # documents, with clauses where they are printed
    first_day: date
    last_day: date
    length: str  # such as 5个工作日
    posted_on: date
    lines: tuple[NoticeLine, ...]
    desk: ObjectionDesk
    kind: Literal["grant", "result"] = "grant"  # 拟拨付公示 or 结果公示
    assumed: str = ""  # why the length was chosen when no clause prints it
    version: int = 1  # of the list: one more with each correction
    corrects: str = ""  # number of the notice that this one corrects
    masked_by: str = ""  # the rule of the masking, such as 姓名只显示姓氏
    list_hash: str = ""  # SHA-256 of the exact list

    @property
    def of_persons(self) -> bool:
        """Whether every line is one person."""
        return all(line.id_masked and line.heads is None for line in self.lines)

    @property
    def counted(self) -> str:
        """How many there are on the list: persons, or lines where a line is a unit or class."""
        known = self.of_persons or any(line.heads is not None for line in self.lines)
        return f"{self.heads} 人" if known else f"{len(self.lines)} 项"

    @property
    def total_fen(self) -> int:
        """The sum of the list."""
        return sum(line.amount_fen or 0 for line in self.lines)

    @property
    def heads(self) -> int:
        """The persons on the list; a line without a head count is one person."""
        return sum(1 if line.heads is None else line.heads for line in self.lines)


@dataclass(frozen=True)
class ApprovalLine:
    """One line of a payment approval sheet: what goes to one kind of claim in one area."""

    area: str
    track: str
    heads: int
    amount_fen: int
    remark: str = ""


@dataclass(frozen=True)
class Signature:
    """One level of the approval; without a day the field is printed empty, to be signed."""

    role: str  # 经办, 复核, 审批, 财务
    name: str = ""
    opinion: str = ""
    on: date | None = None


@dataclass(frozen=True)
class PaymentApproval:
    """The approval sheet of a payment batch."""

    batch_number: str
    office: str
    fund: str
    payees: str  # 培训对象, 培训机构, 企业
    made_on: date
    notice_number: str
    notice_last_day: date
    lines: tuple[ApprovalLine, ...]
    signatures: tuple[Signature, ...]
    digest: str = ""  # check sum of the payment file, once it is written

    @property
    def total_fen(self) -> int:
        """The sum of the batch."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def heads(self) -> int:
        """The persons of the batch."""
        return sum(line.heads for line in self.lines)


@dataclass(frozen=True)
class RosterPerson:
    """One trainee on a printed roster; the caller decides how much of the numbers is shown."""

    name: str
    id_number: str
    phone: str
    category: str
    remark: str = ""


@dataclass(frozen=True)
class ClassRoster:
    """The roster of a class, with room for signatures."""

    class_code: str
    class_name: str
    provider: str
    office: str
    starts_on: date
    ends_on: date
    place: str
    days: int
    people: tuple[RosterPerson, ...]


def public_notice_page(notice: PublicNotice, *, nonce: str = "") -> str:
    """Return the notice as an HTML page for screen and A4 paper; raise UnmaskedError."""
    _refuse_unmasked(notice)
    shown = {
        "heads": any(line.heads is not None for line in notice.lines),
        "id": any(line.id_masked for line in notice.lines),
        "unit": any(line.unit for line in notice.lines),
        "payee": any(line.payee for line in notice.lines),
        "level": any(line.level for line in notice.lines),
        "certificate_kind": any(line.certificate_kind for line in notice.lines),
        "amount": any(line.amount_fen is not None for line in notice.lines),
        "rate": any(line.rate_fen is not None for line in notice.lines),
        "remark": any(line.remark for line in notice.lines),
    }
    return render_page("public_notice.html", {"notice": notice, "shown": shown, "nonce": nonce})


def public_notice_sheet(notice: PublicNotice) -> bytes:
    """Return the notice's list as an .xlsx; raise UnmaskedError."""
    _refuse_unmasked(notice)
    every = [
        ExportColumn("number", "序号", "whole", 8),
        ExportColumn("name", "姓名或单位", width=24),
        ExportColumn("id_masked", "证件号码（部分隐藏）", width=24),
        ExportColumn("unit", "培训机构或用人单位", width=30),
        ExportColumn("item", "职业（工种）或项目", width=24),
        ExportColumn("level", "等级", width=14),
        ExportColumn("certificate_kind", "证书类别", width=20),
        ExportColumn("heads", "人数", "whole", 8),
        ExportColumn("rate_fen", "补贴标准（元）", "money"),
        ExportColumn("amount_fen", "补贴金额（元）", "money"),
        ExportColumn("payee", "收款人", width=30),
        ExportColumn("remark", "备注", width=36),
    ]
    lines = [
        {**asdict(line), "number": line.position or at} for at, line in enumerate(notice.lines, 1)
    ]
    columns = [each for each in every if any(line[each.key] not in ("", None) for line in lines)]
    period = f"{day_short(notice.first_day)}至{day_short(notice.last_day)}（{notice.length}）"
    above = [
        (notice.title,),
        (f"公示编号：{notice.number}", _version_words(notice)),
        (
            f"公示时间：{period}",
            f"合计：{notice.counted.replace(' ', '')}，{yuan(notice.total_fen)}",
        ),
        (f"异议受理：{notice.desk.office} {notice.desk.phone}", f"校验值：{notice.list_hash}"),
    ]
    return export_xlsx(lines, columns=columns, sheet="公示名单", above=above)


def approval_page(approval: PaymentApproval, *, nonce: str = "") -> str:
    """Return the payment approval sheet as an HTML page for A4 paper."""
    return render_page("payment_approval.html", {"approval": approval, "nonce": nonce})


def roster_page(roster: ClassRoster, *, nonce: str = "") -> str:
    """Return the roster as an HTML page for A4 paper; for the office and the provider only."""
    return render_page("class_roster.html", {"roster": roster, "nonce": nonce})


def _version_words(notice: PublicNotice) -> str:
    corrected = f"，更正{notice.corrects}" if notice.corrects else ""
    return f"名单第{notice.version}版{corrected}"


def _refuse_unmasked(notice: PublicNotice) -> None:
    for place, text in _shown_texts(notice):
        if (kind := reveals(text)) is not None:
            msg = f"notice {notice.number}, {place} shows a full {kind}; mask it before posting"
            raise UnmaskedError(msg)


def _shown_texts(notice: PublicNotice) -> Iterator[tuple[str, str]]:
    yield "title", notice.title
    for number, line in enumerate(notice.lines, 1):
        for field in ("name", "id_masked", "unit", "item", "payee", "remark"):
            yield f"line {number} {field}", getattr(line, field)
