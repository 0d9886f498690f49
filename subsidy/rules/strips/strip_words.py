"""A strip in words, for those who hear it read, and as rows of letters for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from subsidy.rules.strips.deadline_strip import Strip, StripDay, StripMonth, Use

Language = Literal["zh", "en"]
ONE_DAY = timedelta(1)
LETTERS: dict[Language, dict[str, str]] = {
    "zh": {"start": "起", "used": "·", "left": "", "stopped": "停", "rest": "休", "over": "超",
           "lead": "前", "make_up": "班", "due": "止", "told": "告", "range": "暂", "today": "今"},
    "en": {"start": "A", "used": "·", "left": "", "stopped": "S", "rest": "R", "over": "!",
           "lead": "<", "make_up": "W", "due": "E", "told": "T", "range": "~", "today": "@"},
}  # fmt: skip
"""One letter for each kind of day, so that no colour is needed."""
MEANINGS: dict[Language, dict[str, str]] = {
    "zh": {"start": "起算日（不计入）", "used": "已用", "left": "剩余", "stopped": "暂停",
           "rest": "休息日", "over": "超过", "lead": "开始前须留足", "make_up": "调休上班",
           "due": "截止", "told": "已告知的截止日（暂定）", "range": "可能延至", "today": "今天"},
    "en": {"start": "start (not counted)", "used": "used", "left": "left", "stopped": "stopped",
           "rest": "day of rest", "over": "over", "lead": "must lie before the start",
           "make_up": "worked instead of a holiday", "due": "last day",
           "told": "day told (provisional)", "range": "may move to here", "today": "today"},
}  # fmt: skip
ORDER = ("start", "used", "left", "lead", "stopped", "rest", "make_up", "over", "due", "told",
         "range", "today")  # fmt: skip
PLURALS = {"rest": "days of rest", "make_up": "make-up days worked"}
HEADS = {"zh": ("一", "二", "三", "四", "五", "六", "日"),
         "en": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")}  # fmt: skip


def letter_of(day: StripDay, *, language: Language = "zh") -> str:
    """The letter that a day is drawn with; empty for one that is merely left."""
    return LETTERS[language][_most_telling(day)]


def _most_telling(day: StripDay) -> str:
    """What stands in the cell: a rest, a stop or a make-up day cannot be read off the colour."""
    if day.use in ("stopped", "rest", "start", "over"):
        return day.use
    if day.make_up:
        return "make_up"
    return day.mark or day.use


def legend_of(strip: Strip, *, language: Language = "zh") -> tuple[tuple[str, str, str], ...]:
    """(kind, letter, meaning) of what occurs in a strip, in one order."""
    found: set[str] = set()
    for day in strip.days:
        found |= {day.use, day.mark, "make_up" if day.make_up else "", "today" if day.today else ""}
    for month in strip.months:
        found |= {month.use, month.mark, "today" if month.today else ""}
        found |= {"stopped"} if month.stopped else set()
    letters, meanings = LETTERS[language], MEANINGS[language]
    return tuple((kind, letters[kind], meanings[kind]) for kind in ORDER if kind in found)


def describe_strip(strip: Strip, *, language: Language = "zh") -> str:
    """Say which days stood still, were days of rest or make-up days, and where the end lies."""
    if strip.months:
        return _describe_months(strip.months, language)
    days = strip.days
    parts = []
    for kind in ("used", "stopped", "rest", "make_up", "over"):
        found = [d for d in days if (d.make_up if kind == "make_up" else d.use == kind)]
        if kind == "make_up":
            found = [d for d in found if d.use != "start"]
        if found:
            parts.append(_named(kind, found, language))
    parts += [
        f"{MEANINGS[language][day.mark]} {_day(day.on, language)}"
        for day in days
        if day.mark in ("due", "told")
    ]
    ranged = [d.on for d in days if d.mark == "range"]
    if ranged:
        parts.append(f"{MEANINGS[language]['range']} {_day(ranged[-1], language)}")
    return ("；" if language == "zh" else "; ").join(parts)


def _named(kind: str, days: Sequence[StripDay], language: Language) -> str:
    name = MEANINGS[language][kind]
    runs = []
    for run in _runs(days):
        reasons = list(dict.fromkeys(d.reason for d in run if d.reason and kind == "rest"))
        says = _span(run[0].on, run[-1].on, language)
        runs.append(f"{says}（{'、'.join(reasons)}）" if reasons and language == "zh" else says)
    if language == "zh":
        return f"{name}{len(days)}天：{'、'.join(runs)}"
    return f"{PLURALS.get(kind, name)} ({len(days)}): {', '.join(runs)}"


def _runs(days: Sequence[StripDay]) -> Iterator[list[StripDay]]:
    run: list[StripDay] = []
    for day in days:
        if run and day.on - run[-1].on != ONE_DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _span(first: date, last: date, language: Language) -> str:
    if first == last:
        return _day(first, language)
    return f"{_day(first, language)}{'至' if language == 'zh' else ' to '}{_day(last, language)}"


def _day(day: date, language: Language) -> str:
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day:%m-%d}"


def _describe_months(months: Sequence[StripMonth], language: Language) -> str:
    used = sum(m.use == "used" for m in months)
    end = next((m for m in months if m.mark in ("due", "told")), months[-1])
    if language == "en":
        return f"{used} of {len(months)} months are over; it ends in {end.first:%Y-%m}"
    return f"共跨{len(months)}个月，已过{used}个月，{end.first.year}年{end.first.month}月截止"


def strip_lines(strip: Strip, *, language: Language = "zh") -> list[str]:
    """Rows for a terminal: one a week with day number and letter, then what the letters mean."""
    if strip.months:
        return _month_lines(strip.months, language)
    lines = ["       " + "".join(_wide(head) for head in HEADS[language])]
    for week in strip.weeks:
        first = next(day for day in week if day is not None)
        cells = ("" if day is None else _cell(day, language) for day in week)
        lines.append(f"{first.on:%m-%d}  " + "".join(_wide(cell) for cell in cells).rstrip())
    legend = (f"{mark} {name}" for _, mark, name in legend_of(strip, language=language) if mark)
    return [*lines, "  ".join(legend)]


def _cell(day: StripDay, language: Language) -> str:
    mark = letter_of(day, language=language)
    return f"{day.on.day}{mark}{LETTERS[language]['today'] if day.today else ''}"


def _month_lines(months: Sequence[StripMonth], language: Language) -> list[str]:
    marks: dict[Use, str] = {"used": "#", "over": "!"}
    years: dict[int, str] = {}
    for month in months:
        here = LETTERS[language]["today"] if month.today else marks.get(month.use, ".")
        mark = LETTERS[language][month.mark] if month.mark else here
        row = years.setdefault(month.first.year, " " * 2 * (month.first.month - 1))
        years[month.first.year] = row + mark + " " * (2 - _width(mark))
    return [f"{year}  {row}".rstrip() for year, row in years.items()]


def _wide(text: str, columns: int = 7) -> str:
    return text + " " * (columns - _width(text))


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
