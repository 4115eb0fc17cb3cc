"""What once stood wrong before a leader, and the tests that hold the right value: a list that cannot lose an entry.

A row of HELD is a slip in words and the tests that worked the right value by hand. A test that is renamed, moved or
removed fails here, so that no slip comes back unseen; mend the row, or hold the value elsewhere.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HELD = {
    # ── two judges ──
    "区域中心60%（2025）：达到 on one page by today's 65.3 %, 未完成 on others by 58.7 % at its deadline": (
        "pages/test_conclusions.py::test_a_target_has_one_verdict_on_every_page_that_shows_it",
        "unit/test_wording_overview.py::test_a_card_quotes_the_verdict_at_the_deadline_whatever_the_figure_of_today",
        "pages/test_contradictions.py::test_no_identity_has_two_values_verdicts_or_dates_on_months",
    ),
    "幸福院全覆盖：未达到 on the sheet of a unit, 口径待确认 elsewhere": (
        "pages/test_conclusions.py::test_a_target_has_one_verdict_on_every_page_that_shows_it",
    ),
    "readings counted as targets: 36 here, 33 there; 2 targets in progress of which 3 lag": (
        "pages/test_targets.py::test_the_overview_and_the_targets_count_every_target_once_and_the_same",
        "pages/test_conclusions.py::test_of_targets_under_way_each_is_counted_once_and_none_told_by_one_of_its_readings",
    ),
    "readings shown as places: 0/2处 above 227人 and 70人": (
        "pages/test_conclusions.py::test_the_readings_of_a_target_stand_side_by_side_and_are_no_places",
    ),
    "没有进行中的培训目标 on one page, one in progress on another": (
        "pages/test_told_as_printed.py::test_a_running_target_on_training_stands_on_both_pages",
    ),
    "已完成 by a value of years after the deadline": (
        "unit/test_mart_verdicts.py::test_a_deadline_without_a_figure_takes_a_near_one_and_is_marked_or_cannot_be_judged",
    ),
    "the only target in progress without a chip, among those nobody can judge": (
        "pages/test_targets.py::test_a_target_under_way_stands_first_also_in_a_month_of_which_nothing_can_be_said",
    ),
    "县级敬老院每县1所 met by a value of 2026 although all stood at 0 after the deadline": (
        "unit/test_mart_verdicts.py::test_every_county_has_to_reach_it_by_itself_at_the_deadline",
    ),
    "已到期 said of a target that prints no deadline": (
        "pages/test_conclusions.py::test_what_prints_no_deadline_is_not_said_to_have_ended",
    ),
    "the sentence that sets a qualitative target counted as its evidence": (
        "pages/test_targets.py::test_a_qualitative_target_is_a_list_of_evidence_with_a_judge_and_never_a_percentage",
    ),
    "高0.04 on one page, 相当 on the other": (
        "pages/test_told_as_printed.py::test_a_unit_is_alike_on_one_page_where_it_is_alike_on_the_other",
    ),
    "迟报 on one page, 更正 on the other": (
        "pages/test_told_as_printed.py::test_a_corrected_report_is_a_correction_however_late_and_nothing_else",
    ),
    "迟报 of a form that was taken in time and sent again later": (
        "pages/test_told_as_printed.py::test_what_was_taken_in_time_and_sent_again_later_is_not_late",
    ),
    # ── half a target, a plain reading ──
    "counties alone taken for 每个县（区）、乡镇全覆盖": ("unit/test_mart_verdicts.py::test_half_a_target_met_is_not_met",),
    "免费培训500人 judged by certificates alone": (
        "pages/test_targets.py::test_a_city_with_one_target_and_no_figure_says_so",
        "unit/test_mart_verdicts.py::test_two_readings_are_one_target_and_judged_only_where_they_agree",
    ),
    # ── control charts ──
    "limits of whatever stretch is looked at": (
        "pages/test_conclusions.py::test_limits_and_verdict_of_a_page_are_those_of_the_first_months_whatever_the_zoom",
        "pages/test_trends.py::test_limits_are_the_same_whatever_stretch_is_looked_at",
        "unit/test_signals.py::test_a_baseline_once_complete_stays_whatever_comes_after",
    ),
    "a trending series judged against its flat mean": ("unit/test_signals.py::test_looks_decide_within_the_declared_way",),
    "103 of 133 series ending in a signal": (
        "pages/test_trends.py::test_few_series_of_the_demonstration_speak_in_a_month_and_every_planted_shift_does",
        "unit/test_signals.py::test_rules_are_wrong_as_seldom_as_the_page_says",
    ),
    "▲ beside a fall": ("pages/test_trends.py::test_no_verdict_stands_beside_an_arrow",),
    "a limit above 100 %": ("unit/test_signals.py::test_limits_stay_inside_the_possible_range_and_widen_on_the_other_side",),
    "one merger 一路走高 as a count and 一路走低 as a rate": (
        "unit/test_signals.py::test_a_merger_is_no_signal_of_the_count_nor_of_the_rate_made_of_it",
        "pages/test_trends.py::test_the_merger_of_homes_is_told_as_a_merger_and_not_as_a_fall",
    ),
    "a missing value before the last that breaks the verdict": ("unit/test_signals.py::test_no_gap_anywhere_breaks_the_reading",),
    # ── the outlook ──
    "难完成 in every March of years that were met": (
        "unit/test_mart_targets.py::test_in_spring_the_year_is_foreseen_by_its_own_rhythm",
        "pages/test_conclusions.py::test_the_back_test_of_the_year_end_is_that_of_every_completed_year_and_month",
    ),
    "the season changes the line and not the headline": (
        "pages/test_targets.py::test_pace_is_linear_or_by_the_season_of_the_years_before",
    ),
    "a missing July silences the outlook": (
        "unit/test_mart_targets.py::test_a_missing_month_between_running_totals_does_not_silence_the_outlook",
    ),
    "0 of 32 tried wrongly by errors that each tried year had lent its share, 1812—1828 of two years where 1777 came": (
        "unit/test_mart_outlook.py::test_the_rule_is_tried_on_a_year_by_errors_that_know_nothing_of_it",
        "unit/test_mart_outlook.py::test_a_year_ends_where_the_years_before_foretell_it_with_their_error_widened_for_being_of_few_years",
        "pages/test_conclusions.py::test_the_back_test_of_the_year_end_is_that_of_every_completed_year_and_month",
    ),
    # ── a merger is no gap ──
    "敬老院空白8个 where one home serves several townships": (
        "pages/test_told_as_printed.py::test_a_home_that_serves_several_townships_leaves_no_blanks_to_count",
    ),
    "855个 beside 至少855个": (
        "pages/test_told_as_printed.py::test_what_is_made_of_hedged_figures_is_told_with_its_bound",
        "pages/test_conclusions.py::test_the_text_of_a_month_says_at_least_where_blanks_are_a_lower_bound",
    ),
    "空白0个/61个 where nobody reported": (
        "pages/test_conclusions.py::test_places_nobody_reported_are_missing_and_not_none_blank",
    ),
    # ── printed or not ──
    "预期性 and 2025年底 on targets that print neither": (
        "pages/test_told_as_printed.py::test_a_target_carries_the_attribute_and_the_deadline_its_document_prints",
    ),
    "截至2024年12月31日 for a cut-off nobody printed": (
        "pages/test_told_as_printed.py::test_no_page_gives_a_day_that_no_document_prints",
    ),
    "抚顺 dated by a reply of 濮阳": ("pages/test_told_as_printed.py::test_a_city_is_never_dated_by_another_citys_documents",),
    "自2014年10月起 · 截至2014年10月底": (
        "pages/test_told_as_printed.py::test_what_began_is_not_said_to_have_ended_in_its_first_month",
    ),
    # ── sentences the data contradict ──
    "不足100% beside 100.0 %, 没有公布 above what is published, 未公布 of what a document states": (
        "unit/test_guarded.py::test_a_sentence_goes_or_changes_with_the_data_behind_it",
    ),
    "含市级平台计9个：有8个": (
        "pages/test_conclusions.py::test_a_reading_that_adds_to_documents_is_not_held_by_months_that_lack_it",
        "pages/test_targets.py::test_two_readings_of_new_platforms_stand_side_by_side_without_a_verdict",
    ),
    # ── bounds ──
    "0.15 and 55.97 as exact; over 100 % from 99.98—100.14": (
        "pages/test_told_as_printed.py::test_what_is_made_of_hedged_figures_is_told_with_its_bound",
    ),
    # ── noise as news ──
    "异动 of one centre in twelve": ("pages/test_conclusions.py::test_one_centre_of_twelve_is_no_news",),
    "居末位 of 1 in 2 townships": (
        "pages/test_conclusions.py::test_one_of_two_townships_is_neither_last_nor_behind",
        "unit/test_guarded.py::test_a_sentence_goes_or_changes_with_the_data_behind_it",
    ),
    "第7位 of 0 in 1 township, 第1位 and 第4位 of two that one township would turn": (
        "unit/test_indicator_month.py::test_a_rank_says_nothing_of_so_few_that_one_of_them_would_change_it",
        "unit/test_wording_months.py::test_a_rank_prints_everyone_it_leaves_out_or_why_there_is_none",
        "pages/test_conclusions.py::test_one_of_two_townships_is_neither_last_nor_behind",
    ),
    "最低 of five counties where the sixth sent nothing, 保密 and 没有空白 of who was silent, 截至7月 of what is known as of June": (
        "pages/test_conclusions.py::test_a_unit_that_was_silent_stands_on_no_page_of_the_month_with_a_figure",
        "unit/test_mart_verdicts.py::test_several_parts_are_told_as_of_the_oldest_of_them",
        "unit/test_alike.py::test_who_shares_a_place_is_alike_only_where_its_ends_are",
    ),
    "滞后 by 0.17 of a training place": (
        "pages/test_told_as_printed.py::test_a_sixth_of_a_place_is_no_lag_and_three_of_a_hundred_are",
    ),
    "低于全市 by 0.01 point": ("unit/test_wording_overview.py::test_the_second_line_of_a_cell_is_a_word_and_a_number",),
    "zones ranked with counties in a headline": (
        "unit/test_wording_overview.py::test_zones_are_told_apart_from_counties",
        "unit/test_alike.py::test_first_and_last_are_told_within_the_counties",
    ),
    "one of four that tie named alone": (
        "pages/test_conclusions.py::test_four_that_tie_are_named_together_in_a_headline",
        "unit/test_alike.py::test_nobody_is_named_before_others_who_share_his_place",
    ),
    # ── periods ──
    "ten months beside nine under 可以并列": (
        "unit/test_mart_comparison.py::test_what_grows_over_its_period_is_held_against_a_period_as_long",
        "pages/test_conclusions.py::test_what_stands_side_by_side_covers_periods_as_long",
    ),
    "three rules for a change over the same units": (
        "pages/test_told_as_printed.py::test_changes_of_a_city_are_those_of_the_units_in_both_months_and_sum_to_it",
    ),
    # ── register, ledger, demonstration ──
    "targets as 已实施, 627 with repeats": (
        "pages/test_told_as_printed.py::test_what_several_replies_name_is_counted_once_and_a_goal_is_not_in_force",
        "pages/test_programmes.py::test_a_target_is_not_said_to_be_in_force",
    ),
    "7, 7 and 8 platforms for one indicator": (
        "pages/test_told_as_printed.py::test_the_platforms_are_one_series_in_the_ledger_and_on_every_road",
    ),
    "age thresholds missing, 24小时 as done": ("unit/test_documents.py::test_a_printed_figure_keeps_value_bounds_hedge_kind_and_period",),
    "145.4 % in the demonstration, 157.5 % in the document": (
        "pages/test_told_as_printed.py::test_the_demonstration_ends_2024_where_the_documents_do",
    ),
    "由程序生成 on a file that holds documents as well": (
        "paper/test_files.py::test_a_workbook_has_cover_notes_definitions_and_data_with_formats_of_wan_and_yi",
        "build/test_api.py::test_a_demonstration_says_so_in_every_answer_and_file",
    ),
    "0.0 in the receipt of a change told as 0.02": (
        "pages/test_told_as_printed.py::test_a_receipt_tells_a_change_as_near_as_the_page_does",
    ),
    "历次更正0个数，都有记录": ("unit/test_wording_small.py::test_what_stands_open_is_counted_and_the_graver_apart",),
    "不足36个月 where months are there and their figures are not, and a fact that nothing decides about": (
        "contract/test_guarded_facts.py::test_no_fact_is_stated_without_a_condition",
        "unit/test_wording_months.py::test_the_outlook_prints_method_error_or_that_there_was_no_back_test",
    ),
    "由程序生成 on a real document": (
        "pages/test_told_as_printed.py::test_a_real_document_in_the_demonstration_is_not_stamped_as_invented",
    ),
    # ── ties, level ones, months ──
    "滞后0.4个百分点 in the text, 合序时 in the table": (
        "unit/test_alike.py::test_what_does_not_count_is_level_in_the_text_as_in_the_table",
    ),
    "各单位都不落后 where a small task is, or where nobody was judged": (
        "unit/test_alike.py::test_nobody_is_said_to_be_behind_where_nobody_was_judged_or_a_small_task_is",
    ),
    "最多 and 最低 of the counties alone, without a word of the zones beside them": (
        "unit/test_alike.py::test_first_and_last_are_told_within_the_counties",
        "unit/test_alike.py::test_a_zone_alone_behind_is_told_and_never_hidden_behind_the_counties",
    ),
    "相当 of a place whose ends differ by more than counts": (
        "unit/test_alike.py::test_who_shares_a_place_is_alike_only_where_its_ends_are",
    ),
    "a signal of 3 beds against a mean of 2.92": (
        "unit/test_signals.py::test_a_month_no_farther_from_its_baseline_than_one_thing_is_no_signal",
    ),
    "a month chosen on one page and silently not followed on another": (
        "pages/test_conclusions.py::test_a_page_follows_the_month_chosen_or_says_which_stands_and_why",
    ),
    "还差0 of what is left": ("unit/test_alike.py::test_what_is_left_of_a_target_is_never_nothing_by_rounding",),
    "the names of a last place with the gaps of one another": (
        "unit/test_odd_worlds.py::test_who_is_behind_a_task_stands_with_its_own_gap_and_nobody_further_behind_is_left_out",
    ),
    "1个单位没有一项落后 where one of nine reported": (
        "unit/test_odd_worlds.py::test_nobody_is_behind_is_said_only_of_those_who_could_be_judged",
        "unit/test_wording_overview.py::test_nobody_behind_nothing_to_judge_and_everything_missing_are_each_said",
    ),
    "the change of eight units beside the total of nine, and an earlier total nobody reported": (
        "unit/test_read_months.py::test_a_change_over_fewer_units_than_the_city_has_is_marked_as_such",
        "pages/test_derived_receipts.py::test_a_change_after_a_month_with_a_unit_missing_is_no_difference_of_city_figures",
    ),
    "the ends of an interval rounded into it": (
        "unit/test_odd_worlds.py::test_a_bound_is_never_told_nearer_than_it_is",
    ),
    "平稳 and 没有新的异动 of months nobody judged": (
        "unit/test_wording_overview.py::test_a_card_without_target_is_steady_where_its_series_is_and_the_month_was_not_unusual",
        "unit/test_guarded_everywhere.py::test_a_claim_goes_or_changes_with_the_data_behind_it",
    ),
    "往年同季 in a first year, 没有在享人数 above the persons, 没有整季一例不报的 beside a unit of none": (
        "unit/test_wording_months.py::test_deaths_are_held_against_those_of_the_same_units_by_the_rule_that_gave_them",
        "unit/test_odd_worlds.py::test_sums_of_deaths_are_of_the_units_counted",
    ),
    "没有公布建成数 where units did not report": (
        "unit/test_guarded.py::test_a_sentence_goes_or_changes_with_the_data_behind_it",
    ),
    "退回 and not counted of a form whose figures stand, as only its correction was refused": (
        "unit/test_wording_small.py::test_the_newest_month_is_counted_and_what_older_ones_owe",
        "unit/test_wording_overview.py::test_what_moved_and_what_is_new_are_told_with_their_counts",
    ),
    "2023年12月 in the changes of what a document prints for 2023 alone, no month without a reason": (
        "editions/test_changes.py::test_a_change_that_prints_alike_stands_apart_and_a_masked_value_is_never_told",
    ),
    "what is measured lacking in Word, the pace of each unit and the second table of a plot on paper": (
        "pages/test_takeaway.py::test_no_number_is_lost_between_a_page_its_paper_and_the_files_of_it",
    ),
    "12张未到报送期 of forms taken back, 没有分解任务 of units without a figure, 没有公布建成数 of facilities without a base": (
        "unit/test_wording_small.py::test_the_newest_month_is_counted_and_what_older_ones_owe",
        "unit/test_guarded_everywhere.py::test_a_claim_goes_or_changes_with_the_data_behind_it",
        "unit/test_guarded.py::test_a_sentence_goes_or_changes_with_the_data_behind_it",
    ),
    "乡镇数（2026年5月） of a base nobody has": (
        "unit/test_wording_small.py::test_a_denominator_is_dated_where_somebody_has_it",
    ),
    "2个滞后，最多的是 by a tenth of a point": (
        "unit/test_guarded_on_pages.py::test_a_claim_of_a_page_goes_or_changes_with_the_data_behind_it",
    ),
    # ── told otherwise than it is ──
    "a rise told as 异动 of a month below its limits, or of a run of eight": (
        "unit/test_wording_overview.py::test_what_moved_and_what_is_new_are_told_with_their_counts",
    ),
    "10 a month of late less than the 10 needed": (
        "unit/test_alike.py::test_a_speed_is_less_than_needed_only_where_it_is_as_printed",
    ),
    "ten months' total told as October's": (
        "unit/test_alike.py::test_what_ran_since_january_is_not_told_as_the_month",
    ),
    "超过一半没有评价 beside 50.0 %, 低0.0个百分点 beside 未完成": (
        "unit/test_wording_months.py::test_satisfaction_never_stands_without_the_rate_of_answers",
        "unit/test_wording_overview.py::test_a_card_quotes_the_verdict_at_the_deadline_whatever_the_figure_of_today",
    ),
    "a unit counted for a rate of which it sent one part": (
        "unit/test_indicator_month.py::test_a_unit_counts_for_a_city_ratio_with_both_parts_and_the_ratio_is_as_good_as_the_worse",
    ),
    "文件未公布分县区数 of a unit that is in no form, nothing of a city with one silent unit": (
        "unit/test_mart_coverage.py::test_the_newest_month_is_one_that_somebody_reported_and_who_never_did_is_said_so",
        "pages/test_strange_states.py::test_a_city_with_silent_units_is_told_by_its_last_whole_month_and_no_document_speaks_for_who_never_reported",
    ),
    # ── seasons and days ──
    "all units below the deaths to be expected each autumn": (
        "pages/test_allowance.py::test_the_deaths_to_be_expected_are_the_citys_share_of_the_same_quarter_in_earlier_years",
        "pages/test_conclusions.py::test_no_season_puts_all_units_on_one_side_of_the_deaths_to_be_expected",
    ),
    "verdicts that change with the day of building": (
        "pages/test_told_as_printed.py::test_no_model_of_a_release_asks_for_the_day_it_is_made",
        "pages/test_conclusions.py::test_no_verdict_depends_on_the_day_it_is_looked_at",
    ),
}  # fmt: skip


@cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("slip", HELD)
def test_each_slip_once_made_is_held_by_tests_that_exist(slip):
    assert HELD[slip]
    for named in HELD[slip]:
        file, _, test = named.partition("::")
        assert test in _tests_of(file), named


def test_no_page_holds_what_no_slip_is_held_by():
    """Whatever the module of conclusions works by hand stands in the list above."""
    named = {name.partition("::")[2] for tests in HELD.values() for name in tests}
    assert {one for one in _tests_of("pages/test_conclusions.py") if one.startswith("test_")} <= named
