"""What no commit may hold: paths of one machine, hosts of package registries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.lint.finding import Finding

# Written so that no pattern matches its own text.
_LEAKS = {
    "machine-path": re.compile(r"(?<![\w.>~*)])/(?:home|root|Users|workspace|work)/(?=\w)"),
    "registry-host": re.compile(
        r"--(?:extra-)?index-url|--find-link[s]|\bregistry\s*=\s*\"|files\.pythonhosted|pypi\.org/simple"
    ),
}
_RECORDS = {".csv", ".jsonl", ".gz", ".parquet"}
"""Exports of sources: a visited page may well be called /home/."""


def check(path: str, text: str) -> Iterator[Finding]:
    """Findings in any text file but exports of sources: ``machine-path``, ``registry-host``."""
    if PurePosixPath(path).name == "uv.lock":
        yield Finding(path, 1, "registry-host", "it names hosts; keep requirements/ (make lock)")
        return
    if PurePosixPath(path).suffix in _RECORDS:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for rule, pattern in _LEAKS.items():
            match = pattern.search(line)
            if match:
                yield Finding(path, number, rule, f"`{match[0]}` belongs to one machine only")
