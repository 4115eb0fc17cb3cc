"""A few payments written by hand, judged and counted as the real ones are."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from warehouse.payouts import declared
from warehouse.payouts.engine import Inputs, count, judge

STANDARDS = {"age_80_89": 50, "age_90_99": 100, "age_100_plus": 300}
PARTITIONS = ("month", "unit")


def month(text: str) -> date:
    """`2025-03` as its first day."""
    return date.fromisoformat(f"{text}-01")


def paid(person: int, when: str, **changes) -> dict:
    """A payment that no rule objects to, in unit `a`, born 1940; `changes` are columns."""
    first = month(when)
    told = {
        "month": first,
        "unit": "a",
        "township_id": "a1",
        "person_key": person,
        "account_key": person * 1000,
        "filler_key": 7,
        "birth_month": date(1940, 1, 1),
        "sex_code": "male",
        "tier_code": "age_80_89",
        "amount_yuan": Decimal(50),
        "kind_code": "current",
        "covers_from": first,
        "covers_to": first,
        "authenticated_month": first,
        "id_fault_code": None,
        "submission_no": 1,
    }
    return told | changes


def arrears(person: int, when: str, first: str, last: str, yuan: int, **changes) -> dict:
    """A payment in arrears for the months from `first` to `last`."""
    return paid(
        person, when, kind_code="arrears", covers_from=month(first), covers_to=month(last),
        amount_yuan=Decimal(yuan), **changes,
    )  # fmt: skip


def recovery(person: int, when: str, first: str, last: str, yuan: int, **changes) -> dict:
    """Money taken back for the months from `first` to `last`."""
    return arrears(person, when, first, last, yuan, **changes) | {"kind_code": "recovery"}


def change(person: int, when: str, code: str, reason: str | None = None, **changes) -> dict:
    """A line of the roster: `stop` from `when` on, `start`, `tier`."""
    first = month(when)
    told = {
        "month": first, "unit": "a", "township_id": "a1", "person_key": person, "birth_month": None, "sex_code": None,
        "change_code": code, "reason_code": reason, "effective_month": first, "tier_code": None, "submission_no": 2,
    }  # fmt: skip
    return told | changes


def listed(person: int, ground: str, since: str, **changes) -> dict:
    """A line of a comparison list."""
    told = {
        "ground_code": ground, "source_code": "police", "unit": None, "person_key": person, "from_month": month(since),
        "until_month": None, "submission_no": 3,
    }  # fmt: skip
    return told | changes


def inputs(
    folder: Path, payments: Iterable[Mapping], *, changes: Iterable[Mapping] = (), lists: Iterable[Mapping] = (),
    held: Iterable[tuple[str, str]] = (),
) -> Inputs:  # fmt: skip
    """The rows as partitioned Parquet; `held` are further months a unit has files for."""
    payments = [{**row, "source_row": number} for number, row in enumerate(payments, start=2)]
    frame = pl.DataFrame(payments, schema=declared.relations()["payout"].polars_schema, orient="row")
    changed = pl.DataFrame(
        [{**row, "source_row": number} for number, row in enumerate(changes, start=2)],
        schema=declared.relations()["roster_change"].polars_schema,
        orient="row",
    )
    compared = pl.DataFrame(
        [{**row, "source_row": number} for number, row in enumerate(lists, start=2)],
        schema=declared.relations()["comparison"].polars_schema,
        orient="row",
    )
    months = {(row["unit"], row["month"]) for row in payments if row["kind_code"] == "current"}
    months |= {(unit, month(when)) for unit, when in held}
    units = sorted({row["unit"] for row in payments} | {unit for unit, _ in months})
    standards = [(unit, tier, yuan, date(2014, 10, 1), None) for unit in units for tier, yuan in STANDARDS.items()]
    schemas = declared.relations()
    files = _written(folder / "comparison", compared, ())
    return Inputs(
        payout_files=_written(folder / "payout", frame, PARTITIONS),
        payout_rows=dict(frame.group_by("month").len().iter_rows()),
        change_files=_written(folder / "change", changed, PARTITIONS),
        comparison_files=files,
        frames={
            "standard": pl.DataFrame(standards, schema=schemas["standard"].polars_schema, orient="row"),
            "unit_month": pl.DataFrame(sorted(months), schema=schemas["unit_month"].polars_schema, orient="row"),
        },
    )


def found(folder: Path, rule_code: str, payments: Iterable[Mapping], **others) -> list[tuple]:
    """What one rule finds: source_row, month as text, money, evidence_month as text, evidence_count; by row."""
    judged = judge(inputs(folder, payments, **others), rule_codes=[rule_code]).findings
    assert set(judged["rule_code"]) <= {rule_code}
    rows = judged.sort("source_row").select("source_row", "month", "money_yuan", "evidence_month", "evidence_count")
    return [
        (row, f"{when:%Y-%m}", float(money), f"{evidence:%Y-%m}" if evidence else None, number)
        for row, when, money, evidence, number in rows.iter_rows()
    ]


def all_found(folder: Path, payments: Iterable[Mapping], **others) -> list[str]:
    """Codes of the rules that find anything at all, sorted."""
    return sorted(set(judge(inputs(folder, payments, **others)).findings["rule_code"]))


def counted(folder: Path, payments: Iterable[Mapping], name: str = "payout_month", **others) -> list[dict]:
    """One figure over the payments, sorted by all its columns."""
    frame = count(inputs(folder, payments, **others), name)
    return frame.sort(frame.columns).to_dicts()


def figure(name: str, **relations: Iterable[Mapping]) -> list[tuple]:
    """One figure over relations given as rows: its rows in order, months as text, money as numbers."""
    frames = {
        given: pl.DataFrame(list(rows), schema=declared.relations()[given].polars_schema, orient="row")
        for given, rows in relations.items()
    }
    made = count(Inputs(payout_files=(), payout_rows={}, frames=frames), name)
    assert dict(made.schema) == dict(declared.relations()[name].polars_schema)
    plain = [
        pl.col(column).dt.strftime("%Y-%m") if kind == pl.Date else pl.col(column).cast(pl.Float64)
        for column, kind in made.schema.items()
        if kind == pl.Date or kind.is_decimal()
    ]
    return made.with_columns(plain).sort(pl.all()).rows()


def _written(folder: Path, frame: pl.DataFrame, partitions: tuple[str, ...]) -> list[Path]:
    if frame.is_empty():
        return []
    files = []
    parts = frame.partition_by(partitions, as_dict=True) if partitions else {(): frame}
    for key, part in parts.items():
        named = [f"{name}={value}" for name, value in zip(partitions, key, strict=True)]
        path = folder.joinpath(*named) / "1.parquet"
        path.parent.mkdir(parents=True)
        part.drop(partitions).write_parquet(path)
        files.append(path)
    return files
