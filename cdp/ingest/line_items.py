"""Rows of one delivery that are lines of one touchpoint, read as one row with a list of items.

An export of orders has a row per line item, and the fields of the order stand in the first of them
only. Such rows are grouped by their touchpoint key before anything else is read from them. Of each
member of their objects the first that is stated, in the order of rows, is the touchpoint's; the
cells of the line items become a list of objects, one per row. Every row of a group then reads as
the whole touchpoint, so that all of them are judged alike. A row without a key stands alone.
"""

from __future__ import annotations

from sqlglot import exp

from cdp.ingest.cells import Cells
from cdp.ingest.expressions import json_object, sql
from cdp.project import Source

MEMBER = "line_items"
"""Where the items stand in a folded row, and in the payload of its touchpoint."""

# What is null or blank states nothing. The patch of an empty object drops its nulls and leaves no
# space between the signs, so that a blank text is known by its quotes. Most rows have neither, nor
# a sign that is written as a number, and stay as they are.
_STATED = r"""
    case when not regexp_matches(row, '"\s*:\s*(null|"\p{Zs}*")|\\u') then row
    else json_merge_patch('{}', regexp_replace(
        cast(json_merge_patch('{}', row) as varchar), '":"\p{Zs}*"', '":null', 'g'
    )) end
"""
# The rows come from the last to the first: what an earlier one states covers what a later one does.
_FOLDED = f"""
    list_reduce(
        list_transform(rows_of_it, lambda row: {_STATED}),
        lambda folded, row: json_merge_patch(folded, row)
    )
"""


def item_cells(source: Source, *, is_nested: bool) -> Cells:
    """The cells that say which touchpoint a row is a line of, and what the line holds."""
    columns = {*(source.touchpoint_key or ()), *source.line_items}
    return Cells(tuple(sorted(columns)), is_nested=is_nested)


def folding(source: Source, cells: Cells, parsed: exp.Select) -> dict[str, exp.Expr]:
    """Name -> query, in their order; the last has every row with its touchpoint's object.

    ``parsed`` are the rows as they came, with the cells of `item_cells`.
    """
    items = json_object({column: cells.text(column) for column in source.line_items})
    columns = (cells.key(source.touchpoint_key).as_("touchpoint"), items.as_("item"))
    keyed = exp.select("*", *columns).from_("lines")
    return {
        "lines": parsed,
        "keyed_lines": keyed,
        "grouped_lines": sql(_GROUPED),
        "touchpoints": sql(_TOUCHPOINTS),
        "folded_rows": sql(_ROWS),
    }


_GROUPED = """
    select *, case when touchpoint is null then source_row end as lone_row from keyed_lines
"""
_TOUCHPOINTS = f"""
    select delivery_id, touchpoint, lone_row,
        cast(json_merge_patch({_FOLDED}, items) as varchar) as fields
    from (
        select delivery_id, touchpoint, lone_row,
            list(fields order by source_row desc) as rows_of_it,
            '{{"{MEMBER}":[' || string_agg(item, ',' order by source_row) || ']}}' as items
        from grouped_lines
        where fields is not null
        group by delivery_id, touchpoint, lone_row
    )
"""
_ROWS = """
    select r.* exclude (cells, fields, touchpoint, item, lone_row), t.fields
    from grouped_lines as r
    left join touchpoints as t
        on r.delivery_id = t.delivery_id and r.touchpoint is not distinct from t.touchpoint
        and r.lone_row is not distinct from t.lone_row
"""
