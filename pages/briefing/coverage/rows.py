"""Coverage as the release answers it, turned into rungs, tables and tiles."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.ui.kit.html import esc, long_text, num, table
from pages.ui.kit.refs import ref
from pages.ui.marks.coverage_texts import COVERAGE, NO_BASE, base_text, built_text, rate_text
from pages.ui.marks.ladder import Rung
from pages.ui.marks.tiles import Tile
from pages.ui.marks.verdicts import chip, evidence_button
from warehouse.wording import targets as words
from warehouse.wording.grammar.alike import ZONE, among_zh, by_value, counting, level_zh, together
from warehouse.wording.grammar.dates import as_of_zh, month_zh
from warehouse.wording.grammar.numbers import blank_zh, mark, plain, points, show_value
from warehouse.wording.grammar.sentences import lowest_coverage

FIGURE = "core.fct_document_figure"

Row = Mapping[str, Any]


def operating_text(row: Row) -> str:
    """How many are at work, and how many places have none."""
    return f"运营 {_working_text(row)} · 空白 {_blank_text(row)}"


def _working_text(row: Row) -> str:
    return mark("missing") if row["operating"] is None else show_value(row["operating"], row["unit_zh"] or "个")


def _blank_text(row: Row) -> str:
    return unknown_blank(row) if row["blank"] is None else blank_zh(row["blank"])


def unknown_blank(row: Row) -> str:
    """The mark of blanks nobody can tell: that of what is built or of its base, else — of more built than there are places."""
    return mark("not_applicable" if row["status_code"] == "reported" else row["status_code"])


def built_ref(row: Row) -> str | None:
    """Where the number built came from: its sentence where it prints just this number, else the row of coverage."""
    if row["figure_id"] and row["built"] == row["printed_value"]:
        return ref(FIGURE, row["figure_id"])
    return ref(COVERAGE, row["row_key"]) if row["built"] is not None else None


def rate_ref(row: Row) -> str | None:
    """The receipt of the rate; none where there is no rate."""
    return ref(COVERAGE, row["row_key"]) if row["rate"] is not None else None


def base_ref(row: Row) -> str | None:
    """The receipt of the base; none where there is no base."""
    return ref(COVERAGE, row["row_key"]) if row["base"] is not None else None


def rungs(rows: pl.DataFrame, verdicts: pl.DataFrame, rate_indicators: Mapping[str, str | None]) -> list[Rung]:
    """One rung a network and base, in the order of the rows, with the targets set for its rate."""
    return [_rung(row, verdicts_on(row, verdicts, rate_indicators)) for row in rows.iter_rows(named=True)]


def _rung(row: Row, verdicts: Sequence[Row]) -> Rung:
    other_base = not row["is_usual_base"]
    return Rung(
        level_zh=row["tier_zh"],
        name_zh=f"换用底数：{row['base_label_zh']}" if other_base else row["network_zh"],
        when_zh="" if other_base or row["built"] is None else as_of_zh(row["as_of_on"], row["as_of_precision"]),
        rate=row["rate"],
        rate_text=rate_text(row),
        built_text=built_text(row),
        base_text=base_text(row),
        state_text="" if other_base or row["built"] is None or row["base"] is None else operating_text(row),
        rate_receipt=rate_ref(row),
        built_receipt=built_ref(row),
        base_receipt=base_ref(row),
        has_base=row["base_code"] != NO_BASE,
        goal=next((one["target_value"] for one in verdicts if (one["target_value"] or 1) != 1), None),
        says_zh=row["note_zh"] or "",
        badge_zh="高于100%" if (row["rate_low"] or 0) > 1 else "",
        verdicts_html="" if other_base else "".join(_verdict(one, row) for one in verdicts),
        is_other_base=other_base,
    )


def verdicts_on(row: Row, verdicts: pl.DataFrame, rate_indicators: Mapping[str, str | None]) -> list[Row]:
    """The targets for the rate of this network; of several with one deadline and one value, the printed one."""
    indicator = rate_indicators.get(row["network_code"])
    chosen: dict[tuple, Row] = {}
    # A target printed as a number says more than 全覆盖, so those come first.
    ordered = sorted(verdicts.iter_rows(named=True), key=lambda one: one["target_figure_id"] is None)
    for one in ordered:
        if indicator and one["indicator_code"] == indicator:
            chosen.setdefault((one["deadline_on"], one["target_value"]), one)
    return list(chosen.values())


def _verdict(one: Row, row: Row) -> str:
    """One target in a line: what the document wants, by when, and how it stands.

    A target that is settled at its deadline is judged by the value of then, which is told where the rung shows a later one.
    """
    wanted = num(one["target_as_written"], ref("core.dim_target", one["target_id"]))
    is_of_then = one["actual"] is not None and row["built"] is not None and one["as_of_on"] != row["as_of_on"]
    held = f" {esc(words.when_zh(one))}为{evidence_button(one)}" if is_of_then else ""
    return (
        f'<span class="goal-line">{esc(words.deadline_zh(one))}目标{wanted}（{esc(one["binding_label_zh"])}） '
        f"{chip(one)}{held}</span>"
    )


def is_of_months(rows: pl.DataFrame) -> bool:
    """Whether all that is told of a network is from forms, so that nothing may be said of what documents print."""
    return bool((rows["origin_code"] == "month").all())


def whole_html(row: Row | None) -> str:
    """What a network had in the last month all units reported; empty where there is none to tell."""
    if row is None:
        return ""
    rate = f"，{num(rate_text(row), rate_ref(row))}" if row["rate"] is not None else ""
    return f"最近收齐的{esc(month_zh(row['as_of_on']))}底{num(built_text(row), built_ref(row))}{rate}"


def ladder_table(
    rows: pl.DataFrame,
    verdicts: pl.DataFrame,
    rate_indicators: Mapping[str, str | None],
    whole: Mapping[str, Row],
) -> str:
    """The ladder as a table: every number of the drawing with its targets and notes, and the sources.

    Args:
        whole: by network, the last month all units reported, where the newest is not whole.
    """
    body = [
        [
            esc(f"{row['tier_zh']} · {row['network_zh']}"),
            num(rate_text(row), rate_ref(row)),
            num(built_text(row), built_ref(row)),
            num(base_text(row), base_ref(row), wrap=True),
            num(_working_text(row), None),
            num(_blank_text(row), None),
            _goals(row, verdicts, rate_indicators),
            esc(as_of_zh(row["as_of_on"], row["as_of_precision"])),
            _built_source(row),
            long_text(row["note_zh"]) + whole_html(whole.get(row["network_code"]) if row["is_usual_base"] else None),
        ]
        for row in rows.iter_rows(named=True)
    ]
    head = ["层级与网络", "覆盖率", "建成", "底数", "运营", "空白", "目标", "时点", "建成数来源", "说明"]
    return table(head, body, text_columns=(6, 7, 8, 9), caption="四级网络覆盖")


def _built_source(row: Row) -> str:
    """The document a number built is from, as one that may break across lines; else the one word for where."""
    return esc(row["built_source_title_zh"]) or num("月报" if row["origin_code"] == "month" else "文件未公布", None)


def _goals(row: Row, verdicts: pl.DataFrame, rate_indicators: Mapping[str, str | None]) -> str:
    """The targets that stand at this rung, one under the other; — where none does."""
    found = verdicts_on(row, verdicts, rate_indicators) if row["is_usual_base"] else []
    return "".join(f"<div>{_verdict(one, row)}</div>" for one in found) or mark("not_applicable")


def rate_indicators(networks: pl.DataFrame) -> dict[str, str | None]:
    """The indicator of each network's rate; None where it has none."""
    return dict(zip(networks["network_code"], networks["rate_indicator"], strict=True))


