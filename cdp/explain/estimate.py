"""How right and how complete customers should be, by the match weights: no labels needed.

Match weights speak of two records each; users ask about customers. Of the pairs of records in one
customer, each is right if all links on the strongest way between the two are. Of the pairs that
belong together and are apart, some were weighed: two customers with a link between them are one
with its chance. Others were never compared: how many, is told by how seldom the found ones were
found (Chao 1987: if many matches were found by one blocking rule only, many were found by none).
And some state nothing in common (an email here, a telephone there): as large a share as of any
two records, since what a source asks for does not hang on who else knows the person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from cdp.explain.snapshot import Snapshot
from cdp.profiles.confidence import strongest_tree

_LINKS = """
    select record_l, record_r, kind, status, match_weight, rule_count, customer_id_l, customer_id_r
    from links where customer_id_l is not null and customer_id_r is not null
    order by record_l, record_r
"""
# A cookie and nothing else is nobody's record: anonymous customers are left out.
_STATED = """
    select m.customer_id, count(*) as records,
        (r.given_name is not null)::int + (r.surname is not null)::int * 2
        + (r.birth_date is not null)::int * 4 + (r.sex is not null)::int * 8
        + (r.street is not null)::int * 16 + (r.company is not null)::int * 32
        + (coalesce(r.city, r.postcode, r.region) is not null)::int * 64
        + (len(r.emails) > 0)::int * 128 + (len(r.phones) > 0)::int * 256
        + (len(r.devices) > 0)::int * 512 + (len(r.handles) > 0)::int * 1024
        + (len(r.keys) > 0)::int * 2048 as fields
    from members as m
    join records as r on m.record_id = r.record_id and r.is_current
    join customers as c on m.customer_id = c.customer_id and c.kind = 'identified'
    where m.valid_to is null
    group by all order by all
