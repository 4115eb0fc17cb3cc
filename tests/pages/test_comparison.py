"""城市对比: what the gate refuses has no ratio anywhere; units against a benchmark of choice, ranked by printed rules."""

import re
from datetime import date

import pytest

from pages.briefing.comparison.dot_plot import Dot, DotRow, axis, dot_rows
from pages.ui.marks.box_plot import OWN, TARGET, cell_box_plot
from tests.build.test_api import serving
from tests.declared import units_of
from warehouse.read import Releases
from warehouse.read.month import months
from warehouse.read.place import benchmarks, comparison
from warehouse.wording import benchmarks as words

PAGE = "briefing/comparison/page.py"
ODD = date(2026, 9, 1)
SHARE = {"label_zh": "占比", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "polarity_code": "higher_is_better", "smallest_difference": 0.01}  # fmt: skip
# 313 / 26 = 12.04 and 26 / 313 = 8.31 %, at any precision a page may print, and as 倍.
RATIOS = re.compile(r"(?<![\d.])(12\.0\d*|12倍|8\.3\d*%|0\.083\d*)(?!\d)")


def standings(home, indicator="nursing_bed_share", month=ODD, **asked):
    with Releases(home.demo()).acquire() as release:
        rows = benchmarks.standings(
            release, city_area_id="puyang", indicator_code=indicator, month=month, **asked
        ).frame
    return {row["area_id"]: row for row in rows.to_dicts()}


def board(page) -> dict[str, list[str]]:
    """The table of units as text, by unit."""
    html = page.html.partition('<div class="board">')[2].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.split("<tr[^>]*>", html)[1:]]
    return {re.sub("<[^>]+>", "", row[0]): [re.sub("<[^>]+>", "", cell) for cell in row] for row in rows if len(row) == 5}  # fmt: skip


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("CM6")
@pytest.mark.parametrize("areas", ["puyang,fushun", "fushun,puyang"])
def test_day_care_and_home_care_centres_stand_apart_without_a_ratio_and_under_a_badge(show, areas):
    page = show(PAGE, areas=areas)
    row = next(one for one in re.findall(r'<div class="row refused">.*?</p></div>', page.html, re.DOTALL) if "313个" in one and "26个" in one)  # fmt: skip
    assert "口径不同，不作排名" in row
    assert "日间照料中心建在社区" in row
    for drawing in ("dot", "box-plot", "width:", "第1位", "倍"):
        assert drawing not in row
    assert not RATIOS.search(page.text)


def test_the_head_counts_what_is_drawn_and_what_is_refused_and_nothing_else(show):
    page = show(PAGE, areas="puyang,fushun")
    drawn = page.html.partition("<h3>养老服务 ")[2].partition("</section>")[0]
    # 覆盖率 and 每万人 of 幸福院 share an axis; their number (2016个 and 82个) is listed under 背景与个数 only.
    assert len(re.findall(r'class="dot-row', drawn)) == 2
    refused = len(re.findall(r'<div class="row refused">', page.html))
    assert f"2项服务数可以并列，{refused}项不作比较，1项个数只列不比" in page.text


@pytest.mark.bar("CM6")
def test_neither_the_mart_nor_the_programming_interface_holds_a_ratio_of_the_two(real_home, real_release, monkeypatch):
    row = next(row for row in comparison.compare(real_release, area_a="puyang", area_b="fushun").frame.to_dicts() if row["item_code"] == "community_centre")  # fmt: skip
    assert (row["value_a"], row["value_b"], row["comparable"]) == (313, 26, False)
    assert row["badge_zh"] == "口径不同，不作排名"
    numbers = [value for value in row.values() if isinstance(value, int | float) and not isinstance(value, bool)]
    assert not any(abs(value - ratio) < 0.005 for value in numbers for ratio in (313 / 26, 26 / 313, 26 / 313 * 100))
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    with serving() as client:
        for indicator in ("community_day_care_count", "community_home_care_centre_count"):
            for series in ("document", "coverage"):
                answer = client.get("/api/v1/values", params={"indicator": indicator, "series": series, "area": "puyang,fushun"})  # fmt: skip
                assert not RATIOS.search(answer.text)
                assert "rank" not in answer.text


# ── benchmarks ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("CM1")
def test_mean_and_median_with_and_without_oneself_by_hand(odd_home):
    # 130, 60, 60, 40, 50 and the zones' 70, 30, 30 of 100 beds each: 470 of 800 are 58.75 %.
    rows = standings(odd_home)
    assert [row["city_mean"] for row in rows.values()] == pytest.approx([0.5875] * 9)
    # Counties 40, 50, 60, 60, 130: the third is 60. Zones 30, 30, 70: 30.
    assert rows["hualong"]["median"] == pytest.approx(0.6)
    assert rows["puyang_etdz"]["median"] == pytest.approx(0.3)
    alone = standings(odd_home, excludes_self=True)
    # Without 华龙区 340 of 700; of 40, 50, 60, 60 the middle is 55. Without 范县 430 of 700; of 50, 60, 60, 130 it is 60.
    assert (alone["hualong"]["city_mean"], alone["hualong"]["median"]) == (
        pytest.approx(340 / 700),
        pytest.approx(0.55),
    )
    assert (alone["fanxian"]["city_mean"], alone["fanxian"]["median"]) == (pytest.approx(430 / 700), pytest.approx(0.6))
    # A unit that did not report has nothing of itself to leave out.
    assert alone["taiqian"]["city_mean"] == pytest.approx(0.5875)
    assert {row["mean_count"] for name, row in alone.items() if name != "taiqian"} == {7}


