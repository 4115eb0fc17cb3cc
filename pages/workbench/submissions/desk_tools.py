"""What anybody does without identity: take a template along, have a file checked. Nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.judging import context
from pages.ui.kit.view import View
from pages.ui.marks.issue_rows import entry
from pages.ui.takeaway import exporting
from warehouse.month import add_months
from warehouse.read.meta import catalog
from warehouse.read.place import areas
from warehouse.settings import load_settings
from warehouse.wording.desk import submissions as words
from warehouse.wording.grammar.dates import CHINA, month_zh

LARGEST_MB = 30
MOST_FILES = 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS_BACK = 12
# The cookie that keeps which unit a browser fills in forms of.
OWN_UNIT = "own_unit"


def templates(view: View, own: str | None = None) -> None:
    """A workbook for one unit and month, ready to fill in; it begins with `own`, else the unit chosen here before."""
    st.html(
        '<div class="block"><div class="fig"><h2>领表样：带本单位名称、乡镇和上月数</h2>'
        '<div class="what">灰格已锁定，只填白格；下拉框里有常用的变动原因</div></div></div>'
    )
    units = _units(view)
    newest = view.header["latest_month"] or add_months(datetime.now(CHINA).date().replace(day=1), -2)
    months = [add_months(newest, 1)]
    while len(months) < MONTHS_BACK:
        months.append(add_months(months[-1], -1))
    named = {f"{month:%Y-%m}": month_zh(month) for month in months}
    with st.container(key="screen-only-template", horizontal=True, vertical_alignment="bottom"):
        unit = filters.choice("for", "单位", units, own or known_unit(view) or next(iter(units)), what_zh="单位")
        month = filters.choice("fill", "填报月份", named, next(iter(named)), what_zh="月份")
        st.download_button(
            "下载表样",
            data=exporting.recorded(
                view,
                lambda: template_bytes(view, unit, month),
                f"表样 {units[unit]}{named[month]}",
                rights=("report", "export"),
            ),
            file_name=f"{units[unit]}{named[month]}养老服务月报表样.xlsx",
            mime=XLSX,
            on_click="ignore",
            key="template",
        )
    if "for" in st.query_params:
        block(f'<span hidden data-keep="{OWN_UNIT}={esc(unit)}"></span>', key="own-kept", is_noted=False)


def known_unit(view: View) -> str | None:
    """The unit this browser filled in a form of before, if it is one of the city; nobody is asked who they are."""
    kept = st.context.cookies.get(OWN_UNIT)
    return kept if kept in _units(view) else None


def _units(view: View) -> dict[str, str]:
    return {row["area_id"]: row["name_zh"] for row in view.rows(areas.units, city_area_id=view.city)}


def template_bytes(view: View, unit_id: str, month: str) -> bytes:
    """The workbook, with the figures that stand for the month before in this release."""
    from etl.months.template.of_unit import unit_template

    with reads.releases_at(view.root).acquire(view.release_id) as release:
        return unit_template(release, unit=unit_id, month=month).data


def checking(view: View) -> None:
    """Files dropped here are checked as the next refresh would, told about, and forgotten."""
    st.html(
        '<div class="block"><div class="fig"><h2>报送前先检查：仅检查，不入库</h2>'
        '<div class="what">把填好的表拖进来，马上看到要更正的单元格；文件不保存，也不算报送，改好后仍请按原渠道报送</div></div></div>'
    )
    with st.container(key="screen-only-check"):
        files = st.file_uploader(
            "要检查的文件",
            accept_multiple_files=True,
            key="check",
            label_visibility="collapsed",
            max_upload_size=LARGEST_MB,
        )
    forms = view.ask(catalog.code_labels, code_set="form_code")
    severities = view.ask(catalog.code_labels, code_set="severity_code")
    for number, file in enumerate(dropped(files)):
        checked = _checked(view.root, view.kind, view.release_id, file.name, file.getvalue())
        block(told(checked, forms, severities), key=f"checked-{number}")
        if checked.issues:
            _to_take_along(view, file, checked, severities, number)


def dropped(files: Sequence[Any]) -> list[Any]:
    """The files to look at: of those of one name the last one dropped, which is the mended one; says what is left out."""
    newest = {file.name: file for file in files}
    kept = [file for file in files if newest[file.name] is file]
    said = []
    if len(kept) < len(files):
        again = dict.fromkeys(file.name for file in files if newest[file.name] is not file)
        said.append(f"{'、'.join(again)}拖了不止一次，只看最后一次的。")
    if len(kept) > MOST_FILES:
        said.append(f"一次最多检查{MOST_FILES}个文件，只看最后{MOST_FILES}个；前面的请先移去。")
    for number, text in enumerate(said):
        block(f'<div class="notice" role="status">{esc(text)}</div>', key=f"dropped-{number}")
    return kept[-MOST_FILES:]


def _to_take_along(view: View, file: Any, checked: Any, severities: Mapping[str, str], number: int) -> None:
    """The clerk's own file with the findings in its cells, for mending where they stand."""
    from etl.months.template.marked_copy import marked_copy

    with st.container(key=f"screen-only-marked-{number}"):
        st.download_button(
            "带走标注的副本",
            data=exporting.recorded(
                view,
                lambda: marked_copy(file.getvalue(), checked.issues, severities, load_settings()),
                "标注的副本",
                rights=("read",),
            ),
            file_name=f"{Path(checked.file_name).stem}-检查结果.xlsx",
            mime=XLSX,
            on_click="ignore",
            key=f"marked-{number}",
            help="原表另存一份：有问题的格子涂色并加批注，第一张表是问题清单；在副本里改好即可报送",
        )


