"""The parts of an indicator's sheet: definition, sources, targets, lineage, uses, quality."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.ui.kit.block import block
from pages.ui.kit.html import esc, num, table
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.query import lineage
from warehouse.read.meta import indicator_sheet as sheets
from warehouse.wording.grammar.dates import date_zh, period_zh

KINDS_ZH = {"count": "数量", "money": "金额", "ratio": "比率", "qualitative": "定性"}
LAYERS_ZH = {"core": "基础表", "mart": "主题表", "meta": "目录"}


def definition(row: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    """What it means, term by term; terms nobody declared are left out."""
    scale = {1.0: "", 1000.0: " × 1000", 10000.0: " × 10000"}.get(row["scale"] or 1.0, f" × {row['scale'] or 1:g}")
    formula = row["formula_zh"]
    if row["numerator"]:
        formula = f"{labels.get(row['numerator'], row['numerator'])} ÷ {labels.get(row['denominator'], row['denominator'])}{scale}"
    limits = "　".join(
        part
        for part in (
            f"不低于 {row['valid_min']:g}" if row["valid_min"] is not None else "",
            f"不高于 {row['valid_max']:g}" if row["valid_max"] is not None else "",
        )
        if part
    )
    terms = [
        ("定义", row["definition_zh"]),
        ("代码", row["indicator_code"]),
        ("英文名", row["label_en"]),
        ("算式", formula),
        ("单位", row["unit_zh"]),
        ("类型", f"{KINDS_ZH.get(row['kind_code'], row['kind_code'])}，{row['timing_label_zh'] or ''}".strip("，")),
        ("方向", row["polarity_label_zh"]),
        ("合理范围", limits),
        ("大于100%时", row["over_100_zh"]),
        ("口径组", f"{row['group_label_zh'] or ''}　{row['group_definition_zh'] or ''}".strip()),
        ("组内并列", row["group_note_zh"]),
        ("保密", "人数小于5的格不显示，连同能反推它的格" if row["is_sensitive_persons"] else ""),
        ("责任科室", row["owner_zh"]),
        ("下次复核", date_zh(row["next_review_on"]) if row["next_review_on"] else ""),
        ("注意", row["caveat_zh"]),
    ]
    _terms(terms, key="definition")


def _terms(terms: list[tuple[str, str | None]], *, key: str) -> None:
    rows = "".join(
        f"<tr><th style='text-align:left;white-space:nowrap;padding:0.3em 1.2em 0.3em 0;vertical-align:top'>{esc(name)}</th>"
        f"<td style='padding:0.3em 0'>{esc(text)}</td></tr>"
        for name, text in terms
        if text
    )
    block(f'<table><caption class="unseen">指标说明</caption><tbody>{rows}</tbody></table>', key=key)


def origin(view: View, row: Mapping[str, Any]) -> None:
    """Where its numbers come from in this release: form, months, documents, reference tables."""
    code = row["indicator_code"]
    months = view.ask(sheets.reported, indicator_code=code).frame.row(0, named=True)
    tables = view.ask(sheets.base_tables, indicator_code=code).frame
    lines = []
    if row["form_code"]:
        forms = view.ask(_code_labels, code_set="form_code")
        filled = (
            f"本批次有{months['months']}个月（{months['first_month']:%Y-%m}至{months['last_month']:%Y-%m}），{months['areas']}个区域"
            if months["months"]
            else "本批次还没有月报"
        )
        lines.append(f"按月报表：{forms.get(row['form_code'], row['form_code'])}。{filled}。")
    elif row["numerator"]:
        lines.append("由分子、分母算得，不直接报送。")
    for source in tables.iter_rows(named=True):
        lines.append(
            f"参考表：{source['source_zh']}，{period_zh(source['first_on'], source['last_on'])}，{source['areas']:,}个区域。"
        )
    figures = view.ask(sheets.figures, indicator_code=code).frame
    lines.append(f"公开文件：印出{figures.height}次。" if figures.height else "公开文件：没有印出这个数。")
    block("".join(f"<p>{esc(line)}</p>" for line in lines), key="origin")
    if figures.height:
        rows = [
            [
                num(each["value_as_written"], ref("core.fct_document_figure", each["figure_id"]), wrap=True),
                esc(each["area_zh"]),
                esc(each["kind_zh"]),
                esc(period_zh(each["period_start_on"], each["period_end_on"])),
                esc(each["quote"]),
                esc(each["source_zh"]),
            ]
            for each in figures.iter_rows(named=True)
        ]
        head = ["写法", "区域", "性质", "期间", "原句", "文件"]
        block(table(head, rows, text_columns=(1, 2, 3, 4, 5), caption="文件中的数"), key="printed")


def held_against(view: View, code: str) -> None:
    """Every target set for it, with document and sentence."""
    targets = view.ask(sheets.targets, indicator_code=code).frame
    if targets.is_empty():
        block("<p>没有文件为它定过目标。</p>", key="targets")
        return
    rows = [
        [
            esc(each["name_zh"]),
            esc(each["text_zh"]),
            esc(date_zh(each["deadline_on"]) if each["deadline_on"] else "未印"),
            esc(each["binding_zh"]),
            esc(each["area_zh"]),
            esc(each["reading_zh"] or ""),
            esc(each["quote"]),
        ]
        for each in targets.iter_rows(named=True)
    ]
    head = ["目标", "目标值", "期限", "属性", "区域", "读法", "原句"]
    block(table(head, rows, text_columns=(1, 2, 3, 4, 5, 6), caption="目标"), key="targets")


def descent(view: View, row: Mapping[str, Any], labels: Mapping[str, str], relation: str, column: str) -> None:
    """The walk down: indicators it is made of, then columns, read out of the release's own SQL."""
    made = []
    if row["numerator"]:
        made.append(
            f"分子 <b>{esc(labels.get(row['numerator'], row['numerator']))}</b> <code>{esc(row['numerator'])}</code>"
        )
        made.append(
            f"分母 <b>{esc(labels.get(row['denominator'], row['denominator']))}</b> <code>{esc(row['denominator'])}</code>"
        )
    walked = view.ask(lineage.origins, relation=relation, column=column).frame
    steps = []
    for (depth,), level in walked.group_by("depth", maintain_order=True):
        entries = level.group_by("input_relation", maintain_order=True).agg(
            pl.col("input_column").unique(maintain_order=True)
        )
        items = "".join(
            f"<li><b>{esc(name)}</b>（{LAYERS_ZH[name.partition('.')[0]]}）　<code>{esc('、'.join(columns))}</code></li>"
            for name, columns in entries.iter_rows()
        )
        steps.append(f"<h4>第{depth}步</h4><ul>{items}</ul>")
    intro = f"<p>{'，'.join(made)}。</p>" if made else ""
    tail = "<p>再往下：core.fct_observation 的每一行记着报送编号、工作表和单元格；core.fct_document_figure 记着文件和原句。</p>"
    none = "" if steps else "<p>这一列由装载得来，不经计算。</p>"
    block(
        f"{intro}<p><code>{esc(relation)}.{esc(column)}</code> 取自：</p>{''.join(steps)}{none}{tail}",
        key=f"descent-{relation}",
    )


