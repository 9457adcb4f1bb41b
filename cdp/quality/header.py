"""Whether a delivery's header still names the columns that its contract maps."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from cdp.engine import Engine
from cdp.project import Source, columns_named, key_columns_named
from cdp.quality.checks import RuleResult
from cdp.quality.rules import Rule, Severity


def check_headers(engine: Engine, source: Source, delivery_ids: Sequence[str]) -> list[RuleResult]:
    """Compare each delivery's header with the contract; two results per delivery with a header.

    A missing key or event time is critical: every row would break a rule, and the reason is the
    file. A missing column of another kind is a warning.
    """
    found = engine.query(
        "select delivery_id, header from ops.deliveries "
        "where header is not null and list_contains(string_split($deliveries, ','), delivery_id) "
        "order by delivery_id",
        {"deliveries": ",".join(delivery_ids)},
    )
    keys = key_columns_named(source)
    others = [column for column in columns_named(source) if column not in keys]
    results = []
    for delivery_id, header in found.iter_rows():
        named = json.loads(header)
        results.append(
            _result(delivery_id, "key_columns_are_in_the_header", "critical", keys, named)
        )
        results.append(_result(delivery_id, "columns_are_in_the_header", "warning", others, named))
    return results


def _result(
    delivery_id: str, name: str, severity: Severity, wanted: Sequence[str], named: Sequence[str]
) -> RuleResult:
    missing = [column for column in wanted if column not in named]
    reason = "; ".join(
        f"column `{column}` is not in the file{_nearest(column, named)}" for column in missing
    )
    rule = Rule(
        name, "ExpectTableColumnsToMatchSet", None, severity, 0.0, reason or "columns are missing"
    )
    return RuleResult(delivery_id, rule, len(wanted), (), len(missing))


def _nearest(column: str, named: Sequence[str]) -> str:
    near = difflib.get_close_matches(column, named, n=1)
    return f" (nearest: `{near[0]}`)" if near else ""
