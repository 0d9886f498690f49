"""Made-up people and units for tests and the demo: valid in form, nobody in particular.

Only the region codes are real. Person `number` of a seed is always the same person, and two
numbers of one seed never share an ID number, a phone or a card.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import luhn
from stdnum.cn import ric, uscc

# GB/T 2260. Districts and counties whose codes are as old as ID numbers are: an ID keeps the code
# of the place where it was given, so a code of 2001 on a person born in 1970 would look forged.
REGIONS = (
    *("330102", "330103", "330104", "330105", "330106", "330122", "330127"),
    *("330225", "220102", "220104"),
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
    "于杜叶程魏苏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷"
)
_DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛")
_MALE = "伟强磊军勇涛斌超明刚平辉鹏华飞鑫波宇浩凯健俊帆"
_FEMALE = "芳娜敏静丽艳娟霞婷雪慧莹玲燕倩颖琳欣怡萍红"
_UNIT_WORDS = ("职业技能培训学校", "职业培训中心", "机电有限公司", "家政服务有限公司", "技工学校")
_FIRST_BIRTH, _BIRTH_DAYS = date(1962, 1, 1), 15_000  # up to early 2003
_SPACE = len(REGIONS) * _BIRTH_DAYS * 1000
_STRIDE = 97_003_001  # a prime: stepping by it meets every place of the space once
_PHONE_PREFIX, _CARD_PREFIX = "154", "629999"  # a number range that is assigned to nobody
_UNIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class SamplePerson:
    """One made-up person."""

    name: str
    id_number: str
    phone: str
    card: str
    birth_date: date
    male: bool
    region: str


@dataclass(frozen=True)
class SampleUnit:
    """One made-up training provider or employer."""

    name: str
    credit_code: str
    account: str
    phone: str


def sample_person(
    number: int,
    *,
    seed: int = 0,
    region: str | None = None,
    born: date | None = None,
    male: bool | None = None,
) -> SamplePerson:
    """Return person `number` (from 0) of a seed, with the given traits when asked for.

    Without asked-for region and birth date the ID numbers of one seed are all different; with
    them at most 500 persons of one sex fit on a day.
    """
    place = (number * _STRIDE + seed * 7_919) % _SPACE
    chance = random.Random(f"person {seed} {number}")
    where = region or REGIONS[place % len(REGIONS)]
    days = place // len(REGIONS) % _BIRTH_DAYS
    day = born or _FIRST_BIRTH + timedelta(days=days)
    order = place // (len(REGIONS) * _BIRTH_DAYS)
    if born is not None:
        order = number
    if male is not None:
        order = order * 2 % 1000 + male
    body = f"{where}{day:%Y%m%d}{order % 1000:03d}"
    is_male = order % 2 == 1
    tail = f"{(number * 7_777_777 + seed * 104_729) % 10**8:08d}"
    card = f"{_CARD_PREFIX}{seed % 1000:03d}{number % 10**9:09d}"
    return SamplePerson(
        name=_name(chance, male=is_male),
        id_number=body + ric.calc_check_digit(body + "0"),
        phone=f"{_PHONE_PREFIX}{tail}",
        card=card + luhn.calc_check_digit(card),
        birth_date=day,
        male=is_male,
        region=where,
    )


def sample_people(count: int, *, seed: int = 0, first: int = 0) -> Iterator[SamplePerson]:
    """Give `count` persons of a seed, from number `first` on."""
    return (sample_person(number, seed=seed) for number in range(first, first + count))


def sample_unit(number: int, *, seed: int = 0, region: str = "330106") -> SampleUnit:
    """Return unit `number` of a seed, with a valid 18-character credit code."""
    chance = random.Random(f"unit {seed} {number}")
    serial = f"{(number * 48_271 + seed * 104_729 + 1) % 10**8:08d}"
    organisation = serial + _organisation_check(serial)
    body = f"{chance.choice(('52', '91', '12'))}{region}{organisation}"
    word = "".join(chance.sample("启明江城湖山新云海川兴和远达", 2))
    return SampleUnit(
        name=f"样例{word}{number:04d}{chance.choice(_UNIT_WORDS)}",
        credit_code=body + uscc.calc_check_digit(body),
        account=f"{33_000_000_000_000_000 + number * 1_000 + seed}",
        phone=f"0571-0{number % 10**7:07d}",
    )


def _name(chance: random.Random, *, male: bool) -> str:
    double = chance.random() < 0.03
    surname = chance.choice(_DOUBLE_SURNAMES) if double else chance.choice(_SURNAMES)
    return surname + "".join(chance.sample(_MALE if male else _FEMALE, chance.choice((1, 2, 2))))


def _organisation_check(serial: str) -> str:
    """Return the check character of the organisation code (GB 11714), as GB 32100 embeds it."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(
        _UNIT_ALPHABET.index(mark) * weight for mark, weight in zip(serial, weights, strict=True)
    )
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))
