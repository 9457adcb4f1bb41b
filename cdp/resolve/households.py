"""Households: customers who seem to share a home, an estimate that each run makes anew."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import numpy as np
import polars as pl

from cdp.engine import Engine, load
from cdp.resolve.components import Numbers, bounded
from cdp.resolve.linkage import Held, Integers, average_linkage
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_TIES = Path(__file__).parent / "sql" / "home_ties.sql"
_CONTRACT = CONTRACTS["identity.households"]
_MOST_BITS = 14.0
_STRANGER_BITS = -_MOST_BITS / 2
"""Two customers without a tie: who joins a home is tied to more than a third of it."""
_MAX_REACH = 100
"""Customers that ties may reach, one from another, before weak ties are cut."""
_LETTERS = 16


def build_households(engine: Engine, *, project: str, settings: ResolveSettings) -> None:
    """Make ``identity.households`` from the household pairs, the records and who they are now.

    Two customers are tied when the model takes two of their records for two people of one home
    and they share two of three: a surname, an address, an email, phone or device. What more than
    ``max_household_customers`` share ties nobody; where they share an employer, only surname and
    address together do.
    """
    most = settings.max_household_customers
    ties = engine.query(load(_TIES).sql, {"max_customers": most})
    firsts = engine.query(
        "select min(record_id) as first_record, customer_id from identity.members"
        " where valid_to is null group by customer_id"
    )
    homes = households(ties, most=most).join(firsts, on="first_record")
    homes = homes.with_columns(smallest=pl.col("customer_id").min().over("household"))
    names = {one: household_id(project, one) for one in homes["smallest"].unique()}
    named = homes.sort("customer_id").with_columns(
        household_id=pl.col("smallest").replace_strict(names, return_dtype=pl.String),
        customer_count=pl.len().over("household").cast(pl.Int64),
    )
    engine.store_frame(_CONTRACT, named.select(_CONTRACT.column_names), append=False)


def household_id(project: str, customer_id: str) -> str:
    """The id of the household whose smallest customer this is.

    >>> household_id("acme", "c_a") == household_id("acme", "c_a"), len(household_id("acme", "c_a"))
    (True, 18)
    """
    digest = hashlib.sha256(f"{project}|household|{customer_id}".encode()).digest()
    return "h_" + base64.b32encode(digest).decode("ascii").lower()[:_LETTERS]


def households(ties: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """Put tied customers into homes of two to ``most``.

    Where all who are reached are tied to one another they are a home; chains and crowds are put
    together by average linkage, in which a missing tie speaks against, and a lone tie never
    joins two homes.

    Of equal ties those of the smaller records count first, so that the homes hang on no id of a
    customer, and so not on what came when.

    Args:
        ties: first_l, first_r (customers, each told by its smallest record), weight_bits; each
            pair once, the smaller first.
        most: Customers that a household may have.

    Returns:
        first_record, household (the smallest first_record of it), by first_record; without those
        who are alone. The order of ``ties`` makes no difference.

    >>> ties = pl.DataFrame({"first_l": [1, 2], "first_r": [2, 3], "weight_bits": [9.0, 6.0]})
    >>> households(ties, most=8).rows()
    [(1, 1), (2, 1)]
    """
    ties = ties.sort("first_l", "first_r")
    customers = pl.concat([ties["first_l"], ties["first_r"]]).unique().sort()
    left, right = (
        customers.search_sorted(ties[side]).cast(pl.Int64).to_numpy()
        for side in ("first_l", "first_r")
    )
    weights = ties["weight_bits"].to_numpy()
    heaviest = float(weights.max(initial=0.0))
    reached = bounded(len(customers), left, right, weights, max_size=_MAX_REACH, uncut=heaviest)
    homes = _linked(reached, left, right, weights, most)
    return (
        pl.DataFrame({"first_record": customers, "household": customers.gather(homes)})
        .filter(pl.len().over("household") > 1)
        .sort("first_record")
    )


def _linked(
    reached: Integers, left: Integers, right: Integers, weights: Numbers, most: int
) -> Integers:
    """The home of each customer, named by its smallest; those who are alone are their own."""
    inside = reached[left] == reached[right]
    ties = np.bincount(reached[left][inside], minlength=len(reached))
    sizes = np.bincount(reached, minlength=len(reached))
    homes = reached.copy()
    doubtful = np.flatnonzero((sizes > most) | (2 * ties < sizes * (sizes - 1)))
    members = np.argsort(reached, kind="stable")
    starts = np.searchsorted(reached[members], doubtful)
    rows = np.flatnonzero(inside)
    rows = rows[np.argsort(reached[left[rows]], kind="stable")]
    row_starts = np.searchsorted(reached[left[rows]], doubtful)
    for group, start, row_start in zip(doubtful, starts, row_starts, strict=True):
        people = members[start : start + sizes[group]]
        chosen = rows[row_start : row_start + ties[group]]
        homes[people] = people[_divided(people, left[chosen], right[chosen], weights[chosen], most)]
    return homes


def _divided(
    people: Integers, left: Integers, right: Integers, weights: Numbers, most: int
) -> Integers:
    """Homes within what ties reach, by position; a crowd that strong ties hold has none."""
    count = len(people)
    if count > _MAX_REACH:
        return np.arange(count, dtype=np.int64)
    matrix = np.full((count, count), _STRANGER_BITS)
    one, other = np.searchsorted(people, left), np.searchsorted(people, right)
    matrix[one, other] = matrix[other, one] = np.minimum(weights, _MOST_BITS)
    size = Held(np.eye(count, dtype=np.int64), most)
    return average_linkage(matrix, min_link_bits=0.0, min_bridge_bits=np.inf, held=[size])
