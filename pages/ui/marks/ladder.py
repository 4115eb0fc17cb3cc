"""The coverage ladder: networks from county to village, each on the number of places it should cover."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui.kit.html import badge, bar, esc, num

SCALE_TOP = 1.1


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One network on one base.

    `rate` draws the bar (None: a dashed frame), the texts are printed. A rung with `is_other_base` stands under the
    rung before it: the same facilities on another base.
    """

    level_zh: str
    name_zh: str
    when_zh: str
    rate: float | None
    rate_text: str
    built_text: str
    base_text: str
    rate_receipt: str | None = None
    built_receipt: str | None = None
    base_receipt: str | None = None
    says_zh: str = ""
    badge_zh: str = ""
    state_text: str = ""
    has_base: bool = True
    goal: float | None = None
    verdicts_html: str = ""
    is_other_base: bool = False


def ladder(rungs: Sequence[Rung]) -> str:
    """The rungs as HTML, all bars on one scale whose full line is 100 %."""
    head = (
        '<div class="rung head" aria-hidden="true"><span>层级与网络</span>'
        "<span>建成数占底数（竖线为100%）</span><span style='text-align:right'>覆盖率</span><span>建成 / 底数</span></div>"
    )
    return f'<div class="ladder" role="list">{head}{"".join(_rung(rung) for rung in rungs)}</div>'


def _rung(rung: Rung) -> str:
    kind = "rung sub" if rung.is_other_base else "rung"
    level = "" if rung.is_other_base else f'<span class="level">{esc(rung.level_zh)}</span>'
    when = f'<span class="when">{esc(rung.when_zh)}</span>' if rung.when_zh else ""
    mark = "" if rung.rate is not None else " mark"
    says = " ".join(part for part in (badge(rung.badge_zh, "watch"), esc(rung.says_zh)) if part)
    below = f'<div class="goals">{rung.verdicts_html}</div>' if rung.verdicts_html else ""
    below += f'<div class="says">{says}</div>' if says else ""
    drawn = (
        bar(rung.rate, top=SCALE_TOP, goal=rung.goal, soft=rung.is_other_base)
        if rung.has_base
        else '<div class="bar empty"></div>'
    )
    state = f'<span class="state">{esc(rung.state_text)}</span>' if rung.state_text else ""
    return (
        f'<div class="{kind}" role="listitem"><div class="name">{level}{esc(rung.name_zh)}{when}</div>'
        f"{drawn}"
        f'<div class="rate{mark}">{num(rung.rate_text, rung.rate_receipt)}</div>'
        f'<div class="of"><span>{num(rung.built_text, rung.built_receipt)}<span class="soft"> /</span></span> '
        f"{num(rung.base_text, rung.base_receipt, wrap=True)}{state}</div>{below}</div>"
    )
