"""Who is named first or last: everyone who shares the place, and nobody alone who differs by less than counts."""

from datetime import date

import pytest

from warehouse.wording import (
    allowance_months,
    benchmarks,
    bulletin,
    bulletin_order,
    deck,
    overview_months,
    platform_months,
    programmes,
    targets,
    townships,
)
from warehouse.wording.grammar import alike, sentences

NAMES = "甲乙丙丁戊己"


def tasks(*completions, target=100, kind="administrative"):
    """Units with a task of `target` at half of the year."""
    return [
        {
            "area_zh": name, "short_name_zh": name, "kind_code": kind, "level_code": "unit", "indicator_code": "t",
            "against_code": "pace", "is_small_task": False, "smallest_gap_pp": 1 / target, "completion": done, "pace": 0.5,
            "gap": done - 0.5, "standing_code": "behind" if done < 0.5 else "ahead", "task_row_key": name, "value": done * target,
        }
        for name, done in zip(NAMES, completions, strict=False)
    ]  # fmt: skip


def shares(*values, name="rate"):
    return [
        {"area_zh": area, "short_name_zh": area, "kind_code": "administrative", name: value, "area_id": area}
        for area, value in zip(NAMES, values, strict=False)
    ]


def test_a_new_place_begins_where_the_difference_counts():
    # 70 and 69.5 differ by half a point, 69.5 and 60 by nine and a half; one point counts.
    found = alike.by_value([0.6, 0.7, 0.695], float, 0.01)
    assert found == [[0.7, 0.695], [0.6]]
    assert alike.foremost(found, 1) == [0.7, 0.695]
    assert alike.foremost(found, 3) == [0.7, 0.695, 0.6]
    # A difference of just as much as counts is one, whatever the last bit of a double says.
    assert alike.by_value([0.3, 0.29], float, 0.01) == [[0.3], [0.29]]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([4, 3, 2], "甲4项中4项、乙4项中3项、丙4项中2项"),
        ([4, 3, 3, 3], "甲4项中4项"),  # three share the second place, and do not fit: none of them is named
        ([3, 3, 3, 3, 1], "甲、乙、丙等4个，各3项"),
    ],
)
def test_nobody_is_named_before_others_who_share_his_place(counts, told):
    def unit(name, behind):
        cell = tasks(0.4)[0] | {"area_zh": name, "kind_code": "administrative", "value": 1.0}
        return [cell | {"standing_code": "behind" if place < behind else "level"} for place in range(4)]

    units = [unit(name, behind) for name, behind in zip(NAMES, counts, strict=False)]
    assert overview_months.matrix_claim(units) == f"落后项最多的是{told}"


@pytest.mark.parametrize(
    ("done", "told"),
    [
        # All within one of a hundred of the next: no order at all.
        ([0.400, 0.395, 0.390], "3个县（区）完成率依次相差都不到所数的一个，不分先后。"),
        # The last place told by its names and their gaps in one order: 50 % are due, 甲 lacks 10, 乙 10.5, 丙 30 and 丁 30.5.
        ([0.400, 0.395, 0.2, 0.195], "县（区）按完成率，丙、丁并列第3—4位，分别滞后30.0、30.5个百分点（共4个参排）。"),
        # One behind, all others share the first place and are told with nobody.
        ([0.400, 0.395, 0.390, 0.3], "县（区）按完成率，丁第4位，滞后20.0个百分点（共4个参排）。"),
        ([0.7, 0.6, 0.6, 0.4, 0.3], "县（区）按完成率，甲第1位、乙、丙并列第2—3位，分别快于序时进度20.0、10.0、10.0个百分点；丁第4位、戊第5位，分别滞后10.0、20.0个百分点（共5个参排）。"),
        # Four share the last place: as many are counted, and told from the nearest to the furthest.
        ([0.7, 0.400, 0.395, 0.390, 0.385], "县（区）按完成率，甲第1位，快于序时进度20.0个百分点；乙、丙、丁等4个并列第2—5位，滞后在10.0至11.5个百分点之间（共5个参排）。"),
    ],
)  # fmt: skip
def test_the_order_of_a_task_tells_places_whole(done, told):
    assert bulletin_order.task_order(tasks(*done), {"t": {"unit_zh": "人次"}}).text == told


