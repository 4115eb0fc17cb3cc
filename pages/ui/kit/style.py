"""The style sheets of the pages, and the larger type of 大字版."""

from functools import cache

from pages import FOLDER

# In the order in which the rules of one page follow each other, each beside what it serves.
SHEETS = (
    "ui/kit/block.css",
    "ui/marks/boards.css",
    "ui/marks/months.css",
    "ui/marks/matrix.css",
    "briefing/overview/overview.css",
    "briefing/coverage/coverage.css",
    "briefing/trends/trends.css",
    "briefing/comparison/comparison.css",
    "briefing/targets/targets.css",
    "workbench/workbench.css",
    "ui/frame/chrome.css",
    "ui/frame/first_paint.css",
)
LARGE_PIXELS = 23
# No letter of 大字版 is smaller, on a page or in a drawing.
LEAST_LARGE = 20

INK, SOFT, FAINT, HAIR, PAPER = "#1c1f24", "#555b65", "#7d838c", "#d9dce1", "#fdfcfa"
GOOD, WATCH, MISS = "#1f6fb2", "#c8641b", "#b3261e"
FILL, FILL_SOFT = "#3d4c5c", "#b9c1ca"
FONTS = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", sans-serif'


@cache
def sheets() -> str:
    """All rules, as one <style> element for every page."""
    rules = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SHEETS)
    return f"<style>\n{rules}\n</style>"


# Every size on our pages is a multiple of the root's, and the two smallest are lifted to it: nothing under 20 px. The
# rules of every page stand in the file it begins with, behind this one, so that ours has to weigh more.
LARGE = f"""<style>
@media screen {{
html {{ font-size: {LARGE_PIXELS}px !important; }}
html:root {{ --small: 0.9375rem; --tiny: 0.875rem; }}
}}
/* What stands side by side in small type stands below each other, so that no word is left alone. */
@media screen and (min-width: 861px) {{
  [data-testid="stApp"] .cards.six {{ grid-template-columns: repeat(3, minmax(0, 1fr)); }}
}}
@media screen and (min-width: 761px) and (max-width: 1700px) {{
  [data-testid="stApp"] .dot-row {{ grid-template-columns: minmax(0, 1fr); row-gap: var(--s1); padding-top: var(--s4); }}
  [data-testid="stApp"] .dot-row .what, [data-testid="stApp"] .dot-row .words {{ padding-bottom: 0; }}
  [data-testid="stApp"] .dot-row .words {{ order: 1; }} [data-testid="stApp"] .dot-row .plot {{ order: 2; margin-top: var(--s6); }}
}}
</style>"""
