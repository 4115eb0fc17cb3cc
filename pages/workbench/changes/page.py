"""口径变更: who changed which target, definition or figure of a form, when and why; proposing one, and passing it."""

from pages.ui.kit.errors import guarded
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from pages.workbench.changes import parts

view = here()
opening(
    "口径变更",
    "目标、指标定义和报表更正",
    parts.finding(),
    [],
    deck_zh="一人提出、另一人审核、写明哪天起和依据；下次更新起采用。此前的批次和汇报版不变。",
)
parts.said()
with guarded("提出变更"):
    parts.proposing(view)
with guarded("变更记录"):
    parts.record(view)
