"""A build up to the point where marts are computed: the demonstration's rows, alone or with the whole country's months."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from warehouse.catalog import Relation
from warehouse.release.building.fingerprint import partition_digests, relation_digests
from warehouse.release.building.models import Model
from warehouse.release.file import WITHOUT_FAULTY_STEP, open_release

UNITS, MONTHS = 2985, 60
LAST = date(2025, 12, 1)
# Stocks, flows, running totals; numerators with a base of the census and with another count; money with fen.
INDICATORS = (
    "care_bed_count", "institution_bed_count", "institution_resident_count", "nursing_bed_count", "enrolled_count",
    "active_person_count", "order_placed_count", "order_dispatched_count", "order_accepted_count",
    "order_completed_count", "order_rated_count", "allowance_recipient_count", "allowance_paid_yuan",
    "training_person_times", "service_person_times_total", "social_worker_count",
)  # fmt: skip


def before_marts(release: Path, relations: Mapping[str, Relation]) -> duckdb.DuckDBPyConnection:
    """A scratch database as `build` has it when marts are to be computed: everything but marts, from a release."""
    scratch = duckdb.connect(":memory:")
    for setting in ("temp_directory=''", "TimeZone='Asia/Shanghai'", WITHOUT_FAULTY_STEP):
        scratch.execute(f"set {setting}")
    for layer in ("core", "mart", "meta"):
        scratch.execute(f"create schema {layer}")
    with open_release(release) as source:
        for name, relation in relations.items():
            columns = ", ".join(f'"{column.name}" {column.type}' for column in relation.columns)
            scratch.execute(f"create table {name} ({columns})")
            if not name.startswith("mart."):
                scratch.register("given", source.sql(f"select * from {name}").to_arrow_table())
                scratch.execute(f"insert into {name} by name select * from given")
                scratch.unregister("given")
    return scratch


def add_the_country(scratch: duckdb.DuckDBPyConnection, units: int = UNITS) -> int:
    """Invented months of so many county-level units, 60 months of 16 indicators; how many units there are.

    Of a hundred cells three are missing, one is not applicable, one was restated; money has fen, as in no demonstration.
    """
    scratch.execute(
        f"""
        create temp table chosen as
            select area_id from core.dim_area
            where level_code = 'unit' and area_id like 'cn-%' and city_area_id is not null
            order by hash(area_id) limit {units};
        delete from core.fct_observation;
        update core.dim_area set is_reporting = true where area_id in (select area_id from chosen);
        insert into core.fct_observation by name
        with cell as (
            select
                a.area_id, i.indicator_code, 'total' as breakdown_code, m.month, 1 as revision,
                hash(a.area_id, i.indicator_code, m.month) as drawn
            from chosen as a
            cross join (select unnest({list(INDICATORS)!r}) as indicator_code) as i
            cross join (
                select month from core.dim_month where month <= date '{LAST}' order by month desc limit {MONTHS}
            ) as m
        ),
        valued as (
            select
                *,
                (drawn // 7 % 1000000) / case when indicator_code like '%yuan' then 100.0 else 1.0 end as value,
                case when drawn % 100 < 3 then 'missing' when drawn % 100 = 3 then 'not_applicable' else 'reported' end
                    as status_code,
                case drawn % 11 when 0 then 'doubtful' when 1 then 'provisional' else 'signed' end as quality_code
            from cell
        )
        select
            area_id, indicator_code, breakdown_code, month,
            case when drawn % 100 = 4 then 2 else revision end as revision,
            case when status_code = 'reported' then value end as value,
            status_code, quality_code, true as is_current
        from valued
        """
    )
    ((count,),) = scratch.execute("select count(*) from chosen").fetchall()
    return count


def computed_here(scratch: duckdb.DuckDBPyConnection, marts: list[Model]) -> None:
    """Compute the marts on the embedded engine, each into a table of the schema `here`; the marts themselves too."""
    scratch.execute("create schema here")
    for model in marts:
        scratch.execute(f"insert into {model.relation} by name select * from (\n{model.sql}\n)")
        scratch.execute(f"create table here.{model.relation.partition('.')[2]} as from {model.relation}")


def emptied(scratch: duckdb.DuckDBPyConnection, marts: list[Model]) -> None:
    """Marts without rows again."""
    for model in marts:
        scratch.execute(f"delete from {model.relation}")


def differing(scratch: duckdb.DuckDBPyConnection, marts: list[Model]) -> dict[str, int]:
    """Mart → rows that stand in one of the two only, in every column and as often; those without any left out."""
    found = {}
    for model in marts:
        here = f"here.{model.relation.partition('.')[2]}"
        ((count,),) = scratch.execute(
            f"select count(*) from ((from {model.relation} except all from {here})"
            f" union all (from {here} except all from {model.relation}))"
        ).fetchall()
        if count:
            found[model.relation] = count
    return found


def digests(
    scratch: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], marts: list[Model]
) -> dict[str, str]:
    """Mart → its hash, as a release carries it."""
    names = {model.relation for model in marts}
    parts = partition_digests(scratch, relations, leave_out=lambda name: name not in names)
    return {name: digest.hex() for name, digest in relation_digests(relations, parts).items()}
