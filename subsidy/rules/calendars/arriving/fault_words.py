"""What is wrong with a calendar file, in Chinese: each sentence beside the English one it stands for."""

from __future__ import annotations

import re
from functools import cache

from subsidy.rules.calendars.notices import Fault

WORDS: dict[str, str] = {
    # ---------------------------------------------------------------- what is wrong
    "published {a} is before issued {b}": "公布日期 {a} 早于成文日期 {b}",
    "overlaps {a}, which has the day on line {b}": "与第 {b} 行的{a}日期重叠",
    "is a make-up day on {a}, an ordinary working day": "是{a}，本来就要上班，不能作为调休上班日",
    "is ordinary": "写成了 ordinary",
    "is not a day of {a} or of the last week before it": "不是 {a} 年或其前一周内的日期",
    "and {a} leave the working day {b} inside {c}": "与 {a} 之间夹有工作日 {b}，{c}放假不连续",
    "{a} stands in {b} already": "{a} 已在 {b} 中",
    "{a} differs from the notice of this number in {b}": "{a} 与 {b} 中同一文号的通知内容不一致",
    "arranges {a}, which {b} arranges already": "安排 {a} 年放假，而 {b} 已安排该年",
    "names {a}, not loaded": "所修改的 {a} 尚未载入",
    "names {a}, published later, on {b}": "所修改的 {a} 公布更晚（{b}）",
    "is arranged by {a} in {b} already": "已由 {b} 中的 {a} 安排",
    "is not YAML: {a}": "不是 YAML 格式（{a}）",
    "is not YAML": "不是 YAML 格式",
    "is not UTF-8 text": "不是 UTF-8 文本",
    "is an alias of another row": "引用了另一行（YAML 别名）",
    "holds no keys": "没有任何键",
    "holds no notice": "没有任何通知",
    "is larger than 256 kB": "大于 256 kB",
    "names neither year nor city": "既没有 year 也没有 city",
    "is {a}, unknown here": "是 {a}，本系统没有这个城市",
    "stands here twice": "重复出现",
    "is not a known key": "不是可用的键",
    "is missing or no list": "缺失，或不是列表",
    "is missing or empty": "缺失或为空",
    "is missing": "缺失",
    "is {a}, which is no document number": "是 {a}，不是发文字号",
    "is {a}, which is no day": "是 {a}，不是有效日期",
    "is {a}, not a whole number": "是 {a}，不是整数",
    "does not say where the festival falls": "没有写明节日在哪一天",
    "is {a}": "是 {a}",
    # ---------------------------------------------------------------- what to do
    "Correct one of the two dates.": "请更正其中一个日期。",
    "Keep one row; for a merged span name both festivals, as {a}.": (
        "只保留一行；两节合并放假的，同时写两个节名，如 {a}。"
    ),
    "Correct the date, or use `kind: ordinary` where an amendment ends a holiday.": (
        "请更正日期；修改通知取消放假的，写 `kind: ordinary`。"
    ),
    "Leave the row out: only a notice that amends another restores a day.": (
        "请删去该行：只有修改其他通知的通知才能恢复为平日。"
    ),
    "Correct the year of the date.": "请更正日期的年份。",
    "A holiday is one span: add the missing rows or correct the dates.": (
        "一个假期应当连续：请补齐缺少的日期或更正日期。"
    ),
    "Remove one, or correct its number.": "请删去其一，或更正文号。",
    "If it changes that notice, add `amends: {a}`.": "如是修改该通知，请加 `amends: {a}`。",
    "Write the number of a notice that is loaded.": "请写已载入通知的文号。",
    "Correct the number or the dates.": "请更正文号或日期。",
    "Remove one of the rows; a later change needs a notice with `amends`.": (
        "请删去其一；以后的变更须用带 `amends` 的通知。"
    ),
    "Copy the number from the head of the notice, for example {a}.": (
        "请照抄通知文头的发文字号，例如 {a}。"
    ),
    "Mend the indentation or the quotes.": "请检查缩进和引号。",
    "Save it as UTF-8.": "请另存为 UTF-8 编码。",
    "Write the row out.": "请把这一行完整写出。",
    "Begin it with `year:` and `notices:`.": "文件应以 `year:` 和 `notices:` 开头。",
    "Begin it with `year:` or `city:`.": "文件应以 `year:` 或 `city:` 开头。",
    "Add one row under `notices:`.": "请在 `notices:` 下至少写一项。",
    "A notice is some kB: choose the right file.": "一份通知只有几 kB，请核对所选文件。",
    "Keep one of the two.": "请只保留一个。",
    "Use one of: {a}.": "可用：{a}。",
    "Name any of: {a}.": "可写：{a}。",
    "Add `{a}:` with one row for each entry.": "请加 `{a}:`，每项一行。",
    "Add `{a}:` with the city's id, like hangzhou.": "请加 `{a}:`，写城市代号，如 hangzhou。",
    "Add `{a}:` as a whole number.": "请加 `{a}:`，写整数。",
    "Add `{a}: YYYY-MM-DD`.": "请加 `{a}: YYYY-MM-DD`。",
    "Add `kind: holiday` or `kind: make_up`.": "请加 `kind: holiday` 或 `kind: make_up`。",
    "Add the title of the notice.": "请补通知标题。",
    "Add the number of the decree.": "请补法令文号。",
    "Add the article, like {a}.": "请补条款，如 {a}。",
    "Name the festival, as {a}.": "请写节名，如{a}。",
    "Write an existing day as YYYY-MM-DD.": "请按 YYYY-MM-DD 写存在的日期。",
    "Write digits only.": "请只写数字。",
    "Write month and day as MM-DD.": "请按 MM-DD 写月和日。",
    "Write {a}, {b} or {c}.": "请写 {a}、{b} 或 {c}。",
    "The file is named {a}: make both agree.": "文件名为 {a}，请使两者一致。",
    "Copy statutory.yaml of the shipped calendar beside the years.": (
        "请把随附的 statutory.yaml 放在各年文件旁边。"
    ),
    (
        "A later change is a notice with its own number and `amends`; a typing error is mended in "
        "that file itself."
    ): "以后的变更须用有独立文号并带 `amends` 的通知；录入错误请直接更正该文件。",
}
KEYS = {"the file": "文件", "days": "日期"}


def in_chinese(fault: Fault) -> str:
    """`file:line: key says. Remedy.` in Chinese; a sentence that is not in the table stays English."""
    name, _, rest = fault.key.partition(" ")
    key = KEYS.get(fault.key) or f"{KEYS.get(name, name)} {rest}".strip()
    says = sentence(fault.says) or fault.says
    remedy = sentence(fault.remedy) or fault.remedy
    return f"{fault.file}:{fault.line}：{key} {says}。{remedy}"


def sentence(english: str) -> str:
    """The Chinese sentence for an English one; empty where the table has none."""
    for pattern, words in _patterns():
        found = pattern.fullmatch(english)
        if found:
            return words.format(**found.groupdict())
    return ""


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    made = []
    for english, chinese in WORDS.items():
        text = re.sub(r"\\\{([abc])\\\}", r"(?P<\1>.+?)", re.escape(english))
        made.append((re.compile(text, re.DOTALL), chinese))
    return tuple(made)
