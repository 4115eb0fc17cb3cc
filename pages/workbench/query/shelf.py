"""Queries to take and to keep: the starter set, saved ones, the history of this person, ways to copy."""

import re
import shlex
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import polars as pl
import streamlit as st

from pages.ui.frame.identity import who
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.workbench.query.runs import desk, session
from warehouse.desk.queries import OUTCOMES_ZH, SavedQuery
from warehouse.errors import YanglaoError
from warehouse.query.help.lexer import bind_colons
from warehouse.query.help.session import SESSION_SQL
from warehouse.query.help.starters import Starter, starters
from warehouse.wording.grammar.dates import CHINA, instant_zh

Load = Callable[[str, Mapping[str, Any]], None]
LONGEST_LINK = 4_000
# From here on a list is looked through by words, and never drawn longer than this.
FEW_SAVED, MOST_SAVED = 10, 30
_LOST = "_query_lost"
_PARAMETER = "p_"
_OURS = re.compile(r"\bobs(_as_of)?\b", re.IGNORECASE)


# ── queries to take ──────────────────────────────────────────────────────────────────────────────────────────────────


def examples(view: View, load: Load) -> None:
    """The starter set by group; each says what it teaches, and whether this release can answer it."""
    folders: dict[str, str] = {}
    for starter in starters():
        folders[starter.folder_zh] = folders.get(starter.folder_zh, "") + _example(view, starter)
    act = block("".join(f"<h4>{esc(folder)}</h4>{listed}" for folder, listed in folders.items()), key="examples")
    pressed = next((starter for starter in starters() if act == f"starter:{starter.code}"), None)
    if pressed:
        load(pressed.sql, begin_with(view, pressed))


def begin_with(view: View, starter: Starter) -> dict[str, str]:
    """Values a starter begins with for this reader: the city that is looked at; the newest month is the widget's own."""
    own = {"city": view.city} if "city" in starter.parameters else {}
    return {name: value for name, value in {**starter.parameters, **own}.items() if value != "latest"}


def _example(view: View, starter: Starter) -> str:
    waits = starter.needs_months and not view.has_months
    wait_zh = '<p class="soft">本批次还没有月报，运行得零行；可切换到演示数据试。</p>' if waits else ""
    return (
        f'<details class="starter"><summary>{esc(starter.title_zh)}{"（等月报）" if waits else ""}</summary>'
        f"<p>{esc(starter.lesson_zh)}</p>{wait_zh}"
        f'<button type="button" data-act="starter:{esc(starter.code)}">装入编辑器</button></details>'
    )


def saved(load: Load, text: str, values: Mapping[str, Any]) -> None:
    """This person's saved queries and the shared ones; saving needs a name."""
    person = who()
    if not person:
        st.html(
            '<div class="block"><p class="small">没有登录身份，不能保存。可用下方“复制为”得到链接、Python 或命令行写法，自行留存。'
            "</p></div>"
        )
        return
    with st.form("save_query", border=False):
        title = st.text_input("标题", key="save_title", max_chars=60)
        folder = st.text_input("文件夹", key="save_folder", max_chars=30)
        tags = st.text_input("标签", key="save_tags", placeholder="用逗号分开", max_chars=60)
        shared = st.toggle("让别人也看得到", key="save_shared")
        if st.form_submit_button("保存编辑器里的语句", width="stretch"):
            _save(
                SavedQuery(
                    title_zh=title,
                    sql=text,
                    owner=person,
                    folder=folder,
                    tags=tags.replace("，", ",").split(","),
                    parameters=values,
                    is_shared=shared,
                )
            )
    _undo(person)
    listed = desk().saved(person)
    if len(listed) > FEW_SAVED:
        wanted = st.text_input("找已存的查询", key="saved_wanted", placeholder="标题、文件夹、标签、语句里的字")
        listed = [query for query in listed if _holds(query, wanted)]
        number = f"共{len(listed)}条" if not wanted else f"找到{len(listed)}条"
        more = f"，只列前{MOST_SAVED}条，请写得更具体" if len(listed) > MOST_SAVED else ""
        st.html(f'<div class="block"><p class="small soft" role="status">{number}{more}</p></div>')
    for query in listed[:MOST_SAVED]:
        with st.expander(plain_label(_place(query))):
            about = [f"{query.owner} 存于 {instant_zh(query.saved_at)}", *(f"#{tag}" for tag in query.tags)]
            st.html(f'<div class="block"><p class="small soft">{esc("　".join(about))}</p></div>')
            st.code(query.sql, language="sql")
            with st.container(horizontal=True):
                if st.button("装入编辑器", key=f"saved_{query.query_id}"):
                    load(query.sql, query.parameters)
                if query.owner == person and st.button("删除", key=f"forget_{query.query_id}"):
                    desk().forget(query.query_id, owner=person)
                    st.session_state[_LOST] = query
                    st.rerun()


