"""Households of the demo beside the truth: counted right, and right enough."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl

from data.generate.__main__ import generate
from data.generate.clock import Arguments
from data.generate.deliveries import write_homes
from data.households import HouseholdQuality, evaluate_households

# Who truly is behind each record, and which customer of which household it became.
RECORDS = """
record_id,source,key,person_id,customer_id,household_id
1,crm,1,P1,c_a,h_1
2,crm,2,P2,c_b,h_1
3,crm,3,P2,c_c,h_1
4,crm,4,P4,c_d,h_1
5,crm,5,P5,c_e,
6,crm,6,P6,c_f,
7,crm,7,,c_g,h_1
"""


def test_pairs_of_people_are_counted_and_one_person_in_two_customers_apart(tmp_path: Path) -> None:
    told = pl.read_csv(StringIO(RECORDS.strip()))
    (tmp_path / "truth").mkdir()
    one, other = object(), object()
    people = [("P1", one), ("P2", one), ("P4", other), ("P5", other), ("P6", one)]
    write_homes(tmp_path, people)
    found = evaluate_households(
        told.select("customer_id", "household_id"),
        told.drop_nulls("person_id").select(
            record="record_id", cluster="customer_id", entity="person_id"
        ),
        pl.read_csv(tmp_path / "truth" / "homes.csv", infer_schema_length=0),
    )
    # Told: P1+P2, P1+P4, P2+P4. True: P1+P2, P1+P6, P2+P6, P4+P5. c_b and c_c are both P2.
    assert found == HouseholdQuality(told=3, true=4, right=1, same_person=1)


def test_every_person_of_the_truth_has_one_home_of_five_at_most(tmp_path: Path) -> None:
    generate(Arguments(500, 7, tmp_path, date(2026, 6, 30)))
    homes = pl.read_csv(tmp_path / "truth" / "homes.csv", infer_schema_length=0)
    people = pl.read_csv(tmp_path / "truth" / "truth.csv", infer_schema_length=0)["person_id"]
    assert homes["person_id"].is_unique().all()
    assert set(people.drop_nulls()) - {""} <= set(homes["person_id"])
    sizes = homes.group_by("home").len()["len"]
    assert sizes.max() == 5
    assert sizes.min() == 1
