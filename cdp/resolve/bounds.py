"""Candidates that can weigh enough to be kept: the others need not be compared.

Nineteen of twenty candidates weigh too little by far, and comparing costs more than all that comes
before. An upper bound of a pair's weight (hints.py) costs a fraction of it. So the pairs that come
out are the same, to the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from cdp.engine import DuckDBEngine
from cdp.resolve.codes import FUNCTIONS, RAREST_BITS, code_query
from cdp.resolve.comparison import Comparison, Level
from cdp.resolve.hints import Hints, hints_of
from cdp.resolve.model import Model

_ROUNDED = 0.01
"""Bits by which rounding may make a weight larger than its bound."""
_FIRST = frozenset(("given_name", "surname", "email", "phone"))
"""What most records state parts most pairs; the rest is looked at where that leaves hope."""


def keep_likely(
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    *,
    min_weight_bits: float,
    candidates: str,
) -> str:
    """Make ``work.likely``: candidates that may weigh ``min_weight_bits`` against random pairs.

    Returns:
        The table's name; beside the columns of candidates that Splink reads it has ``most_bits``,
        the bound without the prior.
    """
    for function in FUNCTIONS:
        scratch.register(function)
    told = scratch.query("select distinct source from work.features order by source")
    sources = told["source"].to_list()
    later = [c for c in comparisons if c.name not in _FIRST]
    coded = code_query(
        comparisons,
        source=f"list_position({sources}, source) - 1",
        rest_bits=_sum(_most(c, model) for c in later),
    )
    bits = _sum(_bound(c, model) for c in comparisons if c.name in _FIRST)
    bits = f"{_source_bits(model, sources)} + {bits}"
    later_bits = _sum(_bound(c, model) for c in later)
    least = min_weight_bits - model.prior_bits - _ROUNDED
    scratch.connection.execute(f"create table work.codes as {coded}")
    scratch.connection.execute(
        f"""
        create or replace table work.likely as
        with told as ({_told(candidates, bits)}),
        hoped as materialized (
            select match_key, join_key_l, join_key_r, bits
            from (select *, {bits} as bits from told) as weighed
            where bits + least(rest_bits_l, rest_bits_r) >= {least}
        ),
        told_more as ({_told("hoped", later_bits, "bits")})
        select match_key, join_key_l, join_key_r, bits + {later_bits} as most_bits
        from told_more
        where most_bits >= {least}
        """
    )
    scratch.connection.execute("drop table work.codes")
    return "work.likely"


def _told(pairs: str, bounds: str, *columns: str) -> str:
    """Pairs with the codes that bounds read: the fewer, the faster."""
    read = sorted({*re.findall(r"(\w+)_[lr]\b", bounds), "rest_bits"})
    codes = [f"{side}.{name} as {name}_{side}" for side in "lr" for name in read]
    kept = ("match_key", "join_key_l", "join_key_r", *columns)
    return (
        f"select {', '.join((*kept, *codes))} from {pairs}"
        " join work.codes as l on join_key_l = l.record_id"
        " join work.codes as r on join_key_r = r.record_id"
    )


def _sum(terms: Iterable[str]) -> str:
    return " + ".join((_number(0.0), *terms))


def _number(bits: float) -> str:
    """A DOUBLE in SQL; digits alone would be a DECIMAL, which is slow."""
    return f"{bits:.5e}"


def _source_bits(model: Model, sources: Sequence[str]) -> str:
    bits = dict(zip(model.sources, model.sources_bits.tolist(), strict=True))
    # Of sources that came after the training nothing is known.
    square = [bits.get(" + ".join(sorted(pair)), 0.0) for pair in product(sources, repeat=2)]
    return f"list_extract({square}::double[], source_l * {len(sources)} + source_r + 1)"


def _most(comparison: Comparison, model: Model) -> str:
    """SQL over codes: the most that a record's comparison with any other may weigh."""
    most = _number(max(0.0, *(weighs for _, weighs, _ in _weighed_levels(comparison, model))))
    hints = hints_of(comparison)
    return f"case when {hints.stated} is null then 0e0 else {most} end" if hints else most


def _bound(comparison: Comparison, model: Model) -> str:
    """SQL over two records' codes: the most that their comparison may weigh."""
    hints = hints_of(comparison)
    if hints is None:
        return _most(comparison, model)
    levels = _weighed_levels(comparison, model)
    least = max(most for level, most, _ in levels if level.name not in hints.needs)
    tried = [_tried(place, levels, hints) for place in range(len(levels))]
    # What weighs most is tried first; what weighs no more than the rest need not be tried.
    cases = "".join(when for most, when in sorted(tried, reverse=True) if most > least)
    unstated = f"{hints.stated}_l is null or {hints.stated}_r is null"
    weighed = f"case when {unstated} then 0e0{cases} else {_number(least)} end"
    return f"greatest({weighed}, case when {hints.doubt} then 0e0 end)" if hints.doubt else weighed


_Weighed = Sequence[tuple[Level, float, str]]
"""Levels in their order: the most that each weighs, and SQL of what it weighs."""


def _weighed_levels(comparison: Comparison, model: Model) -> _Weighed:
    match = np.log2(model.match[comparison.name])[::-1]
    bits = match - np.log2(model.random[comparison.name])[::-1]
    return [
        (level, float(m) + RAREST_BITS, f"{_number(m)} + {comparison.term}_bits_l")
        if level.is_term
        else (level, float(b), _number(b))
        for level, m, b in zip(comparison.levels, match, bits, strict=True)
    ]


def _tried(place: int, levels: _Weighed, hints: Hints) -> tuple[float, str]:
    """The most that a level weighs, and its branch of the bound.

    How rare a term is is known where the level is; there an earlier level may weigh more.
    """
    level, most, bits = levels[place]
    need = hints.needs.get(level.name, "true")
    earlier = [
        f"case when {hints.needs.get(other.name, 'true')} then {told} end"
        for other, weighs, told in levels[:place]
        if level.is_term and weighs < most
    ]
    weighed = f"greatest({', '.join([bits, *earlier])})" if earlier else bits
    return most, f" when {need} then {weighed}"
