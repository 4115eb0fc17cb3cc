"""Permanent links: what was kept is shown as it was, whatever happens to the release; a changed file is refused."""

import re

import httpx
import pytest
from starlette.applications import Starlette

from pages.ui.frame import kept_links as kept_page
from tests.conftest import run_async
from tests.editions.conftest import copied
from tests.editions.test_changes import again
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.kept import Kept, keep, kept_table
from warehouse.release.publishing.publish import current_pointer, prune, release_ids

TABLE = Kept(
    title_zh="县区表 <script>",
    release_id="20261129-01",
    is_demo=True,
    heads=("单位", "占比"),
    rows=(("甲县", "=1+1"), ("乙县", "66.7%")),
    definitions=(("占比", "甲÷乙"),),
    stamp_zh="来源：月报 · 版本：20261129-01",
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path))
    return Home(tmp_path)


class Client:
    """Asks the routes alone."""

    def get(self, path: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(Starlette(routes=kept_page.routes()))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.get(path)

        return run_async(asked())


@pytest.fixture
def client(home) -> Client:
    return Client()


def test_a_kept_table_stands_without_any_release(home, client):
    key = keep(home, TABLE)
    assert keep(home, TABLE) == key
    assert not home.releases.exists()
    page = client.get(f"/kept/{key}")
    assert page.status_code == 200
    for words in ("乙县", "66.7%", "甲÷乙", TABLE.hash, "演示数据", "版本：20261129-01", "&lt;script&gt;"):
        assert words in page.text
    assert "<script" not in page.text
    assert client.get(f"/kept/{key}?format=json").json()["rows"] == [list(row) for row in TABLE.rows]
    csv = client.get(f"/kept/{key}?format=csv").content
    assert csv.startswith(b"\xef\xbb\xbf") and "'=1+1" in csv.decode() and "演示数据" in csv.decode()


def test_the_demonstration_keeps_its_own(home, client):
    key = keep(home.demo(), TABLE)
    assert client.get(f"/kept/{key}").status_code == 404
    assert client.get(f"/kept/demo/{key}").status_code == 200


def test_a_file_that_was_changed_is_not_shown(home, client):
    key = keep(home, TABLE)
    path = home.kept / f"{key}.json"
    path.write_bytes(path.read_bytes().replace(b"66.7", b"99.9"))
    answer = client.get(f"/kept/{key}")
    assert answer.status_code == 404 and "被改动过" in answer.text and "99.9" not in answer.text
    assert '<a href="/">回到总览</a>' in answer.text
    # Kept anew, it stands again.
    assert keep(home, TABLE) == key
    assert kept_table(home, key) == TABLE


@pytest.mark.parametrize("key", ["0000000000000000", "../../etc/passwd", "x", "g" * 16])
def test_a_link_that_does_not_exist_is_told_and_reaches_no_other_file(home, key):
    with pytest.raises(PaperError, match="没有这个链接"):
        kept_table(home, key)


def test_a_folder_that_cannot_be_written_leaves_nothing(home):
    from warehouse.errors import HomeError

    home.kept.write_text("a file in the way")
    with pytest.raises(HomeError, match="固定链接"):
        keep(home, TABLE)


@pytest.mark.bar("EX10")
def test_a_link_made_on_a_page_gives_the_same_table_once_its_release_is_gone(
    small_demo_home, tmp_path, monkeypatch, show
):
    home = copied(small_demo_home, tmp_path / "outer" / "demo")
    monkeypatch.setenv("YANGLAO_HOME", str(tmp_path / "outer"))
    shown = show("briefing/profile/page.py", data="demo", city="fushun")
    shown.app.session_state["takeaway"] = True
    shown.run()
    (press,) = [one for one in shown.app.button if one.key == "keep-figure"]
    press.click()
    (link,) = re.findall(r'href="(/kept/demo/[0-9a-f]{16})"', shown.run().html)
    client = Client()
    before = client.get(f"{link}?format=json").json()
    assert (
        len(before["rows"]) > 2 and before["definitions"] and before["release_id"] == current_pointer(home).release_id
    )
    # 24 releases are kept: after as many later ones its own is removed. Every value of the later one is another.
    again(home, "update mart.indicator_month set value = value * 1.5, rank = null")
    prune(home, keep=1)
    assert release_ids(home) == [current_pointer(home).release_id] != [before["release_id"]]
    assert client.get(f"{link}?format=json").json() == before
    page = client.get(link).text
    assert before["hash"] in page and all(said in page for _, said in before["definitions"])
