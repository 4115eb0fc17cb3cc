"""A scope is a file: what a unit must not see is not in it, so that no page, statement, export or search can return it."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from io import BytesIO

import duckdb
import httpx
import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from streamlit.runtime.context import ContextProxy

from etl.months.template.of_unit import unit_template
from pages.ui.kit.refs import ref
from tests.build.small import publish_again
from tests.conftest import served
from tests.editions.conftest import SIGNER, signed
from tests.open_page import PATIENCE_MS
from tests.pages.conftest import Shown, at_address
from warehouse.editions import files, questions
from warehouse.errors import PublishError, YanglaoError
from warehouse.home import Home
from warehouse.kept import Kept, keep
from warehouse.people import accounts, roles, sessions
from warehouse.query.ask import run_query
from warehouse.read import Releases
from warehouse.release.file import is_whole, open_release
from warehouse.release.publishing.publish import current_pointer, release_ids, release_path, rollback, unpin
from warehouse.release.publishing.scope import LEAST_OTHERS, OWN_ONLY, make, scoped_home
from warehouse.settings import load_settings

OWN, OTHER, THIRD, TOWNSHIP = "xinfu", "qingyuan", "fushunxian", "t-210423"
MOST_ROWS = 60
GOOD = "Sunny-river-7"


@pytest.fixture(scope="module")
def demo(small_demo_home):
    return small_demo_home


@pytest.fixture(scope="module")
def whole(demo):
    connection = open_release(release_path(demo, current_pointer(demo).release_id))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def scope(demo):
    home = scoped_home(demo, OWN)
    connection = open_release(release_path(home, current_pointer(home).release_id))
    yield connection
    connection.close()


def tables(connection) -> dict[str, list[str]]:
    found = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where schema_name in ('core', 'mart', 'meta')"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", []).append(column)
    return found


def test_every_table_is_there_with_its_columns_and_comments(whole, scope):
    assert tables(scope) == tables(whole)
    comments = "select count(*) from duckdb_columns() where comment is not null"
    assert scope.execute(comments).fetchall() == whole.execute(comments).fetchall()


def test_no_row_of_another_units_township_and_no_cell_form_or_problem_of_another_unit_is_in_the_file(whole, scope):
    hidden = "select area_id from core.dim_area where level_code = 'township' and parent_area_id <> ?"
    others = "select area_id from core.dim_area where level_code = 'unit' and is_reporting and area_id <> ?"
    had = 0
    for name, columns in tables(scope).items():
        if "area_id" not in columns or name.startswith("core.dim_"):
            continue
        asked = f"select count(*) from {name} where area_id in ({hidden})"
        assert scope.execute(asked, [OWN]).fetchall() == [(0,)], name
        had += whole.execute(asked, [OWN]).fetchall()[0][0]
        if name in OWN_ONLY:
            assert scope.execute(f"select count(*) from {name} where area_id in ({others})", [OWN]).fetchall() == [(0,)]
            had += whole.execute(f"select count(*) from {name} where area_id in ({others})", [OWN]).fetchall()[0][0]
    # The release does hold such rows, so their absence says something.
    assert had > 100


def test_what_is_in_the_file_is_a_subset_of_the_release(demo, scope):
    path = release_path(demo, current_pointer(demo).release_id)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as whole (read_only)")
        home = scoped_home(demo, OWN)
        connection.execute(f"attach '{release_path(home, current_pointer(home).release_id)}' as scope (read_only)")
        for name in tables(scope):
            more = f"select count(*) from (select * from scope.{name} except all select * from whole.{name})"
            assert connection.execute(more).fetchall() == [(0,)], name


def test_own_rows_city_totals_and_other_units_values_and_ranks_are_what_they_were(whole, scope):
    own = f"select count(*), sum(value) from core.fct_observation where area_id = '{OWN}'"
    assert scope.execute(own).fetchall() == whole.execute(own).fetchall()
    named = (
        "select area_id, indicator_code, month, value, rank from mart.indicator_month where breakdown_code = 'total'"
        f" and area_id in ('fushun', '{OTHER}', '{OWN}') order by all"
    )
    assert scope.execute(named).fetchall() == whole.execute(named).fetchall()


def test_a_hash_of_what_is_missing_is_missing_too(scope):
    assert scope.execute("select count(*) from meta.part_digest").fetchall() == [(0,)]


def test_no_byte_of_another_units_file_name_or_note_is_in_the_file(demo, whole):
    home = scoped_home(demo, OWN)
    content = release_path(home, current_pointer(home).release_id).read_bytes()
    names = whole.execute(
        "select distinct file_name from meta.submission where area_id = ? and file_name is not null", [OTHER]
    ).fetchall()
    assert names
    assert not [name for (name,) in names if name.encode() in content]


def test_an_older_release_made_for_a_unit_moves_nobody_back_and_going_back_moves_the_unit_too(sited):
    old, new = sorted(release_ids(sited))
    unit = "fushunxian"
    make(sited, unit, old)
    assert current_pointer(scoped_home(sited, unit)).release_id == new
    make(sited, unit, old)
    assert current_pointer(scoped_home(sited, unit)).release_id == new
    path = release_path(scoped_home(sited, unit), new)
    path.chmod(0o600)
    for spoilt in (b"", path.read_bytes()[:-5000]):
        path.write_bytes(spoilt)
        assert is_whole(release_path(scoped_home(sited, unit), new), new)
    rollback(sited, old)
    try:
        assert current_pointer(scoped_home(sited, unit)).release_id == old
    finally:
        unpin(sited)
    assert current_pointer(scoped_home(sited, unit)).release_id == new


def test_who_asks_while_another_makes_it_waits_and_gets_the_same_file(demo):
    # The first page of a unit and what is painted before it ask at the same moment.
    shutil.rmtree(demo.root / "scopes" / THIRD, ignore_errors=True)
    with ThreadPoolExecutor(4) as pool:
        homes = list(pool.map(scoped_home, [demo] * 4, [THIRD] * 4))
    assert {current_pointer(home) for home in homes} == {current_pointer(demo)}


def test_an_area_that_does_not_report_gets_no_scope(demo):
    with pytest.raises(PublishError, match="没有这个报送单位"):
        scoped_home(demo, "nowhere")


@pytest.mark.parametrize("area", ["../../etc", "x'; drop table", ""])
def test_an_area_that_is_no_name_gets_no_file(demo, area):
    with pytest.raises(PublishError):
        scoped_home(demo, area)
    assert not (demo.root / "etc").exists()


# ── by every way there is ────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = {
    "analyst": ("analyst", OWN),
    "both": ("analyst", OWN, THIRD),
    "clerk": ("clerk", OWN),
    "reviewer": ("reviewer", "fushun"),
    "nobody": ("",),
}


@pytest.fixture(scope="module")
def sited(demo, tmp_path_factory):
    """The demonstration's release served as if it were real, and a later one in which hidden figures changed."""
    home = Home(tmp_path_factory.mktemp("sited") / "home")
    home.ensure()
    path = release_path(demo, current_pointer(demo).release_id)
    publish_again(home, path)
    publish_again(home, path, f"update core.fct_observation set value = value + 1 where area_id like '{TOWNSHIP}%'")
    for login, (role, *areas) in PEOPLE.items():
        accounts.add(home, login=login, name_zh="某", by="system:root", password="First-river-7")
        accounts.change_password(home, login, old="First-river-7", new=GOOD)
        for area in areas:
            roles.grant(home, login=login, role_code=role, area_id=area, by="system:root")
    return home


