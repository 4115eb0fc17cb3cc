"""Take the README's pictures: `uv run python -m tests.pictures HOME` serves that data home and photographs each page.

One picture a page: the demonstration where a page lives on months, the real release elsewhere; few colours, so that
they stay small.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from pages.registry import PAGES
from tests.conftest import ROOT, launched, served

FOLDER = ROOT / ".github" / "pictures"
WIDTH, HEIGHT, SHOWN_WIDTH = 1280, 900, 900
ON_REAL = ("overview", "coverage", "comparison", "documents", "programmes", "ageing", "targets", "indicator", "query")


def take(home: Path) -> None:
    """Write one PNG a page into .github/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served(home) as address, sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        for entry in PAGES:
            page.goto(f"{address}/{entry.url_path}?data={'real' if entry.url_path in ON_REAL else 'demo'}")
            page.get_by_text("版本", exact=False).last.wait_for(timeout=60_000)
            page.wait_for_timeout(2500)
            picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
            picture = picture.resize((SHOWN_WIDTH, HEIGHT * SHOWN_WIDTH // WIDTH), Image.Resampling.LANCZOS)
            picture.quantize(48).save(FOLDER / f"{entry.url_path}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]).absolute())
