"""The page 津贴稽核: sums only, small counts hidden also by subtraction, for those who hold the right and their areas."""

import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import MAIN, SECONDS, Shown
from warehouse.catalog import load_catalog
from warehouse.home import Home
from warehouse.payouts import declared, figures
from warehouse.payouts.engine import Inputs, count
from warehouse.payouts.findings import TOKEN, give_feedback, worklist
from warehouse.payouts.manifest import Part, Submission, now
from warehouse.payouts.store import PayoutStore
from warehouse.payouts.summary import ALL, TOTAL, Summary, Tally, summarise
from warehouse.people import accounts, roles, sessions
from warehouse.progress import AUDITING, clear_progress, write_progress
from warehouse.wording.desk import payout_audit as words

PAGE = "workbench/payouts/page.py"
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
DEATH, TWICE, LOW = "paid_after_death", "paid_twice_in_month", "amount_below_standard"
# unit, rule: persons of July, of August; 50 yuan each.
FOUND = {
    ("qingfeng", DEATH): (3, 0),
    ("qingfeng", TWICE): (12, 9),
    ("nanle", DEATH): (6, 8),
    ("nanle", TWICE): (20, 0),
    ("fanxian", DEATH): (30, 10),
    ("fanxian", LOW): (7, 0),
}


def finding_rows():
    person = 0
    for (unit, rule), counts in FOUND.items():
        for month, persons in zip((JULY, AUGUST), counts, strict=True):
            for _ in range(persons):
                person += 1
                yield {
                    "rule_code": rule, "unit": unit, "township_id": None, "month": month, "person_key": person,
                    "submission_no": 1, "source_row": person, "money_yuan": Decimal(50), "evidence_code": None,
                    "evidence_month": None, "evidence_count": None,
                }  # fmt: skip


def write_audited(home: Home) -> list[str]:
    """A home as an audit leaves it, with these findings; the tokens, in the order of the rows."""
    store = PayoutStore(home)
    rows = [{**row, "token": f"TOKEN-{row['person_key']:04d}", "audit_no": 1} for row in finding_rows()]
    schema = declared.relations()["finding"].polars_schema
    found = pl.DataFrame(rows, schema=schema | TOKEN, orient="row")
    paid_schema = declared.relations()["payout_month"].polars_schema
    paid = [
        (month, unit, TOTAL, TOTAL, 1000, 1000, 50_000, 0, 0, 0, 0, 50_000)
        for unit in ("qingfeng", "nanle", "fanxian")
        for month in (JULY, AUGUST)
    ]
    with store.changing() as change:
        part = Part(relation="payout", path="month=2026-07-01/unit=qingfeng/000001-0000.parquet", rows=0, month=JULY, unit="qingfeng", has_current=True)  # fmt: skip
        (change.folder / part.path).parent.mkdir(parents=True)
        pl.DataFrame(schema=declared.relations()["payout"].polars_schema).drop("month", "unit").write_parquet(
            change.folder / part.path
        )
        change.commit([Submission(number=1, at=now(), sha256="a" * 64, key_id="k", labels_zh=("发放明细",), parts=(part,))], key_id="k")  # fmt: skip
    for name in ("findings", "figures"):
        (store.root / name).mkdir()
    found.write_parquet(store.root / "findings" / "000001.parquet")
    (store.root / "audits.jsonl").write_text(
        '{"number": 1, "at": "2026-09-02T01:00:00+00:00", "grounds": [], "rows": 6000, "findings": 105, "last_submission": 1}\n'
    )
    folder = store.root / "figures"
    pl.DataFrame(paid, schema=paid_schema, orient="row").write_parquet(folder / "payout_month.parquet")
    pl.DataFrame(schema=declared.relations()["stop_month"].polars_schema).write_parquet(folder / "stop_month.parquet")
    given = Inputs(payout_files=(), payout_rows={}, frames={"finding": found.drop(*TOKEN)})
    for name in ("finding_month", "finding_total"):
        count(given, name).write_parquet(folder / f"{name}.parquet")
    assert figures.held_figures(home) is not None
    return found["token"].to_list()


