"""What the documents print of a page's matter and no monthly report brings: each number with its receipt and document."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pages.ui.kit.block import block
from pages.ui.kit.html import esc, folded, num, source_line
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.original import open_original, quote_button
from warehouse.read.document import documents, programmes
from warehouse.wording.programmes import document_short

Row = Mapping[str, Any]
# The words by which documents name what belongs to a page, whatever the city.
WORDS: Mapping[str, tuple[str, ...]] = {
    "platform": ("大赛", "人才培养基地", "人才实训基地", "讲师", "技能服务站点", "信息化服务平台", "专线", "热线"),
    "allowance": ("福彩公益金",),
    "coverage": ("建设面积", "医院"),
}


def also_printed(view: View, page: str) -> None:
    """The numbers, and the hotlines and the like that have none, folded to one line; nothing where nothing is printed."""
    html = view.once(_told, page)
    if html:
        open_original(view, block(html, key="also-printed"))


def _told(view: View, page: str) -> str:
    figures = [
        row for row in view.ask(documents.figures, area_id=view.city).frame.to_dicts() if _belongs(row["name_zh"], page)
    ]
    named = [
        row
        for row in view.ask(programmes.register, city_area_id=view.city).frame.to_dicts()
        if not row["figures"] and row["status_code"] in ("in_force", "done") and _belongs(row["name_zh"], page)
    ]
    if not figures and not named:
        return ""
    items = [
        f"<li>{esc(row['name_zh'])} {num(row['value_as_written'], ref('core.fct_document_figure', row['figure_id']), wrap=True)} {_document(row)}</li>"
        for row in figures
    ]
    items += [f"<li>{quote_button(row['name_zh'], row['programme_id'])} {_document(row)}</li>" for row in named]
    titles = "、".join(dict.fromkeys(f"《{row['source_title_zh']}》" for row in [*figures, *named]))
    count = f"{len(figures)}个数" if figures else ""
    told = "、".join(part for part in (count, f"点名{len(named)}项没有数的" if named else "") if part)
    foot = source_line(titles, "各文件所印", view.release_id)
    return folded(f"公开文件里还印有、月报里没有的：{told}", f'<ul class="plain">{"".join(items)}</ul>{foot}')


def _belongs(name_zh: str, page: str) -> bool:
    return any(word in name_zh for word in WORDS[page])


def _document(row: Row) -> str:
    """The document, one press away."""
    link = "documents?" + urlencode(
        {"doc": row["source_id"], "aspect": "figures" if "figure_id" in row else "programmes"}
    )
    return f'<a class="link small" href="{esc(link)}" target="_self">{esc(document_short(row))}</a>'