@pytest.fixture(scope="module")
def edition(sited):
    """A signed edition of another unit, of one plain file."""
    releases = Releases(sited)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "MAKERS", ("tests.editions.conftest:one_text",))
        made = signed(sited, releases, unit=THIRD)
    releases.close()
    return made


@pytest.fixture(scope="module")
def address(sited, edition):
    # The edition first: none is signed once a question to its unit is overdue, which a test below asks one to be.
    with served(sited.root, YANGLAO_SIGN_IN="local") as address:
        yield address


@contextmanager
def browsing(address, login):
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        assert client.post("/sign-in", data={"login": login, "password": GOOD}).status_code == 303
        yield client


def test_over_http_a_unit_reads_its_scope_and_a_city_reads_all(address):
    counts, told, painted = {}, {}, {}
    assert "first-paint" not in httpx.get(address, trust_env=False, timeout=60).text
    for login in ("clerk", "reviewer", "nobody"):
        with browsing(address, login) as client:
            answer = client.get("/api/v1/values", params={"indicator": "village_home_count", "limit": 10000})
            told[login] = answer.text[:300]
            # The first run of a server loads what pages are made of, and may take longer than the file waits.
            painted[login] = _painted(client, seconds=0 if login == "nobody" else PATIENCE_MS / 1_000)
            counts[login] = (answer.status_code, answer.text.count(TOWNSHIP), answer.text.count(f'"{OTHER}"'))
    assert counts["nobody"][0] == 403
    assert counts["reviewer"][0] == 200, told
    assert counts["reviewer"][1] > 0
    # The clerk gets the other unit's values, which a bulletin names, and none of its townships.
    assert counts["clerk"][0] == 200 and counts["clerk"][1] == 0 and counts["clerk"][2] > 0
    # The HTML of the server is written for whoever asks: nothing for nobody, no other unit's townships for a clerk.
    assert painted["nobody"] == "" and TOWNSHIP not in painted["clerk"]
    assert painted["clerk"] and painted["reviewer"] and painted["clerk"] != painted["reviewer"]