def _place(query: SavedQuery) -> str:
    """Folder and title, as a saved query is called."""
    return f"{query.folder} / {query.title_zh}" if query.folder else query.title_zh


def _holds(query: SavedQuery, wanted: str) -> bool:
    """Whether every word looked for stands somewhere in a saved query."""
    text = " ".join((query.folder, query.title_zh, *query.tags, query.owner, query.sql)).casefold()
    return all(word in text for word in wanted.casefold().split())


def _undo(person: str) -> None:
    """The query that was deleted or written over last, to be had back; once, and only by whoever owned it."""
    lost: SavedQuery | None = st.session_state.get(_LOST)
    if lost is None or lost.owner != person:
        return
    now = desk().of_name(person, lost.folder, lost.title_zh)
    with st.container(horizontal=True, vertical_alignment="center"):
        done = f"已换成新写的“{_place(lost)}”" if now else f"已删除“{_place(lost)}”"
        st.html(f'<div class="block"><p class="small" role="status">{esc(done)}</p></div>', width="content")
        if st.button("撤销", key="undo_saved"):
            del st.session_state[_LOST]
            desk().save(lost)
            st.rerun()


def _save(query: SavedQuery) -> None:
    before = desk().of_name(query.owner, query.folder, query.title_zh)
    try:
        desk().save(query)
    except YanglaoError as refusal:
        st.warning(plain_label(str(refusal)))
        return
    if before is not None and before.sql != query.sql:
        st.session_state[_LOST] = before
    else:
        st.session_state.pop(_LOST, None)
    st.toast(plain_label(f"已保存“{_place(query)}”"))


def plain_label(text: str) -> str:
    """A text somebody typed, for a label of Streamlit: its signs are signs, no links, pictures or colours."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>])", r"\\\1", " ".join(text.split()))


# ── history and copies ───────────────────────────────────────────────────────────────────────────────────────────────


def history(load: Load, go_to: Callable[[str, str], None]) -> None:
    """This person's last runs, newest first; any of them again, also on the release it ran on."""
    runs = desk().history(who=who(), session=session())
    if not runs:
        st.html('<div class="block"><p class="small">还没有运行过。</p></div>')
        return
    frame = pl.DataFrame(
        {
            "时间": [f"{run.begun_at.astimezone(CHINA):%m-%d %H:%M}" for run in runs],
            "语句": [" ".join(run.sql.split())[:80] for run in runs],
            "结果": [OUTCOMES_ZH[run.outcome_code] for run in runs],
            "秒": [None if run.seconds is None else round(run.seconds, 2) for run in runs],
            "行数": [run.row_count for run in runs],
            "批次": [run.release_id for run in runs],
            "摘要": [(run.hash or "")[:8] for run in runs],
        }
    )
    picked = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="history_rows",
        height=320,
        alt="运行历史",
    )
    if not picked.selection.rows:
        return
    run = runs[picked.selection.rows[0]]
    st.code(run.sql, language="sql")
    if run.message_zh:
        st.html(f'<div class="block"><p class="small">{esc(run.message_zh)}</p></div>')
    with st.container(horizontal=True):
        if st.button("装入编辑器", key=f"again_{run.run_id}"):
            load(run.sql, run.parameters)
        if st.button(f"在批次 {run.release_id} 上再看", key=f"there_{run.run_id}"):
            go_to(run.kind_code, run.release_id)
            load(run.sql, run.parameters)


