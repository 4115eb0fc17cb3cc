"""A signed edition as it was frozen: its own text, numbers and comments, its files, and what became of it."""

from pathlib import Path

import streamlit as st

from pages.briefing.editions import acting, asking, listing
from pages.ui.kit import filters, reads
from pages.ui.kit.block import block
from pages.ui.kit.errors import guarded
from pages.ui.kit.html import esc, folded, table
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import View
from pages.ui.kit.worked_once import worked_once
from pages.ui.marks.briefing_text import article
from pages.ui.takeaway import exporting
from warehouse.editions import checklist, frozen, record, signing, states
from warehouse.editions.content import Content
from warehouse.editions.record import Edition
from warehouse.home import Home
from warehouse.paper.text import OVERALL
from warehouse.wording.desk import editions as words
from warehouse.wording.grammar.cited import Cited, cited
from warehouse.wording.grammar.dates import instant_zh

KEPT = 24
MIME = {
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "zip": "application/zip", "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip


@worked_once(most=KEPT)
def _held(root: str, sha: str) -> Content:
    return frozen.content(Home(Path(root)), sha, is_for_reading=True)


def show(view: View, found: Edition) -> None:
    """Everything of one signed edition."""
    home = acting.home_of(view)
    held = _held(str(home.root), found.sha256)
    notice = signing.notice_zh(home, found)
    said = (
        _first(held)
        if found.state_code == states.SIGNED
        else cited(words.not_standing(held.edition.name_zh, states.STATES[found.state_code]))
    )
    opening(
        "汇报版", f"{held.edition.name_zh} · {states.STATES[found.state_code]}", said.text, _links(view, held, said)
    )
    acting.said()
    notes = [notice, *(f"{text}。请核对后出更正版。" for text in checklist.withdrawn_batches(home, held))]
    for place, text in enumerate(one for one in notes if one):
        block(f'<div class="notice" role="status">{esc(text)}</div>', key=f"edition-notice-{place}")
    _colophon(view, found, held)
    text = held.marked(notice) if notice else held
    block(article(text.briefing, held.release_id, opens=view.release_id == held.release_id), key="edition-text")
    with guarded("文件"):
        _files(view, home, found)
    _receipts(held)
    asking.form(
        view, area=(held.edition.area_id, held.edition.area_zh), codes=tuple(held.indicators), asked_in=found.key
    )
    if found.state_code == states.SIGNED:
        _afterwards(view, found)


def _first(held: Content) -> Cited:
    """The first sentence of the text that tells a figure; the title where none does."""
    overall = [section for section in held.briefing.sections if section.code == OVERALL]
    told = [said for section in overall for paragraph in section.paragraphs for said in paragraph.sentences]
    return next((said for said in told if said.figures), cited(held.title_zh))


def _links(view: View, held: Content, said: Cited) -> list[tuple[str, str | None]]:
    return links_of(said) if view.release_id == held.release_id else []


def _colophon(view: View, found: Edition, held: Content) -> None:
    """State, signer, release, hash; links to what it replaces, what replaced it, and back to the list."""
    home = acting.home_of(view)
    signed_zh = f"{held.signed_by_zh}，{instant_zh(held.signed_at)}" if held.signed_at else "—"
    rows = [
        ["状态", esc(states.STATES[found.state_code])],
        ["签发", esc(signed_zh)],
        ["批次", esc(held.release_id)],
        ["摘要（SHA-256）", f"<code>{esc(found.sha256)}</code>"],
        ["签发前逐条确认的提醒", f"{len(held.acknowledged)}条"],
    ]
    for label, key in (("更正的是", found.settings.replaces), ("更正版", found.replaced_by)):
        if key:
            other = record.edition(home, key)
            href = esc(listing.address_of(view, other))
            rows.append([label, f'<a class="link" href="{href}" target="_self">{esc(other.identity.name_zh)}</a>'])
    back = f'<a class="link" href="/editions?data={view.kind}&city={view.city}" target="_self">全部汇报版</a>'
    noted = "".join(f"<li>{esc(one.text_zh)}（{esc(one.who_zh)}）</li>" for one in held.acknowledged)
    block(
        table(["项目", "内容"], rows, text_columns=(1,), caption="这一版")
        + folded("确认过的提醒", f"<ul>{noted}</ul>" if noted else "")
        + f'<p class="small">{back}</p>',
        key="edition-colophon",
    )


def _files(view: View, home: Home, found: Edition) -> None:
    """The frozen files, or marked copies; the bytes that were signed by their hash beside them."""
    with st.container(key="screen-only-edition-files", horizontal=True, gap="small"):
        for place, (name, make) in enumerate(signing.downloads(home, found)):
            form = name.rpartition(".")[2]
            st.download_button(
                f"{'副本 ' if signing.notice_zh(home, found) else ''}{name.rpartition('_')[2]}",
                data=exporting.recorded(view, make, name),
                file_name=name,
                mime=MIME.get(form, "application/octet-stream"),
                key=f"edition-file-{place}",
                on_click="ignore",
            )
    if signing.notice_zh(home, found):
        demo = " --demo" if view.is_demo else ""
        block(
            '<p class="small soft">以上是加了标记的副本。签发时的原件按摘要取：'
            f"<code>yanglao edition export {esc(found.sha256[:16])} --frozen{demo}</code></p>",
            key="edition-by-hash",
        )


def _receipts(held: Content) -> None:
    """The walk of every number as it was on the day of signing."""
    parts = [
        f"<dt><code>{esc(code)}</code></dt><dd>{'<br>'.join(esc(line) for line in lines)}</dd>"
        for code, lines in held.receipts_zh.items()
    ]
    block(folded(f"签发时的数字凭证（{len(parts)}个）", f"<dl>{''.join(parts)}</dl>"), key="edition-receipts")


def _afterwards(view: View, found: Edition) -> None:
    """A correction for whoever may draft, taking it back for whoever may sign."""
    area = found.identity.area_id
    if not (acting.may(view, "draft", area) or acting.may(view, "sign", area)):
        return
    with st.container(key="screen-only-after", horizontal=True, vertical_alignment="bottom"):
        if acting.may(view, "draft", area):
            st.text_input("更正说明（改了什么、为什么）", key="amend-note", width=360)
            st.button("起草更正版", key="amend", on_click=_amend, args=(view, found))
        if acting.may(view, "sign", area):
            st.text_input("撤回的原因", key="withdraw-why", width=260)
            st.button("撤回", key="withdraw", on_click=_withdraw, args=(view, found))


def _amend(view: View, found: Edition) -> None:
    def act(home, actor) -> str:
        made = signing.amend(
            home, reads.releases(view.kind), found.key, note_zh=st.session_state.get("amend-note", ""), actor=actor
        )
        filters.put(listing.IN_ADDRESS, made.key)
        return f"已起草更正版 {made.identity.name_zh}"

    acting.acted(view, "draft", found.identity.area_id, act)


def _withdraw(view: View, found: Edition) -> None:
    def act(home, actor) -> str:
        record.take(
            home,
            found.key,
            "withdraw",
            actor,
            seen=found.last.number,
            reason_zh=st.session_state.get("withdraw-why", ""),
        )
        return f"{found.identity.name_zh} 已撤回"

    acting.acted(view, "sign", found.identity.area_id, act)
