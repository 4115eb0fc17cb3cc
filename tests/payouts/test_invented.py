"""Invented payments beside the forms of the demonstration: as many persons as the forms say, and only the planted faults."""

from datetime import date

import polars as pl
import pytest

from etl.demo.payments import UNITS, build_payments
from etl.demo.world import read_world
from warehouse.catalog import load_catalog
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts.figures import held_figures
from warehouse.payouts.findings import current_findings, feedback

PLANTED = {
    "paid_twice_in_month", "paid_in_two_units", "paid_after_death", "paid_after_stop", "amount_below_standard",
    "impossible_identity", "never_authenticated", "account_cluster",
}  # fmt: skip


@pytest.mark.whole
def test_payments_say_what_the_forms_say_but_for_what_is_planted(tmp_path):
    home = Home(tmp_path / "home")
    assert "个疑点" in build_payments(home, months=2)
    demo = home.demo()
    assert set(current_findings(demo)["rule_code"]) == PLANTED
    assert set(feedback(demo)["verdict_code"]) == {"confirmed", "mistaken", "recovered"}
    figures = held_figures(demo).payout_month
    dynamics = read_world(load_catalog()).forms().dynamics
    for month in (date(2026, 9, 1), date(2026, 10, 1)):
        rows = figures.filter((pl.col("month") == month) & (pl.col("township_id") == "total"))
        paid = {
            (unit, tier): count for unit, tier, count in rows.select("unit", "tier_code", "recipient_count").iter_rows()
        }
        for unit in UNITS:
            # Nine of 南乐 are paid in 台前 as well from the second month on, all of them under ninety.
            more = 9 if (unit, month) == ("taiqian", date(2026, 10, 1)) else 0
            form = dynamics.allowance(unit, month)
            assert paid[unit, "total"] == form["allowance_recipient_count", "total"] + more, (unit, month)
            for tier in ("age_90_99", "age_100_plus"):
                assert paid.get((unit, tier), 0) == form["allowance_recipient_count", tier], (unit, month, tier)
    # From the second month on whoever left is listed, as many as the form says, each in a township and a tier.
    stops = held_figures(demo).stop_month.filter(pl.col("township_id") == "total")
    told = {
        (unit, reason, tier): count
        for unit, reason, tier, count in stops.select("unit", "reason_code", "tier_code", "stopped_count").iter_rows()
    }
    for unit in UNITS:
        form = dynamics.allowance(unit, date(2026, 10, 1))
        assert told[unit, "total", "total"] == form["allowance_stopped_count", "total"] > 50
        assert told[unit, "reason_death", "total"] == form["allowance_stopped_count", "reason_death"]
        assert (unit, "total", "unknown") not in told
    with pytest.raises(PayoutError, match="已有发放明细"):
        build_payments(home)
    assert not (home.root / "payouts").exists()
