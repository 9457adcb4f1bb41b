"""Cases: pairs of records on which a person's word would change most.

Three kinds of pairs are in doubt: those left to review, those that would link by themselves and
were refused by a guard, and links near the threshold that alone hold a customer together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import polars as pl

from cdp.explain.masking import mask_source_key
from cdp.explain.snapshot import Snapshot
from cdp.explain.why.paths import weakest_place
from cdp.explain.why.sides import Sides, lay_out
from cdp.project import Resolving
from cdp.resolve.least_cut import least_cut
from cdp.store.rulings import Ruling

_DOUBTFUL_BITS = 4.0
"""An accepted link this little above the threshold is doubtful: one in about twenty is wrong."""
_MOST_CUSTOMERS = 1_000
"""Customers that hang on a doubtful link are looked at one by one: those with most records."""

_APART = """
    select l.record_l, l.record_r, l.customer_id_l, l.customer_id_r, l.kind, l.status, l.reason,
        l.match_weight, l.evidence, l.source_l || ':' || l.source_record_id_l as left_key,
        l.source_r || ':' || l.source_record_id_r as right_key,
        least(a.record_count, b.record_count) as records,
        case when a.record_count = b.record_count
            then least(a.touchpoint_count, b.touchpoint_count)
            when a.record_count < b.record_count then a.touchpoint_count
            else b.touchpoint_count end as touchpoints
    from links as l
    join customers as a on l.customer_id_l = a.customer_id
    join customers as b on l.customer_id_r = b.customer_id
    where l.customer_id_l <> l.customer_id_r and l.match_weight >= $review
        and (l.status = 'review' or l.status = 'refused'
            and not regexp_matches(l.reason, '^(never-link rule|limit of|cannot link)'))
"""
_HELD_BY_LITTLE = """
    with doubtful as (
        select distinct customer_id_l as customer_id from links
        where status = 'accepted' and kind = 'probabilistic' and match_weight < $doubtful
    ),
    chosen as (
        select c.customer_id from customers as c join doubtful using (customer_id)
        order by c.record_count desc, c.touchpoint_count desc, c.customer_id limit $most
    )
    select l.record_l, l.record_r, l.customer_id_l, l.customer_id_r, l.kind, l.status, l.reason,
        l.match_weight, l.evidence, l.source_l || ':' || l.source_record_id_l as left_key,
        l.source_r || ':' || l.source_record_id_r as right_key
    from links as l join chosen as c on l.customer_id_l = c.customer_id
    where l.status = 'accepted' and l.customer_id_r = l.customer_id_l
    order by l.customer_id_l, l.record_l, l.record_r
"""
_MEMBERS = """
    select m.customer_id, m.record_id, count(t.touchpoint_id) as touchpoints
    from members as m left join timeline as t on m.record_id = t.record_id
    where m.valid_to is null and list_contains($ids, m.customer_id)
    group by all order by all
"""
_OWNERS = """
    select r.source || ':' || r.source_record_id as key, m.customer_id
    from records as r join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current and list_contains($keys, r.source || ':' || r.source_record_id)
