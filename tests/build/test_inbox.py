"""The operator's month, by the command: an inbox with every kind of fault, what it says, what is published, taking back."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from etl.months.findings import load_rules
from tests.broken_forms import CASES, more
from tests.clean_forms import FORMS, UNIT, clean
from tests.conftest import run_command
from tests.forms import Paper, draw, to_csv, to_html, to_ods, to_xls, to_xlsx
from tests.unit.test_sheets import REFUSED, made, zipped
from warehouse.desk.journal import Desk
from warehouse.errors import BusyError, FormError, NewlyRefused
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release.publishing.lock import lock

pytestmark = pytest.mark.usefixtures("settled_soon")

RULES = load_rules()
SPOILT = {
    rule: case for rule, case in CASES.items() if case.change and not case.before and not case.layout and rule != "E23"
}
"""Faults of one form that can be seen without the months before it, and with them: only a first report may have nothing."""

TOO_LARGE = "两百兆.xlsx"
"""Not even copied: it stays where it lies, and the refresh says so."""
HOSTILE = {
    "一万张表.xlsx": "F6",
    "一百万空行.xlsx": "F8",
    "=HYPERLINK(A1).csv": "F8",
    "@SUM+1-2.csv": "F8",
}


GOOD = 20
"""The month 2024-09, about which everything is right."""


def named(rule: str) -> str:
    return f"差错{rule}.xlsx"


def spoilt_forms(context) -> dict[str, Paper]:
    """One form a rule, each about a month of its own, so that none is the second report of another."""
    papers, used = {}, {form: set() for form in FORMS}
    for rule, case in SPOILT.items():
        # Only months in which the same version of the form is used.
        span = range(24) if case.number < 24 else range(24, 46)
        months = [case.number, *(number for number in span if number != case.number)]
        number = next(number for number in months if number not in used[case.form])
        used[case.form].add(number)
        layout, data = clean(case.form, number, context)
        case.change(data)
        papers[named(rule)] = draw(layout, data)
    return papers


def million_blank_rows() -> bytes:
    """A workbook of the plain kind whose only sheet is a million formatted rows with nothing in them."""
    content = io.BytesIO(to_xlsx(Paper("表", {(0, 0): "没有报表"})))
    with zipfile.ZipFile(content) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    rows = b'<row><c s="0"/></row>' * 1_000_000
    parts[name] = parts[name].replace(b"</sheetData>", rows + b"</sheetData>")
    return zipped(parts)


def write_hostile(inbox: Path) -> None:
    """What nobody should send: too large, too many, nothing in it, names that a spreadsheet would run."""
    with (inbox / TOO_LARGE).open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(200 << 20)
    (inbox / "一万张表.xlsx").write_bytes(zipped({f"xl/worksheets/sheet{n}.xml": b"" for n in range(10_000)}))
    (inbox / "一百万空行.xlsx").write_bytes(million_blank_rows())
    (inbox / "=HYPERLINK(A1).csv").write_text('=1+1,@x,+1,-1\n"=cmd|A",1,2,3\n', encoding="utf-8")
    (inbox / "@SUM+1-2.csv").write_text("处室,电话\n", encoding="utf-16")


def write_good(inbox: Path, context) -> list[str]:
    """One month of four forms, each in another format; nothing is wrong with them."""
    writers = {
        "facility": ("设施.ods", to_ods),
        "training": ("培训.csv", lambda paper: to_csv(paper, "utf-16")),
        "platform": ("平台.xls", to_html),
        "allowance": ("津贴.et", to_xls),
    }
    for form, (name, write) in writers.items():
        (inbox / name).write_bytes(write(draw(*clean(form, GOOD, context))))
    return [name for name, _ in writers.values()]


def ask(home: Home, query: str) -> list[dict]:
    with Releases(home).acquire() as release:
        return release.rows(query).frame.to_dicts()


@pytest.fixture(scope="module")
def shop(tmp_path_factory, context):
    """A data home after `yanglao refresh` on such an inbox: the home, what the command said, the good files."""
    home = Home(tmp_path_factory.mktemp("inbox") / "home")
    home.ensure()
    for number, (data, _) in enumerate(map(made, REFUSED)):
        (home.inbox / f"坏文件{number}.xlsx").write_bytes(data)
    for name, paper in spoilt_forms(context).items():
        (home.inbox / name).write_bytes(to_xlsx(paper))
    write_hostile(home.inbox)
    good = write_good(home.inbox, context)
    done = run_command("refresh", home=home.root)
    return home, done, good


def test_a_refresh_takes_what_is_good_and_says_what_came(shop):
    home, done, good = shop
    assert done.returncode == NewlyRefused.exit_code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    # Of the files that are empty or only blanks, each has bytes of its own, so nothing counts as sent twice.
    count = len(REFUSED) + len(SPOILT) + len(HOSTILE) + len(good)
    assert f"新收 {count} 个文件（批次 " in done.stdout
    assert [path.name for path in home.inbox.iterdir()] == [TOO_LARGE]
    assert f"“{TOO_LARGE}”有200MB，超过30MB，没有收取" in done.stdout
    taken = ask(home, "select file_name, state_code, area_id from meta.submission where revision > 0")
    assert {row["file_name"]: (row["state_code"], row["area_id"]) for row in taken if row["file_name"] in good} == (
        dict.fromkeys(good, ("accepted", UNIT))
    )


def test_a_refresh_says_what_it_took_and_whom_to_ring(shop):
    home, done, good = shop
    forms = ask(home, "select area_id, state_code from meta.submission where revision > 0")
    returned = [row["area_id"] for row in forms if row["state_code"] == "returned"]
    held = ask(
        home,
        "select distinct i.submission_id from meta.issue as i inner join meta.submission as s using (submission_id)"
        " where i.severity_code = 'hold' and s.state_code <> 'returned'",
    )
    assert held == []
    files, bad = len(REFUSED) + len(SPOILT) + len(HOSTILE) + len(good), len(REFUSED) + len(HOSTILE)
    head = (
        f"新到 {files} 个文件、认出 {len(forms)} 张报表：采用 {len(forms) - len(returned)} 张，"
        f"退回 {len(returned)} 张，读不出的文件 {bad} 个"
    )
    lines = done.stdout.splitlines()
    assert head in lines
    # One line for each unit of which a form was returned, with the person who filled it in.
    ringing = [line for line in lines if line.startswith("请联系 ")]
    assert len(ringing) == len(set(returned))
    (most,) = [line for line in ringing if line.startswith("请联系 清丰县（填报人 张）：")]
    assert "退回（" in most and f"等 {returned.count(UNIT)} 张" in most
    assert sum(line.startswith("读不出“") for line in lines) == min(bad, 20)
    # The journal keeps the same, for whoever looks the day after.
    assert head in Desk(home).entries()[0].sentence_zh


# Good forms alone: the correction below; files nobody can read: the inbox above, and their names in `status`.
@pytest.mark.whole
def test_a_refresh_of_only_good_forms_says_so_and_ends_well(tmp_path, yanglao, context):
    home = Home(tmp_path / "home")
    home.ensure()
    write_good(home.inbox, context)
    came = yanglao("refresh", "--json", home=home.root).json()["came"]
    assert (came["file_count"], came["form_count"], came["taken_count"]) == (4, 4, 4)
    assert (came["is_refused"], came["to_ring"], came["not_read"]) == (False, [], [])
    # A file nobody can read, alone: the release is made, and the code says that somebody has to be rung.
    (home.inbox / "清丰县10月.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n photograph")
    done = yanglao("refresh", "--json", home=home.root)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["published"]) == (NewlyRefused.exit_code, True)
    assert [(one["file_name"], one["unit_zh"]) for one in answer["came"]["not_read"]] == [("清丰县10月.xlsx", "清丰县")]
    # It is told once: the next refresh has nothing new.
    again = yanglao("refresh", "--json", home=home.root).json()
    assert (again["published"], again["came"]) == (False, None)


def test_every_file_nobody_can_read_is_one_clear_issue(shop):
    home, _, _ = shop
    rows = ask(home, "select file_name, rule_code, sentence_zh, remedy_zh from meta.issue where submission_id is null")
    # Nobody knows whose month a file speaks of that cannot be read: the figures in its name are not told.
    told = {re.sub("1(?=-)|2|一万|一百万", "＊", name): rule for name, rule in HOSTILE.items()}
    wanted = {f"坏文件{number}.xlsx": rule for number, (_, rule) in enumerate(REFUSED.values())} | told
    assert sorted((row["file_name"], row["rule_code"]) for row in rows) == sorted(wanted.items())
    assert all(row["sentence_zh"] and row["remedy_zh"] for row in rows)
    assert not any("Error" in row["sentence_zh"] for row in rows)


def test_every_fault_of_a_form_is_told_and_only_a_blocking_one_returns_it(shop):
    home, _, _ = shop
    issues = ask(home, "select file_name, rule_code, sheet, cell, sentence_zh, severity_code from meta.issue")
    states = {
        row["file_name"]: row["state_code"]
        for row in ask(home, "select file_name, state_code from meta.submission where revision > 0")
    }
    for rule in SPOILT:
        found = [row for row in issues if row["file_name"] == named(rule)]
        spoken = [row for row in found if row["rule_code"] == rule]
        assert spoken, (rule, found)
        assert all(row["sheet"] for row in found), rule
        is_returned = any(row["severity_code"] == "blocking" for row in found)
        assert states[named(rule)] == ("returned" if is_returned else "accepted"), rule
    # A cell is named wherever the fault is in one: of these rules only a missing row has none.
    without = {row["rule_code"] for row in issues if row["sheet"] and not row["cell"]}
    # Whose month a form is, is weighed from several cells.
    assert without <= {"L12", "C9", "S5", "S6", "E13", "E20"}, without


def test_no_value_of_a_returned_form_is_in_the_release(shop):
    home, _, _ = shop
    rows = ask(
        home,
        "select count(*) as n from core.fct_observation as o inner join meta.submission as s using (submission_id)"
        " where s.state_code = 'returned' and (o.value is not null or o.raw_value is not null)",
    )
    assert rows == [{"n": 0}]


def test_status_tells_what_came_and_which_rules_failed(shop, yanglao):
    home, _, good = shop
    found = yanglao("status", "--json", home=home.root).json()
    assert found["received_count"] == len(REFUSED) + len(SPOILT) + len(HOSTILE) + len(good)
    assert found["waiting_count"] == 1
    (blocking,) = ask(
        home,
        "select count(*) as n, count(distinct rule_code) as rules from meta.issue"
        " where is_open and severity_code = 'blocking'",
    )
    assert (found["load"]["blocking_count"], found["load"]["failed_rule_count"]) == (blocking["n"], blocking["rules"])


def test_files_are_checked_by_the_command_and_nothing_is_stored(shop, yanglao, context, tmp_path):
    home, _, _ = shop
    before = sorted(path for path in home.root.rglob("*") if "cache" not in path.parts)
    good, bad, not_a_form = tmp_path / "好.xlsx", tmp_path / "坏.xlsx", tmp_path / "照片.jpg"
    good.write_bytes(to_xlsx(draw(*clean("platform", 22, context))))
    layout, data = clean("facility", 22, context)
    # One bed more than institutions and communities have together.
    data.rows["清丰县", ""]["care_bed_count"] += 1
    bad.write_bytes(to_xlsx(draw(layout, data)))
    not_a_form.write_bytes(REFUSED["photograph"][0] + b"other")
    fine = yanglao("check", str(good), "--unit", "清丰县", "--month", "2024-11", home=home.root)
    assert fine.returncode == 0, fine.stdout
    assert fine.stdout.splitlines()[0] == "好.xlsx：可以报送，没有问题"
    done = yanglao("check", str(good), str(bad), str(not_a_form), home=home.root)
    assert done.returncode == FormError.exit_code
    # A cell, what is wrong with it, and below it what to do.
    assert re.search(r"坏.xlsx：有\d处必须更正，照此报送会被退回", done.stdout)
    assert re.search(r"【必须更正】\S+![A-Z]+\d+  .*相加是.*（规则C1）\n {6}\S", done.stdout)
    assert "照片.jpg：不能作为月报读取" in done.stdout
    assert "没有收取，也没有保存" in done.stdout
    other = yanglao("check", str(good), "--unit", "南乐县", "--json", home=home.root)
    (told,) = json.loads(other.stdout)
    assert other.returncode == FormError.exit_code
    assert told["others_zh"] == [f"工作表“{clean('platform', 22, context)[0].sheet}”是清丰县2024年11月的，不是南乐县的"]
    nowhere = yanglao("check", str(tmp_path / "没有.xlsx"), home=home.root)
    assert (nowhere.returncode, nowhere.stdout) == (FormError.exit_code, "")
    assert "没有这个文件，请核对路径" in nowhere.stderr
    assert sorted(path for path in home.root.rglob("*") if "cache" not in path.parts) == before


@pytest.mark.bar("ET5")
def test_a_batch_is_listed_taken_back_with_a_reason_and_the_release_before_it_restored(shop, yanglao, context):
    home, _, good = shop
    before = yanglao("status", "--json", home=home.root).json()["release"]["content_sha256"]
    layout, data = clean("platform", GOOD, context)
    data.entries["correction"] = "漏报一个乡镇"
    more("enrolled_count", 100)(data)
    (home.inbox / "更正.xlsx").write_bytes(to_xlsx(draw(layout, data)))
    corrected = yanglao("refresh", "--json", home=home.root).json()
    assert corrected["content_sha256"] != before
    # Only a good form came: the command ends well and nobody is to be rung.
    came = corrected["came"]
    assert (came["file_count"], came["form_count"], came["taken_count"]) == (1, 1, 1)
    assert (came["is_refused"], came["to_ring"], came["not_read"]) == (False, [], [])
    newest, first = yanglao("batches", "--json", home=home.root).json()
    assert (newest["file_count"], first["file_count"]) == (1, len(REFUSED) + len(SPOILT) + len(HOSTILE) + len(good))
    files = yanglao("batches", newest["batch_id"], "--json", home=home.root).json()
    assert [row["file_name"] for row in files] == ["更正.xlsx"]
    silent = yanglao("withdraw", newest["batch_id"], home=home.root)
    assert (silent.returncode, silent.stdout) == (FormError.exit_code, "")
    assert "没有写原因，请用 --reason 写明" in silent.stderr
    done = yanglao("withdraw", newest["batch_id"], "--reason", "误发", home=home.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "已撤销（1 个文件，原因：误发）；现行批次还没有变，请运行 yanglao refresh" in done.stdout
    assert yanglao("refresh", "--json", home=home.root).json()["content_sha256"] == before
    listed = yanglao("batches", home=home.root).stdout.splitlines()
    assert "撤销（" in listed[0] and "误发" in listed[0]
    assert "撤销" not in listed[1]
    again = yanglao("withdraw", newest["batch_id"], "--reason", "再来", home=home.root)
    assert again.returncode == FormError.exit_code and "撤销过，不必再撤销" in again.stderr
    unknown = yanglao("withdraw", "20200101-01", "--reason", "没有", home=home.root)
    assert unknown.returncode == FormError.exit_code and "没有这个收件批次，最近的有" in unknown.stderr


def test_while_a_refresh_is_under_way_nothing_is_taken_back(shop, yanglao):
    home, _, _ = shop
    batch = yanglao("batches", "--json", home=home.root).json()[-1]
    with lock(home):
        done = yanglao("withdraw", batch["batch_id"], "--reason", "误发", home=home.root)
    assert done.returncode == BusyError.exit_code
    assert yanglao("batches", "--json", home=home.root).json()[-1]["withdrawn_at"] is None
