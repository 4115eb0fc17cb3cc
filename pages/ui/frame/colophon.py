"""The foot of every page: which release, as of when, from what, and how to read the signs."""

import streamlit as st

from pages.ui.frame.paper_foot import way_back
from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.html import SIGNS_ZH, STATUS_SIGNS, esc
from pages.ui.kit.view import View
from warehouse.export import DEMO_NOTICE_ZH, DEMO_ZH
from warehouse.read.document import documents
from warehouse.wording.documents import newest_zh
from warehouse.wording.grammar.dates import instant_zh, month_zh

SIGNS = "缺：未报或未公布　—：不适用　*：人数少，保密　0：就是零　带点线的数字：点开看来历"


def colophon(view: View, listed: list[str]) -> None:
    """The release on one line, its as-of and sources on the next, and the choice of another release."""
    header = view.header
    data = "演示数据" if view.is_demo else "实际数据"
    month = header["latest_month"]
    as_of = [
        f"{view.city_name_zh}公开文件{newest_zh(view.ask(documents.newest, area_id=view.city))}",
        f"月报截至 {month_zh(month)}" if month else "月报：各单位尚未报送",
        "人口为2020年普查，基层单位数为2021年",
    ]
    lines = [
        f"<b>版本 {esc(view.release_id)}</b>（{data}）　生成于 {esc(instant_zh(header['built_at']))}　"
        f"内容摘要 {esc(header['content_sha256'][:12])}",
        esc("；".join(as_of)),
        esc("　".join(f"{STATUS_SIGNS[tone]} {told}" for tone, told in SIGNS_ZH.items())),
        esc(SIGNS),
    ]
    if view.is_demo:
        lines.insert(0, f"<b>{DEMO_ZH}</b>：{DEMO_NOTICE_ZH}。")
    body = "<br>".join(lines)
    block(f'<div class="colophon" role="contentinfo">{body}</div>{way_back(view)}', key="colophon", is_noted=False)
    if len(listed) > 1:
        _other_release(view, listed)


def _other_release(view: View, listed: list[str]) -> None:
    """The list of releases; the newest is what a link without a release opens."""
    key = "pick_release"
    st.session_state[key] = view.release_id

    def changed() -> None:
        filters.put("release", st.session_state[key])

    with st.container(key="screen-only-release"):
        st.selectbox("看另一批次", listed, key=key, on_change=changed, width=260)