def deck(rows: pl.DataFrame) -> str:
    """What to bear in mind: where the numbers are from, and whether anybody knows how many are at work."""
    from_months = (rows["origin_code"] == "month").any()
    # What is from months says so at the foot of its picture.
    source = "" if from_months else "建成数取自公开文件，各网络时点不同"
    silent = "有单位缺报，全市正常运营数不合计" if from_months else "正常运营数都没有公布"
    operating = "" if rows["operating"].is_not_null().any() else f"{silent}，建成不等于运营"
    old = _left_out_of_lowest(rows)
    aside = f"；{'、'.join(old)}的数早一年以上，不参加“最低”的比较" if old else ""
    told = "；".join(part for part in (source, operating, aside.removeprefix("；")) if part)
    return f"{told}。" if told else ""


def _left_out_of_lowest(rows: pl.DataFrame) -> list[str]:
    """Networks with a lower rate than the one the finding names, whose figures are too old to lead a page."""
    records = rows.to_dicts()
    lowest = lowest_coverage(records)
    if lowest is None:
        return []
    return [
        row["network_zh"]
        for row in records
        if row["is_usual_base"] and row["rate"] is not None and row["rate"] < lowest["rate"]
    ]


def lowest_network(rows: pl.DataFrame) -> str | None:
    """The network the first line of the page names; None where no rate is known."""
    lowest = lowest_coverage(rows.to_dicts())
    return lowest["network_code"] if lowest else None


