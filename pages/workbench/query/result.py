"""The answer to a query on the page: how much of what, the rows, a chart, files."""

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from pages.ui.kit.charts import CONFIG
from pages.ui.kit.errors import LOG, empty_state
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from pages.ui.takeaway import alone, exporting, keeping
from pages.workbench.query import comparing, promoting, quick_chart
from pages.workbench.query.parts import split_comment
from pages.workbench.query.runs import Attempt, attempt, cancel, forget
from warehouse import export
from warehouse.errors import YanglaoError
from warehouse.kept import Kept
from warehouse.query.ask import QueryResult
from warehouse.query.help.explain import QueryMistaken
from warehouse.query.help.wide import half_width
from warehouse.read.receipt import provenance

MOST_CELLS_SHOWN = 3_000_000
LONGEST_CELL_SHOWN = 2_000
MONTHS = ("month", "月份", "月")
LOOK_AGAIN_SECONDS = 0.35
SHOWN_AS = {"table": "表", "chart": "图"}
FILES = {
    "csv": ("CSV", "逗号分隔，Excel 可直接打开（UTF-8 带标记）"),
    "xlsx": ("Excel", "数字仍是数字，另有“说明”一页"),
    "parquet": ("Parquet", "供 DuckDB、Polars、pandas"),
    "arrow": ("Arrow", "供程序间传递"),
}


def watched(view: View, run_again: Callable[[str], None], text: str) -> None:
    """The last run: its outcome, or how long it has been running and a button to stop it.

    Args:
        run_again: puts another statement into the editor and runs it.
        text: what stands in the editor.
    """
    made = attempt()
    if made is None:
        return
    if made.root and made.root != view.root and made.kind == view.kind:
        # Asked of what this person could read then, a wider scope or a draft: not shown any more.
        forget()
        return
    if made.done.is_set():
        outcome(view, made)
        _offer_half_width(made, run_again, text)
    else:
        _running()


@alone.fragment(run_every=LOOK_AGAIN_SECONDS)
def _running() -> None:
    """Looked at again three times a second; the page shows the outcome as soon as there is one."""
    made = attempt()
    if made is None or made.done.is_set():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        doing = "在排队，您的另外几条查询还在运行" if made.is_waiting else "正在运行"
        st.html(f'<div class="block"><p role="status">{doing}，已{made.seconds:.1f}秒…</p></div>', width="content")
        if st.button("取消", key="cancel_query"):
            cancel()
            st.rerun()


def outcome(view: View, made: Attempt) -> None:
    """What came of the last run: its answer, or why there is none."""
    if made.refusal is not None:
        _refused(made)
    elif (result := made.result) is not None:
        _answered(view, made, result)
    if not made.logged:
        _notice("查询登记暂时写不进去，这次运行没有记入历史；请告知运维人员检查数据目录。")


def _refused(made: Attempt) -> None:
    refusal = made.refusal
    if not isinstance(refusal, YanglaoError):
        LOG.error("query failed", exc_info=refusal)
        empty_state("查询没有完成", "数据没有受影响。请重试；若仍出现，请告知运维人员，日志中有详细记录。")
        return
    title = "语句有误" if isinstance(refusal, QueryMistaken) else "没有运行" if not made.running else "没有结果"
    empty_state(title, str(refusal))
    if isinstance(refusal, QueryMistaken) and refusal.original:
        with st.expander("数据库原话"):
            st.code(refusal.original[:4000], language=None)


def _offer_half_width(made: Attempt, run_again: Callable[[str], None], text: str) -> None:
    """One press that mends Chinese punctuation in a statement that was pasted, when that is what went wrong."""
    is_whole = isinstance(made.refusal, QueryMistaken) and made.sql == text
    mended = half_width(text) if is_whole else text
    if mended != text and st.button("标点改成半角，再运行", key="half_width"):
        run_again(mended)


def _answered(view: View, made: Attempt, result: QueryResult) -> None:
    block = [
        f"<b>{esc(result.size_zh)}</b>",
        f"{result.frame.width}列",
        f"{result.seconds:.2f}秒",
        f"批次 {esc(result.release_id)}{'（演示数据）' if result.kind_code == 'demo' else ''}",
        f'内容摘要 <span title="{result.hash}">{result.hash[:12]}</span>',
    ]
    st.html(f'<div class="block"><p class="small" role="status">{"　".join(block)}</p></div>')
    for warning in result.warnings_zh:
        _notice(warning)
    if not result.frame.width:
        return
    choices = st.segmented_control(
        "看法",
        list(SHOWN_AS),
        format_func=SHOWN_AS.get,
        default="table",
        key="query_shown",
        label_visibility="collapsed",
    )
    if choices == "chart":
        _chart(view, result)
    else:
        _table(view, result)
    _files(view, made, result)
    comparing.held_against(view, made, result)
    promoting.promote(view, result)


