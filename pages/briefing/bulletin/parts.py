"""The parts of the page 简报: what is asked for, the text as it will be printed, changing it, files."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from pages.ui.kit import filters, reads
from pages.ui.kit.block import PRESSED, block
from pages.ui.kit.errors import guarded
from pages.ui.kit.html import esc
from pages.ui.kit.months import controls, known_months, no_months, pick_month, units_of
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import View
from pages.ui.marks.briefing_text import article
from pages.ui.takeaway import exporting, sign_offs
from warehouse import watermark
from warehouse.errors import PaperError
from warehouse.paper.anonymous import KIND_ZH, source_of, write
from warehouse.paper.facts import gather, has_key_figures
from warehouse.paper.model import Briefing, Paragraph
from warehouse.paper.numbers import doubts
from warehouse.paper.produce import MadeFile, edited, produce
from warehouse.paper.requests import FORMATS_ZH, PACKS_ZH, SHEET, TEXT, WHOLE, Request
from warehouse.paper.text import SECTIONS_ZH, city_briefing, headline, unit_briefing
from warehouse.read.receipt.receipt_codes import numbers_of
from warehouse.wording.grammar.dates import month_zh

CITY = "city"
MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "html": "text/html",
}
DEFAULT_TEMPLATE_ZH = "缺省（GB/T 9704 样式）"


LARGEST_TEMPLATE_MB = 20


@dataclass(frozen=True, kw_only=True)
class Template:
    """A Word template that somebody chose or dropped here."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the reader asks for. unit None: the city."""

    month: date
    unit: str | None
    sections: tuple[str, ...]


def choose(view: View) -> Asked | None:
    """Month, city or unit, sections; None where nothing can be written, which is said."""
    above = st.container(key="bulletin-above")
    with controls("bulletin"):
        month = pick_month(known_months(view))
        if month is None or not view.ask(has_key_figures, city_area_id=view.city):
            without = "还没有收到月报" if month is None else "重点指标还没有收到一个可采用的数"
            with above:
                opening("简报", view.city_name_zh, f"{view.city_name_zh}{without}，写不出简报。", [])
            no_months(
                view,
                "一个月的指标、排名、问题写成的通报，可生成 Word、PDF、Excel 和每个县（区）的一张纸。",
            )
            return None
        names = {CITY: "全市", **{row["area_id"]: row["short_name_zh"] for row in units_of(view)}}
        place = filters.choice("unit", "写给谁看", names, CITY, what_zh="单位")
        titles = st.multiselect(
            "要哪几节",
            list(SECTIONS_ZH.values()),
            default=list(SECTIONS_ZH.values()),
            key="bulletin-sections",
            placeholder="全部",
        )
    kept = tuple(code for code, title in SECTIONS_ZH.items() if title in titles or not titles)
    asked = Asked(month=month, unit=None if place == CITY else place, sections=kept)
    with above, guarded("简报"):
        said = headline(_facts(view, asked), asked.unit)
        opening("简报", f"{view.city_name_zh} · {month_zh(month)}", said.text, links_of(said))
    return asked


def _facts(view: View, asked: Asked):
    return view.ask(gather, city_area_id=view.city, month=asked.month)


def _made(view: View, unit: str | None, month: date, sections: tuple[str, ...]) -> Briefing:
    facts = view.ask(gather, city_area_id=view.city, month=month)
    return unit_briefing(facts, unit, sections=sections) if unit else city_briefing(facts, sections=sections)


def _article(view: View, unit: str | None, month: date, sections: tuple[str, ...]) -> str:
    return article(view.once(_made, unit, month, sections), view.release_id)


def opened(view: View, asked: Asked) -> Briefing:
    """The text with what this reader changed of it so far."""
    fresh = view.once(_made, asked.unit, asked.month, asked.sections)
    return edited(fresh, _edits(view, asked, fresh))


