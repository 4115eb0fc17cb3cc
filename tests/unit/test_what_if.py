"""What-ifs worked by hand; what is kept is worked out again, and says when its method is an older one."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date

import pytest

from warehouse.desk.scenarios import Scenario, ScenarioDesk
from warehouse.errors import QueryRefused
from warehouse.home import Home
from warehouse.series.what_if import EVEN, METHOD, SEASON, Assumption, needed_monthly, what_if
from warehouse.wording.what_if import answer_zh, backtest_zh, kept_zh, needed_zh, unknown_zh

# Two completed years: by June 40 % and 50 % of the year had come, by November 90 % both times, by January 5 % and 7 %.
YEARS = {
    2024: {1: 0.05, 2: 0.1, 6: 0.4, 7: 0.5, 8: 0.6, 9: 0.7, 10: 0.8, 11: 0.9, 12: 1.0},
    2025: {1: 0.07, 2: 0.2, 6: 0.5, 7: 0.6, 8: 0.7, 9: 0.8, 10: 0.85, 11: 0.9, 12: 1.0},
}
# What each method computes of the years above, for every rhythm, month, pace and number of months beyond (see `_digest`).
COMPUTED = {1: "f23fa4ff940e28d2"}
ROW = {"label_zh": "培训人次", "unit_zh": "人次", "value": 450.0, "goal": 1200.0, "goal_zh": "1200人次"}
JUNE = date(2026, 6, 1)


def _digest() -> str:
    """Of all that a method computes; not of how it is written, so that the same rule in other words keeps its number."""
    told = []
    for rhythm in (SEASON, EVEN):
        for month in range(1, 13):
            for pace in (10, 100, 120):
                for extra in (0, 1, 2, 12):
                    assumed = Assumption(rhythm_code=rhythm, pace_percent=pace, extra_months=extra)
                    found = what_if(450.0, month, YEARS, assumed)
                    told.append(found and [f"{value:.9g}" for value in asdict(found).values() if value is not None])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def test_a_method_that_computes_otherwise_has_another_number():
    """Where this fails the rule changed: raise METHOD, so that what was kept says so, and put its digest beside the old."""
    assert list(COMPUTED) == list(range(1, METHOD + 1))
    assert COMPUTED[METHOD] == _digest()
    assert len(set(COMPUTED.values())) == len(COMPUTED)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        # The greatest share instead of the mean, a back-test that is never wrong, a year of eleven months.
        ("_profile", lambda shares: {month: max(year.get(month, 0) for year in shares.values()) for month in range(1, 13)}),
        ("_tried", lambda month, shares, rhythm_code: (0.0, len(shares))),
        ("YEAR", 11),
    ],
)  # fmt: skip
def test_a_changed_rule_or_parameter_is_seen(monkeypatch, part, other):
    monkeypatch.setattr(f"warehouse.series.what_if.{part}", other)
    assert _digest() != COMPUTED[METHOD]


def test_the_rest_of_the_year_follows_the_mean_profile_of_completed_years():
    # Mean share by June 0.45: 450 ÷ 0.45 = 1000 in all, 550 still to come in six months, 91.67 a month.
    found = what_if(450.0, 6, YEARS, Assumption())
    assert found.total == pytest.approx(1000.0)
    assert found.monthly == pytest.approx(550 / 6)
    # Each year by the profile of the other: 0.4/0.5 − 1 = −0.2 and 0.5/0.4 − 1 = 0.25: mean 0.225.
    assert found.error == pytest.approx(0.225)
    assert found.case_count == 2


def test_a_pace_moves_only_what_is_still_to_come():
    # 450 + 550 × 1.2 = 1110.
    assert what_if(450.0, 6, YEARS, Assumption(pace_percent=120)).total == pytest.approx(1110.0)


def test_months_beyond_december_follow_the_same_months_of_a_year():
    # January 6 % and February (0.15 − 0.06) 9 % of 1000: 1000 + 60 + 90.
    found = what_if(450.0, 6, YEARS, Assumption(extra_months=2))
    assert found.total == pytest.approx(1150.0)
    assert found.month_count == 8


def test_even_months_bring_what_the_months_until_now_brought():
    # 75 a month, six to come: 900. Tried: 0.4 × 12/6 − 1 = −0.2 and 0.5 × 2 − 1 = 0: mean 0.1.
    found = what_if(450.0, 6, YEARS, Assumption(rhythm_code=EVEN))
    assert found.total == pytest.approx(900.0)
    assert found.error == pytest.approx(0.1)


def test_a_month_between_that_nobody_knows_leaves_the_year_end_known():
    # Half of the year by June: 450 ÷ 0.5 = 900, whatever July to November were; two months more ask for February.
    gappy = {2025: {6: 0.5, 12: 1.0}}
    assert what_if(450.0, 6, gappy, Assumption()).total == pytest.approx(900.0)
    assert what_if(450.0, 6, gappy, Assumption(extra_months=2)) is None
    said = unknown_zh(ROW, JUNE, Assumption(extra_months=2))
    assert said.startswith("没有一个完整年份有6月、2月的累计数")


def test_of_nothing_yet_nothing_is_foreseen():
    for rhythm in (SEASON, EVEN):
        assert what_if(0.0, 6, YEARS, Assumption(rhythm_code=rhythm)) is None
    assert unknown_zh(ROW | {"value": 0.0}, JUNE, Assumption()) == "到2026年6月还没有完成的数，推不出全年。"


@pytest.mark.parametrize(("shares", "month"), [({}, 6), ({2025: {12: 1.0, 6: 0.0}}, 6)])
def test_without_a_known_rhythm_there_is_no_answer_and_even_months_still_have_one(shares, month):
    assert what_if(450.0, month, shares, Assumption()) is None
    assert what_if(450.0, month, shares, Assumption(rhythm_code=EVEN)).total == pytest.approx(900.0)


def test_december_has_nothing_to_come():
    assert what_if(980.0, 12, YEARS, Assumption()).total == 980.0
    assert needed_monthly(980.0, 12, 1200.0, 0) is None
    # 220 in two months more.
    assert needed_monthly(980.0, 12, 1200.0, 2) == pytest.approx(110.0)
    assert needed_monthly(1300.0, 6, 1200.0, 0) == 0.0


def test_the_answer_names_assumption_end_and_distance_and_is_no_verdict():
    assumed = Assumption(pace_percent=120, extra_months=2)
    # 450 + 1.2 × (550 + 60 + 90) = 1290, 90 more than 1200, in February.
    said = answer_zh(ROW, JUNE, assumed, what_if(450.0, 6, YEARS, assumed))
    assert said == (
        "假设按往年各月的节奏，速度120%，延长2个月：到2027年2月，培训人次累计约1290人次，比目标1200人次多90人次（只是测算，不是判断）"
    )
    # A third of one is neither more nor less; what is needed of each month is rounded up.
    assert "，与目标1200人次相当（" in answer_zh(
        ROW, JUNE, assumed, replace(what_if(450.0, 6, YEARS, assumed), total=1200.3)
    )
    assert needed_zh(ROW, 0.2) == "要达到目标，其余各月平均每月要1人次"
    assert backtest_zh(what_if(450.0, 6, YEARS, assumed)) == "用同样的算法回看2个完整年份同月，年末数平均差22.5%"


def kept_one(**others) -> Scenario:
    row = Scenario(
        owner="li", title_zh="加快两成", kind_code="real", area_id="puyang", indicator_code="training_person_times",
        assumption=asdict(Assumption(pace_percent=120)), release_id="20260705-a", month=JUNE, method=METHOD, total=1110.0,
    )  # fmt: skip
    return replace(row, **others)


def test_what_is_kept_comes_back_to_its_owner_alone_and_goes_at_his_word(tmp_path):
    desk = ScenarioDesk(Home(tmp_path))
    saved = desk.save(kept_one())
    assert desk.kept("li", kind_code="real", area_id="puyang") == [saved]
    for other in ({"owner": "wang"}, {"kind_code": "demo"}, {"area_id": "fushun"}):
        asked = {"owner": "li", "kind_code": "real", "area_id": "puyang"} | other
        assert desk.kept(asked.pop("owner"), **asked) == []
    assert not desk.forget(saved.scenario_id, owner="wang")
    assert desk.forget(saved.scenario_id, owner="li")
    assert desk.kept("li", kind_code="real", area_id="puyang") == []


@pytest.mark.parametrize("missing", [{"owner": ""}, {"title_zh": "  "}])
def test_nobody_and_nothing_are_not_kept(tmp_path, missing):
    with pytest.raises(QueryRefused):
        ScenarioDesk(Home(tmp_path)).save(kept_one(**missing))


@pytest.mark.parametrize("rhythm", [SEASON, EVEN])
def test_a_kept_what_if_is_worked_out_again_and_says_that_its_method_changed(tmp_path, rhythm):
    old = ScenarioDesk(Home(tmp_path)).save(
        kept_one(method=METHOD - 1, total=1234.0, assumption=asdict(Assumption(rhythm_code=rhythm, pace_percent=120)))
    )
    now = what_if(450.0, 6, YEARS, Assumption(**old.assumption))
    said = kept_zh(old, ROW, JUNE, now, METHOD)
    # Season: 1110; even: 450 + 450 × 1.2 = 990.
    value = {SEASON: "1110", EVEN: "990"}[rhythm]
    assert said == (
        f"保存时（2026年6月，批次 20260705-a）约1234人次；算法已由第{METHOD - 1}版改为第{METHOD}版，已重算：现在（2026年6月）约{value}人次"
    )
    assert "已重算" not in kept_zh(replace(old, method=METHOD), ROW, JUNE, now, METHOD)
    assert "现在不能测算" in kept_zh(old, None, JUNE, None, METHOD)
