"""What the numbers of first lines must be, asked of the release in plain SQL, apart from the sentences that tell them.

A number that opens a receipt is held against its row. The others are counts and differences: for each page a list of
patterns with one group, and the value that stands there. A number no pattern covers is a mismatch.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from tests.numerals import is_among, measured
from warehouse.read import Release
from warehouse.read.receipt.receipts import _rows, split_receipt_id

Pattern = tuple[str, Any]
_HEADLINE = re.compile(r'<h1 class="finding">(.*?)</h1>', re.DOTALL)
_BUTTON = re.compile(r'<span role="button"[^>]*data-receipt="([^"]+)"[^>]*>(.*?)</span>', re.DOTALL)
# Columns that hold a number in the words of a document.
WRITTEN = ("value_as_written", "built_as_written", "actual_as_written", "text_zh")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?(?:万|亿)?")


def mismatches(release: Release, html: str, page: str, city: str) -> list[str]:
    """Every number of the first line that is not the frozen value at its printed precision, in words."""
    sentence = _HEADLINE.search(html)
    if sentence is None:
        return [f"{page}: no first line"]
    text = _BUTTON.sub(lambda found: _opened(release, *found.groups()), sentence.group(1))
    text = measured(unescape(re.sub("<[^>]+>", "", text)))
    wrong = []
    for pattern, value in ORACLES.get(page, lambda *_: [])(release, city):
        for found in list(re.finditer(pattern, text)):
            printed = found.group(1)
            if not is_among(printed, [value]):
                wrong.append(f"{page}: {found.group(0)} is {value}")
            text = text.replace(found.group(0), found.group(0).replace(printed, "✓", 1), 1)
    return wrong + [f"{page}: nothing says what {left} is in {text}" for left in _DIGITS.findall(text)]


def _opened(release: Release, receipt: str, wording: str) -> str:
    """A tick for a number that its row prints like; the number itself where it does not."""
    named = split_receipt_id(unescape(receipt))
    reference = (named["relation"], named["row_key"])
    row = _rows(release, {reference}).get(reference)
    if row is None:
        return wording
    values = [row[named["column"]]] if named["column"] in row else list(row.values())
    if any(wording == row[name] for name in WRITTEN if name in row):
        return "✓"
    numbers = _DIGITS.findall(measured(wording))
    return "✓" if all(is_among(number, values) for number in numbers) else wording


def _one(release: Release, sql: str, **params: Any) -> Any:
    rows = release.rows(sql, params).frame.rows()
    return rows[0][0] if rows else None


def _rows_of(release: Release, sql: str, **params: Any) -> list[tuple]:
    return release.rows(sql, params).frame.rows()


# ── one function a page ──────────────────────────────────────────────────────────────────────────────────────────────

_VERDICTS = """
    select v.target_state_code, k.label_zh, coalesce(v.is_over, true) as is_over, t.deadline_on, t.comparator
    from mart.target_verdict as v
    inner join core.dim_target as t on t.target_id = v.target_id
    inner join meta.code as k on k.code_set = 'target_state_code' and k.code = v.target_state_code
    where t.area_id = $city and v.reading = 'all' and v.is_latest and not v.is_replaced
