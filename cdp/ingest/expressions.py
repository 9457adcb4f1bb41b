"""Expressions of SQL that a mapping is made of: built by sqlglot, never glued."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

import sqlglot
from sqlglot import exp


def sql(text: str) -> exp.Expr:
    """An expression of ours, read from its text; no word of a user's may stand in it."""
    return sqlglot.parse_one(text, read="duckdb")


def put_into(template: exp.Expr, **parts: exp.Expr) -> exp.Expr:
    """An expression with its columns of some names replaced by others.

    >>> put_into(sql("trim(cell)"), cell=exp.column("a")).sql(dialect="duckdb")
    'TRIM(a)'
    """

    def put(node: exp.Expr) -> exp.Expr:
        is_named = isinstance(node, exp.Column) and node.name in parts
        return parts[node.name].copy() if is_named else node

    return template.transform(put)


def literal(value: str | None) -> exp.Expr:
    """A text, or a null that is one."""
    return exp.cast(exp.Null() if value is None else exp.Literal.string(value), "varchar")


def literals(words: Sequence[str]) -> list[exp.Expr]:
    """Texts to choose among."""
    return [exp.Literal.string(word) for word in words]


def present(texts: Sequence[exp.Expr]) -> exp.Expr:
    """The texts that are there, as a list; an empty list when none is."""
    if not texts:
        return sql("cast([] as varchar[])")
    kept = sql("list_filter([0], lambda x: x is not null)")
    kept.find(exp.Array, exp.List).replace(exp.Array(expressions=list(texts)))  # type: ignore[union-attr]  # built above
    return kept


def joined(texts: exp.Expr, between: str) -> exp.Expr:
    """The texts of a list as one; nulls are passed over."""
    return exp.Anonymous(this="array_to_string", expressions=[texts, exp.Literal.string(between)])


def json_object(
    members: Mapping[str, exp.Expr], *, lists: Collection[str] = (), flags: Collection[str] = ()
) -> exp.Expr:
    """A JSON object of the members that are there; ``{}`` when none is.

    A member is a text, unless it is among the ``lists`` or ``flags``. An empty list and an empty
    object are not there.
    """
    if not members:
        return exp.Literal.string("{}")
    parts: list[exp.Expr] = []
    for name, value in members.items():
        # Asked of the value, not of its JSON, which is made only once that way.
        is_there = sql("value <> '{}'")
        if name in lists:
            is_there = sql("len(value) > 0")
        elif name in flags:
            is_there = sql("value is not null")
        text = exp.cast(exp.func("to_json", value.copy()), "varchar")
        member = exp.DPipe(this=exp.Literal.string(json.dumps(name) + ":"), expression=text)
        parts.append(exp.Case().when(put_into(is_there, value=value), member))
    # Nulls are passed over, but of nothing else a null is made.
    stated = exp.func("coalesce", joined(exp.Array(expressions=parts), ","), exp.Literal.string(""))
    opened = exp.DPipe(this=exp.Literal.string("{"), expression=stated)
    return exp.DPipe(this=opened, expression=exp.Literal.string("}"))