def left_out_html(rows: pl.DataFrame) -> str:
    """The units outside the comparison, each with its mark and why: not applicable is not missing and neither is zero."""
    left_out: dict[tuple[str, str], list[str]] = {}
    for row in rows.filter(rows["rate"].is_null()).iter_rows(named=True):
        left_out.setdefault((mark(row["status_code"]), row["note_zh"] or ""), []).append(row["short_name_zh"])
    if not left_out:
        return ""
    lines = "".join(
        f"<li><b>{esc(sign)}</b> {esc('、'.join(names))}{'：' + esc(why.rstrip('。')) if why else ''}</li>"
        for (sign, why), names in left_out.items()
    )
    return f'<ul class="plain left-out">{lines}</ul>'


def ladder_claim(rows: pl.DataFrame) -> str:
    """How much of the ladder is known, every network in one count: "7个网络中，5个可算覆盖率，1个没有公布建成数，智慧养老服务平台不算覆盖率"."""
    usual = rows.filter(rows["is_usual_base"])
    known, is_month = usual["rate"].is_not_null().sum(), usual["origin_code"] == "month"
    missing = usual["status_code"] == "missing"
    unprinted, partial = (missing & ~is_month).sum(), (missing & is_month).sum()
    apart = usual.filter(usual["rate"].is_null() & ~missing)["network_zh"].to_list()
    tail = (f"，{unprinted}个没有公布建成数" if unprinted else "") + (f"，{partial}个有单位缺报" if partial else "")
    tail += f"，{'、'.join(apart)}不算覆盖率" if apart else ""
    return f"{usual.height}个网络中，{known}个可算覆盖率{tail}"


def sources(rows: pl.DataFrame) -> str:
    """The titles behind the rows, each once: documents first, then the tables of the bases."""
    built = rows["built_source_title_zh"].drop_nulls().unique(maintain_order=True).to_list()
    based = rows["base_source_title_zh"].drop_nulls().unique(maintain_order=True).to_list()
    months = ["各单位月报"] if (rows["origin_code"] == "month").any() else []
    return "；".join(dict.fromkeys([*months, *built, *based])) or "公开文件未公布"


def newest(rows: pl.DataFrame) -> str:
    """The newest as-of among the rows that have a value."""
    known = rows.filter(rows["built"].is_not_null()).sort("as_of_on")
    if known.is_empty():
        if (rows["origin_code"] == "month").any():
            return "有单位缺报，不合计"
        years = rows["base_year"].drop_nulls()
        return f"建成数没有公布；底数{years.max()}年" if years.len() else "没有公布"
    row = known.row(-1, named=True)
    return as_of_zh(row["as_of_on"], row["as_of_precision"]).removeprefix("截至")


def network_options(networks: pl.DataFrame, rows: pl.DataFrame) -> dict[str, str]:
    """The networks that stand on a base, from county to village, by code."""
    based = set(rows.filter(rows["base_code"] != NO_BASE)["network_code"])
    return {
        row["network_code"]: f"{row['tier_zh']} · {row['label_zh']}"
        for row in networks.iter_rows(named=True)
        if row["network_code"] in based
    }


def _at(group: Sequence[Row]) -> str:
    """Everyone who shares a place: ties are said as ties."""
    return together(row["short_name_zh"] for row in group)


def _of(row: Row) -> str:
    """A rate with what it is made of: half of two places is not half of two hundred."""
    return f"{rate_text(row)}（{plain(row['base'])}个中{plain(row['built'])}个）"


