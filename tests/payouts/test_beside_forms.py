"""Figures of payments in a release: beside the form's under codes of their own, masked with them, judged by nobody."""

import random
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

import duckdb
import polars as pl
import pytest

from etl.payouts.released import REASONS, TIERS
from etl.rebuild import build_as_of
from tests.months_truth import _observations, build_truth
from tests.pages.conftest import Shown, at_address
from warehouse.catalog import load_catalog
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.store import PayoutStore
from warehouse.read import Releases
from warehouse.read.month import allowance
from warehouse.release.attacker.attack import attack_files, attack_states
from warehouse.release.attacker.solving import Equations, determined
from warehouse.release.attacker.stated import Places, stated
from warehouse.release.masks.inherit import states_of
from warehouse.release.masks.measures import PAYMENTS, TWINS
from warehouse.release.masks.suppress import find_masks
from warehouse.release.publishing.publish import current_pointer, release_path

FIRST, NEWEST = date(2026, 9, 1), date(2026, 10, 1)
SOME = ("qingfeng", "nanle", "fanxian")
INCOMPLETE = ("taiqian", "hualong")
MORE = ("qingfeng", "total")
COLUMNS = {
    "allowance_recipient_count": "recipient_count",
    "allowance_paid_yuan": "paid_yuan",
    "allowance_arrears_person_count": "arrears_person_count",
    "allowance_arrears_yuan": "arrears_yuan",
    "allowance_recovered_person_count": "recovered_person_count",
    "allowance_recovered_yuan": "recovered_yuan",
}


