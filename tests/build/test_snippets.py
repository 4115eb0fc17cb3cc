"""What the README tells analysts to type does what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.build.months_world import months_home  # noqa: F401 (a fixture)
from tests.conftest import ROOT
from warehouse.release.publishing.publish import current_pointer, release_path

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("### 查询与取数")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


def test_the_python_of_the_readme_gives_polars_and_pandas_frames(real_home):
    """In a process of its own, as an analyst runs it, with the installed command on the path."""
    (code,) = blocks("python")
    shown = (
        "print(json.dumps([dict(polars_frame.select('network_code', 'rate').iter_rows()), list(pandas_frame.columns)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import json\n{code}\n{shown}"],
        env={
            **os.environ,
            "YANGLAO_HOME": str(real_home.root),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rates, columns = json.loads(done.stdout)
    # 濮阳: village homes 2016 of 2871 villages
    assert rates["village_home"] == pytest.approx(2016 / 2871)
    assert columns == ["network_code", "rate"]


def test_the_sql_of_the_readme_gives_what_was_known_then(months_home, tmp_path):  # noqa: F811
    """Any client, our own views absent: at the end of June 2024 华龙区's 100 stood, not yet corrected to 90."""
    (sql,) = blocks("sql")
    # A copy: the file itself may be open in this process, with settings of our own.
    path = shutil.copy(release_path(months_home, current_pointer(months_home).release_id), tmp_path)
    with duckdb.connect(path, read_only=True) as plain:
        value = plain.sql(
            f"select value from ({sql}) where area_id = 'hualong' and indicator_code = 'village_home_count'"
        ).fetchall()
    assert value == [(100.0,)]


@pytest.mark.parametrize(
    "name", ["series", "format", "limit", "offset", "indicator", "area", "from", "to", "release", "data"]
)
def test_every_parameter_of_the_interface_is_in_the_readme(name):
    from pages.server.value_answers import PARAMETERS

    assert name in PARAMETERS
    assert f"{name}=" in SECTION or f"`{name}`" in SECTION
