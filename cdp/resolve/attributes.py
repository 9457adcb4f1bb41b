"""Attributes of a project's own in matching: what is compared of them, and in which levels.

Nobody knows beforehand what a project's own columns mean. So their shipped shares are worth little
beside what the records tell. Whether a home shares them, though, is for the project to say: left to
the records, the household class takes for homes what are slips in the name of one person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from cdp.engine import Statement, built
from cdp.project import Compared
from cdp.resolve.comparison import Comparison, Level
from cdp.resolve.comparisons import COMPARISONS

_WORTH = 0.1
_CLOSE = 0.05
"""Part of the larger number by which two close ones may differ, where a project says nothing."""


def comparisons_of(compare: Mapping[str, Compared]) -> tuple[Comparison, ...]:
    """All that a project compares: the fields of every project, then its own attributes by name.

    >>> [c.name for c in comparisons_of({"tier": Compared(kind="exact")})][-2:]
    ['company', 'tier']
    """
    return (*COMPARISONS, *(_comparison(name, compare[name]) for name in sorted(compare)))


def identifiers_of(compare: Mapping[str, Compared]) -> tuple[str, ...]:
    """The attributes that are compared as identifiers, by name."""
    return tuple(name for name in sorted(compare) if compare[name].kind == "identifier")


def listed(compare: Mapping[str, Compared]) -> str:
    """One `attribute:kind:order` a line, for statements that read them."""
    return "\n".join(f"{name}:{c.kind}:{c.order or 'ymd'}" for name, c in sorted(compare.items()))


def with_attributes(compare: Mapping[str, Compared]) -> Statement:
    """``work.features`` and a column for each attribute; null where a record states none."""
    told = exp.select("record_id").from_("identity.attributes").group_by("record_id")
    for name in sorted(compare):
        value = f"max(value) filter (where attribute = '{name}')"
        typed = f"cast({value} as double)" if compare[name].kind == "number" else value
        told = told.select(f"{typed} as {_column(name)}", dialect="duckdb")
    query = (
        exp.select("f.*", *(f"o.{_column(name)}" for name in sorted(compare)))
        .from_("work.features as f")
        .join(told.subquery("o"), on="f.record_id = o.record_id", join_type="left")
        .order_by("f.record_id")
    )
    return built("own attributes", query, writes="work.own_features")


def _column(name: str) -> str:
    return f"own_{name.lower()}"


def _comparison(name: str, compared: Compared) -> Comparison:
    column = _column(name)
    one, other, shared = f"{column}_l", f"{column}_r", compared.shared_at_home
    levels = {
        "exact": _EXACT, "text": _TEXT, "date": _DATE, "number": _NUMBER, "identifier": _IDENTIFIER,
    }[compared.kind]  # fmt: skip
    within = f"{compared.within}" if compared.within is not None else (
        f"{_CLOSE} * greatest(abs({one}), abs({other}))"
    )  # fmt: skip
    return Comparison(
        name,
        f"{one} is null or {other} is null",
        tuple(
            replace(
                level,
                condition=level.condition.format(l=one, r=other, within=within),
                # At home some agree as one person does and some as strangers do.
                household=(level.match + level.random) / 2 if shared else level.household,
            )
            for level in levels
        ),
        term=None if compared.kind == "identifier" else column,
        is_shared=shared,
        is_identifier=compared.kind == "identifier",
        column=column,
        shipped_worth=_WORTH,
    )


_ONE_SLIP = "damerau_levenshtein({l}, {r}) <= 1"

_EXACT = (
    Level("same", "{l} = {r}", 0.80, 0.05, 0.10, is_term=True),
    Level("different", "else", 0.20, 0.95, 0.90),
)
_TEXT = (
    Level("same", "{l} = {r}", 0.70, 0.01, 0.03, is_term=True),
    Level("similar", "jaro_winkler_similarity({l}, {r}) >= 0.9", 0.12, 0.01, 0.02),
    Level("different", "else", 0.18, 0.98, 0.95),
)
_DATE = (
    Level("same", "{l} = {r}", 0.85, 0.001, 0.02, is_term=True),
    Level("one slip", _ONE_SLIP + " or (substr({l}, 1, 4) = substr({r}, 1, 4)"
          " and substr({l}, 6, 2) = substr({r}, 9, 2) and substr({l}, 9, 2) = substr({r}, 6, 2))",
          0.05, 0.002, 0.004),
    Level("two parts of three", "cast(substr({l}, 1, 4) = substr({r}, 1, 4) as int)"
          " + cast(substr({l}, 6, 2) = substr({r}, 6, 2) as int)"
          " + cast(substr({l}, 9, 2) = substr({r}, 9, 2) as int) = 2", 0.03, 0.01, 0.012),
    Level("different", "else", 0.07, 0.987, 0.964),
)  # fmt: skip
_NUMBER = (
    Level("same", "{l} = {r}", 0.70, 0.02, 0.04, is_term=True),
    Level("close", "abs({l} - {r}) <= {within}", 0.12, 0.05, 0.06),
    Level("different", "else", 0.18, 0.93, 0.90),
)
_IDENTIFIER = (
    Level("same", "{l} = {r}", 0.80, 1e-7, 1e-6, is_found=True),
    Level("similar", "length({l}) > 5 and " + _ONE_SLIP, 0.05, 1e-6, 2e-6),
    Level("different", "else", 0.15, 0.9999989, 0.999997),
)
