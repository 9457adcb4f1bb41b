"""Every mistake that labels show, by kind: people wrongly joined, people left in pieces.

A *wrong join* is two known people in one customer; a *missed join* is two customers with records
of one known person. Each is of exactly one kind, the first of its list that holds, judged by one
pair of records: the two that their strongest link joins, else those with the smallest ids.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cdp.explain.judging import Row, read_records
from cdp.explain.snapshot import Snapshot

WRONG_KINDS: Mapping[str, str] = {
    "declared key": "the records share a declared key",
    "rule": "an always-link rule or a ruling joins them",
    "chain": "nothing joins the two themselves; other records of the customer do",
    "household": "linked, with the same surname and street",
    "shared identifier": "linked, with the same email, phone, device or handle",
    "namesakes": "linked, with the same first name and surname",
    "alike": "linked, and none of these: what they state is only alike",
}
MISSED_KINDS: Mapping[str, str] = {
    "rule": "a never-link rule or a limit of the project keeps them apart",
    "contradiction": "linked, but refused: something that they state contradicts",
    "group": "linked, but refused: too little joins the two groups, others contradict, or size",
    "household": "weighed, but as likely two people of one home",
    "rivals": "weighed, but another record is likelier the one",
    "too light": "weighed, but too little speaks for it",
    "review": "left to review: too weak to link, too strong to dismiss",
    "no link": "never compared, or weighed too little to be kept",
}
"""In the order in which they are asked, with what they mean."""

_PLACED = """
    with sides as (
        select cluster, entity, count(*) as records, min(record) as first_record
        from judged group by cluster, entity
    ),
"""
_WRONG = (
    _PLACED
    + """
    joins as (
        select a.cluster, a.entity as entity_l, b.entity as entity_r,
            a.records * b.records as record_pairs, a.first_record, b.first_record as other_record
        from sides as a join sides as b on a.cluster = b.cluster and a.entity < b.entity
    ),
    linked as (
        select a.cluster, least(a.entity, b.entity) as entity_l,
            greatest(a.entity, b.entity) as entity_r, l.*
        from links as l
        join judged as a on l.record_l = a.record
        join judged as b on l.record_r = b.record
        where l.status = 'accepted' and a.cluster = b.cluster and a.entity <> b.entity
        qualify row_number() over (
            partition by a.cluster, least(a.entity, b.entity), greatest(a.entity, b.entity)
            order by l.match_weight desc, l.record_l, l.record_r
        ) = 1
    ),
    -- A pair of records per join; its link, where it has one.
    pairs as (
        select j.record_pairs,
            coalesce(l.record_l, least(j.first_record, j.other_record)) as record_l,
            coalesce(l.record_r, greatest(j.first_record, j.other_record)) as record_r,
            j.cluster as customer_id_l, j.cluster as customer_id_r,
            l.kind, l.status, l.reason, l.match_weight, l.evidence
        from joins as j left join linked as l using (cluster, entity_l, entity_r)
    ),
    shared as (
        select p.record_l, p.record_r, string_agg(distinct i.kind, ', ' order by i.kind) as shared
        from pairs as p
        join identifiers as i on p.record_l = i.record_id and not i.is_generic
        join identifiers as j
            on p.record_r = j.record_id and i.kind = j.kind and i.value = j.value
        where i.kind <> 'customer_key'
        group by p.record_l, p.record_r
    )
    select p.*, coalesce(s.shared, '') as shared
    from pairs as p left join shared as s using (record_l, record_r)
    order by record_l, record_r
"""
)
_MISSED = (
    _PLACED
    + """
    joins as (
        select a.entity, a.cluster as one, b.cluster as other,
            a.records * b.records as record_pairs, a.first_record, b.first_record as other_record
        from sides as a join sides as b on a.entity = b.entity and a.cluster < b.cluster
    ),
    between_customers as (
        select l.*, least(l.customer_id_l, l.customer_id_r) as one,
            greatest(l.customer_id_l, l.customer_id_r) as other,
            a.entity as whose_l, b.entity as whose_r
        from links as l
        left join judged as a on l.record_l = a.record
        left join judged as b on l.record_r = b.record
        where l.customer_id_l <> l.customer_id_r
    ),
    -- The person's own records first; else what any two records of the customers say.
    linked as (
        select j.entity, b.*
        from joins as j join between_customers as b using (one, other)
        qualify row_number() over (
            partition by j.entity, one, other
            order by coalesce(b.whose_l = j.entity and b.whose_r = j.entity, false) desc,
                b.match_weight desc, b.record_l, b.record_r
        ) = 1
    )
    select j.record_pairs,
        coalesce(l.record_l, least(j.first_record, j.other_record)) as record_l,
        coalesce(l.record_r, greatest(j.first_record, j.other_record)) as record_r,
        coalesce(l.customer_id_l, if(j.first_record < j.other_record, one, other)) as customer_id_l,
        coalesce(l.customer_id_r, if(j.first_record < j.other_record, other, one)) as customer_id_r,
        l.kind, l.status, l.reason, l.match_weight, l.evidence
    from joins as j left join linked as l using (entity, one, other)
    order by record_l, record_r, one, other
