"""A sensitive cell is masked in every row, sentence and release that carries it, and stays so in a rebuilt home."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.collected import collect_frames, joined
from etl.months.month_frames import rules_frame
from etl.refresh import refresh
from tests.build.small import frame
from warehouse.home import Home
from warehouse.release.attacker.attack import attack_files
from warehouse.release.audit import audit_releases
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import current_pointer, release_path

MAY, APRIL = date(2024, 5, 1), date(2024, 4, 1)
PEOPLE = "allowance_recipient_count"
TIERS = ("age_80_89", "age_90_99", "age_100_plus")
UNITS = ("hualong", "qingfeng", "nanle", "fanxian")
TIMES = ("2024-06-05", "2024-07-05", "2024-08-05")
SECRET = 3
"""Centenarians of 范县, who report late."""
FILES = {
    "fanxian-r1": "范县2024年5月表4（百岁3人）.xlsx",
    "fanxian-r2": "范县202405百岁二人-v2.xlsx",
    "hualong-r2": "华龙区百岁8.xlsx",
}
SHEET = "表四 百岁3人"


def people(unit: str) -> tuple[int, int, int]:
    """Persons by tier: hundreds, tens, and three centenarians in 范县, eleven and more elsewhere."""
    number = UNITS.index(unit)
    return 500 + number, 60 + number, SECRET if unit == "fanxian" else 11 + number


def rows(unit: str, counts: tuple[int, int, int], *, revision: int = 1, current: bool = True, **more) -> list[dict]:
    cells = {**dict(zip(TIERS, counts, strict=True)), "total": sum(counts)}
    return [
        {
            "area_id": unit,
            "indicator_code": PEOPLE,
            "breakdown_code": tier,
            "month": MAY,
            "revision": revision,
            "value": float(value),
            "value_low": float(value),
            "value_high": float(value),
            "status_code": "reported",
            "quality_code": "provisional",
            "received_at": datetime.fromisoformat(TIMES[revision - 1]).replace(tzinfo=UTC),
            "submission_id": f"{unit}-r{revision}",
            "sheet": SHEET if unit == "fanxian" else "表四",
            "cell": f"{letter}7",
            "raw_value": str(value),
            "note_zh": f"其中百岁老人{value}人，另有三名待核" if tier == "age_100_plus" else None,
            "is_current": current,
            **more,
        }
        for letter, (tier, value) in zip("BCDE", cells.items(), strict=True)
    ]


def submission(name: str, state: str = "accepted") -> dict:
    unit, _, revision = name.rpartition("-r")
    return {
        "submission_id": name, "area_id": unit, "form_code": "allowance", "month": MAY, "revision": int(revision),
        "state_code": state, "is_late": False, "blocking_count": 0, "soft_count": 0,
        "file_name": FILES.get(name, "王小明410928194002301234.xlsx"),
    }  # fmt: skip


def issue(name: str, rule: str, cell: str, sentence: str, number: int) -> dict:
    return {
        "issue_id": f"{name}-{number:03d}", "submission_id": name, "area_id": name.rpartition("-r")[0],
        "form_code": "allowance", "month": MAY, "sheet": SHEET if name == "fanxian-r1" else "表四", "cell": cell, "rule_code": rule,
        "severity_code": "soft", "sentence_zh": sentence, "remedy_zh": "请核对", "indicator_code": PEOPLE,
        "reported_value": 3.0, "computed_value": 4.0, "is_open": True, "file_name": "表.xlsx",
    }  # fmt: skip


def collector(step: int):
    """The rows of the home after `step`: three units; the fourth late; the fourth corrected, and one figure withheld."""

    def collect(home, catalog, tell):
        found = [row for unit in UNITS[:3] for row in rows(unit, people(unit))]
        submissions = [submission(f"{unit}-r1") for unit in UNITS[:3]]
        issues, restated = [issue("hualong-r1", "S4", "E7", "“在享人数”由500变为571", 1)], []
        if step >= 1:
            found += rows("fanxian", people("fanxian"), current=step == 1)
            submissions.append(submission("fanxian-r1"))
            issues += [
                issue("fanxian-r1", "E8", "D7", "“在享人数（百岁）”填“1+2”，按 3 采用", 1),
                issue("fanxian-r1", "S7", "E7", "由在享人数和停发人数推算，本月新增 3 人", 2),
                # Rules about labels say nothing of figures, but quote what stands there.
                issue("fanxian-r1", "L3", "F3", "“百岁（3人）”不是表样中的项目，其内容没有采用", 3),
                issue("fanxian-r1", "E12", "A9", f"与{FILES['fanxian-r1']}的工作表“{SHEET}”报了两次", 4),
            ]
            # The form beside it speaks of the allowance as well, in a note and in a cell with text.
            beside = rows("fanxian", (36, 0, 0), indicator_code="enrolled_count", submission_id="fanxian-r1")[:1]
            said = {
                "note_zh": "新挂牌36处；高龄津贴百岁老人3人",
                "raw_value": "36（百岁3人）",
                "breakdown_code": "total",
            }
            found += [{**row, **said} for row in beside]
        if step >= 2:
            first, second, _ = people("fanxian")
            again = rows("fanxian", (first, second, 2), revision=2)
            found += [{**again[0], "raw_value": "503（另百岁2人）"}, *again[1:]]
            submissions += [submission("fanxian-r2", "corrected"), submission("hualong-r2", "returned")]
            issues.append(issue("hualong-r2", "E4", "D9", "“百岁”合计填 11，各行相加是 8，相差 3", 1))
            restated = [
                {
                    "area_id": "fanxian", "indicator_code": PEOPLE, "breakdown_code": tier, "month": MAY, "revision": 2,
                    "old_value": old, "new_value": new, "old_submission_id": "fanxian-r1",
                    "new_submission_id": "fanxian-r2", "reason_zh": "百岁老人由3人改为2人，迁出一人",
                }
                for tier, old, new in (("age_100_plus", 3.0, 2.0), ("total", sum(people("fanxian")), 1.0))
            ]  # fmt: skip
            submissions.append({**submission("nanle-r0"), "month": APRIL})
            # 南乐县's centenarians of another month are held; the raw text says three.
            held = rows("nanle", (0, 0, 3), submission_id="nanle-r0", month=APRIL)[2:3]
            found += [{**held[0], "value": None, "value_low": None, "value_high": None, "status_code": "withheld"}]
        months = {
            "core.fct_observation": frame(catalog, "core.fct_observation", found),
            "meta.submission": frame(catalog, "meta.submission", submissions),
            "meta.issue": frame(catalog, "meta.issue", issues),
            "meta.restatement": frame(catalog, "meta.restatement", restated),
            "meta.rule": rules_frame(catalog),
        }
        given = {name: rows for name, rows in collect_frames(home, catalog, tell).items() if name not in months}
        return joined([given, {name: rows for name, rows in months.items() if rows.height}])

    return collect


@pytest.fixture(scope="module")
def homes(tmp_path_factory) -> tuple[Home, list[str]]:
    """A home that published three releases, and their content hashes."""
    home = Home(tmp_path_factory.mktemp("masks"))
    return home, [refresh(home, collect=collector(step)).content_sha256 for step in range(3)]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """The release of a home that never published before and has all that came."""
    return released(tmp_path_factory.mktemp("fresh"), collector(2))


def released(root: Path, collect) -> Path:
    home = Home(root)
    refresh(home, collect=collect)
    return release_path(home, current_pointer(home).release_id)


def content_of(path: Path) -> str:
    return header_of(path)["content_sha256"]


@pytest.fixture
def newest(homes):
    home, _ = homes
    path = release_path(home, current_pointer(home).release_id)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.mark.bar("DQ11")
def test_three_releases_together_solve_no_masked_cell(homes):
    """The totals of three units, then of four, then of four with one corrected: nothing follows from all of them."""
    home, _ = homes
    found = audit_releases(home)
    assert len(found.release_ids) == 3 and found.masked_count >= 6
    assert (found.solved, found.pinned) == ((), ())


def test_a_sensitive_cell_is_masked_in_every_row_that_carries_it(newest):
    told = newest.execute(
        "select revision, status_code, value, value_low, raw_value from core.fct_observation"
        " where area_id = 'fanxian' and breakdown_code = 'age_100_plus' order by revision"
    ).fetchall()
    assert told == [(1, "suppressed", None, None, None), (2, "suppressed", None, None, None)]
    held = newest.execute(
        "select status_code, value, raw_value, note_zh from core.fct_observation where status_code = 'withheld'"
    ).fetchall()
    assert held == [("withheld", None, None, "其中百岁老人＊人，另有＊名待核")]
    restated = newest.execute("select breakdown_code from meta.restatement").fetchall()
    assert ("age_100_plus",) not in restated


def test_notes_and_reasons_beside_masked_cells_have_no_figures(newest):
    texts = [
        text
        for sql in (
            "select note_zh from core.fct_observation where area_id = 'fanxian' and note_zh is not null",
            "select note_zh from mart.indicator_month where area_id = 'fanxian' and note_zh is not null",
            "select reason_zh from meta.restatement",
        )
        for (text,) in newest.execute(sql).fetchall()
    ]
    assert texts and not [text for text in texts if re.search(r"[0-9]|[一二三]人|三名", text)]


def test_a_sentence_about_a_masked_cell_has_no_figures_and_others_keep_theirs(newest):
    """Decided by the cell an issue stands at: D7 of 范县 is masked, S7 speaks of its whole row; of a returned form
    nothing is said in figures; 华龙区's total is printed and may be spoken of.
    """
    told = dict(newest.execute("select submission_id || rule_code, sentence_zh from meta.issue").fetchall())
    assert told["hualong-r1S4"] == "“在享人数”由500变为571"
    hidden = {name: sentence for name, sentence in told.items() if name != "hualong-r1S4"}
    assert set(hidden) == {"fanxian-r1E8", "fanxian-r1S7", "fanxian-r1L3", "fanxian-r1E12", "hualong-r2E4"}
    assert not [sentence for name, sentence in hidden.items() if name != "fanxian-r1E12" and re.search(r"\d", sentence)]
    assert hidden["fanxian-r1L3"] == "“百岁（＊人）”不是表样中的项目，其内容没有采用"
    assert hidden["fanxian-r1E12"] == "与范县2024年5月表4（百岁＊人）.xlsx的工作表“表四 百岁＊人”报了两次"
    values = newest.execute(
        "select count(*) from meta.issue where rule_code not in ('S4', 'L3', 'E12')"
        " and (reported_value is not null or computed_value is not null)"
    ).fetchall()
    assert values == [(0,)]


def test_persons_and_figures_in_names_of_files_and_sheets_are_hidden_in_the_release(newest):
    """Of a unit and month with a masked cell and of a report sent back; days, forms and versions can still be told."""
    names = {name for (name,) in newest.execute("select distinct file_name from meta.submission").fetchall()}
    assert names == {
        "〔姓名已隐去〕〔身份证号已隐去〕.xlsx",
        "范县2024年5月表4（百岁＊人）.xlsx",
        "范县202405百岁＊人-v2.xlsx",
        "华龙区百岁＊.xlsx",
    }
    for relation in ("core.fct_observation", "meta.issue"):
        sheets = {name for (name,) in newest.execute(f"select distinct sheet from {relation}").fetchall()}
        assert sheets == {"表四", "表四 百岁＊人"}


def test_what_is_written_beside_a_printed_figure_loses_the_others(newest):
    told = newest.execute(
        "select value, raw_value from core.fct_observation"
        " where area_id = 'fanxian' and breakdown_code = 'age_80_89' and revision = 2"
    ).fetchall()
    assert told in ([(503.0, "＊（另百岁＊人）")], [(None, None)])
    (plain,) = newest.execute(
        "select raw_value from core.fct_observation where area_id = 'nanle' and value = 502"
    ).fetchall()
    assert plain == ("502",)


def test_another_form_of_the_unit_does_not_tell_of_it_either(newest):
    told = newest.execute(
        "select note_zh, raw_value, value from core.fct_observation where indicator_code = 'enrolled_count'"
    ).fetchall()
    assert told == [("新挂牌＊处；高龄津贴百岁老人＊人", "＊（百岁＊人）", 36.0)]


@pytest.mark.parametrize(
    "hole",
    [
        "update meta.submission set file_name = '范县百岁3人.xlsx' where submission_id = 'fanxian-r1'",
        "update core.fct_observation set sheet = '百岁3人' where submission_id = 'fanxian-r1'",
        "update core.fct_observation set note_zh = '津贴百岁3人' where indicator_code = 'enrolled_count'",
        "update meta.issue set sentence_zh = '“百岁3人”不是表样中的项目' where rule_code = 'L3'",
    ],
)
def test_the_attack_reads_names_of_files_and_sheets_and_what_other_forms_say(homes, tmp_path, hole):
    home, _ = homes
    path = tmp_path / "torn.duckdb"
    shutil.copy(release_path(home, current_pointer(home).release_id), path)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        connection.execute(hole)
    assert attack_files([path]).solved


def test_a_home_restored_from_its_desk_masks_and_hashes_the_same(homes, fresh, tmp_path):
    """Everything but the desk is lost: what is masked follows from the record and not from the hour."""
    home, hashes = homes
    restored = Home(tmp_path / "restored")
    restored.ensure()
    shutil.copy(home.desk, restored.desk)
    for beside in home.root.glob(f"{home.desk.name}-*"):
        shutil.copy(beside, restored.root / beside.name)
    for kept in home.root.glob("counted.log*"):
        shutil.copy(kept, restored.root / kept.name)
    assert refresh(restored, collect=collector(2)).content_sha256 == hashes[2]
    assert content_of(fresh) != hashes[2]


# What the first release of all hides: other numbers that add up to the same, a small one small still, its partner the
# cheapest still.
OTHERWISE = {
    ("fanxian", "age_100_plus"): 1.0, ("fanxian", "age_90_99"): -1.0,
    ("hualong", "age_100_plus"): -1.0, ("hualong", "age_90_99"): 1.0,
}  # fmt: skip
_COUNTED = r"(百岁老人|百岁（?|本月新增 |按 )\d+"


def told_otherwise(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same reports with other numbers in the cells that are hidden, and in what is written about them."""
    step = pl.struct("area_id", "breakdown_code").map_elements(
        lambda cell: OTHERWISE.get((cell["area_id"], cell["breakdown_code"]), 0.0), return_dtype=pl.Float64
    )
    is_count = (pl.col("indicator_code") == PEOPLE) & (pl.col("month") == MAY)
    step = pl.when(is_count).then(step).otherwise(0.0)
    written = pl.col("raw_value").cast(pl.Float64, strict=False) + step
    is_theirs = pl.col("area_id").is_in(["fanxian", "hualong"])

    def retold(*names: str) -> list[pl.Expr]:
        """Texts of the two units with other numbers of the very old."""
        texts = (
            (name, pl.col(name).str.replace_all(_COUNTED, "${1}7").str.replace_all("三名", "九名")) for name in names
        )
        return [pl.when(is_theirs).then(text).otherwise(name).alias(name) for name, text in texts]

    changed = {
        "core.fct_observation": [
            *(pl.col(name) + step for name in ("value", "value_low", "value_high")),
            pl.when(step != 0).then(written.cast(pl.Int64).cast(pl.String)).otherwise("raw_value").alias("raw_value"),
            *retold("note_zh", "sheet"),
        ],
        "meta.submission": retold("file_name"),
        "meta.issue": retold("sentence_zh", "sheet"),
        "meta.restatement": [pl.col("old_value", "new_value") + step, *retold("reason_zh")],
    }
    return frames | {name: frames[name].with_columns(columns) for name, columns in changed.items()}


