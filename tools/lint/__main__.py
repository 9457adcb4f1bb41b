"""``python -m tools.lint``: every rule over every file that git would commit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tools.lint import clock, imports, leaks, locks, names, sql
from tools.lint.finding import Finding, judged


def committed(root: Path) -> list[str]:
    """Paths, relative to the root, of the files that are or would be committed, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(path for path in set(listed.stdout.split("\0")) if (root / path).is_file())


def findings(root: Path, paths: list[str]) -> Iterator[Finding]:
    """What the rules find in these files; a file that is no text holds nothing to read."""
    for path in paths:
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = chain(
            sql.check(path, text, root=root),
            names.check(path, text),
            imports.check(path, text),
            clock.check(path, text),
            leaks.check(path, text),
        )
        yield from judged(path, text, found)


def main() -> int:
    """Print every finding; the number that the shell gets is 1 if there is one."""
    root = Path(__file__).parents[2]
    paths = committed(root)
    found = [*findings(root, paths), *locks.check(root)]
    for finding in found:
        print(finding)
    print(f"{len(found)} findings in {len(paths)} files" if found else f"{len(paths)} files: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
