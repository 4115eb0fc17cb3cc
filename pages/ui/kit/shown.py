"""What the page of this run has shown so far, so that it can be taken along exactly as it stands.

Blocks and figures note themselves here as they are shown; only references are kept, and nothing is read of them before
somebody asks for a file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

_SHOWN = "_shown"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One block as shown, or a figure with its words; `fig` draws it with plotly, for whoever takes it along."""

    html: str = ""
    fig: Callable[[], Any] | None = None
    claim_zh: str = ""
    what_zh: str = ""
    twin_html: str = ""
    foot_html: str = ""


def begin() -> None:
    """Start a run: nothing is shown yet."""
    st.session_state[_SHOWN] = []


def note(piece: Piece) -> None:
    """Remember a piece; outside the frame (a part tested alone) nobody asks for it."""
    if _SHOWN in st.session_state:
        st.session_state[_SHOWN].append(piece)


def taken() -> Sequence[Piece]:
    """The pieces shown since `begin`, in order; later ones are not noted any more."""
    return st.session_state.pop(_SHOWN, [])
