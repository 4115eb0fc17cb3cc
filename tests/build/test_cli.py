"""The yanglao command, as an operator and a script use it: in a process of its own, on a data home of its own."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from etl.first_release import ensure_release
from tests.build.small import small_refresh
from tests.conftest import ROOT, free_port, run_command, run_json, served
from tests.pace import slowed
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.progress import read_progress
from warehouse.release.file import header_of
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import current_pointer, list_releases, release_path
from warehouse.settings import load_settings

QUERY = "select persons, as_of_on from core.fct_population where area_id = 'puyang' and age_band_code = '60_plus' and base_code = 'resident'"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A data home with two releases of the tiny world."""
    root = tmp_path_factory.mktemp("two") / "home"
    for marker in (1, 2):
        small_refresh(root, marker)
    return root


@pytest.fixture
def home(template, tmp_path) -> Home:
    return Home(shutil.copytree(template, tmp_path / "home"))


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_prints_the_path_of_the_current_release_and_nothing_else(home):
    done = run_command("where", home=home.root)
    path = release_path(home, current_pointer(home).release_id)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}\n", "")
    assert run_json("where", home=home.root) == {"release_id": current_pointer(home).release_id, "path": str(path)}


def test_sql_answers_as_table_json_and_csv(yanglao, real_home):
    table = yanglao("sql", QUERY, home=real_home.root)
    assert table.returncode == 0
    # 2020 census: 666,648 residents of 濮阳市 were 60 or older.
    assert "666648" in table.stdout
    assert "2020-11-01" in table.stdout
    assert "实际数据" in table.stderr
    answer = yanglao("sql", QUERY, "--json", home=real_home.root).json()
    assert answer["rows"] == [{"persons": 666648, "as_of_on": "2020-11-01"}]
    assert answer["truncated"] is False
    csv = yanglao("sql", QUERY, "--csv", home=real_home.root)
    assert csv.stdout == "persons,as_of_on\n666648,2020-11-01\n"


def test_sql_json_is_json_whatever_the_types(yanglao, home):
    query = "select 1.50::decimal(9,2) as d, 1e308 * 10 as i, ['a'] as l, null as n, date '2026-01-31' as t, true as b"
    (row,) = yanglao("sql", query, "--json", home=home.root).json()["rows"]
    assert (row["d"], row["i"], row["n"], row["t"], row["b"]) == ("1.50", "inf", None, "2026-01-31", True)


def test_a_cut_answer_says_so_on_standard_error(yanglao, home):
    done = yanglao("sql", "select area_id from core.dim_area", "--csv", home=home.root, YANGLAO_QUERY_ROWS="5")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 6
    assert "结果已截断，共400行，只取前5行" in done.stderr


# What analysts were promised, and a release of documents and reference tables fills; counts worked by hand where the
# inputs say them: 161 townships, 59 + 20 + 17 + 14 + 4 printed figures, 3,355 places of the census, one batch.
PROMISED = {
    "core.dim_area": (
        "area_id, name_zh, short_name_zh, level_code, parent_area_id, kind_code, adcode, stat_code, valid_from_on, valid_to_on",
        "count(*) filter (level_code = 'township')",
        161,
    ),
    "core.dim_month": ("month", "count(distinct month)", 12 * 12),  # 2019 to 2030
    "core.fct_population": (
        "area_id, as_of_on, base_code, age_band_code, persons, source_id",
        "count(*) filter (age_band_code = 'total')",
        3355,
    ),
    "core.fct_division_count": (
        "area_id, year, division_code, division_count, source_id",
        # 2,871 villages in 濮阳 and 611 in 抚顺
        "sum(division_count) filter (division_code = 'villagers_committee' and area_id in ('puyang', 'fushun'))",
        2871 + 611,
    ),
    "core.fct_document_figure": (
        "figure_id, source_id, area_id, indicator_code, name_zh, value, value_low, value_high, qualifier_code, "
        "value_as_written, unit_zh, kind_code, period_start_on, period_end_on, quote, also_at",
        "count(*)",
        # the plan, the replies 196, 408 and 40, and 232: 80岁 and 65岁 in the plan, 1 and 6 of “1+6” apart
        61 + 21 + 17 + 14 + 4,
    ),
    "core.dim_target": (
        "target_id, indicator_code, area_id, comparator, value, text_zh, unit_zh, period_start_on, deadline_on, "
        "binding_code, valid_from_on, valid_to_on, source_id, quote, reading_zh",
        "count(*) filter (binding_code = 'binding')",
        3,  # 专栏1: 达标率, 护理型床位占比, 老年大学
    ),
    "mart.coverage": (
        "area_id, network_code, as_of_on, built, operating, base, base_year, rate, status_code, note_zh",
        "max(built)",
        2016,
    ),
    "mart.target_progress": (
        "target_id, month, actual, completion, pace, gap_pp, remaining, monthly_needed, outlook_code, caveat_zh",
        "max(actual)",
        2631,
    ),
    "mart.city_comparison": (
        "area_a, area_b, item_code, value_a, value_b, as_of_a, as_of_b, source_a, source_b, comparable, reason_zh",
        "max(value_a) filter (item_code = 'aged_60_plus')",
        666_648,
    ),
    "meta.source": (
        "source_id, kind_code, title_zh, number_zh, issuer_zh, issued_on, period_zh, sha256, licence_zh",
        "count(*) filter (kind_code = 'document')",
        5,
    ),
    "meta.receipt_input": ("relation, row_key, input_relation, input_row_key", "count(distinct relation)", None),
    "meta.release": ("release_id, kind_code, schema_version, content_sha256, built_at", "count(*)", 1),
    "meta.indicator": ("indicator_code, label_zh, unit_zh, definition_zh, numerator, denominator", "count(*)", None),
    "meta.programme": ("programme_id, source_id, name_zh, status_code, quote, figure_ids", "count(*)", None),
    "meta.code": ("code_set, code, label_zh", "count(*)", None),
}


