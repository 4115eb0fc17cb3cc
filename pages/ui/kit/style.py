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
  html:root .cards.six {{ grid-template-columns: repeat(3, minmax(0, 1fr)); }}
  html:root .st-key-find {{ min-width: 9rem !important; flex-basis: 9rem !important; }}
}}
@media screen and (min-width: 861px) and (max-width: 1700px) {{
  html:root .rug table {{ table-layout: auto; width: max-content; }}
  html:root .rug thead th:not(.who) {{ min-width: 7.5rem; max-width: 9rem; }}
  html:root .unit-sheet .grid :is(td, th) {{ white-space: normal; }}
  html:root .unit-sheet .grid td:first-child {{ min-width: 8rem; }}
  html:root .unit-sheet .grid td:nth-child(3) {{ min-width: 9.5rem; }}
  html:root .unit-sheet .grid td:nth-child(n + 5) {{ min-width: 5.5rem; }}
  html:root .unit-sheet .spark {{ width: 4rem !important; }}
  html:root .towns {{ columns: 1; }}
  html:root .plan {{ --plan-lines: minmax(0, 1fr) 9rem repeat(4, fit-content(9.5rem)); }}
  html:root .plan.two-sided {{ grid-template-columns: var(--plan-lines); column-gap: var(--s3); }}
  html:root .plan.two-sided > .plan-side.plan-side {{ grid-column: 1 / -1; grid-template-columns: subgrid; }}
  html:root .rug .who {{ position: sticky; left: 0; z-index: 1; background: var(--paper); padding-right: var(--s3); }}
}}
@media screen and (min-width: 1341px) {{
  html:root .st-key-lead {{ gap: var(--s4) !important; }}
  html:root #first-paint .beside {{ display: block; }}
  html:root .st-key-lead > :has(> [class*="st-key-screen-only"]) {{ position: static !important; }}
}}
@media screen and (min-width: 761px) and (max-width: 1700px) {{
  html:root .dot-row {{ grid-template-columns: minmax(0, 1fr); row-gap: var(--s1); padding-top: var(--s4); }}
  html:root .dot-row .what, html:root .dot-row .words {{ padding-bottom: 0; }}
  html:root .dot-row .words {{ order: 1; }} html:root .dot-row .plot {{ order: 2; margin-top: var(--s6); }}
}}
</style>"""
