"""公开文件: what each document prints and promises, sentence by sentence, which of its numbers set a trap; a draft held against them."""

from pages.briefing.documents import draft_check
from pages.briefing.documents import parts as shown
from pages.ui.kit import filters
from pages.ui.kit.block import block, figure_block
from pages.ui.kit.html import source_line, table
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import here
from warehouse.read import checks, documents
from warehouse.wording.dates import issued_zh
from warehouse.wording.documents import short_title
from warehouse.wording.sentences import documents_finding

ASPECTS = {
    "figures": "数字",
    "text": "原文",
    "programmes": "政策与任务",
    "timeline": "时间线",
    "traps": "疑点",
    "draft": "核对答复稿",
}

view = here()
sources = view.ask(documents.sources).frame.to_dicts()
all_checks = view.ask(checks.cross_checks).frame.to_dicts()

said = documents_finding(sources, all_checks)
opening(
    "公开文件",
    f"{len(sources)}份",
    said.text,
    links_of(said),
    deck_zh="数字照文件原样印出，约数不作准数；点任何一个数可看原句。",
)

titles = {row["source_id"]: short_title(row) for row in sources}
source_id = filters.choice("doc", "文件", titles, sources[0]["source_id"], what_zh="文件")
aspect = filters.choice("aspect", "看什么", ASPECTS, "figures", what_zh="内容")
source = next(row for row in sources if row["source_id"] == source_id)
if aspect != "draft":
    block(shown.about(source), key="about")

if aspect == "figures":
    figures = view.ask(documents.figures, source_id=source_id).frame
    head = ["数", "所指", "性质", "期间", "原句"]
    figure_block(
        shown.figures(figures),
        claim_zh=f"{figures.height}个数，按段落列出，着色处是原句",
        what_zh="左边是数，右边是它所在的段落；姓名与电话已隐去",
        foot_html=source_line(
            source["title_zh"], issued_zh(source["issued_on"], source["issued_year"]), view.release_id
        ),
        twin_html=table(head, shown.figure_table_rows(figures), text_columns=(1, 2, 3, 4), caption="文件中的数"),
        key="figures",
    )
elif aspect == "text":
    paragraphs = view.ask(documents.paragraphs, source_id=source_id).frame
    figures = view.ask(documents.figures, source_id=source_id).frame
    block(shown.whole_text(paragraphs, figures), key="text")
elif aspect == "programmes":
    block(shown.programmes(view.ask(documents.programmes, source_id=source_id).frame), key="programmes")
elif aspect == "timeline":
    block(shown.timeline(view.ask(documents.timeline, source_id=source_id).frame), key="timeline")
elif aspect == "draft":
    draft_check.draft_check(view)
else:
    own = [row for row in all_checks if source_id in row["source_ids"]]
    block(shown.traps(own) or '<p class="soft">这份文件的数没有列入勾稽核对。</p>', key="traps")