def _edits(view: View, asked: Asked, fresh: Briefing) -> dict[str, str]:
    """The paragraphs the reader changed in this session, by their key."""
    found = {}
    for paragraph in fresh.paragraphs():
        text = st.session_state.get(_key(view, asked, paragraph))
        if text is not None and " ".join(text.split()) != " ".join(paragraph.text.split()):
            found[paragraph.key] = text
    return found


def _key(view: View, asked: Asked, paragraph: Paragraph) -> str:
    return f"edit-{view.release_id}-{asked.unit or view.city}-{asked.month:%Y%m}-{paragraph.key}"


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def preview(view: View, asked: Asked, briefing: Briefing) -> None:
    """The text as printed, its numbers open their receipts; below, each paragraph to change."""
    fresh = view.once(_made, asked.unit, asked.month, asked.sections)
    # What nobody changed is the same text for all readers.
    is_fresh = briefing is fresh
    html = (
        view.once(_article, asked.unit, asked.month, asked.sections) if is_fresh else article(briefing, view.release_id)
    )
    block(html, key="bulletin-text")
    said = doubts(briefing)
    if said:
        block("".join(f'<div class="notice" role="status">{esc(text)}</div>' for text in said), key="bulletin-doubts")
    with st.container(key="screen-only-edit"), st.expander("改稿：逐段改写；改后的数与本批次核对，对不上的会列出来"):
        for paragraph in fresh.paragraphs():
            key = _key(view, asked, paragraph)
            if key not in st.session_state:
                st.session_state[key] = paragraph.text
            st.text_area(_title_of(fresh, paragraph), key=key, height="content")
        st.button("恢复原稿", key="bulletin-restore", on_click=_restore, args=(view, asked, fresh))


def _restore(view: View, asked: Asked, fresh: Briefing) -> None:
    for paragraph in fresh.paragraphs():
        st.session_state[_key(view, asked, paragraph)] = paragraph.text


def _title_of(briefing: Briefing, paragraph: Paragraph) -> str:
    section = next(section for section in briefing.sections if paragraph in section.paragraphs)
    return f"{section.title_zh} 第{section.paragraphs.index(paragraph) + 1}段"


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def take_along(view: View, asked: Asked) -> None:
    """Files of this text, of the unit's sheet, of every unit at once; the way from a printed code to its receipt."""
    text, whole = _request(view, asked, TEXT), _request(view, asked, WHOLE)
    with st.container(key="screen-only-take"):
        first = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
        dropped = _dropped(view, asked)
        with first:
            template = dropped or _template(view)
            for form in FORMATS_ZH:
                _button(view, asked, text, form, f"下载{FORMATS_ZH[form]}", template)
        with st.container(horizontal=True, gap="small"):
            for form in PACKS_ZH:
                if form != "html":
                    _button(view, asked, text, form, f"下载{PACKS_ZH[form]}")
            if not asked.unit and st.toggle(
                "单位匿名", key="bulletin-nameless", help="单位A、单位B……，供对外材料比较；没有对照表"
            ):
                st.download_button(
                    f"下载{KIND_ZH}",
                    data=exporting.recorded(view, _told(partial(_nameless, view, asked)), f"{KIND_ZH}.zip"),
                    file_name=f"{'演示数据_' if view.is_demo else ''}{view.city_name_zh}_{asked.month:%Y-%m}_{KIND_ZH}.zip",
                    mime=MIME["zip"],
                    key="take-nameless",
                    on_click="ignore",
                )
            st.link_button("投影", _present_url(view, asked), help="1920×1080，方向键翻页，数字键到单位，Esc 目录")
        with st.container(horizontal=True, gap="small"):
            if asked.unit:
                _button(view, asked, _request(view, asked, SHEET), "pdf", "下载一张纸")
            _button(view, asked, whole, "pdf", "全套PDF（带目录）")
            _button(view, asked, whole, "xlsx", "全套Excel")
            st.download_button(
                "缺省模板",
                data=exporting.recorded(view, _default_template, "通报模板.docx"),
                file_name="通报模板.docx",
                mime=MIME["docx"],
                key="bulletin-template",
                on_click="ignore",
            )
            _every_unit(view, asked)
        st.text_input(
            "查凭证",
            key="bulletin-code",
            placeholder="简报注里的八位编号，如 4c0c6fde",
            on_change=_look_up,
            args=(view,),
            width=320,
        )
    said = st.session_state.pop("_code_said", None)
    if said:
        block(f'<div class="notice" role="status">{esc(said)}</div>', key="code-said")


