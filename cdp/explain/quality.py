"""How good the matching looks without labels: what a published snapshot says about itself.

Nothing here knows the truth. Figures count what was decided, say what the match weights promise,
and find customers that look wrong either way: too many people in one, one person in several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cdp.explain.benchmarks import Benchmark, read_benchmarks, read_largest
from cdp.explain.estimate import PairEstimate, read_estimate
from cdp.explain.intake import Intake, read_intake
from cdp.explain.judging import Pair, read_pairs
from cdp.explain.masking import mask_identifier
from cdp.explain.snapshot import Snapshot

_RUN = "select * from runs where run_id = $run_id"
_SIZES = "select kind, record_count, count(*) as customers from customers group by all order by all"
# Weights to two decimals keep this small however many links there are.
_LINKS = """
    select status, kind, round(match_weight, 2) as match_weight, count(*) as links,
        coalesce(regexp_replace(reason, '; found by .*', ''), 'not stated') as reason
    from links group by all order by all
"""
_GENERIC = """
    select i.kind, i.generic_reason as reason, count(distinct i.value) as distinct_values,
        count(distinct i.record_id) as records, count(distinct m.customer_id) as customers
    from identifiers as i
    left join members as m on i.record_id = m.record_id and m.valid_to is null
    where i.is_generic group by all order by records desc, i.kind, reason
"""
_GENERIC_VALUES = """
    select i.kind, i.value, any_value(i.generic_reason) as reason,
        count(distinct i.record_id) as records, count(distinct m.customer_id) as customers
    from identifiers as i
    left join members as m on i.record_id = m.record_id and m.valid_to is null
    where i.is_generic group by i.kind, i.value order by records desc, i.kind, i.value limit 20