def _painted(client, *, seconds: float) -> str:
    """The file of a page once it is painted, asked for again and again for so long, three times at least; empty when it never
    is."""
    until, asked = time.monotonic() + seconds, 0
    while asked < 3 or time.monotonic() < until:
        page = client.get("/coverage", params={"city": "fushun"}).text
        if 'id="first-paint"' in page:
            return page
        asked += 1
    return ""


def test_no_address_answers_a_unit_with_anothers_hidden_row(address, sited, whole, edition):
    """Every address that answers, asked for a township, a breakdown, an older release, a difference, a file."""
    old, new = sorted(release_ids(sited))
    (township,) = one_hidden(whole)
    pack = editions_of_the_city(sited)
    asked = [
        *(f"/api/v1/values?area={township}&format={form}" for form in ("json", "csv", "parquet", "arrow")),
        f"/api/v1/values?area={township}&release={old}",
        f"/api/v1/values?area={OTHER}&release={old}&limit=10000",
        "/api/v1/values?limit=10000&offset=10000",
        f"/api/v1/values?area={OTHER}' or 1=1 --",
        f"/api/v1/values?release=../../../releases/warehouse-{new}",
        f"/api/v1/changes?from={old}&to={new}",
        f"/api/v1/changes?from=../../../releases/{old}&to={new}",
        f"/card?indicator=village_home_count&area={township}",
        f"/card?indicator=village_home_count&area={township}&release={old}",
        f"/present?city=fushun&unit={OTHER}",
        f"/present?city=fushun&unit={OTHER}&release={old}",
        f"/kept/{pack}",
        f"/kept/{pack}?format=csv",
        f"/kept/{pack}?format=json",
        f"/present/{edition.key}",
        f"/card?indicator=nursing_bed_share&area={THIRD}&edition={edition.key}",
        f"/profile?city=fushun&unit={OTHER}&release={old}",
        "/allowance?draft=1&preview=" + "a" * 32,
        *(f"/{folder}/{name}" for folder in ("releases", "scopes", "payouts", "archive", "app/static")
          for name in (f"warehouse-{new}.duckdb", "current")),
        f"/media/{'a' * 56}.csv",
        f"/static/../../releases/warehouse-{new}.duckdb",
        f"/%2e%2e/%2e%2e/releases/warehouse-{new}.duckdb",
    ]  # fmt: skip
    # What is asked for may be printed back in words; what stands on its row may not.
    with browsing(address, "analyst") as client, browsing(address, "reviewer") as city:
        for path in asked:
            answer = client.get(path)
            assert answer.status_code in (200, 303, 307, 400, 403, 404), path
            rows = [
                line for line in answer.content.splitlines() if TOWNSHIP.encode() in line and b'"error"' not in line
            ]
            assert rows == [] and b"DUCK" not in answer.content[:64], (path, rows)
            if "format=parquet" in path:
                assert pl.read_parquet(answer.content).height == 0
        # The same addresses do tell a person of the city, so the silence says something.
        assert len(city.get(asked[0]).json()["values"]) > 10
        changed = {login: one.get(f"/api/v1/changes?from={old}&to={new}&limit=10000").text for login, one in
                   (("city", city), ("unit", client))}  # fmt: skip
        assert changed["city"].count(TOWNSHIP) > 10 and TOWNSHIP not in changed["unit"] and OTHER not in changed["unit"]
        for path in (
            f"/present/{edition.key}",
            f"/card?indicator=nursing_bed_share&area={THIRD}&edition={edition.key}",
        ):
            assert client.get(path).status_code == 403 and "不在本人可看的单位范围内" in client.get(path).text
        assert city.get(path).status_code == 200
        assert "匿名甲镇" in city.get(f"/kept/{pack}").text
        assert "匿名甲镇" not in client.get(f"/kept/{pack}").text


def one_hidden(whole):
    """A township of another unit that has figures."""
    return whole.execute(
        "select area_id from mart.indicator_month join core.dim_area using (area_id)"
        f" where parent_area_id = '{OTHER}' and indicator_code = 'village_home_count' and value is not null limit 1"
    ).fetchall()[0]


