"""How much of a person's data a reader may see, by place of reading.

No national pattern fixes the hidden digits: 财社〔2023〕181号 art. 28 only asks to hide some.
The habit is kept in this one place: a name by its surname, an ID by its first three and last four.
"""

from __future__ import annotations

import re

_DOUBLES = (
    "欧阳太史端木上官司马东方独孤南宫夏侯诸葛尉迟皇甫公孙慕容令狐司徒司空宇文长孙轩辕"
    "钟离闾丘鲜于申屠公羊澹台濮阳淳于单于百里呼延东郭西门南门万俟闻人赫连宗政"
)
_DOUBLE_SURNAMES = frozenset(_DOUBLES[at : at + 2] for at in range(0, len(_DOUBLES), 2))
_ALONE = r"(?<![0-9A-Za-z])(?:{})(?![0-9A-Za-z])"
_ID = re.compile(_ALONE.format(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx]"))
_PHONE = re.compile(_ALONE.format(r"1[3-9]\d{9}"))
_CARD = re.compile(_ALONE.format(r"62\d{11,17}"))


def mask_name(name: str) -> str:
    """Return 张*, 欧阳**, 买**·**** or A*** L*: the first part of a name and stars for the rest."""
    if "·" in name:
        first, *rest = name.split("·")
        return "·".join([_keep(first, 1), *("*" * len(part) for part in rest)])
    if name.isascii():
        return " ".join(_keep(part, 1) for part in name.split())
    kept = 2 if len(name) > 2 and name[:2] in _DOUBLE_SURNAMES else 1
    return _keep(name, kept)


def mask_id(number: str, *, first: int = 3, last: int = 4) -> str:
    """Return an ID number with its first and last places only; short ones are hidden wholly."""
    return _middle(number, first=first, last=last)


def mask_phone(number: str) -> str:
    """Return 154****0001."""
    return _middle(number, first=3, last=4)


def mask_account(number: str) -> str:
    """Return stars and the last four digits of a card or account."""
    return _middle(number, first=0, last=4)


def tail(number: str, *, places: int = 4) -> str:
    """Return the last places of an account, empty for one too short to show any."""
    return number[-places:] if len(number) >= 2 * places else ""


def reveals(text: str) -> str | None:
    """Return what kind of unmasked personal number a text shows: id, phone, card, or None."""
    for kind, pattern in (("id", _ID), ("phone", _PHONE), ("card", _CARD)):
        if pattern.search(text):
            return kind
    return None


def hide(text: str) -> str:
    """Return a text that people typed with every ID, phone and card number in it masked."""
    for pattern, mask in ((_ID, mask_id), (_PHONE, mask_phone), (_CARD, mask_account)):
        text = pattern.sub(lambda found, mask=mask: mask(found.group()), text)  # type: ignore[misc]
    return text


def _keep(text: str, count: int) -> str:
    hidden = max(len(text) - count, 1 if len(text) <= 1 else 0)
    return text[:count] + "*" * hidden


def _middle(number: str, *, first: int, last: int) -> str:
    # Fewer than four hidden places would be no hiding.
    if len(number) < first + last + 4:
        return "*" * len(number)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]
