"""Numerals of a page that carry no identity, and the kinds that need none.

A numeral has an identity when an element around it carries a receipt (`data-receipt`): the walk holds it against its row.
One without is let pass only as one of the declared kinds below, or where it repeats in words a number whose row stands on
the same page. Everything else is a number nobody can open, and fails.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml import html as markup

from tests.numerals import is_among, measured
from warehouse.read import Release

_CARRIED = re.compile(r"<span[^>]*data-receipt=[^>]*>(.*?)</span>", re.DOTALL)
NUMERAL = re.compile(r"[＋－+-]?\d[\d,]*(?:\.\d+)?(?:万|亿)?%?")
# What stands at the edge of a page or a figure: releases, instants, dates, scales of axes, addresses of cells, rules,
# the method of a figure (quoted from the parameters), a text to copy that repeats the page, a field somebody types in.
EDGES = frozenset({
    "colophon", "foot", "tick", "ticks", "levels", "ends", "med-label", "unseen", "rule", "cell", "how", "kicker", "demo-band",
    "legend", "key", "pager", "machine", "event", "events-line", "running", "year", "january", "months", "square-key", "deck-rule",
})  # fmt: skip
# A bound is rounded outward: by less than half of the last digit of whole numbers, of two decimals, of a percentage with
# one and with two decimals beyond what half-up gives.
BOUNDED = re.compile("不低于|不高于|不超过|之间")
_HALVES = (0.5, 0.005, 0.0005, 0.00005)
_SKIPPED_TAGS = ("style", "script", "textarea")
# What is told of an element without standing in it: to a screen reader, or under the pointer.
LABELS = ("aria-label", "title", "alt")
# Dates, periods, instants, ages, numbers of documents and paragraphs, releases, codes of rules, the year's 12 months.
_NAMED = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日|次月\d日|\d{8}-\d{2}|cn-\d{6}|如 [0-9a-f]{8}|不按0计|例：[\dA-Za-z、\-]+|(?<!\d)\d\.(?=\s*[一-龥])|同一刻度，[^；]*|假设.*（只是测算，不是判断）|用同样的算法回看.*|\d+—\d+个月|（\d+个，新的在前）"
    r"|(?<=/)\d+|1920×1080|×10000|满分100|全长为100%|(大于|高于|超过|比|到|按)100%|任务不足30|纵轴从0起|\d{4}-\d{2}(-\d{2})?( \d{2}:\d{2})?|\d{1,2}:\d{2}|〔\d{4}〕\d+号|\d+号(提案|建议|文件|报表)?|第\d+[号条款章节表页段]"
    r"|专栏\d+|表\d+|\d{4}(—|至|-)?(\d{4})?年(\d{1,2}月)?(底|末|前|当年|初)?|\d{1,2}月\d{1,2}日|\d{1,2}(—\d{1,2})?月[底末份]?|\d+(—|-)?\d*岁"
    r"|\d+[℃寸]|60岁|65岁|80岁|12345|[A-Z]{1,2}\d+|GB/T \d+|“?1\+\d”?|2\d{3}(?=年|$)|±\d+(\.\d+)?%?|\d+分钟|24小时"
)
# Counts of what the page itself lists or counts: rows, parts, files, months, places named beside it.
_COUNTED = re.compile(
    r"^\d+（\d+）$|^[一-龥]+ \d+$|(?<![\d.,])\d{1,3}(?=(个|项|处|份|张|条|件|页|例|种|类|位|月|家|所|年|次|行|档|倍|级|格|天|季|批|宗|人|秒)(?!\d))"
    r"|(?<![\d.])\d[\d,]*(?=(个?(数|目标|问题|单位|县级单位|地方|指标|月|乡镇|报表|文件|事)|项|处|份|张报表|张月报|条|件|页|行|例|格))"
)


def outward(values: Iterable[float]) -> list[float]:
    """The values and what each is where it is told as a bound."""
    exact = list(values)
    return exact + [value + sign * half for value in exact for half in _HALVES for sign in (-1, 1)]


def loose(html: str) -> Iterator[tuple[str, str]]:
    """Texts and labels of a page outside every identity and every edge, each with the classes of where it stands."""
    yield from _texts(markup.fromstring(f"<div>{html}</div>"), ())


def _texts(element, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    classes = (element.get("class") or "").split()
    is_left = (
        not isinstance(element.tag, str)
        or element.tag in _SKIPPED_TAGS
        or element.get("data-receipt")
        or EDGES.intersection(classes)
        or element.get("aria-hidden") == "true"
    )
    if is_left:
        return
    here = (*path, f"{element.tag}.{'.'.join(classes)}" if classes else element.tag)
    yield from ((f"{' '.join(here[-2:])} @{name}", element.get(name)) for name in LABELS if element.get(name))
    if element.text and element.text.strip():
        yield " ".join(here[-3:]), element.text.strip()
    for child in element:
        yield from _texts(child, here)
        if child.tail and child.tail.strip():
            yield " ".join(here[-3:]), child.tail.strip()


def numerals_of(text: str) -> list[str]:
    """The measurements of a text: without names, dates and counts of rows."""
    return NUMERAL.findall(_COUNTED.sub("", measured(_NAMED.sub("", text))))


def words_of(release: Release) -> str:
    """Everything with a digit that the release keeps in words (quotes, notes, facts, definitions), without blanks."""
    columns = release.rows(
        "select relation, column_name from meta.column where data_type = 'varchar'"
        " and (column_name like '%\\_zh' escape '\\' or column_name like '%quote' or column_name like '%as_written')"
    ).frame.rows()
    parts = " union ".join(
        f"select {column} as text from {relation} where regexp_matches({column}, '[0-9]')"
        for relation, column in columns
    )
    found = release.rows(f"select string_agg(text, '¶') as words from ({parts})").frame
    return re.sub(r"[\s“”]", "", found["words"][0] or "")


def is_quoted(words: str, text: str, numeral: str) -> bool:
    """Whether a numeral stands in the text as in words the release keeps: with what stands around it."""
    bare = re.sub(r"[\s“”]", "", text)
    around = [bare[max(0, at.start() - 6) : at.end() + 1] for at in re.finditer(re.escape(numeral), bare)]
    return bool(around) and all(part in words for part in around)


def without_identity(html: str, *, words: str, values: Iterable[object]) -> list[tuple[str, str, list[str]]]:
    """Where the page states a number that nobody can open: place, text, the numerals.

    Args:
        words: `words_of` the release.
        values: the numbers of the rows that the page carries.
    """
    known = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    carried = set(re.findall(r"\d[\d,]*(?:\.\d+)?", unescape(" ".join(_CARRIED.findall(html)))))
    # A sentence may tell with one decimal what its table carries with two.
    known += [float(one.replace(",", "")) for one in carried]
    found = []
    for place, text in loose(html):
        near = outward(known) if BOUNDED.search(text) else known
        left = [
            one
            for one in numerals_of(text)
            if not carried.issuperset(re.findall(r"\d[\d,]*(?:\.\d+)?", one))
            and not is_among(one.lstrip("＋－+-").rstrip("%"), near)
            and not is_quoted(words, text, one)
        ]
        if left:
            found.append((place, text, left))
    return found