@pytest.fixture(scope="module")
def audited(real_home, tmp_path_factory):
    """A home with the real release and these findings, of which some were looked into."""
    home = Home(tmp_path_factory.mktemp("audits") / "home")
    shutil.copytree(real_home.root, home.root)
    tokens = write_audited(home)
    # 南乐 twice: tokens 39 to 58 of the 20 persons; ten looked into: 7 right, 3 wrong; six recovered, 50 each.
    mine = [token for token, row in zip(tokens, finding_rows(), strict=True) if (row["unit"], row["rule_code"]) == ("nanle", TWICE)]  # fmt: skip
    for number, token in enumerate(mine[:10]):
        if number < 6:
            give_feedback(home, token, "recovered", yuan=50, who="li")
        else:
            give_feedback(home, token, "confirmed" if number == 6 else "mistaken", who="li")
    return home


def test_money_is_added_by_unit_by_rule_and_by_month(audited):
    found = summarise(audited, ["qingfeng", "nanle", "fanxian", "puyangxian"])
    # 濮阳县 has no payments. 清丰 3+12+9 = 24, 南乐 6+8+20 = 34, 范县 40 overpaid and 7 owed; 50 yuan each.
    assert found.units == ("qingfeng", "nanle", "fanxian")
    assert [found.of_unit(unit).at_risk_yuan for unit in found.units] == [1200, 1700, 2000]
    assert found.of_unit("fanxian").owed_yuan == 350
    assert (found.total.at_risk_yuan, found.total.owed_yuan, found.total.finding_count) == (4900, 350, 105)
    assert found.total.paid_yuan == 300_000
    # Dead: 3 + 14 + 40 = 57; twice: 21 + 20 = 41.
    assert (found.of_rule(DEATH).at_risk_yuan, found.of_rule(TWICE).at_risk_yuan) == (2850, 2050)
    # July: 3+12+6+20+30 = 71 overpaid; August 9+8+10 = 27.
    assert [tally.at_risk_yuan for tally in found.months.values()] == [3550, 1350]
    assert found.of_rule("sudden_age").finding_count == 0


def test_a_small_count_is_hidden_with_what_would_give_it_away(audited):
    found = summarise(audited, ["qingfeng", "nanle", "fanxian"])
    hidden = {cell for cell, tally in found.cells.items() if tally.is_masked}
    # Three dead in 清丰: beside it another rule of 清丰 and another unit's dead, and where both meet.
    assert ("qingfeng", DEATH) in hidden
    for line in ([each for each in hidden if each[0] == "qingfeng"], [each for each in hidden if each[1] == DEATH]):
        assert len(line) >= 2
    for rows in (0, 1):
        for name in {each[rows] for each in hidden}:
            assert len([each for each in hidden if each[rows] == name]) >= 2
    for tally in (found.cells[cell] for cell in hidden):
        assert (tally.finding_count, tally.person_count, tally.at_risk_yuan, tally.owed_yuan) == (None,) * 4
    # Alone, the three are a part of 清丰's 24, and the other rule goes with them; the sum stays.
    alone = summarise(audited, ["qingfeng"])
    assert alone.cells["qingfeng", DEATH].is_masked
    assert alone.cells["qingfeng", TWICE].is_masked
    assert alone.total.at_risk_yuan == 1200


def test_what_people_said_is_told_without_small_counts(audited):
    found = summarise(audited, ["qingfeng", "nanle", "fanxian"])
    twice = found.of_rule(TWICE)
    # Seven of ten right, so three wrong: between six and nine of ten is all that is told.
    assert (twice.judged_count, twice.right_low, twice.right_high) == (10, 6, 9)
    assert twice.recovered_yuan == found.of_unit("nanle").recovered_yuan == 300
    assert found.of_rule(DEATH).judged_count == 0


