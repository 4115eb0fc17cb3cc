"""运行状况 on a page: last load, rows, failed rules, disk, backup."""

from datetime import UTC, datetime

from pages.ui.kit import reads
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, source_line
from pages.ui.kit.view import View
from warehouse.read.meta.load_counts import load_counts
from warehouse.status import operations
from warehouse.wording.grammar.dates import CHINA, date_zh
from warehouse.wording.grammar.running import running_lines


def running(view: View) -> None:
    """The data home and this release at a glance."""
    now = datetime.now(UTC)
    lines = running_lines(operations(reads.whole_home(view.kind)), view.ask(load_counts), now)
    rows = "".join(
        f"<div><dt>{esc(label)}</dt><dd>{'<b>▼ 关注</b>　' if is_watched else ''}{esc(text)}</dd></div>"
        for label, text, is_watched in lines
    )
    block(
        f'<div class="fig"><h2>运行状况</h2><div class="what">全部报送单位合计</div></div><dl class="machine">{rows}</dl>'
        + source_line("收件登记、本批次、运行本系统的机器", date_zh(now.astimezone(CHINA)), view.release_id),
        key="running",
    )