def write_figures(home: Home, *, units: Collection[str] | None = None, more: int = 0, first: date = FIRST) -> None:
    """Figures of payments that say what the forms say; 清丰 has `more` recipients of 80 to 89. None is all units."""
    rows, stops, towns = {}, [], defaultdict(dict)
    for row in _observations(load_catalog(), ("puyang",), first, first):
        unit = row["submission_id"].split("-")[0]
        code, tier, value = row["indicator_code"], row["breakdown_code"], row["value"]
        if units is not None and unit not in units:
            continue
        if code == "allowance_stopped_count" and row["area_id"] == unit:
            stops.append((row["month"], unit, "total", tier, "total", int(value)))
        if code not in COLUMNS or tier == "age_90_plus":
            continue
        town = "total" if row["area_id"] == unit else row["area_id"]
        towns[unit] |= {} if town == "total" else {town: None}
        told = rows.setdefault((row["month"], unit, town, tier), {})
        is_more = code == "allowance_recipient_count" and tier in ("age_80_89", "total") and (unit, town) == MORE
        told[COLUMNS[code]] = value + (more if is_more else 0)
    schema = declared.relations()["payout_month"].polars_schema
    made = [
        {
            "month": month, "unit": unit, "township_id": town, "tier_code": tier, "payment_count": told.get("recipient_count"),
            "current_yuan": None, **{column: told.get(column, 0) for column in COLUMNS.values()},
        }
        for (month, unit, town, tier), told in rows.items()
        if town == "total" or tier != "total"
    ]  # fmt: skip
    folder = PayoutStore(home).root / "figures"
    folder.mkdir(parents=True)
    pl.DataFrame(made, schema=schema, strict=False).write_parquet(folder / "payout_month.parquet")
    # The forms do not say in which townships: as evenly as it goes. Nor of which age: one of four and of nine is older.
    by_tier = defaultdict(int)
    for month, unit, _, reason, _, count in list(stops):
        names = list(towns[unit]) if reason != "total" else []
        for place, town in enumerate(names):
            here = count // len(names) + (place < count % len(names))
            stops.append((month, unit, town, reason, "total", here))
            for area in ("total", town):
                for tier, some in zip(TIERS, (here - here // 4 - here // 9, here // 4, here // 9), strict=True):
                    by_tier[month, unit, area, tier] += some
    stops += [(month, unit, area, "total", tier, count) for (month, unit, area, tier), count in by_tier.items()]
    stop_schema = declared.relations()["stop_month"].polars_schema
    pl.DataFrame(stops, schema=stop_schema, orient="row").write_parquet(folder / "stop_month.parquet")


def asked(home: Home, sql: str) -> list[tuple]:
    pointer = current_pointer(home)
    with duckdb.connect(str(release_path(home, pointer.release_id)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """濮阳 in autumn 2026, three of its units with payments, in 清丰 of ten recipients more."""
    home = Home(tmp_path_factory.mktemp("beside") / "root").demo()
    home.ensure()
    write_figures(home, units=SOME, more=10)
    return build_truth(home, first=FIRST, cities=("puyang",), townships_from=FIRST)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The same with the payments of all units, equal to the forms to the last person."""
    home = Home(tmp_path_factory.mktemp("whole") / "root").demo()
    home.ensure()
    write_figures(home)
    return build_truth(home, first=FIRST, cities=("puyang",), townships_from=FIRST)


def test_payments_stand_beside_the_form_under_codes_of_their_own(beside):
    rows = asked(
        beside,
        "select f.area_id, p.value - f.value, p.group_code from mart.indicator_month as f inner join mart.indicator_month as p"
        " using (area_id, breakdown_code, month) where f.indicator_code = 'allowance_recipient_count'"
        " and p.indicator_code = 'payout_recipient_count' and f.breakdown_code = 'total' and month = date '2026-10-01'"
        " and p.value is not null and f.value is not null",
    )
    units = {area: (more, group) for area, more, group in rows if area in SOME}
    assert units == dict(zip(SOME, [(10.0, "allowance_payments"), *[(0.0, "allowance_payments")] * 2], strict=True))
    # Its own observations, by no submission, and the form's are untouched.
    origins = asked(
        beside,
        "select distinct indicator_code like 'payout_%', submission_id is null, note_zh from core.fct_observation"
        " where indicator_code like 'payout_%' or indicator_code like 'allowance_%'",
    )
    assert sorted(origins) == [(False, False, None), (True, True, "由发放明细逐笔算出，不取自月报")]


def test_a_city_is_never_the_sum_of_the_units_that_happen_to_have_payments(beside):
    ((value, status, reported, expected),) = asked(
        beside,
        "select value, status_code, reported_count, expected_count from mart.indicator_month where area_id = 'puyang'"
        " and indicator_code = 'payout_paid_yuan' and breakdown_code = 'total' and month = date '2026-10-01'",
    )
    assert (value, status, reported) == (None, "missing", 3)
    assert expected > 3


def test_townships_have_what_payments_and_stops_say_of_them(beside):
    """Persons, arrears, recoveries and stops of every township of a unit with payments; and never an amount of money."""
    rows = asked(
        beside,
        "select o.indicator_code, o.breakdown_code, count(*), count(o.value), count(*) filter (o.status_code = 'missing')"
        " from core.fct_observation as o inner join core.dim_area as a using (area_id) where o.indicator_code like 'payout_%'"
        " and a.level_code = 'township' and a.parent_area_id = 'qingfeng' and o.month = date '2026-10-01' group by all",
    )
    told = {(code, part): counts for code, part, *counts in rows}
    assert {code for code, _ in told} == set(PAYMENTS.values())
    # 清丰 has seventeen townships; tiers from 90 on are one there, stops have four reasons beside two tiers.
    assert {count for count, _, _ in told.values()} == {17}
    assert {part for code, part in told if code == "payout_arrears_yuan"} == {"total", "age_80_89", "age_90_plus"}
    assert len([part for code, part in told if code == "payout_stopped_count"]) == 7
    assert not [key for key, (_, _, missing) in told.items() if missing]
    assert not [key for key, (_, shown, _) in told.items() if shown and key[0].endswith("_yuan")]
    assert told["payout_recipient_count", "total"][1] > 10


def test_no_target_verdict_check_or_comparison_goes_by_payments():
    catalog = load_catalog()
    codes = set(PAYMENTS.values())
    assert codes == {code for code in catalog.indicators if code.startswith("payout_")}
    assert {catalog.indicators[code].group_code for code in codes} == {"allowance_payments"}
    assert all(catalog.indicators[code].key_order is None for code in codes)
    told = repr([value for name, value in vars(catalog).items() if name not in ("indicators", "relations", "_")])
    assert not [code for code in codes if code in told]


# Payments of all units, equal to the forms, are attacked below too, together with the release before them.
@pytest.mark.parametrize("which", ["beside", pytest.param("whole", marks=pytest.mark.whole)])
def test_forms_and_payments_hide_the_same_and_neither_gives_the_other_away(which, request):
    """Whoever takes the payments for the same persons as the forms, as they mostly are, learns no hidden number."""
    home = request.getfixturevalue(which)
    path = release_path(home, current_pointer(home).release_id)
    attack = attack_files([path])
    (release,) = attack.releases
    assert attack.solved == set()
    assert not [cell for cell, value in release.values.items() if cell[1] in PAYMENTS.values() and cell[1].endswith("_count") and 0 < value < 5]  # fmt: skip
    hidden = {cell for cell in release.masked if cell[1] in PAYMENTS.values()}
    assert len(hidden) > 20
    # The sum of some units is another than the city's, and 清丰 has other numbers in one of the worlds.
    apart = {"puyang", "qingfeng"} if which == "beside" else set()

    def as_form(cell: tuple) -> tuple:
        return (
            cell
            if cell[0] in apart
            else (cell[0], TWINS[cell[1]] if cell[1] in PAYMENTS.values() else cell[1], *cell[2:])
        )

    printed = {as_form(cell): value for cell, value in release.values.items()}
    assert not [cell for cell in hidden if cell[0] != "puyang" and as_form(cell) in printed]
    together = Equations()
    for terms, constant in attack.equations.rows:
        unknown: dict[tuple, int] = defaultdict(int)
        for (cell, _), factor in terms.items():
            if as_form(cell) in printed:
                constant -= factor * printed[as_form(cell)]
            else:
                unknown[as_form(cell), 0] += factor
        together.add(unknown, constant)
    assert len(together.rows) > 50
    assert determined(together) == set()


def test_a_small_number_of_payments_hides_no_large_one_of_the_form():
    """Three stops were listed of three hundred reported: the three are hidden, with a partner; the form stays as it is."""
    rows = [
        (area, "c", "unit", f"{origin}_stopped_count", "total", date(2026, 1, 1), float(value))
        for origin, values in {
            "allowance": {"a": 300, "b": 200, "c": 500},
            "payout": {"a": 3, "b": 190, "c": 193},
        }.items()
        for area, value in values.items()
    ]
    names = ["area_id", "parent_area_id", "level_code", "indicator_code", "breakdown_code", "month", "value"]
    cells = pl.DataFrame(rows, schema=names, orient="row")
    masks = find_masks(cells, sensitive=["allowance_stopped_count", "payout_stopped_count"])
    assert set(masks.select("area_id", "indicator_code").iter_rows()) == {("a", "payout_stopped_count"), ("b", "payout_stopped_count")}  # fmt: skip
    near = cells.with_columns(pl.when((pl.col("area_id") == "a") & (pl.col("value") > 5)).then(6.0).otherwise("value").alias("value"))  # fmt: skip
    masks = find_masks(near, sensitive=["allowance_stopped_count", "payout_stopped_count"])
    assert ("a", "allowance_stopped_count") in set(masks.select("area_id", "indicator_code").iter_rows())


def stops_of_a_city(chance: random.Random) -> tuple[pl.DataFrame, Places]:
    """Stops person by person in up to five units of up to four townships, told by reason and by tier; and the places."""
    levels, parents, rows = {"c": "city"}, {"c": None}, []

    def tell(area: str, people: Sequence[tuple[str, str]]) -> None:
        tiers = {tier: sum(each == tier for _, each in people) for tier in TIERS}
        if levels[area] == "township":
            tiers = {"age_80_89": tiers["age_80_89"], "age_90_plus": tiers["age_90_99"] + tiers["age_100_plus"]}
        reasons = {reason: sum(each == reason for each, _ in people) for reason in REASONS}
        for breakdown, count in {"total": len(people), **reasons, **tiers}.items():
            rows.append((area, parents[area] or "c", "c", levels[area], "payout_stopped_count", breakdown, NEWEST, float(count), float(count), [float(count)], False))  # fmt: skip

    everybody = []
    for unit in [f"u{number}" for number in range(chance.randint(1, 5))]:
        levels[unit], parents[unit], mine = "unit", "c", []
        for town in [f"{unit}t{number}" for number in range(chance.randint(1, 4))]:
            levels[town], parents[town] = "township", unit
            people = [
                (chance.choices(REASONS, (8, 2, 1, 1))[0], chance.choices(TIERS, (6, 3, 1))[0])
                for _ in range(chance.choice((0, 1, 2, 4, 8, 24)))
            ]
            tell(town, people)
            mine += people
        tell(unit, mine)
        everybody += mine
    tell("c", everybody)
    names = ["area_id", "parent_area_id", "city_area_id", "level_code", "indicator_code", "breakdown_code", "month", "value", "smallest", "revisions", "is_apart"]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row"), Places(levels, parents, {})


# In the last four a unit's total is hidden that its tiers would tell.
@pytest.mark.parametrize("seed", [0, 1, 17, 20, 30, 92])
def test_stops_by_reason_and_by_tier_together_give_no_small_number_away(seed):
    cells, places = stops_of_a_city(random.Random(seed))
    masks = find_masks(cells, sensitive=["payout_stopped_count"])
    told = stated(states_of(cells, masks), places)
    small = {tuple(cell) for cell in cells.filter(pl.col("value").is_between(1, 4)).select("area_id", "breakdown_code").rows()}  # fmt: skip
    attack = attack_states([told])
    known = {(cell[0], cell[2]) for cell in (*(cell for cell, _ in attack.solved), *told.values)}
    assert small
    assert not small & known
    assert not attack.pinned()


def test_payments_that_come_later_leave_what_was_published_hidden(tmp_path):
    """First the forms alone, then with the payments of all units: what both releases say together solves nothing."""
    home = Home(tmp_path / "root").demo()
    home.ensure()
    build_truth(home, first=NEWEST, cities=("puyang",), townships_from=NEWEST)
    first = release_path(home, current_pointer(home).release_id)
    write_figures(home, first=NEWEST)
    build_truth(home, first=NEWEST, cities=("puyang",), townships_from=NEWEST)
    second = release_path(home, current_pointer(home).release_id)
    assert first != second
    assert attack_files([first, second]).solved == set()


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """October 2026 with the payments of five units. 南乐's form leaves recoveries out of what was paid; 范县's counts those
    paid arrears as recipients. 台前's payments lack a tier, and its stops a place; 华龙's payments lack a place."""
    home = Home(tmp_path_factory.mktemp("odd") / "root").demo()
    home.ensure()
    write_figures(home, units=(*SOME, *INCOMPLETE), first=NEWEST)
    folder = PayoutStore(home).root / "figures"
    path = folder / "payout_month.parquet"
    stops = pl.read_parquet(folder / "stop_month.parquet")
    lost = (
        (pl.col("unit") == "taiqian")
        & (pl.col("township_id") != "total")
        & pl.col("reason_code").is_in(["reason_death", "total"])
    )
    stops.with_columns(pl.when(lost).then(pl.lit("unknown")).otherwise("township_id").alias("township_id")).write_parquet(folder / "stop_month.parquet")  # fmt: skip
    held = pl.read_parquet(path)
    untold = held.filter((pl.col("unit") == "taiqian") & (pl.col("tier_code") == "age_80_89") & (pl.col("township_id") == "total"))  # fmt: skip
    astray = held.filter((pl.col("unit") == "hualong") & (pl.col("township_id") != "total")).head(1)
    total = (pl.col("township_id") == "total") & (pl.col("tier_code") == "total")
    nanle, fanxian = (total & (pl.col("unit") == unit) for unit in ("nanle", "fanxian"))
    explained = (
        held.filter(one).with_columns(
            recovered_yuan=pl.lit(700).cast(held.schema["recovered_yuan"]),
            paid_yuan=(pl.col("paid_yuan") - (700 if one is nanle else 0)).cast(held.schema["paid_yuan"]),
            recipient_count=pl.col("recipient_count") - (40 if one is fanxian else 0),
            arrears_person_count=pl.lit(40, pl.Int64),
        )
        for one in (nanle, fanxian)
    )
    pl.concat(
        [
            held.filter(~nanle & ~fanxian),
            untold.with_columns(tier_code=pl.lit("unknown")),
            astray.with_columns(township_id=pl.lit("unknown")),
            *explained,
        ]
    ).write_parquet(path)
    return build_truth(home, first=NEWEST, cities=("puyang",), townships_from=NEWEST)


def test_what_names_no_tier_or_no_township_is_told_as_a_total_alone(odd):
    rows = asked(
        odd,
        "select o.area_id, o.breakdown_code, o.status_code from core.fct_observation as o where o.indicator_code = 'payout_recipient_count'"
        " and o.area_id in ('taiqian', 'hualong')",
    )
    told = {(area, tier): status for area, tier, status in rows}
    assert told["taiqian", "age_80_89"] == "missing"
    assert told["taiqian", "total"] in ("reported", "suppressed")
    assert told["hualong", "age_80_89"] in ("reported", "suppressed")
    towns = asked(
        odd,
        "select distinct o.indicator_code, a.parent_area_id from core.fct_observation as o inner join core.dim_area as a using (area_id)"
        " where o.indicator_code like 'payout_%' and a.level_code = 'township'",
    )
    # Each unit with all its townships or with none.
    every = set(SOME)
    assert {unit for code, unit in towns if code != "payout_stopped_count"} == every
    assert {unit for code, unit in towns if code == "payout_stopped_count"} == {*every, "hualong"}


def test_a_release_is_made_again_with_the_payments_it_was_handed(beside, tmp_path):
    pointer = current_pointer(beside)
    kept = PayoutStore(beside).root / "released" / f"{pointer.release_id}.parquet"
    handed = pl.read_parquet(kept)
    assert handed["indicator_code"].str.starts_with("payout_").all()
    build_as_of(beside, tmp_path / "again.duckdb", kind="demo", release_id=pointer.release_id, number=0, as_of=NEWEST)
    with duckdb.connect(str(tmp_path / "again.duckdb"), read_only=True) as connection:
        ((count,),) = connection.execute(
            "select count(*) from core.fct_observation where indicator_code like 'payout_%'"
        ).fetchall()
    assert count > 100


# ── the block on 高龄津贴 ────────────────────────────────────────────────────────────────────────────────────────────


def shown(**parameters: str) -> Shown:
    """The page of the demonstration with these words in its address."""
    asked_for = {"data": "demo", "city": "puyang", "month": "2026-10", **parameters}
    return Shown(at_address("briefing/allowance/page.py", **asked_for)).run()


def test_the_page_shows_both_side_by_side_with_the_difference_and_their_receipts(beside, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(beside.root.parent))
    page = shown()
    assert not page.app.exception
    # Ten recipients of 清丰 that its form does not have.
    assert re.search(r"3个单位有发放明细，6个单位没有；1个单位的人数与月报不符，清丰县?月报少10人", page.text)
    assert "少10人，原因不明，请逐人核对" in page.text
    assert "判断以月报为准" in page.text
    keys = [text for text in page.receipts if "payout_recipient_count" in text]
    assert len(keys) >= 2
    opened = shown(receipt=keys[0])
    assert "高龄津贴发放人数（明细）" in opened.text
    assert "由发放明细逐笔算出" in opened.text


def test_stops_are_drawn_by_unit_and_tier_and_told_by_township_with_their_receipts(beside, monkeypatch):
    """Every number on the page is the release's own cell; what is hidden there is a star here, and nothing is added up."""
    monkeypatch.setenv("YANGLAO_HOME", str(beside.root.parent))
    page = shown(unit="qingfeng")
    assert not page.app.exception
    with Releases(beside).acquire() as release:
        cells = release.rows(
            "select o.area_id, o.breakdown_code, o.value, o.status_code, a.level_code, a.parent_area_id"
            " from mart.indicator_month as o inner join core.dim_area as a using (area_id)"
            " where o.indicator_code = 'payout_stopped_count' and o.month = date '2026-10-01'"
        ).frame.rows()
    told = {(area, part): value for area, part, value, status, *_ in cells if status == "reported"}
    units = {area: told.get((area, "total")) for area in SOME}
    most = max(units, key=lambda area: units[area] or 0)
    names = {"qingfeng": "清丰县", "nanle": "南乐县", "fanxian": "范县"}
    assert f"3个单位有停止明细；{names[most]}停发最多，{units[most]:.0f}人" in page.text
    keys = {text for text in page.receipts if "payout_stopped_count" in text}
    tiers = ("total", "age_80_89", "age_90_99", "age_100_plus")
    of_units = {
        f"{area}|payout_stopped_count|{tier}|2026-10-01" for area in SOME for tier in tiers if (area, tier) in told
    }
    towns = {area for area, *_, level, parent in cells if (level, parent) == ("township", "qingfeng")}
    of_towns = {
        f"{area}|payout_stopped_count|{tier}|2026-10-01"
        for area in towns
        for tier in ("total", "age_80_89", "age_90_plus")
        if (area, tier) in told
    }
    drawn = {key for key in of_units | of_towns if any(key in text for text in keys)}
    assert (len(towns) > 10, len(of_towns) >= len(towns), drawn) == (True, True, of_units | of_towns)
    hidden = [
        f"{area}|payout_stopped_count|{part}|2026-10-01"
        for area, part, _, status, *_ in cells
        if status == "suppressed"
    ]
    assert hidden and not any(key in text for key in hidden for text in keys)
    opened = shown(receipt=next(text for text in keys if "qingfeng|payout_stopped_count|total|2026-10-01" in text))
    assert "高龄津贴停发人数（明细）" in opened.text


def test_a_likely_reason_is_told_by_what_payments_say_themselves(odd):
    with Releases(odd).acquire() as release:
        rows = allowance.payments(release, city_area_id="puyang", month=NEWEST).frame.to_dicts()
    told = {(row["area_id"], row["measure_code"]): (row["difference"], row["reason_code"]) for row in rows}
    # Masked numbers have no difference; where both stand, the reason is the amount that explains it.
    assert told["nanle", "paid_yuan"] in ((700.0, "recoveries_left_out"), (None, None))
    assert told["fanxian", "recipient_count"] in ((40.0, "arrears_counted"), (None, None))
    assert (700.0, "recoveries_left_out") in told.values() or (40.0, "arrears_counted") in told.values()
    assert told["qingfeng", "recipient_count"] in ((0.0, None), (None, None))
