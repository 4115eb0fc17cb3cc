"""A scope is a file: what a unit must not see is not in it, so that no page, statement, export or search can return it."""

import duckdb
import httpx
import pytest

from tests.conftest import served
from warehouse.errors import PublishError
from warehouse.people import accounts, roles
from warehouse.release.file import open_release
from warehouse.release.publish import current_pointer, release_path
from warehouse.release.scope import OWN_ONLY, scoped_home

OWN, OTHER = "xinfu", "qingyuan"
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


def test_an_area_that_does_not_report_gets_no_scope(demo):
    with pytest.raises(PublishError, match="没有这个报送单位"):
        scoped_home(demo, "nowhere")


@pytest.mark.parametrize("area", ["../../etc", "x'; drop table", ""])
def test_an_area_that_is_no_name_gets_no_file(demo, area):
    with pytest.raises(PublishError):
        scoped_home(demo, area)
    assert not (demo.root / "etc").exists()


def test_over_http_a_unit_reads_its_scope_and_a_city_reads_all(small_demo_home, tmp_path):
    # The demonstration's release, served as if it were real: the rule is for real releases.
    home = type(small_demo_home)(tmp_path / "home")
    home.ensure()
    release_id = current_pointer(small_demo_home).release_id
    for path in small_demo_home.releases.iterdir():
        if path.name == "current" or release_id in path.name:
            (home.releases / path.name).write_bytes(path.read_bytes())
    for login, role, area in (("clerk", "clerk", OWN), ("reviewer", "reviewer", "fushun"), ("nobody", "", "")):
        accounts.add(home, login=login, name_zh="某", by="system:root", password="First-river-7")
        accounts.change_password(home, login, old="First-river-7", new=GOOD)
        if role:
            roles.grant(home, login=login, role_code=role, area_id=area, by="system:root")
    township = "t-210423"
    with served(home.root, YANGLAO_SIGN_IN="local") as address:
        counts, told, painted = {}, {}, {}
        assert "first-paint" not in httpx.get(address, trust_env=False, timeout=60).text
        for login in ("clerk", "reviewer", "nobody"):
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                assert client.post("/sign-in", data={"login": login, "password": GOOD}).status_code == 303
                answer = client.get("/api/v1/values", params={"indicator": "village_home_count", "limit": 10000})
                told[login] = answer.text[:300]
                # The first run of a server loads what pages are made of, and may take longer than the file waits.
                pages = [client.get("/coverage", params={"city": "fushun"}).text for _ in range(3)]
                painted[login] = next((page for page in pages if 'id="first-paint"' in page), "")
                counts[login] = (answer.status_code, answer.text.count(township), answer.text.count(f'"{OTHER}"'))
    assert counts["nobody"][0] == 403
    assert counts["reviewer"][0] == 200, told
    assert counts["reviewer"][1] > 0
    # The clerk gets the other unit's values, which a bulletin names, and none of its townships.
    assert counts["clerk"][0] == 200 and counts["clerk"][1] == 0 and counts["clerk"][2] > 0
    # The HTML of the server is written for whoever asks: nothing for nobody, no other unit's townships for a clerk.
    assert painted["nobody"] == "" and township not in painted["clerk"]
    assert painted["clerk"] and painted["reviewer"] and painted["clerk"] != painted["reviewer"]


def test_outside_a_run_nothing_is_read_by_the_kind_of_data_alone(real_home, monkeypatch):
    # A button's file is made after the run; it must not fall back to the whole release.
    from pages.ui.kit import reads

    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    assert reads.home_of(reads.REAL).root == real_home.root
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    with pytest.raises(RuntimeError, match="outside a run"):
        reads.home_of(reads.REAL)
