"""审计: the last steps people took, whether the trail is whole, and all of it as CSV. For the administrator."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.judging import context
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.ui.marks.records import records
from pages.ui.takeaway import exporting
from warehouse.people import accounts, audit, flow, proposals, roles, sessions
from warehouse.release.masks import unsaid
from warehouse.wording.grammar.dates import date_zh, instant_zh, month_zh

SHOWN, MOST = 40, 1_000_000
MONTH, DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])"), re.compile(r"\d{4}-\d{2}-\d{2}")
HEADS = ["序号", "时间", "谁", "地址", "操作", "对象", "详情"]
# Of a digest, what tells two files apart on a screen; the file has all of it.
DIGEST, DIGEST_SHOWN = re.compile(r"[0-9a-f]{64}"), 12


def _cells(row: audit.AuditRow) -> list[str]:
    details = unsaid.details_of(row, catalog)
    told = "；".join(
        f"{audit.TOLD_ZH.get(name, name)}：{_said(name, value)}"
        for name, value in details.items()
        if value not in (None, "")
    )
    return [
        str(row.number),
        instant_zh(row.instant),
        row.who or "—",
        row.address or "—",
        audit.ACTIONS[row.action_code],
        row.subject,
        told,
    ]


def _shown(row: audit.AuditRow) -> list[str]:
    """The same row as it is read: names before logins and codes, digests short."""
    number, at, who, _, action, subject, told = _cells(row)
    # Whoever runs the machine is no account of ours.
    named = "本机操作员" if row.who.startswith("system:") else _account_names().get(row.who, "")
    about = _subject_zh(subject)
    where = "　".join(filter(None, (row.who if named else "", row.address)))
    code = f'<div class="where">{esc(subject)}</div>' if about != subject else ""
    return [
        f'<span class="nowrap">{esc(at)}</span><div class="where">第{number}条</div>',
        f'<span class="nowrap">{esc(named or who)}</span><div class="where nowrap">{esc(where)}</div>',
        f'<span class="nowrap">{esc(action)}</span>',
        "本人" if subject and subject == row.who else esc(about) + code,
        esc(DIGEST.sub(lambda found: f"{found[0][:DIGEST_SHOWN]}…", told)),
    ]


def _subject_zh(subject: str) -> str:
    """What a step was about: a unit, an indicator, a target or a person by name; the parts of a correction each; else as it is."""
    names = {**_names()["indicator"], **_names()["area"], **_names()["form"], **_account_names()}
    names |= {code: one.name_zh for code, one in catalog.targets.items()}
    return " ".join(names.get(part, part) for part in subject.split("|"))


@cache
def _account_names() -> dict[str, str]:
    return {one.login: one.name_zh for one in accounts.listed(home)}


def _said(name: str, value: object) -> str:
    """What stands behind a name of the details: codes by their names, days as days; what has no name as it is."""
    if isinstance(value, list):
        return "、".join(_said(name, one) for one in value)
    if value in (None, ""):
        return "—"
    if name in ("was", "becomes") and (texts := _texts(value)):
        return "、".join(f"{_fields().get(field, field)} {text}" for field, text in texts.items() if text)
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if name == "scope":
        return "、".join(_names()["area"].get(one, one) for one in text.split("+"))
    if name in _names():
        return _names()[name].get(text, text)
    if MONTH.fullmatch(text):
        return month_zh(date.fromisoformat(f"{text}-01"))
    if DAY.fullmatch(text):
        return (month_zh if name == "month" else date_zh)(date.fromisoformat(text))
    return text


def _texts(value: object) -> Mapping[str, str]:
    """The texts by field of a change; none where it is told otherwise."""
    try:
        found = json.loads(str(value))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _fields() -> dict[str, str]:
    """The labels of what a change may change."""
    return {field: label for fields in proposals.FIELDS.values() for field, label in fields.items()}


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
claim = f"最近{len(rows)}条，新的在前" if len(rows) == SHOWN else f"共{len(rows)}条，新的在前"
block(
    f'<div class="fig"><h2>{claim}</h2><div class="what">以前的和完整的文件摘要在下载的文件里</div></div>'
    + records(["时间", "谁", "操作", "对象", "详情"], map(_shown, rows), text_columns=(1, 2, 3, 4)),
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
