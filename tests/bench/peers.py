"""The same click in Dash: changing the city on three pages, against a Dash page that shows the same blocks and charts.

The Dash page has both states ready and works nothing out, so it is a floor. It is installed into an environment of its
own, from the package index, and is no part of what this program or its tests need.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pages.registry import PAGES
from tests.bench.browser import LOOKED_AT_MS, chromium, median_press, turned_page
from tests.bench.homes import city_home
from tests.bench.rows import Row
from tests.conftest import free_port, served

CHANGED = ("overview", "trends", "targets")
TIMES_DASH = 2
PEER = "dash>=4.4,<5"
UV = (os.environ.get("UV") or "uv",)
APP = """
import json
import sys
from pathlib import Path

from dash import Dash, Input, Output, ctx, dcc, html

shown = json.loads(Path(__file__).with_name("shown.json").read_text(encoding="utf-8"))
charts = max(len(state["figures"]) for state in shown.values())
app = Dash(__name__)
app.index_string = app.index_string.replace("{%css%}", "{%css%}" + shown["A"]["style"])
app.layout = html.Div([
    *(html.Button(name, id=name) for name in shown),
    dcc.Store(id="blocks"),
    html.Div(id="text"),
    *(dcc.Graph(id=f"chart-{number}") for number in range(charts)),
])


@app.callback(
    [Output("blocks", "data"), *(Output(f"chart-{number}", "figure") for number in range(charts))],
    [Input(name, "n_clicks") for name in shown],
)
def turn(*_):
    state = shown[ctx.triggered_id or "A"]
    figures = [*state["figures"], *[{}] * (charts - len(state["figures"]))]
    return [state["blocks"], *figures]


app.clientside_callback(
    "(blocks) => { document.getElementById('text').innerHTML = blocks.join(''); return 'shown' }",
    Output("text", "title"),
    Input("blocks", "data"),
)
app.run(host="127.0.0.1", port=int(sys.argv[1]))
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, served(city_home().root) as address, chromium() as browser:
        python = installed(Path(folder))
        for entry in PAGES:
            if entry.url_path not in CHANGED:
                continue
            ours, shown = turned_page(browser, address, entry, "demo")
            with dash_app(python, Path(folder), shown) as peer:
                page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
                page.goto(peer)
                page.wait_for_selector("#text[title=shown]", timeout=60_000)
                page.wait_for_timeout(LOOKED_AT_MS)
                floor = median_press([page.get_by_role("button", name=name, exact=True) for name in "BA"])
                page.context.close()
            yield Row(
                name=f"the city changed, beside Dash: {entry.url_path}",
                measured=ours,
                unit="ms",
                budget=TIMES_DASH * floor,
                floor=floor,
                note="(floor: a Dash page that shows the same)",
            )


def installed(folder: Path) -> str:
    """The interpreter of a new environment that holds Dash and nothing of ours."""
    python = folder / "peer" / "bin" / "python"
    for command in (
        ("venv", "--quiet", "--python", sys.executable, str(folder / "peer")),
        ("pip", "install", "--quiet", "--python", str(python), PEER),
    ):
        subprocess.run([*UV, *command], check=True)
    return str(python)


@contextmanager
def dash_app(python: str, folder: Path, shown: dict) -> Iterator[str]:
    """The address of a Dash page with the two states of `shown`."""
    script, port = folder / "peer.py", free_port()
    script.write_text(APP, encoding="utf-8")
    script.with_name("shown.json").write_text(json.dumps(shown), encoding="utf-8")
    process = subprocess.Popen(
        [python, str(script), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the Dash page at {address} does not answer")
