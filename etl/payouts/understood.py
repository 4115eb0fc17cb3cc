"""What a block of lines says, as rows of the store: keys in the place of persons, months, amounts, codes."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.months.read.labels import is_foot, plain, unnumbered
from etl.payouts import identity
from etl.payouts.keys import ACCOUNT, FILLER, PERSON, Keys
from etl.payouts.layouts import Layout, other_allowance, words

MOST_KNOWN = 3_000_000
"""So many numbers are remembered with what they became, within the reading process."""
MOST_TOLD = 10
MOST_AHEAD, MOST_BACK = 2, 30
"""Years; a clock may be wrong by some, and payments invented for a demonstration are of months to come."""
PERSON_COLUMNS = {"person_key": pl.Int64, "birth_month": pl.Date, "sex_code": pl.String, "id_fault_code": pl.String}
_LOST_ZH = "被当作数值存过（如科学计数法），后几位已经丢失；请在源表把这一栏设为文本后重新导出"
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-./年]?\s*(1[0-2]|0?[1-9])(?!\d)")
_COMPACT = re.compile(r"^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?$")
_MORE_MONTHS = re.compile(r"[至到~、]|\d\s*月|(?<!\d)(?:19|20)\d\d")
_DAY = re.compile(r"^[-./月]\s*(\d{1,2})(?!\d)")
_SUM = r"(小计|合计|总计|共计|累计|汇总)|^\s*[0-9]+\s*[人名户笔]\s*$"
_ERROR = r"^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|GETTING_DATA|错误|公式)$"
_UNTIL = re.compile(r"[至到~-]\s*(1[0-2]|0?[1-9])\s*月?$")


@dataclass
class Notes:
    """What a file's lines are told by, in rows of the file; never by what is written in them."""

    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)

    def add_problem(self, fact_zh: str, rows: pl.Series) -> None:
        """Lines that keep the file from being taken."""
        if len(rows):
            self.problems.setdefault(fact_zh, []).extend(rows.to_list())

    def remark(self, fact_zh: str, count: int) -> None:
        """Something worth saying that keeps nothing from being taken."""
        if count:
            self.remarks[fact_zh] = self.remarks.get(fact_zh, 0) + count