"""


def _counted(release: Release, city: str) -> Iterator[Pattern]:
    """Every target once, each in one count."""
    verdicts = _rows_of(release, _VERDICTS, city=city)
    yield r"(\d+)个目标：", len(verdicts)
    for label in {row[1] for row in verdicts}:
        yield rf"(\d+)个{label}", sum(row[1] == label for row in verdicts)


KEY = "(select list(indicator_code order by key_order) from meta.indicator where key_order is not null)"


def _month(release: Release, city: str) -> Any:
    return _one(release, "select max(month) from mart.indicator_month where area_id = $city and reported_count > 0", city=city)  # fmt: skip


def overview(release: Release, city: str) -> Iterator[Pattern]:
    month = _month(release, city)
    if month is None:
        yield from _counted(release, city)
        return
    units = "select area_id from core.dim_area where city_area_id = $city and level_code = 'unit' and is_reporting"
    forms = _rows_of(release, f"select state_code, received_at from meta.submission where month = $month and area_id in ({units}) qualify row_number() over (partition by area_id, form_code order by revision desc) = 1", city=city, month=month)  # fmt: skip
    yield r"(\d+)张报表收齐", len(forms)
    changed = _one(release, f"select count(*) from meta.restatement where area_id in ({units}) and restated_at >= timezone('Asia/Shanghai', cast($month as timestamp) + interval '1' month)", city=city, month=month)  # fmt: skip
    yield r"更正(\d+)个数", changed
    from warehouse.read.month import overview as read

    codes = tuple(_one(release, f"select {KEY}"))
    steps = read.steps(release, city_area_id=city, month=month, indicator_codes=codes)
    yield r"另有(\d+)处异动", len(steps) - 1
    yield r"连续(\d+)个月", steps[0]["run_length"] if steps else None
    judged = _one(release, f"select count(distinct indicator_code) from mart.series_signal where month = $month and series_verdict_code in ('steady', 'signal_up', 'signal_down') and indicator_code in (select indicator_code from meta.indicator where timing_code <> 'year_to_date') and list_contains($codes, indicator_code) and (area_id = $city or area_id in ({units}))", city=city, month=month, codes=list(codes))  # fmt: skip
    yield r"(\d+)项指标没有新的异动", judged
    yield r"(\d+)个单位都不落后", _one(release, f"select count(*) from ({units})", city=city)


def coverage(release: Release, city: str) -> Iterator[Pattern]:
    missing = _one(
        release,
        """
        select count(distinct c.network_code)
        from mart.coverage as c
        where c.area_id = $city and c.is_usual_base and c.is_latest and c.built is null
            and not exists (
                select 1 from mart.coverage as o
                where o.area_id = c.area_id and o.network_code = c.network_code and o.is_latest and o.built is not null
            )
        """,
        city=city,
    )
    yield r"等(\d+)个没有(?:公布|印建成个数)", missing


def trends(release: Release, city: str) -> Iterator[Pattern]:
    figures = _rows_of(release, "select count(*) from core.fct_document_figure where area_id = $city and kind_code = 'actual' and indicator_code is not null group by indicator_code", city=city)  # fmt: skip
    yield r"只有(\d+)个公开文件数", max((row[0] for row in figures), default=0)


def targets(release: Release, city: str) -> Iterator[Pattern]:
    yield from _counted(release, city)
    running = [row for row in _rows_of(release, _VERDICTS, city=city) if row[3] and not row[2] and row[4] != "increase"]
    yield r"(\d+)个目标在进行中", len(running)
    gaps = _rows_of(
        release,
        """
        select p.gap_pp
        from mart.target_verdict as v
        inner join core.dim_target as t on t.target_id = v.reading
        inner join mart.target_progress as p
            on p.target_id = v.reading and p.area_id = v.area_id and p.month = v.month and p.origin_code = 'month'
        inner join mart.target_verdict as w
            on w.target_id = v.target_id and w.month = v.month and w.reading = 'all' and w.reading_count = 1
            and w.target_state_code <> 'to_confirm'
        where t.area_id = $city and v.scope_code = 'area' and v.is_latest and not v.is_over and not v.is_replaced
            and p.gap_pp < -p.smallest_gap_pp
        order by p.gap_pp
        """,
        city=city,
    )
    yield r"(\d+)个滞后", len(gaps)
    yield r"滞后序时进度([\d.]+)个百分点", gaps[0][0] if gaps else None


def comparison(release: Release, city: str) -> Iterator[Pattern]:
    rows = _rows_of(release, "select basis_code, comparable, reason_code, item_code, value_a, value_b from mart.city_comparison where area_a = 'puyang' and area_b = 'fushun'")  # fmt: skip
    services = [row for row in rows if row[0] != "context"]
    yield r"(\d+)项口径或时点不同", sum(not row[1] and row[2] != "not_published" for row in services)
    yield r"(\d+)项只有一方公布", sum(row[2] == "not_published" for row in services)
    ageing = next(row for row in rows if row[3] == "ageing_rate")
    yield r"高([\d.]+)个百分点", ageing[4] - ageing[5]


def profile(release: Release, city: str) -> Iterator[Pattern]:
    from warehouse.catalog.sheet import sheet_indicators

    month = _month(release, city)
    if month is None:
        return
    unit = _one(release, "select area_id from core.dim_area where city_area_id = $city and level_code = 'unit' and is_reporting order by sort_order, area_id limit 1", city=city)  # fmt: skip
    ranks = _rows_of(
        release,
        """
        select m.rank, m.tied_count, m.ranked_count, m.value, case i.polarity_code when 'lower_is_better' then -1 else 1 end,
            coalesce(i.scale / m.denominator, 0), (
                select list(p.value) from mart.indicator_month as p
                inner join core.dim_area as o on o.area_id = p.area_id and o.city_area_id = a.city_area_id and o.kind_code = a.kind_code
                    and o.level_code = 'unit'
                where p.month = m.month and p.indicator_code = m.indicator_code and p.breakdown_code = 'total'
                    and p.value is not null and p.area_id <> m.area_id
            )
        from mart.indicator_month as m
        inner join core.dim_area as a on a.area_id = m.area_id
        inner join meta.indicator as i on i.indicator_code = m.indicator_code
        where m.area_id = $unit and m.month = $month and m.breakdown_code = 'total' and m.rank is not null
            and list_contains($codes, m.indicator_code)
        """,
        unit=unit,
        month=month,
        codes=list(sheet_indicators()),
    )

    def better(value, way, others):
        return sum(way * (other - value) > 1e-9 for other in others)

    # 末位 is said of a field of four or more, and only of who stands there alone and would with one more of what is
    # counted; who shares a place is in front with all, and only where one less would leave them there.
    last = sum(rank == count >= 4 and better(value + way * one, way, others) == count - 1 for rank, _, count, value, way, one, others in ranks)  # fmt: skip
    front = sum(rank + tied - 1 <= 3 and better(value - way * one, way, [other for other in others if other != value]) < 3 for rank, tied, _, value, way, one, others in ranks)  # fmt: skip
    yield r"可排名的(\d+)项", len(ranks)
    yield r"(\d+)项居前三", front
    yield r"(\d+)项居末位", last
    yield r"(\d+)项居首", sum(rank == tied == 1 for rank, tied, *_ in ranks)
    yield r"等(\d+)项", last
    blanks = _rows_of(
        release,
        """
        select c.network_code, sum(c.blank), sum(case when c.area_id = $unit then c.blank end)
        from mart.coverage as c
        inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'unit' and a.city_area_id = $city
        where c.origin_code = 'month' and c.is_usual_base and c.blank is not null
            and date_trunc('month', c.as_of_on) = $month
        group by c.network_code
        having sum(case when c.area_id = $unit then c.blank end) is not null
        order by sum(case when c.area_id = $unit then c.blank end) / nullif(sum(c.blank), 0) desc nulls last
        """,
        unit=unit,
        city=city,
        month=month,
    )
    if blanks:
        _, whole, own = blanks[0]
        yield r"空白(?:至少)?(\d+)个", whole
        yield r"占已知空白的([\d.]+)%", own / whole if whole else None


def ageing(release: Release, city: str) -> Iterator[Pattern]:
    shares = _rows_of(release, "select f.ageing_rate from mart.area_profile as f inner join core.dim_area as a on a.area_id = f.area_id where a.city_area_id = $city and a.level_code = 'unit' and a.is_reporting and f.ageing_rate is not null", city=city)  # fmt: skip
    median = _one(release, "select quantile_cont(f.ageing_rate, 0.5) from mart.area_profile as f inner join core.dim_area as a on a.area_id = f.area_id where a.level_code = 'unit'")  # fmt: skip
    known = [row[0] for row in shares]
    yield r"相差([\d.]+)个百分点", max(known) - min(known)
    yield r"(\d+)个有普查表的单位", len(known)
    yield r"中(\d+)个高于", sum(value > median for value in known)
    yield r"中位数([\d.]+)%", median


# What several documents name is one thing, as the newest says; it has a number where any of them prints one.
_THINGS = """
    select status_code, has_figure, source_id
    from (
        select p.status_code, p.source_id, s.area_id,
            bool_or(coalesce(len(p.figure_ids), 0) > 0) over (partition by s.area_id, p.area_id, regexp_replace(p.name_zh, '[《》“”\\s]', '', 'g'))
                as has_figure,
            row_number() over (
                partition by s.area_id, p.area_id, regexp_replace(p.name_zh, '[《》“”\\s]', '', 'g')
                order by coalesce(s.issued_on, make_date(s.issued_year, 12, 31)) desc nulls last, s.sort_order
            ) as place
        from meta.programme as p
        inner join meta.source as s on s.source_id = p.source_id
    )
    where place = 1
