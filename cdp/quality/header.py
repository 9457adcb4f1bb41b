"""Whether a delivery's header still names the columns that its contract maps."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from cdp.engine import Engine
from cdp.project import (
    Source,
    columns_expected,
    columns_named,
    is_of_values,
    key_columns_named,
    names_told,
)
from cdp.quality.checks import RuleResult
from cdp.quality.rules import HEADER_RULES, Rule


def check_headers(engine: Engine, source: Source, delivery_ids: Sequence[str]) -> list[RuleResult]:
    """Compare each delivery's header with the contract; two results per delivery with a header.

    A missing key or event time is critical: no row says whose it is, or when it was, and the
    reason is the file. A missing column of another kind is a warning, and wants a look, unless
    only the source's preset names it.
    """
    found = engine.query(
        "select delivery_id, header from ops.deliveries "
        "where header is not null and list_contains(string_split($deliveries, ','), delivery_id) "
        "order by delivery_id",
        {"deliveries": ",".join(delivery_ids)},
    )
    keys, mapped = key_columns_named(source), columns_named(source)
    others = [column for column in columns_expected(source) if column not in keys]
    keys_rule, others_rule = HEADER_RULES
    results = []
    for delivery_id, header in found.iter_rows():
        named = json.loads(header)
        results += [
            _result(delivery_id, keys_rule, keys, named, mapped),
            _result(delivery_id, others_rule, others, named, mapped),
        ]
    return results


def missing_columns(wanted: Sequence[str], named: Sequence[str], mapped: Sequence[str]) -> str:
    """The wanted columns that a header does not name, each with the nearest that nothing maps.

    >>> missing_columns(["Email Address", "id"], ["id", "E-mail", "City"], ["id"])
    'column `Email Address` is not in the file (nearest: `E-mail`)'
    >>> missing_columns(["id"], ["id"], [])
    ''
    """
    near = {c: nearest_column(c, named, mapped) for c in wanted if c not in named}
    told = [
        f"column `{column}` is not in the file" + (f" (nearest: `{name}`)" if name else "")
        for column, name in near.items()
    ]
    return "; ".join([*told, *([NO_HEADER] if told and is_of_values(named) else [])])


def _result(
    delivery_id: str, rule: Rule, wanted: Sequence[str], named: Sequence[str], mapped: Sequence[str]
) -> RuleResult:
    missing = [column for column in wanted if column not in named]
    told = replace(rule, reason=missing_columns(wanted, named, mapped) or rule.reason)
    return RuleResult(delivery_id, told, len(wanted), (), len(missing), counted="columns")


NO_HEADER = "its first line looks like a row: if no line names the columns, state `header_rows: 0`"


def nearest_column(column: str, named: Sequence[str], mapped: Sequence[str]) -> str | None:
    """The column of a file that most likely took the place of another; none that is mapped.

    >>> nearest_column("Email Address", ["id", "E-mail", "Mail 2026"], ["id"])
    'E-mail'
    >>> nearest_column("Name", ["17", "Naomi", "kate@example.com"], [])
    """
    free = [
        name
        for name, told in zip(named, names_told(named), strict=True)
        if name == told and name not in mapped
    ]
    likeness, name = max(((_likeness(column, n), n) for n in free), default=(0.0, ""))
    return name if likeness >= _ALIKE else None


_ALIKE = 0.6


def _likeness(one: str, other: str) -> float:
    """0 to 1: letters and digits in common; a name inside the other one is the same but longer."""
    a, b = (re.sub(r"\W|_", "", name).casefold() for name in (one, other))
    is_inside = min(len(a), len(b)) > 2 and (a in b or b in a)
    return max(difflib.SequenceMatcher(None, a, b).ratio(), 0.9 if is_inside else 0.0)
