"""What a block of lines says, as rows of the store: keys in the place of persons, months, amounts, codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.months.read.labels import plain, unnumbered
from etl.payouts import identity, lines
from etl.payouts.denied import note_denied, note_failed, note_stopped, tell_dead
from etl.payouts.keys import ACCOUNT, FILLER, PERSON, Keys
from etl.payouts.layouts import Layout, other_allowance, words
from etl.payouts.notes import Notes
from etl.payouts.values import (
    MOST_AHEAD,
    mapped,
    money_of,
    month_column,
    month_or_none,
    months_before,
    note_far,
    optional,
    outcome_of,
    reason_of,
    span_column,
    tier_column,
    tiers_of,
    years_from,
)

MOST_KNOWN = 3_000_000
"""So many numbers are remembered with what they became, within the reading process."""
PERSON_COLUMNS = {"person_key": pl.Int64, "birth_month": pl.Date, "sex_code": pl.String, "id_fault_code": pl.String}


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
        block, sums = lines.of_persons(block, notes, month=month, unit=unit, units=self.units)
        if layout.makes == "payment":
            _hold_sums(block, sums, notes)
        if layout.makes == "payment" and "allowance" in block.columns:
            is_other = mapped(block["allowance"], lambda text: bool(other_allowance(text)), pl.Boolean)
            notes.remark("行写明是别的补贴，没有计入", int(is_other.sum()))
            block = block.filter(~is_other.fill_null(value=False))
        persons = self._person_columns(block, lines.numbers_of(block, notes), sha256)
        placed = self._places(block, layout, unit, notes)
        base = pl.concat([block.select(pl.col("row").alias("source_row")), placed, persons], how="horizontal")
        if layout.makes == "payment":
            return self._payments(block, base, layout, month, notes)
        if layout.makes == "change":
            return _changes(block, base, layout, month, self.today, notes)
        return _listed(block, base, layout, title, self.today, notes)

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
        known.update(zip(new, self.keys.keyed(purpose, new), strict=True))
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
            is_written = pairs["township"].is_not_null()
            notes.remark("行的乡镇名没有登记，计入单位但不分到乡镇", int((townships.is_null() & is_written).sum()))
            if is_written.any():
                notes.remark("行没有写乡镇，计入单位但不分到乡镇", int((~is_written).sum()))
        return pl.DataFrame({"unit": units, "township_id": townships})

    def _payments(
        self, block: pl.DataFrame, base: pl.DataFrame, layout: Layout, month: date | None, notes: Notes
    ) -> pl.DataFrame:
        months = month_column(block, "month", month, notes, "没有写明发放月份；请在标题或月份栏写明，或加 --month")
        note_far(months, block, self.today, notes, "发放月份离今天太远，多半是年份写错；请更正")
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
            tier_column(block, base, months, notes).alias("tier_code"),
            optional(block, "account", lambda texts: self._accounts_of(texts, block, notes), pl.Int64).alias(
                "account_key"
            ),
            (pl.lit(None, pl.Int64) if fillers is None else self._keyed(fillers, FILLER, self._fillers)).alias(
                "filler_key"
            ),
            optional(
                block,
                "authenticated",
                lambda texts: month_or_none(texts, notes, "行的认证时间读不懂，按没有认证时间计"),
                pl.Date,
            ).alias("authenticated_month"),
        )
        if "result" in block.columns:
            went = outcome_of(block["result"], layout)
            notes.add_problem("处理结果一栏的写法不认识；请写成功或失败", block.filter(went.is_null())["row"])
            notes.remark("行处理不成功，钱没有发出去，没有计入", int((went == False).sum()))  # noqa: E712
            keep = went.fill_null(value=False)
            kept, block, months = kept.filter(keep), block.filter(keep), months.filter(keep)
        return _by_kind(block, kept, months, layout, notes)

    def _accounts_of(self, texts: pl.Series, block: pl.DataFrame, notes: Notes) -> pl.Series:
        tidy = identity.normal(texts)
        notes.add_problem(f"账号{lines.LOST_ZH}", block.filter(identity.is_lost(tidy))["row"])
        return self._keyed(tidy, ACCOUNT, self._accounts)


def _hold_sums(block: pl.DataFrame, sums: pl.DataFrame, notes: Notes) -> None:
    """Enter what sums say and what the lines do; what is no amount is told elsewhere."""
    stated, yuan = (each.select("row", yuan=money_of(each, "amount", Notes())) for each in (sums, block))
    notes.sums.take(stated, yuan)


def _by_kind(block: pl.DataFrame, kept: pl.DataFrame, months: pl.Series, layout: Layout, notes: Notes) -> pl.DataFrame:
    """A payment for each amount of a line: of the month, in arrears, recovered."""
    current = money_of(block, "amount", notes)
    arrears = money_of(block, "arrears_yuan", notes)
    recovered = money_of(block, "recovered_yuan", notes)
    parts = [
        _kind(kept, "current", current, months, months, current > 0),
        # Money taken off in the column of the month is money recovered.
        _kind(kept, "recovery", -current, months, months, current < 0),
    ]
    notes.remark("笔金额是负数，按追缴计", int(((current < 0).sum() or 0) + ((arrears < 0).sum() or 0)))
    if "arrears_yuan" in block.columns:
        first, last = span_column(block, "arrears_span", months, "arrears_months", arrears != 0, notes)
        notes.remark("笔补发没有写起止月，按上月计", int(((arrears != 0) & first.is_null()).sum()))
        before = months_before(months, pl.repeat(1, len(months), eager=True))
        first, last = first.fill_null(before), last.fill_null(before)
        parts.append(_kind(kept, "arrears", arrears, first, last, arrears > 0))
        parts.append(_kind(kept, "recovery", -arrears, first, last, arrears < 0))
    if "recovered_yuan" in block.columns:
        first, last = span_column(block, "recovered_span", months, "", recovered != 0, notes)
        notes.remark("笔追缴没有写起止月，按当月计", int(((recovered != 0) & first.is_null()).sum()))
        first, last = first.fill_null(months), last.fill_null(months)
        parts.append(_kind(kept, "recovery", recovered.abs(), first, last, recovered != 0))
    note_denied(block, months, current > 0, layout, notes)
    note_stopped(block, months, current > 0, notes)
    note_failed(block, current > 0, notes)
    tell_dead(block, current > 0, notes)
    _hold_paid(block, [current, arrears, -recovered.abs()], notes)
    nothing = (current.fill_null(0) == 0) & (arrears.fill_null(0) == 0) & (recovered.fill_null(0) == 0)
    notes.remark("行金额为零或空，没有计入", int(nothing.sum()))
    return pl.concat(parts)


def _hold_paid(block: pl.DataFrame, parts: list[pl.Series], notes: Notes) -> None:
    """What a line says went out in all, against its money of the month with arrears and without what was recovered."""
    if "paid" not in block.columns:
        return
    paid = money_of(block, "paid", notes)
    made = sum((part.fill_null(0) for part in parts[1:]), parts[0].fill_null(0))
    # A blank beside a standard is no payment of it.
    other = (paid != made).fill_null(made != 0)
    notes.add_problem(
        "“实际发放”与金额、补发、追缴合起来的不同，不知道以哪个为准；请改正，只用实际发放的请删去另一栏",
        block.filter(other.fill_null(value=False))["row"],
    )


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
    effective = month_column(block, when, month, notes, "没有写明变动的月份；请补上")
    note_far(effective, block, today, notes, "变动的月份离今天太远，多半是年份写错；请更正")
    note_denied(block, effective, effective.is_not_null(), layout, notes)
    code = pl.repeat(layout.fixed["change_code"], block.height, eager=True)
    reason = pl.repeat(None, block.height, dtype=pl.String, eager=True)
    if layout.fixed["change_code"] == "stop":
        reason = mapped(block["reason"], reason_of, pl.String)
        notes.remark("行的停发原因写法不认识，按其他计", int((reason.is_null() & block["reason"].is_not_null()).sum()))
        reason = reason.fill_null("reason_other").set(block["reason"].is_null(), None)
        code = code.set((reason == "reason_tier").fill_null(value=False), "tier")
        reason = reason.set((reason == "reason_tier").fill_null(value=False), None)
    return base.drop("id_fault_code").with_columns(
        (pl.repeat(month, block.height, dtype=pl.Date, eager=True) if month else effective).alias("month"),
        code.alias("change_code"),
        reason.alias("reason_code"),
        effective.alias("effective_month"),
        optional(block, "tier", lambda texts: tiers_of(texts, notes), pl.String).alias("tier_code"),
    )


def _listed(
    block: pl.DataFrame, base: pl.DataFrame, layout: Layout, title: str, today: date, notes: Notes
) -> pl.DataFrame:
    ground = layout.fixed["ground_code"]
    when = {"death": "died", "moved_out": "moved", "other_allowance": "other_from"}[ground]
    told = mapped(block[when], lambda text: plain(text) not in words()["unknown"], pl.Boolean).fill_null(value=False)
    notes.remark("行没有日期（空或“不详”），没有用来核查", int((~told).sum()))
    block, base = block.filter(told), base.filter(told)
    since = month_column(block, when, None, notes, "没有写明日期；请补上，不知道的写“不详”")
    if ground != "other_allowance":
        far = (since > years_from(today, MOST_AHEAD)).fill_null(value=False)
        notes.add_problem("日期在将来，多半是年份写错；请更正", block.filter(far)["row"])
    note_denied(block, since, since.is_not_null(), layout, notes)
    until = optional(
        block, "other_until", lambda texts: month_or_none(texts, notes, "行的止领月份读不懂，按还在享受计"), pl.Date
    )
    source = next((code for code, signs in layout.sources.items() if any(sign in title for sign in signs)), "other")
    return base.select("unit", "person_key", "source_row").with_columns(
        pl.lit(ground).alias("ground_code"),
        pl.lit(source).alias("source_code"),
        since.alias("from_month"),
        until.alias("until_month"),
    )
