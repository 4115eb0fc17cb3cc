"""The contradiction walk: what every page says of one identity, held against the one row of the release it stands for.

A shown number or verdict carries its identity in the page: the receipt in `data-receipt` names relation, row and column,
so indicator, area, period and reading. A number that is not the value of its row, a verdict that is not the word of its
row, and a verdict shown without a row are contradictions; so are two relations that say different things of one identity.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from lxml import html as markup

from tests.identities import BOUNDED, LABELS, outward, without_identity, words_of
from tests.numerals import is_among, last_places, measured
from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.receipt import derived
from warehouse.read.receipt.receipts import _rows, split_receipt_id
from warehouse.read.receipt.receipts import receipt as read_receipt

VERDICT = "mart.target_verdict"
_CARRIED = re.compile(r'<span[^>]*data-receipt="([^"]+)"[^>]*>(.*?)</span>', re.DOTALL)
_STATUS = re.compile(r'<span class="status [^"]*"([^>]*)>(.*?)</span>', re.DOTALL)
Row = Mapping[str, Any]
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?(?:万|亿)?")
# What the receipt of a number worked out when asked says in all; no column of any relation.
_TOLD = " told"
# Columns that hold a number in the words of a document.
_WRITTEN = ("value_as_written", "built_as_written", "actual_as_written", "text_zh", "sentence_zh", "numerator_zh", "denominator_zh", "raw_value")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One number or verdict on a page, with the identity it carries."""

    place: str
    receipt: str
    wording: str


def carried(place: str, html: str) -> list[Carried]:
    """Everything on a page that carries an identity, in the order of the page; after it what marks of charts are labelled."""
    return [
        *(
            Carried(place=place, receipt=unescape(receipt), wording=unescape(re.sub(r"<[^>]+>", "", wording)).strip())
            for receipt, wording in _CARRIED.findall(html)
        ),
        *(
            Carried(place=f"{place} @{name}", receipt=element.get("data-receipt"), wording=element.get(name))
            for element in markup.fromstring(f"<div>{html}</div>").iterfind(".//*[@data-receipt]")
            for name in LABELS
            if element.get(name)
        ),
    ]


def bare_verdicts(place: str, html: str, words: Iterable[str]) -> list[str]:
    """Words of a verdict on a target that are shown as a status without the row of the verdict."""
    known = set(words)
    return [
        f"{place}: “{word}” without its verdict"
        for attributes, text in _STATUS.findall(html)
        if (word := _bare(text)) in known and VERDICT not in unescape(attributes)
    ]


def _bare(text: str) -> str:
    """A status without its sign and its mark."""
    return unescape(re.sub(r"<[^>]+>", "", text)).strip().lstrip("▲▼●◆○■").strip().removesuffix("†")


def verdict_words(release: Release) -> dict[str, str]:
    """Code to word of the verdicts on targets."""
    return dict(
        release.rows("select code, label_zh from meta.code where code_set = 'target_state_code'").frame.iter_rows()
    )


def contradictions(release: Release, found: Iterable[Carried], *, most: int | None = None) -> list[str]:
    """Everything carried that is not what its row says, each once with the places it stands at.

    Args:
        most: of the numbers worked out when asked, so many of each kind are asked for; all when None.
    """
    places: dict[tuple[str, str], list[str]] = {}
    for one in found:
        places.setdefault((one.receipt, one.wording), []).append(one.place)
    words = verdict_words(release)
    rows = _rows(release, {_reference(receipt) for receipt, _ in places})
    names, asked = ReleaseNames(release), Counter()

    def row_of(receipt: str) -> dict[str, Any] | None:
        named = split_receipt_id(receipt)
        row = rows.get(_reference(receipt))
        if row is None or named["column"] is None or named["column"] in row:
            return row
        kind = named["relation"], named["column"].partition(":")[0]
        asked[kind] += 1
        return {} if most is not None and asked[kind] > most else _worked_out(release, row, receipt, names)

    return [
        f"{'、'.join(dict.fromkeys(where))}: “{wording}” is not {receipt}{why}"
        for (receipt, wording), where in sorted(places.items())
        if (row := row_of(receipt)) != {} and (why := _wrong(row, receipt, wording, words)) is not None
    ]


def _reference(receipt: str) -> tuple[str, str]:
    named = split_receipt_id(receipt)
    return named["relation"], named["row_key"]


def _worked_out(release: Release, row: Row, receipt: str, names: ReleaseNames) -> dict[str, Any] | None:
    """The row with all that its receipt says of a column worked out when asked (three months together, a rank)."""
    named = split_receipt_id(receipt)
    told = derived.told(release, named["relation"], row, named["column"], names)
    if told is None:
        found = read_receipt(release, **named)
        if found is None:
            return None
        told = found.step.told
    lines = (
        told.value_text,
        told.full_text,
        told.formula_zh,
        told.note_zh,
        *(cell for line in told.table for cell in line),
    )
    return {**row, "value_as_written": told.value_text, _TOLD: " ".join(lines)}