@pytest.mark.bar("CM1")
@pytest.mark.parametrize(
    ("parameters", "head", "told"),
    [
        ({}, "比市均值（加权）", {"华龙区": "▲ 高71.3个百分点", "范县": "▼ 低18.8个百分点"}),
        ({"alone": "true"}, "比其余单位的市均值（加权）", {"华龙区": "▲ 高81.4个百分点", "范县": "▼ 低21.4个百分点"}),
        ({"bench": "median"}, "比中位数", {"华龙区": "▲ 高70.0个百分点", "清丰县": "● 相同", "经开区": "● 相同"}),
        ({"bench": "median", "alone": "true"}, "比其余单位的中位数", {"华龙区": "▲ 高75.0个百分点"}),
        ({"bench": "target"}, "比计划目标", {"华龙区": "▲ 高75.0个百分点", "濮阳县": "▼ 低5.0个百分点"}),
        ({"bench": "other"}, "比抚顺市", {"华龙区": "—", "台前县": "—"}),
    ],
)  # fmt: skip
def test_each_benchmark_can_be_chosen_and_the_link_keeps_it(show_of, odd_home, parameters, head, told):
    # 130 - 340/7 = 81.43; 40 - 430/7 = -21.43; the plan wants 55 %; 抚顺市 reported nothing.
    page = show_of(odd_home, PAGE, month="2026-09", **parameters)
    assert f'<th class="text">{head}</th>' in page.html
    rows = board(page)
    assert {name: rows[name][3] for name in told} == told
    assert rows["台前县"][1:2] == ["缺"]


@pytest.mark.bar("CM1")
def test_another_city_is_the_benchmark_where_the_gate_lets_it(demo_root, show_of, demo_release):
    page = show_of(demo_root, PAGE, indicator="nursing_bed_share", bench="other")
    other = months.series(demo_release, indicator_code="nursing_bed_share", area_ids=("fushun",)).frame["value"][-1]
    own = months.series(demo_release, indicator_code="nursing_bed_share", area_ids=("hualong",)).frame["value"][-1]
    assert board(page)["华龙区"][3] == f"▲ 高{(own - other) * 100:.1f}个百分点"
    # Allowance policies are each city's own: the gate refuses the other city as a benchmark.
    refused = benchmarks.other_cities(
        demo_release, city_area_id="puyang", indicator_code="allowance_on_time_rate"
    ).frame
    assert refused["reason_zh"].str.contains("不对比").all()


# ── ranks and spines ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("CM5")
def test_a_rank_prints_ties_direction_everyone_ranked_and_everyone_left_out(show_of, odd_home):
    page = show_of(odd_home, PAGE, month="2026-09")
    # 130, then 60 twice, then 50 and 40; 台前县 did not report. Zones 70, then 30 twice.
    assert {name: row[4] for name, row in board(page).items()} == {
        "华龙区": "第1位（共5个参排，1个未报）",
        "清丰县": "并列第2—3位（共5个参排，1个未报）",
        "南乐县": "并列第2—3位（共5个参排，1个未报）",
        "濮阳县": "第4位（共5个参排，1个未报）",
        "范县": "第5位（共5个参排，1个未报）",
        "台前县": "没有数，不排名",
        "工业园区": "第1位（共3个参排）",
        "经开区": "并列第2—3位（共3个参排）",
        "示范区": "并列第2—3位（共3个参排）",
    }
    assert "位次（高者在前）" in page.text
    assert "与前一位相差不到该指标最小差、或不到所数的一个的并列，其后的位次顺延" in page.text


@pytest.mark.bar("CM5")
def test_where_less_is_better_the_lowest_is_first_and_the_head_says_so():
    lower = {**SHARE, "polarity_code": "lower_is_better"}
    assert words.direction_zh(lower) == "低者在前"
    row = {"area_zh": "甲县", "kind_code": "administrative", "value": 0.6, "city_mean": 0.5, "smallest_gap": 0.01}
    assert words.gap_zh(row, lower, words.MEAN) == ("高10.0个百分点", "watch")
    assert words.claim([row], lower, words.MEAN, name="市均值") == "占比：1个单位中1个高于市均值：甲县10.0个百分点"


