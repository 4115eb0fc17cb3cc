"""The parts of 数据质量, from what must be done to what is on record."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.html import badge, esc, num, source_line, table
from pages.ui.kit.months import reports_foot, shown
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.issue_rows import REPEATED, issue_groups
from pages.ui.marks.records import records
from pages.ui.takeaway import sign_offs
from warehouse.read.meta import catalog
from warehouse.read.month import quality
from warehouse.read.place import areas
from warehouse.wording import overview_cards
from warehouse.wording.desk import quality as words
from warehouse.wording.desk.submissions import place
from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.dates import CHINA, date_zh, month_zh
from warehouse.wording.grammar.numbers import full_value

Row = Mapping[str, Any]
ALL = "all"
SHEET = 10
PICK = "issues:"


def head(claim_zh: str, what_zh: str) -> None:
    """The head of a part: its claim, and what is listed."""
    what = f'<div class="what">{esc(what_zh)}</div>' if what_zh else ""
    st.html(f'<div class="block"><div class="fig"><h2>{esc(claim_zh)}</h2>{what}</div></div>')


def issues(view: View, rows: Sequence[Row]) -> None:
    """Open issues: how many of which gravity in which unit, then one by one."""
    severities, units = view.once(_severities), view.once(_units)
    counts = Counter(row["area_id"] for row in rows)
    most = by_value(counts, counts.__getitem__, 1)[0] if rows else []
    claim = f"{len(rows)}个问题没有解决，{together(units[unit] for unit in most)}最多" if rows else "没有未解决的问题"
    head(claim, "按程度和单位；点数字只看这一类。必须更正的，整张表已退回")
    if not rows:
        block(reports_foot(view), key="no-issues")
        return
    act = block(view.once(_severity_board), key="severities")
    if act and act.startswith(PICK):
        unit, _, severity = act.removeprefix(PICK).partition(":")
        for name, code in (("unit", unit), ("severity", severity)):
            st.session_state[f"_chosen_{name}"] = code
            filters.put(name, None if code == ALL else code)
        st.rerun()
    with st.container(key="screen-only-issues", horizontal=True, vertical_alignment="bottom"):
        unit = filters.choice("unit", "单位", {ALL: "全市各单位", **units}, ALL, what_zh="单位")
        severity = filters.choice("severity", "程度", {ALL: "全部", **severities}, ALL, what_zh="程度")
    block(view.once(_listed, unit, severity), key="issues")


def _severities(view: View) -> dict[str, str]:
    """Code and word of every gravity that must be dealt with."""
    words_zh = view.ask(catalog.code_labels, code_set="severity_code")
    return {code: word for code, word in words_zh.items() if code != "info"}


def _units(view: View) -> dict[str, str]:
    return dict(view.ask(areas.units, city_area_id=view.city).frame.select("area_id", "short_name_zh").iter_rows())


def _listed(view: View, unit: str, severity: str) -> str:
    """The open issues of a unit and a gravity, or of all."""
    found = [
        row
        for row in view.rows(quality.open_issues, city_area_id=view.city)
        if unit in (ALL, row["area_id"]) and severity in (ALL, row["severity_code"])
    ]
    if not found:
        return f"<p>没有这一类未解决的问题。</p>{reports_foot(view)}"
    return issue_groups(found, view.ask(catalog.rule_titles)) + reports_foot(view)


def _severity_board(view: View) -> str:
    units, severities = view.once(_units), view.once(_severities)
    counts = Counter(
        (unit, severity)
        for row in view.rows(quality.open_issues, city_area_id=view.city)
        for unit in (ALL, row["area_id"])
        for severity in (ALL, row["severity_code"])
    )

    def count(unit: str, severity: str) -> str:
        found = counts[unit, severity]
        if not found:
            return '<span class="gap">0</span>'
        who = units.get(unit, "全市")
        name = f"{who}{severities.get(severity, '各程度')}{found}个"
        return (
            f'<span role="button" tabindex="0" class="num" aria-label="{esc(name)}"'
            f' data-act="{PICK}{esc(unit)}:{esc(severity)}">{found}</span>'
        )

    lines = [
        [esc(name), *(count(unit, severity) for severity in severities), count(unit, ALL)]
        for unit, name in [*units.items(), (ALL, "全市")]
    ]
    return table(["单位", *severities.values(), "合计"], lines, caption="各单位未解决的问题数（个）")


def _whose(row: Row) -> str:
    return f'{esc(row["area_zh"])} <span class="nowrap">{month_zh(row["month"])}</span>'


def pages_of(view: View, rows: Sequence[Row], draw: Callable[[View, int], str], *, key: str) -> None:
    """Rows ten a page; another selection begins at the first page.

    Args:
        draw: the HTML of a page of these rows by its number, kept (`View.once`).
    """
    total = -(-len(rows) // SHEET)
    if st.session_state.get(f"_{key}_count") != len(rows):
        st.session_state[f"_{key}_count"] = len(rows)
        st.session_state.pop(f"{key}-page", None)
    page = min(max(int(st.session_state.get(f"{key}-page") or 1), 1), total)
    block(view.once(draw, page), key=key)
    if total > 1:
        with st.container(key=f"screen-only-{key}-pages", horizontal=True, horizontal_alignment="distribute"):
            st.pagination(total, key=f"{key}-page")
            st.html(
                f'<div class="block small soft">第{page}页，共{total}页，每页{SHEET}条，共{len(rows)}条</div>',
                width="content",
            )


def _on_page(rows: Sequence[Row], page: int) -> Sequence[Row]:
    return rows[(page - 1) * SHEET : page * SHEET]


def against_computed(view: View) -> None:
    """Printed totals and percentages beside ours."""
    rows = view.rows(quality.against_computed, city_area_id=view.city)
    head(words.printed_claim(rows), "表上印的合计、金额、百分比，与按分项复算的相比；页面一律采用复算的")
    if not rows:
        block(reports_foot(view), key="computed")
        return

    pages_of(view, rows, _computed, key="computed")


def _computed(view: View, page: int) -> str:
    lines = [
        [
            _whose(row),
            f"{esc(row['sentence_zh'])}"
            f'<br><span class="small soft">{esc(row["form_zh"])} {esc(place(row["sheet"], row["cell"]))}</span>',
            *(
                num(text, ref("meta.issue", row["issue_id"], "difference"))
                for text in (
                    words.printed(row, "reported_value"),
                    words.printed(row, "computed_value"),
                    words.difference(row),
                )
            ),
            f'<span class="nowrap">{"待处理" if row["is_open"] else "已更正"}</span>',
        ]
        for row in _on_page(view.rows(quality.against_computed, city_area_id=view.city), page)
    ]
    return records(
        ["单位、月份", "哪个数，怎么复算", "填报", "复算", "相差", "情况"], lines, text_columns=(1, 5)
    ) + reports_foot(view)


def held(view: View, rows: Sequence[Row]) -> None:
    """Figures kept back, and those that stand with their explanation."""
    head(words.held_claim(rows), "变动超出常见范围、与上月逐项相同，或行列像是错位；单位说明后才采用")
    if rows:
        block(view.once(_held), key="held")
    said = view.rows(quality.explained, city_area_id=view.city)
    if not said:
        return

    with st.expander(f"写有说明、已采用的数（{len(said)}个，新的在前）", key="explained-fold"):
        pages_of(view, said, _explained, key="explained")


def _explained(view: View, page: int) -> str:
    lines = [
        [
            _whose(row),
            esc(row["label_zh"]),
            num(
                full_value(row["value"], row["unit_zh"], decimals=row["decimals"]),
                ref(
                    "core.fct_observation",
                    f"{row['area_id']}|{row['indicator_code']}|{row['breakdown_code']}|{row['month']}|{row['revision']}",
                    "value",
                ),
            ),
            esc(row["note_zh"]),
        ]
        for row in _on_page(view.rows(quality.explained, city_area_id=view.city), page)
    ]
    return records(["单位、月份", "指标", "采用的数", "单位的说明"], lines, text_columns=(1, 3)) + reports_foot(view)


def _held(view: View) -> str:
    rows = view.rows(quality.held, city_area_id=view.city)
    return records(
        ["单位、月份", "哪个数", "表上写的", "为什么扣下"], _held_lines(rows), text_columns=(1, 3)
    ) + reports_foot(view)


def _written(row: Row) -> str:
    """What stands in a cell, opening the cell."""
    key = f"{row['area_id']}|{row['indicator_code']}|{row['breakdown_code']}|{row['month']}|{row['revision']}"
    return num(row["raw_value"], ref("core.fct_observation", key)) if row["raw_value"] else ""


def _held_lines(rows: Sequence[Row]) -> list[list[str]]:
    """A line a figure; figures of one form of one month held back for one reason are one line, each under a press."""
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault(
            (row["area_id"], row["month"], row["form_zh"], row["sentence_zh"], row["note_zh"]), []
        ).append(row)
    lines = []
    for found in groups.values():
        first = found[0]
        why = f'{esc(first["sentence_zh"] or "所在的表有待说明的问题（见“待处理”），一并暂缓采用")}<br><span class="small soft">说明：{esc(first["note_zh"] or "还没有")}</span>'
        each = [f"{esc(words.named(row))}　{_written(row)}　{esc(place(row['sheet'], row['cell']))}" for row in found]
        if len(found) < REPEATED:
            lines += [
                [
                    _whose(row),
                    f'{esc(words.named(row))}<br><span class="small soft">{esc(row["form_zh"])} {esc(place(row["sheet"], row["cell"]))}</span>',
                    _written(row),
                    why,
                ]  # fmt: skip
                for row in found
            ]
        else:
            listed = "".join(f"<li>{one}</li>" for one in each)
            lines.append([_whose(first), f'<details class="fold"><summary>{esc(first["form_zh"])}　{len(found)}个数</summary><ul class="small">{listed}</ul></details>', "", why])  # fmt: skip
    return lines


def restated(view: View, rows: Sequence[Row]) -> None:
    """Every changed figure: old, new, reason, when."""
    head(words.restated_claim(rows), "一行是一个被改的数：原来多少，改成多少，为什么，什么时候")
    if not rows:
        block(reports_foot(view), key="restated")
        return

    pages_of(view, rows, _restated, key="restated")


def _restated(view: View, page: int) -> str:
    lines = []
    for row in _on_page(view.rows(quality.restated, city_area_id=view.city), page):
        before, _, now = overview_cards.restated_figures(row)
        town = f" {esc(row['area_zh'])}" if row["area_zh"] != row["unit_area_zh"] else ""
        lines.append(
            [
                f'{esc(row["unit_area_zh"])}{town} <span class="nowrap">{month_zh(row["month"])}</span>',
                f'{esc(words.named(row))}<br><span class="small soft">{esc(place(row["sheet"], row["cell"]))}</span>',
                f'{shown(before)}<span class="arrow">→</span><b>{shown(now)}</b>',
                esc(row["reason_zh"] or "没有写"),
                date_zh(row["restated_at"].astimezone(CHINA)),
            ]
        )
    return records(["单位、月份", "哪个数", "原来→现在", "原因", "何时"], lines, text_columns=(1, 3, 4)) + reports_foot(
        view
    )


def corrections(view: View) -> None:
    """The register of corrections that stand in our own declarations."""
    rows = view.rows(quality.corrections, city_area_id=view.city)
    idle = sum(row["is_idle"] for row in rows)
    used = f"{len(rows) - idle}个数按更正登记改用" if len(rows) > idle else "没有代为更正的数"
    head(
        f"{used}，{idle}项更正已不起作用" if idle else used,
        "原表有错、单位又无法重报时，登记后改用正确的数；原表改好或登记到期，更新就会停下来要求删去登记，"
        "口径变更里通过的更正则在这里标明",
    )
    lines = [
        [
            _whose(row),
            esc(row["label_zh"]),
            # Both are gone where the cell is masked; what was taken out still has what the form said.
            esc(row["expected_raw"] or "*"),
            ("剔除" if row["expected_raw"] else "*")
            if row["corrected_value"] is None
            else esc(full_value(row["corrected_value"], row["unit_zh"], decimals=row["decimals"])),
            esc(row["reason_zh"]),
            f"{date_zh(row['declared_on'])}登记，{date_zh(row['expires_on'])}失效"
            + (f"　{badge('已不起作用', 'watch')}原表已不是这个写法，请在“口径变更”停止采用" if row["is_idle"] else ""),
        ]
        for row in rows
    ]
    shown = (
        records(["单位、月份", "指标", "原表写法", "改用", "理由", "期限"], lines, text_columns=(1, 4, 5))
        if lines
        else ""
    )
    block(shown + reports_foot(view), key="corrections")


def signed(view: View, month: date | None) -> None:
    """Each report of the newest month: 已签发, 初步 or 存疑, and by whom it was sent, passed and signed, when."""
    found = sign_offs.of_month(view, month)
    done = sum(one.badge_code == "signed" for one in found)
    head(
        f"{month_zh(month) if month else ''}采用的{len(found)}张报表，已签发{done}张",
        "姓名和时间取自登记，不在批次文件里",
    )
    if not found:
        return
    tones = {"signed": "good", "doubtful": "watch"}
    rows = [
        [esc(area), esc(form), badge(state, tones.get(one.badge_code, "")), *map(esc, names)]
        for one, (area, form, state, *names) in zip(found, sign_offs.texts(view, found), strict=True)
    ]
    block(
        table(sign_offs.HEADS, rows, text_columns=(1, 2, 3, 4, 5), caption="签发情况") + reports_foot(view),
        key="signed",
    )


def denominators(view: View) -> None:
    """What rates are divided by, of which year, from where."""
    rows = view.rows(quality.denominators, city_area_id=view.city)
    head(
        f"{len(rows)}个比率所用的分母，各有年份和来源",
        "分母可以比分子旧，但年份一定写明；功能区没有普查数，不算这些比率",
    )
    block(view.once(_denominators), key="denominators")


def _denominators(view: View) -> str:
    rows = view.rows(quality.denominators, city_area_id=view.city)
    lines = [
        [
            esc(row["label_zh"]),
            esc(row["base_zh"]),
            num(
                full_value(row["value"], row["unit_zh"], decimals=row["decimals"]),
                ref(row["relation"], row["row_key"], row["column_name"]),
            ),
            esc(words.base_as_of(row)),
            esc(row["source_zh"] or "各单位月报"),
        ]
        for row in rows
    ]
    sources = "、".join(dict.fromkeys(row["source_zh"] or "各单位月报" for row in rows)) or "没有"
    as_of = "、".join(dict.fromkeys(words.base_as_of(row) for row in rows)) or "没有"
    return records(
        ["比率", "分母", "数", "时点", "来源"], lines, text_columns=(1, 3, 4), caption="在用的分母"
    ) + source_line(sources, as_of, view.release_id)


def blanks(view: View, month: date | None) -> None:
    """The code list of blanks: which sign, which reason, what it means, how many in the month looked at."""
    head(
        "空着的格子各有原因，不是都叫“没有”",
        f"页面上的记号、原因和意思{f'；数目为{month_zh(month)}{view.city_name_zh}及所属单位、乡镇的全部指标' if month else ''}",
    )
    block(view.once(_blanks, month), key="blanks")


def _blanks(view: View, month: date | None) -> str:
    # Without months nothing is counted; the list is asked for any month, and its counts are left out.
    rows = view.rows(quality.blanks, city_area_id=view.city, month=month or date(2000, 1, 1))
    columns = ["原因", "记号", "意思", *(["格数"] if month else [])]
    lines = [
        [
            f"<b>{esc(row['label_zh'])}</b>",
            esc(row["mark_zh"] or "照列"),
            esc(words.BLANK_MEANINGS[row["reason_code"]]),
            *([esc(f"{row['count']}格")] if month else []),
        ]
        for row in rows
    ]
    as_of = month_zh(month) if month else f"批次生成之日 {date_zh(view.header['built_at'].astimezone(CHINA))}"
    return records(columns, lines, text_columns=(1, 2), caption="空白的原因") + source_line(
        "代码表 meta.code", as_of, view.release_id
    )
