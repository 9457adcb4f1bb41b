"""One broken rule, and the comments that allow one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ALLOW = re.compile(r"^\s*(?:#|--) lint: allow (?P<rule>[\w-]+)(?: because (?P<reason>\S.*))?\s*$")


@dataclass(frozen=True, order=True)
class Finding:
    """A rule broken in a line of a file.

    >>> print(Finding("cdp/x.py", 3, "clock", "reads the clock"))
    cdp/x.py:3: clock: reads the clock
    """

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """``path:line: rule: message``, which editors can jump to."""
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def judged(path: str, text: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no comment of the file allows, sorted.

    A comment without a reason, or one that allows nothing, is a finding of its own: the list of
    exceptions can only shrink.
    """
    allowed, faults = _allowances(path, text)
    kept = []
    used = set()
    for finding in findings:
        if finding.rule in allowed:
            used.add(finding.rule)
        else:
            kept.append(finding)
    idle = [
        Finding(path, line, "allow", f"nothing here breaks `{rule}`; remove the comment")
        for rule, line in allowed.items()
        if rule not in used
    ]
    return sorted(kept + faults + idle)


def _allowances(path: str, text: str) -> tuple[dict[str, int], list[Finding]]:
    allowed, faults = {}, []
    if path.endswith((".py", ".sql")):
        for number, line in enumerate(text.splitlines(), start=1):
            match = _ALLOW.match(line)
            if match and match["reason"]:
                allowed[match["rule"]] = number
            elif match:
                faults.append(Finding(path, number, "allow", "say why: `... because <reason>`"))
    return allowed, faults