def _wrong(row: dict[str, Any] | None, receipt: str, wording: str, words: dict[str, str]) -> str | None:
    """Why a wording is not what its row says; None where it is."""
    if row is None:
        return ", which does not stand in the release"
    relation, _ = _reference(receipt)
    if relation == VERDICT and not _DIGITS.search(wording) and _bare(wording) not in ("缺", ""):
        return None if _bare(wording) == words[row["target_state_code"]] else f", which says {row['target_state_code']}"
    # A card stands its unit apart from the number: the wording is the beginning of the document's.
    if any(str(row[name]).startswith(wording) for name in _WRITTEN if row.get(name)):
        return None
    values = [value for value in row.values() if isinstance(value, int | float) and not isinstance(value, bool)]
    values += last_places(row)
    if BOUNDED.search(wording):
        values = outward(values)
    told = _DIGITS.findall(row.get(_TOLD, ""))
    left = [one for one in _DIGITS.findall(measured(wording)) if one not in told and not is_among(one, values)]
    return f": {left}" if left else None


# ── two relations, one identity ──────────────────────────────────────────────────────────────────────────────────────

# Each select: identity, what one relation says, what the other says; a row is a contradiction.
AGREEMENTS = {
    "coverage and months": """
        select c.area_id || ' ' || c.network_code || ' ' || c.as_of_on, c.rate, i.value
        from mart.coverage as c
        inner join meta.network as n
            on n.network_code = c.network_code and n.base_code = c.base_code and n.is_usual_base
        inner join core.dim_area as a on a.area_id = c.area_id and n.area_id = coalesce(a.city_area_id, a.area_id)
        inner join mart.indicator_month as i
            on i.area_id = c.area_id and i.indicator_code = n.rate_indicator and i.breakdown_code = 'total'
            and i.month = date_trunc('month', c.as_of_on)
        where c.origin_code = 'month' and abs(c.rate - i.value) > 1e-12
    """,
    "progress and its evidence": """
        select p.target_id || ' ' || p.area_id || ' ' || p.month, p.actual, i.value
        from mart.target_progress as p
        inner join core.dim_target as t on t.target_id = p.target_id
        inner join mart.indicator_month as i
            on i.area_id || '|' || i.indicator_code || '|total|' || i.month = p.evidence_row_key
        where p.evidence_relation = 'mart.indicator_month' and abs(p.actual - i.value) > 1e-12
            and year(t.period_start_on) = year(t.deadline_on)
    """,
    "a verdict and the value it quotes": """
        select v.target_id || ' ' || v.reading || ' ' || v.area_id || ' ' || v.month, v.value, i.value
        from mart.target_verdict as v
        inner join core.dim_target as t on t.target_id = v.target_id
        inner join mart.indicator_month as i
            on i.area_id || '|' || i.indicator_code || '|total|' || i.month = v.evidence_row_key
        where v.evidence_relation = 'mart.indicator_month' and abs(v.value - i.value) > 1e-12
            and (t.pace_code = 'none' or year(t.period_start_on) = year(t.deadline_on))
    """,
    "a target as a whole and its only reading": """
        select w.target_id || ' ' || w.month, w.target_state_code, r.target_state_code
        from mart.target_verdict as w
        inner join mart.target_verdict as r
            on r.target_id = w.target_id and r.month = w.month and r.scope_code in ('area', 'each_unit')
        where w.reading = 'all' and w.parts_named = 1
            and (w.target_state_code <> r.target_state_code or w.as_of_on is distinct from r.as_of_on
                or w.value is distinct from r.value)
    """,
    "a settled verdict from one month to the next": """
        select a.target_id || ' ' || a.reading || ' ' || a.area_id || ' ' || a.month, a.target_state_code, b.target_state_code
        from mart.target_verdict as a
        inner join mart.target_verdict as b
            on b.target_id = a.target_id and b.reading = a.reading and b.area_id = a.area_id
            and b.scope_code = a.scope_code and b.month = a.month + interval '1' month
        where a.is_over and a.scope_code <> 'whole' and a.target_reason_code = 'at_deadline'
            and (b.target_state_code <> a.target_state_code or b.as_of_on <> a.as_of_on)
    """,
}


def disagreements(release: Release) -> list[str]:
    """Identities of which two relations of a release say different things."""
    return [
        f"{name}: {identity} is {one} and {other}"
        for name, sql in AGREEMENTS.items()
        for identity, one, other in release.rows(sql).frame.iter_rows()
    ]


def walked(
    release: Release, pages: Iterable[tuple[str, Callable[[], str]]], *, most: int | None = None
) -> Iterator[str]:
    """Every contradiction on the pages, given as place and how to get its HTML, and every number without an identity.

    Args:
        most: see `contradictions`.
    """
    states, words = verdict_words(release), words_of(release)
    found: list[Carried] = []
    for place, html_of in pages:
        html = html_of()
        if "错误编号" in html:
            yield f"{place} shows an error"
        here = carried(place, html)
        found += here
        yield from bare_verdicts(place, html, states.values())
        rows = _rows(release, {_reference(one.receipt) for one in here})
        values = {value for row in rows.values() for value in row.values() if isinstance(value, int | float)}
        for where, text, left in without_identity(html, words=words, values=values):
            yield f"{place}, {where}: {left} without an identity in “{text}”"
    yield from contradictions(release, found, most=most)