"""
)
_TOLD = {"mistake": pl.String, "detail": pl.String}


def read_wrong_joins(snapshot: Snapshot, judged: pl.DataFrame) -> pl.DataFrame:
    """Two known people in one customer: one row per customer and pair of people.

    Args:
        snapshot: Where the judged records are published.
        judged: record, cluster, entity.

    Returns:
        record_pairs (how many labelled pairs of records it puts together wrongly), the pair that
        stands for it with its link (null: chain), `mistake` (of `WRONG_KINDS`) and `detail` (the
        reason of the link, the identifiers that are shared; may be blank); sorted by pair.
    """
    found = _read(snapshot, _WRONG, judged)
    records = read_records(snapshot, found)
    told = [_wrong(row, records) for row in found.iter_rows(named=True)]
    return _with(found, told)


def read_missed_joins(snapshot: Snapshot, judged: pl.DataFrame) -> pl.DataFrame:
    """One known person in two customers: one row per person and pair of customers.

    As `read_wrong_joins`, with kinds of `MISSED_KINDS` and the reason of a refusal as detail.
    """
    found = _read(snapshot, _MISSED, judged)
    return _with(found, [_missed(row) for row in found.iter_rows(named=True)])


def account_of_mistakes(mistakes: pl.DataFrame) -> pl.DataFrame:
    """Mistakes by kind and detail: mistake, detail, joins, record_pairs, share (of all pairs).

    Kinds with most pairs of records first, then by name; within a kind likewise.
    """
    pairs = pl.col("record_pairs")
    return (
        mistakes.group_by("mistake", "detail")
        .agg(joins=pl.len().cast(pl.Int64), record_pairs=pairs.sum())
        .with_columns(share=pairs / pairs.sum(), of_kind=pairs.sum().over("mistake"))
        .sort(
            "of_kind", "mistake", "record_pairs", "detail",
            descending=[True, False, True, False],
        )
        .drop("of_kind")
    )  # fmt: skip


def _read(snapshot: Snapshot, sql: str, judged: pl.DataFrame) -> pl.DataFrame:
    snapshot.connection.register("judged", judged.to_arrow())
    found = snapshot.query(sql)
    snapshot.connection.unregister("judged")
    return found.with_columns(pl.col("record_pairs").cast(pl.Int64))


def _with(found: pl.DataFrame, told: list[tuple[str, str]]) -> pl.DataFrame:
    return found.hstack(pl.DataFrame(told, schema=_TOLD, orient="row"))


def _wrong(row: Row, records: Mapping[object, Row]) -> tuple[str, str]:
    if row["kind"] is None:
        return "chain", ""
    if row["kind"] != "probabilistic":
        is_key = row["kind"] == "declared"
        return "declared key" if is_key else "rule", _reason(row)
    one, other = records.get(row["record_l"], {}), records.get(row["record_r"], {})
    shared = str(row["shared"])
    if _is_same(one, other, "surname") and _is_same(one, other, "street"):
        return "household", f"also the same {shared}" if shared else ""
    if shared:
        return "shared identifier", shared
    if _is_same(one, other, "surname") and _is_same(one, other, "given_name"):
        return "namesakes", ""
    return "alike", ""


def _missed(row: Row) -> tuple[str, str]:
    if row["status"] is None:
        return "no link", ""
    if row["status"] == "review":
        return "review", ""
    reason = _reason(row)
    if reason.startswith(("never-link rule", "limit of ")):
        return "rule", reason
    name, _, rest = reason.partition(": ")
    if name == "evidence":
        return "too light", ""
    if name in {"contradiction", "household", "rivals"}:
        # What a household is, its kind says.
        return name, rest if name == "contradiction" else ""
    # A refusal that names no other guard is one of groups: it keeps two of them apart.
    return "group", reason if name != "group" else ""


def _reason(row: Row) -> str:
    """Why, without the words that differ from pair to pair."""
    return str(row["reason"] or "not stated").partition(", though ")[0].partition("; found by ")[0]


def _is_same(one: Row, other: Row, field: str) -> bool:
    from cdp.resolve.folding import fold_street, fold_text

    fold = fold_street if field == "street" else fold_text
    sides = [fold(str(record.get(field) or "")) for record in (one, other)]
    return sides[0] is not None and sides[0] == sides[1]