@dataclass
class Reader:
    """Turns lines into rows. One for a whole batch of files, so that a number met again costs nothing."""

    keys: Keys
    units: Mapping[str, str]
    townships: Mapping[str, Mapping[str, str]]
    today: date
    _persons: dict[str, int] = field(default_factory=dict)
    _details: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame([dict.fromkeys(PERSON_COLUMNS)], schema=PERSON_COLUMNS)
    )
    _accounts: dict[str, int] = field(default_factory=dict)
    _fillers: dict[str, int] = field(default_factory=dict)

    def rows(
        self,
        block: pl.DataFrame,
        *,
        layout: Layout,
        sha256: str,
        title: str,
        unit: str,
        month: date | None,
        notes: Notes,
    ) -> pl.DataFrame:
        """Rows of the relation the layout makes; unit and month are those of the file, where its lines do not say."""
        block = self._without_totals(block, notes)
        _note_errors(block, notes)
        if layout.makes == "payment" and "allowance" in block.columns:
            is_other = mapped(block["allowance"], lambda text: bool(other_allowance(text)), pl.Boolean)
            notes.remark("行写明是别的补贴，没有计入", int(is_other.sum()))
            block = block.filter(~is_other.fill_null(value=False))
        persons = self._person_columns(block, _numbers(block, notes), sha256)
        placed = self._places(block, layout, unit, notes)
        base = pl.concat([block.select(pl.col("row").alias("source_row")), placed, persons], how="horizontal")
        if layout.makes == "payment":
            return self._payments(block, base, layout, month, notes)
        if layout.makes == "change":
            return _changes(block, base, layout, month, self.today, notes)
        return _listed(block, base, layout, title, self.today, notes)

    def _without_totals(self, block: pl.DataFrame, notes: Notes) -> pl.DataFrame:
        """Without sums, also of a township or a page, and signatures: lines without a number that say so in some cell."""
        texts = [name for name in block.columns if name not in ("row", "identity")]
        bare = block.filter(pl.col("identity").is_null())
        rows = bare.filter(pl.any_horizontal(pl.col(texts).str.contains(_SUM)))["row"].to_list()
        rows += [
            line[0]
            for line in bare.tail(1000).select("row", *texts).iter_rows()
            if line[0] not in rows and any(is_foot(text) for text in line[1:] if text)
        ]
        labelled = block.filter(pl.col("identity").str.contains(r"^[^0-9]*[\u{4e00}-\u{9fa5}]")).select(
            "row", "identity"
        )
        rows += [row for row, text in labelled.iter_rows() if re.search(_SUM, text) or is_foot(text)]
        notes.remark("行是合计或表脚，没有计入", len(rows))
        return block.filter(~pl.col("row").is_in(rows)) if rows else block

    def _person_columns(self, block: pl.DataFrame, numbers: pl.Series, sha256: str) -> pl.DataFrame:
        listed = numbers.to_list()
        new = [each for each in dict.fromkeys(listed) if each is not None and each not in self._persons]
        if len(self._persons) + len(new) > MOST_KNOWN:
            self._persons.clear()
            self._details = self._details.head(1)
            new = [each for each in dict.fromkeys(listed) if each is not None]
        if new:
            long = identity.lengthened(pl.Series(new, dtype=pl.String))
            made = pl.Series("person_key", self.keys.keyed(PERSON, long.to_list()), dtype=pl.Int64)
            told = identity.told(long, until=self.today).insert_column(0, made)
            self._persons.update(zip(new, range(self._details.height, self._details.height + len(new)), strict=True))
            self._details = pl.concat([self._details, told])
        found = self._details[[self._persons[each] if each is not None else 0 for each in listed]]
        if None not in listed:
            return found
        # Whoever has no number, the first row of the details, is somebody of that line alone.
        bare = numbers.is_null()
        alone = [f"nobody|{sha256}|{row}" for row in block.filter(bare)["row"]]
        keys = found["person_key"].scatter(bare.arg_true(), pl.Series(self.keys.keyed(PERSON, alone), dtype=pl.Int64))
        return found.with_columns(
            keys.alias("person_key"),
            found["birth_month"].set(bare, None).alias("birth_month"),
            found["sex_code"].set(bare, None).alias("sex_code"),
            found["id_fault_code"].set(bare, "missing").alias("id_fault_code"),
        )

    def _keyed(self, values: pl.Series, purpose: bytes, known: dict[str, int]) -> pl.Series:
        listed = values.to_list()
        new = [each for each in dict.fromkeys(listed) if each is not None and each not in known]
        if len(known) + len(new) > MOST_KNOWN:
            known.clear()
            new = [each for each in dict.fromkeys(listed) if each is not None]
        known.update(zip(new, self.keys.keyed(purpose, new).tolist(), strict=True))
        return pl.Series([known[each] if each is not None else None for each in listed], dtype=pl.Int64)

    def _places(self, block: pl.DataFrame, layout: Layout, unit: str, notes: Notes) -> pl.DataFrame:
        """unit and township_id of each line; a unit nobody declared is a problem, a township is not."""
        if "unit" in block.columns:
            named = mapped(block["unit"], lambda text: self.units.get(plain(text)), pl.String)
            unknown = named.is_null() & block["unit"].is_not_null()
            if layout.makes != "list":
                notes.add_problem("单位名没有登记；请写全称或登记的简称", block.filter(unknown)["row"])
            units = named if not unit else named.fill_null(unit)
        else:
            units = pl.repeat(unit or None, block.height, dtype=pl.String, eager=True)
        units = units.alias("unit")
        if layout.makes != "list":
            bare = units.is_null() & (block["unit"].is_null() if "unit" in block.columns else True)
            notes.add_problem("没有写明单位；请在标题或单位栏写明，或加 --unit", block.filter(bare)["row"])
        townships = pl.repeat(None, block.height, dtype=pl.String, eager=True)
        if "township" in block.columns:
            pairs = pl.DataFrame({"unit": units, "township": block["township"]})
            distinct = pairs.unique().drop_nulls()
            found = [
                self.townships.get(place, {}).get(plain(name)) or self.townships.get(place, {}).get(unnumbered(name))
                for place, name in distinct.iter_rows()
            ]
            distinct = distinct.with_columns(pl.Series("township_id", found, dtype=pl.String))
            townships = pairs.join(distinct, on=["unit", "township"], how="left", maintain_order="left")["township_id"]
            notes.remark(
                "行的乡镇名没有登记，计入单位但不分到乡镇",
                int((townships.is_null() & pairs["township"].is_not_null()).sum()),
            )
        return pl.DataFrame({"unit": units, "township_id": townships})

    def _payments(
        self, block: pl.DataFrame, base: pl.DataFrame, layout: Layout, month: date | None, notes: Notes
    ) -> pl.DataFrame:
        months = _month_column(block, "month", month, notes, "没有写明发放月份；请在标题或月份栏写明，或加 --month")
        _note_far(months, block, self.today, notes, "发放月份离今天太远，多半是年份写错")
        if month:
            notes.remark(
                f"行写的月份不是标题或 --month 的{month:%Y年%-m月}，按行里写的计", int((months != month).sum())
            )
        fillers = None
        if "filler" in block.columns:
            # Two clerks of one name in two units are two.
            fillers = base["unit"].fill_null("") + "|" + block["filler"].str.replace_all(r"\s", "")
        kept = base.with_columns(
            months.alias("month"),
            _tier(block, base, months).alias("tier_code"),
            _optional(block, "account", lambda texts: self._accounts_of(texts, block, notes), pl.Int64).alias(
                "account_key"
            ),
            (pl.lit(None, pl.Int64) if fillers is None else self._keyed(fillers, FILLER, self._fillers)).alias(
                "filler_key"
            ),
            _optional(block, "authenticated", lambda texts: mapped(texts, month_of, pl.Date), pl.Date).alias(
                "authenticated_month"
            ),
        )
        if "result" in block.columns:
            went = _outcome(block["result"], layout)
            notes.add_problem("处理结果一栏的写法不认识；请写成功或失败", block.filter(went.is_null())["row"])
            notes.remark("行处理不成功，钱没有发出去，没有计入", int((went == False).sum()))  # noqa: E712
            keep = went.fill_null(value=False)
            kept, block, months = kept.filter(keep), block.filter(keep), months.filter(keep)
        return _by_kind(block, kept, months, notes)

    def _accounts_of(self, texts: pl.Series, block: pl.DataFrame, notes: Notes) -> pl.Series:
        tidy = identity.normal(texts)
        notes.add_problem(f"账号{_LOST_ZH}", block.filter(identity.is_lost(tidy))["row"])
        return self._keyed(tidy, ACCOUNT, self._accounts)