def test_a_later_audit_with_a_few_persons_more_says_nothing_that_can_be_subtracted(tmp_path):
    """Two persons of 南乐 by a rule that found nobody: that something was found is told, and no sum moves; six are told."""
    home, catalog = Home(tmp_path / "home"), load_catalog()
    write_audited(home)
    store = PayoutStore(home)
    path = store.root / "figures" / "payout_month.parquet"
    paid = pl.read_parquet(path).filter(pl.col("month") == JULY)
    figures.count_figures(home, catalog)
    # What was paid is not in the file of payments, which has no line.
    store.rewrite({"figures/payout_month.parquet": paid})
    first = summarise(home, ["qingfeng", "nanle", "fanxian"])
    assert first.total.at_risk_yuan == 4900

    def audit_again(number: int, persons: int) -> Summary:
        held = pl.read_parquet(store.root / "findings" / "000001.parquet")
        more = held.filter((pl.col("unit") == "nanle") & (pl.col("rule_code") == DEATH)).head(persons).with_columns(
            rule_code=pl.lit("paid_in_two_units"), person_key=pl.col("person_key") + 1000,
            source_row=pl.col("source_row") + 1000, token=pl.lit("NEW-") + pl.col("token"),
        )  # fmt: skip
        found = pl.concat([held, more]).with_columns(audit_no=pl.lit(number, pl.Int32))
        found.write_parquet(store.root / "findings" / f"{number:06d}.parquet")
        line = {"number": number, "at": f"2026-09-0{number + 2}T01:00:00+00:00", "grounds": [], "rows": 1, "findings": 1, "last_submission": 1}  # fmt: skip
        with (store.root / "audits.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        figures.count_figures(home, catalog)
        return summarise(home, ["qingfeng", "nanle", "fanxian"])

    second = audit_again(2, 2)
    assert (second.audit_number, second.total, second.months) == (2, first.total, first.months)
    assert second.of_unit("nanle") == first.of_unit("nanle")
    assert second.cells["nanle", "paid_in_two_units"].is_masked and second.of_rule("paid_in_two_units").is_masked
    assert second.of_rule("sudden_age").finding_count == 0
    third = audit_again(3, 6)
    # Six of 50 yuan, all of July.
    assert third.total.at_risk_yuan - first.total.at_risk_yuan == 300
    assert third.months[JULY].at_risk_yuan - first.months[JULY].at_risk_yuan == 300
    # The worklist has had them all along.
    assert len(worklist(home, unit="nanle")) == 34 + 6


def test_nothing_is_told_of_units_that_were_not_asked_for_or_without_payments(audited, fresh_home):
    assert summarise(audited, ["puyangxian"]) is None
    assert summarise(fresh_home, ["qingfeng"]) is None
    found = summarise(audited, ["nanle"])
    assert {unit for unit, _ in found.cells} == {"nanle", ALL}
    assert found.total.at_risk_yuan == 1700


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def signed_in(audited, monkeypatch):
    """Sit down before the page as somebody with a role for an area; the page as opened."""
    monkeypatch.setenv("YANGLAO_HOME", str(audited.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")

    def sit(role: str, area: str) -> Shown:
        login = f"{role}-{area or 'all'}"
        if accounts.find(audited, login) is None:
            accounts.add(audited, login=login, name_zh="某", by="system:root", password="First-river-7")
            accounts.change_password(audited, login, old="First-river-7", new="Sunny-river-7")
            roles.grant(audited, login=login, role_code=role, area_id=area, by="system:root")
        secret = sessions.begin(audited, login=login, name_zh="某", source_code=sessions.LOCAL, address="")
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))
        app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
        app.run().switch_page(PAGE)
        return Shown(app).run()

    return sit


def test_an_auditor_of_the_city_sees_sums_and_neither_a_person_nor_a_token(signed_in):
    page = signed_in("auditor", "puyang")
    assert not page.app.exception
    assert page.finding.startswith("濮阳市3个单位疑似多发4900元，已追回300元")
    assert "最多的一类是死亡后仍发放，2850元" in page.text
    assert "占发放额的1.63%" in page.text  # 4,900 / 300,000
    assert "60.0%—90.0%" in page.text
    assert "没有发放明细" in page.text
    assert page.html.count('<div class="card">') == 6
    assert "TOKEN" not in page.html


def test_an_audit_under_way_is_told_with_what_stands_meanwhile(signed_in, audited):
    """An audit that says nothing for three minutes was killed, and is told no more."""
    write_progress(audited, "核查：一月多次领取", 2, 18, name=AUDITING)
    page = signed_in("auditor", "puyang")
    (bar,) = page.app.get("progress")
    assert (bar.proto.value, bar.proto.text) == (
        11,
        "正在稽核：核查：一月多次领取（2/18）。完成之前，这里是上一次的结果",
    )
    assert page.finding.startswith("濮阳市3个单位疑似多发4900元")
    said = json.loads((audited.root / AUDITING).read_text())
    (audited.root / AUDITING).write_text(json.dumps(said | {"said_at": "2026-09-02T01:00:00+00:00"}))
    assert not page.run().app.get("progress")
    clear_progress(audited, AUDITING)


def test_an_auditor_of_a_unit_sees_that_unit_alone(signed_in):
    page = signed_in("auditor", "nanle")
    assert not page.app.exception
    assert page.finding.startswith("南乐")
    assert "1700元" in page.text
    for told in ("4900", "2000元", "清丰", "范县"):
        assert told not in page.text.split("带走本页")[0], told


def test_an_auditor_of_another_city_is_told_that_it_is_not_his(signed_in):
    page = signed_in("auditor", "fushun")
    assert "不在您的授权之内" in page.finding
    assert "4900" not in page.text


@pytest.mark.parametrize("role", ["leader", "reviewer", "operator", "administrator"])
def test_nobody_without_the_right_has_the_page(signed_in, role):
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        signed_in(role, "" if role in ("operator", "administrator") else "puyang")


def test_without_sign_in_there_is_no_page_and_its_address_says_where_else(audited, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(audited.root))
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.query_params["unknown_page"] = "payouts"
    page = Shown(app.run(timeout=SECONDS))
    assert "“津贴稽核”要登录后才有，这里没有启用登录" in page.text
    assert "yanglao payouts worklist" in page.text
    assert "疑似多发" not in page.text


def test_the_words_of_the_page_hold_where_everything_is_hidden_or_nothing_was_found():
    nothing = Tally(finding_count=0, person_count=0, at_risk_yuan=0.0, unclear_yuan=0.0, owed_yuan=0.0)
    cells = {(unit, rule): nothing for unit in ("a", ALL) for rule in (*declared.rules(), TOTAL)}
    common = {"units": ("a",), "months": {JULY: nothing}, "audit_number": 1, "waiting_count": 2}
    at = datetime(2026, 9, 2, tzinfo=UTC)
    found = Summary(cells=cells, audited_at=at, **common)
    all_rules = f"按{len(declared.rules())}条规则没有查出疑点。"
    assert words.finding("甲县", found, {"a": "甲县"}) == f"甲县1个单位的发放明细，{all_rules}"
    hidden = Summary(cells={**cells, (ALL, TOTAL): Tally(is_masked=True)}, audited_at=at, **common)
    assert "保密" in words.finding("甲县", hidden, {"a": "甲县"})
    unheard = Summary(cells=cells, audited_at=None, **common)
    assert "还没有稽核" in words.finding("甲县", unheard, {"a": "甲县"})
    assert "2份文件还没有稽核过" in words.waiting_zh(unheard)
