"""The cells of a raw row as SQL: where each stands in the row's object, and what is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from cdp.ingest.expressions import joined, literal, present, put_into, sql

# Most cells are no lists, and are not looked at a second time.
_LISTED = sql("""
    case when not starts_with(cell, '[') then cell
    when len(list_filter(
        try_cast(found as json[]), lambda x: json_type(x) in ('OBJECT', 'ARRAY')
    )) = 0 then array_to_string(list_filter(
        list_transform(try_cast(found as json[]), lambda x: json_extract_string(x, '$')),
        lambda x: trim(x) <> ''
    ), ', ')
    else cell end
""")

# An apostrophe that spreadsheets are kept from numbers by: it is no part of a key.
_KEPT_FROM_NUMBERS = sql(r"""
    case when starts_with(cell, '''') then regexp_replace(cell, '^''([0-9+])', '\1')
    else cell end
""")


@dataclass(frozen=True)
class Cells:
    """Expressions over the list ``cells``: the texts of some columns of a row, in their order.

    ``is_nested`` says that a column is a path of dots into the row's object.
    """

    columns: tuple[str, ...]
    is_nested: bool

    def read_from(self, fields: exp.Expr) -> exp.Expr:
        """The list itself: a row's object is parsed once, for all the columns."""
        pointers = [exp.Literal.string(self._pointer(column)) for column in self.columns]
        return exp.func("json_extract_string", fields, exp.Array(expressions=pointers))

    def cell(self, column: str) -> exp.Expr:
        """A column's cell; null when it is not there. A JSON list of single values is one text."""
        # The position is ours, so it may stand in the text of the expression.
        cell = sql(f"cells[{self.columns.index(column) + 1}]")
        if not self.is_nested:
            return cell
        place = [exp.column("fields"), exp.Literal.string(self._pointer(column))]
        # Anonymous, for sqlglot knows paths of dots and no pointers.
        found = exp.Anonymous(this="json_extract", expressions=place)
        return put_into(_LISTED, cell=cell, found=found)

    def text(self, column: str | None) -> exp.Expr:
        """A column's text, trimmed; null when blank or not mapped."""
        if column is None:
            return literal(None)
        return exp.func("nullif", exp.func("trim", self.cell(column)), exp.Literal.string(""))

    def joined(self, columns: Sequence[str], between: str) -> exp.Expr:
        """The parts of one value that are there, such as number and street; null without any."""
        if len(columns) < 2:
            return self.text(next(iter(columns), None))
        parts = joined(present([self.text(column) for column in columns]), between)
        return exp.func("nullif", parts, exp.Literal.string(""))

    def key(self, columns: Sequence[str] | None) -> exp.Expr:
        """A key of one column, or of several joined by bars; null when no part is there.

        An apostrophe before a number, as in a spreadsheet's ``'7210448301122``, is left out.
        """
        texts = [self._key_part(column) for column in columns or (None,)]
        if len(texts) == 1:
            return texts[0]
        parts = [exp.func("coalesce", text, exp.Literal.string("")) for text in texts]
        bars = exp.Literal.string("|" * (len(parts) - 1))
        return exp.func("nullif", joined(exp.Array(expressions=parts), "|"), bars)

    def _key_part(self, column: str | None) -> exp.Expr:
        if column is None or self.is_nested:
            return self.text(column)
        return put_into(_KEPT_FROM_NUMBERS, cell=self.text(column))

    def taken_from(self, fields: exp.Expr, columns: Sequence[str]) -> exp.Expr:
        """A row's object without the members that some of the columns are."""
        # Sorted, so that `a` comes before `a.b`: what is taken whole has no parts left.
        patch: dict[str, Any] = {}
        for *parents, leaf in sorted(self._path(column) for column in columns):
            if any(part.isdigit() for part in [*parents, leaf][1:]):
                # A patch knows no places in a list: to take one away would lose the others.
                continue
            inner: dict[str, Any] | None = patch
            for parent in parents:
                inner = inner.setdefault(parent, {}) if inner is not None else None
            if inner is not None:
                inner[leaf] = None
        return exp.func("json_merge_patch", fields, exp.Literal.string(json.dumps(patch)))

    def _path(self, column: str) -> list[str]:
        return column.split(".") if self.is_nested else [column]

    def _pointer(self, column: str) -> str:
        """A column as a JSON pointer (RFC 6901): a CSV header whole, a JSON path by its dots."""
        escaped = (part.replace("~", "~0").replace("/", "~1") for part in self._path(column))
        return "".join(f"/{part}" for part in escaped)
