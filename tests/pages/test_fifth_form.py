"""A fifth form, declared and nothing more: it is read, judged, published, drawn, and asked for by template."""

import json
import os
import subprocess
import sys

import pytest

from tests.pages.fifth_form import PEOPLE, TIMES, declared_in_a_copy


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
    # The three numbers of each month as sent; portions brought home are a check and no figure.
    assert seen["figures"] == [
        [PEOPLE, "2026-08", 190], [PEOPLE, "2026-09", 200], [TIMES, "2026-08", 1200], [TIMES, "2026-09", 1234],
    ]  # fmt: skip
    assert seen["refused"] == ["C4", "C6"]


def test_every_page_opens_and_those_of_indicators_know_it(seen):
    assert seen["failed"] == []
    assert all(len(finding) > 5 for finding in seen["findings"].values()), seen["findings"]
    # Months of one form hide nothing that documents print, and nobody says that nothing at all came.
    assert "2016个对2871个行政村" in seen["findings"]["coverage"]
    assert "重点指标还没有收到一个可采用的数" in seen["findings"]["overview"]
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
    assert {"助餐人次", "助餐老年人", "其中送餐"} <= set(seen["template"]["表五 助餐"])
