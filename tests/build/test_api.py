"""The HTTP interface answers with the numbers of the pages, pages through them, and says clearly what it cannot do."""

import io
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from hashlib import sha256

import httpx
import polars as pl
import pyarrow as pa
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from pages import api
from pages.server import value_answers
from pages.server.answer_limits import ANSWERS_AT_ONCE, OF_ONE_READER, Crowded, HeavyPlaces
from pages.ui.frame.identity import ADDRESS_HEADER
from tests.build.months_world import HIDDEN, SMALL_UNIT, months_home  # noqa: F401 (a fixture)
from tests.build.small import small_refresh
from tests.conftest import free_port
from tests.declared import CITIES
from warehouse.query.ask import run_query
from warehouse.read.place import coverage
from warehouse.read.value import value_pages
from warehouse.release import file
from warehouse.release.publishing.publish import current_pointer


@contextmanager
def serving() -> Iterator[httpx.Client]:
    """A client of the routes alone, over a real socket."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=api.routes()), port=port, log_level="error", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(real_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    with serving() as client:
        yield client


@pytest.fixture
def demo_client(months_home, tmp_path, monkeypatch):  # noqa: F811
    """A home whose demonstration is the release with months."""
    (tmp_path / "demo").symlink_to(months_home.root)
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path))
    with serving() as client:
        yield client


def test_health_names_the_release_and_no_folder(client, real_home):
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["release_id"] == current_pointer(real_home).release_id
    assert str(real_home.root) not in answer.text


def test_health_without_a_release_is_unavailable_and_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path))
    with serving() as client:
        answer = client.get("/api/health")
    assert answer.status_code == 503
    assert "yanglao refresh" in answer.json()["error"]["message_zh"]
    assert str(tmp_path) not in answer.text


def test_health_is_degraded_while_desk_trail_or_payments_are_not_what_was_entered(tmp_path, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path))
    small_refresh(tmp_path, 1)
    pin, trail, lines = (tmp_path / name for name in ("desk.pin", "audit.pin", "payouts/manifest.jsonl"))
    lines.parent.mkdir()
    with closing(sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None)) as desk, serving() as client:
        whole = pin.read_bytes()
        later = f"99 {'0' * 16}"
        for spoil, mend, word in (
            (lambda: desk.execute("update journal set who = 'x'"), lambda: desk.execute("update journal set who = ''"), "journal 表"),
            (lambda: pin.write_text(f"{sha256(later.encode()).hexdigest()} {later}\n"), lambda: pin.write_bytes(whole), "换回了较早的登记文件"),
            (lambda: trail.write_text(f"3 {'0' * 64}\n"), trail.unlink, "末尾的记录被删去"),
            (lambda: lines.write_text("{}\n"), lines.unlink, "payouts.pin 都不见了或损坏"),
        ):  # fmt: skip
            for change, status in ((spoil, "degraded"), (mend, "ok")):
                change()
                # Looked at again when it changed, for a hundredth of the time at most.
                told = wait_for(
                    lambda status=status: (found := client.get("/api/health").json())["status"] == status and found
                )
                assert (word in told.get("message_zh", "")) == (status == "degraded")
                assert str(tmp_path) not in str(told)
            assert str(tmp_path) not in str(told)


def wait_for(answer, *, seconds: float = 60):
    end = time.monotonic() + seconds
    while not (found := answer()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_a_list_of_releases_opens_none_of_them(client, real_home, monkeypatch):
    """Each is opened under the lock that all readers of the home pass: the list must not hold them up."""
    told = client.get("/api/v1/releases").json()
    monkeypatch.setattr(file, "open_release", lambda path: pytest.fail(f"opened {path}"))
    monkeypatch.setattr(api, "releases_of", lambda kind: pytest.fail("asked for an open release"))
    assert client.get("/api/v1/releases").json() == told


def test_releases_are_listed_with_what_they_hold(client, real_home):
    listed = client.get("/api/v1/releases").json()["releases"]
    assert [each["release_id"] for each in listed if each["is_current"]] == [current_pointer(real_home).release_id]
    assert len(listed[0]["content_sha256"]) == 64


@pytest.mark.bar("EX7")
def test_values_are_the_numbers_of_the_pages(client, real_release):
    """2016 homes in 2871 villages; the coverage page and the interface read the same rate, to the last bit."""
    answer = client.get(
        "/api/v1/values",
        params={"indicator": "village_home_coverage_rate", "area": "puyang", "release": real_release.release_id},
    ).json()
    assert answer["release_id"] == real_release.release_id
    told = [row for row in answer["values"] if row["series_code"] == "coverage"]
    shown = coverage.ladder(real_release, area_id="puyang").frame.filter(pl.col("network_code") == "village_home")
    assert [(row["value"], row["numerator"], row["denominator"]) for row in told] == list(
        shown.select("rate", "built", "base").iter_rows()
    )
    assert (told[0]["numerator"], told[0]["denominator"]) == (2016.0, 2871.0)
    assert told[0]["as_of_on"] == "2023-07-28"
    assert told[0]["is_fraction"] is True
    every = client.get("/api/v1/values", params={"area": ",".join(CITIES), "series": "coverage"}).json()["values"]
    pages = pl.concat([coverage.ladder(real_release, area_id=area).frame for area in CITIES])
    rates = {(row["area_id"], row["row_key"]): row["value"] for row in every}
    for row in pages.filter(pl.col("base").is_not_null()).iter_rows(named=True):
        assert rates[row["area_id"], row["row_key"]] == row["rate"]


def test_a_verdict_is_quoted_from_the_release_with_the_value_it_was_reached_by(client, real_release):
    """2631 of 1670 trained by the end of 2024: met; a target unknown to the release is refused by name."""
    found = client.get("/api/v1/verdicts", params={"target": "puyang_2024_training", "area": "puyang"}).json()
    assert found["release_id"] == real_release.release_id
    whole = found["verdicts"][0]
    assert (whole["reading"], whole["target_state_code"], whole["target_state_zh"]) == ("all", "met", "已完成")
    assert (whole["value"], whole["target_value"], whole["gap"]) == (2631.0, 1670.0, 961.0)
    # As seen from the month of its deadline the same; from a month in which nobody judged it nothing, and no newer one.
    for month, said in (("2024-12", found["verdicts"]), ("2023-01", [])):
        asked = {"target": "puyang_2024_training", "area": "puyang", "month": month}
        assert client.get("/api/v1/verdicts", params=asked).json()["verdicts"] == said
    every = client.get("/api/v1/verdicts").json()["verdicts"]
    kept = real_release.rows("select target_id, reading, area_id, month, target_state_code, value from mart.target_verdict where is_latest").frame  # fmt: skip
    assert sorted(
        (row["target_id"], row["reading"], row["area_id"], row["target_state_code"], row["value"]) for row in every
    ) == sorted(  # fmt: skip
        kept.select("target_id", "reading", "area_id", "target_state_code", "value").rows()
    )
    refused = client.get("/api/v1/verdicts", params={"target": "puyang_2024_trainin"})
    assert refused.status_code == 404
    assert "puyang_2024_training" in refused.json()["error"]["message_zh"]


def test_a_coverage_rate_of_a_hedged_count_keeps_its_bounds(client):
    rows = client.get("/api/v1/values", params={"series": "coverage"}).json()["values"]
    told = [row for row in rows if row["value"] is not None]
    assert told
    assert all(row["value_low"] is None or row["value_low"] <= row["value"] for row in told)
    assert all(row["value_high"] is None or row["value"] <= row["value_high"] for row in told)
    # 2016 homes are printed without a hedge: 2016 / 2871 is exact.
    homes = next(row for row in told if row["numerator"] == 2016.0)
    assert homes["value_low"] == homes["value"] == homes["value_high"]


def test_a_document_figure_keeps_its_wording_and_bounds(client):
    rows = client.get("/api/v1/values", params={"indicator": "enrolled_count", "series": "document"}).json()["values"]
    first = next(row for row in rows if row["value_as_written"].startswith("66.7万"))
    # 66.7万 is rounded to 0.1万: 66.65万 to 66.75万.
    assert (first["value"], first["value_low"], first["value_high"]) == (667000.0, 666500.0, 667500.0)
    assert first["source_id"] == "puyang-reply-2023-196"


def test_the_four_formats_hold_the_same_rows(client):
    asked = {"area": "puyang", "series": "document,coverage"}
    told = client.get("/api/v1/values", params=asked).json()["values"]
    csv = client.get("/api/v1/values", params=asked | {"format": "csv"})
    assert csv.content.startswith(b"\xef\xbb\xbf")
    frames = [
        pl.read_csv(io.BytesIO(csv.content[3:]), infer_schema_length=None),
        pl.read_parquet(io.BytesIO(client.get("/api/v1/values", params=asked | {"format": "parquet"}).content)),
        pl.from_arrow(
            pa.ipc.open_file(
                io.BytesIO(
                    client.get(
                        "/api/v1/values", headers={"Accept": value_answers.FORMATS["arrow"]}, params=asked
                    ).content
                )
            ).read_all()
        ),
    ]
    for frame in frames:
        assert frame["value"].to_list() == [row["value"] for row in told]
        assert frame["indicator_code"].to_list() == [row["indicator_code"] for row in told]


def test_pages_follow_each_other_without_gap_or_overlap(client):
    asked = {"area": "puyang", "limit": 7}
    whole = client.get("/api/v1/values", params={"area": "puyang", "limit": 1000}).json()
    address, keys = client.build_request("GET", "/api/v1/values", params=asked).url.raw_path.decode(), []
    while address:
        page = client.get(address)
        keys += [(row["relation"], row["row_key"], row["indicator_code"]) for row in page.json()["values"]]
        assert page.headers["x-total-count"] == str(whole["total"])
        address = page.json()["next"]
        assert ('rel="next"' in page.headers.get("link", "")) == bool(address)
    assert keys == [(row["relation"], row["row_key"], row["indicator_code"]) for row in whole["values"]]
    assert len(keys) == whole["total"]


def test_dates_choose_by_as_of_with_both_ends_included(client):
    def as_ofs(**given) -> set[str]:
        rows = client.get("/api/v1/values", params={"area": "puyang", "series": "coverage", **given}).json()["values"]
        return {row["as_of_on"] for row in rows}

    assert as_ofs(**{"from": "2023-07", "to": "2023-07"}) == {"2023-07-28"}
    assert as_ofs(**{"from": "2023-07-28", "to": "2023-07-28"}) == {"2023-07-28"}
    assert as_ofs(**{"from": "2023-07-29", "to": "2024-12"}) == set()


def test_an_etag_saves_the_second_answer_and_changes_with_the_question(client, real_home):
    first = client.get("/api/v1/values", params={"area": "puyang"})
    tag = first.headers["etag"]
    again = client.get("/api/v1/values", params={"area": "puyang"}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/values", params={"area": "fushun"}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert "no-cache" in first.headers["cache-control"]
    named = client.get("/api/v1/values", params={"area": "puyang", "release": current_pointer(real_home).release_id})
    assert "immutable" in named.headers["cache-control"]
    listed = client.get("/api/v1/releases")
    assert client.get("/api/v1/releases", headers={"If-None-Match": listed.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "code", "said"),
    [
        ("/api/v1/values?indicator=vilage_home_count", 404, "unknown_indicator", "是不是 village_home_count"),
        ("/api/v1/values?area=puyan", 404, "unknown_area", "是不是 puyang"),
        ("/api/v1/values?area=' or 1=1 --", 404, "unknown_area", "参数 area 没有代码"),
        ("/api/v1/values?indicators=x", 400, "unknown_parameter", "是不是 indicator"),
        ("/api/v1/values?from=2025年", 400, "bad_date", "请写 2025-07"),
        ("/api/v1/values?from=2025-13", 400, "bad_date", "不是日期"),
        ("/api/v1/values?from=2025-02&to=2025-01", 400, "bad_date", "请对调"),
        ("/api/v1/values?limit=0", 400, "bad_limit", "1 至 10000"),
        ("/api/v1/values?limit=-1", 400, "bad_limit", "整数"),
        ("/api/v1/values?limit=1e9", 400, "bad_limit", "整数"),
        ("/api/v1/values?offset=x", 400, "bad_offset", "整数"),
        ("/api/v1/values?series=months", 400, "unknown_series", "month、document"),
        ("/api/v1/values?format=xml", 400, "unknown_format", "json、csv"),
        ("/api/v1/values?data=test", 400, "unknown_data", "real（实际）"),
        ("/api/v1/values?release=20000101-01", 404, "release_missing", "没有这个批次"),
        ("/api/v1/values?release=../../etc/passwd", 404, "release_missing", "写法不对"),
        ("/api/v1/values?area=" + ",".join(f"a{n}" for n in range(300)), 400, "too_many_codes", "最多200个"),
        # The month after it is beyond the calendar; digits of another script are no digits here.
        ("/api/v1/values?to=9999-13", 400, "bad_date", "不是日期"),
        ("/api/v1/values?from=0000-01", 400, "bad_date", "不是日期"),
        ("/api/v1/values?from=２０２５-01", 400, "bad_date", "不是日期"),
        ("/api/v1/values?from=2025-W01-1", 400, "bad_date", "不是日期"),
        ("/api/v1/values?offset=0000000000009999999999999999999", 400, "bad_offset", "整数"),
        ("/api/v2/values", 404, "not_found", "/api/v1/values"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_code_and_a_sentence(client, real_home, address, status, code, said):
    answer = client.get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert said in answer.json()["error"]["message_zh"]
    assert str(real_home.root) not in answer.text


def test_nothing_can_be_written(client):
    for address in ("/api/v1/values", "/api/v1/releases", "/api/health", "/api/anything"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = client.request(method, address, json={})
            assert (answer.status_code, answer.json()["error"]["code"]) == (405, "read_only")
            assert "只读" in answer.json()["error"]["message_zh"]
            assert answer.headers["allow"] == "GET, HEAD"


def test_the_last_month_there_can_be_is_a_month(client):
    """9999-12 ends on 9999-12-31; what would follow it is no date and is never computed."""
    assert client.get("/api/v1/values?from=9999-12&to=9999-12").json()["total"] == 0
    assert client.get("/api/v1/values?from=0001-01&to=9999-12&limit=1").json()["total"] > 0


_ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "1e3", "9" * 30, "9999-12", "10000-01", "0000-00", "2025-02-30", "nan", "null", "%00"]
    ),
    st.from_regex(r"[0-9]{1,6}-[0-9]{1,4}(-[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["puyang", "village_home_coverage_rate", "month", "csv", "demo", "20261123-01", "a" * 5000]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    given_parameters=st.dictionaries(
        st.sampled_from(value_answers.PARAMETERS + ("q", "city", "", "ｌｉｍｉｔ")), _ODD, max_size=4
    ),
    path=st.sampled_from(["/api/v1/values", "/api/v1/releases", "/api/v1/search", "/api/v1/%F0%9F", "/api/..%2f"]),
)
def test_whatever_is_asked_a_failure_is_json_with_a_chinese_sentence(client, given_parameters, path):
    answer = client.get(path, params=given_parameters)
    assert answer.status_code in (200, 304, 400, 404, 503), answer.text
    if answer.status_code >= 400:
        told = answer.json()["error"]
        assert told["code"] and re.search("[\u4e00-\u9fff]{2}", told["message_zh"])
        assert answer.headers["cache-control"] == "no-store"


def test_a_mistake_of_ours_is_told_in_chinese_without_its_trace(client, monkeypatch):
    monkeypatch.setattr(api, "list_releases", lambda home: 1 // 0)
    answer = client.get("/api/v1/releases")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
    assert "请" in answer.json()["error"]["message_zh"] and "division" not in answer.text


# ── how much one request may take ────────────────────────────────────────────────────────────────────────────────────


def test_no_page_holds_more_bytes_than_allowed_and_the_next_begins_where_it_ended(client, monkeypatch):
    """A tenth of a megabyte instead of five, so that a few hundred rows are too many."""
    monkeypatch.setattr(value_pages, "LARGEST_BYTES", 100_000)
    whole = client.get("/api/v1/values", params={"limit": 1}).json()["total"]
    address, seen = "/api/v1/values?limit=1000&offset=0", 0
    for _ in range(3):
        answer = client.get(address)
        told = answer.json()
        # Pieces of 100 rows, each of some 70 kB, and what is told beside them.
        assert len(answer.content) < 102_000
        assert 0 < told["count"] == len(told["values"]) <= 1000
        assert told["offset"] == seen
        seen += told["count"]
        address = told["next"]
        assert f"offset={seen}" in address
    assert seen < whole
    for form in ("csv", "parquet", "arrow"):
        file = client.get("/api/v1/values", params={"limit": 1000, "format": form})
        assert len(file.content) <= 100_000
        offset = int(re.search(r"offset=(\d+)", file.headers["link"])[1])
        assert 0 < offset <= 1000


def heavy_for(client, number: int) -> httpx.Response:
    """A page of ten thousand rows for the reader at this address; the door would have written it there."""
    asked = {"limit": 10_000, "offset": number}
    return client.get("/api/v1/values", params=asked, headers={ADDRESS_HEADER: f"10.0.0.{number}"})


def test_one_reader_has_one_heavy_answer_at_once_and_leaves_the_other_place():
    places = HeavyPlaces()
    with places.taken(True, "10.0.0.1"):
        with pytest.raises(Crowded), places.taken(True, "10.0.0.1"):
            pass
        with places.taken(False, "10.0.0.1"):
            pass
        other = places.taken(True, "10.0.0.2")
        with other, pytest.raises(Crowded), places.taken(True, "10.0.0.3"):
            pass
    with places.taken(True, "10.0.0.1"):
        pass


def test_a_third_heavy_answer_is_told_when_to_come_again_and_small_ones_are_answered(client, monkeypatch):
    entered, leave = threading.Semaphore(0), threading.Event()
    real = value_answers._page

    def slow(release, asked, is_heavy):
        if is_heavy:
            entered.release()
            assert leave.wait(60)
        return real(release, asked, is_heavy)

    monkeypatch.setattr(value_answers, "_page", slow)
    with ThreadPoolExecutor(2) as pool:
        heavy = [pool.submit(heavy_for, client, n) for n in (0, 1)]
        try:
            assert entered.acquire(timeout=60) and entered.acquire(timeout=60)
            third = heavy_for(client, 2)
            small = client.get("/api/v1/values", params={"limit": 1000, "area": "puyang"})
        finally:
            leave.set()
    assert (third.status_code, third.headers["retry-after"]) == (503, "2")
    assert "重试" in third.json()["error"]["message_zh"]
    assert small.status_code == 200
    assert [each.result().status_code for each in heavy] == [200, 200]
    # Made in the worker, the first thousand rows are those made here.
    whole = client.get("/api/v1/values", params={"limit": 1001})
    assert whole.status_code == 200
    assert whole.json()["values"][:1000] == client.get("/api/v1/values", params={"limit": 1000}).json()["values"]
    csv = client.get("/api/v1/values", params={"limit": 1001, "format": "csv"})
    assert csv.content.count(b"\r\n") == 1002


def test_who_asks_for_many_small_answers_at_once_leaves_places_to_the_others(client, monkeypatch):
    entered, leave = threading.Semaphore(0), threading.Event()
    real = value_answers._page

    def slow(release, asked, is_heavy):
        if asked.offset:
            entered.release()
            assert leave.wait(60)
        return real(release, asked, is_heavy)

    def asked_of(address: str, offset: int) -> httpx.Response:
        return client.get("/api/v1/values", params={"limit": 1, "offset": offset}, headers={ADDRESS_HEADER: address})

    monkeypatch.setattr(value_answers, "_page", slow)
    with ThreadPoolExecutor(ANSWERS_AT_ONCE) as pool:
        greedy = [pool.submit(asked_of, "10.0.0.1", 1) for _ in range(ANSWERS_AT_ONCE)]
        try:
            for _ in range(OF_ONE_READER):
                assert entered.acquire(timeout=60)
            assert asked_of("10.0.0.2", 0).status_code == 200
            assert not entered.acquire(blocking=False)
        finally:
            leave.set()
    assert [each.result().status_code for each in greedy] == [200] * ANSWERS_AT_ONCE


def test_a_heavy_answer_is_made_beside_queries_of_the_same_release(client, real_home):
    # Opened for the query before the fork, the file is there a second time in every process that answers.
    for _ in range(2):
        run_query(real_home, "select count(*) as n from core.dim_area")
        told = client.get("/api/v1/values", params={"limit": 1001})
        assert (told.status_code, told.json()["count"]) == (200, 1001)


def test_where_readers_have_names_nothing_may_be_kept_on_the_way(client, monkeypatch, real_home):
    named = {"area": "puyang", "release": current_pointer(real_home).release_id}
    assert client.get("/api/v1/values", params=named).headers["cache-control"].startswith("public")
    monkeypatch.setenv("YANGLAO_IDENTITY_HEADER", "X-User")
    monkeypatch.setenv("YANGLAO_IDENTITY_FROM", "10.0.0.1")
    for address in ("/api/v1/values", "/api/v1/releases"):
        assert client.get(address, params=named if "values" in address else {}).headers["cache-control"] == "no-store"


def test_a_demonstration_says_so_in_every_answer_and_file(demo_client):
    asked = {"data": "demo", "area": "hualong", "series": "month"}
    answer = demo_client.get("/api/v1/values", params=asked)
    assert "演示数据" in answer.json()["notice_zh"]
    assert "公开文件与普查的数照原文" in answer.json()["notice_zh"]
    assert answer.json()["total"] > 0
    assert {row["数据性质"] for row in answer.json()["values"]} == {"演示数据"}
    assert answer.headers["x-data-kind"] == "demo"
    for form in ("csv", "parquet", "arrow"):
        file = demo_client.get("/api/v1/values", params=asked | {"format": form})
        assert "演示数据".encode() in file.content
    assert demo_client.get("/api/v1/values", params=asked | {"data": "real"}).status_code == 503


def test_months_are_told_with_status_and_without_what_is_masked(demo_client):
    rows = demo_client.get(
        "/api/v1/values",
        params={"data": "demo", "area": SMALL_UNIT, "indicator": "allowance_recipient_count", "series": "month"},
    )
    masked = [row for row in rows.json()["values"] if row["breakdown_code"] == "age_100_plus"]
    assert [(row["value"], row["status_code"]) for row in masked] == [(None, "suppressed")]
    assert masked[0]["as_of_on"] == str(date(2024, 5, 31))
    assert HIDDEN not in rows.text


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_search_answers_by_kind_with_the_page_each_thing_opens(client, real_home):
    answer = client.get("/api/v1/search", params={"q": "pyx"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["release_id"] == current_pointer(real_home).release_id
    assert told["groups"][0]["kind_code"] == "area"
    assert told["groups"][0]["items"][0]["href"] == "profile?city=puyang&unit=puyangxian"


def test_a_search_for_nothing_finds_nothing_and_makes_the_index_ready(client):
    assert client.get("/api/v1/search").json()["groups"] == []


def test_a_search_of_the_demonstration_says_so(demo_client):
    told = demo_client.get("/api/v1/search", params={"q": "幸福院", "data": "demo"}).json()
    assert told["kind_code"] == "demo"
    assert "演示数据" in told["notice_zh"]


def test_a_search_in_a_release_that_is_gone_or_with_a_misspelt_parameter_is_refused(client):
    assert client.get("/api/v1/search", params={"q": "a", "release": "19990101-01"}).status_code == 404
    assert client.get("/api/v1/search", params={"query": "a"}).json()["error"]["code"] == "unknown_parameter"
