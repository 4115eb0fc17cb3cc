"""Word: the bureau's own .docx with tags, or a template of ours in the manner of GB/T 9704; real tables, receipts as footnotes.

A template holds Chinese tags: {{ 标题 }}, {%p for 节 in 各节 %} … {{ 节.标题 }}, {{r 段 }}, {{ 节.表 }} … {%p endfor %}. Texts are
put in as texts: nothing that a release or a person wrote is read as a tag, as markup or as a formula.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.errors import PaperError
from warehouse.paper.files import word_notes, word_table
from warehouse.paper.files.word_template import default_template
from warehouse.paper.model import Briefing, Paragraph, Receipted, Table, pieces, printed_figures
from warehouse.wording.grammar.cited import Figure

TAGS_ZH = {
    "标题": "通报的标题",
    "主送": "主送单位一行",
    "地区": "市或单位的名称",
    "月份": "如2026年10月",
    "状态": "演示数据、初步、草稿·未签发",
    "来源": "资料来源",
    "截至": "数据截止的日期",
    "版本": "批次编号",
    "脚注": "来源 · 截至 · 版本 · 状态，一行",
    "落款": "落款单位，留空待填",
    "日期": "成文日期，留空待填",
    "各节": "{%p for 节 in 各节 %}…{%p endfor %}；节.标题、节.段落、节.表",
    "凭证": "{%p for 条 in 凭证 %}…{%p endfor %}；条.序号、条.编号、条.数、条.说明",
    "表凭证": "同“凭证”，只列正文没有脚注的（表中的数）",
    "口径": "{%p for 条 in 口径 %}…{%p endfor %}；条.指标、条.单位、条.定义、条.算式",
}
LARGEST_TEMPLATE = 20_000_000
TEMPLATE_SECONDS, TEMPLATE_MEMORY_MB = 20.0, 512
"""What filling somebody's template may take: its tags are a program, and may run in circles or fill the memory."""
_PLACE = "〔表位{}〕"
_MARKED = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)


def write(briefing: Briefing, template: bytes | None = None, *, template_name: str = "模板") -> bytes:
    """The .docx of a briefing.

    Args:
        template: a .docx with tags; the default one when None.

    Raises:
        PaperError: the template is no .docx, holds no tag or one that does not exist; names it and the tags there are.
    """
    from docxtpl import DocxTemplate
    from jinja2 import Environment, StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    held = template if template is not None else default_template()
    _check_archive(held, template_name)
    # A template is somebody's file: its tags may read what is given and call nothing.
    environment: Environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(io.BytesIO(held))
        names = document.get_undeclared_template_variables(jinja_env=environment)
        _check_tags(held, names, template_name)
        tables: list[Table] = []
        document.render(_given(briefing, document, tables), environment, autoescape=True)
    except TemplateError as error:
        raise PaperError(f"{template_name}：标记写错了（{_plain(str(error))}）。{_known_tags()}") from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise PaperError(
            f"{template_name}：不是能用的 .docx（{_plain(str(error))}）。请用 WPS 或 Word 另存为 .docx 再试"
        ) from error
    word_notes.put(document.docx, {one.number: one for one in briefing.receipts().values()})
    for place, table in enumerate(tables):
        word_table.put(document.docx, _PLACE.format(place), table)
    word_table.set_properties(document.docx, title=briefing.title_zh, subject=briefing.stamp.line_zh)
    sink = io.BytesIO()
    document.save(sink)
    return steady(sink.getvalue())


def write_limited(briefing: Briefing, template: bytes, *, template_name: str = "模板") -> bytes:
    """`write` with somebody's template, in a process that is held to time and memory and can neither write nor call out.

    Raises:
        PaperError: as `write`; also where the template took too long, too much, or broke the program that reads it.
    """
    from warehouse.worker.client import JobFailed, JobStopped, shared_worker

    if len(template) > LARGEST_TEMPLATE:
        raise PaperError(f"{template_name}：超过{LARGEST_TEMPLATE // 1_000_000} MB。请去掉模板里的大图片再试")
    try:
        made: bytes = shared_worker().run(
            "warehouse.paper.files.word:write",
            briefing,
            template,
            template_name=template_name,
            deadline=TEMPLATE_SECONDS,
            memory_mb=TEMPLATE_MEMORY_MB,
            least_mb=min(TEMPLATE_MEMORY_MB, 256),
        )
    except JobStopped as stopped:
        if stopped.reason == "busy":
            raise PaperError(f"{template_name}：{stopped}") from stopped
        raise PaperError(
            f"{template_name}：套用时超出了时间或内存，没有生成文件。请去掉模板里自写的循环、算式和大图片再试；没有这些的，请稍后再试"
        ) from stopped
    except JobFailed as broken:
        raise PaperError(
            f"{template_name}：套不上，没有生成文件（文件可能已损坏，或标记里有不支持的写法）。请用 WPS 或 Word 另存为 .docx，只用下列标记再试。{_known_tags()}"
        ) from broken
    return made


