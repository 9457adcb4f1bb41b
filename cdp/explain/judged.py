"""Labels laid upon the published records: whom each record belongs to, and whom it should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import polars as pl

from cdp.errors import ContractError
from cdp.explain.snapshot import Snapshot
from cdp.project import nearest

_PLACED = """
    select l.source, l.key, l.entity, r.record_id
    from labels as l
    join records as r
        on r.is_current and l.source = r.source and l.key = r.source_record_id
    union all
    select l.source, l.key, l.entity, t.record_id
    from labels as l
    join timeline as t on l.source = t.source and l.key = t.source_touchpoint_id
    join records as r on t.record_id = r.record_id and r.is_current and r.is_inline
"""
_STANDING = """
    select r.record_id, m.customer_id,
        r.is_inline and r.given_name is null and r.surname is null
            and len(r.emails) + len(r.phones) + len(r.keys) = 0 as is_nameless
    from records as r
    join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current
    order by r.record_id
"""
_SOURCES = """
    select source from deliveries union select source from records
    union select source from timeline order by source
"""


@dataclass(frozen=True)
class Coverage:
    """What the labels reach.

    ``labels`` rows of the file; of these ``blank`` have no entity and ``unknown`` mean a record
    that is not published (``unknown_by_source``). Of the records that the others mean,
    ``disputed`` were left out because their events are labelled as several people, or only some
    of them as anybody, and ``nameless`` because they state a cookie or handle and nothing else.
    ``records`` were judged, of ``all_records`` published; ``customers_in_part`` of their customers
    hold records that were not judged as well. ``misnamed`` says in words which sources there are
    where labels name another; null where none does.
    """

    labels: int
    blank: int
    unknown: int
    unknown_by_source: Mapping[str, int]
    disputed: int
    nameless: int
    records: int
    all_records: int
    customers_in_part: int
    misnamed: str | None = None

    @property
    def is_sample(self) -> bool:
        """Some published records have no label."""
        return self.records < self.all_records

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return asdict(self) | {"is_sample": self.is_sample}


def judge_records(snapshot: Snapshot, labels: pl.DataFrame) -> tuple[pl.DataFrame, Coverage]:
    """Each labelled record with its customer and its person.

    A label may mean a record by its source's key, or a person inside an event by the event's.
    Several events may be of one record; it is judged when all their labels name the same person.
    A record of an event that states nothing but a cookie or a handle is left out: it says no
    more than a cookie, so there is nothing to match it by.

    Args:
        snapshot: Where to look.
        labels: source, key, entity, as `read_labels` makes them.

    Returns:
        record, cluster (customer id), entity, sorted by record; and what the labels reach.

    Raises:
        ContractError: No label that names a person means a record to judge.
    """
    snapshot.connection.register("labels", labels.to_arrow())
    placed = snapshot.query(_PLACED)
    snapshot.connection.unregister("labels")
    standing = snapshot.query(_STANDING)
    named = placed.group_by("record_id").agg(
        entity=pl.col("entity").min(),
        people=pl.col("entity").n_unique(),  # a null counts too: somebody else, or nobody
        is_known=pl.col("entity").is_not_null().any(),
    )
    met = standing.join(named.filter("is_known"), on="record_id")
    judged = met.filter((pl.col("people") == 1) & ~pl.col("is_nameless")).sort("record_id")
    others = standing.join(judged, on="record_id", how="anti")
    in_part = others.join(judged, on="customer_id", how="semi")["customer_id"].n_unique()
    unknown = labels.join(placed, on=["source", "key"], how="anti")
    by_source = unknown.group_by("source").len("labels").sort("source")
    coverage = Coverage(
        labels=labels.height,
        blank=labels["entity"].null_count(),
        unknown=unknown.height,
        unknown_by_source=dict(by_source.iter_rows()),
        disputed=met.filter((pl.col("people") > 1) & ~pl.col("is_nameless")).height,
        nameless=met.filter("is_nameless").height,
        records=judged.height,
        all_records=standing.height,
        customers_in_part=in_part,
        misnamed=_misnamed(snapshot, labels),
    )
    if not judged.height:
        raise ContractError(
            what=f"no label names the person of a published record: {unknown.height} mean no"
            f" record, {coverage.blank} have no entity",
            where="labels", how_many=labels.height,
            next_step=coverage.misnamed or "write source and key as `cdp show SOURCE:KEY` takes"
            " them; a row that was rejected or has left its source has no record",
        )  # fmt: skip
    return judged.select("entity", record="record_id", cluster="customer_id"), coverage


def _misnamed(snapshot: Snapshot, labels: pl.DataFrame) -> str | None:
    """Which sources there are, where labels name others; what these say is not repeated."""
    known = list(snapshot.query(_SOURCES)["source"])
    others = labels.filter(~pl.col("source").is_in(known))["source"]
    if others.is_empty():
        return None
    near = {nearest(str(name), known) for name in others.unique()} - {None}
    meant = f"; did you mean {', '.join(f'`{name}`' for name in sorted(map(str, near)))}?"
    told = f"labels name a source that is not there ({others.len()}); there are: {', '.join(known)}"
    return told + (meant if near else "")