def test_sql_answers_from_every_relation_promised_to_analysts(yanglao, real_home):
    for relation, (columns, measure, expected) in PROMISED.items():
        asked = f"select {columns}, m.found from {relation}, (select {measure} as found from {relation}) as m limit 1"
        (row,) = yanglao("sql", asked, "--json", home=real_home.root).json()["rows"]
        assert list(row) == [*columns.split(", "), "found"], relation
        assert row["found"] == expected if expected is not None else row["found"] > 1, (relation, row["found"])


def test_every_filled_relation_of_the_real_release_is_as_long_as_it_says(yanglao, real_home):
    rows = yanglao(
        "sql", "select relation, row_count from meta.relation where row_count > 0", "--json", home=real_home.root
    ).json()
    filled = {row["relation"]: row["row_count"] for row in rows["rows"]}
    assert set(PROMISED) <= set(filled)
    union = " union all ".join(f"select '{name}' as relation, count(*) as row_count from {name}" for name in filled)
    counted = yanglao("sql", union, "--json", home=real_home.root).json()["rows"]
    assert {row["relation"]: row["row_count"] for row in counted} == filled
    assert {"core.dim_area_alias", "core.fct_allowance_standard", "mart.cross_check", "mart.area_profile"} <= set(
        filled
    )


def test_releases_are_listed_newest_first(yanglao, home):
    listed = yanglao("releases", "--json", home=home.root).json()
    assert [each["release_id"] for each in listed] == [each.release_id for each in list_releases(home)]
    assert [(each["is_current"], each["is_pinned"]) for each in listed] == [(True, False), (False, False)]
    lines = yanglao("releases", home=home.root).stdout.splitlines()
    assert lines[0].endswith("现行")
    assert len(lines) == 2


def test_status_names_the_release_and_where_it_lies(yanglao, home):
    found = yanglao("status", "--json", home=home.root).json()
    assert found["release"]["release_id"] == current_pointer(home).release_id
    assert (found["home"], found["release_count"], found["is_pinned"]) == (str(home.root), 2, False)
    text = yanglao("status", home=home.root).stdout
    for words in (
        str(home.root),
        f"现行批次：{current_pointer(home).release_id}",
        "实际数据",
        "没有月报",
        "正在更新：否",
    ):
        assert words in text


def test_the_demonstration_is_addressed_with_an_option_and_is_another_home(yanglao, home, tmp_path):
    done = yanglao("where", "--demo", home=home.root)
    assert done.returncode == 11
    assert "yanglao demo" in done.stderr
    shutil.copytree(home.root, home.demo().root)
    assert yanglao("where", "--demo", "--json", home=home.root).json()["path"].startswith(str(home.demo().root))


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rollback_and_unpin(yanglao, home):
    newest, before = [each.release_id for each in list_releases(home)]
    done = yanglao("rollback", home=home.root)
    assert (done.returncode, done.stdout) == (
        0,
        f"现行批次已回退到 {before} 并固定；解除用 yanglao rollback --unpin\n",
    )
    assert yanglao("where", "--json", home=home.root).json()["release_id"] == before
    assert "已固定" in yanglao("status", home=home.root).stdout
    assert yanglao("rollback", "--unpin", "--json", home=home.root).json() == {"release_id": newest, "is_pinned": False}
    assert yanglao("rollback", before, "--json", home=home.root).json() == {"release_id": before, "is_pinned": True}


