"""指标: what each indicator means, where its numbers come from, what it is held against, what to mind."""

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.errors import empty_state, guarded
from pages.ui.kit.months import indicators_of
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import here
from pages.workbench.indicator import numbers, parts
from pages.workbench.indicator.dictionary import dictionary_file
from pages.workbench.indicator.find import find
from warehouse.read.meta import catalog

ASPECTS = {
    "numbers": "数值",
    "definition": "定义",
    "origin": "来源与目标",
    "descent": "血缘",
    "quality": "质量",
}

view = here()
rows = indicators_of(view)
labels = {code: row["label_zh"] for code, row in rows.items()}
used = {row["topic_code"] for row in rows.values()}
topics = view.rows(catalog.codes, code_set="topic_code")
by_topic = {"all": "全部"} | {topic["code"]: topic["label_zh"] for topic in topics if topic["code"] in used}

code = filters.wanted("indicator", labels, view.once(numbers.opens_on), what_zh="指标")
row = rows[code]
said = numbers.finding(view, row)
opening(
    "指标",
    f"{len(rows)}个，定义只有一份",
    said.text,
    links_of(said),
    deck_zh=f"{row['definition_zh']}　{code}",
)
with st.container(horizontal=True, vertical_alignment="bottom", key="indicator_find"):
    text = st.text_input("找指标", placeholder="中文、英文、拼音或首字母，如 xfy", key="indicator_text", width=280)
    topic = st.selectbox("主题", list(by_topic), format_func=by_topic.get, key="indicator_topic", width=180)
    found = [each for each in find(rows.values(), text) if topic in ("all", rows[each]["topic_code"])]
    options = found if code in found else [code, *found]
    key = "pick_indicator"
    st.session_state[key] = code

    def chosen() -> None:
        """The picked indicator goes into the address."""
        filters.put("indicator", st.session_state[key])

    st.selectbox(
        f"指标（找到{len(found)}个）",
        options,
        format_func=lambda each: f"{labels[each]}　{each}",
        key=key,
        on_change=chosen,
        width=460,
    )
if text and not found:
    empty_state("没有找到", f"没有名称、代码或拼音像“{text}”的指标。请少写几个字，或换一种叫法。")
elif text and code not in found[:1]:
    with st.container(horizontal=True, key="indicator_hits"):
        for each in found[:6]:
            if st.button(labels[each], key=f"hit_{each}", type="tertiary"):
                filters.put("indicator", each)
                st.rerun()

aspect = filters.choice("sheet", "看什么", ASPECTS, "numbers", what_zh="内容")
with guarded(ASPECTS[aspect]):
    if aspect == "numbers":
        shown = view.once(numbers.numbers, code)
        if isinstance(shown, str):
            block(shown, key="numbers")
        else:
            shown.show("numbers")
    elif aspect == "definition":
        parts.definition(row, labels)
    elif aspect == "origin":
        parts.origin(view, row)
        parts.held_against(view, code)
    elif aspect == "descent":
        parts.descent(view, row, labels, "mart.indicator_month", "value")
        networks = view.ask(catalog.networks).frame
        if code in networks["rate_indicator"].to_list() or code in networks["built_indicator"].to_list():
            is_rate = code in networks["rate_indicator"].to_list()
            parts.descent(view, row, labels, "mart.coverage", "rate" if is_rate else "built")
        parts.uses(view, code)
    else:
        parts.quality(view, code)
with guarded("数据字典"), st.container(horizontal=True, key="dictionary_files"):
    st.download_button(
        "下载数据字典（指标）",
        data=dictionary_file(view, "indicators"),
        file_name=f"指标字典_{view.release_id}.csv",
        mime="text/csv",
        on_click="ignore",
    )
    st.download_button(
        "下载数据字典（表与列）",
        data=dictionary_file(view, "columns"),
        file_name=f"表列字典_{view.release_id}.csv",
        mime="text/csv",
        on_click="ignore",
    )