def test_the_furthest_behind_are_named_whole_or_counted():
    city = {
        "level_code": "city",
        "area_zh": "全市",
        "status_code": "missing",
        "value": None,
        "gap": None,
        "standing_code": None,
        "against_code": None,
    }
    cells = [tasks(0.5)[0] | city, *tasks(0.4, 0.395, 0.39, 0.385, 0.3)]
    indicators = {"t": {"label_zh": "培训", "unit_zh": "人次"}}
    said = overview_months._lag("某市", cells, indicators).text
    # 戊 alone is 20 points behind; the four others share a place, which does not fit beside it.
    assert said == "某市培训全市数缺，戊滞后最多，为20.0个百分点"
    said = overview_months._lag("某市", cells[:-1], indicators).text
    assert said == "某市培训全市数缺，丁、丙、乙等4个滞后，在10.0至11.5个百分点之间"


def test_a_slide_names_who_is_furthest_behind_with_all_who_share_it():
    indicator = {"label_zh": "占比", "unit_zh": "%", "kind_code": "ratio", "decimals": 1, "smallest_difference": 0.01, "timing_code": "end_of_month"}  # fmt: skip
    behind = [
        {"area_zh": name, "area_id": name, "kind_code": "administrative", "indicator_code": "r", "breakdown_code": "total", "month": date(2026, 10, 1), "against_code": "city", "standing_code": "behind", "gap": gap}
        for name, gap in (("甲", -0.050), ("乙", -0.046), ("丙", -0.02))
    ]  # fmt: skip
    said = deck.rate_claim(None, behind, indicator).text
    assert said == "占比全市缺；3个单位低于全市，最多的是甲、乙并列，最远5.0个百分点"
    assert deck.task_claim(None, tasks(0.4, 0.395, 0.39), {"label_zh": "培训"}).text.endswith("；丙、乙等3个滞后")


def test_first_and_last_are_told_within_the_counties():
    zone = {"area_zh": "园区", "short_name_zh": "园区", "kind_code": alike.ZONE}
    heads = [row | {"row_key": row["area_zh"], "paid_yuan": 1.0, "recipient_count": 1.0, "month": None} for row in shares(57.36, 57.33, 57.00, name="yuan_per_head")]  # fmt: skip
    # 57.36 and 57.33 differ by three fen, five count; the zone's 60 is no part of it.
    claim = allowance_months.per_head_claim([*heads, heads[0] | zone | {"yuan_per_head": 60.0}], 0.05)
    assert "县（区）中人均额最高的是甲、乙并列57.36" in claim
    assert "最低的是丙57.00" in claim
    rated = [row | {"satisfaction_rate": 0.9786} for row in shares(0.471, 0.466, 0.6, name="rating_rate")]
    claim = platform_months.satisfaction_claim([*rated, rated[0] | zone | {"rating_rate": 0.1}], 0.01)
    # 97.86 % is no “97.9 % or more”: the lowest is told as what it is.
    assert claim == "满意率97.9%；县（区）中评价率最低的是乙、甲并列，46.6%的单有人评"
    # Of a unit whose orders nobody rated there is no satisfaction, and its rate of answers is the lowest all the same.
    unrated = rated[1] | {"area_zh": "丁", "rating_rate": 0.0, "satisfaction_rate": None}
    claim = platform_months.satisfaction_claim([*rated[:1], rated[2] | {"satisfaction_rate": 0.9}, unrated], 0.01)
    assert claim == "满意率在90.0%至97.9%之间；评价率最低的是丁，0.0%的单有人评"