def _note_errors(block: pl.DataFrame, notes: Notes) -> None:
    """Lines in which a formula failed or was never worked out: what it should say is lost, not blank."""
    texts = [name for name in block.columns if name != "row"]
    # Looking at the first sign of every cell costs little, and hardly any begins so.
    broken = block.filter(pl.any_horizontal(pl.col(texts).str.starts_with("#")))
    broken = broken.filter(pl.any_horizontal(pl.col(texts).str.contains(_ERROR)))
    notes.add_problem("有公式出错或没有算出结果（如 #N/A）；请在源表里改好，或复制为数值后重来", broken["row"])


def _numbers(block: pl.DataFrame, notes: Notes) -> pl.Series:
    """The identity numbers of lines as compared; null where none is written, or something that is none."""
    numbers = identity.normal(block["identity"])
    notes.add_problem(f"身份证号{_LOST_ZH}", block.filter(identity.is_lost(numbers))["row"])
    other = numbers.is_not_null() & ~identity.is_number(numbers)
    if other.sum() * 2 > numbers.count():
        notes.add_problem("身份证号一栏多半不是号码；请核对是否与别的栏写反了", block.filter(other)["row"])
    notes.remark("行的身份证号不是号码（如“无”“待补”），各算一个不知是谁的人", int(other.sum()))
    return numbers.set(other, None)


