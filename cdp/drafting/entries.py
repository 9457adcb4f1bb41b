"""Lines of a draft, each with its confidence and reason, and the YAML that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cdp.drafting.confidence import called

_PLAIN = re.compile(r"[A-Za-z_/][\w ./*()+-]*[\w*)+]|[A-Za-z_]", re.ASCII)
_NOT_TEXT = re.compile(r"(?:null|true|false|yes|no|on|off|y|n)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")


class Plain(str):
    """A text that stands in YAML without quotes, such as ``true``."""

    __slots__ = ()


@dataclass(frozen=True)
class Entry:
    """One setting: where it stands, what it says, how sure it is (0 to 1) and why.

    ``score`` is null where there is nothing to be sure of.
    """

    path: tuple[str, ...]
    value: Any
    score: float | None = None
    reason: str = ""

    @property
    def comment(self) -> str:
        """What stands behind it."""
        said = _UNSEEN.sub(" ", self.reason)
        if self.score is None:
            return said
        return f"{called(self.score)}: {said}" if said else called(self.score)


def as_yaml(entries: Iterable[Entry], *, head: Sequence[str] = (), tail: Sequence[str] = ()) -> str:
    """The entries as a YAML file, in their order; comments before, behind and after them.

    >>> print(as_yaml([Entry(("person", "email"), "E-Mail", 0.9, "the header says so")]), end="")
    person:
      email: E-Mail  # sure: the header says so
    """
    lines = [f"# {_UNSEEN.sub(' ', line)}" for line in head]
    open_now: tuple[str, ...] = ()
    for entry in entries:
        parents = entry.path[:-1]
        for depth, key in enumerate(parents):
            if open_now[: depth + 1] != parents[: depth + 1]:
                lines.append(f"{'  ' * depth}{_text(key)}:")
                open_now = parents[: depth + 1]
        open_now = parents
        indent, key = "  " * len(parents), _text(entry.path[-1])
        comment = f"  # {entry.comment}" if entry.comment else ""
        if isinstance(entry.value, list) and entry.value and isinstance(entry.value[0], Entry):
            lines.append(f"{indent}{key}:")
            lines += [f"{indent}  - {_flow(e.value)}  # {e.comment}" for e in entry.value]
        else:
            shown = _flow(entry.value)
            lines.append(f"{indent}{key}:{' ' + shown if shown else ''}{comment}")
    lines += [f"# {_UNSEEN.sub(' ', line)}" for line in tail]
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    if value is None or isinstance(value, Plain):
        return value or ""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_text(str(k))}: {_flow(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value) if isinstance(value, int) else _text(str(value))


def _text(text: str) -> str:
    """A text as it stands in YAML: plain where that is safe, else in quotes."""
    if _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text):
        return text
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9)
    return quoted.strip()
