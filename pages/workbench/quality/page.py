"""数据质量: what is still wrong, what we worked out differently, what is held back, what was changed, by what we divide."""

import streamlit as st

from pages.ui.kit.errors import guarded
from pages.ui.kit.months import no_months
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.ui.takeaway import sign_offs
from pages.workbench.quality import parts, running
from warehouse.read.month import quality
from warehouse.wording.desk import quality as words

SIGNED = "签发情况"
REST = ("分母与空白", "运行状况")

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
    names = [f"待处理的问题 {len(found)}", "填报与复算", f"暂缓的数 {len(kept_back)}", f"改过的数 {len(changed)}"]
    names += [SIGNED] if sign_offs.of_month(view, view.header["latest_month"]) else []
    todo, computed, kept, changes, *more = st.tabs([*names, *REST], key="quality-tabs")
    rest = more[-len(REST) :]
    if len(more) > len(REST):
        with more[0], guarded(SIGNED):
            parts.signed(view, view.header["latest_month"])
    with todo:
        parts.issues(view, found)
    with computed:
        parts.against_computed(view)
    with kept:
        parts.held(view, kept_back)
    with changes:
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
    no_months(view, "未解决的问题、与复算不一致的数、待说明的数，以及每一次更正。")
    rest = st.tabs(REST, key="quality-tabs")
bases, machine = rest
with bases:
    parts.denominators(view)
    parts.blanks(view, view.header["latest_month"])
with machine, guarded("运行状况"):
    running.running(view)
