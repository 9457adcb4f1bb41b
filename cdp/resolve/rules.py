"""The project's own rules: which records they link, which they part, what their limits count.

Values are compared as matching reads them, folded and normalised. Records *agree* in a field when
they have a value in common, and *differ* when both state some and have none in common; what is
not stated, or generic, does neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.project import NeverLink
from cdp.resolve.settings import ResolveSettings

_STATED = Path(__file__).parent / "sql" / "stated.sql"
_PAIR = ["record_l", "record_r"]
_RULED = pl.Schema({"record_l": pl.Int64, "record_r": pl.Int64, "rule": pl.String})


def read_stated(engine: Engine, settings: ResolveSettings) -> pl.DataFrame:
    """record_id, field, value, is_key: declared keys, and the fields that own rules name."""
    named = {
        *settings.per_customer,
        *(f for rule in settings.always_link for f in rule.same),
        *(f for rule in settings.never_link for f in (*rule.same, *rule.different)),
    }
    stated = engine.query(load(_STATED).sql, {"fields": ",".join(sorted(named))})
    return stated if named else stated.clear()


def agreeing(
    stated: pl.DataFrame, fields: Sequence[str], *, most: int, within: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Pairs of records that agree in all fields: record_l, record_r.

    Args:
        stated: As `read_stated` makes it.
        fields: What they agree in.
        most: Values that more records share join nobody.
        within: Groups (record_id, cluster) of which every such pair is wanted; without, each
            record is paired only with the smallest of those that share its values.
    """
    keyed = pl.DataFrame()
    for position, field in enumerate(fields):
        told = stated.filter(pl.col("field") == field).select(
            "record_id", pl.col("value").alias(f"value_{position}")
        )
        keyed = told if position == 0 else keyed.join(told, on="record_id")
    values = [f"value_{position}" for position in range(len(fields))]
    keyed = keyed.filter(pl.len().over(values) <= most)
    if within is None:
        first = pl.col("record_id").min().over(values)
        pairs = keyed.select(record_l=first, record_r="record_id")
    else:
        inside = keyed.join(within.select("record_id", "cluster"), on="record_id")
        pairs = inside.join(inside, on=[*values, "cluster"], suffix="_r").select(
            record_l="record_id", record_r="record_id_r"
        )
    return pairs.filter(pl.col("record_l") < pl.col("record_r")).unique().sort(_PAIR)


def always_pairs(
    stated: pl.DataFrame, settings: ResolveSettings, *, within: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Pairs that an always-link rule joins, and the first such rule: record_l, record_r, rule.

    ``within`` is that of `agreeing`; what more records share than a group may have joins nobody.
    """
    most = settings.max_cluster_records
    found = [
        agreeing(stated, rule.same, most=most, within=within).with_columns(rule=pl.lit(rule.name))
        for rule in settings.always_link
    ]
    ruled = pl.concat([_RULED.to_frame(), *found])
    return ruled.unique(_PAIR, keep="first", maintain_order=True).sort(_PAIR)


def never_pairs(
    stated: pl.DataFrame, groups: pl.DataFrame, rules: Sequence[NeverLink]
) -> pl.DataFrame:
    """Pairs of one group that a never-link rule parts, and the first such rule.

    Args:
        stated: As `read_stated` makes it.
        groups: record_id, cluster: the groups within which pairs are looked at.
        rules: In order of precedence.
    """
    found = [_parted(stated.join(groups, on="record_id"), rule) for rule in rules]
    ruled = pl.concat([_RULED.to_frame(), *found])
    return ruled.unique(_PAIR, keep="first", maintain_order=True).sort(_PAIR)


def _parted(inside: pl.DataFrame, rule: NeverLink) -> pl.DataFrame:
    fields = [*rule.same, *rule.different]
    # Only groups in which a field that must differ has two values can hold such a pair.
    for field in rule.different:
        several = inside.filter(pl.col("field") == field).group_by("cluster").agg(
            pl.col("value").n_unique().alias("values")
        )  # fmt: skip
        inside = inside.join(several.filter(pl.col("values") > 1), on="cluster", how="semi")
    members = inside.select("cluster", "record_id").unique()
    for field in fields:
        told = inside.filter(pl.col("field") == field).group_by("record_id").agg(
            pl.col("value").alias(field)
        )  # fmt: skip
        members = members.join(told, on="record_id")
    pairs = members.join(members, on="cluster", suffix="_r").filter(
        pl.col("record_id") < pl.col("record_id_r")
    )
    agree = {f: pl.col(f).list.set_intersection(f"{f}_r").list.len() > 0 for f in fields}
    return pairs.filter(
        *(agree[field] for field in rule.same), *(~agree[field] for field in rule.different)
    ).select(record_l="record_id", record_r="record_id_r", rule=pl.lit(rule.name))


def held_values(stated: pl.DataFrame, settings: ResolveSettings) -> pl.DataFrame:
    """What limits per customer count: record_id, field, value, most."""
    most = settings.per_customer
    limits = pl.DataFrame(
        {"field": list(most), "most": list(most.values())},
        schema={"field": pl.String, "most": pl.Int64},
    )
    return stated.join(limits, on="field").select("record_id", "field", "value", "most").unique()