"""
_BUCKETS = (1, 2, 3, 4, 6, 11, 21, 51, 101)
STATUSES = ("accepted", "review", "refused")
_LEAST_BITS, _MOST_BITS, _BIN_BITS = -20, 40, 2


@dataclass(frozen=True)
class Expected:
    """What the match weights promise of the accepted links, taken at their word; shares 0 to 1.

    It is an estimate of *links*, not of customers (see estimate.py). ``right_in_review`` is how
    many of the pairs left to a steward should be matches. ``kinds`` has one row per kind of link:
    kind, links, expected_right, precision.
    """

    links: int
    expected_right: float
    right_in_review: float
    kinds: pl.DataFrame

    @property
    def precision(self) -> float | None:
        """Share of accepted links that should be right; null without accepted links."""
        return self.expected_right / self.links if self.links else None

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "of": "links",
            "precision": self.precision,
            "links": self.links,
            "expected_right": self.expected_right,
            "right_in_review": self.right_in_review,
            "kinds": self.kinds.to_dicts(),
        }


@dataclass(frozen=True)
class Quality:
    """The figures of one published snapshot; values are masked unless ``with_values``.

    ``sizes``: records, identified, anonymous: customers by how many records they have.
    ``links``: status, kind, reason, links, weakest_bits, strongest_bits: what was decided and why.
    ``weights``: from_bits, accepted, review, refused: links by weight, in steps of 2 bits.
    ``generic``, ``generic_values``: identifiers that point to nobody, by reason, and the 20 that
    most records hold. ``pairs``: accepted (weakest first), refused and review (strongest first).
    """

    run: Mapping[str, object]
    intake: Intake
    totals: Mapping[str, int]
    sizes: pl.DataFrame
    links: pl.DataFrame
    weights: pl.DataFrame
    expected: Expected
    estimate: PairEstimate
    benchmarks: tuple[Benchmark, ...]
    largest: pl.DataFrame
    generic: pl.DataFrame
    generic_values: pl.DataFrame
    pairs: Mapping[str, tuple[Pair, ...]]
    with_values: bool

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        frames = ("sizes", "links", "weights", "largest", "generic", "generic_values")
        return {
            "run": dict(self.run),
            "intake": self.intake.as_dict(),
            "totals": dict(self.totals),
            **{name: getattr(self, name).to_dicts() for name in frames},
            "expected": self.expected.as_dict(),
            "estimate": self.estimate.as_dict(),
            "benchmarks": [found.as_dict() for found in self.benchmarks],
            "pairs": {s: [pair.as_dict() for pair in found] for s, found in self.pairs.items()},
            "with_values": self.with_values,
        }


def read_quality(snapshot: Snapshot, *, with_values: bool = False) -> Quality:
    """Read the figures of a snapshot; personal values stay masked unless they are asked for."""
    runs = snapshot.query(_RUN, {"run_id": snapshot.run_id})
    customers, links = snapshot.query(_SIZES), snapshot.query(_LINKS)
    values = snapshot.query(_GENERIC_VALUES)
    if not with_values:
        masked = [mask_identifier(row["kind"], row["value"]) for row in values.to_dicts()]
        values = values.with_columns(pl.Series("value", masked, pl.String))
    return Quality(
        run=runs.row(0, named=True) if runs.height else {"run_id": snapshot.run_id},
        intake=read_intake(snapshot),
        totals=_totals(customers, links),
        sizes=records_per_customer(customers),
        links=account_of_links(links),
        weights=weight_histogram(links),
        expected=expected_quality(links),
        estimate=read_estimate(snapshot),
        benchmarks=read_benchmarks(snapshot),
        largest=read_largest(snapshot),
        generic=snapshot.query(_GENERIC),
        generic_values=values,
        pairs={s: read_pairs(snapshot, s, with_values=with_values) for s in STATUSES},
        with_values=with_values,
    )


def records_per_customer(customers: pl.DataFrame) -> pl.DataFrame:
    """Customers by number of records: records ('1', '2', '4-5', '101+'), identified, anonymous.

    Args:
        customers: kind, record_count, customers (how many such); one row per kind and count.

    >>> records_per_customer(
    ...     pl.DataFrame({"kind": ["identified"] * 2, "record_count": [1, 5], "customers": [7, 2]})
    ... ).rows()
    [('1', 7, 0), ('2', 0, 0), ('3', 0, 0), ('4-5', 2, 0)]
    """
    counted = list(customers.select("kind", "record_count", "customers").rows())
    most = max((size for _, size, _ in counted), default=0)
    rows = []
    for place, low in enumerate(_BUCKETS):
        high = _BUCKETS[place + 1] - 1 if place + 1 < len(_BUCKETS) else max(most, low)
        if low > max(most, 1):
            break
        name = f"{low}+" if low == _BUCKETS[-1] else str(low) if low == high else f"{low}-{high}"
        # A customer without records breaks a key elsewhere; here it must not vanish.
        least = 0 if place == 0 else low
        rows.append((name, *(
            sum(n for kind, size, n in counted if least <= size <= high and kind == wanted)
            for wanted in ("identified", "anonymous")
        )))  # fmt: skip
    schema = {"records": pl.String, "identified": pl.Int64, "anonymous": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def account_of_links(links: pl.DataFrame) -> pl.DataFrame:
    """What was decided by status, kind and reason; most links first, then by name.

    Args:
        links: status, kind, reason, match_weight (bits), links (how many such).
    """
    return (
        links.group_by("status", "kind", "reason")
        .agg(
            pl.col("links").sum(),
            weakest_bits=pl.col("match_weight").min(),
            strongest_bits=pl.col("match_weight").max(),
        )
        .sort("status", "links", "kind", "reason", descending=[False, True, False, False])
    )


def weight_histogram(links: pl.DataFrame) -> pl.DataFrame:
    """Links by weight in steps of 2 bits: from_bits, accepted, review, refused; no step missing.

    Weights under -20 count as -20, of 40 and more as 40: declared keys weigh 40.
    """
    step = (pl.col("match_weight") / _BIN_BITS).floor() * _BIN_BITS
    binned = links.select(
        "status", "links", from_bits=step.clip(_LEAST_BITS, _MOST_BITS).cast(pl.Int64)
    )
    held = binned["from_bits"].to_list()
    steps = range(min(held), max(held) + 1, _BIN_BITS) if held else range(0)
    counts = [
        binned.filter(status=status).group_by("from_bits").agg(pl.col("links").sum().alias(status))
        for status in STATUSES
    ]
    table = pl.DataFrame({"from_bits": list(steps)}, schema={"from_bits": pl.Int64})
    for counted in counts:
        table = table.join(counted, on="from_bits", how="left")
    return table.with_columns(pl.col(STATUSES).fill_null(0).cast(pl.Int64)).sort("from_bits")


def expected_quality(links: pl.DataFrame) -> Expected:
    """Expected precision of the accepted links: the mean of 2^w / (1 + 2^w).

    Args:
        links: status, kind, match_weight (bits), links (how many such).

    >>> found = expected_quality(
    ...     pl.DataFrame(
    ...         {
    ...             "status": ["accepted", "accepted", "review"],
    ...             "kind": ["probabilistic"] * 3,
    ...             "match_weight": [0.0, 40.0, 0.0],
    ...             "links": [1, 1, 4],
    ...         }
    ...     )
    ... )
    >>> round(found.precision, 3), found.right_in_review
    (0.75, 2.0)
    """
    posterior = 1.0 / (1.0 + 2.0 ** -pl.col("match_weight").cast(pl.Float64))
    right = links.with_columns(expected_right=posterior * pl.col("links"))
    accepted = right.filter(status="accepted")
    kinds = accepted.group_by("kind").agg(pl.col("links", "expected_right").sum()).sort("kind")
    return Expected(
        links=int(accepted["links"].sum()),
        expected_right=float(kinds["expected_right"].sum()),
        right_in_review=float(right.filter(status="review")["expected_right"].sum()),
        kinds=kinds.with_columns(precision=pl.col("expected_right") / pl.col("links")),
    )


def expected_of(snapshot: Snapshot) -> Expected:
    """What the match weights of a snapshot promise."""
    return expected_quality(snapshot.query(_LINKS))


def _totals(customers: pl.DataFrame, links: pl.DataFrame) -> dict[str, int]:
    def added(frame: pl.DataFrame, column: str, **where: str) -> int:
        return int(frame.filter(**where)[column].sum())

    records = customers.select((pl.col("customers") * pl.col("record_count")).sum())
    joined = customers.filter(pl.col("record_count") > 1)
    return {
        "records": int(records.item() or 0),
        "customers": added(customers, "customers"),
        "identified": added(customers, "customers", kind="identified"),
        "anonymous": added(customers, "customers", kind="anonymous"),
        "of_two_or_more": added(joined, "customers", kind="identified"),
        "links": added(links, "links"),
        **{status: added(links, "links", status=status) for status in STATUSES},
    }
