"""Take the README's pictures: `uv run python -m tests.pictures HOME` serves that data home and photographs each page.

One picture a page: the demonstration where a page lives on months, the real release elsewhere; few colours, so that
they stay small. Where the demonstration has payments (`yanglao payouts invent`), 津贴稽核 is photographed by an auditor,
who gets an account in that home.
"""

import secrets
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pages.registry import PAGES
from tests.conftest import ROOT, launched, served
from warehouse.home import Home
from warehouse.payouts.store import PayoutStore
from warehouse.people import accounts, roles, sessions

FOLDER = ROOT / ".github" / "pictures"
AUDITOR = "picture-auditor"
WIDTH, HEIGHT, SHOWN_WIDTH = 1280, 900, 900
ON_REAL = ("overview", "coverage", "comparison", "documents", "programmes", "ageing", "targets", "indicator", "query")


def take(home: Path) -> None:
    """Write one PNG a page into .github/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served(home) as address, sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        for entry in PAGES:
            kind = "real" if entry.url_path in ON_REAL else "demo"
            _photographed(page, f"{address}/{entry.url_path}?data={kind}", entry.url_path)
        browser.close()
    if PayoutStore(Home(home).demo()).submissions():
        take_audit(Home(home))


def take_audit(home: Home) -> None:
    """津贴稽核 of the demonstration, as an auditor sees it."""
    if accounts.find(home, AUDITOR) is None:
        first = accounts.add(home, login=AUDITOR, name_zh="稽核员", by="system:root")
        accounts.change_password(home, AUDITOR, old=first, new=f"{secrets.token_urlsafe(16)}-7a")
        roles.grant(home, login=AUDITOR, role_code="auditor", area_id="puyang", by="system:root")
    cookie = sessions.begin(home, login=AUDITOR, name_zh="稽核员", source_code=sessions.LOCAL, address="")
    with served(home.root, YANGLAO_SIGN_IN="local") as address, sync_playwright() as playwright:
        browser = launched(playwright)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": address}])
        _photographed(context.new_page(), f"{address}/payouts?data=demo&city=puyang", "payouts")
        browser.close()


def _photographed(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_text("版本", exact=False).last.wait_for(timeout=60_000)
    page.wait_for_function(
        "() => !document.getElementById('first-paint') && !document.documentElement.classList.contains('not-yet')",
        timeout=60_000,
    )
    page.wait_for_timeout(2500)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture = picture.resize((SHOWN_WIDTH, HEIGHT * SHOWN_WIDTH // WIDTH), Image.Resampling.LANCZOS)
    picture.quantize(48).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]).absolute())
