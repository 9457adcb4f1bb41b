"""Rows of JSON: where they stand in a document, and their columns as paths of dots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp.drafting.headers import leaf_of, plain
from cdp.drafting.vocabulary import roles

MOST_COLUMNS = 400
_MOST_DEEP = 4
_OWN_TIME_OR_KEY = re.compile(
    r"(?:^|_|-)(?:id|uuid|guid|key|timestamp|time|date|created|at)$|Id$|At$|Time$|stamp", re.ASCII
)

_OWN_KEY = re.compile(r"(?:^|_|-)(?:id|uuid|guid|key)$|Id$", re.ASCII)
_MANY_ROWS = 5
_MOST_CONTACTS = 2
"""Emails or phones of a list that become columns: a contract names each by its place."""


@dataclass(frozen=True)
class Document:
    """The rows of a document: ``rows`` is the path to their array, empty when it is the document.

    ``parent`` holds what stands around the array; ``is_one`` says the document is one row.
    """

    rows: str
    elements: tuple[Mapping[str, Any], ...]
    parent: Mapping[str, Any] = field(default_factory=dict)
    is_one: bool = False


def parsed(text: str) -> object:
    """A document, whole or cut off: of a cut one, the elements that are whole; null when broken.

    >>> parsed('{"rows": [{"a": 1}, {"a": 2}, {"a"'), parsed("{]")
    ({'rows': [{'a': 1}, {'a': 2}]}, None)
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_closed(text))
    except json.JSONDecodeError as broken:
        return _before(text, broken.pos)
    except (ValueError, RecursionError):
        return None


def _before(text: str, place: int) -> object:
    """What stands before a place at which a document is broken."""
    try:
        return json.loads(_closed(text[:place]))
    except (ValueError, RecursionError):
        return None


def _closed(text: str) -> str:
    """A cut document up to its last whole element of an array, with what is open closed."""
    open_now: list[str] = []
    cut, closing, is_text, is_escaped = 0, "", False, False
    for place, sign in enumerate(text):
        if is_text:
            is_text = is_escaped or sign != '"'
            is_escaped = sign == "\\" and not is_escaped
            continue
        if sign == '"':
            is_text = True
        elif sign in "{[":
            open_now.append("}" if sign == "{" else "]")
        elif sign in "}]" and open_now:
            open_now.pop()
            if sign == "}" and open_now and open_now[-1] == "]":
                cut, closing = place + 1, "".join(reversed(open_now))
    return text[:cut] + closing


def document_of(found: object) -> Document | None:
    """The rows of a parsed document; null when it holds no objects.

    An object with a key or a time of its own is a row itself, but for one that has a time only,
    as that of its export, around a list of rows. Else the array of objects that looks most like
    rows is taken: with keys and times, then the longest, then the first.
    """
    if isinstance(found, list):
        objects = tuple(one for one in found if isinstance(one, dict))
        return Document("", objects) if objects else None
    if not isinstance(found, dict):
        return None
    arrays = list(_arrays(found, ()))
    own = [k for k, v in found.items() if _OWN_TIME_OR_KEY.search(k) and _is_scalar(v)]
    is_around = any(
        len(elements) >= _MANY_ROWS and _is_like_rows(elements) and not _is_keyed(elements)
        for _, elements in arrays
    )
    if not arrays or (own and not (is_around and not any(_OWN_KEY.search(k) for k in own))):
        return Document("", (found,), is_one=True)
    path, elements = max(arrays, key=lambda a: (_is_like_rows(a[1]), len(a[1]), -len(a[0])))
    return Document(".".join(path), tuple(elements), _without(found, path))


def _without(found: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """An object without what stands at a path in it."""
    head, *rest = path
    inner = {head: _without(found[head], rest)} if rest else {}
    return {**{name: value for name, value in found.items() if name != head}, **inner}


def _arrays(
    found: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[Mapping[str, Any]]]]:
    for name, value in found.items():
        if isinstance(value, list):
            elements: list[Mapping[str, Any]] = [o for o in value if isinstance(o, dict)]
            if elements and 2 * len(elements) > len(value):
                yield (*path, name), elements
        elif isinstance(value, dict) and len(path) < _MOST_DEEP:
            yield from _arrays(value, (*path, name))


def _is_like_rows(elements: Sequence[Mapping[str, Any]]) -> int:
    names = {name for one in elements[:20] for name in one}
    return sum(bool(_OWN_TIME_OR_KEY.search(name)) for name in names) > 0


def _is_keyed(elements: Sequence[Mapping[str, Any]]) -> bool:
    return all({*one} <= {"key", "name", "value"} for one in elements)


def keyed_lists(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Columns that are arrays of {key, value}: each key is a column of its own."""
    found: dict[str, bool] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, list) and value:
                is_keyed = all(isinstance(v, dict) and {*v} >= {"key", "value"} for v in value)
                found[name] = found.get(name, True) and is_keyed
    return tuple(sorted(name for name, is_keyed in found.items() if is_keyed))


def flat(row: Mapping[str, Any], *, keyed: Sequence[str] = ()) -> dict[str, str]:
    """A row's cells as text, by path of dots; empty cells and names with a dot are left out.

    >>> flat({"id": 1, "who": {"email": "a@example.com"}, "tags": ["x"], "at": None})
    {'id': '1', 'who.email': 'a@example.com', 'tags': '["x"]'}
    >>> flat({"emails": [{"value": "a@example.com", "primary": True}]})
    {'emails.0.value': 'a@example.com', 'emails.0.primary': 'true'}
    """
    cells: dict[str, str] = {}
    for name, value in row.items():
        shown = _as_object(value) if name in keyed and isinstance(value, list) else value
        _flatten(name, shown, cells)
    return cells


def _as_object(pairs: list[Any]) -> dict[str, Any]:
    return {str(p["key"]): _slot(p["value"]) for p in pairs if isinstance(p, dict) and "key" in p}


def _slot(value: object) -> object:
    """Of several typed slots the one that is set."""
    if isinstance(value, dict):
        return next((one for one in value.values() if one is not None), None)
    return value


def _flatten(path: str, value: object, cells: dict[str, str]) -> None:
    if len(cells) >= MOST_COLUMNS or value is None or value == "":
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if "." not in name and path.count(".") < _MOST_DEEP:
                _flatten(f"{path}.{name}", inner, cells)
    elif isinstance(value, str):
        cells[path] = value
    elif isinstance(value, list) and all(isinstance(o, dict) for o in value) and _of_contacts(path):
        for place, inner in enumerate(value[:_MOST_CONTACTS]):
            _flatten(f"{path}.{place}", inner, cells)
    else:
        cells[path] = json.dumps(value, ensure_ascii=False, default=str)


def _of_contacts(path: str) -> bool:
    """Whether a list is one of emails or phones: of other objects no row is of the person."""
    words = plain(leaf_of(path))
    known = (role.headers for role in roles().roles if role.name in ("email", "phone"))
    return any(words in headers for headers in known)


def _is_scalar(value: object) -> bool:
    return not isinstance(value, dict | list) and value not in (None, "")
