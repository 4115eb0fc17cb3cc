"""The two highest tiers of townships, merged before anything is computed: hardly any township has five people over 100."""

from collections.abc import Iterable

import polars as pl

TIERS_MERGED_IN_TOWNSHIPS = ("age_90_99", "age_100_plus")


def merge_township_tiers(observations: pl.DataFrame, township_ids: Iterable[str]) -> pl.DataFrame:
    """The observations with the tiers 90–99 and 100+ of townships merged into 90+.

    One row per area × indicator × breakdown × month × revision, as given. The merged row is the sum of both; it is
    missing when one of them is. Its cell names both cells; its raw text is left out, since it would give the parts.
    """
    is_merged = pl.col("area_id").is_in(list(township_ids)) & pl.col("breakdown_code").is_in(TIERS_MERGED_IN_TOWNSHIPS)
    parts = observations.filter(is_merged)
    if parts.is_empty():
        return observations
    keys = ["area_id", "indicator_code", "month", "revision"]
    whole = pl.len() == len(TIERS_MERGED_IN_TOWNSHIPS)
    all_reported = (pl.col("status_code") == "reported").all() & whole
    merged = parts.group_by(keys, maintain_order=True).agg(
        pl.when(all_reported).then(pl.col("value").sum()).alias("value"),
        pl.when(all_reported).then(pl.col("value_low").sum()).alias("value_low"),
        pl.when(all_reported).then(pl.col("value_high").sum()).alias("value_high"),
        pl.when(all_reported)
        .then(pl.lit("reported"))
        .otherwise(pl.col("status_code").filter(pl.col("status_code") != "reported").first().fill_null("missing"))
        .alias("status_code"),
        pl.col("cell").str.join("、").alias("cell"),
        pl.all().exclude([*keys, "value", "value_low", "value_high", "status_code", "cell", "raw_value"]).first(),
    )
    merged = merged.with_columns(
        pl.lit("age_90_plus").alias("breakdown_code"), pl.lit(None, pl.String).alias("raw_value")
    )
    return pl.concat([observations.filter(~is_merged), merged.select(observations.columns)])
