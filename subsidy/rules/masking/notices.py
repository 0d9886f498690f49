"""How much of a person a public notice shows: the city's own rule, and the limits that none may pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from subsidy.rules.masking.texts import hide, mask_id, mask_name
from subsidy.rules.policy import Pack

MOST_FIRST, MOST_LAST = 6, 4
"""Places of an ID number that may show at most: with more the day of birth or the number can be guessed."""
NAME, FIRST, LAST = "notice_name_shown", "notice_id_first", "notice_id_last"
SHEET = "notice_sheet_public"
HABIT = "文件和设定都没有公示隐去规则，按稳妥做法隐去"


@dataclass(frozen=True, slots=True)
class Masking:
    """One city's rule on one day. `assumed` says why the bureau chose it; empty where a clause does."""

    full_name: bool = False
    first: int = 3
    """Places of the ID number shown at its beginning."""
    last: int = 4
    assumed: str = HABIT
    clause: str = ""

    @classmethod
    def of_pack(cls, pack: Pack, *, on: date) -> Self:
        """The rule that holds on `on`; what the pack leaves open is masked the safe way."""
        found = {
            name: pack.value(name, on=on) for name in (NAME, FIRST, LAST) if name in pack.dated
        }
        known = {name: value for name, value in found.items() if not value.unset}
        safe = cls()
        reasons = dict.fromkeys(value.assumed for value in known.values() if value.assumed)
        clauses = dict.fromkeys(value.clause for value in known.values() if value.has_clause)
        return cls(
            full_name=NAME in known and known[NAME].value == "full",
            first=min(known[FIRST].value, MOST_FIRST) if FIRST in known else safe.first,
            last=min(known[LAST].value, MOST_LAST) if LAST in known else safe.last,
            assumed="；".join(reasons) if len(known) == len((NAME, FIRST, LAST)) else HABIT,
            clause="、".join(clauses),
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """The rule that a notice was made by, as `text` wrote it; the safe one for an empty text."""
        if not text:
            return cls()
        name, first, last = text.split()
        return cls(name == "full", int(first), int(last), assumed="")

    @property
    def text(self) -> str:
        """What a notice keeps of its rule: `surname 3 4`."""
        return f"{'full' if self.full_name else 'surname'} {self.first} {self.last}"

    @property
    def words(self) -> str:
        """The rule as a notice prints it."""
        name = "姓名全部显示" if self.full_name else "姓名只显示姓氏"
        ends = [
            f"{side}{count}位" for side, count in (("前", self.first), ("后", self.last)) if count
        ]
        number = f"证件号码只显示{'和'.join(ends)}" if ends else "证件号码全部隐去"
        return f"{name}，{number}"

    def name(self, name: str) -> str:
        """A natural person's name as it is shown."""
        return name if self.full_name else mask_name(name)

    def id_number(self, number: str) -> str:
        """An ID number as it is shown; too short a number is hidden wholly."""
        return mask_id(number, first=self.first, last=self.last)

    @staticmethod
    def free(text: str) -> str:
        """A title or a unit's name that people typed: numbers of persons in it are masked."""
        return hide(text)


def sheet_is_public(pack: Pack, *, on: date) -> bool:
    """Whether the public may take the list along as a spreadsheet; not unless the pack says so."""
    if SHEET not in pack.dated:
        return False
    value = pack.value(SHEET, on=on)
    return not value.unset and bool(value.value)
