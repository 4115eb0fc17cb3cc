"""Short sentences of pages and commands, each case worked out by hand: what is counted, at which edge the words change."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from warehouse.paper import tables
from warehouse.wording import ageing, bulletin, documents, programmes, targets, townships
from warehouse.wording.desk import delivery, quality, receiving, replies, submissions
from warehouse.wording.grammar import bases, running

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)


# ── ageing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def aged(name, share, **others):
    return {
        "area_id": name,
        "name_zh": name,
        "short_name_zh": name,
        "aged_60_plus": 1000,
        "ageing_rate": share,
    } | others


def test_the_oldest_and_the_youngest_are_named_and_those_above_the_median_counted():
    units = [aged("甲", 0.20), aged("乙", 0.15), aged("丙", 0.18), aged("丁", None)]
    said = ageing.finding(aged("某市", 0.1767), units, 0.16).text
    # 20 − 15 = 5 points; two of three lie above 16 %; who has no census table is not counted.
    assert said == (
        "某市60岁及以上1000人，占17.7%；甲最高，20.0%，乙最低，15.0%，相差5.0个百分点。"
        "3个有普查表的单位中2个高于全国县级中位数16.0%。"
    )


@pytest.mark.parametrize(
    ("median", "tail"),
    [
        (0.14, "2个有普查表的单位全部高于全国县级中位数14.0%。"),
        # Equal is not above.
        (0.15, "2个有普查表的单位中1个高于全国县级中位数15.0%。"),
        (0.2, "2个有普查表的单位都不高于全国县级中位数20.0%。"),
        (None, "相差5.0个百分点。"),
    ],
)
def test_who_lies_above_the_median_is_none_some_or_all(median, tail):
    assert ageing.finding(aged("某市", 0.17), [aged("甲", 0.2), aged("乙", 0.15)], median).text.endswith(tail)


def test_those_of_one_share_stand_together_and_where_all_are_nobody_is_first():
    units = [aged("甲", 0.20), aged("乙", 0.20), aged("丙", 0.18)]
    assert "；甲、乙并列最高，20.0%，丙最低，18.0%，" in ageing.finding(aged("某市", 0.19), units, None).text
    assert ageing.finding(aged("某市", 0.2), units[:2], None).text.endswith("；甲、乙并列，都是20.0%。")


def test_one_unit_is_compared_with_nobody():
    assert (
        ageing.finding(aged("某市", 0.17), [aged("甲", 0.2), aged("乙", None)], 0.1).text
        == "某市60岁及以上1000人，占17.0%。"
    )


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (0.17, "己60岁及以上占比17.0%，2个同类中1个比它高；同类在15.0%—20.0%之间。"),
        (0.20, "己60岁及以上占比20.0%，2个同类没有比它高的；同类在15.0%—20.0%之间。"),
        (0.21, "己60岁及以上占比21.0%，比2个同类都高；同类在15.0%—20.0%之间。"),
        (None, "己没有可比的60岁及以上占比。"),
    ],
)
def test_a_place_among_its_peers_says_how_many_lie_above_it(own, said):
    assert ageing.among_peers(aged("己", own), [aged("甲", 0.2), aged("乙", 0.15), aged("丙", None)]).text == said


def test_among_no_peers_nothing_is_compared():
    assert ageing.among_peers(aged("己", 0.2), [aged("丙", None)]).text == "己没有可比的60岁及以上占比。"


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "short"),
    [
        (("关于某某会议第408号提案的答复", date(2025, 7, 9), None), "某市 2025年答复（408号）"),
        (("关于十四届人大第三次会议第12号建议的答复", None, 2023), "某市 2023年答复（12号）"),
        (("某市养老服务“十四五”规划", None, None), "某市 “十四五”规划"),
        (("关于养老服务的通知", date(2024, 1, 2), None), "某市 2024年"),
        (("关于养老服务的通知", None, None), "某市 "),
    ],
)
def test_a_document_is_named_by_its_year_and_number(row, short):
    title, issued_on, year = row
    told = {"title_zh": title, "issued_on": issued_on, "issued_year": year, "area_short_name_zh": "某市"}
    assert documents.short_title(told) == short


def test_how_far_documents_reach_is_a_day_a_year_or_unknown():
    assert documents.newest_zh({"issued_on": date(2025, 7, 9), "issued_year": 2025}) == "截至2025年7月9日"
    assert documents.newest_zh({"issued_on": None, "issued_year": 2023}) == "为2023年（日期未印）"
    assert documents.newest_zh({"issued_on": None, "issued_year": None}) == "没有印发文日期"


# ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────────────


def lines(counts=None, **facts):
    usual = {
        "received_count": 3, "received_last_at": NOW, "waiting_count": 0, "free_bytes": 20e9, "total_bytes": 100e9,
        "backup_at": NOW, "drill_at": NOW,
    }  # fmt: skip
    return {label: (text, act) for label, text, act in running.running_lines(usual | facts, counts, NOW)}


@pytest.mark.parametrize(("free", "act"), [(10e9, False), (9.9e9, True)])
def test_a_disk_with_less_than_a_tenth_free_asks_for_somebody(free, act):
    assert lines(free_bytes=free)["磁盘"] == (f"剩余 {free / 1e9:.1f} GB，共 100.0 GB", act)


@pytest.mark.parametrize(
    ("days", "age", "act"), [(0, "不到1天", False), (1, "1天", False), (8, "8天", False), (9, "9天", True)]
)
def test_a_backup_is_old_after_eight_days(days, age, act):
    text, asks = lines(backup_at=NOW - timedelta(days=days))["备份"]
    assert (text.partition("，距今")[2], asks) == (age, act)


@pytest.mark.parametrize(("days", "age", "act"), [(0, "不到1天", False), (100, "100天", False), (101, "101天", True)])
def test_a_drill_is_old_after_a_hundred_days(days, age, act):
    text, asks = lines(drill_at=NOW - timedelta(days=days))["恢复演练"]
    assert (text.partition("通过，距今")[2], asks) == (age, act)


def test_what_was_never_done_says_what_to_run():
    found = lines(backup_at=None, drill_at=None, received_last_at=None, waiting_count=2)
    assert found["备份"] == ("没有备份记录；请运行 yanglao backup 备份目录", True)
    assert found["恢复演练"] == ("没有做过；请运行 yanglao drill 备份目录", True)
    assert found["最近收件"] == ("还没有收到过月报；收件箱里还有 2 个文件等下次更新", True)


@pytest.mark.parametrize(
    ("failed", "overdue", "returned", "acts"),
    [((0, 0, 0), 0, 0, (False, False)), ((1, 0, 0), 1, 0, (True, True)), ((0, 1, 0), 0, 1, (True, True)), ((0, 0, 1), 0, 0, (True, False))],
)  # fmt: skip
def test_failed_rules_and_what_is_owed_ask_for_somebody(failed, overdue, returned, acts):
    blocking, hold, soft = failed
    counts = {
        "figure_count": 1, "submission_count": 2, "observation_count": 3, "failed_rule_count": int(any(failed)),
        "blocking_count": blocking, "hold_count": hold, "soft_count": soft, "overdue_count": overdue, "returned_count": returned,
    }  # fmt: skip
    found = lines(counts)
    assert (found["未通过规则"][1], found["欠报"][1]) == acts
    rules = f"1 条（{blocking} 处必须更正）；另有 {hold} 处暂缓采用、{soft} 处需说明" if any(failed) else "没有"
    assert found["未通过规则"][0] == rules
    assert "装载行数" not in lines()


# ── drafts of replies ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_check_found_is_one_sentence_and_leaves_out_what_is_none():
    counts = {"same": 3, "differs": 1, "older": 0, "unknown": 2}
    head = "读到6个数：与已知相符3个，与已知不同1个，没有可对照的数2个。"
    assert replies.summary_zh(counts, undated=0, hedges=0, repeated=0) == head
    assert (
        replies.summary_zh(counts, undated=1, hedges=0, repeated=2)
        == f"{head}另有1个没有时点，2段与以前的文件大半相同。"
    )
    assert replies.summary_zh(counts, undated=0, hedges=1, repeated=0) == f"{head}另有1个约数与原来不一致。"
    assert replies.summary_zh({}, undated=0, hedges=0, repeated=0) == "稿里没有读到可以核对的数。"


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, "等")])
def test_of_what_was_not_compared_a_dozen_are_named(count, more):
    given = [(place, "一刻钟") for place in range(1, count + 1)]
    (uncompared,) = replies.left_zh(given, [])
    assert (
        uncompared
        == f"汉字写的数、年限、年龄等没有对照的：{'、'.join(f'第{n}段“一刻钟”' for n in range(1, 13))}{more}。"
    )
    (unread,) = replies.left_zh([], given)
    assert unread == f"读不成一个数、请人工核对的：{'、'.join(f'第{n}段“一刻钟”' for n in range(1, 13))}{more}。"
    assert replies.left_zh([], []) == []


# ── townships ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("base", "built", "status", "state"),
    [(1, 2, "reported", "已有"), (1, 0, "reported", "空白"), (1, None, "missing", "缺"), (1, None, "suppressed", "*"), (None, None, "missing", "—"), (None, 0, "reported", "—")],
)  # fmt: skip
def test_a_township_has_one_has_none_did_not_say_or_need_not_have_any(base, built, status, state):
    row = {"base": base, "built": built, "status_code": status}
    assert townships.state_zh(row) == state
    assert (townships.is_blank(row), townships.is_unknown(row)) == (state == "空白", state in ("缺", "*"))


@pytest.mark.parametrize(
    ("blanks", "limit"),
    [
        # Three of at least ten are listed; two are no list; thirteen are too many, of which those of twenty remain.
        ([10, 12, 15, 9], 10),
        ([10, 12, 9], None),
        ([10] * 13, None),
        ([10] * 10 + [20, 25, 29], 20),
        ([10] * 9 + [20, 25, 29], 10),
        ([9, 9, 9], None),
        ([], None),
    ],
)
def test_townships_are_listed_from_the_lowest_of_tens_that_leaves_a_dozen(blanks, limit):
    assert townships.worst_limit(blanks) == limit


@pytest.mark.parametrize(
    ("actual", "apart", "clause"),
    [
        (0.45, "高出5.0个百分点", "45.0%，比40%高5.0个百分点"),
        (0.35, "低于上限5.0个百分点", "35.0%，比40%低5.0个百分点"),
        (0.4, "正好", "40.0%，正好40%"),
    ],
)
def test_under_a_ceiling_less_is_not_short_and_more_is_not_beyond(actual, apart, clause):
    # At most 40 % of the beds are to be run by the government: 45 % lies 5 points above, and nobody “surpassed” it.
    row = {
        "comparator": "at_most", "actual": actual, "target_value": 0.4, "gap": actual - 0.4, "unit_zh": "%", "decimals": 1,
        "origin_code": "month", "actual_as_written": None, "actual_unit_zh": "%", "verdict_key": "v", "completion": None,
    }  # fmt: skip
    assert targets.gap_zh(row) == apart
    assert targets.verdict(row).text == clause


# ── the quality page ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_stands_open_is_counted_and_the_graver_apart():
    blocking, soft = {"severity_code": "blocking"}, {"severity_code": "soft"}
    assert quality.finding("某市", [], [], [{}] * 2) == "某市的月报没有未解决的问题；历次更正2个数，都有记录。"
    held = "某市的月报没有未解决的问题；2个数待说明，暂不采用；没有更正过数。"
    assert quality.finding("某市", [], [{}] * 2, []) == held
    said = quality.finding("某市", [blocking, soft, soft], [{}], [{}])
    assert said == "某市还有3个问题没有解决，其中1个必须更正；1个数待说明，暂不采用；历次更正1个数，都有记录。"
    assert quality.finding("某市", [soft], [], []) == "某市还有1个问题没有解决，没有必须更正的；没有更正过数。"


@pytest.mark.parametrize(
    ("difference", "is_share", "said"),
    [(-1000.0, False, "-1,000元"), (0.5, False, "+0.50元"), (0.0, False, "0元"), (-0.0036, True, "-0.36个百分点"), (0.0036, True, "+0.36个百分点")],
)  # fmt: skip
def test_printed_less_ours_has_its_sign_and_fen_only_where_there_are_any(difference, is_share, said):
    row = {"difference": difference, "is_share": is_share, "decimals": 2, "unit_zh": "元"}
    # Below ten thousand no separators.
    assert quality.difference(row) == said.replace("1,000", "1000")


def test_a_restated_figure_is_told_before_and_after_and_a_blank_before_is_one():
    row = {"old_value": None, "new_value": 34_300.5, "unit_zh": "元", "decimals": 2}
    assert quality.old_and_new(row) == ("缺", "34,300.50元")


@pytest.mark.parametrize(
    ("shares", "sums", "said"),
    [(2, 1, "2个百分比、1个合计或金额与复算不一致；填报的和复算的都留着"), (0, 1, "1个合计或金额与复算不一致；填报的和复算的都留着"),
     (1, 0, "1个百分比与复算不一致；填报的和复算的都留着"), (0, 0, "表上印的合计和百分比，与复算都一致")],
)  # fmt: skip
def test_what_was_printed_otherwise_is_counted_by_kind(shares, sums, said):
    assert quality.printed_claim([{"is_share": True}] * shares + [{"is_share": False}] * sums) == said


def test_restated_figures_are_counted_by_unit_and_month_and_the_silent_ones_named():
    row = {"unit_area_zh": "甲县", "month": date(2026, 9, 1), "reason_zh": "补报"}
    other = row | {"month": date(2026, 10, 1), "reason_zh": ""}
    assert quality.restated_claim([row, row]) == "2个收过的数改过（1个单位月），都写明了原因"
    assert quality.restated_claim([row, row, other]) == "3个收过的数改过（2个单位月），1个没有写原因"
    assert quality.restated_claim([]) == "没有一个收过的数被改过"


@pytest.mark.parametrize(
    ("precision", "said"), [("year", "2021年"), ("month", "2021年12月"), ("day", "截至2021年12月31日")]
)
def test_a_denominator_is_dated_as_exactly_as_it_is_known(precision, said):
    assert quality.base_as_of({"as_of_on": date(2021, 12, 31), "as_of_precision": precision}) == said


# ── what leaves by itself ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, "等")])
def test_of_what_is_overdue_three_forms_are_named(count, more):
    rows = [{"area_zh": "甲县", "month": date(2026, n, 1), "form_zh": "培训"} for n in range(1, count + 1)]
    named = "2026年1月《培训》、2026年2月《培训》、2026年3月《培训》"
    assert delivery.overdue(rows) == f"甲县：逾期未报{count}张（{named}{more}）"


def test_a_finding_names_month_form_and_cell_or_the_file_where_no_form_is_known():
    known = {"area_zh": "甲县", "month": date(2026, 10, 1), "form_zh": "培训", "cell": "J5", "sentence_zh": "不是数字。", "file_name": "a.xlsx"}  # fmt: skip
    unknown = known | {"month": None, "form_zh": None, "cell": None, "sentence_zh": "认不出是哪张表"}
    assert (
        delivery.findings([known, unknown])
        == "甲县：必须更正2处（2026年10月《培训》J5：不是数字；a.xlsx：认不出是哪张表）"
    )


@pytest.mark.parametrize("count", [11, 12, 13])
def test_an_alert_has_no_more_lines_than_a_chat_shows(count):
    said = delivery.alert_body(["新"] * (count - 1), ["旧"], link="http://x", foot_zh="脚注").splitlines()
    assert said[-2:] == ["http://x", "脚注"]
    assert len(said) - 2 == min(count, 13)
    assert ("✓ 已解除：旧" in said) == (count <= 12)
    assert any(line.startswith("另有1项") for line in said) == (count == 13)


def test_a_month_is_told_in_three_sentences_of_which_one_says_what_stands_behind():
    whole = "一。二。三。四。"
    assert delivery.three_sentences(whole, "落后", "") == ["一。", "二。", "三。"]
    assert delivery.three_sentences(whole, "落后", "甲县没有报。乙县也是。") == ["一。", "二。", "落后：甲县没有报。"]
    assert delivery.three_sentences("一", "", "甲县没有报") == ["一。", "甲县没有报。"]


# ── reports ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "when"),
    [
        ({"denominator": 9.0, "denominator_as_of_on": date(2020, 11, 1)}, "2020年"),
        # Reported with the month, and had by nobody: a city outside the census has no old people to divide by.
        ({"denominator": 9.0, "denominator_as_of_on": None}, "2026年5月"),
        ({"denominator": None, "denominator_as_of_on": None}, "没有数"),
    ],
)
def test_a_denominator_is_dated_where_somebody_has_it(row, when):
    indicator = {"label_zh": "床位", "denominator_label_zh": "老年人"}
    rows = {"a": {"indicator_code": "beds", **row}}
    facts = SimpleNamespace(indicators={"beds": indicator}, rows=rows, month=date(2026, 5, 1))
    assert tables.base_zh(facts, "beds") == f"床位为老年人（{when}）"


def report(state, month=10, *, late=False):
    return {"month": date(2026, month, 1), "state_code": state, "is_late": late}


@pytest.mark.parametrize(
    ("state", "late", "code", "owed"),
    [
        ("accepted", False, "accepted", False), ("accepted", True, "late", False), ("not_reported", True, "overdue", True),
        ("not_reported", False, "not_due", False), ("returned", False, "returned", True), ("received", False, "received", False),
        ("corrected", True, "corrected", False), ("withdrawn", False, "withdrawn", False),
    ],
)  # fmt: skip
def test_each_state_of_a_report_is_one_of_ours(state, late, code, owed):
    found = submissions.state_of(report(state, late=late))
    assert (found.code, found.is_owed) == (code, owed)
    assert submissions.state_of(None) == submissions.NOT_EXPECTED


def test_the_newest_month_is_counted_and_what_older_ones_owe():
    now = [report("accepted"), report("accepted", late=True), report("returned"), report("not_reported", late=True), report("not_reported"), report("received")]  # fmt: skip
    old = [report("not_reported", 9, late=True), report("returned", 9), report("accepted", 9)]
    head = "某市2026年10月应报6张报表，收2张，退回待重报1张，逾期未报1张，未到报送期1张，待核1张"
    assert submissions.finding("某市", [*old, *now]) == f"{head}；此前各月还有1张逾期未报、1张退回待重报。"
    # Of a first month nothing is said of months before; a form taken back is neither owed nor here.
    assert submissions.finding("某市", now) == f"{head}。"
    assert submissions.finding("某市", [*old[2:], *now]) == f"{head}；此前各月都已收齐。"
    assert submissions.finding("某市", [report("withdrawn", 9), *now]) == f"{head}；此前各月没有欠报。"
    assert submissions.finding("某市", now[:2]) == "某市2026年10月应报2张报表，已全部收齐。"
    # A correction that was refused leaves what was taken before: nothing is owed, and it is told apart.
    refused = report("returned") | {"has_standing": True}
    assert (submissions.state_of(refused), submissions.REFUSED.is_owed) == (submissions.REFUSED, False)
    told = "某市2026年10月应报2张报表，已全部收齐，其中1张的更正退回、原报照用。"
    assert submissions.finding("某市", [now[0], refused]) == told
    assert submissions.owed_claim([refused | {"area_zh": "甲县"}]) == "1个单位有1张：1张更正退回待重报（原报照用）"
    # What was taken back is neither owed nor yet to come.
    assert submissions.finding("某市", [report("withdrawn"), now[0]]) == "某市2026年10月应报2张报表，收1张，已撤销1张。"
    rows = [one | {"area_id": name, "area_zh": name, "form_code": "f", "received_at": 1} for name, one in (("甲县", now[0]), ("乙县", refused))]  # fmt: skip
    said = bulletin.reports(rows, date(2026, 10, 1), {"f": "培训"}).text
    assert said == "2个报送单位2张10月月报全部收齐；乙县《培训》的更正退回，原报照用。"
    withdrawn = rows[1] | {"state_code": "withdrawn", "received_at": None}
    said = bulletin.reports([rows[0], withdrawn], date(2026, 10, 1), {"f": "培训"}).text
    assert said == "2个报送单位2张10月月报收1张，1张已撤销。"
    assert submissions.finding("某市", now[3:4]) == "某市2026年10月应报1张报表，一张也没有收，逾期未报1张。"


def owed(form, **others):
    row = {"area_id": "a", "area_name_zh": "甲县", "month": date(2026, 10, 1), "form_zh": form, "due_on": date(2026, 11, 8), "place_zh": ""}  # fmt: skip
    return row | report("not_reported", late=True) | others


def test_a_reminder_names_units_forms_and_days_and_says_the_same_of_forms_alike_once():
    returned = report("returned", 9) | {"place_zh": "C7、D8、E9、F1", "due_on": date(2026, 10, 8)}
    rows = [owed("培训"), owed("设施"), owed("培训") | returned, owed("津贴", area_id="b", area_name_zh="乙县")]
    said = submissions.reminder("某市", rows, as_of=date(2026, 11, 29), release_id="20261129-01", is_demo=False)
    assert said.splitlines()[2:] == [
        "截至2026年11月29日，下列报表尚未收到，或退回后尚未重报：",
        "",
        "1．甲县（3张）",
        "　（1）2026年10月《培训》《设施》，应于2026年11月8日前报送，尚未收到；",
        "　（2）2026年9月《培训》，应于2026年10月8日前报送，已退回（须更正 C7、D8、E9等处），尚未重报。",
        "",
        "2．乙县（1张）",
        "　（1）2026年10月《津贴》，应于2026年11月8日前报送，尚未收到。",
        "",
        "请尽快补报；退回的请按报送工作台所列单元格更正后重报，改动已收过的数须写明“更正说明”。"
        "没有发生填0，没有这一事项填“不适用”，没有掌握填“未报”。",
        "（数据批次 20261129-01）",
    ]
    assert submissions.reminder("某市", [], as_of=date(2026, 11, 29), release_id="x", is_demo=False) == ""


def test_three_places_to_correct_are_all_named():
    (line,) = [submissions.owed_line([owed("培训") | report("returned") | {"place_zh": "C7、D8、E9"}])]
    assert "（须更正 C7、D8、E9）" in line


# ── the people a rate stands on ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "projected", "said"),
    [
        (1.0, False, ""), (1.01, False, "超"), (0.99, False, ""),
        # A projection may be 7 % off either way.
        (1.08, True, "超"), (1.06, True, "推算有误差，不能断定是否超过100%"), (0.94, True, "推算有误差，不能断定是否超过100%"), (0.92, True, ""),
    ],
)  # fmt: skip
def test_over_a_hundred_percent_is_said_of_a_projection_only_where_its_error_leaves_no_doubt(value, projected, said):
    indicator = {"variant_of": "x" if projected else None}
    assert bases.against_all_zh({"value": value}, indicator, "超") == said


def test_what_a_rate_was_divided_by_names_people_number_and_day():
    row = {"denominator": 785_000.0, "denominator_as_of_on": date(2020, 11, 1)}
    indicator = {"denominator_label_zh": "60岁及以上常住人口", "variant_of": None}
    assert bases.base_zh(row, indicator) == "60岁及以上常住人口78.5万人（2020年）"
    assert bases.base_zh(row | {"denominator": None}, indicator) == ""
    assert bases.base_zh(row | {"denominator_as_of_on": None}, indicator) == ""


# ── what came ────────────────────────────────────────────────────────────────────────────────────────────────────────


def came(*, taken=True, held=0):
    return receiving.CameForm(
        unit_id="a", unit_zh="甲县", form_zh="培训", month=date(2026, 10, 1), file_name="a.xlsx", filled_by_zh="李",
        is_taken=taken, blocking_count=int(not taken), held_count=held,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("forms", "head", "refused"),
    [
        ([came(), came()], "新到 1 个文件、认出 2 张报表：采用 2 张，退回 0 张，读不出的文件 0 个", False),
        ([came(held=2), came(taken=False)], "新到 1 个文件、认出 2 张报表：采用 1 张（其中 1 张有暂缓采用的数），退回 1 张，读不出的文件 0 个", True),
    ],
)  # fmt: skip
def test_what_became_of_the_files_that_came_is_counted_first(forms, head, refused):
    found = receiving.Came(file_count=1, forms=tuple(forms), not_read=())
    assert (receiving.came_lines(found)[0], found.is_refused) == (head, refused)
    unread = receiving.NotRead(file_name="b.xlsx", why_zh="打不开", unit_zh="")
    assert receiving.Came(file_count=1, forms=(), not_read=(unread,)).is_refused


def test_what_is_over_is_named_by_its_kind_and_whose_it_was():
    assert delivery.over("disk:", "") == "磁盘空间不足"
    assert delivery.over("overdue:qingfeng", "清丰县") == "清丰县：逾期未报"


@pytest.mark.parametrize(
    ("precision", "end", "said"),
    [
        ("day", None, "2023年7月28日"), ("month", None, "2023年7月"), ("year", None, "2023年起，截止未注明"),
        ("year", date(2023, 12, 31), "2023年"), ("year", date(2025, 12, 31), "2023—2025年"),
    ],
)  # fmt: skip
def test_an_event_is_dated_as_exactly_as_its_document_dates_it(precision, end, said):
    row = {"start_on": date(2023, 7, 28), "end_on": end, "precision_code": precision}
    assert programmes.event_date(row) == said
    assert programmes.event_year(row) == (2023 if end is None else end.year)
