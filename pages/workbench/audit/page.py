"""审计: the last steps people took, whether the trail is whole, and all of it as CSV. For the administrator."""

import csv
import io
import re
from datetime import date
from functools import cache

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, table
from pages.ui.kit.judging import context
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.ui.takeaway import exporting
from warehouse.people import audit, flow, roles, sessions
from warehouse.release.masks import unsaid
from warehouse.wording.grammar.dates import date_zh, instant_zh, month_zh

SHOWN, MOST = 200, 1_000_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HEADS = ["序号", "时间", "谁", "地址", "操作", "对象", "详情"]


def _cells(row: audit.AuditRow) -> list[str]:
    details = unsaid.details_of(row, catalog)
    told = "；".join(f"{audit.TOLD_ZH.get(name, name)}：{_said(name, value)}" for name, value in details.items())
    return [
        str(row.number),
        instant_zh(row.instant),
        row.who or "—",
        row.address or "—",
        audit.ACTIONS[row.action_code],
        row.subject,
        told,
    ]


def _said(name: str, value: object) -> str:
    """What stands behind a name of the details: codes by their names, days as days; what has no name as it is."""
    if isinstance(value, list):
        return "、".join(_said(name, one) for one in value)
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if name == "scope":
        return "、".join(_names()["area"].get(one, one) for one in text.split("+"))
    if name in _names():
        return _names()[name].get(text, text)
    if DAY.fullmatch(text):
        return (month_zh if name == "month" else date_zh)(date.fromisoformat(text))
    return text


@cache
def _names() -> dict[str, dict[str, str]]:
    """The names of codes, by the name of the detail they stand under."""
    return {
        "role": {code: role.label_zh for code, role in roles.ROLES.items()},
        "area": {code: area.name_zh for code, area in catalog.areas.items()},
        "form": {code: one.label_zh for code, one in catalog.codes["form_code"].items()},
        "step": flow.STEPS,
        "source": sessions.SOURCES_ZH,
        "indicator": {code: one.label_zh for code, one in catalog.indicators.items()},
        "kind": {reads.REAL: "实际", reads.DEMO: "演示"},
    }


def _csv() -> bytes:
    """Every row with its chain, so that it can be checked elsewhere; a cell that begins like a formula is kept as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HEADS, "校验"])
    for row in reversed(audit.rows(home, limit=MOST)):
        cells = [*_cells(row), row.chain]
        writer.writerow([f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


home, catalog = reads.whole_home(reads.REAL), context(reads.REAL).catalog
broken = audit.breaks(home)
rows = audit.rows(home, limit=SHOWN)
opening(
    "审计",
    "谁在什么时候做了什么",
    "审计记录有问题，请尽快核对。" if broken else "审计记录完整，没有改动或缺失。",
    [],
    deck_zh="每条记录带着前一条的校验，改动、删除、插入都会被发现。",
)
for sentence in broken:
    block(f'<div class="notice" role="alert">{esc(sentence)}</div>', key=f"broken-{sentence[:40]}")
block(
    f'<div class="fig"><h2>最近{len(rows)}条</h2></div>{table(HEADS, [_cells(row) for row in rows], text_columns=(1, 2, 3, 4, 5, 6))}',
    key="trail",
)
st.download_button(
    "下载全部审计记录（CSV）",
    data=exporting.recorded(here(), _csv, "审计记录（csv）", rights=("administer",)),
    file_name="审计记录.csv",
    mime="text/csv",
    on_click="ignore",
    key="trail-csv",
)
