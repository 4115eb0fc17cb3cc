"""What a page looks at: which data, which release, which city. The frame decides, pages read."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from inspect import isfunction
from typing import Any, TypeVar

import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.worked_once import worked_once
from warehouse.read.meta.catalog import projected_twins
from warehouse.wording.grammar.dates import CHINA

CENSUS, PROJECTION = "census", "projection"
BASES_ZH = {CENSUS: "2020年普查", PROJECTION: "推算（非官方）"}
_VIEW = "_view"
_T = TypeVar("_T")
KEPT_PIECES = 600


@dataclass(frozen=True, kw_only=True)
class View:
    """The choices shared by all pages, checked against the release."""

    kind: str
    root: str
    release_id: str
    header: Mapping[str, Any] = field(compare=False, repr=False)
    city: str
    city_name_zh: str
    is_large: bool
    base: str
    is_draft: bool = False

    @property
    def is_demo(self) -> bool:
        """Whether every number shown is invented."""
        return self.kind == reads.DEMO

    @property
    def has_months(self) -> bool:
        """Whether units have reported any month in this release."""
        return self.header.get("latest_month") is not None

    @property
    def today(self) -> date:
        """The day of the reader, by the clock of China; no verdict depends on it, only the words for what is over."""
        return datetime.now(CHINA).date()

    @property
    def is_projected(self) -> bool:
        """Whether rates per elders stand on projected population instead of the census."""
        return self.base == PROJECTION

    def on_base(self, indicator_code: str) -> str:
        """The indicator on the population the reader chose: itself, or its twin on projected population."""
        return self.ask(projected_twins).get(indicator_code, indicator_code) if self.is_projected else indicator_code

    def has_two_bases(self, indicator_code: str) -> bool:
        """Whether a rate stands on the census and, as another indicator, on projected population."""
        twins = self.ask(projected_twins)
        return indicator_code in twins or indicator_code in twins.values()

    def ask(self, question: Callable, **arguments: Any) -> Any:
        """What `question` answers on this release, kept for the next time.

        A function of `warehouse.read`, or one of a page that asks such: what is kept by it is the same for every city,
        base and size of type, where `once` keeps a piece for each.
        """
        return reads.ask_at(self.root, self.release_id, question, **arguments)

    def rows(self, question: Callable, **arguments: Any) -> list[dict[str, Any]]:
        """The rows of what `question` answers, by column name, kept as `ask` keeps answers: nobody changes them."""
        return reads.rows_at(self.root, self.release_id, question, **arguments)

    def once(self, make: Callable[..., _T], *arguments: Any) -> _T:
        """What `make(view, *arguments)` makes of this release, made once for all readers and kept.

        For pieces that take longer to make than to show: tables, drawings, figures. `make` asks the release and shows
        nothing; its arguments are plain values, and nobody changes what it made.

        Raises:
            TypeError: `make` is no function of a module (a lambda, a partial, a function within another, a method): the
                next run has another one in its place, so that what was made would never be found again.
        """
        if not is_recognised(make):
            raise TypeError(
                f"view.once: {make!r} is another object in the next run; pass a function of a module and its arguments"
            )
        return _made(self, make, arguments)


def is_recognised(make: Callable) -> bool:
    """Whether the same call in another run names the same function: one that stands by its name in a module.

    A script is run anew each time, and its functions with it.
    """
    module = sys.modules.get(make.__module__) if isfunction(make) and make.__module__ != "__main__" else None
    return module is not None and getattr(module, make.__qualname__, None) is make


@worked_once(most=KEPT_PIECES)
def _made(view: View, make: Callable, arguments: tuple) -> Any:
    return make(view, *arguments)


def show_from(view: View) -> None:
    """Set what the page of this run looks at."""
    st.session_state[_VIEW] = view


def here() -> View:
    """What this page looks at."""
    return st.session_state[_VIEW]
