"""etl/rules.toml as somebody may leave it: every fault is told with its place, none is a traceback."""

import pytest

from etl.months.findings import RULES_FILE, load_rules
from warehouse.errors import CatalogError

SHIPPED = RULES_FILE.read_text(encoding="utf-8")


def changed(tmp_path, old, new):
    assert old in SHIPPED
    path = tmp_path / "rules.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[E20]", "[E20", "不是合格的 TOML"),
        ('title_zh = "月份存疑"', "title_zh = 7", "title_zh应是非空的文字"),
        ('title_zh = "月份存疑"\n', "", "title_zh：缺少字段"),
        ('title_zh = "月份存疑"', 'title_zh = "月份存疑"\nmore = 1', "没有这个字段"),
        ('sentence = "{fact}"', 'sentence = "{fact"', "花括号不成对"),
        ("late_months = 11", 'late_months = "十一"', "late_months 应是数"),
        ('reach = "none"', 'reach = "all"', "reach 不认识"),
        ("[E20.limits]", "[E20.limit]", "没有这个字段"),
        ('people = "allowance_recipient_count"', "people = 7", "about 的 people 应是指标编号"),
    ],
)
def test_a_wrong_declaration_is_told(tmp_path, old, new, told):
    with pytest.raises(CatalogError) as refused:
        load_rules(changed(tmp_path, old, new))
    assert any(told in one and one.startswith("etl/rules.toml") for one in refused.value.problems), (
        refused.value.problems
    )


def test_a_rule_that_is_gone_is_told_when_it_is_asked_for(tmp_path):
    at, end = SHIPPED.index("[E20]"), SHIPPED.index("[C1]")
    path = tmp_path / "rules.toml"
    path.write_text(SHIPPED[:at] + SHIPPED[end:], encoding="utf-8")
    with pytest.raises(CatalogError, match="没有规则 E20"):
        load_rules(path)["E20"]