def unit_claim(rows: pl.DataFrame, network_zh: str, smallest_difference: float) -> str:
    """What the counties show: their range where they have rates, else how many places each has to cover.

    Functional zones are a group of their own and never first or last of the counties; who shares a place shares the name;
    who has too few places for a rank is first or last of nothing.
    """
    name = network_zh.rpartition(" · ")[2]
    has = "rate" if rows["rate"].is_not_null().any() else "base"
    among = among_zh(rows.filter(rows[has].is_not_null()).to_dicts(), kind="area_kind_code")
    if (rows["area_kind_code"] != ZONE).any():
        rows = rows.filter(rows["area_kind_code"] != ZONE)
    rated = rows.filter(rows["rate"].is_not_null()).to_dicts()
    if rated:
        count = f"{len(rated)}个可比的{'县（区）' if among else '单位'}"
        ranked = [row for row in rated if not row["is_small_base"]]
        small = "、".join(f"{row['short_name_zh']}{_of(row)}" for row in rated if row["is_small_base"])
        apart = f"；{small}，基数太小，不分高低" if small else ""
        if len(rated) == 1:
            return f"{name}：{among}只有{rated[0]['short_name_zh']}可比，{_of(rated[0])}"
        if min(row["rate"] for row in rated) == max(row["rate"] for row in rated):
            return f"{name}：{count}都是{rate_text(rated[0])}"
        if not ranked:
            return f"{name}：{count}基数都太小，不分高低：{small}"
        groups = by_value(ranked, lambda row: row["rate"], lambda row: counting(smallest_difference, row["base"]))
        high, low = groups[0], groups[-1]
        if len(ranked) == 1:
            return f"{name}：{among}{_at(high)}{_of(high[0])}{apart}"
        count = f"{len(ranked)}个{'县（区）' if among else '单位'}" if small else count
        if high[0]["rate"] == low[-1]["rate"]:
            return f"{name}：{count}都是{rate_text(low[-1])}{apart}"
        if len(groups) == 1:
            least = max(counting(smallest_difference, row["base"]) for row in ranked)
            step = points(smallest_difference) + ("或一个" if least > smallest_difference else "")
            level = level_zh(high[0]["rate"], low[-1]["rate"], least, step)
            return f"{name}：{count}{level}，在{rate_text(low[-1])}至{rate_text(high[0])}之间{apart}"
        return f"{name}：{among}{_at(high)}最高，{_of(high[0])}；{_at(low)}最低，{_of(low[-1])}{apart}"
    unknown = "没有报" if is_of_months(rows) else "没有公布"
    based = rows.filter(rows["base"].is_not_null()).to_dicts()
    if not based:
        return f"{name}：各单位建成数都{unknown}，也没有底数"
    most = by_value(based, lambda row: row["base"], 1)[0]
    return (
        f"{name}：各单位建成数都{unknown}；{among}要覆盖的{most[0]['base_label_zh']}最多的是{_at(most)}，"
        f"{plain(most[0]['base'])}个"
    )


def unit_what(rows: pl.DataFrame) -> str:
    """What the tiles print."""
    years = rows["base_year"].drop_nulls()
    unknown = f"建成数（{'没有报' if is_of_months(rows) else '没有公布'}）"
    based = f"要覆盖的单位数（个，{years.max()}年）" if years.len() else unknown
    printed = "覆盖率" if rows["rate"].is_not_null().any() else based
    return f"各单位{printed}，颜色越深越大；示意图，只表示大致方位，虚线框为功能区"


def unit_table(rows: pl.DataFrame) -> str:
    """One network in all units: base, built, rate, blank, and why something is not there."""
    body = [
        [
            esc(row["short_name_zh"]),
            num(base_text(row), base_ref(row), wrap=True),
            num(built_text(row), built_ref(row)),
            num(rate_text(row), rate_ref(row)),
            num(_blank_text(row), None),
            long_text(row["note_zh"]),
        ]
        for row in rows.iter_rows(named=True)
    ]
    return table(["单位", "底数", "建成", "覆盖率", "空白", "说明"], body, text_columns=(5,), caption="各单位覆盖")


def tiles(rows: pl.DataFrame, places: pl.DataFrame) -> list[Tile]:
    """One tile a unit: its rate where units have rates, else the size of its base; zones by a dashed edge."""
    by_area = {row["area_id"]: row for row in rows.iter_rows(named=True)}
    has_rates = any(row["rate"] is not None for row in by_area.values())
    largest = max((row["base"] or 0 for row in by_area.values()), default=0) or 1
    drawn = []
    for place in places.iter_rows(named=True):
        row = by_area.get(place["area_id"])
        if place["tile_row"] is None:
            continue
        if row is None:
            weight, text = None, mark("missing")
        elif has_rates:
            weight, text = None if row["rate"] is None else min(row["rate"], 1.0), rate_text(row)
        else:
            weight = None if row["base"] is None else row["base"] / largest
            text = mark("not_applicable") if row["base"] is None else f"{plain(row['base'])}个"
        drawn.append(
            Tile(
                name_zh=place["short_name_zh"],
                row=place["tile_row"],
                column=place["tile_col"],
                weight=weight,
                text=text,
                receipt=None if row is None else (rate_ref(row) if has_rates else base_ref(row)),
                is_zone=place["kind_code"] == "functional_zone",
            )
        )
    return drawn