def test_who_shares_a_place_is_alike_only_where_its_ends_are():
    # 10.0, 10.3 and 10.6 with 0.5 that counts: each is 0.3 from its neighbour, so all share the place; the ends are 0.6
    # apart, so that they are not called alike, and with 10.4 in place of 10.6 they are.
    assert alike.by_value([10.3, 10.0, 10.6], float, 0.5) == [[10.6, 10.3, 10.0]]
    assert alike.level_zh(10.6, 10.0, 0.5, "0.5元") == "依次相差都不到0.5元，不分先后"
    assert alike.level_zh(10.4, 10.0, 0.5, "0.5元") == "相当"
    wide = townships.blanks_claim("行政村", [("甲", 0.350), ("乙", 0.345), ("丙", 0.339)], 0.01)
    assert wide == "行政村：3个县（区）依次相差都不到1.0个百分点，不分先后，空着35.0%至33.9%"
    # 4 of 12 and 3 of 10 lie 3.3 points apart, one of ten is 10: nobody has most. 丙 sent nothing, which is told.
    few = townships.blanks_claim("乡镇", [("甲", 4 / 12), ("乙", 3 / 10)], 0.01, {"甲": 12.0, "乙": 10.0, "丙": 9.0})
    assert few == "乡镇：2个县（区）相当，空着33.3%至30.0%；丙没有报"


def test_what_does_not_count_is_level_in_the_text_as_in_the_table():
    near = tasks(0.496)[0] | {"standing_code": "level", "month": date(2026, 10, 1), "target_value": 100.0}
    indicator = {
        "label_zh": "培训人次",
        "unit_zh": "人次",
        "timing_code": "year_to_date",
        "kind_code": "count",
        "decimals": 0,
    }
    said = bulletin.task(near | {"status_code": "reported", "breakdown_code": "total", "area_id": "a"}, indicator).text
    # Half a person of a hundred behind: 合序时 in the table, and no lag in the text.
    assert said.endswith("的49.6%，与序时进度相当。")
    level = [near, *tasks(0.3)[:1]]
    assert bulletin_order.task_order([level[0], level[1] | {"area_zh": "乙"}], {"t": indicator}).text == (
        "县（区）按完成率，甲第1位，与序时进度相当；乙第2位，滞后20.0个百分点（共2个参排）。"
    )
    assert (
        bulletin_order.task_order(tasks(0.3), {"t": indicator}).text
        == "只有甲一个县（区）的任务可算完成率，滞后20.0个百分点。"
    )
    assert bulletin.behind_task([near], {"t": indicator}, {}) is None


@pytest.mark.parametrize(
    ("recent", "needed", "said"),
    [
        (9.0, 10.5, "其中甲近三个月月均9.0人次，少于到期前月均所需的11人次。"),
        (10.1, 10.4, ""),
        (0.31, 0.34, ""),
        (None, 10.4, ""),
    ],
)
def test_a_speed_is_less_than_needed_only_where_it_is_as_printed(recent, needed, said):
    (late,) = tasks(0.3)
    speed = {late["task_row_key"]: {"recent_monthly": recent, "monthly_needed": needed}}
    assert bulletin.behind_task([late], {"t": {"unit_zh": "人次"}}, speed).text == f"甲滞后序时进度20.0个百分点。{said}"


def test_blanks_of_some_units_are_not_told_as_the_citys():
    gap = {
        "network_zh": "幸福院",
        "area_zh": "甲",
        "blank": 8.0,
        "city_blank": 17.0,
        "row_key": "k",
        "is_partial": True,
    }
    assert bulletin.blanks([gap]).text == "已报单位幸福院至少17个：甲8个"
    assert bulletin.own_blanks([gap]).text == "幸福院至少8个（已报单位至少17个）。"
    assert bulletin.own_blanks([gap | {"is_partial": False}]).text == "幸福院至少8个（全市至少17个）。"


def test_what_ran_since_january_is_not_told_as_the_month():
    month = {"month": date(2026, 10, 1), "level_code": "city", "area_id": "a", "breakdown_code": "total", "status_code": "reported", "change_mom": None, "change_yoy": None, "change_since_year_start": None}  # fmt: skip
    cells = [month | {"indicator_code": code, "value": 5.0} for code in ("visited", "trained", "beds")]
    timings = {"visited": "during_month", "trained": "year_to_date", "beds": "end_of_month"}
    indicators = {code: {"label_zh": code, "timing_code": timing, "unit_zh": "", "decimals": 0, "kind_code": "count"} for code, timing in timings.items()}  # fmt: skip
    assert [one.text for one in bulletin.levels(cells, indicators)] == [
        "2026年1—10月，全市trained5。",
        "2026年10月当月，全市visited5。",
        "截至2026年10月底，全市beds5。",
    ]


