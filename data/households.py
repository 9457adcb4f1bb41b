"""How right the demo's households are: `python -m data.households`, after `make demo`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from data.demo import HERE, judged_demo


@dataclass(frozen=True)
class HouseholdQuality:
    """Pairs of people: told to share a home, truly sharing one, both; and ``same_person``.

    Those are pairs of customers of one household that are one person whom matching left in two.
    """

    told: int
    true: int
    right: int
    same_person: int


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m data.households", description=__doc__)
    parser.add_argument("--project", type=Path, default=HERE, help="folder of the demo project")
    project = parser.parse_args().project
    snapshot = project / "warehouse" / "published" / "current" / "profiles.duckdb"
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        customers = connection.sql("select customer_id, household_id from customers").pl()
    homes = pl.read_csv(project / "truth" / "homes.csv", infer_schema_length=0)
    found = evaluate_households(customers, judged_demo(project), homes)
    print(
        f"Pairs of people in one household: {found.told:,} told, {found.true:,} true,"
        f" {found.right:,} both: precision {found.right / max(found.told, 1):.3f},"
        f" recall {found.right / max(found.true, 1):.3f}."
    )
    print(f"Pairs of customers told that are one person: {found.same_person:,}.")


def evaluate_households(
    customers: pl.DataFrame, judged: pl.DataFrame, homes: pl.DataFrame
) -> HouseholdQuality:
    """Compare published households with those of the generator.

    A customer is the person whose records it has most of (ties: the smaller id). True pairs are
    all two people of one home who are customers, whatever their records say of it.

    Args:
        customers: customer_id, household_id.
        judged: record, cluster (a customer_id), entity (a person).
        homes: person_id, home.
    """
    people = (
        judged.group_by("cluster", "entity")
        .len("records")
        .sort("cluster", "records", "entity", descending=[False, True, False])
        .unique("cluster", keep="first", maintain_order=True)
        .join(customers, left_on="cluster", right_on="customer_id")
        .join(homes, left_on="entity", right_on="person_id")
    )
    told = _pairs(people.drop_nulls("household_id"), "household_id")
    of_two = told.filter(pl.col("one") != pl.col("other")).unique()
    true = _pairs(people.unique(["entity", "home"]), "home").unique()
    right = of_two.join(true, on=["one", "other"], how="semi")
    same = told.filter(pl.col("one") == pl.col("other"))
    return HouseholdQuality(of_two.height, true.height, right.height, same.height)


def _pairs(people: pl.DataFrame, together: str) -> pl.DataFrame:
    """Each two rows of one home: one, other (the smaller person first)."""
    numbered = people.with_row_index("row").select("row", "entity", together)
    both = numbered.join(numbered, on=together).filter(pl.col("row") < pl.col("row_right"))
    return both.select(
        one=pl.min_horizontal("entity", "entity_right"),
        other=pl.max_horizontal("entity", "entity_right"),
    )


if __name__ == "__main__":
    main()
