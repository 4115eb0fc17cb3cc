"""Two answers side by side: one is kept, and the next ones are held against it by key."""

import streamlit as st

from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.workbench.query.runs import Attempt
from warehouse.errors import QueryRefused
from warehouse.query.ask import QueryResult
from warehouse.query.compare import WHERE, compare, likely_keys, shared_columns

_HELD = "_query_held"
MOST_SHOWN = 5_000


def held_against(view: View, made: Attempt, result: QueryResult) -> None:
    """The button that keeps this answer; where another one is kept, what differs."""
    held: Attempt | None = st.session_state.get(_HELD)
    if held is not None and (held.root != made.root or held.result is None):
        # Kept of another scope or a draft: not to be looked at from here.
        held = st.session_state.pop(_HELD, None) and None
    if held is None or held is made:
        kept = "已留下。再运行一条语句，或换一个批次、数据后再运行，就和它对照。" if held is made else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("留作对照", key=f"hold_{result.hash[:8]}", disabled=held is made):
                st.session_state[_HELD] = made
                st.rerun()
            if kept:
                st.html(f'<div class="block"><p class="small" role="status">{esc(kept)}</p></div>', width="content")
        return
    with st.expander("与留下的结果对照", expanded=True):
        _differences(view, held, held.result, result)
        with st.container(horizontal=True):
            if st.button("改留这一次", key=f"hold_{result.hash[:8]}"):
                st.session_state[_HELD] = made
                st.rerun()
            if st.button("不再对照", key="hold_none"):
                del st.session_state[_HELD]
                st.rerun()


def _differences(view: View, held: Attempt, before: QueryResult, after: QueryResult) -> None:
    told = f"留下的：批次 {before.release_id}{'（演示数据）' if before.kind_code == 'demo' else ''}，{before.size_zh}"
    st.html(
        f'<div class="block"><p class="small">{esc(told)}　<code>{esc(" ".join(before.sql.split())[:120])}</code></p></div>'
    )
    shared = shared_columns(before.frame, after.frame)
    first = likely_keys(before.frame, after.frame)
    keys = st.multiselect(
        "按哪几列认同一行（键）", shared, default=list(first), key=f"keys_{before.hash[:8]}_{after.hash[:8]}", placeholder="选一列或几列"
    )  # fmt: skip
    try:
        found = compare(before.frame, after.frame, keys)
    except QueryRefused as refusal:
        st.html(f'<div class="block"><div class="notice" role="status">{esc(str(refusal))}</div></div>')
        return
    cut = "两个结果里有被截断的，没有取来的行不在对照之内。" if before.truncated or after.truncated else ""
    st.html(f'<div class="block"><p role="status">{esc(found.told_zh)}{cut}</p></div>')
    if found.rows.height:
        st.dataframe(
            found.rows.head(MOST_SHOWN).select(WHERE, *(name for name in found.rows.columns if name != WHERE)),
            width="stretch",
            hide_index=True,
            height=min(420, 38 + 35 * found.rows.height),
            key="differences",
            alt=f"两个结果的不同之处：{found.told_zh}",
        )
