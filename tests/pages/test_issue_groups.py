"""What one rule said again and again stands folded under its name; what it said once or twice stands as it is."""

from datetime import date

from pages.ui.marks.issue_rows import issue_groups


def issue(unit, rule="S2", month=1):
    return {
        "area_zh": unit, "form_zh": "智慧平台", "month": date(2026, month, 1), "rule_code": rule, "severity_code": "soft",
        "severity_zh": "需说明", "sheet": "表一", "cell": "C7", "file_name": "报表.xlsx", "sentence_zh": f"{unit}入网多于老年人",
        "remedy_zh": "请说明",
    }  # fmt: skip


def test_three_of_one_rule_fold_and_two_of_another_do_not():
    found = [issue("甲县", month=3), issue("甲县", "S6"), issue("乙县"), issue("丙县", month=2), issue("乙县", "S6")]
    drawn = issue_groups(found, {"S2": "入网人数超过老年人口", "S6": "停发过少"})
    fold, _, rest = drawn.partition("</details>")
    assert "<b>3处</b> 入网人数超过老年人口" in fold
    assert "3个单位：甲县、乙县、丙县；2026年1月至2026年3月" in fold
    # All three are there, under one press; the two of the other rule stand beside the fold.
    assert [fold.count(f"{unit}入网") for unit in ("甲县", "乙县", "丙县")] == [1, 1, 1]
    assert "<details" not in rest and rest.count("<li>") == 2