def test_refresh_from_nothing_in_ten_seconds_and_then_nothing_new(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run_command("refresh", home=tmp_path / "home")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "已发布并启用" in done.stdout
    # One plain line a step where there is no terminal.
    lines = done.stderr.splitlines()
    assert lines[0] == "[0/18] 检查数据目录"
    assert lines[-1] == "[18/18] 完成"
    # The budget, Python's start included, in processor time: other tests run beside this one.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10 * slowed(time.thread_time)
    again = run_json("refresh", home=tmp_path / "home")
    assert again["published"] is False
    assert again["sentence_zh"].startswith("内容没有变化，沿用批次 ")
    assert again["notes_zh"] == []


# ── refusing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_kind_of_failure_has_its_own_exit_code():
    kinds = YanglaoError.__subclasses__()
    assert sorted(kind.exit_code for kind in kinds) == list(range(2, 2 + len(kinds)))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("where",), 11, "请运行 yanglao refresh"),
        (("sql", "select 1"), 11, "请运行 yanglao refresh"),
        (("rollback",), 11, "没有更早的批次"),
        (("rollback", "nonsense"), 11, "写法不对"),
        (("rollback", "--unpin"), 11, "没有完整的批次"),
        (("rollback", "20260101-01", "--unpin"), 11, "请去掉其中之一"),
    ],
)
def test_without_a_release_each_command_says_what_to_run(yanglao, tmp_path, arguments, code, words):
    done = yanglao(*arguments, home=tmp_path / "home")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_status_without_a_release_is_still_a_status(yanglao, tmp_path):
    done = yanglao("status", home=tmp_path / "home")
    assert done.returncode == 0
    assert "请运行 yanglao refresh" in done.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "statement", ["drop table core.dim_area", "select 1; select 2", "copy (select 1) to '/tmp/x'", "selekt"]
)
def test_a_statement_that_is_not_one_select_is_refused(yanglao, home, statement):
    done = yanglao("sql", statement, home=home.root)
    assert (done.returncode, done.stdout) == (9, "")
    assert "Traceback" not in done.stderr


def test_a_failure_is_json_too_when_json_is_asked_for(yanglao, home):
    done = yanglao("sql", "drop table core.dim_area", "--json", home=home.root)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["exit_code"]) == (9, 9)
    assert answer["error_zh"]


def test_a_wrong_setting_is_named_with_its_remedy(yanglao, home):
    done = yanglao("where", home=home.root, YANGLAO_PORT="eighty", YANGLAO_PROT="1")
    assert done.returncode == 2
    assert "YANGLAO_PORT：“eighty”不是正整数" in done.stderr
    assert "YANGLAO_PROT：没有这项设置" in done.stderr


def test_a_busy_home_is_told_with_the_holder(home):
    with lock(home):
        done = run_command("refresh", home=home.root)
    assert done.returncode == 8
    assert f"进程 {os.getpid()} 自" in done.stderr