def _nameless(view: View, asked: Asked) -> bytes:
    """The comparison of this month without names, as slides, Word and Excel in one archive."""
    with reads.releases_at(view.root).acquire(view.release_id) as release:
        return write(source_of(gather(release, city_area_id=view.city, month=asked.month)))


def _present_url(view: View, asked: Asked) -> str:
    """Where this month stands on a wall; the very release that is looked at."""
    told = {"city": view.city, "month": f"{asked.month:%Y-%m}", "release": view.release_id}
    told |= {"unit": asked.unit} if asked.unit else {}
    return "present?" + urlencode(told | ({"data": "demo"} if view.is_demo else {}))


def _default_template() -> bytes:
    from warehouse.paper.files.word_template import default_template

    return default_template()


def _template(view: View) -> Template | None:
    """A template of the bureau from the folder `templates` of the data home; the default one where there is none."""
    from warehouse.paper.files.word import read_template

    folder = reads.whole_home(view.kind).templates
    found = sorted(folder.glob("*.docx")) if folder.is_dir() else []
    if not found:
        return None
    names = {path.name: Template(name=path.name, read=partial(read_template, path)) for path in found}
    chosen = st.selectbox("Word模板", [DEFAULT_TEMPLATE_ZH, *names], key="bulletin-which-template", width=260)
    return names.get(chosen)


def _dropped(view: View, asked: Asked) -> Template | None:
    """The template this reader dropped here, tried once on the text that is shown; None without one that can be used."""
    file = st.file_uploader(
        "用本单位的Word模板：拖入文件，只用于本次打开的页面，不保存",
        key="bulletin-own-template",
        max_upload_size=LARGEST_TEMPLATE_MB,
    )
    if file is None:
        st.session_state.pop("_template_tried", None)
        return None
    template = Template(name=file.name, read=file.getvalue)
    tried = st.session_state.get("_template_tried", ("", ""))
    if tried[0] != file.file_id:
        tried = (file.file_id, _refusal(view, asked, template))
        st.session_state["_template_tried"] = tried
    if tried[1]:
        words = f"{tried[1]}。“下载Word”仍用原来的模板。"
        block(f'<div class="notice" role="status">{esc(words)}</div>', key="template-refused")
        return None
    words = f"“下载Word”将套用 {file.name}。"
    block(f'<p class="soft small" role="status">{esc(words)}</p>', key="template-taken", is_noted=False)
    return template


def _refusal(view: View, asked: Asked, template: Template) -> str:
    """Why a template cannot be used; empty where it can."""
    from warehouse.paper.files.word import write_limited

    try:
        write_limited(opened(view, asked), template.read(), template_name=f"模板 {template.name}")
    except PaperError as refusal:
        return str(refusal)
    return ""


def _request(view: View, asked: Asked, kind: str, forms: tuple[str, ...] = (), *, everyone: bool = False) -> Request:
    """What is asked for now, with what the reader changed and what stands signed; a button of a file adds its form."""
    own = (
        tuple(row["area_id"] for row in units_of(view))
        if everyone
        else (asked.unit,)
        if asked.unit and kind != WHOLE
        else ()
    )
    found = sign_offs.of_month(view, asked.month)
    edits = (
        _edits(view, asked, view.once(_made, asked.unit, asked.month, asked.sections))
        if kind == TEXT and not everyone
        else {}
    )
    return Request(
        city_area_id=view.city,
        month=asked.month,
        kind=kind,
        unit_area_ids=own,
        sections=asked.sections,
        formats=forms,
        edited=edits,
        sign_off_heads=sign_offs.HEADS,
        sign_offs=tuple((one.area_id, row) for one, row in zip(found, sign_offs.texts(view, found), strict=True)),
    )


