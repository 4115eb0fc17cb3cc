"""The starter queries run, teach what they say, and the analyst's other helps hold what the release holds."""

import pytest

from warehouse.query.ask import run_query
from warehouse.query.help.completion import words
from warehouse.query.help.starters import starters
from warehouse.read.meta import catalog, dictionary, samples
from warehouse.read.receipt import provenance
from warehouse.worker.client import Worker


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


def answer(home, starter, worker):
    given = {name: "2026-10" if value == "latest" else value for name, value in starter.parameters.items()}
    return run_query(home, starter.sql, parameters=given, worker=worker).frame


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.code)
def test_every_starter_runs_on_the_real_release(real_home, worker, starter):
    """Those that need months answer without rows as long as there are none; the others have something to say."""
    frame = answer(real_home, starter, worker)
    assert frame.width > 1
    assert frame.height > 0 or starter.needs_months


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.code)
def test_every_starter_answers_on_the_demonstration(demo_home, worker, starter):
    assert answer(demo_home, starter, worker).height > 0


def test_there_are_twenty_each_with_title_lesson_and_group():
    assert len(starters()) == 20
    for starter in starters():
        assert len(starter.lesson_zh) > 20
        assert starter.title_zh
        assert starter.folder_zh in ("回答问题", "避开陷阱", "看历史")
    assert len({starter.title_zh for starter in starters()}) == 20


def test_the_lesson_on_averaged_ratios_shows_two_different_numbers(real_home, worker):
    """濮阳 2020: 666,648 / 3,772,088 = 17.673 %; the plain average of its eight census units is another number."""
    starter = next(each for each in starters() if "average_of_ratios" in each.code)
    wrong, right, difference, units = answer(real_home, starter, worker).row(0)
    assert right == pytest.approx(666_648 / 3_772_088, abs=1e-9)
    assert wrong != pytest.approx(right, abs=1e-6)
    assert difference == pytest.approx(wrong - right)
    assert units == 8


def test_the_lesson_on_rounded_figures_bounds_growth_outward(real_home, worker):
    """66.7万 is at most 66.75万, 70余万 at least 70万: 700,000 / 667,500 - 1 = 4.869 %, and no upper bound."""
    starter = next(each for each in starters() if "rounded" in each.code)
    row = answer(real_home, starter, worker).row(0, named=True)
    assert row["至少增长"] == pytest.approx(700_000 / 667_500 - 1)
    assert row["至多增长_空为无上限"] is None


def test_completion_offers_every_table_column_and_indicator_with_its_chinese_name(real_release):
    offered = words(real_release)
    by_kind = {kind: {word for each, word, *_ in offered if each == kind} for kind in "tciafvk"}
    assert by_kind["t"] >= set(catalog.relations(real_release).frame["relation"]) | {"obs"}
    for relation in by_kind["t"] - {"obs"}:
        assert set(catalog.columns(real_release, relation=relation).frame["column_name"]) <= by_kind["c"]
    assert by_kind["i"] == set(catalog.indicators(real_release).frame["indicator_code"])
    assert {"hualong", "puyang", "fushun", "qingyuan"} <= by_kind["a"]
    assert {"sum", "obs_as_of", "date_trunc"} <= by_kind["f"]
    assert not {"read_csv", "pg_sleep", "getenv"} & by_kind["f"]
    home = next(each for each in offered if each[1] == "village_home_count")
    assert (home[2], home[4]) == ("农村幸福院数", "ncxfys")
    for kind, _, label, *_ in offered:
        assert label or kind == "f"


def test_the_dictionary_holds_every_indicator_and_column(real_release):
    indicators, columns = dictionary.indicators(real_release).frame, dictionary.columns(real_release).frame
    assert indicators.height == catalog.indicators(real_release).frame.height
    assert indicators["中文名"].null_count() == indicators["定义"].null_count() == 0
    assert columns["说明"].null_count() == 0
    keys = columns.filter(columns["是否主键"])
    assert set(keys["表"]) == set(catalog.relations(real_release).frame["relation"])


def test_examples_are_values_of_the_column(real_release):
    shown = samples.examples(real_release, relation="core.dim_area")
    assert "administrative" in shown["kind_code"]
    with pytest.raises(KeyError):
        samples.examples(real_release, relation="core.nothing")


def test_sources_behind_an_answer_are_the_documents_its_tables_name(real_release):
    titles = provenance.sources_behind(real_release, relations=["mart.coverage"])
    assert any("第196号" in title for title in titles)
    assert provenance.sources_behind(real_release, relations=["meta.code"]) == []
    assert provenance.meanings(real_release, relations=["mart.coverage"])["rate"].startswith("覆盖率")
