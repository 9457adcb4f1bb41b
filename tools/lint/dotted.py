"""What the names in a module stand for, whatever the import calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def full_names(tree: ast.Module) -> Iterator[tuple[ast.Name | ast.Attribute, str]]:
    """Every use of an imported thing, with its full dotted name.

    >>> tree = ast.parse("from datetime import datetime as dt; dt.now()")
    >>> [name for _, name in full_names(tree)]
    ['datetime.datetime.now', 'datetime.datetime']
    """
    imported = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = _dotted(node)
            first, _, rest = (name or "").partition(".")
            if first in imported:
                yield node, ".".join(filter(None, [imported[first], rest]))


def _imported_names(tree: ast.Module) -> dict[str, str]:
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return f"{owner}.{node.attr}" if owner else None
    return None