def _button(
    view: View, asked: Asked, request: Request, form: str, label_zh: str, template: Template | None = None
) -> None:
    kind = request.kind

    def made() -> bytes:
        order = replace(request, formats=(form,))
        if template is not None and form == "docx":
            order = replace(order, template=template.read(), template_name=f"模板 {template.name}")
        return _files(view, order)[0].content

    place = asked.unit or view.city
    name = _name(view, asked, kind, form) or (
        f"{'演示数据_' if view.is_demo else ''}{place}_{asked.month:%Y-%m}_{kind}_{view.release_id}.{form}"
    )
    st.download_button(
        label_zh,
        data=exporting.recorded(view, _told(made), name),
        file_name=name,
        mime=MIME[form],
        key=f"take-{kind}-{form}",
        on_click="ignore",
    )


def _told(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """A file that cannot be made says why in the browser's own message instead of a broken file."""

    def bytes_of() -> bytes:
        try:
            return make()
        except PaperError as refusal:
            st.session_state["_code_said"] = str(refusal)
            raise

    return bytes_of


def _name(view: View, asked: Asked, kind: str, form: str) -> str:
    from warehouse.paper.produce import file_name
    from warehouse.paper.requests import KINDS_ZH

    briefing = view.once(_made, None if kind == WHOLE else asked.unit, asked.month, asked.sections)
    return file_name(briefing, PACKS_ZH.get(form) or KINDS_ZH[kind], form)


def _files(view: View, request: Request, progress: Callable[[str, int, int], None] | None = None) -> list[MadeFile]:
    with reads.releases_at(view.root).acquire(view.release_id) as release:
        return produce(release, request, progress)


def _every_unit(view: View, asked: Asked) -> None:
    """The sheet and the text of every unit in one archive, made with its progress shown."""
    key = f"everyone-{view.root}-{view.release_id}-{view.city}-{asked.month:%Y%m}"
    if st.button("生成各单位一张纸和通报", key="bulletin-everyone"):
        bar = st.progress(0.0, text="开始生成")

        def shown(step_zh: str, done: int, total: int) -> None:
            bar.progress(done / total, text=f"{step_zh}（{done}/{total}）")

        with exporting.marked(view):
            files = _files(view, _request(view, asked, SHEET, ("pdf", "png", "docx"), everyone=True), shown)
            files = [replace(one, content=watermark.stamped(one.content)) for one in files]
        st.session_state[key] = zipped(files)
        bar.empty()
    if key in st.session_state:
        name = f"{'演示数据_' if view.is_demo else ''}{view.city_name_zh}_{month_zh(asked.month)}_各单位_{view.release_id}.zip"
        st.download_button(
            "下载压缩包",
            data=exporting.recorded(view, lambda: st.session_state[key], name),
            file_name=name,
            mime=MIME["zip"],
            key="take-everyone",
            on_click="ignore",
        )


def zipped(files: list[MadeFile]) -> bytes:
    """The files in one archive; the same files give the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, (1980, 1, 1, 0, 0, 0)), file.content)
    return sink.getvalue()


def _look_up(view: View) -> None:
    """Open the receipt of the code that was typed; a code nobody printed is told."""
    code = st.session_state["bulletin-code"].strip()
    if not code:
        return
    try:
        with reads.releases_at(view.root).acquire(view.release_id) as release:
            st.session_state[PRESSED] = numbers_of(release, code=code)[0]
    except PaperError as refusal:
        st.session_state["_code_said"] = str(refusal)