def test_a_taken_port_is_told_in_plain_words(yanglao, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = yanglao("serve", home=home.root, YANGLAO_PORT=port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}：不能使用（已被占用）" in done.stderr
    assert "YANGLAO_PORT" in done.stderr


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_command_but_serve_imports_streamlit(home):
    code = """
import sys
import app
for command in (["status"], ["where"], ["releases"], ["sql", "select 1"], ["rollback"], ["refresh", "--help"]):
    sys.argv = ["yanglao", *command]
    try:
        app.main()
    except SystemExit as left:
        assert not left.code
print("LOADED", sorted({"streamlit", "plotly", "pandas"} & set(sys.modules)))
"""
    environment = {**os.environ, "YANGLAO_HOME": str(home.root)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


def answers(url: str, seconds: float = 60) -> str:
    """The body, once the server answers."""
    import urllib.request

    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as found:
                return found.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


# The same of the command, installed and without a network: `test_offline`.
@pytest.mark.whole
@pytest.mark.parametrize("how", ["app.py", "streamlit run"])
def test_however_it_is_started_the_first_release_is_there_before_the_first_answer(tmp_path, how):
    port = free_port()
    home = Home(tmp_path / "home")
    command = {
        "app.py": [sys.executable, str(ROOT / "app.py")],
        "streamlit run": [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)],
    }[how]
    if how == "streamlit run":
        command += ["--server.address", "127.0.0.1", "--server.enableAgentApi", "true"]
    variables = {**os.environ, "YANGLAO_HOME": str(home.root), "YANGLAO_PORT": str(port), "PYTHONPATH": str(ROOT)}
    variables["YANGLAO_DEMO"] = "off"
    log = (tmp_path / "log").open("w+")
    # From another folder, as a service manager would.
    process = subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=log, stderr=log)
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health") == "ok"
        assert len(list_releases(home)) == 1
        assert "<title>" in answers(f"http://127.0.0.1:{port}/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        log.seek(0)
        text = log.read()
        log.close()
    assert "Traceback" not in text
    if how != "streamlit run":
        assert f"养老服务领导简报：http://127.0.0.1:{port}" in text


def test_the_demonstration_is_built_beside_the_server_tells_how_far_it_is_and_ends_with_it(real_home, tmp_path):
    home = Home(tmp_path / "home")
    shutil.copytree(real_home.root, home.root)
    steps, of_a_month = [], re.compile(r"(县|区) \d{4}年\d+月")
    with served(home.root, YANGLAO_DEMO="on") as url:
        deadline = time.monotonic() + 180
        while not of_a_month.search(" ".join(steps)) and time.monotonic() < deadline:
            # From the first moment on there is something to wait for.
            steps.append(read_progress(home.demo()).step_zh)
            time.sleep(0.05)
        assert answers(f"{url}/_stcore/health") == "ok"
    # It came to writing the reports of units and months, and left neither a release, a lock nor a word behind.
    assert of_a_month.search(" ".join(steps)), steps
    assert read_progress(home.demo()) is None
    assert list_releases(home.demo()) == []
    with lock(home.demo(), doing_zh="看有没有人在生成"):
        pass


def test_a_demonstration_that_is_there_is_not_built_again(small_demo_home, monkeypatch):
    from etl.demo.background import demonstration_beside

    monkeypatch.setenv("YANGLAO_HOME", str(small_demo_home.root.parent))
    with demonstration_beside(load_settings()) as process:
        assert process is None


@pytest.mark.parametrize("path", ["/", "/coverage"])
def test_the_html_of_every_page_is_chinese_from_its_first_byte(real_url, path):
    page = answers(f"{real_url}{path}")
    assert '<html lang="zh-CN">' in page
    assert "<title>养老服务领导简报</title>" in page
    assert "BACKEND_BASE_URL" in page
    # Streamlit lets pages of its hosting service command an app that names no others.
    assert 'allowedOrigins: ["https://nobody.invalid"]' in page


def test_streamlits_own_files_come_compressed_and_the_second_time_from_memory(real_url):
    import re
    import urllib.request

    page = answers(f"{real_url}/")
    script = re.search(r"static/js/index\.[\w-]+\.js", page).group()
    sizes = {}
    for coding in ("gzip", "identity", "gzip"):
        request = urllib.request.Request(f"{real_url}/{script}", headers={"Accept-Encoding": coding})
        with urllib.request.urlopen(request, timeout=30) as found:
            sizes[coding] = len(found.read())
            assert found.headers.get("Content-Encoding") == (coding if coding == "gzip" else None)
            assert "immutable" in found.headers["Cache-Control"]
            assert found.headers["Content-Type"] == "application/javascript"
    assert sizes["gzip"] < sizes["identity"] / 2.5


def test_tables_in_a_pipe_are_not_folded(yanglao, real_home):
    done = yanglao("sql", "select * from core.dim_month limit 1", home=real_home.root)
    assert "2019-01-01" in done.stdout
    assert pl.Series(done.stdout.splitlines()).str.len_chars().max() > 100


def test_a_release_of_an_older_shape_is_rebuilt_before_serving_and_kept_when_it_cannot_be(home, monkeypatch, capsys):
    monkeypatch.setattr("warehouse.release.shape.SCHEMA_VERSION", 99)
    with lock(home):
        ensure_release(home)
    assert "仍按旧版显示" in capsys.readouterr().err
    assert len(list_releases(home)) == 2
    ensure_release(home)
    newest = list_releases(home)[0]
    assert (len(list_releases(home)), newest.is_current) == (3, True)
    assert header_of(newest.path)["schema_version"] == 99
    ensure_release(home)
    assert len(list_releases(home)) == 3