def editions_of_the_city(home):
    """The key of a permanent link to a table that somebody of the city kept."""
    table = Kept(title_zh="表", release_id="x", is_demo=False, heads=("乡镇", "数"), rows=(("匿名甲镇", "17"),))
    return keep(home, table)


def test_who_reads_for_several_units_opens_the_links_and_questions_of_each_and_of_nobody_else(
    address, sited, monkeypatch
):
    made = {
        scope: keep(
            sited, Kept(title_zh="表", release_id="x", is_demo=False, heads=("数",), rows=(("17",),), scope=scope)
        )
        for scope in (OWN, THIRD, roles.scope_of((THIRD, OWN)), OTHER, roles.scope_of((OWN, OTHER)), "")
    }
    may = {"both": {OWN, THIRD, f"{THIRD}+{OWN}"}, "analyst": {OWN}, "reviewer": set(made)}
    for login, scopes in may.items():
        with browsing(address, login) as client:
            assert {scope for scope, key in made.items() if client.get(f"/kept/{key}").status_code == 200} == scopes
            # On the wall, too, it is one of their own units that stands without being asked for.
            assert login != "both" or client.get("/present?city=fushun").status_code == 200
    for area, owner in ((OWN, ""), ("fushun", THIRD), (OTHER, OTHER), ("fushun", "")):
        questions.ask(
            sited, city_area_id="fushun", area=(area, area), indicator=("", ""), asked_in="x", today=date(2026, 11, 1),
            text_zh=f"追问给{area}和{owner}", owner=(owner, owner or "某科"), due_on=date(2026, 11, 9), actor=SIGNER,
        )  # fmt: skip
    monkeypatch.setenv("YANGLAO_HOME", str(sited.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    secret = sessions.begin(sited, login="both", name_zh="某", source_code=sessions.LOCAL, address="")
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))
    text = Shown(at_address("briefing/editions/page.py", city="fushun")).run().text
    assert text.count("追问给") == 2 and f"追问给{OWN}和" in text and f"追问给fushun和{THIRD}" in text


TRICKS = [
    "select * from mart.indicator_month where area_id like '{township}%'",
    "select * from core.fct_observation where area_id = '{other}'",
    "select * from meta.issue where area_id <> '{own}'",
    "attach '{file}' as whole",
    "from '{file}'.mart.indicator_month",
    "select * from read_duckdb('{file}')",
    "select content from read_blob('{file}')",
    "from glob('{folder}/**')",
    "copy (select 1) to '{folder}/x.csv'",
    "use whole",
    "from whole.mart.indicator_month",
    "select * from duckdb_databases() where path like '%releases/warehouse%' and path not like '%scopes%'",
    "set enable_external_access = true",
    "select * from obs where area_id = '{other}'",
    "select * from obs_as_of('2026-10') where area_id = '{other}'",
    "select getenv('YANGLAO_HOME')",
]