def steady(content: bytes) -> bytes:
    """The same file with fixed dates inside, so that the same content gives the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0)), old.read(item), zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def read_template(path: Path) -> bytes:
    """The bytes of a template file. Raises PaperError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        from warehouse.errors import reason_zh

        raise PaperError(f"模板 {path}：读不出来（{reason_zh(error)}）。请检查路径与权限") from error


def _check_archive(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            is_word = "word/document.xml" in archive.namelist()
    except zipfile.BadZipFile:
        is_word, size = False, 0
    if not is_word:
        raise PaperError(f"{name}：不是 .docx 文件（旧的 .doc、.wps 不行）。请用 WPS 或 Word 另存为 .docx 再试")
    if size > LARGEST_TEMPLATE:
        raise PaperError(f"{name}：展开后有{size / 1e6:.0f} MB，超过20 MB。请去掉模板里的大图片再试")


def _check_tags(held: bytes, names: set[str], template_name: str) -> None:
    unknown = sorted(name for name in names if name not in TAGS_ZH)
    if unknown:
        raise PaperError(f"{template_name}：有不认识的标记“{'”“'.join(unknown[:5])}”，没有生成文件。{_known_tags()}")
    if not names:
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            xml = archive.read("word/document.xml").decode(errors="replace")
        why = "标记写得不完整" if _MARKED.search(re.sub(r"<[^>]+>", "", xml)) else "没有一个标记"
        raise PaperError(f"{template_name}：{why}，数放不进去，没有生成文件。{_known_tags()}")


def _known_tags() -> str:
    return "可用的标记：" + "、".join("{{ " + name + " }}" for name in TAGS_ZH)


def _plain(text: str) -> str:
    return " ".join(text.split())[:120]


def _given(briefing: Briefing, document: Any, tables: list[Table]) -> dict[str, Any]:
    receipts = briefing.receipts()
    listed = [
        {"序号": str(one.number), "编号": one.code, "数": one.wording, "说明": one.about_zh}
        for one in {one.code: one for one in receipts.values()}.values()
    ]
    in_text = {
        receipts[one].code
        for paragraph in briefing.paragraphs()
        for one in printed_figures(paragraph)
        if one in receipts
    }
    stamp = briefing.stamp
    return {
        "标题": briefing.title_zh,
        "主送": briefing.addressee_zh,
        "地区": briefing.area_zh,
        "月份": f"{briefing.month.year}年{briefing.month.month}月",
        "状态": "　".join(stamp.states_zh),
        "来源": "；".join(briefing.sources_zh) or stamp.source_zh,
        "截至": stamp.as_of_zh,
        "版本": stamp.release_id,
        "脚注": stamp.line_zh,
        "落款": briefing.signatory_zh,
        "日期": briefing.dated_zh,
        "各节": [
            {
                "标题": section.title_zh,
                "段落": [_rich(paragraph, receipts) for paragraph in section.paragraphs],
                "表": _places(section.tables, tables),
            }
            for section in briefing.sections
        ],
        "凭证": listed,
        "表凭证": [one for one in listed if one["编号"] not in in_text],
        "口径": [
            {"指标": one.label_zh, "单位": one.unit_zh, "定义": one.definition_zh, "算式": one.formula_zh}
            for one in briefing.definitions
        ],
    }


def _places(shown: Sequence[Table], tables: list[Table]) -> str:
    """A mark for each table, replaced by the table itself once the template is filled."""
    marks = []
    for table in shown:
        marks.append(_PLACE.format(len(tables)))
        tables.append(table)
    return "".join(marks)


def _rich(paragraph: Paragraph, receipts: dict[Figure, Receipted]) -> Any:
    """The paragraph with its lead in 楷体 and, behind each number with a receipt, the place of its footnote."""
    from docxtpl import RichText

    rich = RichText()
    lead = paragraph.lead_zh if paragraph.text.startswith(paragraph.lead_zh) else ""
    for place, (figure, text) in enumerate(pieces(paragraph)):
        if place == 0 and lead:
            rich.add(word_table.legal(lead), font="eastAsia:楷体_GB2312")
            text = text.removeprefix(lead)
        if text:
            rich.add(word_table.legal(text))
        if figure in receipts:
            rich.xml += word_notes.place_for(receipts[figure])
    return rich
