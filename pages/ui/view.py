"""What a page looks at: which data, which release, which city. The frame decides, pages read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.ui import reads

_VIEW = "_view"


@dataclass(frozen=True, kw_only=True)
class View:
    """The choices shared by all pages, checked against the release."""

    kind: str
    release_id: str
    header: Mapping[str, Any]
    city: str
    city_name_zh: str
    is_large: bool

    @property
    def is_demo(self) -> bool:
        """Whether every number shown is invented."""
        return self.kind == reads.DEMO

    @property
    def has_months(self) -> bool:
        """Whether units have reported any month in this release."""
        return self.header.get("latest_month") is not None

    def ask(self, question: Callable, **arguments: Any) -> Any:
        """What `question` of `warehouse.read` answers on this release, kept for the next time."""
        return reads.ask(question, kind=self.kind, release_id=self.release_id, **arguments)


def show_from(view: View) -> None:
    """Set what the page of this run looks at."""
    st.session_state[_VIEW] = view


def here() -> View:
    """What this page looks at."""
    return st.session_state[_VIEW]