def _by_kind(block: pl.DataFrame, kept: pl.DataFrame, months: pl.Series, notes: Notes) -> pl.DataFrame:
    """A payment for each amount of a line: of the month, in arrears, recovered."""
    current = _money(block, "amount", notes)
    arrears = _money(block, "arrears_yuan", notes)
    recovered = _money(block, "recovered_yuan", notes)
    # Money taken off in the column of the month is money recovered.
    taken = (current < 0).fill_null(value=False)
    parts = [
        _kind(kept, "current", current, months, months, current > 0),
        _kind(kept, "recovery", -current, months, months, taken),
    ]
    if arrears is not None and "arrears_yuan" in block.columns:
        first, last = _span(block, "arrears_span", months, "arrears_months")
        notes.remark("笔补发没有写起止月，按上月计", int(((arrears > 0) & first.is_null()).sum()))
        before = _months_before(months, pl.repeat(1, len(months), eager=True))
        parts.append(_kind(kept, "arrears", arrears, first.fill_null(before), last.fill_null(before), arrears > 0))
    if "recovered_yuan" in block.columns:
        first, last = _span(block, "recovered_span", months, "")
        notes.remark("笔追缴没有写起止月，按当月计", int(((recovered > 0) & first.is_null()).sum()))
        parts.append(
            _kind(kept, "recovery", recovered.abs(), first.fill_null(months), last.fill_null(months), recovered != 0)
        )
    nothing = (current.fill_null(0) == 0) & (arrears.fill_null(0) == 0) & (recovered.fill_null(0) == 0)
    notes.remark("行金额为零或空，没有计入", int(nothing.sum()))
    return pl.concat(parts)


def _kind(
    kept: pl.DataFrame, code: str, money: pl.Series, first: pl.Series, last: pl.Series, which: pl.Series
) -> pl.DataFrame:
    made = kept.with_columns(
        money.cast(pl.Decimal(12, 2)).alias("amount_yuan"),
        pl.lit(code).alias("kind_code"),
        first.alias("covers_from"),
        last.alias("covers_to"),
    )
    return made.filter(which.fill_null(value=False))


def _changes(
    block: pl.DataFrame, base: pl.DataFrame, layout: Layout, month: date | None, today: date, notes: Notes
) -> pl.DataFrame:
    when = {"start": "started", "stop": "stopped", "tier": "adjusted"}[layout.fixed["change_code"]]
    effective = _month_column(block, when, month, notes, "没有写明变动的月份")
    _note_far(effective, block, today, notes, "变动的月份离今天太远，多半是年份写错")
    code = pl.repeat(layout.fixed["change_code"], block.height, eager=True)
    reason = pl.repeat(None, block.height, dtype=pl.String, eager=True)
    if layout.fixed["change_code"] == "stop":
        known = words()["reasons"]
        reason = mapped(block["reason"], lambda text: known.get(plain(text), "reason_other"), pl.String)
        code = code.set((reason == "reason_tier").fill_null(value=False), "tier")
        reason = reason.set((reason == "reason_tier").fill_null(value=False), None)
    return base.drop("id_fault_code").with_columns(
        (pl.repeat(month, block.height, dtype=pl.Date, eager=True) if month else effective).alias("month"),
        code.alias("change_code"),
        reason.alias("reason_code"),
        effective.alias("effective_month"),
        _optional(block, "tier", lambda texts: mapped(texts, _tier_of, pl.String), pl.String).alias("tier_code"),
    )


