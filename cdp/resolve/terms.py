"""How common values are: two who share a rare name are likelier one than two called Smith.

How many records hold a value is counted when a model is trained and kept with it, so that a pair
weighs the same whenever it is weighed. A value that came later counts as held by one record.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from cdp.engine import DuckDBEngine, Statement, built
from cdp.resolve.comparison import Comparison


def terms_of(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """The columns of ``work.features`` whose values count by their rarity, by name."""
    return tuple(sorted({c.term for c in comparisons if c.term}))


def count_terms(comparisons: Sequence[Comparison], model_id: str) -> Statement:
    """``model.terms`` of one version, from the features of all records."""
    counted = [
        exp.select(
            exp.Literal.string(model_id).as_("model_id"),
            exp.Literal.string(term).as_("term"),
            f"cast({term} as varchar) as value",
            "count(*) as records",
            dialect="duckdb",
        )
        .from_("work.features")
        .where(f"{term} is not null")
        .group_by(term)
        for term in terms_of(comparisons)
    ]
    first, *others = counted
    query = first.union(*others, distinct=False) if others else first
    ordered = exp.select("*").from_(query.subquery("counted")).order_by("term", "value")
    return built("terms", ordered, writes="model.terms")


def spread_terms(scratch: DuckDBEngine, comparisons: Sequence[Comparison]) -> None:
    """Make ``work.tf_<term>`` for each term: each value of the features, and its share.

    ``model.terms`` in ``scratch`` is that of the version in use, and of no other.
    """
    for term in terms_of(comparisons):
        scratch.connection.execute(
            f"""
            create or replace table work.tf_{term} as
            with known as (select value, records from model.terms where term = '{term}')
            select
                f.{term},
                greatest(coalesce(k.records, 0), 1)
                / greatest((select coalesce(sum(records), 0) from known), 1) as tf_{term}
            from (select distinct {term} from work.features where {term} is not null) as f
            left join known as k on cast(f.{term} as varchar) = k.value
            """
        )