def _table(view: View, result: QueryResult) -> None:
    frame = result.frame
    rows = max(1, MOST_CELLS_SHOWN // max(1, frame.width))
    if frame.height > rows:
        _notice(f"屏幕上只列前{rows:,}行，下载的文件里是全部{frame.height:,}行。")
        frame = frame.head(rows)
    said = view.ask(provenance.meanings, relations=result.relations) if result.relations else {}
    kinds = dict(result.columns)
    labels = {name: _head(name, frame.schema[name], kinds[name], said.get(name, "")) for name in frame.columns}
    st.dataframe(
        _shortened(frame),
        width="stretch",
        height=min(560, 38 + 35 * max(1, frame.height)),
        hide_index=True,
        column_config=labels,
        alt=f"查询结果，{result.size_zh}",
    )


def _head(name: str, kind: pl.DataType, sql_kind: str, meaning: str) -> Any:
    """How a column stands on the screen: its Chinese name before its own, months as months, instants in Beijing time."""
    label = split_comment(meaning)[0] if meaning else ""
    told = {
        "label": f"{label} {name}" if label and label != name else name,
        "help": f"{meaning}（{sql_kind}）" if meaning else sql_kind,
    }
    if kind == pl.Date:
        is_month = name in MONTHS or name.endswith(("_month", "月份"))
        return st.column_config.DateColumn(**told, format="YYYY年M月" if is_month else "YYYY年M月D日")
    if isinstance(kind, pl.Datetime):
        zone = "Asia/Shanghai" if kind.time_zone else None
        return st.column_config.DatetimeColumn(**told, format="YYYY年M月D日 HH:mm", timezone=zone)
    return st.column_config.Column(**told)


def _shortened(frame: pl.DataFrame) -> pl.DataFrame:
    """Very long texts cut for the screen; files keep them whole."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    long = [name for name in texts if (frame[name].str.len_chars().max() or 0) > LONGEST_CELL_SHOWN]
    return frame.with_columns(pl.col(name).str.slice(0, LONGEST_CELL_SHOWN) for name in long) if long else frame


def _chart(view: View, result: QueryResult) -> None:
    frame = result.frame
    first = quick_chart.first_choice(frame)
    if first is None:
        empty_state("没有可画的数", "结果里没有数字列。请在语句里加上要画的数，如 count(*) 或 sum(列)。")
        return
    numbers = quick_chart.numeric_columns(frame)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "图形",
            list(quick_chart.KINDS_ZH),
            format_func=quick_chart.KINDS_ZH.get,
            default=first.kind,
            key="chart_kind",
        )
        along = st.selectbox(
            "横轴", frame.columns, index=frame.columns.index(first.x) if first.x else 0, width=220, key="chart_x"
        )
        up = st.multiselect(
            "纵轴", numbers, default=list(first.ys), width=360, key="chart_ys", placeholder="选一列或几列"
        )
    if not up:
        empty_state("还没有选纵轴", "请选一列或几列数字。")
        return
    choice = quick_chart.Choice(x=along, ys=tuple(up), kind=kind or first.kind)
    drawn = quick_chart.drawn(frame, choice, is_large=view.is_large)
    most = quick_chart.MOST_BARS if choice.kind == "bar" else quick_chart.MOST_POINTS
    st.plotly_chart(
        drawn,
        theme=None,
        width="stretch",
        config=CONFIG | {"displayModeBar": False},
        key="query_chart",
        alt=f"{'、'.join(choice.ys)}按{choice.x}的{quick_chart.KINDS_ZH[choice.kind]}图，{min(most, frame.height)}行",
    )
    note = f"图中是前{most}行，共{frame.height:,}行；" if frame.height > most else ""
    st.html(
        f'<div class="block"><p class="foot">{esc(note)}单位照语句里的列，比率是小数。'
        f"批次 {esc(result.release_id)}{'，演示数据' if result.kind_code == 'demo' else ''}</p></div>"
    )


def _files(view: View, made: Attempt, result: QueryResult) -> None:
    """One button a format; a file is made when its button is pressed."""
    with st.container(horizontal=True, key="query_files"):
        for form, (name, said) in FILES.items():
            notes = notes_of(view, result)
            st.download_button(
                f"下载 {name}",
                data=_made(view, made, form),
                file_name=export.file_name(form, notes),
                mime=export.FORMATS[form],
                help=said,
                key=f"file_{form}_{result.hash[:8]}",
                on_click="ignore",
            )
        keeping.button(view, lambda: _kept(view, result), key=f"keep_{result.hash[:8]}")


def _kept(view: View, result: QueryResult) -> Kept:
    """The answer as a table of texts under a permanent link, with the statement and the meaning of its columns."""
    notes = notes_of(view, result, whole=True)
    frame = export.flat(export.marked(result.frame, result.kind_code))
    return Kept(
        title_zh="查询结果",
        what_zh=result.size_zh,
        foot_zh="来源：" + "；".join(notes.sources),
        stamp_zh=f"批次 {result.release_id}，内容摘要 {result.hash}",
        release_id=result.release_id,
        is_demo=result.kind_code == "demo",
        heads=tuple(frame.columns),
        rows=tuple(tuple("" if value is None else str(value) for value in row) for row in frame.iter_rows()),
        definitions=tuple((name, said) for name, (_, said) in notes.columns.items() if said),
        sql=result.sql,
    )


def _made(view: View, made: Attempt, form: str) -> Callable[[], bytes]:
    """The file's bytes, made when they are asked for; until then the rows stay where the shelf has put them."""

    def bytes_of() -> bytes:
        result = made.result
        return export.write(result.frame, form, notes_of(view, result, whole=True))

    return exporting.recorded(view, bytes_of, f"查询结果（{form}）", rows=lambda: made.result.frame.height)


def notes_of(view: View, result: QueryResult, *, whole: bool = False) -> export.Notes:
    """What a file of this answer says about itself; `whole` with sources and meanings of columns."""
    told = {}
    if whole:
        said = view.ask(provenance.meanings, relations=result.relations)
        told = {
            "sources": view.ask(provenance.sources_behind, relations=result.relations),
            "columns": {name: (kind, said.get(name, "")) for name, kind in result.columns},
            "remarks": ("比率是小数，乘100为%", *result.warnings_zh),
        }
    return export.Notes(
        title_zh="查询结果",
        release_id=result.release_id,
        kind_code=result.kind_code,
        built_at=view.header["built_at"],
        size_zh=result.size_zh,
        sql=result.sql,
        parameters=result.parameters,
        hash=result.hash,
        **told,
    )


def _notice(text: str) -> None:
    st.html(f'<div class="block"><div class="notice" role="status">{esc(text)}</div></div>')
