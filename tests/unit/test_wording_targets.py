"""Sentences about targets, worked by hand and word for word."""

from datetime import date

import pytest

from warehouse.wording import targets

JUNE, DECEMBER = date(2026, 6, 30), date(2026, 12, 31)
LABELS = {"met": "已完成", "missed": "未完成", "hard": "难完成", "likely": "可望完成", "to_confirm": "口径待确认", "unknown": "无数可判", "running": "进行中"}  # fmt: skip


def text(said) -> str:
    return said if isinstance(said, str) else getattr(said, "text", None) or said.wording


def line(**more):
    """140 of 200 persons trained by June, where half of the year has passed."""
    return {
        "target_id": "t", "reading": "t", "reading_count": 1, "name_zh": "培训", "indicator_code": "trained", "actual_indicator_code": "trained",
        "comparator": "at_least", "unit_zh": "人", "actual_unit_zh": None, "decimals": None, "target_value": 200.0, "actual": 140.0,
        "actual_as_written": None, "origin_code": "month", "completion": 0.7, "gap": -60.0, "gap_pp": 0.2, "pace": 0.5, "pace_code": "linear",
        "is_small_task": False, "is_over": False, "is_replaced": False, "is_marked": False, "remaining": 60.0, "monthly_needed": 10.0,
        "recent_monthly": 23.4, "smallest_gap_pp": 0.005, "caveat_zh": None, "timing_zh": None, "target_reason_code": None,
        "outlook_code": "likely", "outlook_label_zh": "可望完成", "binding_code": "expected", "deadline_on": DECEMBER, "quote": None,
        "deadline_quote": None, "verdict_key": "v", "row_key": "r", "evidence_row_key": "e", "seen_month": date(2026, 6, 1),
        "as_of_on": JUNE, "as_of_precision": "month", "target_as_written": "200人", "parts_named": 1, "parts_met": 1, "parts_measured": 1, **more,
    }  # fmt: skip


def share(actual, **more):
    """A share held against 60 %."""
    return line(**({"unit_zh": "%", "decimals": 1, "target_value": 0.6, "actual": actual, "gap": actual and actual - 0.6} | more))  # fmt: skip


def standing(code, **more):
    return line(outlook_code=code, outlook_label_zh=LABELS[code], **more)


def behind(name, gap, **more):
    """A target that lies so far behind half of the year."""
    return line(**({"target_id": name, "name_zh": name, "completion": 0.5 + gap, "gap_pp": gap} | more))


def unit(name, completion, *, pace=None, value=1.0, code="missed", kind="county"):
    return {"short_name_zh": name, "completion": completion, "pace": pace, "value": value, "outlook_code": code, "outlook_label_zh": LABELS[code], "smallest_gap_pp": 0.005, "kind_code": kind}  # fmt: skip


def first_line(rows, lines=None, **more):
    return targets.finding("某市", rows, rows if lines is None else lines, **more)


def row_key(figure):
    return figure.row_key


CEILING = {"comparator": "at_most", "completion": None}
BORROWED = {"actual_indicator_code": "persons", "caveat_zh": "人对人次，仅供参照"}

