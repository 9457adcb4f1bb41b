"""The tables that drafting decides by: `roles.yaml` and `words.yaml`, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cdp.project.reading import parse_settings

_ROOM = Path(__file__).parent


@dataclass(frozen=True)
class Role:
    """What a column may be: what it is called then, and what its values look like."""

    name: str
    headers: frozenset[str]
    alone: frozenset[str]
    never: frozenset[str]
    values: str
    needs: float
    by_values: float
    takes: int


@dataclass(frozen=True)
class Roles:
    """All roles in their order, and the words that no role decides by."""

    roles: tuple[Role, ...]
    absorbed: Mapping[str, frozenset[str]]
    qualifiers: frozenset[str]
    others: frozenset[str]


@lru_cache(maxsize=1)
def roles() -> Roles:
    """The roles that a column may have."""
    read = _read("roles.yaml")
    return Roles(
        tuple(_role(name, stated) for name, stated in read["roles"].items()),
        {name: frozenset(words) for name, words in read["absorbed"].items()},
        frozenset(read["qualifiers"]),
        frozenset(read["others"]),
    )


def _role(name: str, stated: Mapping[str, Any]) -> Role:
    return Role(
        name=name,
        headers=frozenset(stated.get("headers", ())),
        alone=frozenset(stated.get("alone", ())),
        never=frozenset(stated.get("never", ())),
        values=stated["values"],
        needs=float(stated["needs"]),
        by_values=float(stated["by_values"]),
        takes=int(stated.get("takes", 1)),
    )


def words(*path: str) -> Sequence[str]:
    """A list of words, in its order: ``words("entities", "person")``."""
    found: Any = _words()
    for key in path:
        found = found[key]
    return tuple(found)


def word_lists(name: str) -> Mapping[str, Sequence[str]]:
    """Lists of words by what they stand for, in their order."""
    found: Mapping[str, Sequence[str]] = _words()[name]
    return found


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    return _read("words.yaml")


def _read(name: str) -> Mapping[str, Any]:
    written = parse_settings((_ROOM / name).read_text(encoding="utf-8"), file=name)
    return written.values or {}
