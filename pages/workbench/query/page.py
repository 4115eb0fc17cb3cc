"""查询: SQL on the release, with completion, parameters, limits that are said, files, and a history."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.errors import guarded
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.query import parts, runs, shelf, taking
from pages.workbench.query.result import watched
from pages.workbench.query.sql_editor import sql_editor
from warehouse.query.help.completion import words
from warehouse.query.help.explain import QueryMistaken
from warehouse.query.help.starters import starters
from warehouse.read.meta import catalog
from warehouse.settings import load_settings
from warehouse.worker.client import shared_worker

ROWS = (1_000, 10_000, 100_000)
ASIDE = {"schema": "表与列", "taking": "取数", "examples": "范例", "saved": "已存", "history": "历史"}

view = here()
shared_worker().warm()  # ready by the time the first statement is written
state = st.session_state
if "_sql_text" not in state:
    state["_sql_text"], state["_sql_stamp"] = st.query_params.get("sql") or starters()[0].sql, 0
    is_shared = "sql" in st.query_params
    state["_sql_values"] = shelf.values_in_address() if is_shared else shelf.begin_with(view, starters()[0])


def load(sql: str, values: Mapping[str, Any]) -> None:
    """Put another statement into the editor."""
    state["_sql_text"], state["_sql_values"] = sql, dict(values)
    state["_sql_stamp"] += 1
    for name in [name for name in state if str(name).startswith("param_")]:
        del state[name]
    runs.forget()
    st.rerun()


def load_and_run(sql: str, values: Mapping[str, Any]) -> None:
    """Put another statement into the editor and run it."""
    state["_sql_run"] = True
    load(sql, values)


def go_to(kind: str, release_id: str) -> None:
    """Look at the release a run of the history ran on."""
    filters.put("data", "demo" if kind == "demo" else None)
    filters.put("release", release_id)


relations = view.ask(catalog.relations).frame
limits = load_settings()
opening(
    "查询",
    "SQL 工作台",
    f"{relations.height}张表，写一条 select 就能查",
    [],
    deck_zh=(
        f"只读，不影响看板和别人；一次一条，最多{limits.query_seconds}秒、{limits.query_rows:,}行，截断会说明。"
        "观测值的现行值写 from obs，当时的值写 from obs_as_of('2024-06')；换批次在页脚。"
    ),
)
main, aside = st.columns([13, 7], gap="large")
with main:
    last = runs.attempt()
    mistaken = last.refusal if last and isinstance(last.refusal, QueryMistaken) else None
    written = sql_editor(
        key="sql",
        text=state["_sql_text"],
        stamp=state["_sql_stamp"],
        words=view.ask(words),
        mark=(mistaken.line or 0) if mistaken else 0,
        marked_text=last.sql if mistaken else "",
    )
    if written.is_back:
        load_and_run(written.run, shelf.values_in_address())
    values = parts.parameter_widgets(view, parts.parameters_of(written.text), state["_sql_values"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="query_go"):
        pressed = st.button("运行", type="primary", key="run_query", help="Ctrl+Enter")
        rows = st.selectbox(
            "最多取",
            ROWS,
            format_func=lambda count: f"{count:,}行",
            key="query_rows",
            width=140,
            label_visibility="collapsed",
        )
        with st.popover("复制为"):
            shelf.copies(view, written.text, values)
    if pressed or written.run or state.pop("_sql_run", False):
        asked = written.run or written.text
        shelf.into_address(asked, values)
        runs.start(view, asked, values, rows=rows)
        if runs.attempt().done.is_set() and isinstance(runs.attempt().refusal, QueryMistaken):
            st.rerun()  # so that the editor, drawn already, marks the line
    with guarded("查询结果"):
        watched(view, lambda sql: load_and_run(sql, values), written.text)
with aside, guarded("查询工具"):
    shown = st.segmented_control(
        "旁栏", list(ASIDE), format_func=ASIDE.get, default="schema", key="query_aside", label_visibility="collapsed"
    )
    if shown == "taking":
        taking.taking(view, load_and_run, load)
    elif shown == "examples":
        shelf.examples(view, load)
    elif shown == "saved":
        shelf.saved(load, written.text, values)
    elif shown == "history":
        shelf.history(load, go_to)
    else:
        parts.schema(view, load)