def test_two_homes_that_differ_in_what_is_hidden_publish_the_same_to_the_row(fresh, tmp_path):
    """Ranks, signals, sentences, digests, the order of rows: nothing of a release moves with a masked number. Only what
    names the home and the hour of a release is its own.
    """
    collect = collector(2)
    other = released(tmp_path / "otherwise", lambda *given: told_otherwise(collect(*given)))
    own = {"built_at", "received_chain"}
    with duckdb.connect() as connection:
        for name, path in (("a", fresh), ("b", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'a'"
        ).fetchall()
        assert len(tables) > 40
        for (table,) in tables:
            mine, others = (connection.sql(f"select * from {name}.{table}").pl() for name in ("a", "b"))
            same = [column for column in mine.columns if table != "meta.release" or column not in own]
            assert mine.select(same).rows() == others.select(same).rows(), table


# That the attack finds what there is to find: `test_disclosure`, with a partner printed.
@pytest.mark.whole
def test_without_the_record_the_late_unit_is_the_difference_of_two_totals(homes, tmp_path):
    """The second release built as if nothing had been published before it, beside the first: the attack sees it."""
    home, _ = homes
    first = min(home.releases.glob("warehouse-*.duckdb"))
    alone = Home(tmp_path / "alone")
    refresh(alone, collect=collector(1))
    (bare,) = alone.releases.glob("warehouse-*.duckdb")
    solved = {cell[:3] for cell, _ in attack_files([first, bare]).solved}
    assert ("fanxian", PEOPLE, "age_100_plus") in solved
