"""Claims that stand in the pages themselves: each goes or changes with the rows behind it."""

import importlib
import inspect
import pkgutil
import re

import polars as pl
import pytest

import pages
from pages.briefing.ageing import parts as ageing
from pages.briefing.ageing.rows import Standing
from pages.briefing.allowance import parts as allowance
from pages.briefing.comparison import items
from pages.briefing.coverage import enrolment
from pages.briefing.coverage import rows as coverage
from pages.briefing.platform import parts as platform
from pages.briefing.profile import parts as profile
from pages.briefing.targets import parts as targets
from pages.briefing.trends import multiples
from pages.briefing.trends import parts as trends
from pages.briefing.trends.rows import LEVEL, Series
from pages.ui.marks.verdicts import Pace
from pages.workbench.submissions import parts as submissions
from tests.unit.test_guarded_everywhere import CELL, INDICATOR, MONTH, OWED, TAKEN
from warehouse.read.month.platform import Stage
from warehouse.series.chart import Chart

NAMED = re.compile(r"(^|_)(claim|finding)($|_)")
CITY = {"value": 1000.0, "reported_count": 9, "expected_count": 9, "status_code": "reported"}
NOBODY = CITY | {"value": None, "reported_count": 0}
NETWORK = {
    "network_code": "n", "is_usual_base": True, "status_code": "reported", "origin_code": "month", "rate": 0.5, "base": 10.0, "built": 5.0, "is_small_base": False,
    "area_kind_code": "administrative", "short_name_zh": "甲县", "base_label_zh": "乡镇", "network_zh": "中心",
}  # fmt: skip
SILENT = NETWORK | {"status_code": "missing", "rate": None, "built": None}
NO_BASE = NETWORK | {"status_code": "not_applicable", "rate": None, "network_zh": "平台"}
STAGES = [Stage("placed", "点单数", ""), Stage("done", "完成数", "done_rate"), Stage("rated", "评单数", "rating_rate")]
ORDERS = {"order_placed_count": 100.0, "is_falling": True, "done_rate": 0.8, "rating_rate": 0.4}
TARGET = {
    "target_id": "t", "reading": "t", "area_id": "a", "month": MONTH, "name_zh": "培训", "completion": 0.5, "is_over": False, "smallest_gap_pp": 0.01,
    "outlook_code": "met", "outlook_label_zh": "已完成", "actual": 5.0, "actual_label_zh": "人次", "indicator_label_zh": "人次",
}  # fmt: skip
TIERS = [{"age_tier_code": code, "tier_zh": code, "area_id": "a", "month": MONTH, "recipient_count": count, "paid_yuan": None} for code, count in (("total", 100.0), ("80岁", 70.0), ("90岁", 30.0))]  # fmt: skip
SPREAD = {"quarter": 0.1, "three_quarters": 0.3}


class _Always(dict):
    """The same pace for whatever target is asked."""

    def get(self, key, default=None):
        return self["pace"]


def pace(value):
    return Pace(name_zh="序时进度", values=_Always(pace=value))


def standing(value):
    return Standing(name_zh="甲县", value=value, text="")


def compared(is_comparable, basis="rate"):
    return items.Compared(
        item_code="i", item_zh="床位", basis_code=basis, unit_zh="张", decimals=0, smallest_difference=1.0,
        is_comparable=is_comparable,
    )  # fmt: skip


def series(*values, verdict="steady", is_new=False):
    rows = [CELL | {"value": value, "status_code": "missing" if value is None else "reported"} for value in values]
    signal = {"signal_code": "run", "side": -1, "run_length": 7, "is_bridged": False}
    newest = signal | {"verdict_code": verdict, "way_code": "level", "is_new": is_new}
    chart = Chart(segments=(), signals=("",) * len(rows), newest=newest)
    return Series(rows=rows, year_ago=(), indicator=INDICATOR, basis=LEVEL, chart=chart, breaks=())


def of_places(*found):
    return [({"area_zh": f"{sign}县", "area_id": sign}, one) for sign, one in zip("甲乙丙", found, strict=False)]