def test_nobody_is_said_to_be_behind_where_nobody_was_judged_or_a_small_task_is():
    unknown = tasks(0.4)[0] | {"standing_code": None, "against_code": None, "value": None}
    small = tasks(0.2, target=20)[0] | {"is_small_task": True, "smallest_base": 30.0, "target_value": 20.0}
    assert (
        bulletin.nothing_behind([unknown, unknown | {"area_zh": "乙"}]).text
        == "本月没有可以判断快慢的数，没有待处理的数据问题。"
    )
    one, other = tasks(0.6, 0.7)
    assert bulletin.nothing_behind([one, other]).text.startswith("本月2个单位都不落后于序时进度或全市，")
    # Nothing is said of a unit that did not report, nor of the indicators of one that nobody can judge.
    silent = unknown | {"area_zh": "丙"}
    assert bulletin.nothing_behind([one, other, silent]).text.startswith("本月有数可判的2个单位都不落后")
    assert bulletin.nothing_behind([one, unknown]).text.startswith("本月甲可以判断快慢的1项都不落后于序时进度或全市，")
    assert deck.task_claim(None, [unknown], {"label_zh": "培训"}).text == "全市培训缺"
    assert deck.task_claim(None, [small], {"label_zh": "培训"}).text == "全市培训缺；甲滞后，任务不足30"
    # One word for it in the matrix, the table, the slide and the text.
    count = {
        "unit_zh": "人次",
        "label_zh": "培训人次",
        "timing_code": "year_to_date",
        "kind_code": "count",
        "decimals": 0,
    }
    small |= {"area_id": "a", "month": date(2026, 10, 1), "breakdown_code": "total", "status_code": "reported"}
    assert overview_months.gap_zh(small, count) == "滞后"
    assert deck.own_claim(small, count).text.endswith("年度任务20人次，任务不足30，滞后")
    assert overview_months.gap_zh(small | {"standing_code": "level"}, count) == "合序时"
    assert deck.task_claim(None, tasks(0.6, 0.7), {"label_zh": "培训"}).text == "全市培训缺；2个有任务的单位都不落后"
    assert (
        bulletin.behind_task([small], {"t": {"unit_zh": "人次"}}, {}).text
        == "甲任务不足30，不算百分比，也滞后于序时进度。"
    )


def test_a_zone_alone_behind_is_told_and_never_hidden_behind_the_counties():
    def against(name, standing, kind="administrative"):
        return tasks(0.5)[0] | {
            "area_id": name, "area_zh": name, "kind_code": kind, "against_code": "city", "standing_code": standing,
            "value": 0.4, "city_value": 0.5, "gap": -0.1, "status_code": "reported", "breakdown_code": "total",
            "month": date(2026, 10, 1), "indicator_code": "r",
        }  # fmt: skip

    indicators = {
        "r": {"label_zh": "占比", "unit_zh": "%", "kind_code": "ratio", "decimals": 1, "timing_code": "end_of_month"}
    }
    cells = [against("甲县", "level"), against("园区", "behind", alike.ZONE)]
    said = overview_months._lag("某市", cells, indicators).text
    assert said == "某市县（区）没有一项落后，功能区中落后项最多的是园区，1项中1项，占比40.0%，低于全市10.0个百分点"
    # Of three behind the last are those of the counties, and said to be.
    furthest = [*tasks(0.4, 0.3), tasks(0.1)[0] | {"area_zh": "园区", "kind_code": alike.ZONE}]
    assert deck.task_claim(None, furthest, {"label_zh": "培训"}).text.endswith("；县（区）中乙、甲滞后最多")


