"""Turn one raw cell into the text of its column's kind, or say what is wrong with it.

A spreadsheet program keeps about 15 digits of a number: an ID or account number typed into a number
cell has lost its tail for good, and no reading can bring it back. Such a cell is a marked fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from subsidy.papers.spreadsheets.columns import Column, Kind, header_key, word_key
from subsidy.rules.script import simplified

EXACT_BELOW = 10**15  # a float64 cell shows at most 15 significant digits
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_QUOTED_DIGITS = re.compile(r'="([0-9A-Za-z]*)"')  # ="0123": the way to keep digits in a .csv
_GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠])")
_PLAIN_DIGITS = re.compile(r"'\d")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_HAN_GAP = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_LIST_MARKS = re.compile(r"[,，、;；\s]+")


class CellError(Exception):
    """A cell cannot be read as its column's kind; `code` is a key of FAULT_TEXTS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_blank(raw: object) -> bool:
    """Tell whether a raw cell holds nothing to read."""
    return raw is None or (isinstance(raw, str) and not raw.strip("\ufeff\u200b \t\r\n\u3000\xa0"))


def plain_text(raw: object) -> str:
    """Return a raw cell as trimmed text; numbers without a needless fraction."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        text = _GUARDED.sub("", raw, count=1) if raw.startswith("'") else raw
        if not text.isprintable():
            text = _INVISIBLE.sub("", text.replace("\n", " ").replace("\r", " ").replace("\t", " "))
        return unicodedata.normalize("NFC", text).strip()
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < EXACT_BELOW else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    return raw.isoformat() if isinstance(raw, date) else str(raw)


def reader_of(column: Column) -> Callable[[object], str]:
    """Return the function that reads a filled raw cell of this column, raising CellError."""
    read = _READERS[column.kind](column)

    def read_checked(raw: object) -> str:
        if isinstance(raw, str):
            if raw.startswith("#") and raw.endswith(("!", "?", "/A")):
                raise CellError("cell_error")
        elif not isinstance(raw, (int, float, date)):
            raise CellError("formula")  # array formulas come as objects
        value = read(raw)
        if value.startswith("="):
            raise CellError("formula")
        if len(value) > column.longest:
            raise CellError("too_long")
        return value

    return read_checked


def parse_day(raw: object) -> date:
    """Return the date a cell means; raise CellError when it means none or leaves out the year."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = unicodedata.normalize("NFKC", plain_text(raw))
    return _day_of_text(text)


@lru_cache(maxsize=4096)
def _day_of_text(text: str) -> date:
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found is None:
        if text.isdecimal() and len(text) == 5:
            raise CellError("date_number")
        raise CellError("date_without_year" if _NO_YEAR.fullmatch(text) else "bad_date")
    try:
        day = date(*map(int, found.groups()))
    except ValueError as trouble:
        raise CellError("bad_date") from trouble
    if not 1900 <= day.year < 2100:
        raise CellError("bad_date")
    return day


def attended(raw: object, *, column: Column) -> bool:
    """Return whether an attendance mark says that the person came; raise CellError for others."""
    mark = unicodedata.normalize("NFKC", plain_text(raw)).lower()
    for word in (mark, simplified(mark)):
        if word in column.present:
            return True
        if not word or word in column.absent:
            return False
    raise CellError("formula" if mark.startswith("=") else "bad_mark")


def _text(_column: Column) -> Callable[[object], str]:
    return plain_text


def _name(_column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        text = " ".join(plain_text(raw).split())
        return _HAN_GAP.sub("", text).replace("•", "·").replace("・", "·").replace("．", "·")

    return read


def _digits(_column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        if isinstance(raw, str):
            return _digits_of_text(raw)
        if isinstance(raw, (bool, date)):
            raise CellError("not_digits")
        number = raw
        if isinstance(number, float) and not number.is_integer():
            raise CellError("not_digits")
        if abs(number) >= EXACT_BELOW:  # type: ignore[arg-type]
            raise CellError("precision_lost")
        return str(int(number))  # type: ignore[call-overload]

    return read


def _digits_of_text(raw: str) -> str:
    if raw.isascii() and raw.isdigit():
        return raw
    text = unicodedata.normalize("NFKC", plain_text(raw))
    if (quoted := _QUOTED_DIGITS.fullmatch(text)) is not None:
        text = quoted[1]
    if _PLAIN_DIGITS.match(text):
        text = text[1:]
    text = "".join(text.split())
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("precision_lost")
    if not text.startswith("=") and not any(mark.isdigit() for mark in text):
        raise CellError("not_digits")
    return text.upper()


def _date(_column: Column) -> Callable[[object], str]:
    return lambda raw: parse_day(raw).isoformat()


def _days(_column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        if isinstance(raw, str):
            parts = [part for part in _LIST_MARKS.split(raw.strip()) if part]
            return ",".join(sorted({parse_day(part).isoformat() for part in parts}))
        return parse_day(raw).isoformat()

    return read


def _number(raw: object) -> Decimal:
    text = unicodedata.normalize("NFKC", plain_text(raw)).replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation as trouble:
        raise CellError("formula" if text.startswith("=") else "not_number") from trouble
    if not number.is_finite() or abs(number) >= EXACT_BELOW:
        raise CellError("not_number")
    return number


def _in_range(number: Decimal, column: Column) -> Decimal:
    if number < column.lowest or (column.highest is not None and number > column.highest):
        raise CellError("out_of_range")
    return number


def _whole(column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        number = _number(raw)
        if number != number.to_integral_value():
            raise CellError("not_whole")
        return str(int(_in_range(number, column)))

    return read


def _score(column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        number = _in_range(_number(raw), column).normalize()
        return format(number, "f")

    return read


def _money(_column: Column) -> Callable[[object], str]:
    def read(raw: object) -> str:
        text = unicodedata.normalize("NFKC", plain_text(raw)) if isinstance(raw, str) else raw
        if isinstance(text, str):
            text = text.removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
        try:
            number = _number(text)
        except CellError as trouble:
            raise CellError("formula" if trouble.code == "formula" else "bad_money") from trouble
        cents = number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        # A computed cell may carry a last binary digit; a third decimal typed by hand is a fault.
        if number < 0 or abs(cents - number) > Decimal("0.000001"):
            raise CellError("bad_money")
        return str(int(cents * 100))

    return read


def _choice(column: Column) -> Callable[[object], str]:
    exact = {label: code for code, labels in column.choices.items() for label in (code, *labels)}
    words = {word_key(label): code for label, code in exact.items()}
    meant: dict[str, set[str]] = {}
    for label, code in exact.items():  # two choices may differ in their brackets alone
        meant.setdefault(header_key(label), set()).add(code)

    def read(raw: object) -> str:
        text = plain_text(raw)
        found = exact.get(text) or words.get(word_key(text))
        codes = {found} if found else meant.get(header_key(text), set())
        code = next(iter(codes)) if len(codes) == 1 else None
        if code is None:
            raise CellError("formula" if text.startswith("=") else "unknown_choice")
        return code

    return read


_READERS: dict[Kind, Callable[[Column], Callable[[object], str]]] = {
    Kind.TEXT: _text,
    Kind.NAME: _name,
    Kind.DIGITS: _digits,
    Kind.DATE: _date,
    Kind.DAYS: _days,
    Kind.WHOLE: _whole,
    Kind.SCORE: _score,
    Kind.MONEY: _money,
    Kind.CHOICE: _choice,
    Kind.IGNORED: _text,
}
