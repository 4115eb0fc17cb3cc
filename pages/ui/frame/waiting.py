"""What stands on a page while there is no release to read."""

from datetime import UTC, datetime

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.errors import empty_state
from pages.ui.takeaway import alone
from warehouse.errors import ReleaseMissing
from warehouse.progress import read_progress

LOOK_AGAIN_SECONDS = 2


def nothing_to_read(kind: str, missing: ReleaseMissing) -> None:
    """The state without a release: how far a build has come, or what to do."""
    progress = read_progress(reads.whole_home(kind))
    if progress is None or progress.is_silent(datetime.now(UTC)):
        title = "演示数据还没有生成" if kind == reads.DEMO else "还没有可读的发布批次"
        empty_state(title, str(missing))
        return
    if progress.failed_zh:
        empty_state("演示数据没有生成" if kind == reads.DEMO else "发布批次没有生成", progress.failed_zh)
        return
    _watch(kind)


@alone.fragment(run_every=LOOK_AGAIN_SECONDS)
def _watch(kind: str) -> None:
    """The build's progress, looked at again every two seconds; the page opens itself when the release is there."""
    progress = read_progress(reads.whole_home(kind))
    if progress is None:
        st.rerun()
    what = "演示数据" if kind == reads.DEMO else "发布批次"
    st.progress(progress.share, text=f"正在生成{what}：{progress.step_zh}（{progress.done}/{progress.total}）")