"""
Row = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """One pair of records in doubt.

    ``name`` is the same in every run. ``change`` says what a ruling against today's state would
    do: join two customers or part one. ``records`` and ``touchpoints`` are those that would move:
    of the smaller side. ``left`` and ``right`` are ``source:key``; ``link`` is the published row.
    """

    name: str
    change: str
    left: str
    right: str
    records: int
    touchpoints: int
    link: Row

    def as_dict(self) -> dict[str, object]:
        """The case without values of the records, for machines."""
        told = asdict(self)
        link = told.pop("link")
        names = ("status", "reason", "match_weight", "customer_id_l", "customer_id_r")
        return told | {name: link[name] for name in names}

    def masked(self) -> Case:
        """Keys that are a personal value are masked."""
        left, right = (mask_source_key(key) for key in (self.left, self.right))
        return replace(self, left=left, right=right)


def case_name(left: str, right: str) -> str:
    """What a pair is called in a file: no key of a source, and nothing a spreadsheet would alter.

    >>> case_name("crm:1", "shop:2") == case_name("shop:2", "crm:1")
    True
    """
    digest = hashlib.sha256("\n".join(sorted((left, right))).encode()).hexdigest()
    return f"case-{digest[:12]}"


def find_cases(
    snapshot: Snapshot, ruled: Collection[Ruling], *, resolving: Resolving
) -> list[Case]:
    """Every case, what changes most first (ties: the weight nearest to the threshold, the records).

    Two customers make one case, their strongest doubtful pair; so does a customer, its weakest
    place. Customers on whom somebody ruled already, in the snapshot or since, make none together.

    Args:
        snapshot: Where links and customers are.
        ruled: The rulings in force.
        resolving: From how many bits a pair is left to review, and linked.
    """
    owners = _owners(snapshot, ruled)
    settled = {_pair(owners.get(r.left, r.left), owners.get(r.right, r.right)) for r in ruled}
    found = [
        *_joining(snapshot, settled, resolving),
        *_parting(snapshot, settled, {_pair(*r.pair) for r in ruled}, resolving),
    ]
    threshold = resolving.min_match_weight_bits

    def rank(case: Case) -> tuple[float, ...]:
        distance = abs(float(str(case.link["match_weight"])) - threshold)
        ids = (int(str(case.link[side])) for side in ("record_l", "record_r"))
        return (-case.records - case.touchpoints, -case.records, distance, *ids)

    return sorted(found, key=rank)


def lay_out_case(snapshot: Snapshot, case: Case) -> Sides:
    """Both records of a case side by side, as `cdp why` has them."""
    return lay_out(snapshot, [case.link])[0]


def _joining(snapshot: Snapshot, settled: set[tuple[str, str]], resolving: Resolving) -> list[Case]:
    rows = snapshot.query(_APART, {"review": resolving.review_match_weight_bits})
    one = pl.min_horizontal("customer_id_l", "customer_id_r")
    other = pl.max_horizontal("customer_id_l", "customer_id_r")
    strongest = (
        rows.with_columns(one=one, other=other)
        .sort("match_weight", "record_l", "record_r", descending=[True, False, False])
        .unique(["one", "other"], keep="first", maintain_order=True)
    )
    return [
        _case("join", row, row["records"], row["touchpoints"])
        for row in strongest.to_dicts()
        if (row["one"], row["other"]) not in settled
    ]


def _parting(
    snapshot: Snapshot,
    settled: set[tuple[str, str]],
    ruled: set[tuple[str, str]],
    resolving: Resolving,
) -> list[Case]:
    doubtful = resolving.min_match_weight_bits + _DOUBTFUL_BITS
    links = snapshot.query(_HELD_BY_LITTLE, {"doubtful": doubtful, "most": _MOST_CUSTOMERS})
    by_customer = links.partition_by("customer_id_l", maintain_order=True)
    weakest = [row for own in by_customer if (row := _weakest(own.to_dicts(), doubtful))]
    ids = [str(row["customer_id_l"]) for row in weakest]
    members = snapshot.query(_MEMBERS, {"ids": ids})
    contacts = dict(members.select("record_id", "touchpoints").iter_rows())
    records_of = dict(members.group_by("customer_id").agg("record_id").iter_rows())
    edges_of = {
        own["customer_id_l"][0]: own.select("record_l", "record_r", "match_weight").rows()
        for own in by_customer
    }
    cases = []
    for row in weakest:
        customer = row["customer_id_l"]
        keys = _pair(str(row["left_key"]), str(row["right_key"]))
        if keys in ruled or (customer, customer) in settled:
            continue
        records = frozenset(records_of[customer])
        one, other = int(str(row["record_l"])), int(str(row["record_r"]))
        near = least_cut(records, edges_of[customer], one, other)
        moved = min((near, records - near), key=lambda side: (len(side), sorted(side)))
        cases.append(_case("part", row, len(moved), sum(contacts[r] for r in moved)))
    return cases


def _weakest(links: Sequence[Row], doubtful: float) -> Row | None:
    """The link on which a customer hangs, if it is doubtful."""
    by_pair = {(int(str(x["record_l"])), int(str(x["record_r"]))): x for x in links}
    place = weakest_place([(*pair, float(str(x["match_weight"]))) for pair, x in by_pair.items()])
    if place is None:
        return None
    row = by_pair[place.link]
    is_doubtful = row["kind"] == "probabilistic" and float(str(row["match_weight"])) < doubtful
    return row if is_doubtful else None


def _case(change: str, row: Row, records: int, touchpoints: int) -> Case:
    left, right = str(row["left_key"]), str(row["right_key"])
    return Case(case_name(left, right), change, left, right, records, touchpoints, row)


def _owners(snapshot: Snapshot, ruled: Collection[Ruling]) -> dict[str, str]:
    keys = sorted({key for ruling in ruled for key in ruling.pair})
    return dict(snapshot.query(_OWNERS, {"keys": keys}).iter_rows())


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
