"""Each kind of mistake on two records worked out by hand, and laws of any partition."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.explain import LabelledQuality, evaluate_snapshot, open_snapshot
from tests.explain.linked import Tables, link
from tests.explain.snapshot import Row, publish


def world(text: str, *links: Row, shared: str = "") -> tuple[Tables, pl.DataFrame]:
    """One line a record: customer | entity | given name | surname | street; ids count from 1.

    ``shared`` is a kind of identifier that all records hold.
    """
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    tables: dict[str, list[Row]] = {"links": list(links), "members": [], "records": []}
    tables["identifiers"] = [
        {"record_id": n, "kind": shared, "value": "x", "is_generic": False}
        for n in range(1, len(rows) + 1)
        if shared
    ]
    for number, (customer, _, given_name, surname, street) in enumerate(rows, start=1):
        tables["members"].append({"record_id": number, "customer_id": customer})
        tables["records"].append(
            {
                "record_id": number, "source": "crm", "source_record_id": f"C-{number}",
                "is_inline": False, "given_name": given_name or None, "surname": surname or None,
                "street": street or None,
            }
        )  # fmt: skip
    labels = [("crm", f"C-{n}", row[1]) for n, row in enumerate(rows, start=1) if row[1]]
    return tables, pl.DataFrame(labels, schema=["source", "key", "entity"], orient="row")


def evaluated(folder: Path, told: tuple[Tables, pl.DataFrame]) -> LabelledQuality:
    tables, labels = told
    publish(folder, tables)
    with open_snapshot(folder) as snapshot:
        return evaluate_snapshot(snapshot, labels)


def kinds(found: LabelledQuality, side: str) -> list[tuple[object, ...]]:
    return found.mistakes[side].select("mistake", "detail", "joins", "record_pairs").rows()


def between(*, left: str = "a", right: str = "b", **others: object) -> Row:
    return {
        **link("refused", 3.0), **others, "customer_id_l": left, "customer_id_r": right,
    }  # fmt: skip


TWO = "a | Ann | Ann | Marsh | 1 Oak Street\na | Bob | {} | {} | {}"


@pytest.mark.parametrize(
    ("second", "shared", "joined", "kind", "detail"),
    [
        (("Ann", "Marsh", "1 oak st"), "email", {"kind": "declared", "reason": "same key of `x`"},
         "declared key", "same key of `x`"),
        (("Ann", "Marsh", "1 oak st"), "email",
         {"kind": "deterministic", "reason": "always-link rule `r`, though different sex"},
         "rule", "always-link rule `r`"),
        (("Bob", "MARSH", "1 oak st"), "phone", {}, "household", "also the same phone"),
        (("Bob", "Marsh", "1 Oak Street."), "", {}, "household", ""),
        (("Ann", "Marsh", "9 Elm Street"), "email", {}, "shared identifier", "email"),
        (("Ann", "Marsh", ""), "customer_key", {}, "namesakes", ""),
        (("Anne", "Marsh", ""), "", {}, "alike", ""),
        (("", "", ""), "", {}, "alike", ""),
        (("Ann", "Marsh", "1 oak st"), "email", None, "chain", ""),
    ],
)  # fmt: skip
def test_a_wrong_join_is_of_the_first_kind_that_holds(
    tmp_path: Path,
    second: tuple[str, str, str],
    shared: str,
    joined: dict[str, object] | None,
    kind: str,
    detail: str,
) -> None:
    links = [] if joined is None else [{**link("accepted", 3.0), **joined}]
    found = evaluated(tmp_path, world(TWO.format(*second), *links, shared=shared))
    assert kinds(found, "wrong") == [(kind, detail, 1, 1)]
    assert kinds(found, "missed") == []
    (pair,) = found.examples["wrong"][kind]
    assert (pair.left, pair.right, pair.match_weight) == (
        "crm:C-1", "crm:C-2", None if joined is None else 3.0,
    )  # fmt: skip


APART = "a | Ann | Ann | Marsh | \nb | Ann | Ann | Stone |"


@pytest.mark.parametrize(
    ("reason", "kind", "detail"),
    [
        ("never-link rule `r`, though linked by the model; found by email", "rule",
         "never-link rule `r`"),
        ("limit of 2 `email` per customer, though linked by same key of `x`", "rule",
         "limit of 2 `email` per customer"),
        ("contradiction: different birth date, sex", "contradiction", "different birth date, sex"),
        ("group: too little joins the two groups, or others of them contradict", "group", ""),
        ("size: the group would be too large", "group", "size: the group would be too large"),
        ("household: as likely two people of one home", "household", ""),
        ("rivals: another record is likelier the one", "rivals", ""),
        ("evidence: too little speaks for it", "too light", ""),
        ("a guard to come", "group", "a guard to come"),
    ],
)  # fmt: skip
def test_a_refusal_is_of_the_kind_that_its_reason_names(
    tmp_path: Path, reason: str, kind: str, detail: str
) -> None:
    found = evaluated(tmp_path, world(APART, between(reason=reason)))
    assert kinds(found, "missed") == [(kind, detail, 1, 1)]
    assert kinds(found, "wrong") == []


def test_a_pair_left_to_review_and_one_without_a_link_are_told_apart(tmp_path: Path) -> None:
    found = evaluated(tmp_path / "one", world(APART, {**between(), "status": "review"}))
    assert kinds(found, "missed") == [("review", "", 1, 1)]
    found = evaluated(tmp_path / "two", world(APART))
    assert kinds(found, "missed") == [("no link", "", 1, 1)]
    (pair,) = found.examples["missed"]["no link"]
    assert (pair.customer_l, pair.customer_r, pair.reason) == ("a", "b", "no link of their own")


def test_the_records_of_the_person_speak_before_the_customers_that_hold_them(
    tmp_path: Path,
) -> None:
    text = "a | Ann | Ann | |\nb | Ann | Ann | |\nb | Bob | Bob | |\na | | Ann | |"
    stranger = {**between(left="a", right="b"), "record_l": 1, "record_r": 3, "match_weight": 30.0}
    own = {**between(), "status": "review", "match_weight": 0.1}
    found = evaluated(tmp_path / "own", world(text, stranger, own))
    assert kinds(found, "missed") == [("review", "", 1, 1)]
    unlabelled = {**between(reason="contradiction: different sex"), "record_l": 2, "record_r": 4}
    found = evaluated(tmp_path / "unlabelled", world(text, unlabelled))
    assert kinds(found, "missed") == [("contradiction", "different sex", 1, 1)]


@st.composite
def any_world(draw: st.DrawFn) -> tuple[Tables, pl.DataFrame, list[tuple[str, str]]]:
    cells = st.tuples(st.sampled_from("abc"), st.sampled_from("XYZ"))
    rows = draw(st.lists(cells, min_size=1, max_size=9))
    text = "\n".join(f"{customer} | {entity} | Ann | |" for customer, entity in rows)
    links = []
    for one, other in combinations(range(len(rows)), 2):
        if draw(st.booleans()):
            left, right = rows[one][0], rows[other][0]
            status = "accepted" if left == right else draw(st.sampled_from(["review", "refused"]))
            made = link(status, draw(st.floats(-9, 9)), one + 1, other + 1)
            links.append({**made, "customer_id_l": left, "customer_id_r": right})
    tables, labels = world(text, *links)
    return tables, labels, rows


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(any_world())
def test_kinds_add_up_to_all_wrong_and_missed_pairs_in_any_order_of_labels(
    tmp_path_factory: pytest.TempPathFactory,
    told: tuple[Tables, pl.DataFrame, list[tuple[str, str]]],
) -> None:
    tables, labels, rows = told
    found = evaluated(tmp_path_factory.mktemp("one"), (tables, labels))
    pairs = list(combinations(rows, 2))
    wrong = sum(a[0] == b[0] and a[1] != b[1] for a, b in pairs)
    missed = sum(a[0] != b[0] and a[1] == b[1] for a, b in pairs)
    assert found.mistakes["wrong"]["record_pairs"].sum() == wrong
    assert found.mistakes["missed"]["record_pairs"].sum() == missed
    figures = found.figures
    assert wrong == figures.predicted_pairs - figures.right_pairs
    assert missed == figures.true_pairs - figures.right_pairs
    people = {(c, e, f) for (c, e), (d, f) in pairs if c == d and e != f}
    assert found.mistakes["wrong"]["joins"].sum() == len({(c, *sorted(p)) for c, *p in people})
    turned = labels.sample(fraction=1.0, shuffle=True, seed=len(rows))
    again = evaluated(tmp_path_factory.mktemp("two"), (tables, turned))
    assert again.as_dict() == found.as_dict()
