"""No reader meets a traceback: what goes wrong is logged under a number, and the page says that number in Chinese."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from pages.ui.kit.html import esc
from warehouse.errors import YanglaoError

LOG = logging.getLogger("yanglao.pages")


class _NothingMore(Exception):  # noqa: N818
    """The page is complete; not a fault."""


def nothing_more() -> NoReturn:
    """End the page here; the colophon and the receipts of its numbers still follow.

    `st.stop()` would end the frame with it, and the numbers already shown would open nothing.
    """
    raise _NothingMore


@contextmanager
def guarded(what_zh: str) -> Iterator[None]:
    """Run a part of a page; a fault becomes a designed message in its place, and the rest of the page stands.

    A refusal of ours (`YanglaoError`) is shown in its own words, which name the remedy. Anything else is logged with
    a number the reader can pass on.
    """
    try:
        yield
    except _NothingMore:
        return
    except YanglaoError as refusal:
        empty_state(f"{what_zh}现在打不开", str(refusal))
    except Exception:
        number = secrets.token_hex(3).upper()
        LOG.exception("error %s on %s", number, what_zh)
        empty_state(
            f"{what_zh}出错，错误编号 {number}",
            "数据没有受影响。请刷新重试；若仍出现，请把错误编号告诉运维人员，日志中有详细记录。",
        )


def empty_state(title_zh: str, body_zh: str, *, more_html: str = "") -> None:
    """A state that is no data and no fault of the reader: what is so, and what to do."""
    lines = "".join(f"<p>{esc(line)}</p>" for line in body_zh.splitlines())
    st.html(
        f'<div class="block"><div class="empty" role="status"><h2>{esc(title_zh)}</h2>{lines}{more_html}</div></div>'
    )