LOW = {"verdict": "signal_down", "is_new": True}
# The function, what it is asked with, the words that state the fact, and what makes them go.
TRIED = [
    (ageing._claim, ([standing(0.4), standing(0.2)], SPREAD, "ageing_rate"), "2个单位中1个在全国县级最高的四分之一", ([standing(0.3), standing(0.2)], SPREAD, "ageing_rate")),
    (allowance._tier_claim, (TIERS,), "80岁占人数的", (TIERS[:1],)),
    (items.claim, ([compared(True), compared(True)],), "2项服务数都可以并列", ([compared(True), compared(False)],)),
    (items.claim, ([compared(True), compared(True, "count")],), "1项服务数可以并列，1项个数只列不比", ([compared(True), compared(True)],)),
    (items.claim, ([compared(True, "context")],), "没有公布服务数", ([compared(False)],)),
    (enrolment._claim, ({"enrolled_count": CITY, "active_person_count": CITY | {"value": 30.0}}, "r"), "当月活跃的只有30人", ({"enrolled_count": CITY, "active_person_count": CITY}, "r")),
    (enrolment._claim, ({"enrolled_count": CITY | {"value": None}}, "r"), "有单位没有可用的数", ({"enrolled_count": NOBODY}, "r")),
    (coverage.ladder_claim, (pl.DataFrame([NETWORK, SILENT]),), "1个有单位缺报", (pl.DataFrame([NETWORK, SILENT | {"origin_code": "document"}]),)),
    (coverage.ladder_claim, (pl.DataFrame([NETWORK, NO_BASE]),), "2个网络中，1个可算覆盖率，平台不算覆盖率", (pl.DataFrame([NETWORK, SILENT]),)),
    (coverage.unit_claim, (pl.DataFrame([SILENT]), "乡 · 中心", 0.01), "各单位建成数都没有报", (pl.DataFrame([SILENT | {"origin_code": "document"}]), "乡 · 中心", 0.01)),
    (coverage.unit_claim, (pl.DataFrame([NETWORK]), "乡 · 中心", 0.01), "只有甲县可比", (pl.DataFrame([NETWORK, NETWORK | {"short_name_zh": "乙县"}]), "乡 · 中心", 0.01)),
    (platform._funnel_claim, (ORDERS, STAGES), "丢的比例最高的一环是完成：前一环的80.0%", (ORDERS | {"done_rate": 1.0}, STAGES)),
    (platform._funnel_claim, (ORDERS | {"is_falling": False}, STAGES), "有矛盾", (ORDERS, STAGES)),
    (profile._standing_claim, ([CELL | {"smallest_gap": 0.01}], {"i": INDICATOR}), "1项低于全市", ([CELL | {"smallest_gap": 0.06}], {"i": INDICATOR})),
    (targets._cards_claim, ([[TARGET, TARGET]],), "2个已完成", ([[TARGET | {"outlook_code": "missed", "outlook_label_zh": "未完成"}, TARGET]],)),
    (targets._running_claim, ([TARGET], pace(0.6)), "1个滞后，培训滞后序时进度10.0个百分点", ([TARGET], pace(0.505))),
    # 0.5 and 0.505 lie 10.0 and 9.5 points behind: less apart than counts, neither is the furthest.
    (targets._running_claim, ([TARGET, TARGET | {"name_zh": "乙", "completion": 0.505}], pace(0.6)), "2个滞后，培训滞后序时进度10.0个百分点、乙滞后", ([TARGET, TARGET | {"name_zh": "乙", "completion": 0.55}], pace(0.6))),
    (targets._running_claim, ([TARGET, TARGET | {"completion": 0.55}], pace(0.6)), "最多的是培训滞后", ([TARGET, TARGET | {"completion": 0.505}], pace(0.6))),
    (targets._running_claim, ([TARGET], pace(0.4)), "都不落后于序时", ([TARGET], pace(None))),
    (lambda *rows: targets._ended_claim(rows, more=""), (TARGET,), "1个完成", (TARGET | {"outlook_code": "missed"},)),
    (trends._claim, (series(0.5, None),), "只有2026年10月一个月的数", (series(0.5, 0.6),)),
    (trends._claim, (series(0.5, 0.6, **LOW),), "最新一月连续7个月低于基线", (series(0.5, 0.6, verdict="signal_down"),)),
    (multiples._multiples_claim, (of_places(series(0.5), series(0.5)),), "近三个月都没有新的信号", (of_places(series(0.5), series(0.5, verdict="trial")),)),
    (multiples._multiples_claim, (of_places(series(0.5, **LOW)),), "甲县出现向下信号", (of_places(series(0.5, verdict="signal_down")),)),
    (multiples._multiples_claim, (of_places(series(0.5), series(None)),), "乙县最新一月未报", (of_places(series(0.5), series(0.4)),)),
    (submissions._board_claim, ([OWED, TAKEN], [MONTH]), "欠1张，迟报0张", ([TAKEN, TAKEN], [MONTH])),
]  # fmt: skip
ELSEWHERE = {
    "briefing.comparison.board.finding": "asks the release; its words are those of grammar.sentences, tried in test_guarded",
    "briefing.coverage.beds._claim": "asks the view; pages/test_coverage.py::test_beds_are_held_against_every_target_set_for_them",
    "briefing.overview.with_months._claim": "quotes overview_months.matrix_claim, tried in test_odd_worlds",
    "briefing.platform.parts._finding": "quotes platform_months.finding, tried in test_wording_months",
    "briefing.programmes.parts.finding": "quotes programmes.finding, tried in test_guarded",
    "workbench.changes.parts.finding": "counts what stands on the desk",
    "workbench.filling.choosing.finding": "names whose form is open, and its state on the desk",
    "workbench.indicator.numbers.finding": "quotes the newest figure, without a claim about it",
    "workbench.publishing.later.finding": "names the draft that waits",
    "workbench.submissions.parts.finding": "quotes submissions.finding, tried in test_guarded_everywhere",
}


def _claims() -> set[str]:
    found = set()
    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        # A script of a page runs when it is loaded.
        if module.name.endswith((".page", ".main")):
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and NAMED.search(name):
                found.add(f"{loaded.__name__.removeprefix('pages.')}.{name}")
    return found


@pytest.mark.parametrize(("claim", "rows", "fact", "others"), TRIED, ids=lambda one: getattr(one, "__name__", None))
def test_a_claim_of_a_page_goes_or_changes_with_the_data_behind_it(claim, rows, fact, others):
    assert fact in claim(*rows)
    assert fact not in claim(*others)


def test_every_function_of_a_page_that_claims_something_is_tried_or_says_why_not():
    tried = {f"{claim.__module__.removeprefix('pages.')}.{claim.__name__}" for claim, *_ in TRIED}
    tried = {name for name in tried if name.startswith(("briefing.", "workbench."))} | {
        "briefing.targets.parts._ended_claim"
    }
    assert _claims() == tried | ELSEWHERE.keys()
