"""Small pieces of a page as HTML text: numbers that open a receipt, bars, badges, status words.

Everything that comes from a release passes `esc`; what these functions return is safe to join.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

# A longer wording (2871个行政村（2021年）) may break across lines; a number may not.
LONGEST_UNBROKEN = 8
# The one legend of status shapes; the foot of every page tells it.
STATUS_SIGNS = {"good": "▲", "watch": "▼", "flat": "●", "open": "◆", "void": "○", "miss": "■"}
SIGNS_ZH = {
    "good": "向好或达到",
    "watch": "关注或未达",
    "flat": "平稳或相当",
    "open": "口径待确认",
    "void": "无数可判",
    "miss": "约束性目标未达",
}


def esc(text: object) -> str:
    """`text` with the five characters of markup made harmless; None is nothing."""
    return "" if text is None else escape(str(text), quote=True)


def num(text: str, receipt: str | None, *, wrap: bool = False) -> str:
    """A shown number. With a receipt it is a button (keyboard: Tab, Enter) that opens it; without, plain text.

    Args:
        wrap: the wording may break across lines. A <button> never breaks, and pulls the bracket after it to the next
            line, so ours is a span with the role of one.
    """
    if not receipt:
        return f'<span class="nowrap">{esc(text)}</span>'
    kind = "num wrap" if wrap else "num"
    return (
        f'<span role="button" tabindex="0" class="{kind}" aria-haspopup="dialog" data-receipt="{esc(receipt)}">'
        f"{esc(text)}</span>"
    )


def linked(sentence: str, links: Sequence[tuple[str, str | None]]) -> str:
    """A sentence in which each wording of `links` is a number that opens its receipt.

    The wordings are looked for in order, each after the one before, so that the same digits twice stay two numbers;
    one that does not stand in the sentence is left out.
    """
    done, rest = [], sentence
    for wording, receipt in links:
        before, found, after = rest.partition(wording)
        if not found:
            continue
        done.append(esc(before) + num(wording, receipt, wrap=len(wording) > LONGEST_UNBROKEN))
        rest = after
    return "".join(done) + esc(rest)


def badge(text: str | None, tone: str = "") -> str:
    """A small framed word beside a number (时点不详, 疑为登记数); nothing for no text."""
    return f'<span class="badge {tone}">{esc(text)}</span>' if text else ""


def status(word: str, tone: str) -> str:
    """A status as sign and word; colour only repeats it. Tones: those of `STATUS_SIGNS`."""
    return f'<span class="status {tone}">{STATUS_SIGNS[tone]} {esc(word)}</span>'


def verdict_chip(word: str, tone: str, receipt: str | None, *, is_told: bool = False) -> str:
    """A verdict as sign and word that opens what it rests on; the word for the ear alone where a head says it."""
    said = f'<span class="unseen">{esc(word)}</span>' if is_told else esc(word)
    opens = f' role="button" tabindex="0" aria-haspopup="dialog" data-receipt="{esc(receipt)}"' if receipt else ""
    return f'<span class="status {tone}"{opens}>{STATUS_SIGNS[tone]} {said}</span>'


def highlighted(text: str, marked: Iterable[str]) -> str:
    """A paragraph with the given sentences marked, overlapping ones as one; what does not stand in it changes nothing."""
    spans: list[tuple[int, int]] = []
    for sentence in marked:
        start = text.find(sentence) if sentence else -1
        if start >= 0:
            spans.append((start, start + len(sentence)))
    parts, position = [], 0
    for start, end in _merged(spans):
        parts += [esc(text[position:start]), "<mark>", esc(text[start:end]), "</mark>"]
        position = end
    return "".join(parts) + esc(text[position:])


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches in order, those that overlap or touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def bar(rate: float | None, *, goal: float | None = None, top: float = 1.1, soft: bool = False) -> str:
    """A share as a bar on a scale from 0 to `top`, with a line at 100 %.

    What lies above 100 % is hatched, what is blank is framed, an unknown share is a dashed frame: the three read
    apart in grey. A goal is an orange line across.
    """
    full = 100 / top
    marks = ['<span class="track"></span>']
    if rate is None:
        marks.append(f'<span class="none" style="width:{full:.2f}%"></span>')
    else:
        within = min(rate, 1.0) * full
        marks.append(f'<span class="fill{" soft" if soft else ""}" style="width:{within:.2f}%"></span>')
        if rate < 1:
            marks.append(f'<span class="blank" style="left:{within:.2f}%;width:{full - within:.2f}%"></span>')
        if rate > 1:
            over = max(min(rate, top) - 1.0, 0.004) * full
            marks.append(f'<span class="over" style="left:{full:.2f}%;width:{over:.2f}%"></span>')
    marks.append(f'<span class="full" style="left:{full:.2f}%"></span>')
    if goal is not None:
        marks.append(f'<span class="goal" style="left:{min(goal, top) * full:.2f}%"></span>')
    return f'<div class="bar" aria-hidden="true">{"".join(marks)}</div>'


def source_line(source_zh: str, as_of_zh: str, release_id: str, *, more: str = "") -> str:
    """The foot of a figure: 来源 · 截至 · 版本."""
    parts = [
        esc(f"来源：{source_zh}"),
        esc(f"截至：{as_of_zh}"),
        f'<span class="nowrap">版本：{esc(release_id)}</span>',
    ]
    return f'<p class="foot">{" · ".join(parts)}{" · " + esc(more) if more else ""}</p>'


def how(*texts: str) -> str:
    """How it was worked out, each text closed as a sentence; a rule the release does not have says nothing."""
    told = "".join(f"{esc(text)}。" for text in texts if text)
    return f'<p class="how">{told}</p>' if told else ""


def folded(summary_zh: str, html: str) -> str:
    """What is read second, behind one press; nothing for nothing."""
    return f'<details class="more small"><summary>{esc(summary_zh)}</summary>{html}</details>' if html else ""


def long_text(text: str | None) -> str:
    """A sentence or more for a cell of a table, which keeps some width on a phone; nothing for no text."""
    return f'<div class="long">{esc(text)}</div>' if text else ""


_TAGS = re.compile("<[^>]*>")
_SENTENCE = 16


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, text_columns: Sequence[int] = (), caption: str = ""
) -> str:
    """An HTML table; cells are HTML already. The first column and `text_columns` stand left, numbers right.

    A column with sentences keeps its width on a phone, where it would else be squeezed into a row as tall as the screen.
    """
    rows = list(rows)
    long = {i for i in text_columns if any(len(_TAGS.sub("", row[i])) > _SENTENCE for row in rows if i < len(row))}

    def cell(tag: str, position: int, content: str) -> str:
        kind = f' class="text{" long" if position in long else ""}"' if position in text_columns else ""
        return f"<{tag}{kind}>{content}</{tag}>"

    heads = "".join(cell("th", position, esc(name)) for position, name in enumerate(head))
    body = "".join("<tr>" + "".join(cell("td", i, content) for i, content in enumerate(row)) + "</tr>" for row in rows)
    words = f'<caption class="unseen">{esc(caption)}</caption>' if caption else ""
    return f'<div class="grid-wrap"><table class="grid">{words}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