@pytest.mark.bar("AC2")
def test_a_county_user_reads_own_detail_and_city_totals_in_pages_sql_exports_and_api(
    address, sited, whole, edition, monkeypatch
):
    scope_root = scoped_home(sited, OWN)
    release_id = current_pointer(sited).release_id
    names = {name for (name,) in whole.execute(
        "select name_zh from core.dim_area where level_code = 'township' and parent_area_id in ('fushunxian', 'qingyuan')"
        " and name_zh not in (select name_zh from core.dim_area where parent_area_id = 'xinfu')").fetchall()}  # fmt: skip
    # SQL: own detail and city totals answer, whatever is tried for the rest.
    wanted = {"township": TOWNSHIP, "other": OTHER, "own": OWN, "folder": sited.root,
              "file": release_path(sited, release_id)}  # fmt: skip
    with Releases(scope_root).acquire() as release:

        def ask(sql):
            return run_query(scope_root, sql, release=release, limits=load_settings({"YANGLAO_HOME": str(sited.root)}))

        for trick in TRICKS:
            try:
                frame = ask(trick.format(**wanted)).frame
            except YanglaoError:
                continue
            assert frame.height == 0, trick
        own = ask(f"select count(*) as n from core.fct_observation where area_id = '{OWN}'").frame.item()
        city = ask("select count(*) as n from mart.indicator_month where area_id = 'fushun'").frame.item()
        assert own > 500 and city > 500
        # Exports: an empty form of another unit brings none of its figures of last month, a whole table none of its rows.
        assert max(figures(unit_template(release, unit=OTHER, month="2026-11").data)) < MOST_ROWS
        assert max(figures(unit_template(release, unit=OWN, month="2026-11").data)) > MOST_ROWS
    # API: own detail, city totals.
    with browsing(address, "analyst") as client:
        told = client.get(f"/api/v1/values?area={OWN},fushun&indicator=village_home_count&format=csv").text
        assert f"{OWN}," in told and "fushun," in told and "analyst" in told
    # Pages, opened for the other unit by their addresses: what they show of it is what a bulletin names.
    monkeypatch.setenv("YANGLAO_HOME", str(sited.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    secret = sessions.begin(sited, login="analyst", name_zh="某", source_code=sessions.LOCAL, address="")
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))
    names |= {name for (name,) in whole.execute(
        "select distinct file_name from meta.submission where area_id = 'qingyuan' and file_name is not null").fetchall()}  # fmt: skip
    ((row_key,),) = whole.execute(
        "select area_id || '|' || indicator_code || '|' || breakdown_code || '|' || month::varchar || '|' || revision"
        f" from core.fct_observation where area_id = '{OTHER}' and cell is not null limit 1"
    ).fetchall()
    asked = {"city": "fushun", "unit": OTHER, "month": "2026-10", "edition": edition.key,
             "receipt": ref("core.fct_observation", row_key, "value")}  # fmt: skip
    shown = {}
    for script in ("briefing/profile/page.py", "briefing/allowance/page.py", "briefing/coverage/page.py",
                   "workbench/submissions/page.py", "workbench/quality/page.py", "briefing/editions/page.py"):  # fmt: skip
        page = Shown(at_address(script, **asked)).run()
        assert "错误编号" not in page.text, script
        shown[script] = page.html
        assert not [name for name in names if name in page.html], script
    # An older release by its address: as it was, and as little of others.
    old = min(release_ids(sited))
    page = Shown(at_address(release=old)).run()
    assert f"版本 {old}" in page.text and not [name for name in names if name in page.html]
    assert current_pointer(scoped_home(sited, OWN)).release_id == release_id
    assert "没有汇报版" in shown["briefing/editions/page.py"]
    # They do show other units by name, and own townships.
    assert "清原" in "".join(shown.values())


def test_two_scopes_put_together_tell_no_breakdown_of_a_third_unit(demo, whole):
    """Of every breakdown of a city that two of the three units' files hold, three or more units are left unknown."""
    left = 0
    for own in (OWN, THIRD):
        home = scoped_home(demo, own)
        with closing(open_release(release_path(home, current_pointer(home).release_id))) as scope:
            left += scope.execute(
                "select count(*) from mart.indicator_month where area_id = 'fushun' and breakdown_code <> 'total'"
            ).fetchall()[0][0]
    # Three units report here: two scopes together would leave one unknown, so none of 抚顺's breakdowns is in them.
    assert left == 0
    kept = "select count(*) from mart.indicator_month where area_id = 'fushun' and breakdown_code <> 'total'"
    assert whole.execute(kept).fetchall()[0][0] > 100


def test_of_a_city_with_many_units_the_breakdowns_stay_and_leave_three_unknown(demo_home):
    home = scoped_home(demo_home, "qingfeng")
    with duckdb.connect() as connection:
        for name, of in (("whole", demo_home), ("scope", home)):
            connection.execute(f"attach '{release_path(of, current_pointer(of).release_id)}' as {name} (read_only)")
        counted = (
            "select count(*) from {}.mart.indicator_month where area_id = 'puyang' and breakdown_code <> 'total'"
            " and value is not null"
        )
        before, after = (connection.execute(counted.format(name)).fetchall()[0][0] for name in ("whole", "scope"))
        assert before > 500 and after == before
        fewest = connection.execute(
            "select min(n) from (select count(*) as n from scope.mart.indicator_month c"
            " join whole.mart.indicator_month o using (indicator_code, breakdown_code, month)"
            " join whole.core.dim_area a on a.area_id = o.area_id and a.parent_area_id = 'puyang'"
            " where c.area_id = 'puyang' and c.breakdown_code <> 'total' and o.area_id <> 'qingfeng'"
            " and o.status_code in ('reported', 'suppressed') group by indicator_code, breakdown_code, month)"
        ).fetchall()[0][0]
        assert fewest >= LEAST_OTHERS


def figures(data):
    """All numbers in the cells of a workbook; an empty form numbers its rows."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return [cell for row in rows for cell in row if isinstance(cell, float)]


def test_outside_a_run_nothing_is_read_by_the_kind_of_data_alone(real_home, monkeypatch):
    # A button's file is made after the run; it must not fall back to the whole release.
    from pages.ui.kit import reads

    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    assert reads.home_of(reads.REAL).root == real_home.root
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    with pytest.raises(RuntimeError, match="outside a run"):
        reads.home_of(reads.REAL)