"""


def programmes(release: Release, city: str) -> Iterator[Pattern]:
    rows = _rows_of(release, f"{_THINGS} and area_id = $city", city=city)
    ahead = [row for row in rows if row[0] in ("planned", "encouraged")]
    behind = [row for row in rows if row[0] not in ("planned", "encouraged")]
    yield r"(\d+)份公开文件", _one(release, "select count(distinct p.source_id) from meta.programme as p inner join meta.source as s on s.source_id = p.source_id where s.area_id = $city", city=city)  # fmt: skip
    yield r"点名(\d+)项", len(rows)
    yield r"印有数字的(\d+)项", sum(row[1] for row in rows)
    yield r"说已做的(\d+)项", len(behind)
    yield r"中(\d+)项有数字", sum(row[1] for row in behind)
    yield r"说要做或鼓励的(\d+)项", len(ahead)
    yield r"中只有(\d+)项", sum(row[1] for row in ahead)


def documents(release: Release, city: str) -> Iterator[Pattern]:
    yield r"(\d+)份公开文件", _one(release, "select count(distinct source_id) from core.fct_document_figure")
    yield r"印有(\d+)个数", _one(release, "select count(*) from core.fct_document_figure")
    things = _rows_of(release, _THINGS)
    yield r"点名(\d+)项", len(things)
    yield r"其中(\d+)项没有公布", sum(not row[1] for row in things)
    yield r"(\d+)项勾稽核对", _one(release, "select count(*) from mart.cross_check")
    yield r"中(\d+)项存疑", _one(release, "select count(*) from mart.cross_check where verdict_code = 'doubtful'")


def submissions(release: Release, city: str) -> Iterator[Pattern]:
    rows = _rows_of(
        release,
        """
        select s.month, s.state_code, coalesce(s.is_late, false)
        from meta.submission as s
        inner join core.dim_area as a on a.area_id = s.area_id
        where a.city_area_id = $city
        qualify row_number() over (partition by s.area_id, s.form_code, s.month order by s.revision desc) = 1
        """,
        city=city,
    )
    if not rows:
        return
    newest = max(row[0] for row in rows)
    now, before = [row for row in rows if row[0] == newest], [row for row in rows if row[0] < newest]

    def overdue(part: list[tuple]) -> int:
        return sum(state == "not_reported" and late for _, state, late in part)

    def returned(part: list[tuple]) -> int:
        return sum(state == "returned" for _, state, _ in part)

    yield r"应报(\d+)张", len(now)
    yield r"，收(\d+)张", sum(state in ("accepted", "corrected") for _, state, _ in now)
    yield r"退回待重报(\d+)张", returned(now)
    yield r"，逾期未报(\d+)张", overdue(now)
    yield r"(\d+)张逾期未报", overdue(before)
    yield r"(\d+)张退回待重报", returned(before)


def quality(release: Release, city: str) -> Iterator[Pattern]:
    inside = "area_id in (select area_id from core.dim_area where city_area_id = $city)"
    yield r"还有(\d+)个问题", _one(release, f"select count(*) from meta.issue where is_open and {inside}", city=city)
    yield r"其中(\d+)个必须更正", _one(release, f"select count(*) from meta.issue where is_open and severity_code = 'blocking' and {inside}", city=city)  # fmt: skip
    yield r"(\d+)个数待说明", _one(release, f"select count(*) from core.fct_observation where is_current and status_code = 'withheld' and {inside}", city=city)  # fmt: skip
    yield r"历次更正(\d+)个数", _one(release, f"select count(*) from meta.restatement where {inside}", city=city)


def query(release: Release, city: str) -> Iterator[Pattern]:
    yield r"(\d+)张表", _one(release, "select count(*) from meta.relation")


ORACLES: dict[str, Callable[[Release, str], Iterator[Pattern]]] = {
    name: globals()[name]
    for name in (
        "overview", "coverage", "trends", "targets", "comparison", "profile", "ageing", "programmes", "documents",
        "submissions", "quality", "query",
    )
}  # fmt: skip
