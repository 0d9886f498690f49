"""How dates, money and lists are written to Chinese readers."""

from __future__ import annotations

from datetime import date

_WEEKDAYS = "一二三四五六日"
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def day_zh(day: date) -> str:
    """Return 2020年10月12日（星期一）."""
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"


def day_short(day: date) -> str:
    """Return 2020年10月12日."""
    return f"{day.year}年{day.month}月{day.day}日"


def yuan_plain(amount_fen: int) -> str:
    """Return 1500.00 for 150000 fen: for files."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def yuan(amount_fen: int) -> str:
    """Return 1,500.00元 for 150000 fen: for readers."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}元"


def yuan_grouped(amount_fen: int) -> str:
    """Return 1,500.00 for 150000 fen: for table columns headed in yuan."""
    return yuan(amount_fen).removesuffix("元")


def yuan_in_capitals(amount_fen: int) -> str:
    """Return the sum in the capitals that payment papers ask for: 壹仟伍佰元整.

    Raises ValueError for a negative sum or one of 10^16 yuan and more.
    """
    if not 0 <= amount_fen < 10**18:
        msg = f"{amount_fen} fen cannot be written in capitals: give 0 up to 10^18 fen"
        raise ValueError(msg)
    whole, jiao, fen = amount_fen // 100, amount_fen // 10 % 10, amount_fen % 10
    words = f"{_whole_in_capitals(whole)}元" if whole or not (jiao or fen) else ""
    if not jiao and not fen:
        return f"{words}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif whole:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole_in_capitals(number: int) -> str:
    if number == 0:
        return "零"
    words = ""
    for group in range(len(_GROUPS) - 1, -1, -1):
        four = number // 10 ** (4 * group) % 10000
        if not four:
            continue
        # A gap between what was said and this group is one 零, however many zeros it has.
        gap = words and (four < 1000 or number // 10 ** (4 * group + 4) % 10000 == 0)
        words += ("零" if gap else "") + _four_in_capitals(four) + _GROUPS[group]
    return words


def _four_in_capitals(four: int) -> str:
    words = ""
    pending_zero = False
    for place in (3, 2, 1, 0):
        digit = four // 10**place % 10
        if digit:
            words += ("零" if pending_zero and words else "") + _DIGITS[digit] + _UNITS[place]
            pending_zero = False
        else:
            pending_zero = True
    return words
