"""核对答复稿: a draft pasted or dropped is held against what is known, told about, and forgotten."""

import streamlit as st

from etl.replies.check import DIFFERS, LATER, OLDER, SAME, UNKNOWN, Checked, Finding, check, origin_zh
from etl.replies.draft import Draft, of_file, of_text
from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, num, source_line, status
from pages.ui.kit.view import View
from warehouse.errors import FormError
from warehouse.read.place import areas
from warehouse.settings import load_settings
from warehouse.wording.desk import replies as words
from warehouse.wording.grammar.dates import date_zh

LARGEST_MB = 30
TONES = {SAME: "good", OLDER: "watch", DIFFERS: "watch", LATER: "void", UNKNOWN: "void"}


def draft_check(view: View) -> None:
    """A field, a place to drop a file, and what came of it. Nothing of a draft is kept with the page or on the disk."""
    block(
        '<div class="fig"><h2>核对答复稿：只核对，不保存</h2>'
        '<div class="what">逐数对照公开文件、最新月报和已签发的汇报版：写错的、过时的、没有时点的、约数说成确数的、整段重复的</div></div>',
        key="draft-head",
        is_noted=False,
    )
    names = {row["area_id"]: row["short_name_zh"] for row in view.rows(areas.cities)}
    with st.container(key="screen-only-draft"):
        city = filters.choice("of", "哪个市的答复", names, next(iter(names)), what_zh="城市")
        text = st.text_area("粘贴答复稿", key="draft-text", height=200, placeholder="把稿子的文字粘贴到这里")
        file = st.file_uploader("或拖入 .docx、.txt", key="draft-file", max_upload_size=LARGEST_MB)
    try:
        draft = _draft(text, file)
    except FormError as refused:
        block(f'<div class="verdict bad" role="status"><b>{esc(str(refused))}</b></div>', key="draft-refused")
        return
    if draft is None:
        return
    # A reader of one unit does not read the editions of its city.
    home = None if reads.seen_as() else reads.whole_home(view.kind)
    with reads.releases_at(view.root).acquire(view.release_id) as release:
        found = check(draft, home, release, city_area_id=city)
    block(_told(view, found), key="draft-told", is_noted=False)


def _draft(text: str, file) -> Draft | None:
    if file is not None:
        return of_file(file.getvalue(), file.name, load_settings())
    return of_text(text) if text.strip() else None


def _told(view: View, found: Checked) -> str:
    is_fine = all(one.is_fine for one in found.findings) and not found.repeated
    items = "".join(_item(one) for one in found.by_urgency())
    items += "".join(
        f'<li><div class="where">整段重复</div><div><div class="fact">{esc(one.start_zh)}……</div>'
        f'<div class="todo">{esc(words.repeated_zh(one.place, one.source_zh, one.paragraph_no, one.share))}</div></div></li>'
        for one in found.repeated
    )
    left = "".join(f'<p class="soft small">{esc(line)}</p>' for line in found.left_zh)
    return (
        f'<div class="verdict {"good" if is_fine else "bad"}" role="status"><b>{esc(found.draft.name)}：'
        f"{esc(found.summary_zh)}</b></div>"
        + (f'<ul class="issues">{items}</ul>' if items else "")
        + left
        + source_line("公开文件、月报、已签发的汇报版", date_zh(view.today), view.release_id)
    )


def _item(one: Finding) -> str:
    """One figure: the verdict and where it stands, its clause, what it should be, what else is to be mended."""
    right = ""
    if one.right is not None:
        right = (
            f'<div class="fact">已知：{num(one.right.wording, one.right.ref or None)}'
            f'<span class="soft small">　{esc(origin_zh(one.right))}</span></div>'
        )
    notes = "".join(f'<div class="todo">{esc(note)}</div>' for note in one.notes_zh)
    return (
        f'<li><div class="where">{status(words.VERDICTS[one.verdict_code], TONES[one.verdict_code])}'
        f'<span class="src">第{one.numeral.place}段</span></div>'
        f'<div><div class="fact"><b>{esc(one.shown_zh)}</b></div>{right}{notes}</div></li>'
    )
