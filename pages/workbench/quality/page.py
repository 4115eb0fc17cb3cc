"""数据质量: what is still wrong, what we worked out differently, what is held back, what was changed, by what we divide."""

from pages.ui.kit.errors import guarded
from pages.ui.kit.months import no_months
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.quality import parts, running
from warehouse.read import quality
from warehouse.wording import quality as words

view = here()
if view.has_months:
    found = view.rows(quality.open_issues, city_area_id=view.city)
    kept_back = view.rows(quality.held, city_area_id=view.city)
    changed = view.rows(quality.restated, city_area_id=view.city)
    opening(
        "数据质量",
        f"{view.city_name_zh} · 这些数靠得住吗，改过什么",
        words.finding(view.city_name_zh, found, kept_back, changed),
        [],
        deck_zh="填报的和复算的都留着，改过的留下原数和原因，空着的写明为什么空。",
    )
    parts.issues(view, found)
    parts.against_computed(view)
    parts.held(view, kept_back)
    parts.restated(view, changed)
    parts.corrections(view)
else:
    opening(
        "数据质量",
        f"{view.city_name_zh} · 这些数靠得住吗，改过什么",
        f"{view.city_name_zh}还没有月报可查；公开文件里的疑点另见“公开文件”一页。",
        [],
        deck_zh="分母从哪里来、空着的格子为什么空，下面照列。",
    )
    no_months(view, "收到月报后，这里逐项列出", "未解决的问题、与复算不一致的数、变动大待说明的数，以及每一次更正。")
parts.denominators(view)
parts.blanks(view, view.header["latest_month"])
with guarded("运行状况"):
    running.running(view)