@st.cache_data(show_spinner="正在检查……", max_entries=32, ttl=600)
def _checked(root: str, kind: str, release_id: str, name: str, data: bytes) -> Any:
    """What the check says; kept a few minutes, so that turning a filter does not check again.

    By the folder of the releases read, since those of a unit's scope answer less than the whole ones.

    Nobody is signed in here, so the file is compared with what the release shows everybody.
    """
    from etl.months.check import Known, check_file

    with reads.releases_at(root).acquire(release_id) as release:
        return check_file(
            data, name, context=context(kind), known=Known.RELEASED, release=release, settings=load_settings()
        )


def told(
    checked: Any, names: Mapping[str, str], severities: Mapping[str, str], *, stored_zh: str = "仅检查，未入库"
) -> str:
    """The outcome of a check as HTML: a verdict, what was recognised, every issue with its cell.

    Args:
        names: form code to its name.
        severities: severity code to its word.
    """
    issues = sorted(checked.issues, key=lambda row: list(severities).index(row["severity_code"]))
    forms = "".join(
        f"<br>{esc(words.checked_form(one.unit_zh, one.month, names[one.form_code], one.sheet, one.figure_count))}"
        for one in checked.forms
    )
    items = "".join(
        entry(
            head_zh="" if row["cell"] else "整个文件" if not row["sheet"] else "整张表",
            place_zh=words.place(row["sheet"], row["cell"]),
            file_zh="",
            severity_code=row["severity_code"],
            severity_zh=severities[row["severity_code"]],
            rule_code=row["rule_code"],
            sentence_zh=row["sentence_zh"],
            remedy_zh=row["remedy_zh"],
            under=row["folded"],
        )
        for row in issues
    )
    verdict = words.check_verdict(checked.already_zh, len(checked.forms), issues, severities)
    left_out = words.left_out(checked.left_out_zh)
    tone = "good" if checked.is_acceptable or checked.already_zh else "bad"
    return (
        f'<div class="verdict {tone}"><b>{esc(checked.file_name)}：{esc(verdict)}</b>'
        f"<span>{stored_zh}{forms}{'<br>' + esc(left_out) if left_out else ''}</span></div>"
        + (f'<ul class="issues">{items}</ul>' if items else "")
    )
