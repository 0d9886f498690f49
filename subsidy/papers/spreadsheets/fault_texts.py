"""What an uploader is told about a bad cell: where, what, and what to do; never the cell's text."""

from __future__ import annotations

from subsidy.papers.spreadsheets.columns import Column

FAULT_TEXTS: dict[str, str] = {
    "blank": "“{header}”没有填写。请补填。",
    "formula": "“{header}”是公式。请改成直接填写的内容（复制后“选择性粘贴—数值”）。",
    "cell_error": "“{header}”显示为公式错误（如 #N/A）。请填写实际内容。",
    "precision_lost": (
        "“{header}”存成了数字，超过 15 位的部分已丢失，无法还原。"
        "请先把该列设为“文本”格式，再重新填写完整号码。"
    ),
    "not_digits": "“{header}”不是号码。请填写号码，单元格设为“文本”格式。",
    "bad_date": "“{header}”不是有效日期。请按 2020-10-12 的形式填写。",
    "date_number": "“{header}”是日期序号，不是日期。请把该单元格设为“日期”格式。",
    "date_without_year": "“{header}”没有年份。请按 2020-10-12 的形式填写。",
    "bad_mark": "“{header}”这一天的考勤标记无法识别。出勤填“√”，未出勤留空或填“×”。",
    "not_whole": "“{header}”不是整数。请填写整数。",
    "not_number": "“{header}”不是数字。请填写数字。",
    "out_of_range": "“{header}”超出允许范围（{lowest} 至 {highest}）。请核对。",
    "bad_money": "“{header}”不是金额。请以元为单位填写，最多两位小数。",
    "unknown_choice": "“{header}”填写的内容不在可选范围内。请填写其中之一：{choices}。",
    "too_long": "“{header}”超过 {longest} 个字。请缩短。",
    "repeated": "“{header}”与第 {other} 行重复。请删去重复的一行或更正号码。",
}


def fault_text(code: str, *, column: Column, header: str, other: int = 0) -> str:
    """Return the Chinese sentence for a cell fault."""
    return FAULT_TEXTS[code].format(
        header=header or column.header_zh,
        lowest=column.lowest,
        highest="不限" if column.highest is None else column.highest,
        longest=column.longest,
        choices="、".join(labels[0] for labels in column.choices.values()),
        other=other,
    )