"""


@dataclass(frozen=True)
class PairEstimate:
    """What should be true of pairs of records, counted over whole customers.

    ``pairs`` are of one customer, ``right`` of them should be right. ``apart`` should be one
    person and are in two customers that were compared, ``unseen`` were never compared, ``silent``
    state nothing in common. Of identified customers.
    """

    pairs: int
    right: float
    apart: float
    unseen: float
    silent: float

    @property
    def precision(self) -> float | None:
        """Share of the pairs in one customer that should be right; null without such pairs."""
        return self.right / self.pairs if self.pairs else None

    @property
    def recall(self) -> float | None:
        """Share of all pairs of one person that should be in one customer; null: there are none."""
        true = self.right + self.apart + self.unseen + self.silent
        return self.right / true if true else None

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "of": "pairs of records in customers",
            "precision": self.precision,
            "recall": self.recall,
            "pairs": self.pairs,
            "expected_right": self.right,
            "expected_apart": self.apart,
            "expected_unseen": self.unseen,
            "expected_silent": self.silent,
        }


def read_estimate(snapshot: Snapshot) -> PairEstimate:
    """The estimate for a published snapshot."""
    return estimate_pairs(snapshot.query(_LINKS), snapshot.query(_STATED))


def estimate_pairs(links: pl.DataFrame, stated: pl.DataFrame) -> PairEstimate:
    """Estimate precision and recall of pairs of records from weighed links.

    Args:
        links: record_l, record_r, kind, status, match_weight (bits), rule_count (blocking rules
            that found the pair; 0: none did, or a shared identifier, which is never missed),
            customer_id_l, customer_id_r.
        stated: customer_id, fields (a bit for each that is stated), records (how many such).

    >>> links = pl.DataFrame(
    ...     {
    ...         "record_l": [1, 2, 3], "record_r": [2, 3, 4], "kind": ["probabilistic"] * 3,
    ...         "status": ["accepted", "accepted", "review"], "match_weight": [2.0, 2.0, 0.0],
    ...         "rule_count": [2, 2, 2], "customer_id_l": ["a"] * 3,
    ...         "customer_id_r": ["a", "a", "b"],
    ...     }
    ... )  # fmt: skip
    >>> stated = pl.DataFrame({"customer_id": ["a", "b"], "fields": [1, 1], "records": [3, 1]})
    >>> found = estimate_pairs(links, stated)
    >>> found.pairs, round(found.right, 2), found.apart, found.unseen  # .8 + .8 + .8 * .8
    (3, 2.24, 1.5, 0.0)
    """
    weighed = links.with_columns(
        chance=1.0 / (1.0 + 2.0 ** -pl.col("match_weight").cast(pl.Float64))
    )
    # Links between anonymous customers are not counted either.
    weighed = weighed.filter(
        pl.all_horizontal(
            pl.col(side).is_in(stated["customer_id"].implode())
            for side in ("customer_id_l", "customer_id_r")
        )
    )
    sizes = stated.group_by("customer_id").agg(pl.col("records").sum())
    pairs = sizes.select((pl.col("records") * (pl.col("records") - 1) // 2).sum()).item()
    right = _right(weighed.filter(pl.col("status") == "accepted"))
    apart, unseen = _apart(weighed, sizes), _unseen(weighed)
    silent = _silent(stated, right + apart + unseen)
    return PairEstimate(int(pairs or 0), right, apart, unseen, silent)


def _right(accepted: pl.DataFrame) -> float:
    """Over all two records that accepted links connect, the chance that the way holds.

    The way is the one in the tree of the strongest links (ties: the smaller records), its chance
    the product over its links.
    """
    ways: dict[int, list[tuple[int, float]]] = defaultdict(list)
    links = accepted.select("chance", "record_l", "record_r").iter_rows()
    for chance, one, other in strongest_tree(links):
        ways[one].append((other, chance))
        ways[other].append((one, chance))
    return sum(_reached(ways, record) for record in sorted(ways)) / 2.0


def _reached(ways: dict[int, list[tuple[int, float]]], start: int) -> float:
    """The sum of the chances of all ways that begin at a record."""
    total, open_ways = 0.0, [(start, start, 1.0)]
    while open_ways:
        record, came_from, chance = open_ways.pop()
        for other, link in ways[record]:
            if other != came_from:
                total += chance * link
                open_ways.append((other, record, chance * link))
    return total


def _apart(weighed: pl.DataFrame, sizes: pl.DataFrame) -> float:
    """Pairs that two customers hold together, by the mean chance of what was weighed between them.

    What keys or rules of the project say is no estimate, and left out.
    """
    between = weighed.filter(
        pl.col("customer_id_l") != pl.col("customer_id_r"), pl.col("kind") == "probabilistic"
    )
    one, other = pl.min_horizontal, pl.max_horizontal
    ends = ("customer_id_l", "customer_id_r")
    held = sizes.with_columns(pl.col("records").cast(pl.Float64))
    apart = (
        between.group_by(one=one(ends), other=other(ends))
        .agg(pl.col("chance").mean())
        .join(held, left_on="one", right_on="customer_id")
        .join(held, left_on="other", right_on="customer_id", suffix="_other")
        .sort("one", "other")
    )
    return float((apart["chance"] * apart["records"] * apart["records_other"]).sum())


def _unseen(weighed: pl.DataFrame) -> float:
    """Matches that no blocking rule found, at least: Chao's bias-corrected estimate."""
    found = weighed.group_by("rule_count").agg(pl.col("chance").sum())
    matches = dict(found.iter_rows())
    once, twice = (float(matches.get(times, 0.0)) for times in (1, 2))
    return max(0.0, once * (once - 1.0) / (2.0 * (twice + 1.0)))


def _silent(stated: pl.DataFrame, known: float) -> float:
    """Pairs of one person that state nothing in common and are apart.

    Args:
        stated: As in `estimate_pairs`.
        known: Pairs of one person, those that state nothing in common only if in one customer.
    """
    kinds = stated.group_by("fields").agg(pl.col("records").sum())
    silent, everything = _pairs(kinds.with_columns(customer_id=pl.lit("all")))
    share = silent / everything if everything else 0.0
    if share >= 1.0:
        return 0.0
    joined, _ = _pairs(stated)
    return max((known - joined) * share / (1.0 - share) - joined, 0.0)


def _pairs(stated: pl.DataFrame) -> tuple[float, float]:
    """Pairs of one customer: those that state nothing in common, and all."""
    kinds = stated.select("customer_id", "fields", pl.col("records").cast(pl.Float64))
    both = kinds.join(kinds, on="customer_id", suffix="_other")
    is_same = pl.col("fields") == pl.col("fields_other")
    records, others = pl.col("records"), pl.col("records_other")
    pairs = pl.when(is_same).then(records * (records - 1.0)).otherwise(records * others) / 2.0
    is_silent = (pl.col("fields") & pl.col("fields_other")) == 0
    counted = both.select(silent=pairs.filter(is_silent).sum(), everything=pairs.sum())
    silent, everything = counted.row(0)
    return float(silent), float(everything)