def into_address(sql: str, values: Mapping[str, Any]) -> None:
    """Write the statement that is run, and its parameters, into the address: a reload or a sent link asks the same.

    One too long for an address stands in none.
    """
    fits = len(quote(sql, errors="replace")) <= LONGEST_LINK
    kept = {
        name: st.query_params[name] for name in st.query_params if name != "sql" and not name.startswith(_PARAMETER)
    }
    ours = (
        {"sql": sql, **{f"{_PARAMETER}{name}": str(value) for name, value in _written(values).items()}} if fits else {}
    )
    # In one go: each change of the address is a step of the browser's way back.
    if {name: st.query_params[name] for name in st.query_params} != kept | ours:
        st.query_params.from_dict(kept | ours)


def values_in_address() -> dict[str, str]:
    """The parameters `into_address` wrote."""
    return {
        name.removeprefix(_PARAMETER): st.query_params[name] for name in st.query_params if name.startswith(_PARAMETER)
    }


def copies(view: View, sql: str, values: Mapping[str, Any]) -> None:
    """The statement to take elsewhere: a link, Python, the command line."""
    kinds = {"链接": None, "Python": as_python(view, sql, values), "命令行": as_command(view, sql, values)}
    tabs = st.tabs(list(kinds))
    for tab, (name, text) in zip(tabs, kinds.items(), strict=True):
        with tab:
            if name == "链接":
                link = f"?sql={quote(sql, errors='replace')}&release={view.release_id}" + (
                    "&data=demo" if view.is_demo else ""
                )
                if len(link) > LONGEST_LINK:
                    st.html('<div class="block"><p class="small">语句太长，放不进链接；请用另外两种写法。</p></div>')
                else:
                    st.code(f"{(st.context.url or '').partition('?')[0]}{link}", language=None, wrap_lines=True)
            else:
                st.code(text, language="python" if name == "Python" else "bash", wrap_lines=True)


def as_python(view: View, sql: str, values: Mapping[str, Any]) -> str:
    """A script that gives the same rows as a Polars frame, with what our connections have besides the release."""
    bound = bind_colons(sql)
    ours = "" if not _OURS.search(bound) else f"con.execute({_literal(SESSION_SQL)})\n"
    given = f", params={_written(values)!r}" if values else ""
    return (
        "import duckdb  # 2.0；路径由 yanglao where 得到，只读打开\n\n"
        f'con = duckdb.connect("warehouse-{view.release_id}.duckdb", read_only=True)\n'
        f"con.execute(\"set search_path = 'core,mart,meta'; set TimeZone = 'Asia/Shanghai'\")\n{ours}"
        f"frame = con.sql({_literal(bound)}{given}).pl()"
    )


def as_command(view: View, sql: str, values: Mapping[str, Any]) -> str:
    """The same on the command line."""
    given = "".join(f" --param {shlex.quote(f'{name}={value}')}" for name, value in _written(values).items())
    demo = " --demo" if view.is_demo else ""
    return f"yanglao sql{demo} --release {view.release_id}{given} <<'SQL'\n{sql}\nSQL"


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"{value:%Y-%m-%d}" if isinstance(value, date) else value for name, value in values.items()}


def _literal(text: str) -> str:
    """A Python literal: over several lines where nothing in the text could end it."""
    return repr(text) if "\\" in text or '"""' in text else f'"""\n{text.strip()}\n"""'
