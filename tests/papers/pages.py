"""Filled-in pages for the tests: a notice, an approval sheet, a roster and a form."""

from __future__ import annotations

from datetime import date

from subsidy.papers.annexes import annex_page
from subsidy.papers.masking import mask_id, mask_name, mask_phone
from subsidy.papers.prints import (
    ApprovalLine,
    ClassRoster,
    NoticeLine,
    ObjectionDesk,
    PaymentApproval,
    PublicNotice,
    RosterPerson,
    Signature,
)
from subsidy.papers.sample_people import sample_people, sample_unit

DESK = ObjectionDesk("某区人力社保局职业能力科", "0571-00000000", "某路1号", "工作日 9:00—17:00")
ITEMS = [("养老护理", 100_000, "五级"), ("电工", 150_000, "四级"), ("健康照护", 80_000, "")]


def person_notice(count: int = 12) -> PublicNotice:
    lines = []
    for number, person in enumerate(sample_people(count, seed=4)):
        item, fen, level = ITEMS[number % 3]
        lines.append(
            NoticeLine(
                name=mask_name(person.name),
                id_masked=mask_id(person.id_number),
                unit=sample_unit(number % 2).name,
                item=item,
                level=level,
                certificate_kind="职业技能等级证书" if level else "专项职业能力证书",
                rate_fen=fen,
                amount_fen=fen,
            )
        )
    return notice_of(tuple(lines))


def unit_notice() -> PublicNotice:
    lines = tuple(
        NoticeLine(
            name=sample_unit(number).name,
            item="合格证项目（家政服务）",
            heads=30 + number,
            rate_fen=10_000,
            amount_fen=(30 + number) * 150_000,
            remark="15天",
        )
        for number in range(3)
    )
    return notice_of(lines)


def notice_of(lines: tuple[NoticeLine, ...]) -> PublicNotice:
    return PublicNotice(
        number="HZ-N-2020-0031",
        title="某区2020年第四批职业培训补贴拟拨付公示",
        office="某区人力资源和社会保障局",
        basis=("《杭州市职业技能提升行动实施方案》（杭人社发〔2020〕43号）",),
        first_day=date(2020, 11, 16),
        last_day=date(2020, 11, 20),
        length="5个工作日",
        posted_on=date(2020, 11, 13),
        lines=lines,
        desk=DESK,
        assumed="参照多数地区的做法",
    )


def approval() -> PaymentApproval:
    return PaymentApproval(
        batch_number="HZ-2020-0007",
        office="某区人力资源和社会保障局",
        fund="职业技能提升行动专账",
        payees="组织培训单位",
        made_on=date(2020, 11, 23),
        notice_number="HZ-N-2020-0031",
        notice_last_day=date(2020, 11, 20),
        lines=(
            ApprovalLine("上城区", "合格证项目培训", 38, 5_700_000),
            ApprovalLine("西湖区", "合格证项目培训", 41, 6_150_050, "含补考通过2人"),
        ),
        signatures=(
            Signature("经办", "甲", "材料齐全，金额核对无误。", date(2020, 11, 23)),
            Signature("复核", "乙", "同意。", date(2020, 11, 24)),
            Signature("负责人"),
            Signature("财务"),
        ),
        digest="9f" * 32,
    )


def roster(count: int = 8) -> ClassRoster:
    return ClassRoster(
        class_code="HZ-2020-C0007",
        class_name="家政服务（合格证项目）",
        provider=sample_unit(1).name,
        office="某区人力社保局",
        starts_on=date(2020, 10, 12),
        ends_on=date(2020, 10, 30),
        place="某路2号实训楼301",
        days=15,
        people=tuple(
            RosterPerson(
                person.name, mask_id(person.id_number), mask_phone(person.phone), "失业人员"
            )
            for person in sample_people(count, seed=5)
        ),
    )


def annex(name: str = "annex_4") -> str:
    values = {"考核方式": "理论和实操", "证书名称": "培训合格证书", "培训人数": "40"}
    return annex_page(
        "hangzhou",
        name,
        values,
        number="HZ-P-2020-0012",
        applicant="某区人力资源和社会保障局",
        contact="甲",
        phone="0571-00000000",
    )