WORKED = [
    (lambda row: row_key(targets.target_figure(row)), [line(reading=targets.WHOLE)], "t"),
    (lambda row: row_key(targets.target_figure(row)), [line(reading="t2")], "t2"),
    # ── the value
    (targets.actual_figure, [line()], "140人"),
    (targets.actual_figure, [line(actual=None)], "缺"),
    (targets.actual_figure, [line(actual_unit_zh="人次", actual=140.4, decimals=1)], "140.4人次"),
    # 27,637 is printed in full beside 28,000; what a document wrote is repeated where it is the value held against it.
    (targets.actual_figure, [line(actual=27_637.0, target_value=28_000.0)], "27,637人"),
    (targets.actual_figure, [line(actual=8.0, actual_as_written="8个平台", origin_code="document")], "8个平台"),
    (targets.actual_figure, [line(actual=9.0, actual_as_written="8个平台", origin_code="document")], "9人"),
    (targets.actual_figure, [line(actual=8.0, actual_as_written="8个平台", origin_code="month")], "8人"),
    (targets.actual_figure, [line(actual=8.0, actual_as_written="7+1个", origin_code="document")], "8人"),
    (targets.date_caveat, [line(timing_zh="期限后")], "期限后"),
    (targets.date_caveat, [line(timing_zh="期限后", actual=None)], ""),
    (targets.date_caveat, [line()], ""),
    (targets.measure_caveat, [line()], ""),
    # ── the verdict
    (targets.verdict, [line()], "完成200人的70.0%"),
    (targets.verdict, [line(**BORROWED)], "完成200人的70.0%（人对人次，仅供参照）"),
    (targets.verdict, [line(caveat_zh="另有说明")], "完成200人的70.0%"),
    (targets.verdict, [line(is_small_task=True, actual=3.0, target_value=5.0)], "有3人，目标5人"),
    (targets.verdict, [line(pace_code="per_year")], "为200人/年的70.0%"),
    (targets.verdict, [share(0.587)], "58.7%，比60%低1.3个百分点"),
    (targets.verdict, [share(0.6)], "60.0%，正好60%"),
    (targets.verdict, [line(actual=250.0, **CEILING)], "250人，比200人高50人"),
    (targets.verdict, [line(comparator=targets.QUALITATIVE)], "定性目标，不折算完成率"),
    (targets.verdict, [line(actual=None)], "还没有数"),
    (targets.verdict, [line(actual=None, is_over=True)], "没有公布期末数"),
    (targets.verdict, [line(actual=None, target_reason_code="month_missing")], "2026年6月缺：有单位没有可用的数，或期内有月份缺报"),
    (targets.absence_zh, [line(target_reason_code="month_missing")], "有单位没有可用的数"),
    (targets.absence_zh, [line()], "还没有数"),
    # 6000 in three years are 2000 a year, which 1350 are held against.
    (targets.yearly_zh, [line(pace_code="per_year", target_value=2000.0, unit_zh="人次", target_as_written="6000人次")], "（2000人次/年）"),
    (targets.yearly_zh, [line()], ""),
    (targets.goal_zh, [share(0.5, target_value=0.555)], "55.5%"),
    (targets.goal_zh, [line(target_value=0.2, unit_zh="平方米/人")], "0.2平方米/人"),
    # ── how far off
    (targets.gap_zh, [line()], "差60人"),
    (targets.gap_zh, [line(actual=260.0)], "超60人"),
    (targets.gap_zh, [line(actual=200.0)], "正好"),
    (targets.gap_zh, [line(actual=200.5, decimals=1)], "超0.5人"),
    (targets.gap_zh, [share(0.587)], "差1.3个百分点"),
    (targets.gap_zh, [line(actual=None)], ""),
    (targets.gap_zh, [line(gap=None)], ""),
    (targets.gap_zh, [line(actual=250.0, **CEILING)], "高出50人"),
    (targets.gap_zh, [line(actual=150.0, **CEILING)], "低于上限50人"),
    (targets.parts_zh, [line(parts_named=7, parts_measured=0)], "7项都没有数"),
    (targets.parts_zh, [line(parts_named=7, parts_measured=7, parts_met=6)], "7项中6项达到"),
    (targets.parts_zh, [line(parts_named=7, parts_measured=5, parts_met=4)], "7项中4项达到，2项没有数"),
    (targets.pace_zh, [line(), 0.5], "快于序时进度20.0个百分点"),
    (targets.pace_zh, [line(), 0.9, "季节序时"], "滞后季节序时20.0个百分点"),
    # 0.4 points are less than one person; where nothing is known of that, only the same is level.
    (targets.pace_zh, [line(), 0.704], "与序时进度相当"),
    (targets.pace_zh, [line(smallest_gap_pp=None), 0.704], "滞后序时进度0.4个百分点"),
    (targets.pace_zh, [line(smallest_gap_pp=None), 0.7], "与序时进度相当"),
    (targets.pace_zh, [line(), None], ""),
    (targets.pace_zh, [line(completion=None), 0.5], ""),
    (targets.outlook_zh, [line()], "还差60人，月均需10人，近三月月均23人"),
    (targets.outlook_zh, [line(recent_monthly=None)], "还差60人，月均需10人，近三月月均不详"),
    (targets.outlook_zh, [line(monthly_needed=None)], "还差60人"),
    (targets.outlook_zh, [line(monthly_needed=0.04, recent_monthly=9.96)], "还差60人，月均需0.04人，近三月月均10.0人"),
    # At most so many: what is beyond has to go, and went on growing, or did not.
    (targets.outlook_zh, [line(comparator="at_most")], "须减少60人，月均需减10人，近三月月均增23人"),
    (targets.outlook_zh, [line(comparator="at_most", recent_monthly=-12.0)], "须减少60人，月均需减10人，近三月月均减12人"),
    (targets.outlook_zh, [line(comparator="at_most", recent_monthly=0.0)], "须减少60人，月均需减10人，近三月月均0.0人"),
    (targets.outlook_zh, [line(is_over=True)], ""),
    (targets.outlook_zh, [line(**BORROWED)], ""),
    (targets.outlook_zh, [line(remaining=0.0)], ""),
    # ── all together
    (targets.counts_zh, [[standing("met"), standing("missed"), standing("met"), standing("unknown", is_replaced=True)]], "3个目标：1个未完成，2个已完成"),
    (first_line, [[]], "本批次没有某市的目标。"),
    (first_line, [[standing("met", is_over=True)]], "某市1个目标：1个已完成。"),
    (lambda rows: first_line(rows, month=date(2026, 6, 1)), [[standing("met", deadline_on=None)]], "截至2026年6月底，某市1个目标：1个已完成。"),
    (first_line, [[line()]], "某市1个目标在进行中，有序时可比的都不落后；1个目标：1个可望完成。"),
    (first_line, [[line(pace=None)]], "某市1个目标在进行中；1个目标：1个可望完成。"),
    (first_line, [[line(actual=None, completion=None)]], "某市1个目标在进行中，还没有数；1个目标：1个可望完成。"),
    (first_line, [[line(actual=None, completion=None, target_reason_code="month_missing")]], "某市1个目标在进行中，本月有单位没有可用的数，全市数缺；1个目标：1个可望完成。"),
    (first_line, [[behind("甲", -0.1)]], "某市1个目标在进行中，甲滞后序时进度10.0个百分点；1个目标：1个可望完成。"),
    # 20.0 and 19.8 are level; 10 is not, and half a point less does not count.
    (first_line, [[behind("甲", -0.2), behind("乙", -0.198), behind("丙", -0.1), behind("丁", -0.004)]], "某市4个目标在进行中，3个滞后，最多的是甲滞后序时进度20.0个百分点、乙滞后序时进度19.8个百分点；4个目标：4个可望完成。"),
    (first_line, [[behind("甲", -0.2), behind("乙", -0.2)]], "某市2个目标在进行中，2个滞后，甲滞后序时进度20.0个百分点、乙滞后序时进度20.0个百分点；2个目标：2个可望完成。"),
    (first_line, [[behind(name, -0.2) for name in "甲乙丙丁"]], "某市4个目标在进行中，4个滞后，甲滞后序时进度20.0个百分点、乙滞后序时进度20.0个百分点、丙滞后序时进度20.0个百分点等4个；4个目标：4个可望完成。"),
    # What is not yet clear, or has two readings, is told by none of them.
    (first_line, [[behind("甲", -0.3, outlook_code="to_confirm", outlook_label_zh="口径待确认"), behind("乙", -0.1), behind("丙", -0.4, reading_count=2)]], "某市3个目标在进行中（其中1个口径待确认），乙滞后序时进度10.0个百分点；3个目标：2个可望完成，1个口径待确认。"),
    (first_line, [[standing("hard")]], "某市1个目标在进行中，有序时可比的都不落后；按往年各月的节奏，培训难完成；1个目标：1个难完成。"),
    # ── when
    (targets.when_zh, [line(as_of_on=None)], ""),
    (targets.deadline_zh, [line(deadline_on=None)], "未印期限"),
    (targets.deadline_zh, [line(deadline_on=JUNE)], "2026年6月30日"),
    (targets.deadline_zh, [line(deadline_on=date(2026, 12, 30))], "2026年12月30日"),
    (targets.deadline_zh, [line(quote="到2026年底达到200人")], "2026年底"),
    (targets.deadline_zh, [line(deadline_quote="2026年底前")], "2026年底"),
    (targets.deadline_zh, [line(quote="2026年达到200人")], "2026年"),
    (targets.span_zh, [JUNE, JUNE], "2026年6月30日"),
    (targets.span_zh, [JUNE, DECEMBER], "2026年6月30日至2026年12月31日"),
    # ── units
    (targets.units_claim, ["培训", [unit("甲", 0.3, pace=0.5), unit("乙", 0.496, pace=0.5), unit("丙", None, value=None)]], "培训：2个单位中1个滞后于序时，为甲20.0个百分点；丙没有数，未列入"),
    (targets.units_claim, ["培训", [unit("甲", 0.5, pace=0.5)]], "培训：甲不落后于序时"),
    (targets.units_claim, ["培训", [unit(name, 0.5 - gap, pace=0.5) for name, gap in zip("甲乙丙丁", (0.4, 0.3, 0.2, 0.1), strict=True)]], "培训：4个单位中4个滞后于序时，最多的是甲40.0个百分点、乙30.0个百分点、丙20.0个百分点"),
    (targets.units_claim, ["培训", [unit("甲", None), unit("乙", None, value=None)]], "培训：1个单位有数，没有分解任务，不判断快慢；乙没有数，未列入"),
    (targets.units_claim, ["培训", [unit("乙", None, value=None)]], "培训：没有一个单位有数，不判断快慢；乙没有数，未列入"),
    (targets.units_claim, ["培训", [unit("甲", 0.9, code="to_confirm"), unit("乙", 0.8, code="unknown")]], "培训：2个单位有数，口径待确认、无数可判，不下结论"),
    (targets.units_claim, ["培训", [unit("甲", 0.9), unit("乙", 1.2, code="met"), unit("丙", 0.1, code="unknown")]], "培训：2个单位中1个未达到：甲"),
    (targets.units_claim, ["培训", [unit("甲", 1.1, code="met"), unit("乙", 1.2, code="met")]], "培训：2个单位都达到"),
    # ── one figure, several targets
    (lambda *rows: targets.deck(rows, has_months=True), [standing("to_confirm", target_value=300.0, completion=0.467), standing("met", target_value=100.0, completion=1.4)], "培训：140人，完成100人的140.0%；同一个140人，完成300人的46.7%。"),
    (lambda *rows: targets.deck(rows, has_months=True), [standing("met"), standing("met")], ""),
    (lambda *rows: targets.deck(rows, has_months=True), [standing("to_confirm", actual=None), standing("met")], ""),
    (lambda *rows: targets.deck(rows, has_months=False), [], "各单位还没有报送月报，判断只凭公开文件所印的数；季节序时、近三月速度和各单位快慢要等月报。"),
    (targets.outcomes, [[standing("to_confirm"), standing("met"), standing("to_confirm")]], "1个已完成，2个口径待确认"),
    (targets.change_claim, [[{"text_zh": "1670人"}, {"text_zh": "1600人"}, {"name_zh": "培训", "text_zh": "1500人", "valid_from_on": JUNE}]], "培训由1670人调整为1500人，自2026年6月30日起；原目标保留，判断分别列出"),
]  # fmt: skip


@pytest.mark.parametrize(("say", "given", "said"), WORKED, ids=[f"{at}-{one[2]}"[:40] for at, one in enumerate(WORKED)])
def test_the_sentence_is_word_for_word_what_follows_from_its_rows(say, given, said):
    assert text(say(*given)) == said