def _listed(
    block: pl.DataFrame, base: pl.DataFrame, layout: Layout, title: str, today: date, notes: Notes
) -> pl.DataFrame:
    ground = layout.fixed["ground_code"]
    when = {"death": "died", "moved_out": "moved", "other_allowance": "other_from"}[ground]
    told = mapped(block[when], lambda text: plain(text) not in words()["unknown"], pl.Boolean).fill_null(value=False)
    notes.remark("行没有日期（空或“不详”），没有用来核查", int((~told).sum()))
    block, base = block.filter(told), base.filter(told)
    since = _month_column(block, when, None, notes, "没有写明日期")
    if ground != "other_allowance":
        far = (since > _years_from(today, MOST_AHEAD)).fill_null(value=False)
        notes.add_problem("日期在将来，多半是年份写错", block.filter(far)["row"])
    until = _optional(block, "other_until", lambda texts: mapped(texts, month_of, pl.Date), pl.Date)
    source = next((code for code, signs in layout.sources.items() if any(sign in title for sign in signs)), "other")
    return base.select("unit", "person_key", "source_row").with_columns(
        pl.lit(ground).alias("ground_code"),
        pl.lit(source).alias("source_code"),
        since.alias("from_month"),
        until.alias("until_month"),
    )


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def mapped(values: pl.Series, meaning: Callable[[str], object], kind: pl.DataType) -> pl.Series:
    """What each text means, asked once a text; null where it means nothing."""
    distinct = values.unique().drop_nulls()
    meanings = pl.Series([meaning(text) for text in distinct.to_list()], dtype=kind)
    return values.replace_strict(distinct, meanings, default=None, return_dtype=kind)


def month_of(text: str) -> date | None:
    """The month a text names (2025-07, 2025年7月, 20250703, 2025/7/3); None when it names none, or several, or a day there is not."""
    tidy = unicodedata.normalize("NFKC", text).strip()
    compact = _COMPACT.match(tidy)
    found = compact or _MONTH.match(tidy)
    if not found or _MORE_MONTHS.search(tidy, found.end()):
        return None
    first = date(int(found[1]), int(found[2]), 1)
    told = compact[3] if compact else (day := _DAY.match(tidy[found.end() :])) and day[1]
    # A day that the month does not have: nobody knows which of the two is wrong.
    return first if not told or 1 <= int(told) <= monthrange(first.year, first.month)[1] else None


def span_of(text: str) -> tuple[date, date] | None:
    """First and last month of a span such as 2025.1-2025.3, 2025年1月至3月, 202501-202503 or 2025-01."""
    tidy = re.sub(r"[—–―−－～〜]+", "~", unicodedata.normalize("NFKC", text)).strip()
    compact = re.findall(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)", tidy)
    found = compact or _MONTH.findall(tidy)
    if not found:
        return None
    months = [date(int(year), int(number), 1) for year, number in found]
    if len(months) == 1 and (end := _UNTIL.search(tidy.rstrip("日"))) and ("月" in tidy or "至" in tidy or "~" in tidy):
        last = date(months[0].year, int(end[1]), 1)
        return (months[0], last) if last >= months[0] else None
    return (months[0], months[-1]) if months[-1] >= months[0] else None


def _years_from(day: date, years: int) -> date:
    return date(day.year + years, day.month, 1)


def _note_far(months: pl.Series, block: pl.DataFrame, today: date, notes: Notes, fact_zh: str) -> None:
    far = (months > _years_from(today, MOST_AHEAD)) | (months < _years_from(today, -MOST_BACK))
    notes.add_problem(fact_zh, block.filter(far.fill_null(value=False))["row"])


def _month_column(block: pl.DataFrame, name: str, given: date | None, notes: Notes, missing_zh: str) -> pl.Series:
    if name not in block.columns:
        if given is None:
            notes.add_problem(missing_zh, block["row"])
        return pl.repeat(given, block.height, dtype=pl.Date, eager=True)
    found = mapped(block[name], month_of, pl.Date)
    wrong = found.is_null() & block[name].is_not_null()
    notes.add_problem("月份或日期读不懂；请写成 2025-07 或 2025-07-03", block.filter(wrong)["row"])
    bare = block[name].is_null()
    if given is None:
        notes.add_problem(missing_zh, block.filter(bare)["row"])
    else:
        found = found.set(bare, given)
    return found


