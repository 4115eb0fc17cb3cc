"""What a server has loaded when it begins to listen, what reads a form, and routes that are made when they are asked for."""

import subprocess
import sys
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from etl.first_release import has_current_shape
from pages.server.late import Late
from tests.conftest import ROOT, run_async

LISTENING = """
import sys
from etl.first_release import ensure_release
from warehouse.home import Home
from warehouse.settings import load_settings
import app
app.make_app()
ensure_release(Home(load_settings().home))
print(*sorted({"polars", "duckdb", "numpy", "pypinyin", "sqlglot", "lxml", "pages.api"} & sys.modules.keys()))
"""


def printed(code: str, home: Path) -> list[str]:
    """The words a process of its own prints that runs this code on a data home."""
    environment = {"YANGLAO_HOME": str(home), "YANGLAO_DEMO": "off", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_server_listens_before_it_loads_what_pages_are_made_of(real_home):
    assert printed(LISTENING, real_home.root) == []


FIRST_PAGE = """
import sys
from pathlib import Path
import app
app.make_app()
from pages.server import serving
from warehouse.settings import load_settings
serving.configured(None, load_settings(), launcher=Path("app.py"))
from streamlit.testing.v1 import AppTest
shown = AppTest.from_file(f"{Path().resolve()}/pages/main.py", default_timeout=60).run()
assert not shown.exception and "duckdb" in sys.modules
heavy = {"numpy", "pandas", "pyarrow", "PIL", "narwhals", "plotly.io", "altair", "pydeck", "streamlit.emojis", "sqlglot"}
print(*sorted(heavy & sys.modules.keys()))
"""


def test_the_first_page_is_made_without_what_only_other_pages_and_files_need(real_home):
    assert printed(FIRST_PAGE, real_home.root) == []


READING = """
import sys
from etl.months.read.files import prepare
prepare()
print(*sorted({"polars", "duckdb", "pyarrow", "numpy"} & sys.modules.keys()))
"""


def test_what_reads_a_form_loads_nothing_that_frames_and_queries_need(fresh_home):
    assert printed(READING, fresh_home.root) == []


def test_a_release_that_is_missing_or_no_release_is_not_taken_for_one(tmp_path, real_home, fresh_home):
    assert has_current_shape(real_home)
    assert not has_current_shape(fresh_home)
    fresh_home.ensure()
    (fresh_home.releases / "current").write_text(
        '{"release_id": "20260101-01", "file": "warehouse-20260101-01.duckdb", "pinned": false}', encoding="utf-8"
    )
    assert not has_current_shape(fresh_home)
    (fresh_home.releases / "warehouse-20260101-01.duckdb").write_bytes(b"not a database" * 1000)
    assert not has_current_shape(fresh_home)


def asked(app: Starlette, path: str, method: str = "GET") -> tuple[int, str]:
    """Status and text of one request."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.request(method, path)

    answer = run_async(ask())
    return answer.status_code, answer.text


def test_late_routes_are_made_once_and_only_for_their_addresses(monkeypatch):
    made = []

    def routes() -> list[Route]:
        made.append(1)
        return [
            Route("/late", lambda request: PlainTextResponse("itself"), methods=["GET"]),
            Route("/late/{name}", lambda request: PlainTextResponse(request.path_params["name"]), methods=["GET"]),
            Route("/late/{name}", lambda request: PlainTextResponse("put"), methods=["PUT"]),
        ]

    module = type(sys)("invented_routes")
    module.routes = routes
    monkeypatch.setitem(sys.modules, "invented_routes", module)
    other = Route("/lately", lambda request: PlainTextResponse("another"))
    app = Starlette(routes=[Late("invented_routes", "/late"), other])
    assert asked(app, "/lately") == (200, "another")
    assert asked(app, "/nowhere")[0] == 404
    assert made == []
    assert asked(app, "/late") == (200, "itself")
    assert asked(app, "/late/x") == (200, "x")
    assert asked(app, "/late/x", "PUT") == (200, "put")
    assert asked(app, "/late/x", "DELETE")[0] == 405
    assert asked(app, "/late/x/y")[0] == 404
    assert made == [1]
