"""Names that say nothing, and rooms that grew because nobody set a limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.lint.finding import Finding

ROOMS = ("cdp", "dagster_project", "data", "benchmarks", "tools")
BANNED_MODULES = frozenset({"utils", "helpers", "common", "misc", "base", "manager"})
BANNED_NAMES = frozenset({"data", "df", "process", "manager"})
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
MAX_CLASS_LINES = 150

Function = ast.FunctionDef | ast.AsyncFunctionDef


def check(path: str, text: str) -> Iterator[Finding]:
    """Findings in a Python file: ``banned-module``, ``banned-name`` and the three ``*-size``."""
    parts = PurePosixPath(path).with_suffix("").parts
    if not path.endswith(".py") or parts[0] not in ROOMS:
        return
    for part in BANNED_MODULES.intersection(parts):
        yield Finding(path, 1, "banned-module", f"`{part}` holds anything; name what is in it")
    lines = len(text.splitlines())
    if lines > MAX_FILE_LINES:
        yield _too_long(path, 1, "file", lines, MAX_FILE_LINES)
    for node in ast.walk(ast.parse(text)):
        yield from _sizes(path, node)
        for name, line in _names_given(node):
            if name in BANNED_NAMES:
                yield Finding(path, line, "banned-name", f"`{name}` says nothing; name the thing")


def _sizes(path: str, node: ast.AST) -> Iterator[Finding]:
    """Functions and classes that are too long, their docstrings left out: those may be full."""
    if isinstance(node, Function):
        what, limit = "function", MAX_FUNCTION_LINES
    elif isinstance(node, ast.ClassDef):
        what, limit = "class", MAX_CLASS_LINES
    else:
        return
    lines = _lines(node) - sum(map(_docstring_lines, ast.walk(node)))
    if lines > limit:
        yield _too_long(path, node.lineno, what, lines, limit)


def _names_given(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a node itself gives to things, with their lines."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, node.lineno
    elif isinstance(node, ast.arg):
        yield node.arg, node.lineno
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name, node.lineno
    elif isinstance(node, ast.alias) and node.asname:
        yield node.asname, node.lineno


def _lines(node: ast.expr | ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring_lines(node: ast.AST) -> int:
    if not isinstance(node, Function | ast.ClassDef) or ast.get_docstring(node) is None:
        return 0
    return _lines(node.body[0])


def _too_long(path: str, line: int, what: str, lines: int, limit: int) -> Finding:
    return Finding(
        path, line, f"{what}-size", f"{lines} lines, the limit is {limit}; which duty can move out?"
    )
