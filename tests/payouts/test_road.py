"""From files as bureaus send them to a worklist: what was planted is found, nothing of a person is kept, faults are refused."""

import hmac
import re
import tempfile
from datetime import date

import polars as pl
import pytest

from etl.payouts import commands
from etl.payouts.add import add
from etl.payouts.audit import audit, worklist_of
from etl.payouts.keys import PERSON, Keys, add_key, read_keys
from etl.payouts.trace import new_key, trace, wrap
from tests.bench import payouts as invented
from tests.payouts.files import GOOD, OLD_MAN, detail, sent
from warehouse.catalog import load_catalog
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.figures import count_figures
from warehouse.payouts.findings import current_findings, give_feedback, precision
from warehouse.payouts.knowledge import inputs
from warehouse.payouts.store import PayoutStore
from warehouse.progress import AUDITING, read_progress

SAMPLE, WHOLE = 40_000, 1_000_000
MONTHS = 18


@pytest.fixture(scope="module")
def made(full):
    return invented.world(invented.real_places(), rows=WHOLE if full else SAMPLE, months=MONTHS)


@pytest.fixture(scope="module")
def audited(made, tmp_path_factory):
    """A home that took the whole world as files with dirt, and judged it; and the folder of the files.

    What is put down beside the home while that is done, lies beside the folder.
    """
    place = tmp_path_factory.mktemp("payouts")
    home, folder, beside = Home(place / "home"), place / "sent", place / "beside"
    folder.mkdir()
    beside.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TMPDIR", str(beside))
        patched.setattr(tempfile, "tempdir", None)
        list(invented.csv_files(made, folder))
        add_key(home)
        done = add(home, [folder])
        assert done.is_whole, [each.problems_zh for each in done.files if each.problems_zh][:3]
        outcome = audit(home)
    tempfile.tempdir = None
    return home, folder, outcome


# ── what was planted ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("RA1")
@pytest.mark.bar("RA2")
@pytest.mark.bar("RA3")
def test_every_planted_fault_is_found_and_deterministic_rules_find_nothing_else(made, audited):
    """Persons and months by rule, planted before the dirt by code that imports no rule, against those found."""
    home, *_ = audited
    numbers = invented.identities(made).tolist()
    keys = dict(zip(read_keys(home).keyed(PERSON, numbers), range(len(numbers)), strict=True))
    found = current_findings(home)
    payments = PayoutStore(home)
    total = sum(payments.months().values())
    # Where no document prints a standard, no amount can be held against one.
    with_standard = set(inputs(payments, load_catalog()).frames["standard"]["unit"])
    units = [place.unit_id in with_standard for place in made.places]
    for code, rule in declared.rules().items():
        among = units if code.endswith("_standard") else None
        mine = found.filter(pl.col("rule_code") == code).select("person_key", "month")
        told = [(keys[key], month) for key, month in mine.iter_rows()]
        planted, recall, others = invented.held_against_truth(made, code, told, among=among)
        print(f"{code}: {planted} planted, {recall:.1%} found, {others} others")
        assert not planted or recall >= 0.99, code
        assert others <= (0 if rule.kind == "deterministic" else total * 0.0001), code
    # Everything that can be planted was.
    assert set(made.expected()["rule_code"]) == set(declared.rules()), "a rule without a planted fault"


def test_the_months_of_the_store_are_those_of_the_world(made, audited):
    home, *_ = audited
    counted = PayoutStore(home).months()
    for number in range(made.months):
        assert counted[made.month(number)] == made.rows(number).height


# ── nothing of a person ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("RA5")
def test_no_name_number_account_or_telephone_stands_in_any_byte(made, audited, tmp_path):
    """Every byte of the home, also as Parquet columns unpacked, and what was left beside it."""
    home, folder, _ = audited
    people = invented._people(made)
    secrets = {text.encode() for column in ("身份证号", "账号", "电话") for text in people[column].unique().to_list()}
    names = {text.encode() for text in people["姓名"].unique().to_list() if len(text) == 3}
    places = [path for path in home.root.rglob("*") if path.is_file()]
    places += [
        path
        for path in folder.parent.rglob("*")
        if path.is_file() and folder not in path.parents and home.root not in path.parents
    ]
    assert len(places) > 50
    digits = re.compile(rb"\d{11,19}[X]?")
    chinese = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){3}")
    for path in places:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            content += frame.with_columns(pl.all().cast(pl.String)).write_csv().encode()
        assert not secrets & set(digits.findall(content)), path.name
        assert not names & set(chinese.findall(content)), path.name