@pytest.mark.bar("CM4")
def test_a_spine_stands_in_its_cell_with_own_median_and_target_by_shape(show_of, odd_home):
    page = show_of(odd_home, PAGE, month="2026-09")
    cells = re.findall(r'<td class="text">(<div class="box-plot cell".*?</div></div>)</td>', page.html)
    assert len(cells) == len(units_of("puyang"))
    # 华龙区: four peers from 40 to 60, itself 130 at the right end, the median 60 and the plan's 55 between.
    first = cells[0]
    assert (first.count('class="peer"'), first.count('class="median"')) == (4, 1)
    assert re.search(rf'left:100.00%">{OWN}</i>', first)
    # (60 - 40) / 90 = 22.22 %, (55 - 40) / 90 = 16.67 %
    assert 'class="median" style="left:22.22%"' in first
    assert re.search(rf'class="mark target" style="left:16.67%">{TARGET}', first)
    assert 'aria-label="华龙区130.0%，第1位（共5个参排，1个未报），中位数60.0%"' in first
    assert OWN not in re.sub("<[^>]+>", "", cells[5])
    for what in ("●本单位", "长线是中位数", "▽计划目标"):
        assert what in page.text


def test_a_spine_of_one_value_or_of_none_is_drawn_without_a_fault():
    alone = cell_box_plot([], 0.5, median=0.5, target=None, alt_zh="x")
    assert f'left:0.00%">{OWN}' in alone
    assert cell_box_plot([], None, median=None, target=None, alt_zh="x") == ""


@pytest.mark.bar("CM9")
def test_the_board_says_who_moved_the_city_and_its_parts_sum_to_the_change(show_truth, truth_release):
    page = show_truth(PAGE, indicator="nursing_bed_share")
    now, then = date(2026, 10, 1), date(2025, 10, 1)
    parts = months.contributions(truth_release, city_area_id="puyang", indicator_code="nursing_bed_share", month=now, other_month=then).frame  # fmt: skip
    city = months.series(truth_release, indicator_code="nursing_bed_share", area_ids=("puyang",), first_month=now).frame
    assert parts["contribution"].sum() == pytest.approx(city["change_yoy"][0], abs=1e-12)
    two = "、".join(f"{name}提高" + r"[\d.]+个百分点" for name in parts["area_zh"][:2])
    assert re.search(rf"濮阳市养老机构护理型床位占比同比提高[\d.]+个百分点：主要是{two}", page.text)
    assert page.html.count('<div class="piece">') == len(units_of("puyang"))


# ── states ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("bench", "god", "对照“god”"),
        ("indicator", "height", "指标“height”"),
        ("month", "1999-01", "月份“1999-01”"),
        ("city", "cn-220100", "城市“cn-220100”"),
        ("areas", "nowhere,puyang", "地区“nowhere”"),
        ("release", "19990101-01", "发布批次“19990101-01”"),
    ],
)
def test_a_stale_link_is_answered_and_the_usual_is_shown(show_truth, parameter, value, told):
    page = show_truth(PAGE, **{parameter: value})
    assert not page.app.exception
    assert told in page.text
    assert "错误编号" not in page.text


def test_one_month_alone_ranks_and_tells_no_change(show_of, one_month_home):
    page = show_of(one_month_home, PAGE)
    assert len(board(page)) == 9
    assert "各单位相加等于全市的变化" not in page.text


def test_without_any_figure_the_board_says_so(show_of, nothing_home):
    page = show_of(nothing_home, PAGE)
    assert not page.app.exception
    assert "这个市还没有可以排名的比率" in page.text


def test_everything_at_one_hundred_percent_is_a_tie_of_all(show_of, odd_home):
    page = show_of(odd_home, PAGE, month="2026-08")
    assert {row[4] for row in board(page).values()} == {"不分先后（共6个参排）", "不分先后（共3个参排）"}
    assert {row[3] for row in board(page).values()} == {"● 相同"}
    assert "9个单位都不低于市均值（加权）" in page.text


def test_the_real_release_has_no_board_of_units(show):
    assert "一个市里，各单位和谁比" not in show(PAGE).text


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("highest", "top"), [(42.2, 50), (31.5, 40), (40, 40), (0.3026, 0.4), (0.0376, 0.04)])
def test_an_axis_from_zero_ends_at_a_step_that_no_value_lies_beyond(highest, top):
    # A fifth of 42.2 is 8.4: steps of 10, the fifth of which is the first not under 42.2.
    end, ticks = axis(highest, lambda value, *, is_last: f"{value:g}")
    assert end == pytest.approx(top)
    assert (ticks[0][0], ticks[-1][0]) == (0, pytest.approx(top))


def test_an_axis_that_rows_share_stands_under_the_last_and_a_caution_is_told_once():
    ticks = [(0.0, "0"), (1.0, "100%")]
    first, second = (
        DotRow(name_zh=name, notes_html=(), dots=[Dot(position=0, name_zh="甲", value=0.5, text="50%", receipt=None)], top=1.0, ticks=ticks, cautions=cautions)
        for name, cautions in (("占比", ("不作倍数",)), ("比重", ("不作倍数", "先看上一行")))
    )  # fmt: skip
    html = dot_rows([first, second])
    assert html.count("shares-axis") == 1
    assert html.index("shares-axis") < html.index("比重")
    assert html.count("<p>") == 2
    assert [html.count(f">{sign}</sup>") for sign in "①②"] == [2, 1]