def test_networks_that_tie_for_the_lowest_are_named_together():
    rung = {
        "is_usual_base": True, "rate": 0.5, "rate_low": 0.5, "as_of_on": date(2026, 10, 31), "as_of_precision": "month",
        "status_code": "reported", "row_key": "k", "figure_id": None, "built": 1.0, "base": 2.0, "base_label_zh": "村",
        "base_year": 2021, "blank": None,
    }  # fmt: skip
    ladder = [rung | {"network_zh": name, "sort_order": place} for place, name in enumerate(("敬老院", "幸福院"))]
    said = sentences.coverage_finding(ladder, name_zh="某市").text
    assert said == "某市覆盖最低的是敬老院、幸福院并列，50.0%（1个对2021年的2个村、1个对2021年的2个村）。"
    ladder[1] |= {"rate": 0.75, "built": 3.0, "base": 4.0}
    assert "覆盖最低的是敬老院，50.0%" in sentences.coverage_finding(ladder, name_zh="某市").text


def test_what_is_left_of_a_target_is_never_nothing_by_rounding():
    # 0.79 of one social worker for a thousand elders, a hundredth a month.
    row = {
        "comparator": "eq", "remaining": 0.21, "monthly_needed": 0.0091, "recent_monthly": 0.01, "is_over": False, "unit_zh": "人/千人",
        "actual_indicator_code": "i", "indicator_code": "i", "decimals": 2,
    }  # fmt: skip
    assert targets.outlook_zh(row) == "还差0.21人/千人"
    # Four places in three months: 1.3 a month, and 0.4 of one is not 0.
    places = row | {"remaining": 4.0, "monthly_needed": 0.4, "recent_monthly": 4 / 3, "unit_zh": "所", "decimals": 0}
    assert targets.outlook_zh(places) == "还差4所，月均需0.4所，近三月月均1.3所"


def test_blanks_years_and_families_that_tie_are_told_together():
    said = townships.blanks_claim("行政村", [("范县", 0.350), ("台前县", 0.347), ("濮阳县", 0.248)], 0.01)
    assert said == "行政村：范县、台前县并列空得最多，空着35.0%至34.7%；其次濮阳县24.8%"
    assert (
        townships.blanks_claim("行政村", [("甲", 0.350), ("乙", 0.347)], 0.01)
        == "行政村：2个县（区）相当，空着35.0%至34.7%"
    )
    family = {"source_ids": ["s"], "status_code": "in_force"}
    rows = [family | {"family_zh": name, "figures": [1]} for name in ("资金", "人才")]
    assert programmes.share_claim(rows).startswith("资金、人才并列印出数字的比例最高：1项中1项、1项中1项有数字")


def test_a_benchmark_names_whole_places_and_what_counts_for_each_unit():
    indicator = {"label_zh": "覆盖率", "unit_zh": "%", "kind_code": "ratio", "decimals": 1, "smallest_difference": 0.01, "polarity_code": "higher_is_better"}  # fmt: skip
    rows = [row | {"city_mean": 0.65, "smallest_gap": 0.01} for row in shares(0.60, 0.55, 0.55, 0.55, name="value")]
    said = benchmarks.claim(rows, indicator, benchmarks.MEAN, name="市均值")
    assert said == "覆盖率：4个单位中4个低于市均值，最多的是丁10.0个百分点、丙10.0个百分点、乙10.0个百分点"
    # Half of two townships lies 15 points below, less than one of the two.
    small = rows[:1] + [rows[1] | {"value": 0.5, "smallest_gap": 0.5}]
    assert (
        benchmarks.claim(small, indicator, benchmarks.MEAN, name="市均值")
        == "覆盖率：2个单位中1个低于市均值：甲5.0个百分点"
    )


def test_a_first_and_last_place_of_few_is_told_with_what_it_is_made_of():
    indicator = {"label_zh": "覆盖率", "unit_zh": "%", "smallest_difference": 0.01}
    rows = [
        {"area_zh": name, "area_id": name, "indicator_code": "r", "breakdown_code": "total", "month": date(2026, 10, 1), "kind_code": "administrative", "value": part / whole, "status_code": "reported", "rank": rank, "ranked_count": 2, "numerator": part, "denominator": whole}
        for name, rank, part, whole in (("甲", 1, 470.0, 500.0), ("乙", 2, 3.0, 6.0), ("丙", None, 1.0, 2.0))
    ]  # fmt: skip
    assert (
        bulletin_order.rate_order(rows, {"r": indicator}).text
        == "县（区）中，覆盖率甲第1位，乙第2位（3/6）（共2个参排，1个基数太小）。"
    )
