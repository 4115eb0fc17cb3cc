"""Receipts on the stage: each cut into screens, since nothing scrolls."""

from collections.abc import Iterator
from html import escape

from warehouse.paper.deck.pack import Fact, Pack, Walk

LETTERS, LINES = 58, 14


def all_of(pack: Pack) -> str:
    """Every receipt, by code."""
    return "".join(_one(pack, walk) for _, walk in sorted(pack.walks.items()))


def _one(pack: Pack, walk: Walk) -> str:
    stamp = pack.deck.stamp
    screens = list(_screens(walk.facts))
    demo = '<b class="demo">演示数据</b>' if stamp.is_demo else ""
    made = []
    for place, facts in enumerate(screens, start=1):
        rows = "".join(
            f'<li style="margin-left:{min(fact.depth, 4) * 32}px"><span>{escape(fact.label_zh)}</span>{escape(fact.text)}</li>'
            for fact in facts
        )
        more = f"　第{place}/{len(screens)}页，→ 翻页" if len(screens) > 1 else ""
        made.append(
            f'<div class="screen" hidden><h2>{escape(walk.title_zh)}　<strong>{escape(walk.value_zh)}</strong></h2>'
            f'<p class="what">{escape(walk.when_zh)}</p><ul>{rows}</ul>'
            f'<footer>{demo}<span>凭证编号 {walk.code} · 版本：{escape(stamp.release_id)}{more}</span><span class="corner">Esc 关闭</span></footer></div>'
        )
    return f'<div data-code="{walk.code}">{"".join(made)}</div>'


def _screens(facts: tuple[Fact, ...]) -> Iterator[list[Fact]]:
    """Lines that fit on one screen, at least one screen."""
    screen: list[Fact] = []
    used = 0
    for fact in facts:
        need = -(-(len(fact.text) + len(fact.label_zh) + 1) // (LETTERS - 2 * min(fact.depth, 4)))
        if screen and used + need > LINES:
            yield screen
            screen, used = [], 0
        screen.append(fact)
        used += need
    yield screen
