"""Receipts of numbers worked out when a page is drawn: value and table, each worked by hand on small releases."""

from datetime import date

import pytest

from warehouse.errors import PaperError
from warehouse.paper.model import short_code
from warehouse.read import Releases
from warehouse.read.receipt import derived
from warehouse.read.receipt.receipt_codes import lines_of, numbers_of
from warehouse.read.receipt.receipts import receipt

MONTH = "mart.indicator_month"


def told(release, row_key, column, relation=MONTH):
    return receipt(release, relation=relation, row_key=row_key, column=column).step.told


@pytest.fixture
def odd(odd_home):
    with Releases(odd_home.demo()).acquire() as release:
        yield release


@pytest.fixture
def worked(worked_home):
    with Releases(worked_home.demo()).acquire() as release:
        yield release


def test_a_rank_opens_its_group_in_order_with_ties_and_who_is_left_out(odd):
    # 130, 60 twice, 50, 40; 台前县 did not report. 70 points lie between the first and the second.
    found = told(odd, "nanle|nursing_bed_share|total|2026-09-01", derived.RANK)
    assert found.value_text == "并列第2—3位（共5个参排，1个未报）"
    assert found.note_zh.endswith("距前一位华龙区70.0个百分点")
    assert [line[:2] for line in found.table[1:]] == [
        ("1", "华龙区"), ("2—3", "清丰县"), ("2—3", "南乐县"), ("4", "濮阳县"), ("5", "范县"), ("—", "台前县"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("benchmark", "said"),
    [
        # 470 of 800 are 58.75 %: 40 - 58.75. Without 范县 430 of 700: 40 - 61.43. The middle of 40, 50, 60, 60, 130 is 60.
        ("mean", "低18.8个百分点"),
        ("mean-alone", "低21.4个百分点"),
        ("median", "低20.0个百分点"),
    ],
)
def test_a_distance_opens_every_unit_with_what_it_is_held_against(odd, benchmark, said):
    found = told(odd, "fanxian|nursing_bed_share|total|2026-09-01", f"{derived.AGAINST}{benchmark}")
    assert found.value_text == said
    assert len(found.table) == 1 + 9
    assert next(line[:2] for line in found.table if line[0] == "范县") == ("范县", "40.0%")


def test_contributions_sum_to_the_change_of_the_city(worked):
    # From June to July eight units rise from 105 to 120, 范县 from 30 to 40: 8 × 15 + 10 = 130.
    column = f"{derived.CONTRIBUTION}2026-06-01"
    assert told(worked, "puyang|training_person_times|total|2026-07-01", column).value_text == "＋130人次"
    unit = told(worked, "fanxian|training_person_times|total|2026-07-01", column)
    assert unit.value_text == "＋10人次"
    assert unit.table[-1] == ("合计", "", "", "＋130人次")
    # Largest first; the smallest of nine is 范县.
    assert unit.table[-2][0] == "范县"


def test_shares_of_last_year_and_one_amount_over_another_open_their_division(worked):
    key = "hualong|training_person_times|total|2026-07-01"
    # 120 of last December's 100; a year ago 49 of the same 100.
    assert told(worked, key, derived.OF_LAST_YEAR).value_text == "120.0%"
    assert told(worked, key, derived.OF_LAST_YEAR_THEN).formula_zh == "49人次÷100人次＝49.0%"
    # 20 nursing beds of 100 beds.
    beds = told(worked, "qingfeng|nursing_bed_count|total|2026-06-01", f"{derived.OVER}institution_bed_count")
    assert beds.value_text == "20.0%"


def test_a_place_in_the_country_opens_its_neighbours_and_the_median_its_quarters(real_release):
    found = told(real_release, "hualong", f"{derived.PLACE}ageing_rate", "mart.area_profile")
    above, count = real_release.rows(
        """
        select count(*) filter (where f.ageing_rate > (select ageing_rate from mart.area_profile where area_id = 'hualong')),
            count(f.ageing_rate)
        from mart.area_profile as f inner join core.dim_area as a on a.area_id = f.area_id and a.level_code = 'unit'
        """
    ).frame.row(0)
    assert found.value_text.replace(",", "") == f"第{above + 1}位（共{count}个）"
    assert len(found.table) == 1 + 7
    middle = told(real_release, "hualong", f"{derived.MEDIAN}ageing_rate", "mart.area_profile")
    assert [line[0] for line in middle.table[1:]] == ["最低", "四分之一处", "中位数", "四分之三处", "最高"]
    # 18.98 % in the table, 19.0 % at its place.
    assert f"{float(middle.table[3][1].rstrip('%')):.1f}%" == middle.value_text


def test_a_difference_of_two_cities_opens_both(real_release):
    # 30.26 % - 17.67 % = 12.59, told as 12.6 points.
    found = told(real_release, "puyang|fushun|ageing_rate", derived.DIFFERENCE, "mart.city_comparison")
    assert found.value_text == "12.6个百分点"
    assert found.table[1:] == (("濮阳", "17.67%"), ("抚顺", "30.26%"))


def test_twelve_months_ahead_open_month_by_month_with_the_year_they_follow_from(demo_release):
    key = "puyang|allowance_paid_yuan|total|2026-10-01"
    whole, third = (told(demo_release, key, f"{derived.AHEAD}{step}") for step in ("all", "3"))
    assert len(whole.table) == 1 + 12 + 1
    assert whole.value_text == whole.table[-1][2]
    # The third month ahead of October 2026.
    assert (third.when_zh, third.value_text) == ("2027年1月", whole.table[3][2])


def test_a_change_after_a_month_with_a_unit_missing_is_no_difference_of_city_figures(odd):
    # In September and October 2026 台前县 has no beds; the city's share of neither month is known.
    found = told(odd, "puyang|nursing_bed_share|total|2026-10-01", "change_mom")
    assert found.formula_zh == ""
    assert found.note_zh == "有单位缺报，只按两个月都报的单位相比"
    # Of a unit with both months the two stand there.
    assert "＝" in told(odd, "hualong|nursing_bed_share|total|2026-10-01", "change_mom").formula_zh


def test_expected_deaths_open_all_units_and_their_sum(demo_release):
    month = date(2026, 10, 1)
    city = told(demo_release, f"puyang|allowance_stopped_count|reason_death|{month}", derived.EXPECTED_DEATHS)
    unit = told(demo_release, f"puyangxian|allowance_stopped_count|reason_death|{month}", derived.EXPECTED_DEATHS)
    assert city.value_text == city.table[-1][2]
    assert unit.value_text == next(line[2] for line in unit.table if line[0] == "濮阳县")
    assert "人月×" in unit.formula_zh


def test_blanks_are_counted_township_by_township_and_surplus_covers_nobody_elses(demo_release):
    row = demo_release.rows(
        "select c.* from mart.coverage as c where c.area_id = 'fanxian' and c.network_code = 'village_home'"
        " and c.origin_code = 'month' and c.is_usual_base and c.is_latest"
    ).frame.row(0, named=True)
    key = "|".join(str(row[name]) for name in ("area_id", "network_code", "as_of_on", "base_code", "origin_code"))
    found = told(demo_release, key, derived.BLANK_SHARE, "mart.coverage")
    blank = sum(int(line[1]) for line in found.table[1:])
    places = sum(int(line[3].replace(",", "")) for line in found.table[1:])
    assert f"空白{blank}个÷报来的底数{places}个" in found.formula_zh
    assert found.value_text == f"{blank / places * 100:.1f}%"


def test_what_it_is_made_of_stands_in_the_drawer_as_a_table(show_of, odd_home):
    opened = f"{MONTH}:nanle|nursing_bed_share|total|2026-09-01#{derived.RANK}"
    page = show_of(odd_home, "briefing/profile/page.py", unit="nanle", month="2026-09", receipt=opened)
    html = page.html
    assert "<th>位次</th><th>单位</th><th>数值</th>" in html
    assert "<td>2—3</td><td>南乐县</td><td>60.0%</td>" in html


def test_the_command_line_finds_and_tells_what_a_page_worked_out(demo_release):
    # A rank of a unit, by its code and by the whole id a link has: the same lines, its group in order below.
    rank = "mart.indicator_month:hualong|nursing_bed_share|total|2026-10-01#standing"
    assert numbers_of(demo_release, code=short_code(rank)) == numbers_of(demo_release, code=rank) == [rank]
    lines = [line.strip("　") for line in lines_of(demo_release, rank)]
    head = lines.index("位次 | 单位 | 数值")
    assert len(lines[head + 1 : head + 7]) == 6
    assert all(line.count(" | ") == 2 for line in lines[head + 1 : head + 7])
    # Each kind of number that pages work out has its columns named where codes are looked up.
    kinds = {column.strip("'").partition(":")[0].partition("'")[0] for _, column, _ in derived.named_in_sql()}
    assert kinds == {head.partition(":")[0] for _, head in derived._TELLERS}
    with pytest.raises(PaperError, match="完整编号"):
        numbers_of(demo_release, code="没有这样的编号")