def _money(block: pl.DataFrame, name: str, notes: Notes) -> pl.Series:
    if name not in block.columns:
        return pl.repeat(None, block.height, dtype=pl.Decimal(12, 2), eager=True)
    texts = block[name].str.replace_all(r"[,，￥¥元\s]", "")
    plain_texts = texts.str.contains(r"^-?[0-9]{1,9}(\.[0-9]+)?$").fill_null(value=False)
    if not (plain_texts | texts.is_null()).all():
        texts = texts.str.replace_many(
            {chr(0xFF10 + number): str(number) for number in range(10)} | {"．": ".", "－": "-"}
        )
        plain_texts = texts.str.contains(r"^-?[0-9]{1,9}(\.[0-9]+)?$").fill_null(value=False)
    notes.add_problem("金额不是数字", block.filter(~plain_texts & texts.is_not_null() & (texts != ""))["row"])
    return texts.set(~plain_texts, None).cast(pl.Decimal(12, 2))


def _tier(block: pl.DataFrame, base: pl.DataFrame, months: pl.Series) -> pl.Series:
    """The tier a line says; where it says none, the one the month of birth gives."""
    age = (months.dt.year() * 12 + months.dt.month()).cast(pl.Int32) - (
        base["birth_month"].dt.year() * 12 + base["birth_month"].dt.month()
    ).cast(pl.Int32)
    due = pl.select(
        pl.when(age >= 1200)
        .then(pl.lit("age_100_plus"))
        .when(age >= 1080)
        .then(pl.lit("age_90_99"))
        .when(age.is_not_null())
        .then(pl.lit("age_80_89"))
    ).to_series()
    if "tier" not in block.columns:
        return due
    return mapped(block["tier"], _tier_of, pl.String).fill_null(due)


def _tier_of(text: str) -> str | None:
    tidy = plain(text)
    if tidy in words()["tiers"]:
        return words()["tiers"][tidy]
    found = re.search(r"(?<!\d)(8\d|9\d|100)(?!\d)", tidy)
    if "百岁" in tidy or (found and found[1] == "100"):
        return "age_100_plus"
    return {"8": "age_80_89", "9": "age_90_99"}.get(found[1][0]) if found else None


def _optional(block: pl.DataFrame, name: str, made: Callable[[pl.Series], pl.Series], kind: pl.DataType) -> pl.Series:
    return made(block[name]) if name in block.columns else pl.repeat(None, block.height, dtype=kind, eager=True)


def _outcome(results: pl.Series, layout: Layout) -> pl.Series:
    succeeded, failed = ({plain(text) for text in layout.values.get(name, ())} for name in ("succeeded", "failed"))

    def meaning(text: str) -> bool | None:
        tidy = plain(text)
        if tidy in failed or "失败" in tidy or "不成功" in tidy:
            return False
        return True if tidy in succeeded or "成功" in tidy else None

    return mapped(results, meaning, pl.Boolean)


def _span(block: pl.DataFrame, name: str, months: pl.Series, count_name: str) -> tuple[pl.Series, pl.Series]:
    """First and last month money was paid back for; from the number of months where only that is written."""
    empty = pl.repeat(None, block.height, dtype=pl.Date, eager=True)
    first = last = empty
    if name in block.columns:
        first = mapped(block[name], lambda text: (span_of(text) or (None,))[0], pl.Date)
        last = mapped(block[name], lambda text: (span_of(text) or (None,))[-1], pl.Date)
    if count_name in block.columns:
        counts = block[count_name].str.extract(r"^(\d{1,3})").cast(pl.Int32, strict=False)
        first = first.fill_null(_months_before(months, counts))
        last = last.fill_null(_months_before(months, counts.clip(upper_bound=1)))
    return first, last


def _months_before(months: pl.Series, counts: pl.Series) -> pl.Series:
    numbers = (months.dt.year().cast(pl.Int32) * 12 + months.dt.month().cast(pl.Int32) - 1 - counts).alias("number")
    return pl.select(pl.date(numbers // 12, numbers % 12 + 1, 1)).to_series()
