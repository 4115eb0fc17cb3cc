"""A fifth form, declared and nothing more: it is read, judged, published, drawn, and asked for by template."""

import json
import os
import subprocess
import sys

import pytest

from tests.pages.fifth_form import COMPLAINTS, PEOPLE, TIMES, declared_in_a_copy


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    """What a program with the fifth form shows, begun from an empty data home."""
    place = declared_in_a_copy(tmp_path_factory.mktemp("fifth") / "program")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YANGLAO_")}
    command = [sys.executable, "-m", "tests.pages.fifth_form", str(place.parent / "home")]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_its_sound_months_are_figures_and_the_impossible_one_is_returned_by_its_relations(seen):
    # The numbers of each month as sent, 0.12 and 0.1234 of ten thousand; portions brought home are a check and no figure.
    assert seen["figures"] == [
        [COMPLAINTS, "2026-08", 3], [COMPLAINTS, "2026-09", 4],
        [PEOPLE, "2026-08", 190], [PEOPLE, "2026-09", 200], [TIMES, "2026-08", 1200], [TIMES, "2026-09", 1234],
    ]  # fmt: skip
    assert seen["refused"] == ["C4", "C6"]
    # 3 / 1200 and 4 / 1234 of a thousand.
    assert seen["rates"] == [["2026-08", pytest.approx(2.5), 1200], ["2026-09", pytest.approx(3.24149, abs=1e-5), 1234]]
    assert "助餐投诉率" in seen["rate"] and "3.241‰" in seen["rate"]


def test_every_page_opens_and_those_of_indicators_know_it(seen):
    assert seen["failed"] == []
    assert all(len(finding) > 5 for finding in seen["findings"].values()), seen["findings"]
    # Months of one form hide nothing that documents print, and nobody says that nothing at all came.
    assert "2016个对2021年的2871个行政村" in seen["findings"]["coverage"]
    assert seen["findings"]["overview"].startswith("本月无新数据，沿用9月：")
    # Eight were silent in October; 清丰县 sent a form that was returned.
    assert seen["findings"]["trends"] == (
        "2026年10月，濮阳市助餐人次缺：9个单位都没有可用的数（华龙区、南乐县、范县等8个未报，清丰县退回）。"
    )
    assert "清丰县助餐人次为“退回”。" in seen["trend"]
    assert "助餐人次" in seen["trend"] and "1234人次" in seen["trend"]
    assert "当月供餐的份数。" in seen["sheet"] and "1234人次" in seen["sheet"]


def test_a_template_asks_for_it_after_the_other_forms(seen):
    sheets = list(seen["template"])
    assert sheets[-1] == "表五 助餐"
    sheet = seen["template"]["表五 助餐"]
    assert {"助餐人次", "助餐老年人", "其中送餐", "投诉"} <= set(sheet)
    # Last month's 1,234 portions stand there in the unit of the form, ten thousand.
    assert {"0.1234", "200.0", "4.0"} <= set(sheet) and "1234.0" not in sheet
