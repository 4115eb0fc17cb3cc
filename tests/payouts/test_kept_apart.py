"""Payments beside the ordinary roads: never in the inbox's archive, carried by a backup, no table a query knows."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from etl.months.of_persons import speaks_of_identity
from etl.months.received import Incoming, receive, receive_inbox
from etl.payouts.add import add
from etl.payouts.audit import audit
from etl.payouts.keys import add_key
from etl.payouts.layouts import words
from etl.payouts.trace import new_key
from etl.verify import verify
from tests.payouts.files import GOOD, OLD_MAN, detail, sent
from warehouse.backup.restoring import restore
from warehouse.backup.snapshot import back_up
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts.figures import held_figures
from warehouse.payouts.findings import audits, current_findings
from warehouse.payouts.store import PayoutStore

pytestmark = pytest.mark.usefixtures("settled_soon")


def workbook(*rows: list[str], first: list[list[str]] | None = None) -> bytes:
    """A workbook; `first` is a sheet that stands before the rows."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for each in (first, list(rows)):
            if each is not None:
                sheet = book.add_worksheet()
                for number, row in enumerate(each):
                    sheet.write_row(number, 0, row)
    return content.getvalue()


HEAD = ["姓名", "身份证号", "发放金额"]
PERSON = ["李某", OLD_MAN, "50"]
REFUSED = {
    "明细.csv": detail(GOOD).encode("utf-8-sig"),
    "明细gbk.csv": detail(GOOD).encode("gb18030"),
    "明细utf16.csv": detail(GOOD).encode("utf-16"),
    "明细.xlsx": workbook(HEAD, PERSON),
    "第二张表.xlsx": workbook(HEAD, PERSON, first=[["封面"]]),
    # No layout of ours, and no less a list of persons.
    "低保名单.csv": "序号,户主,公民 身份 号码\n1,李某,410922194001010019\n".encode(),
    "死亡名单.csv": f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},2025-03-01\n".encode("gb18030"),
    # Speaks of identity, and nobody can open it.
    "乱.csv": "姓名,身份证号\n".encode() + b"\xff\xfe\xff\n" + "李".encode("gb18030"),
}
TAKEN = {
    # A form may speak of identity cards in its notes.
    "月报.csv": "濮阳县2026年10月养老服务月报\n指标,数量\n床位数,100\n说明：凭身份证登记\n".encode(),
    "月报.xlsx": workbook(["指标", "数量"], ["床位数", "100"], ["注：入住须核对身份证号"]),
}


@pytest.mark.bar("RA5")
def test_the_inbox_takes_forms_and_leaves_files_of_persons_where_they_lie(fresh_home):
    fresh_home.ensure()
    for name, content in (REFUSED | TAKEN).items():
        (fresh_home.inbox / name).write_bytes(content)
    done = receive_inbox(fresh_home, who="收件箱")
    assert sorted(done.taken) == sorted(TAKEN)
    assert {name for name, why in done.ignored if "yanglao payouts add" in why} == set(REFUSED)
    assert {path.name for path in fresh_home.inbox.iterdir()} == set(REFUSED)
    archived = [path.read_bytes() for path in fresh_home.archive.iterdir()]
    assert sorted(archived) == sorted(TAKEN.values())
    assert "yanglao payouts add" in done.sentence_zh
    assert OLD_MAN not in done.sentence_zh


def test_every_name_of_a_column_of_identities_is_seen_in_the_bytes():
    labels = [label for label, field in words()["labels"].items() if field == "identity"]
    assert len(labels) > 10
    for label in labels:
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            assert speaks_of_identity(label.encode(encoding)), label


