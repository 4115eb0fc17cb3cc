"""What the README tells analysts to type does what it says."""

import re
import subprocess
import sys

import duckdb
import pytest

from tests.build.months_world import months_home  # noqa: F401 (a fixture)
from tests.conftest import ROOT
from warehouse.publish import current_pointer, release_path

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("### 查询与取数")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


def test_the_python_of_the_readme_gives_polars_and_pandas_frames(real_home, monkeypatch):
    real_run = subprocess.run

    def run(arguments, **options):
        """`yanglao` is this checkout's app.py; an installed command would be the same."""
        return real_run([sys.executable, str(ROOT / "app.py"), *arguments[1:]], **options)

    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    monkeypatch.setattr(subprocess, "run", run)
    made: dict = {}
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), made)  # our own text
    # 濮阳: village homes 2016 of 2871 villages
    rates = dict(made["polars_frame"].select("network_code", "rate").iter_rows())
    assert rates["village_home"] == pytest.approx(2016 / 2871)
    assert list(made["pandas_frame"].columns) == ["network_code", "rate"]


def test_the_sql_of_the_readme_gives_what_was_known_then(months_home):  # noqa: F811
    """Any client, our own views absent: at the end of June 2024 华龙区's 100 stood, not yet corrected to 90."""
    (sql,) = blocks("sql")
    path = release_path(months_home, current_pointer(months_home).release_id)
    with duckdb.connect(str(path), read_only=True) as plain:
        value = plain.sql(
            f"select value from ({sql}) where area_id = 'hualong' and indicator_code = 'village_home_count'"
        ).fetchall()
    assert value == [(100.0,)]


@pytest.mark.parametrize(
    "name", ["series", "format", "limit", "offset", "indicator", "area", "from", "to", "release", "data"]
)
def test_every_parameter_of_the_interface_is_in_the_readme(name):
    from pages.api import _VALUE_PARAMETERS

    assert name in _VALUE_PARAMETERS
    assert f"{name}=" in SECTION or f"`{name}`" in SECTION
