"""数据质量: printed against computed, changes on record, denominators with year and source, reasons of blanks."""

from datetime import UTC, datetime, timedelta

import pytest

from warehouse.read.meta import catalog
from warehouse.read.month import quality
from warehouse.wording.desk import quality as words
from warehouse.wording.grammar.running import running_lines

QUALITY = "workbench/quality/page.py"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_printed_percentage_stands_beside_ours_with_the_difference_in_points():
    # 736/4000 = 18.40 %, printed 18.04 % in a city's table of 2023: 18.04 − 18.40 = −0.36.
    row = {"is_share": True, "reported_value": 0.1804, "computed_value": 736 / 4000, "difference": 0.1804 - 736 / 4000}
    assert words.printed(row, "reported_value") == "18.04%"
    assert words.printed(row, "computed_value") == "18.40%"
    assert words.difference(row) == "-0.36个百分点"


def test_a_printed_total_stands_beside_ours_in_full_and_in_its_unit():
    # One county's table prints 800 for ten people at 800 元: 800 − 8000 = −7200.
    row = {"is_share": False, "reported_value": 800.0, "computed_value": 8000.0, "difference": -7200.0, "unit_zh": "元", "decimals": 2}  # fmt: skip
    assert [words.printed(row, name) for name in ("reported_value", "computed_value")] == ["800元", "8000元"]
    assert words.difference(row) == "-7200元"


def test_a_changed_figure_shows_old_and_new_and_a_blank_one_is_no_zero():
    row = {"old_value": None, "new_value": 12345.0, "unit_zh": "人", "decimals": 0}
    assert words.old_and_new(row) == ("缺", "12,345人")


def test_before_the_first_report_denominators_and_reasons_of_blanks_are_there(show):
    page = show(QUALITY)
    assert not page.app.exception
    assert "还没有月报可查" in page.finding
    assert "看演示数据里的这一页" in page.text
    # 濮阳 has 2871 villages and 312 residents' committees in 2021.
    for said in ("2871个", "312个", "2021年", "运行状况"):
        assert said in page.text
    assert "错误编号" not in page.text


@pytest.mark.bar("DQ3")
def test_every_reason_of_a_blank_is_declared_and_explained(show, real_release):
    labels = catalog.code_labels(real_release, code_set="blank_reason_code")
    assert {"未报", "不适用", "保密", "退回", "口径调整", "未到报送期"} <= set(labels.values())
    assert set(labels) == set(words.BLANK_MEANINGS)
    shown = show(QUALITY).text
    assert all(label in shown and words.BLANK_MEANINGS[code] in shown for code, label in labels.items())


def test_denominators_name_year_and_source(real_release):
    rows = quality.denominators(real_release, city_area_id="fushun").frame.to_dicts()
    assert rows
    assert all(row["as_of_on"] and row["source_zh"] for row in rows)
    # 抚顺 has 611 villages in 2021.
    assert 611 in {row["value"] for row in rows}


def test_the_state_of_the_machine_asks_for_attention_where_somebody_should_act():
    facts = {
        "received_count": 560,
        "received_last_at": datetime(2026, 11, 20, 2, 38, tzinfo=UTC),
        "waiting_count": 0,
        "free_bytes": 5e9,
        "total_bytes": 100e9,
        "backup_at": NOW - timedelta(days=9),
    }
    names = ("figure_count", "observation_count", "submission_count", "blocking_count", "hold_count", "soft_count", "failed_rule_count", "returned_count", "overdue_count")  # fmt: skip
    counts = dict(zip(names, (115, 83738, 1078, 16, 3, 77, 5, 9, 13), strict=True))
    lines = {label: (text, act) for label, text, act in running_lines(facts, counts, NOW)}
    assert lines["最近收件"] == ("2026年11月20日 10:38，累计 560 个文件", False)
    assert lines["未通过规则"] == ("5 条（16 处必须更正）；另有 3 处暂缓采用、77 处需说明", True)
    # 5 of 100 GB is under a tenth; nine days are more than eight.
    assert lines["磁盘"] == ("剩余 5.0 GB，共 100.0 GB", True)
    assert lines["备份"][0].endswith("距今9天")
    assert lines["备份"][1]