def test_a_backup_carries_payments_findings_and_the_record_and_a_restore_brings_them_back(tmp_path):
    home = Home(tmp_path / "home")
    home.ensure()
    receive(home, [Incoming(name="月报.csv", data=TAKEN["月报.csv"])], who="li")
    add_key(home)
    # The same man twice in July.
    assert add(home, [sent(tmp_path, detail(GOOD, GOOD), "a.csv")]).is_whole
    audit(home)
    before = current_findings(home).sort("token")
    assert before.height
    assert verify(home).problems_zh == ()
    back_up(home, tmp_path / "backup")
    other = Home(tmp_path / "other")
    restore(other, tmp_path / "backup")
    assert PayoutStore(other).months() == PayoutStore(home).months()
    assert current_findings(other).sort("token").equals(before)
    # The key is not in a backup: whoever keeps it holds it apart.
    assert not list(other.root.rglob("payouts.key"))
    for path in (tmp_path / "backup").rglob("*"):
        assert not path.is_file() or b"payouts.key" not in path.read_bytes()
    (part,) = PayoutStore(other).files("payout")
    whole = part.read_bytes()
    part.write_bytes(whole[:-20])
    with pytest.raises(PayoutError, match="已损坏，不予采用.*restore"):
        PayoutStore(other).files("payout")
    put_right(other, part, whole, tmp_path / "backup")
    part.unlink()
    with pytest.raises(PayoutError, match="缺 1 个文件.*restore"):
        PayoutStore(other).files("payout")
    assert "不见了" in "".join(verify(other).problems_zh)
    restore(other, tmp_path / "backup")
    # A bit turned in a column would read as another amount. A text that is not what was written is never a shorter one.
    store = PayoutStore(other).root
    readers = {
        part: lambda: PayoutStore(other).files("payout"),
        store / "findings" / "000001.parquet": lambda: current_findings(other),
        store / "figures" / "payout_month.parquet": lambda: held_figures(other),
        PayoutStore(other).manifest: lambda: PayoutStore(other).months(),
        store / "audits.jsonl": lambda: audits(other),
    }
    for path, read in readers.items():
        whole = path.read_bytes()
        for place in range(0, len(whole), len(whole) // 12):
            turned = bytearray(whole)
            turned[place] ^= 1 << place % 8
            if path.suffix == ".parquet" and b"yanglao sha256" not in turned:
                # A spoilt mark proves nothing and hides nothing: everything else is as it was.
                continue
            path.write_bytes(turned)
            with pytest.raises(PayoutError, match="损坏.*restore"):
                read()
        put_right(other, path, whole, tmp_path / "backup")


def put_right(home: Home, path: Path, whole: bytes, backup: Path) -> None:
    """What is damaged is told, put back, and nothing else."""
    assert any(path.name in told and "restore" in told for told in verify(home).problems_zh)
    done = restore(home, backup)
    assert "已换回备份里的" in "".join(done.notes_zh)
    assert path.read_bytes() == whole
    assert verify(home).problems_zh == ()


def test_a_restore_brings_back_neither_lists_nor_months_let_go_nor_payments_under_another_key(tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    home.ensure()
    receive(home, [Incoming(name="月报.csv", data=TAKEN["月报.csv"])], who="li")
    add_key(home)
    july, august = detail(GOOD), detail(GOOD.replace("07", "08"), title="清丰县2025年8月高龄津贴发放明细,,,,,\n")
    died = f"死者姓名,死者身份证号,死亡日期\n李某,{OLD_MAN},2025-03-01\n"
    files = [sent(tmp_path, july, "7.csv"), sent(tmp_path, august, "8.csv"), sent(tmp_path, died, "公安死亡名单.csv")]
    assert add(home, files).is_whole
    assert list((home.root / "payouts" / "lists").glob("*.parquet"))
    back_up(home, tmp_path / "backup")
    names = [row["name"] for path in (tmp_path / "backup" / "snapshots").iterdir() for row in json.loads(path.read_bytes())["files"]]  # fmt: skip
    assert [name for name in names if name.startswith("payouts/month=")]
    assert not [name for name in names if "lists" in name]
    monkeypatch.setenv("YANGLAO_PAYOUT_MONTHS", "1")
    audit(home)
    restore(home, tmp_path / "backup")
    assert list(PayoutStore(home).months()) == [date(2025, 8, 1)]
    assert not list((home.root / "payouts").glob("month=2025-07-01"))
    new_key(home, who="li")
    PayoutStore(home).files("payout")[0].unlink()
    done = restore(home, tmp_path / "backup")
    assert "另一把密钥" in "".join(done.notes_zh)
    assert "不见了" in "".join(verify(home).problems_zh)


def test_no_query_and_no_export_reaches_payments(tmp_path, yanglao, real_home):
    for asked in ("select * from payout", "select * from read_parquet('payouts/**/*.parquet')"):
        done = yanglao("sql", asked, home=real_home.root)
        assert done.returncode != 0, asked
    done = yanglao("export", "finding", str(tmp_path / "x.xlsx"), home=real_home.root)
    assert done.returncode != 0
    assert not (tmp_path / "x.xlsx").exists()
