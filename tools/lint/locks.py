"""requirements/*.txt: every dependency of pyproject.toml pinned within its range, nothing else.

Needs no network: it finds lists that were forgotten, not lists that could be newer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tools.lint.finding import Finding

_BASE = "requirements/base.txt"
_DEV = "requirements/dev.txt"
_HINT = "run `make lock`"


def check(root: Path) -> Iterator[Finding]:
    """Findings in the compiled lists: ``lock``."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = declared["project"]
    run = [*project["dependencies"], *project["optional-dependencies"]["orchestration"]]
    tests = declared["dependency-groups"]["dev"]
    base, base_faults = _pins(root, _BASE)
    dev, dev_faults = _pins(root, _DEV)
    yield from base_faults + dev_faults
    yield from _unmet(_BASE, run, base)
    yield from _unmet(_DEV, run + tests, dev)
    for name in sorted(set(base) & set(dev)):
        if base[name] != dev[name]:
            message = f"{name} is {dev[name]} here and {base[name]} in {_BASE}; {_HINT}"
            yield Finding(_DEV, 1, "lock", message)


def _pins(root: Path, path: str) -> tuple[dict[NormalizedName, Version], list[Finding]]:
    pins, faults = {}, []
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        stated = line.partition("#")[0].strip()
        if not stated:
            continue
        try:
            requirement = Requirement(stated)
            (pin,) = (s for s in requirement.specifier if s.operator == "==")
            pins[canonicalize_name(requirement.name)] = Version(pin.version)
        except (InvalidRequirement, ValueError):
            faults.append(Finding(path, number, "lock", f"not a plain `name==version`; {_HINT}"))
    return pins, faults


def _unmet(path: str, wanted: list[str], pins: dict[NormalizedName, Version]) -> Iterator[Finding]:
    for requirement in map(Requirement, wanted):
        pinned = pins.get(canonicalize_name(requirement.name))
        if pinned is None:
            yield Finding(path, 1, "lock", f"{requirement.name} is not pinned; {_HINT}")
        elif pinned not in requirement.specifier:
            message = f"{requirement.name} {pinned} is outside {requirement.specifier}; {_HINT}"
            yield Finding(path, 1, "lock", message)