def test_what_the_command_writes_is_for_its_account_alone(tmp_path, yanglao):
    home = tmp_path / "home"
    file = sent(tmp_path, detail(GOOD), "a.csv")
    for step in (("key", "--new"), ("add", str(file)), ("audit",)):
        done = yanglao("payouts", *step, home=home)
        assert done.returncode == 0, done.stderr
    assert PayoutStore(Home(home)).months() == {date(2025, 7, 1): 1}
    assert [path for path in home.rglob("*") if path.stat().st_mode & 0o077] == []


def test_the_table_of_differences_names_units_and_leaves_no_field_empty(fresh, tmp_path, monkeypatch, capsys):
    """Without a release no form says anything: one person, 50 yuan, in the tier and in all."""
    assert add(fresh, [sent(tmp_path, detail(GOOD), "a.csv")]).is_whole
    monkeypatch.setenv("YANGLAO_HOME", str(fresh.root))
    commands.figures()
    # Months without any form are no list of differences.
    assert capsys.readouterr().out == "1 个单位的月份没有月报，没有可比的；各项用 --all\n"
    commands.figures(everything=True)
    told = capsys.readouterr().out
    lines = [line for line in told.splitlines() if "清丰县" in line]
    # Four measures of a tier and of the total.
    assert len(lines) == 8
    assert all("—" in line and "月报没有这一项" in line for line in lines)
    assert "qingfeng" not in told
    assert "NULL" not in told


def test_an_audit_says_how_far_it_is_and_that_it_is_over(fresh, tmp_path):
    assert add(fresh, [sent(tmp_path, detail(GOOD))]).is_whole
    said = []
    audit(fresh, progress=lambda *_: said.append(read_progress(fresh, AUDITING)))
    assert [each.done for each in said] == list(range(len(declared.rules())))
    assert said[1].step_zh == "核查：一月多次领取"
    assert read_progress(fresh, AUDITING) is None


def test_payments_older_than_what_is_kept_go_with_their_findings_and_their_figures_stay(fresh, tmp_path, monkeypatch):
    """Paid twice in July, once in August; of months one is kept."""
    august = detail(GOOD.replace("2025-07", "2025-08"), title="清丰县2025年8月高龄津贴发放明细,,,,,\n")
    july = detail(GOOD, GOOD.replace(",50", ",40"))
    assert add(fresh, [sent(tmp_path, july, "7.csv"), sent(tmp_path, august, "8.csv")]).is_whole
    audit(fresh)
    assert current_findings(fresh).filter(pl.col("rule_code") == "paid_twice_in_month").height == 1
    monkeypatch.setenv("YANGLAO_PAYOUT_MONTHS", "1")
    audit(fresh)
    assert PayoutStore(fresh).months() == {date(2025, 8, 1): 1}
    assert current_findings(fresh).filter(pl.col("month") < date(2025, 8, 1)).is_empty()
    for path in (fresh.root / "payouts").rglob("*.parquet"):
        assert "month=2025-07" not in str(path)
    held = count_figures(fresh, load_catalog()).payout_month.filter(
        (pl.col("township_id") == "total") & (pl.col("tier_code") == "total")
    )
    assert held.select(pl.col("month").dt.strftime("%Y-%m"), "recipient_count").rows() == [
        ("2025-07", 1),
        ("2025-08", 1),
    ]


