"""What a module may import and read, where import-linter cannot see: scope and environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint.dotted import full_names
from tools.lint.finding import Finding

SLOW = frozenset({"great_expectations", "splink", "pyspark"})
"""Packages imported inside the functions that use them: one alone costs six seconds."""

_ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.putenv"})


def check(path: str, text: str) -> Iterator[Finding]:
    """Findings: ``slow-import``, ``pandas-border``, ``environment``, ``future-import``."""
    if not path.endswith(".py"):
        return
    if path.startswith("dagster_project/"):
        yield from _future_imports(path, ast.parse(text))
    if path.startswith("cdp/"):
        tree = ast.parse(text)
        yield from _slow_imports(path, tree)
        yield from _pandas(path, tree)
        yield from _environment(path, tree)


def _future_imports(path: str, tree: ast.Module) -> Iterator[Finding]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            message = "Dagster cannot resolve an annotated context with it; remove it"
            yield Finding(path, node.lineno, "future-import", message)


def _slow_imports(path: str, tree: ast.Module) -> Iterator[Finding]:
    for node, package in _imported(_run_at_import(tree)):
        if package in SLOW:
            message = f"import {package} inside the function that uses it: it is slow to load"
            yield Finding(path, node.lineno, "slow-import", message)


def _pandas(path: str, tree: ast.Module) -> Iterator[Finding]:
    if path.startswith("cdp/quality/"):
        return
    for node, package in _imported(ast.walk(tree)):
        if package == "pandas":
            message = "pandas appears only where Great Expectations needs it, in cdp/quality"
            yield Finding(path, node.lineno, "pandas-border", message)


def _environment(path: str, tree: ast.Module) -> Iterator[Finding]:
    if path.startswith("cdp/project"):
        return
    for node, name in full_names(tree):
        if name in _ENVIRONMENT:
            message = "only cdp/project reads the environment; take it as an argument"
            yield Finding(path, node.lineno, "environment", message)


def _imported(nodes: Iterator[ast.AST]) -> Iterator[tuple[ast.stmt, str]]:
    """Import statements with the top package of each thing they import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node, node.module.split(".")[0]


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: not in functions, not for types only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run_at_import(child)
