"""What stands around the editor: parameters as widgets, tables and their columns."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.query import lineage
from warehouse.query.gate import MAX_BYTES, MAX_PARAMETERS
from warehouse.query.help.lexer import bind_colons, tokens
from warehouse.read.meta import catalog, samples
from warehouse.read.month import months
from warehouse.read.place import areas
from warehouse.wording.grammar.dates import instant_zh

UNITS = re.compile(r"[个人张元户家岁天]|人次|平方米|小数|元/人(·月)?|张/千人|分钟")
Load = Callable[[str, Mapping[str, Any]], None]


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=256)
def parameters_of(sql: str) -> tuple[str, ...]:
    """Names of the parameters in a text, in the order they first stand there; none where there are more than may be."""
    if len(sql) > MAX_BYTES or not ("$" in sql or ":" in sql):
        return ()
    found = (token.text[1:] for token in tokens(bind_colons(sql)) if token.kind == "parameter")
    names = tuple(dict.fromkeys(name for name in found if not name.isdigit()))
    return names if len(names) <= MAX_PARAMETERS else ()


def parameter_widgets(view: View, names: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """One widget a parameter, chosen from the dictionary by its name; returns the values to bind.

    Args:
        given: values to begin with, from a saved query or the history.
    """
    if not names:
        return {}
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", key="query_parameters"):
        for name in names:
            values[name] = _widget(view, name, given.get(name))
    return values


def _widget(view: View, name: str, given: Any) -> Any:
    label, key = f":{name}", f"param_{name}"
    options = _options(view, name)
    if options:
        codes = list(options)
        first = given if given in options else view.city if view.city in options else codes[0]
        return st.selectbox(
            label,
            codes,
            index=codes.index(first),
            format_func=lambda code: f"{options[code]}　{code}",
            width=300,
            key=key,
        )
    if name in ("month", "period", "moment") or name.endswith(("_month", "_period")):
        # A release without county months has documents of many months all the same.
        known = view.ask(months.months) or view.ask(months.calendar)
        listed = [f"{month:%Y-%m}" for month in reversed(known)]
        begin = f"{given:%Y-%m}" if isinstance(given, date) else given
        index = listed.index(begin) if begin in listed else 0
        return st.selectbox(label, listed, index=index, width=160, key=key, accept_new_options=True)
    if name in ("year", "n", "top", "rows") or name.endswith(("_year", "_count")):
        return int(
            st.number_input(label, value=int(given or (2025 if "year" in name else 10)), step=1, width=140, key=key)
        )
    return st.text_input(label, value="" if given is None else str(given), width=220, key=key)


def _options(view: View, name: str) -> dict[str, str]:
    """Code to Chinese name for the parameters the dictionary knows; empty for others."""
    if name in ("unit", "area") or name.endswith(("_unit", "_area")):
        cities = view.ask(areas.cities).frame
        found = {}
        for city, city_name in cities.select("area_id", "name_zh").iter_rows():
            if not name.endswith("unit"):
                found[city] = city_name
            units = view.ask(areas.units, city_area_id=city).frame
            found |= dict(units.select("area_id", "name_zh").iter_rows())
        return found
    if name == "city" or name.endswith("_city"):
        return dict(view.ask(areas.cities).frame.select("area_id", "name_zh").iter_rows())
    if name == "indicator" or name.endswith("_indicator"):
        return dict(view.ask(catalog.indicators).frame.select("indicator_code", "label_zh").iter_rows())
    return {}


# ── tables and columns ───────────────────────────────────────────────────────────────────────────────────────────────


def schema(view: View, load: Load) -> None:
    """One relation at a time: what a row is, its columns with names, units and examples, what uses it."""
    labels = {row["relation"]: f"{row['label_zh']}　{row['relation']}" for row in view.rows(catalog.relations)}
    relation = st.selectbox("表", list(labels), format_func=labels.get, key="schema_relation")
    about_html, columns_html = view.once(_relation, relation)
    st.html(about_html)
    with st.container(height=560, border=False, key="schema_columns"):
        st.html(columns_html)
    if st.button("查前20行", key="schema_load", width="stretch"):
        names = ",\n    ".join(row["column_name"] for row in view.rows(catalog.columns, relation=relation))
        load(f"select\n    {names}\nfrom {relation}\nlimit 20;", {})


def _relation(view: View, relation: str) -> tuple[str, str]:
    """What a row of it is and what uses it; its columns."""
    about = next(row for row in view.rows(catalog.relations) if row["relation"] == relation)
    used = [row["relation"] for row in view.rows(lineage.uses, relation=relation)]
    lines = [
        f"<b>{esc(about['label_zh'])}</b>　{esc(about['grain_zh'])}",
        f"主键 {esc(about['key_columns'])}　共{about['row_count']:,}行　装载于 {instant_zh(view.header['built_at'])}",
    ]
    if used:
        lines.append(f"用到它的：{esc('、'.join(used))}")
    examples = view.ask(samples.examples, relation=relation)
    rows = "".join(
        _column(row, examples.get(row["column_name"], "")) for row in view.rows(catalog.columns, relation=relation)
    )
    return (
        f'<div class="block"><p class="small">{"<br>".join(lines)}</p></div>',
        f'<div class="block small"><dl class="columns">{rows}</dl></div>',
    )


def _column(row: Mapping[str, Any], example: str) -> str:
    """One column: its name and Chinese name with unit, what it means, some values."""
    name, unit, meaning = split_comment(row["comment_zh"] or "")
    said = [
        f"<b>{esc(name)}</b>{f'（{esc(unit)}）' if unit else ''}　<span class='soft'>{esc(row['data_type'].lower())}</span>"
    ]
    said += [esc(meaning)] if meaning else []
    said += [f"<span class='soft'>例：{esc(example)}</span>"] if example else []
    return f"<dt><code>{esc(row['column_name'])}</code></dt><dd style='margin:0 0 0.7em 1em'>{'<br>'.join(said)}</dd>"


def split_comment(comment: str) -> tuple[str, str, str]:
    """A column's comment as Chinese name, unit, and the rest: 人数（人） is 人数, 人."""
    head, colon, rest = comment.partition("：")
    name, semicolon, more = head.partition("；")
    unit = ""
    if name.endswith("）") and "（" in name:
        inner = name[name.rindex("（") + 1 : -1]
        if UNITS.fullmatch(inner):
            name, unit = name[: name.rindex("（")], inner
    said = "；".join(part for part in (more if semicolon else "", rest if colon else "") if part)
    return name, unit, said
