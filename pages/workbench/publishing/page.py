"""发布: what the draft would change, what is missing and what failed; published or rejected by a named person."""

from pages.ui.kit import reads
from pages.ui.kit.errors import guarded
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.publishing import later, parts

view = here()
draft = parts.waiting()
opening(
    "发布",
    "草稿批次核对后发布",
    later.finding(draft) if draft else "没有等待发布的草稿。",
    [],
    deck_zh="发布前请看清新增、改动、缺报和没有通过的检查；发布、定时、预览、否决、回退都记入审计。",
)
parts.said()
if draft:
    with guarded("草稿"):
        parts.draft(reads.whole_home(reads.REAL), draft)
    with guarded("定时与预览"):
        later.timing(reads.whole_home(reads.REAL), draft)
        later.previewing(reads.whole_home(reads.REAL), draft)
with guarded("回退"):
    parts.going_back(reads.whole_home(reads.REAL))
