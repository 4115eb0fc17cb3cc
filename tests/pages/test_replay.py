"""An older release on every page, and from every number on a card to the cell it came from."""

import shutil
from datetime import date

import pytest

from pages.registry import PAGES
from pages.ui.kit import reads
from tests.months_truth import build_truth
from warehouse.home import Home
from warehouse.query.ask import run_query
from warehouse.read.receipt.receipts import receipts
from warehouse.release.publishing.publish import current_pointer, release_ids
from warehouse.worker.client import Worker


@pytest.fixture(scope="session")
def replay_home(one_month_home, tmp_path_factory):
    """Two releases of 濮阳's demonstration: the older with October 2026 alone, the newer with September as well."""
    home = Home(tmp_path_factory.mktemp("replay") / "root")
    shutil.copytree(one_month_home.root, home.root)
    build_truth(home.demo(), cities=("puyang",), first=date(2026, 9, 1))
    return home


@pytest.mark.bar("DQ6")
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path)
def test_every_page_shows_the_release_of_the_link_and_asks_no_other(show_of, replay_home, monkeypatch, entry):
    newer, older = release_ids(replay_home.demo())
    assert current_pointer(replay_home.demo()).release_id == newer
    asked, ask = set(), reads.ask

    def noted(question, *, kind, release_id, **arguments):
        asked.add(release_id)
        return ask(question, kind=kind, release_id=release_id, **arguments)

    page = show_of(replay_home, entry.script, release=older)
    monkeypatch.setattr(reads, "ask", noted)
    page.run()
    assert not page.app.exception
    assert "错误编号" not in page.text
    assert asked == {older}
    assert f"版本 {older}" in page.text
    assert newer not in page.html
    assert page.app.query_params["release"] == older


@pytest.mark.bar("DQ6")
def test_sql_asks_the_release_of_choice_and_what_was_known_at_a_moment(replay_home):
    """October 2026 is received on 4 November, September on 5 October; the older release never heard of September."""
    newer, older = release_ids(replay_home.demo())
    worker = Worker()

    def months(source: str, release_id: str) -> list[str]:
        sql = f"select distinct strftime(month, '%Y-%m') as month from {source} order by all"
        answer = run_query(replay_home.demo(), sql, release_id=release_id, worker=worker)
        assert answer.release_id == release_id
        return answer.frame["month"].to_list()

    try:
        assert months("obs", newer) == ["2026-09", "2026-10"]
        assert months("obs", older) == ["2026-10"]
        assert months("obs_as_of('2026-10')", newer) == ["2026-09"]
        assert months("obs_as_of('2026-09')", newer) == []
    finally:
        worker.close()


def _steps(step) -> list:
    return [step, *(each for part in step.inputs for each in _steps(part))]


@pytest.mark.bar("DQ5")
def test_every_number_of_the_overview_is_one_press_from_its_cells_or_its_sentence(show_truth, truth_release):
    """One press opens the whole walk in one drawer: what was reported shows sheet, cell, raw text and submission; what
    a document says shows the sentence.
    """
    page = show_truth("briefing/overview/page.py")
    assert len(page.receipts) > 50
    found = receipts(truth_release, page.receipts)
    assert found.keys() == set(page.receipts)
    for text, opened in found.items():
        steps = _steps(opened.step)
        if text.startswith("mart.indicator_month:"):
            assert any(step.told.cell_zh and step.submission_zh for step in steps), text
        else:
            assert any(step.told.quote_zh and step.source_zh for step in steps), text
    pressed = next(text for text in page.receipts if text.endswith("puyang|monthly_visit_rate|total|2026-10-01"))
    drawer = show_truth("briefing/overview/page.py", receipt=pressed).text
    assert "工作表“表一” C7，原文“2064”" in drawer  # 范县's visits, as in its own form


@pytest.mark.bar("DQ5")
def test_an_indicator_is_walked_down_to_forms_and_documents_by_the_releases_own_sql(show_truth):
    page = show_truth("workbench/indicator/page.py", indicator="village_home_coverage_rate", sheet="descent")
    for step in (
        "mart.indicator_month.value",
        "core.fct_observation",
        "mart.coverage.rate",
        "core.fct_document_figure",
    ):
        assert step in page.text