def uses(view: View, code: str) -> None:
    """Indicators, networks, comparisons and checks that use it."""
    used = view.ask(sheets.used_by, indicator_code=code).frame
    if used.is_empty():
        block("<p>没有别的指标、网络、对比或核对用到它。</p>", key="uses")
        return
    rows = [[esc(what), esc(label), f"<code>{esc(name)}</code>"] for what, name, label in used.iter_rows()]
    block(table(["用作", "名称", "代码"], rows, text_columns=(1, 2), caption="用到它的"), key="uses")


def quality(view: View, code: str) -> None:
    """What to mind: cells by status, what the checks found, groups it is mistaken for."""
    months = view.ask(sheets.reported, indicator_code=code).frame.row(0, named=True)
    found = view.ask(sheets.problems, indicator_code=code).frame
    confused = view.ask(sheets.confusable, indicator_code=code).frame
    parts = []
    if months["cells"]:
        parts.append(
            f"<p>共{months['cells']:,}格：已报{months['reported']:,}，缺报{months['missing']:,}，"
            f"保密{months['suppressed']:,}，退回或待说明{months['held']:,}，存疑{months['doubtful']:,}。</p>"
        )
    if found.height:
        rows = [
            [
                esc(each["rule_code"]),
                esc(each["severity_zh"]),
                f"{each['found']}",
                f"{each['still_open']}",
                esc(each["example_zh"]),
            ]
            for each in found.head(12).iter_rows(named=True)
        ]
        parts.append(table(["规则", "程度", "次数", "未解决", "例"], rows, text_columns=(1, 4), caption="核对发现"))
    for other, reason in confused.iter_rows():
        parts.append(f"<p>不要与“{esc(other)}”混为一谈：{esc(reason)}</p>")
    block("".join(parts) or "<p>没有发现问题，也没有容易混淆的口径。</p>", key="quality")


def _code_labels(release, *, code_set: str) -> dict[str, str]:
    from warehouse.read.meta.catalog import code_labels

    return code_labels(release, code_set=code_set)
