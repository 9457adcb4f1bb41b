"""Law 11: clock and chance are arguments, never read inside a transform."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.lint.dotted import full_names
from tools.lint.finding import Finding

TRANSFORMS = ("ingest", "quality", "resolve", "profiles", "activation", "engine")

_CLOCK = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today"
    r"|time\.(time|time_ns|localtime|gmtime|ctime)"
)
# A generator made from a seed (Random, default_rng) is an argument in disguise; the rest is chance.
_CHANCE = re.compile(
    r"random\.[a-z]\w*|random\.SystemRandom|numpy\.random\.(?!default_rng\b)[a-z]\w*"
    r"|secrets\.\w+|uuid\.uuid[14]|os\.urandom"
)


def check(path: str, text: str) -> Iterator[Finding]:
    """Findings in the stages and the engine: ``clock`` and ``chance``."""
    if not path.endswith(".py") or not path.startswith(tuple(f"cdp/{t}/" for t in TRANSFORMS)):
        return
    for node, name in full_names(ast.parse(text)):
        if _CLOCK.fullmatch(name):
            yield Finding(path, node.lineno, "clock", f"{name}: take `as_of` as an argument")
        elif _CHANCE.fullmatch(name):
            yield Finding(path, node.lineno, "chance", f"{name}: take a `seed` as an argument")
