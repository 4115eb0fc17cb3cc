"""Words for a figure that is held back: written down for the next refresh, by somebody with an identity."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from pages.ui.frame.identity import here_is, who
from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc
from pages.ui.kit.view import View
from warehouse.desk.received import ReceivedLog
from warehouse.errors import YanglaoError
from warehouse.persons import hide
from warehouse.release.masks.sentences import without_figures
from warehouse.settings import load_settings
from warehouse.wording.desk import quality as words
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
LONGEST = 200


def explaining(view: View, held: Sequence[Row], area_id: str | None, month: date) -> None:
    """A box for the words of each held figure of that unit and month; nothing where none is held.

    Args:
        held: from `read.quality.held`, of the whole city.
    """
    rows = [row for row in held if row["month"] == month and area_id in (None, row["area_id"])]
    if not rows:
        return
    person = who() if may_explain(view, {row["area_id"] for row in rows}) else ""
    if not person:
        block(
            '<p class="small soft">暂缓采用的数：请在表的说明栏写明原因后重报。登录的填报人、审核人也可以在这里补写说明。</p>',
            key="explaining-nobody",
        )
        return
    log = ReceivedLog(reads.whole_home(view.kind))
    given = log.explanations()
    names = {
        _key(row): f"{row['area_zh']}{month_zh(row['month'])} {words.named(row)}（{row['raw_value'] or '*'}）"
        for row in rows
    }
    with st.form("explain", border=False):
        chosen = st.selectbox("补写哪个数的说明", list(names), format_func=names.__getitem__, key="explain-which")
        text = st.text_area("变动的原因", max_chars=LONGEST, key="explain-text", placeholder="如：新挂牌助餐点36个")
        pressed = st.form_submit_button("记下说明")
    if pressed:
        try:
            log.explain(
                area_id=chosen[0], indicator_code=chosen[1], breakdown_code=chosen[2], month=month,
                text_zh=text, who=person, at=datetime.now(UTC),
            )  # fmt: skip
        except YanglaoError as error:
            block(f'<div class="notice">{esc(error)}</div>', key="explain-refused")
        given = log.explanations()
    # The words of others are shown as the next release will: of a masked figure without figures, and of nobody's person.
    masked = {_key(row) for row in rows if row["raw_value"] is None}
    said = [
        (names[key], without_figures(hide(text)) if key in masked else hide(text))
        for key in names
        if (text := given.get((key, month)))
    ]
    if said:
        items = "".join(f"<li>{esc(name)}：{esc(text)}</li>" for name, text in said)
        block(f'<p class="small">已记下，下次更新后采用：</p><ul class="small">{items}</ul>', key="explain-said")


def may_explain(view: View, area_ids: set[str]) -> bool:
    """Whether the person of this run reports or reviews for all of these areas; a gateway without accounts names anybody."""
    if load_settings().sign_in == "off":
        return True
    person = here_is()
    return person is not None and all(
        person.may("report", area) or person.may("review", area, view.city) for area in area_ids
    )


def _key(row: Row) -> tuple[str, str, str]:
    return row["area_id"], row["indicator_code"], row["breakdown_code"]
