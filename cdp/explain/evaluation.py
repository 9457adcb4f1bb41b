"""How well clusters agree with known people: pairwise, B-cubed and cluster precision and recall."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from cdp.errors import ContractError


@dataclass(frozen=True)
class Evaluation:
    """Agreement of clusters with the truth; shares are 0 to 1.

    *Pairwise*: of all pairs of records put together, how many belong together (precision), and of
    all that belong together, how many were put together (recall). One cluster of a thousand
    outweighs all others, so *B-cubed* asks the same of every record and takes the mean (Bagga &
    Baldwin 1998). *Cluster* figures are the strictest: of all clusters, how many are one known
    person exactly, whole and alone (precision), and of all persons, how many are one cluster
    (recall). With nothing to judge, precision or recall is 1.

    ``wrong_clusters`` hold records of more than one person, the worst of them of
    ``largest_wrong_cluster`` people (0 when there is none).
    """

    records: int
    clusters: int
    entities: int
    predicted_pairs: int
    true_pairs: int
    right_pairs: int
    right_clusters: int
    b_cubed_precision: float
    b_cubed_recall: float
    wrong_clusters: int
    largest_wrong_cluster: int

    @property
    def pairwise_precision(self) -> float:
        """Share of predicted pairs that are right."""
        return self.right_pairs / self.predicted_pairs if self.predicted_pairs else 1.0

    @property
    def pairwise_recall(self) -> float:
        """Share of true pairs that were found."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def pairwise_f1(self) -> float:
        """Harmonic mean of pairwise precision and recall."""
        return _harmonic(self.pairwise_precision, self.pairwise_recall)

    @property
    def cluster_precision(self) -> float:
        """Share of clusters that are exactly one person's records."""
        return self.right_clusters / self.clusters if self.clusters else 1.0

    @property
    def cluster_recall(self) -> float:
        """Share of persons whose records are exactly one cluster."""
        return self.right_clusters / self.entities if self.entities else 1.0

    @property
    def b_cubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        return _harmonic(self.b_cubed_precision, self.b_cubed_recall)

    @property
    def cluster_f1(self) -> float:
        """Harmonic mean of cluster precision and recall."""
        return _harmonic(self.cluster_precision, self.cluster_recall)

    @property
    def wrong_merges_per_10k(self) -> float:
        """Clusters with more than one person, per 10,000 clusters; 0 without clusters."""
        return 10_000 * self.wrong_clusters / self.clusters if self.clusters else 0.0

    def as_dict(self) -> dict[str, float]:
        """Counts and shares, for machines."""
        return asdict(self) | {name: float(getattr(self, name)) for name in _DERIVED}


_DERIVED = (
    "pairwise_precision", "pairwise_recall", "pairwise_f1", "b_cubed_f1", "cluster_precision",
    "cluster_recall", "cluster_f1", "wrong_merges_per_10k",
)  # fmt: skip


def evaluate(*, predicted: pl.DataFrame, truth: pl.DataFrame) -> Evaluation:
    """Compare clusters with known people.

    Args:
        predicted: record, cluster; one row per record.
        truth: record, entity; one row per record, the same records.

    Raises:
        ContractError: A record is there twice or in only one of the two, or one has no cluster or
            no entity.

    >>> found = evaluate(
    ...     predicted=pl.DataFrame({"record": [1, 2, 3], "cluster": ["a", "a", "b"]}),
    ...     truth=pl.DataFrame({"record": [1, 2, 3], "entity": ["x", "x", "x"]}),
    ... )
    >>> found.pairwise_precision, round(found.pairwise_recall, 3), round(found.b_cubed_recall, 3)
    (1.0, 0.333, 0.556)
    """
    both = predicted.select("record", "cluster").join(
        truth.select("record", "entity"), on="record", how="inner"
    )
    unpaired = max(predicted.height, truth.height) - both["record"].n_unique()
    if unpaired or both.height != predicted.height:
        raise ContractError(
            what="clusters and truth do not speak of the same records, each once",
            where="evaluate",
            how_many=unpaired or both.height - predicted.height,
            next_step="leave out records without a known person, and give each record once",
        )
    unknown = both.filter(pl.any_horizontal(pl.col("cluster", "entity").is_null())).height
    if unknown:
        raise ContractError(
            what="records without a cluster or without an entity", where="evaluate",
            how_many=unknown, next_step="leave them out: a null is no person",
        )  # fmt: skip
    return _judged(both)


def _judged(both: pl.DataFrame) -> Evaluation:
    """Judge the contingency table, cluster by entity; pairs are counted, never listed."""
    cells = (
        both.group_by("cluster", "entity")
        .len("both")
        .with_columns(
            in_cluster=pl.col("both").sum().over("cluster"),
            in_entity=pl.col("both").sum().over("entity"),
        )
    )
    shared = pl.col("both").cast(pl.Float64) ** 2
    records = both.height
    people = cells.group_by("cluster").len("people")["people"]
    wrong = people.filter(people > 1)
    return Evaluation(
        records=records,
        clusters=both["cluster"].n_unique(),
        entities=both["entity"].n_unique(),
        predicted_pairs=_pairs(both.group_by("cluster").len()["len"]),
        true_pairs=_pairs(both.group_by("entity").len()["len"]),
        right_pairs=_pairs(cells["both"]),
        right_clusters=cells.filter(
            pl.col("both") == pl.max_horizontal("in_cluster", "in_entity")
        ).height,
        b_cubed_precision=_mean(cells.select(shared / pl.col("in_cluster")), records),
        b_cubed_recall=_mean(cells.select(shared / pl.col("in_entity")), records),
        wrong_clusters=len(wrong),
        largest_wrong_cluster=int(wrong.to_numpy().max(initial=0)),
    )


def _pairs(sizes: pl.Series) -> int:
    counted = sizes.cast(pl.Int64)
    return int((counted * (counted - 1) // 2).sum())


def _mean(cells: pl.DataFrame, records: int) -> float:
    return float(cells.to_series().sort().sum()) / records if records else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
