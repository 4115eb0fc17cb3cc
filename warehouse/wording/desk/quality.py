"""What stands open about the figures, in sentences: findings, and values printed beside ours."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.grammar.dates import as_of_zh, month_zh
from warehouse.wording.grammar.numbers import Number, full_value, percent, plain, points

Row = Mapping[str, Any]
SHARE_DECIMALS = 2
# What each reason of a blank means, and what a reader does with it.
BLANK_MEANINGS = {
    "not_due": "应报日期还没有到，不算缺报",
    "not_reported": "过了应报日期没有收到；不按0计，不用上月数顶替",
    "returned": "报来的表有必须更正之处，已退回，等更正重报",
    "withheld": "变动超出常见范围、与上月逐项相同或行列错位，还没有说明，暂不采用",
    "not_applicable": "本单位没有这一事项，如功能区没有普查数、城区没有行政村",
    "suppressed": "不足5人，或由它能推算出不足5人的数；批次里也没有这个数",
    "series_break": "口径改了或机构撤并，与此前不是一回事，不算增减",
    "not_published": "公开文件没有印出这个数，不等于没有做",
}


def finding(city_zh: str, issues: Sequence[Row], held: Sequence[Row], restated: Sequence[Row]) -> str:
    """The first line of the page."""
    blocking = sum(row["severity_code"] == "blocking" for row in issues)
    graver = f"其中{blocking}个必须更正" if blocking else "没有必须更正的"
    head = f"{city_zh}还有{len(issues)}个问题没有解决，{graver}" if issues else f"{city_zh}的月报没有未解决的问题"
    tail = f"；{len(held)}个数待说明，暂不采用" if held else ""
    corrected = f"历次更正{len(restated)}个数，都有记录" if restated else "没有更正过数"
    return f"{head}{tail}；{corrected}。"


def printed(row: Row, column: str) -> str:
    """The printed or computed value of an issue, in full: "34,300.00元", "18.04%"."""
    value: Number = row[column]
    if row["is_share"]:
        return percent(value, SHARE_DECIMALS, thresholds=())
    return full_value(value, row["unit_zh"] or "", decimals=_places(value, row))


def difference(row: Row) -> str:
    """Printed less computed, with its sign: "-1,000元", "-0.36个百分点"."""
    value = row["difference"]
    sign = "+" if value > 0 else "-" if value < 0 else ""
    if row["is_share"]:
        return f"{sign}{points(value, SHARE_DECIMALS)}"
    return f"{sign}{plain(abs(value), _places(value, row))}{row['unit_zh'] or ''}"


def _places(value: Number, row: Row) -> int:
    """Money to the fen only where there are any."""
    return 0 if float(value).is_integer() else (row["decimals"] or 0)


def old_and_new(row: Row) -> tuple[str, str]:
    """A restated figure before and after, in full; 缺 where there was none."""
    return tuple(
        "缺" if value is None else full_value(value, row["unit_zh"], decimals=_places(value, row))
        for value in (row["old_value"], row["new_value"])
    )


def named(row: Row) -> str:
    """The indicator of a row, with its part where it is not the total: "高龄津贴在享人数（80—89岁）"."""
    part = row.get("breakdown_zh")
    return f"{row['label_zh']}（{part}）" if part and row["breakdown_code"] != "total" else row["label_zh"]


def held_claim(rows: Sequence[Row]) -> str:
    """The head over figures kept back."""
    if not rows:
        return "没有待说明而暂缓采用的数"
    units = "、".join(dict.fromkeys(row["area_zh"] for row in rows))
    return f"{len(rows)}个数待说明，暂缓采用：{units}"


def printed_claim(rows: Sequence[Row]) -> str:
    """The head over printed against computed."""
    if not rows:
        return "表上印的合计和百分比，与复算都一致"
    shares = sum(row["is_share"] for row in rows)
    kinds = [f"{shares}个百分比" if shares else "", f"{len(rows) - shares}个合计或金额" if len(rows) > shares else ""]
    return f"{'、'.join(kind for kind in kinds if kind)}与复算不一致；填报的和复算的都留着"


def restated_claim(rows: Sequence[Row]) -> str:
    """The head over restatements."""
    if not rows:
        return "没有一个收过的数被改过"
    months = len({(row["unit_area_zh"], row["month"]) for row in rows})
    silent = sum(not row["reason_zh"] for row in rows)
    return f"{len(rows)}个收过的数改过（{months}个单位月）" + (
        f"，{silent}个没有写原因" if silent else "，都写明了原因"
    )


def base_as_of(row: Row) -> str:
    """When a denominator holds: "2021年", "截至2020年11月1日", "2026年10月"."""
    as_of: date = row["as_of_on"]
    if row["as_of_precision"] == "year":
        return f"{as_of.year}年"
    return month_zh(as_of) if row["as_of_precision"] == "month" else as_of_zh(as_of)