# ── worklist, trace, feedback ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.bar("RA4")
def test_a_token_traces_only_with_the_very_file_and_feedback_gives_precision(audited, tmp_path):
    home, folder, _ = audited
    rows = worklist_of(home, unit="清丰县", with_closed=False, out=tmp_path / "清单.xlsx")
    assert rows.height
    assert (tmp_path / "清单.xlsx").stat().st_size > 1000
    with pytest.raises(PayoutError, match="已有同名文件"):
        worklist_of(home, unit="清丰县", with_closed=False, out=tmp_path / "清单.xlsx")
    token = rows["编号"][0]
    finding = current_findings(home).filter(pl.col("token") == token).row(0, named=True)
    hits, misses = [], 0
    for path in sorted(folder.glob("qingfeng-2*.csv")):
        try:
            hits.append((path, trace(home, token, path, who="li")))
        except PayoutError as error:
            assert "不是这个疑点所在的原文件" in str(error)
            misses += 1
    assert len(hits) == 1
    assert misses == MONTHS - 1
    path, traced = hits[0]
    assert f"{finding['month']:%Y%m}" in path.name
    assert f"第{traced.row}行" in traced.sentence_zh
    # One byte more, and it is not that file.
    changed = sent(tmp_path, path.read_bytes() + b"\n", path.name)
    with pytest.raises(PayoutError, match="逐字节相同"):
        trace(home, token, changed, who="li")
    give_feedback(home, token, "recovered", yuan=50, who="li")
    other = rows["编号"][1]
    give_feedback(home, other, "mistaken", who="li")
    told = {row["rule_code"]: row for row in precision(home).to_dicts()}
    judged = sum(row["judged_count"] for row in told.values())
    assert judged == 2
    assert sum(row["right_count"] for row in told.values()) == 1
    assert sum(row["recovered_yuan"] for row in told.values()) == 50
    # What is done with is on the list no more.
    left = worklist_of(home, unit="清丰县", with_closed=False, out=None)["编号"].to_list()
    assert token not in left
    assert other not in left
    with pytest.raises(PayoutError, match="没有这个编号"):
        give_feedback(home, "AAAA-AAAA-AAAA-AAAA", "mistaken", who="li")
    with pytest.raises(PayoutError, match="--yuan"):
        give_feedback(home, other, "recovered", who="li")


@pytest.mark.parametrize("length", [32, 64, 100])
def test_a_key_of_a_person_is_the_hmac_of_the_number_also_through_two_keys(length):
    one, two = b"a" * length, b"b" * length
    first = hmac.digest(one, PERSON + OLD_MAN.encode(), "sha256")[:8]
    second = hmac.digest(two, first, "sha256")[:8]
    for chain, expected in (((one,), first), ((one, two), second)):
        assert Keys(chain).keyed(PERSON, [OLD_MAN]) == [int.from_bytes(expected, "big", signed=True)]
    known = int.from_bytes(first, "big", signed=True)
    assert Keys((one, two)).wrapped([known], since=1) == [int.from_bytes(second, "big", signed=True)]


def test_a_new_key_is_laid_over_what_is_stored_and_persons_stay_the_same(tmp_path):
    """A person paid in July under the first key and twice in August under two is one person."""
    home = Home(tmp_path / "home")
    add_key(home)
    july = sent(tmp_path, detail(f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,50"))
    assert add(home, [july]).is_whole
    before = PayoutStore(home).key_id
    assert "新旧数据仍能对上" in new_key(home, who="li")
    assert PayoutStore(home).key_id != before
    august = detail(
        f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-08,50", title="清丰县2025年8月高龄津贴发放明细,,,,,\n"
    )
    assert add(home, [sent(tmp_path, august, "8月.csv")]).is_whole
    keys = pl.read_parquet([str(path) for path in (home.root / "payouts").rglob("month=*/unit=*/*.parquet")])[
        "person_key"
    ]
    assert keys.len() == 2
    assert keys.n_unique() == 1
    assert "没有什么要做" in wrap(home)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_are_counted_by_township_and_tier(fresh, tmp_path):
    """July: two of 80 to 89 (50 each) and one of 90 to 99 (100): three persons, 200 yuan."""
    # 1932-01-01, 93 years: …9·3 changes 9·4 to 9·3 and 4·0 to 2: born 19320101: digits 1,9,3,2: 157 − 6·4 + 6·3 + 3·2 = 157;
    # 157 mod 11 = 3, sign 9.
    rows = [
        GOOD,
        GOOD.replace(OLD_MAN, "410922194001010027"),
        GOOD.replace(OLD_MAN, "410922193201010019").replace(",50", ",100"),
    ]
    assert add(fresh, [sent(tmp_path, detail(*rows), "a.csv")]).is_whole
    month = count_figures(fresh, load_catalog()).payout_month
    whole = {row["tier_code"]: row for row in month.filter(pl.col("township_id") == "total").to_dicts()}
    assert (whole["total"]["recipient_count"], float(whole["total"]["paid_yuan"])) == (3, 200.0)
    assert whole["age_80_89"]["recipient_count"] == 2
