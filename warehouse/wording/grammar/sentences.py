"""First lines of the pages and one-line verdicts, made of rows of the release: same rows, same sentence.

Every number in a sentence is the printed form of a value of a row, or a count of the rows given; those that have a row
of their own remember it, so that a page can open the receipt.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.cited import Cited, Figure, cited, listed
from warehouse.wording.grammar.dates import as_of_zh, month_zh
from warehouse.wording.grammar.numbers import mark, percent, plain, points, show_value
from warehouse.wording.receipt.receipts import check_result, profile_column
from warehouse.wording.targets import VERDICT, counts_zh, deadline_zh, outlook_word, target_figure

COVERAGE, FIGURES, PROGRESS, CHECKS = (
    "mart.coverage",
    "core.fct_document_figure",
    "mart.target_progress",
    "mart.cross_check",
)
ONE_YEAR = timedelta(days=366)
SILENT_ZH = "有单位缺报"

Row = Mapping[str, Any]


def rate_of(row: Row) -> Figure:
    """The coverage of a row as printed, its mark where there is none."""
    wording = percent(row["rate"]) if row["rate"] is not None else mark(row["status_code"])
    return Figure(wording=wording, relation=COVERAGE, row_key=row["row_key"])


def built_of(row: Row) -> Figure:
    """How many are built: in the wording of the document where one prints it, unless a reading adds to it."""
    if row["built"] is None:
        return Figure(wording=mark("missing"), relation=COVERAGE, row_key=row["row_key"])
    if row["figure_id"] and row["built"] == row["printed_value"]:
        return Figure(wording=row["built_as_written"], relation=FIGURES, row_key=row["figure_id"])
    return Figure(wording=f"{plain(row['built'])}个", relation=COVERAGE, row_key=row["row_key"])


def base_of(row: Row) -> Figure:
    """What a network is measured against, with its year: "2021年的2871个行政村"; — where nothing applies."""
    if row["base"] is None:
        return Figure(wording=mark("not_applicable"), relation=COVERAGE, row_key=row["row_key"])
    wording = f"{row['base_year']}年的{plain(row['base'])}个{row['base_label_zh']}"
    return Figure(wording=wording, relation=COVERAGE, row_key=row["row_key"])


def lowest_coverage(ladder: Sequence[Row]) -> Row | None:
    """The network of a ladder with the lowest rate on its usual base, the first of several; None where there is no rate."""
    found = _lowest(ladder)
    return found[0] if found else None


def _lowest(ladder: Sequence[Row]) -> list[Row]:
    """Every network of a ladder with the lowest rate on its usual base, in declared order.

    Figures more than a year older than the newest one of the ladder do not lead a page.
    """
    rated = [row for row in ladder if row["is_usual_base"] and row["rate"] is not None]
    newest = max((row["as_of_on"] for row in rated), default=None)
    fresh = [row for row in rated if newest - row["as_of_on"] <= ONE_YEAR]
    found = by_value(fresh, lambda row: row["rate"], 0, lowest_first=True)
    return sorted(found[0], key=lambda row: row["sort_order"]) if found else []


def _is_partial(row: Row) -> bool:
    """Whether units are silent in the newest month of a network."""
    return row["origin_code"] == "month" and row["status_code"] == "missing"


def standing(ladder: Sequence[Row], whole: Sequence[Row]) -> list[Row]:
    """What can be said of a city: where units are silent in the newest month, the last month all reported, within a year.

    Args:
        whole: rows of `warehouse.read.place.coverage.last_whole`.
    """
    before = {row["network_code"]: row for row in whole}

    def told(row: Row) -> Row:
        found = before.get(row["network_code"]) if before and row["is_usual_base"] and _is_partial(row) else None
        return found if found and row["as_of_on"] - found["as_of_on"] <= ONE_YEAR else row

    return [told(row) for row in ladder]


def _since_whole_zh(ladder: Sequence[Row], told: Sequence[Row], silent_zh: str) -> str:
    """By which month the city is told, which one is not whole and because of whom; empty where all of it is whole."""
    pairs = [(row["as_of_on"], own["as_of_on"]) for row, own in zip(ladder, told, strict=True) if row is not own]
    if not pairs:
        return ""
    newest, months = max(now for now, _ in pairs), {before for _, before in pairs}
    by = f"的{month_zh(max(months))}底" if len(months) == 1 else "一月"
    return f"；月报各项按最近收齐{by}（{month_zh(newest)}{silent_zh}）"


def coverage_finding(
    ladder: Sequence[Row], *, name_zh: str, whole: Sequence[Row] = (), silent_zh: str = SILENT_ZH
) -> Cited:
    """The first line of 四级网络覆盖: the widest gap, what exceeds its base, what nobody published.

    Args:
        whole: see `standing`.
        silent_zh: which units are silent in the newest month.
    """
    told = standing(ladder, whole)
    since, ladder = _since_whole_zh(ladder, told, silent_zh), told
    lowest = lowest_coverage(ladder)
    if lowest is None:
        return cited(f"{no_coverage_zh(ladder, name_zh, silent_zh)}。")
    made_of = [cited(built_of(row), "对", base_of(row)) for row in _lowest(ladder)]
    names = together(row["network_zh"] for row in _lowest(ladder))
    head = cited("覆盖最低的是", names, "，", rate_of(lowest), "（", *_joined(made_of), "）")
    blanks = [cited(_gap_of(row), row["base_label_zh"]) for row in _blank_rows(ladder)]
    head = cited(f"{name_zh}至少空着", *_joined(blanks), "；", head) if blanks else cited(f"{name_zh}", head)
    over = [row for row in ladder if row["is_usual_base"] and (row["rate_low"] or 0) > 1]
    absent = [row for row in ladder if row["is_usual_base"] and row["status_code"] == "missing"]
    missing, partial = ([row["network_zh"] for row in absent if (row["origin_code"] == "month") is is_month] for is_month in (False, True))  # fmt: skip
    parts: list[Cited | str] = [head]
    if over:
        named = [cited(row["network_zh"], "（", rate_of(row), "）") for row in over]
        parts.append(cited("；", *_joined(named), "建成数多于底数，原因见各行"))
    if missing:
        parts.append(f"；{listed(missing)}没有印建成个数")
    if partial:
        parts.append(f"；{listed(partial)}{silent_zh}，不合计")
    return cited(*parts, since, "。")


def no_coverage_zh(ladder: Sequence[Row], name_zh: str, silent_zh: str = SILENT_ZH) -> str:
    """Why no coverage of a city is known: units did not report the newest month, what is built has no base, nobody prints it."""
    partial = [row["as_of_on"] for row in ladder if _is_partial(row)]
    if partial:
        return f"{name_zh}{month_zh(max(partial))}{silent_zh}，全市覆盖率不合计"
    if any(row["built"] is not None for row in ladder):
        return f"{name_zh}有建成数而没有可比的底数，算不出覆盖率"
    return f"{name_zh}没有公布可以计算覆盖率的建成数"


def _blank_rows(ladder: Sequence[Row]) -> list[Row]:
    """The networks with blanks, most first; figures more than a year older than the newest do not lead a page."""
    rated = [row for row in ladder if row["is_usual_base"] and row["rate"] is not None]
    newest = max((row["as_of_on"] for row in rated), default=None)
    return sorted(
        (row for row in rated if row["blank"] and newest - row["as_of_on"] <= ONE_YEAR), key=lambda row: -row["blank"]
    )


def _gap_of(row: Row) -> Figure:
    return Figure(wording=f"{plain(row['blank'])}个", relation=COVERAGE, row_key=row["row_key"])


def _joined(parts: Sequence[Cited]) -> list[Cited | str]:
    joined: list[Cited | str] = []
    for part in parts:
        joined += ["、", part] if joined else [part]
    return joined


def overview_finding(ladder: Sequence[Row], verdicts: Sequence[Row], *, name_zh: str) -> Cited:
    """The first line of 总览: the widest gap in the network, and how many targets can be judged at all."""
    lowest = lowest_coverage(ladder)
    parts: list[Cited | str | Figure] = []
    if lowest is None:
        parts.append(no_coverage_zh(ladder, name_zh))
    else:
        when = as_of_zh(lowest["as_of_on"], lowest["as_of_precision"])
        names = together(row["network_zh"] for row in _lowest(ladder))
        parts += [f"{name_zh}覆盖最低的是", names, "，", rate_of(lowest), f"，{when}"]
    if verdicts:
        parts.append(f"；{counts_zh(verdicts)}")
    return cited(*parts, "。")


def target_verdict(row: Row) -> Cited:
    """One verdict on one target: "2631人，为2024年省定…目标1670人的157.5%，已完成"; several targets, several verdicts.

    Shares tell the difference in percentage points. A yearly average says that it is one, a reading says which; without
    an actual value there is no percentage.
    """
    goal = target_figure(row)
    outlook = outlook_word(row)
    if row["actual"] is None:
        return cited(row["name_zh"], "目标", goal, f"，{deadline_zh(row)}：{outlook}")
    actual = _actual(row)
    ending = (
        f"（{row['reading_zh']}，{outlook}）"
        if row["reading_zh"] and row["outlook_code"] == "to_confirm"
        else f"，{outlook}"
    )
    if row["completion"] is None or row["unit_zh"] == "%":
        short = row["target_value"] - row["actual"] if row["completion"] is not None else 0
        # Under a ceiling nothing is short.
        short *= -1 if row["comparator"] == "at_most" else 1
        apart = Figure(wording=points(short), relation=VERDICT, row_key=row["verdict_key"]) if short > 0 else None
        return cited(row["name_zh"], actual, "，目标", goal, *(("，差", apart) if apart else ()), ending)
    rate = Figure(wording=percent(row["completion"]), relation=PROGRESS, row_key=row["row_key"])
    if row["pace_code"] == "per_year":
        yearly = f"{show_value(row['target_value'], row['unit_zh'])}/年"
        goal = Figure(wording=yearly, relation=PROGRESS, row_key=row["row_key"])
        return cited(
            actual, "，为", row["name_zh"], goal, "的", rate, f"（{row['caveat_zh']}）" if row["caveat_zh"] else ending
        )
    return cited(actual, "，为", row["name_zh"], goal, "的", rate, ending)


def _actual(row: Row) -> Figure:
    wording = show_value(
        row["actual"],
        row["actual_unit_zh"] or row["unit_zh"],
        decimals=row["decimals"] or 0,
        as_written=row["actual_as_written"],
        thresholds=(1, row["target_value"]) if row["target_value"] else (1,),
    )
    # A figure to which a reading adds is not the number its sentence prints: it opens the verdict instead.
    if row["evidence_relation"] == FIGURES and row["actual_as_written"] is None:
        return Figure(wording=wording, relation=VERDICT, row_key=row["verdict_key"])
    return Figure(wording=wording, relation=row["evidence_relation"], row_key=row["evidence_row_key"])


def side_of(row: Row, side: str) -> Figure:
    """The value of one side (`a` or `b`) of a comparison line as printed; 缺 where it published none."""
    relation = row[f"relation_{side}"] or "mart.city_comparison"
    row_key = row[f"row_key_{side}"] or row["row_key"]
    if row["basis_code"] == "per_10000":
        # The count was divided by persons here, so the number is this line's and not that of its count.
        relation, row_key = "mart.city_comparison", row["row_key"]
    wording = show_value(
        row[f"value_{side}"], row["unit_zh"], decimals=row["decimals"], as_written=row[f"as_written_{side}"]
    )
    is_profile = relation == "mart.area_profile"
    column = profile_column(row[f"indicator_{side}"] or row["item_code"]) if is_profile else ""
    return Figure(wording=wording, relation=relation, row_key=row_key, column=column)


def comparison_finding(rows: Sequence[Row], *, name_a_zh: str, name_b_zh: str) -> Cited:
    """The first line of 城市对比: what may be held side by side, what is refused, and how old both are."""
    if not rows:
        return cited(f"{name_a_zh}与{name_b_zh}都没有可以对比的数。")
    services = [row for row in rows if row["basis_code"] != "context"]
    shown = next((row for row in services if row["comparable"]), None)
    counts = Counter(
        "one_sided" if row["reason_code"] == "not_published" else "refused" for row in services if not row["comparable"]
    )
    parts: list[Cited | str] = []
    if shown is not None:
        badge = f"（{shown['badge_zh']}）" if shown["badge_zh"] else ""
        parts.append(cited(shown["item_zh"], name_a_zh, side_of(shown, "a"), "、", name_b_zh, side_of(shown, "b"), f"{badge}，可以并列"))  # fmt: skip
    elif services:
        parts.append(f"{name_a_zh}与{name_b_zh}没有口径相同、时点相近的服务指标")
    if counts["refused"]:
        parts.append(f"{counts['refused']}项口径或时点不同，不作比较")
    if counts["one_sided"]:
        parts.append(f"{counts['one_sided']}项只有一方公布")
    ageing = next((row for row in rows if row["item_code"] == "ageing_rate" and row["comparable"]), None)
    if ageing is not None:
        parts.append(_older(ageing, name_a_zh, name_b_zh))
    return cited(*_semicolons(parts), "。")


def _semicolons(parts: Sequence[Cited | str]) -> list[Cited | str]:
    joined: list[Cited | str] = []
    for part in parts:
        joined += ["；", part] if joined else [part]
    return joined


def against(high: Row, low: Row, smallest: float) -> str | None:
    """Why the higher of two values is not said to be higher: they differ by less than counts, or their intervals meet.

    Args:
        high, low: value with the bounds its wording allows (null where it has none on that side).
    """
    if high["value"] - low["value"] < smallest:
        return "两地相当"
    if high["low"] is None or low["high"] is None or high["low"] <= low["high"]:
        return "原数是约数，不能断定谁高"
    return None


def _older(row: Row, name_a_zh: str, name_b_zh: str) -> Cited:
    older, younger = ("a", "b") if row["value_a"] >= row["value_b"] else ("b", "a")
    names = {"a": name_a_zh, "b": name_b_zh}
    if row["value_" + older] - row["value_" + younger] < row["smallest_difference"]:
        return cited(row["item_zh"], names[older], side_of(row, older), "，与", names[younger], "的", side_of(row, younger), "相当")  # fmt: skip
    apart = points(row[f"value_{older}"] - row[f"value_{younger}"])
    return cited(
        row["item_zh"], names[older], side_of(row, older), f"，比{names[younger]}的", side_of(row, younger), "高",
        Figure(wording=apart, relation="mart.city_comparison", row_key=row["row_key"], column="difference"),
    )  # fmt: skip


def check_line(row: Row) -> Cited:
    """One cross check in words: both wordings, the result with its bound, the badge, what to make of it."""
    result = check_result(row)
    figure = Figure(wording=result, relation=CHECKS, row_key=row["row_key"])
    badge = f"，{row['badge_zh']}" if row["badge_zh"] else ""
    if not result or row["kind_code"] == "series":
        return cited(row["title_zh"], "：", row["numerator_zh"] if not result else None, badge.lstrip("，"), "。", row["sentence_zh"], "。")  # fmt: skip
    if row["kind_code"] == "growth":
        return cited(
            row["denominator_zh"], "，", row["numerator_zh"], "：增长", figure, badge, "。", row["sentence_zh"], "。"
        )
    return cited(row["numerator_zh"], "÷", row["denominator_zh"], "＝", figure, badge, "。", row["sentence_zh"], "。")


def documents_finding(sources: Sequence[Row], checks: Sequence[Row]) -> Cited:
    """The first line of 公开文件: how much is printed, how much is promised without a number, what does not fit."""
    figures = sum(row["figure_count"] for row in sources)
    # What several documents name is one thing.
    programmes, silent = (sources[0]["thing_count"], sources[0]["bare_count"]) if sources else (0, 0)
    doubtful = [row for row in checks if row["verdict_code"] == "doubtful"]
    parts = [f"{len(sources)}份公开文件共印有{figures}个数，点名{programmes}项政策与任务，其中{silent}项没有公布数字"]
    if doubtful:
        why = dict.fromkeys(row["badge_zh"] for row in doubtful if row["badge_zh"])
        parts.append(f"{len(checks)}项勾稽核对中{len(doubtful)}项存疑：{listed(why)}")
    elif checks:
        parts.append(f"{len(checks)}项勾稽核对没有存疑")
    return cited("；".join(parts), "。")
