"""Payments and findings in words: tables for a terminal or a file, lines of an audit, reasons of a difference."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from warehouse.catalog import Catalog

RULES_ZH = {"high": "重", "medium": "中", "low": "轻"}
REASONS_ZH = {
    "equal": "相符",
    "no_payments": "没有这一项的明细",
    "no_form": "月报没有这一项",
    "masked": "月报数人数少，保密",
    "wrong_scale": "元与万元写混",
    "counted_twice": "月报把同一人多次发放计为多人",
    "arrears_counted": "月报把补发的人也计入在享",
    "recoveries_left_out": "月报没有减去追缴",
    "arrears_left_out": "月报没有计入补发",
    "month_before": "与上月明细相同，多半是月份错位",
    "month_after": "与下月明细相同，多半是月份错位",
    "unexplained": "原因不明，请逐人核对",
}
NOT_WRITTEN_ZH = {"unknown": "没写"}
VERDICTS_ZH = {"confirmed": "属实", "mistaken": "误报", "recovered": "已追回"}


def worklist_table(rows: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The worklist in Chinese columns; one row a finding."""
    return rows.select(
        pl.col("token").alias("编号"),
        pl.col("unit").replace(names).alias("单位"),
        pl.col("label_zh").alias("疑点"),
        pl.col("severity").replace(RULES_ZH).alias("轻重"),
        pl.col("money_yuan").cast(pl.Float64).alias("涉及金额（元）"),
        pl.col("sentence_zh").alias("说明"),
        pl.col("remedy_zh").alias("怎么办"),
        pl.col("verdict_code").replace(VERDICTS_ZH).alias("核查结果"),
    )


def reconciliation_table(rows: pl.DataFrame, names: Mapping[str, str], catalog: Catalog) -> pl.DataFrame:
    """The table of differences in Chinese columns, units by name, indicators and parts as the catalogue calls them."""
    parts = {code: each.label_zh for code, each in catalog.codes["breakdown_code"].items()} | NOT_WRITTEN_ZH
    labels = {code: each.label_zh for code, each in catalog.indicators.items()}
    return rows.select(
        pl.col("month").dt.strftime("%Y-%m").alias("月份"),
        pl.col("unit").replace(names).alias("单位"),
        pl.col("breakdown_code").replace(parts).alias("年龄档或原因"),
        pl.col("indicator_code").replace(labels).alias("指标"),
        pl.col("form_value").cast(pl.Float64).alias("月报"),
        pl.col("payout_value").cast(pl.Float64).alias("发放明细"),
        pl.col("difference").cast(pl.Float64).alias("差"),
        pl.col("reason_code").replace(REASONS_ZH).alias("可能的原因"),
    )


def precision_table(rows: pl.DataFrame) -> pl.DataFrame:
    """How often each rule was right, in Chinese columns."""
    from warehouse.payouts import declared

    labels = {code: rule.label_zh for code, rule in declared.rules().items()}
    return rows.select(
        pl.col("rule_code").replace(labels).alias("规则"),
        pl.col("judged_count").alias("已核查"),
        pl.col("right_count").alias("属实"),
        (pl.col("share") * 100).round(1).alias("准确率（%）"),
        pl.col("recovered_yuan").alias("已追回（元）"),
    )


def submissions_table(submissions: Sequence, standing: Collection[int]) -> pl.DataFrame:
    """What was taken, in Chinese columns."""
    rows = [
        (
            each.number,
            f"{each.at:%Y-%m-%d %H:%M}",
            "、".join(dict.fromkeys(each.labels_zh)),
            _months_zh([part.month for part in each.parts if part.month]),
            each.rows,
            each.sha256[:12],
            "" if each.number in standing else "已被更正",
        )
        for each in submissions
    ]
    return pl.DataFrame(rows, schema=["第几份", "收到（UTC）", "种类", "月份", "行数", "摘要", "状态"], orient="row")


def audit_lines(done) -> list[str]:
    """What an audit found, a line a rule, the rules that found nothing together."""
    from warehouse.payouts import declared

    rules = declared.rules()
    lines = [
        f"{rules[code].label_zh}：{count} 个，{declared.DIRECTIONS[rules[code].direction]} {done.money.get(code, 0):,.2f} 元"
        for code, count in done.counts.items()
        if count
    ]
    silent = [rules[code].label_zh for code, count in done.counts.items() if not count]
    if silent:
        lines.append(f"没有发现：{'、'.join(silent)}")
    if done.without_list_zh:
        lines.append(f"这次没有比对名单，未查：{'、'.join(done.without_list_zh)}（以前查出的仍在清单上）")
    if done.dropped_lists:
        lines.append(f"比对名单 {done.dropped_lists} 份，用后已删")
    lines.append(
        f"第{done.number}次稽核，{done.row_count:,} 笔发放，疑点 {sum(done.counts.values())} 个；清单见 yanglao payouts worklist"
    )
    return lines


def _months_zh(months: Sequence) -> str:
    if not months:
        return "—"
    first, last = min(months), max(months)
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} 至 {last:%Y-%m}"
