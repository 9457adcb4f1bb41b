"""The report's figures on small worlds with values worked out by hand, and laws of any world."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.explain.benchmarks import Benchmark, count_first_names
from cdp.explain.quality import (
    STATUSES,
    Quality,
    account_of_links,
    expected_quality,
    records_per_customer,
    weight_histogram,
)
from tests.explain.linked import link, people, quality
from tests.explain.snapshot import FIRST

KINDS = ("declared", "deterministic", "probabilistic")
LINKS = pl.Schema(
    {
        "status": pl.String, "kind": pl.String, "reason": pl.String,
        "match_weight": pl.Float64, "links": pl.Int64,
    }
)  # fmt: skip
NAMES = st.sampled_from(["Bob", "Robert", "rob", "Kate", "Katherine", "Alex", "J.", "Müller", ""])


@st.composite
def any_links(draw: st.DrawFn) -> pl.DataFrame:
    rows = st.tuples(
        st.sampled_from(STATUSES),
        st.sampled_from(KINDS),
        st.sampled_from("ab"),
        st.floats(-60, 60),
        st.integers(1, 9),
    )
    return pl.DataFrame(draw(st.lists(rows, max_size=20)), schema=LINKS, orient="row")


def named(found: Quality, name: str) -> Benchmark:
    (benchmark,) = [one for one in found.benchmarks if one.name == name]
    return benchmark


def test_customers_are_counted_by_their_records_and_kind(tmp_path: Path) -> None:
    found = quality(tmp_path, people("""
        a | Ann |  |  |
        a | Ann |  |  |
        b | Ben |  |  |
        c |     |  |  |
        d | Dan |  |  |
        d | Dan |  |  |
        d | Dan |  |  |
        d | Dan |  |  |
        """))  # fmt: skip
    assert found.sizes.rows() == [("1", 1, 1), ("2", 1, 0), ("3", 0, 0), ("4-5", 1, 0)]
    assert found.totals["records"] == 8
    assert (found.totals["identified"], found.totals["anonymous"]) == (3, 1)
    assert found.totals["of_two_or_more"] == 2


def test_links_are_accounted_for_by_status_and_reason_without_the_block(tmp_path: Path) -> None:
    links = [
        link("accepted", 7.0, 1, 2, kind="deterministic", reason="same handle"),
        link("accepted", 2.0, 1, 3, reason="the model; found by surname"),
        link("accepted", 9.0, 1, 4, reason="the model; found by city"),
        link("refused", 3.0, 2, 5, reason="contradiction: different birth date"),
        link("review", 0.5, 2, 6, reason=None),
    ]
    found = quality(tmp_path, {"links": links})
    assert found.links.rows() == [
        ("accepted", "probabilistic", "the model", 2, 2.0, 9.0),
        ("accepted", "deterministic", "same handle", 1, 7.0, 7.0),
        ("refused", "probabilistic", "contradiction: different birth date", 1, 3.0, 3.0),
        ("review", "probabilistic", "not stated", 1, 0.5, 0.5),
    ]
    assert [found.totals[status] for status in STATUSES] == [3, 1, 1]


def test_weights_fall_into_steps_of_two_bits_and_the_ends_hold_the_rest(tmp_path: Path) -> None:
    links = [
        link("accepted", 40.0, 1, 2),
        link("accepted", 99.0, 1, 3),
        link("refused", -0.1, 1, 4),
        link("refused", -70.0, 1, 5),
        link("review", 0.0, 1, 6),
    ]
    found = quality(tmp_path, {"links": links})
    held = found.weights.filter(pl.sum_horizontal(STATUSES) > 0)
    assert held.rows() == [(-20, 0, 0, 1), (-2, 0, 0, 1), (0, 0, 1, 0), (40, 2, 0, 0)]
    assert found.weights["from_bits"].to_list() == list(range(-20, 41, 2))


def test_expected_precision_is_the_mean_posterior_of_accepted_links() -> None:
    rows = [
        ("accepted", "declared", "a", 40.0, 1),
        ("accepted", "probabilistic", "b", 1.0, 2),
        ("refused", "probabilistic", "b", 9.0, 5),
        ("review", "probabilistic", "b", -1.0, 3),
    ]
    found = expected_quality(pl.DataFrame(rows, schema=LINKS, orient="row"))
    # One bit is two to one: two of three are right.
    assert found.precision == pytest.approx((1 + 2 * 2 / 3) / 3)
    assert found.right_in_review == pytest.approx(3 * 1 / 3)
    assert found.as_dict()["of"] == "links"


def test_without_links_there_is_no_expectation(tmp_path: Path) -> None:
    found = quality(tmp_path, {})
    assert found.expected.precision is None
    assert found.estimate.precision is None
    assert found.weights.height == 0
    assert all(one.share is None for one in found.benchmarks)


def test_short_forms_initials_and_accents_make_no_new_first_name(tmp_path: Path) -> None:
    found = quality(tmp_path, people("""
        one | Robert  |  |  |
        one | Bob     |  |  |
        one | rob     |  |  |
        one | R.      |  |  |
        one | Róbert  |  |  |
        mix | Robert  |  |  |
        mix | Kate    |  |  |
        mix | Otto    |  |  |
        mix | Ida     |  |  |
        few | Robert  |  |  |
        few | Kate    |  |  |
        few | Otto    |  |  |
        few | I.      |  |  |
        solo | Ida    |  |  |
        """))  # fmt: skip
    benchmark = named(found, "more than 3 first names")
    assert (benchmark.found, benchmark.judged) == (1, 3)
    assert benchmark.examples == (("mix",),)
    assert benchmark.share == pytest.approx(1 / 3)


def test_surnames_and_postcodes_have_their_own_limits(tmp_path: Path) -> None:
    rows = [
        f"a | Ann | {name} | | 1000{n}" for n, name in enumerate(["Bauer", "Koch", "Roth", "Wolf"])
    ]
    found = quality(tmp_path, people("\n".join(rows)))
    assert named(found, "more than 3 surnames").found == 1
    assert named(found, "more than 3 postcodes").found == 1
    assert named(found, "more than 5 postcodes").found == 0
    assert named(found, "more than 3 first names").found == 0


def test_only_current_versions_and_members_are_judged(tmp_path: Path) -> None:
    tables = people("\n".join(f"a | {name} | | |" for name in ["Ann", "Ben", "Cleo", "Dan"]))
    tables["records"][0] = {**tables["records"][0], "is_current": False}
    assert named(quality(tmp_path / "one", tables), "more than 3 first names").found == 0
    tables = people("\n".join(f"a | {name} | | |" for name in ["Ann", "Ben", "Cleo", "Dan"]))
    tables["members"][0] = {**tables["members"][0], "valid_to": FIRST}
    assert named(quality(tmp_path / "two", tables), "more than 3 first names").found == 0


def test_customers_of_one_name_and_email_are_named_together(tmp_path: Path) -> None:
    found = quality(tmp_path, people("""
        a | Kate | Marsh | kate@example.com              |
        b | KATE | Marsh | kate@example.com k@example.com |
        b | Kate | Marsh | kate@example.com              |
        c | Otto | Marsh | kate@example.com              |
        d | Kate | Marsh | other@example.com             |
        e |      |       |                               |
        """))  # fmt: skip
    benchmark = named(found, "same full name and email as another customer")
    assert benchmark.examples == (("a", "b"),)
    assert (benchmark.found, benchmark.judged) == (2, 4)


def test_the_largest_customers_come_first_and_ties_go_to_the_smaller_id(tmp_path: Path) -> None:
    lines = [f"c{n:02} | Ann | | |" for n in range(12)] + ["c07 | Ben | | |"]
    found = quality(tmp_path, people("\n".join(lines)))
    ids = found.largest["customer_id"].to_list()
    assert ids == ["c07", *(f"c{n:02}" for n in range(10) if n != 7)][:10]
    assert found.largest.row(0, named=True)["given_names"] == 2


def test_generic_identifiers_are_counted_by_reason(tmp_path: Path) -> None:
    tables = people("a | Ann | | |\nb | Ben | | |\nb | Ben | | |")
    tables["identifiers"] = [
        {"record_id": n, "kind": "email", "value": value, "is_generic": reason is not None,
         "generic_reason": reason}
        for n, value, reason in [
            (1, "info@example.com", "role mailbox"), (2, "info@example.com", "role mailbox"),
            (3, "office@example.com", "role mailbox"), (3, "ben@example.com", None),
        ]
    ]  # fmt: skip
    found = quality(tmp_path, tables)
    assert found.generic.rows() == [("email", "role mailbox", 2, 3, 2)]
    assert found.generic_values["value"].to_list() == ["i***@example.com", "o***@example.com"]
    assert found.generic_values["records"].to_list() == [2, 1]


@given(any_links())
def test_every_link_is_counted_once_in_the_account_and_the_histogram(links: pl.DataFrame) -> None:
    account, histogram = account_of_links(links), weight_histogram(links)
    for status in STATUSES:
        wanted = links.filter(status=status)["links"].sum()
        assert account.filter(status=status)["links"].sum() == wanted
        assert histogram[status].sum() == wanted


@given(any_links(), st.randoms(use_true_random=False))
def test_the_order_of_links_changes_no_figure(links: pl.DataFrame, rng: Random) -> None:
    places = list(range(links.height))
    rng.shuffle(places)
    turned = links[places]
    assert account_of_links(turned).equals(account_of_links(links))
    assert weight_histogram(turned).equals(weight_histogram(links))
    one, other = expected_quality(turned), expected_quality(links)
    assert one.expected_right == pytest.approx(other.expected_right)


@given(any_links())
def test_expected_figures_stay_within_what_there_is(links: pl.DataFrame) -> None:
    found = expected_quality(links)
    assert 0 <= found.expected_right <= found.links
    assert found.kinds["links"].sum() == found.links
    assert found.precision is None or 0 <= found.precision <= 1


@given(st.lists(st.tuples(st.sampled_from(["identified", "anonymous"]), st.integers(1, 300),
                          st.integers(1, 50)), unique_by=lambda row: row[:2]))  # fmt: skip
def test_every_customer_is_in_one_bar(rows: list[tuple[str, int, int]]) -> None:
    schema = {"kind": pl.String, "record_count": pl.Int64, "customers": pl.Int64}
    found = records_per_customer(pl.DataFrame(rows, schema=schema, orient="row"))
    for kind in ("identified", "anonymous"):
        assert found[kind].sum() == sum(count for held, _, count in rows if held == kind)


@given(st.lists(NAMES), st.randoms(use_true_random=False))
def test_first_names_are_counted_alike_in_any_order(names: list[str], rng: Random) -> None:
    turned = list(names)
    rng.shuffle(turned)
    assert count_first_names(turned) == count_first_names(names) <= len(set(names))
