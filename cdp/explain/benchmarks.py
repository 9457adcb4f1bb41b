"""Customers that look wrong without a truth to judge by: several people in one, one in several.

The method is that of Amperity's Stitch benchmarks: few real people go by four first names, and few
pairs of people share both a full name and a mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from cdp.explain.snapshot import Snapshot

_EXAMPLES = 10
_LARGEST = 10
_TEN_YEARS = 10
# Only what passes here without any folding can pass once it is folded.
_STATED = """
    select m.customer_id, list(distinct lower(trim(r.{column})) order by 1) as stated
    from members as m
    join records as r on m.record_id = r.record_id and r.is_current
    join customers as c on m.customer_id = c.customer_id
    where m.valid_to is null and c.kind = 'identified' and c.record_count > 1
        and r.{column} is not null
    group by m.customer_id having len(stated) > $limit order by m.customer_id
"""
_TWINS = """
    with held as (
        select distinct m.customer_id, i.value, lower(strip_accents(trim(r.given_name))) as given,
            lower(strip_accents(trim(r.surname))) as surname
        from members as m
        join records as r on m.record_id = r.record_id and r.is_current
        join customers as c on m.customer_id = c.customer_id and c.kind = 'identified'
        join identifiers as i on m.record_id = i.record_id and i.kind = $kind
        where m.valid_to is null and length(trim(r.given_name)) > 1 and r.surname is not null
    )
    select list(distinct customer_id order by customer_id) as customer_ids
    from held group by given, surname, value having len(customer_ids) > 1
    order by len(customer_ids) desc, customer_ids
"""
_JOINED = """
    select count(*) filter (record_count > 1) as joined, count(*) as identified
    from customers where kind = 'identified'
"""
_LARGEST_CUSTOMERS = """
    select c.customer_id, c.kind, c.record_count, len(c.sources) as sources,
        c.touchpoint_count, c.identity_confidence,
        (select count(distinct lower(trim(r.given_name)))
            from members as m join records as r on m.record_id = r.record_id and r.is_current
            where m.customer_id = c.customer_id and m.valid_to is null) as given_names
    from customers as c order by c.record_count desc, c.customer_id limit $limit
"""


@dataclass(frozen=True)
class Benchmark:
    """Customers that look wrong in one way.

    ``fault`` is over (several people in one) or under (one person in several); ``found`` of
    ``judged`` customers show it; ``examples`` are groups of ids, one id a group when over.
    ``expected`` is the share that a good result stays under, where one is known.
    """

    name: str
    fault: str
    found: int
    judged: int
    examples: tuple[tuple[str, ...], ...]
    expected: float | None = None

    @property
    def share(self) -> float | None:
        """Found of judged, 0 to 1; null when there is none to judge."""
        return self.found / self.judged if self.judged else None

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "name": self.name, "fault": self.fault, "found": self.found, "judged": self.judged,
            "share": self.share, "expected": self.expected,
            "examples": [list(group) for group in self.examples],
        }  # fmt: skip


def read_benchmarks(snapshot: Snapshot) -> tuple[Benchmark, ...]:
    """The benchmarks of a snapshot over its identified customers."""
    joined, identified = snapshot.query(_JOINED).row(0)
    over = [
        _spread(snapshot, name, column, limit, count, joined, expected)
        for name, column, limit, count, expected in (
            # Amperity expects at most 0.011 % of its ids to have more than three first names.
            ("more than 3 first names", "given_name", 3, count_first_names, 0.00011),
            ("more than 3 surnames", "surname", 3, count_folded, None),
            ("more than 3 postcodes", "postcode", 3, count_folded, None),
            ("more than 5 postcodes", "postcode", 5, count_folded, None),
            ("more than 1 suffix, such as Sr and Jr", "suffix", 1, count_folded, None),
            ("birth dates over ten years apart", "birth_date::varchar", 1, count_births, None),
        )
    ]
    under = [
        _shared(snapshot, f"same full name and {kind} as another customer", kind, identified)
        for kind in ("email", "phone")
    ]
    return (*over, *under)


def read_largest(snapshot: Snapshot) -> pl.DataFrame:
    """The ten customers with the most records; ties go to the smaller id.

    customer_id, kind, record_count, sources, touchpoint_count, identity_confidence, given_names
    (distinct as stated, not folded).
    """
    return snapshot.query(_LARGEST_CUSTOMERS, {"limit": _LARGEST})


def count_folded(stated: Iterable[str]) -> int:
    """How many differ once case, accents and signs are gone.

    >>> count_folded(["O'Neil", "oneil", "Müller", "Muller", "--"])
    2
    """
    from cdp.resolve.folding import fold_text

    return len({folded for text in stated if (folded := fold_text(text))})


def count_births(stated: Iterable[str]) -> int:
    """How many people born over ten years apart would explain the birth dates, years first.

    >>> count_births(["1980-01-01", "1980-10-01", "1990-01-01", "1991-01-02", "1950-05-05"])
    3
    """
    born, births = -1_000, 0
    for year in sorted(int(text[:4]) for text in stated):
        if year - born > _TEN_YEARS:
            born, births = year, births + 1
    return births


def count_first_names(stated: Iterable[str]) -> int:
    """How many first names no short form explains; an initial is no name of its own.

    Names whose forms overlap count as one, through others too, so the count errs on the low side.

    >>> count_first_names(["Bob", "Robert", "rob", "R.", "Mary Ann", "Kate"])
    3
    """
    from cdp.resolve.folding import fold_text
    from cdp.resolve.nicknames import name_forms

    first = {folded.split()[0] for text in stated if (folded := fold_text(text))}
    groups: list[set[str]] = []
    for name in first:
        if len(name) > 1:
            forms = set(name_forms(name))
            near = [group for group in groups if group & forms]
            groups = [g for g in groups if not g & forms] + [forms.union(*near)]
    return len(groups)


def _spread(
    snapshot: Snapshot,
    name: str,
    column: str,
    limit: int,
    count: Callable[[Iterable[str]], int],
    joined: int,
    expected: float | None,
) -> Benchmark:
    stated = snapshot.query(_STATED.format(column=column), {"limit": limit})
    counted = [(count(values), who) for who, values in stated.rows()]
    found = sorted(((n, who) for n, who in counted if n > limit), key=lambda f: (-f[0], f[1]))
    examples = tuple((who,) for _, who in found[:_EXAMPLES])
    return Benchmark(name, "over", len(found), joined, examples, expected)


def _shared(snapshot: Snapshot, name: str, kind: str, identified: int) -> Benchmark:
    groups = [tuple(ids) for (ids,) in snapshot.query(_TWINS, {"kind": kind}).rows()]
    groups = list(dict.fromkeys(groups))
    found = len({who for group in groups for who in group})
    return Benchmark(name, "under", found, identified, tuple(groups[:_EXAMPLES]))
