"""Data homes with invented months for tests of pages, each built once a run."""

from datetime import date

import pytest

from tests.homes import built_once
from tests.months_truth import build_truth, open_issues, told
from tests.pages.month_release import build_month_release
from tests.pages.odd_months import build_odd
from warehouse.home import Home
from warehouse.read import Releases

BLANKED = ("value", "value_low", "value_high", "raw_value", "cell", "sheet")


def _built(folder, **arguments) -> Home:
    return _made(folder, lambda home: build_truth(home, cities=("puyang",), **arguments))


def _made(folder, build) -> Home:
    return built_once(folder, lambda home: build(home.demo()))


@pytest.fixture(scope="session")
def truth_home(shared_folder):
    """濮阳 from January 2023 on, with what `tests.months_truth.told` makes of it. Only for reading."""
    return _built(shared_folder / "truth", change=told, issues=open_issues())


@pytest.fixture(scope="session")
def one_month_home(shared_folder):
    """濮阳 with October 2026 alone. Only for reading."""
    return _built(shared_folder / "truth-one", first=date(2026, 10, 1))


@pytest.fixture(scope="session")
def nothing_home(shared_folder):
    """濮阳 in autumn 2026, when nobody reported anything. Only for reading."""
    return _built(
        shared_folder / "truth-none",
        first=date(2026, 9, 1),
        change=lambda row: row | dict.fromkeys(BLANKED) | {"status_code": "missing"},
    )


@pytest.fixture(scope="session")
def worked_home(shared_folder):
    """The release of `tests.pages.month_release`, whose numbers are worked by hand. Only for reading."""
    return _made(shared_folder / "worked", build_month_release)


@pytest.fixture(scope="session")
def odd_home(shared_folder):
    """The release of `tests.pages.odd_months`: 100 % everywhere, over 100 %, taken back, due and empty. Only for reading."""
    return _made(shared_folder / "odd", build_odd)


@pytest.fixture(scope="session")
def alone_home(shared_folder):
    """濮阳 with October 2026, in which 清丰县 alone has reported. Only for reading."""
    return _built(
        shared_folder / "alone",
        first=date(2026, 10, 1),
        townships_from=date(2027, 1, 1),
        change=lambda row: (
            row
            if row["submission_id"].startswith("qingfeng-")
            else row | dict.fromkeys(BLANKED) | {"status_code": "missing"}
        ),
    )


@pytest.fixture
def show_of(show, monkeypatch):
    """Open a page of the demonstration in a home: `show_of(odd_home, "briefing/overview/page.py", city="puyang")`."""

    def opened(home, script, **parameters):
        monkeypatch.setenv("YANGLAO_HOME", str(home.root))
        return show(script, data="demo", **parameters)

    return opened


@pytest.fixture(scope="session")
def broken_home(shared_folder):
    """濮阳 from June 2025 on; nursing beds are counted by another rule since March 2026, and what is paid since January. Only for reading."""
    broken = {
        "area_id": "puyang",
        "indicator_code": "nursing_bed_share",
        "month": date(2026, 3, 1),
        "break_kind_code": "definition",
        "title_zh": "护理型床位改按新国标认定",
    }
    paid = broken | {"indicator_code": "allowance_paid_yuan", "month": date(2026, 1, 1), "title_zh": "补发改由财政直发"}
    return _built(shared_folder / "truth-broken", first=date(2025, 6, 1), breaks=[broken, paid])


@pytest.fixture
def truth_release(truth_home):
    """The release of `truth_home`, open for reading."""
    with Releases(truth_home.demo()).acquire() as release:
        yield release


@pytest.fixture
def show_truth(show, truth_home, monkeypatch):
    """Open a page of `truth_home`'s demonstration: `show_truth("briefing/trends/page.py", unit="fanxian")`."""
    monkeypatch.setenv("YANGLAO_HOME", str(truth_home.root))
    return lambda script, **parameters: show(script, data="demo", **parameters)
