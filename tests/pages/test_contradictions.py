"""One identity, one value, one verdict, one date: the walk over pages, cities, units and months."""

import random

import pytest

from pages.registry import PAGES
from tests import walk

CITIES = ("puyang", "fushun")
# A page of the sample is drawn by this seed; --full opens all of them for every unit and six months.
SEED = 20261129


def _pages(show, asked):
    """Place and how to get its HTML, one for each (script, parameters)."""
    for script, parameters in asked:
        place = f"{script} {' '.join(f'{name}={value}' for name, value in parameters.items())}"
        yield place, lambda script=script, parameters=parameters: show(script, **parameters).html


def _asked(release, is_full: bool, **more):
    """What to open: every page for each city, and the unit's page and the pages of a month for units and months."""
    asked = [(entry.script, {"city": city, **more}) for entry in PAGES for city in CITIES]
    months = release.rows("select distinct month from mart.indicator_month where reported_count > 0 order by month desc").frame["month"].to_list()  # fmt: skip
    units = release.rows("select area_id, city_area_id from core.dim_area where level_code = 'unit' and is_reporting").frame.rows()  # fmt: skip
    profile = next(entry.script for entry in PAGES if "profile" in entry.script)
    of_month = [entry.script for entry in PAGES if any(name in entry.script for name in ("overview", "targets"))]
    luck = random.Random(SEED)
    looked_at = months if is_full else luck.sample(months, min(2, len(months)))
    asked += [(profile, {"city": city, "unit": unit, **more}) for unit, city in units]
    asked += [(script, {"city": city, "month": f"{month:%Y-%m}", **more}) for script in of_month for city in CITIES for month in looked_at]  # fmt: skip
    return asked if is_full else luck.sample(asked, min(SAMPLE, len(asked)))


SAMPLE = 14


@pytest.mark.bar("DQ13")
def test_no_identity_has_two_values_verdicts_or_dates_on_documents(show, real_release, full):
    asked = _asked(real_release, full)
    assert list(walk.walked(real_release, _pages(show, asked))) == []
    assert walk.disagreements(real_release) == []


@pytest.mark.bar("DQ13")
def test_no_identity_has_two_values_verdicts_or_dates_on_months(show, demo_root, demo_release, monkeypatch, full):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    asked = _asked(demo_release, full, data="demo")
    assert list(walk.walked(demo_release, _pages(show, asked))) == []
    assert walk.disagreements(demo_release) == []


@pytest.mark.parametrize(
    ("receipt", "wording", "fact"),
    [
        # 2631 of 1670 were trained: met, 157.5 %.
        ("mart.target_verdict:puyang_2024_training|all|puyang|2024-12-01", "▼ 未完成", "which says met"),
        ("mart.target_progress:puyang_2024_training|puyang|2024-12-01|document", "145.4%", "['145.4']"),
        ("mart.target_progress:puyang_2024_training|puyang|1999-12-01|document", "157.5%", "does not stand"),
        ("core.fct_document_figure:puyang-reply-2025-408:003", "2632人", "['2632']"),
    ],
)
def test_the_walk_sees_a_wrong_number_a_wrong_verdict_and_an_identity_that_is_none(real_release, receipt, wording, fact):  # fmt: skip
    found = walk.carried("p", f'<span role="button" data-receipt="{receipt}">{wording}</span>')
    (problem,) = walk.contradictions(real_release, found)
    assert fact in problem


@pytest.mark.parametrize(
    ("receipt", "wording"),
    [
        ("mart.target_verdict:puyang_2024_training|all|puyang|2024-12-01", "▲ 已完成"),
        ("mart.target_progress:puyang_2024_training|puyang|2024-12-01|document", "157.5%"),
        ("core.fct_document_figure:puyang-reply-2025-408:003", "2631人"),
    ],
)
def test_the_walk_lets_the_right_ones_pass(real_release, receipt, wording):
    found = walk.carried("p", f'<span role="button" data-receipt="{receipt}">{wording}</span>')
    assert walk.contradictions(real_release, found) == []


def test_a_verdict_shown_without_its_row_is_found():
    html = '<span class="status good">▲ 已完成</span><span class="status flat">● 平稳</span>'
    assert walk.bare_verdicts("p", html, ["已完成", "未完成"]) == ["p: “已完成” without its verdict"]
