"""Deadlines in sentences, in Chinese for people and in English for those who switch."""

from datetime import date
from typing import Literal

from subsidy.rules.clocks import Clock
from subsidy.rules.deadlines import NoticePeriod, Window
from subsidy.rules.workdays import FAR, DueDate

Language = Literal["zh", "en"]
WEEKDAYS = "一二三四五六日"
UNITS_ZH = {"working": "个工作日", "calendar": "日", "month": "个月", "year": "年"}
UNITS_EN = {"working": "working day", "calendar": "calendar day", "month": "month", "year": "year"}


def describe(clock: Clock, *, language: Language = "zh") -> str:
    """Say how far a clock has run: `已用7个工作日（共10个），暂停2个`."""
    unit = "个" if clock.unit == "working" else "天"
    if language == "en":
        days = "working days" if clock.unit == "working" else "calendar days"
        text = f"{clock.used} of {clock.total} {days} used"
        text += f", {clock.stopped} stopped" if clock.stopped else ""
        text += f", {clock.overrun} over" if clock.overrun else ""
        return text if clock.running else f"{text}, waiting for the correction"
    used = f"{clock.used}个工作日" if clock.unit == "working" else f"{clock.used}天"
    text = f"已用{used}（共{clock.total}{unit}）"
    text += f"，暂停{clock.stopped}{unit}" if clock.stopped else ""
    text += f"，超过{clock.overrun}{unit}" if clock.overrun else ""
    return text if clock.running else f"{text}，等待补正"


def describe_due(due: DueDate, *, language: Language = "zh") -> str:
    """Say by when something must be done; a provisional date says what it waits for."""
    if due.on == FAR:
        return "no time limit is set" if language == "en" else "期限未定"
    if language == "en":
        if due.final:
            return f"due by the end of {due.on:%Y-%m-%d}"
        return (
            f"due by the end of {due.told_by:%Y-%m-%d} to be safe; provisionally "
            f"{due.on:%Y-%m-%d}, between {due.low:%Y-%m-%d} and {due.high:%Y-%m-%d} "
            "once the holidays are published"
        )
    if due.final:
        return f"应于{_day_zh(due.on)}24时前办理"
    return (
        f"请按{_day_zh(due.told_by)}24时前办理；暂定{_day_zh(due.on)}，"
        f"待节假日安排公布后在{_day_zh(due.low)}至{_day_zh(due.high)}之间确定"
    )


def describe_window(window: Window, *, language: Language = "zh") -> str:
    """Say how long a window is and from where: `7个工作日内（三（三）2（2）②）`."""
    source = f"{window.clause}；设定：{window.assumed}" if window.assumed else window.clause
    if language == "en":
        if window.n is None:
            return f"no time limit is set ({window.clause})"
        unit = UNITS_EN[window.unit] + "s" * (window.n > 1)
        where = "within" if window.direction == "after" else "at least"
        end = "" if window.direction == "after" else " before"
        source = f"{window.clause}; assumed: {window.assumed}" if window.assumed else window.clause
        return f"{where} {window.n} {unit}{end} ({source})"
    if window.n is None:
        return f"期限未定（{window.clause}）"
    side = "内" if window.direction == "after" else "前"
    return f"{window.n}{UNITS_ZH[window.unit]}{side}（{source}）"


ENDS_ZH = {
    "remind": "提醒经办",
    "ticket": "转工作人员核查",
    "block": "核查前暂不推进",
    "leader": "报分管领导",
    "lapse": "逾期不再受理",
}
ENDS_EN = {
    "remind": "whoever must act is reminded",
    "ticket": "a clerk looks into it",
    "block": "nothing goes on until then",
    "leader": "the leader is told",
    "lapse": "the right lapses",
}


def describe_end(window: Window, *, language: Language = "zh") -> str:
    """Say what follows the last day: `转工作人员核查；逾期不再受理`. An assumed window lapses nothing."""
    known = ENDS_EN if language == "en" else ENDS_ZH
    steps = [known[step] for step in window.at_end if step != "lapse" or window.may_lapse]
    english = language == "en"
    if window.escalate_at:
        days = "、".join(str(n) for n in window.escalate_at)
        after = f"working days {days.replace('、', ', ')} after it: one desk higher"
        steps.append(after if english else f"逾期后第{days}个工作日逐级上报")
    if not steps:
        return "nothing follows but a reminder" if english else "仅提醒"
    return ("; " if english else "；").join(steps)


def describe_notice(period: NoticePeriod, *, language: Language = "zh") -> str:
    """Say from when to when a public notice runs: `公示期：2021年3月1日（星期一）至…`."""
    if language == "en":
        return (
            f"public notice from {period.starts:%Y-%m-%d} to {period.last_day:%Y-%m-%d} inclusive"
        )
    return f"公示期：{_day_zh(period.starts)}至{_day_zh(period.last_day)}"


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）"
