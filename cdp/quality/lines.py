"""Events of several lines: one that may lack a line is rejected whole, and replaces none."""

from __future__ import annotations

from cdp.engine import Engine
from cdp.project import Source
from cdp.quality.checks import RuleResult
from cdp.quality.rules import LINE_RULES

# A line that cannot be read has no key: it is of the event before it, of the one after it, or of
# one of its own.
_BESIDE = """
    with placed as (
        select
            delivery_id, source_row, fault, touchpoint_key,
            last_value(touchpoint_key ignore nulls) over (
                partition by delivery_id order by source_row
                rows between unbounded preceding and current row
            ) as before,
            first_value(touchpoint_key ignore nulls) over (
                partition by delivery_id order by source_row
                rows between current row and unbounded following
            ) as after
        from mapped.checked
    ),
    beside as (
        select distinct delivery_id, unnest([before, after]) as touchpoint_key
        from placed where fault is not null
    )
    select
        p.delivery_id,
        count(*) as lines,
        list(p.source_row order by p.source_row) filter (b.touchpoint_key is not null) as beside
    from placed as p
    left join beside as b
        on p.delivery_id = b.delivery_id and p.touchpoint_key = b.touchpoint_key
    where p.fault is null
    group by p.delivery_id
    order by p.delivery_id
"""


def check_lines(engine: Engine, source: Source) -> list[RuleResult]:
    """Reject the readable lines of events to which an unreadable one may belong.

    One result per delivery of a source with ``line_items``, none for other sources: an order
    that lacks a line is a wrong order, and would take the place of the right one.
    """
    if not source.line_items:
        return []
    (rule,) = LINE_RULES
    return [
        RuleResult(delivery_id, rule, lines, tuple(beside or ()), len(beside or ()))
        for delivery_id, lines, beside in engine.query(_BESIDE).iter_rows()
    ]
