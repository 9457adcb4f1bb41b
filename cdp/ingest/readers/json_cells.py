"""JSON text as cells: judged sound by the yardstick of whoever reads it next, and mended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import count
from typing import Any

from cdp.project import FileFormat

MAX_DEPTH = 200
"""Arrays and objects inside one another; deeper JSON is a fault, not an overflow further on."""

_DECODER = json.JSONDecoder()
scan: Callable[[str, int], tuple[Any, int]] = _DECODER.scan_once  # type: ignore[attr-defined]  # typeshed leaves it out
"""The value that begins at a place of a text, and where it ends."""
encoded = json.JSONEncoder(ensure_ascii=False).encode
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_SURROGATES = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)

TOO_DEEP = "JSON nested too deep"
NO_JSON = "not valid JSON"
NO_OBJECT = "JSON, but not an object"


class FaultyJsonError(ValueError):
    """A JSON text that is no row; its message is the row's fault."""


def parsed(text: str) -> dict[str, Any]:
    """The object that a JSON text holds, and nothing else.

    Raises:
        FaultyJsonError: It is no JSON, no object, or nested too deep.
    """
    try:
        try:
            found, end = scan(text, 0)
        except StopIteration:
            end = -1
        if end != len(text):
            found = _DECODER.decode(text)  # blanks around it, or a fault
    except ValueError:
        raise FaultyJsonError(NO_JSON) from None
    except RecursionError:
        raise FaultyJsonError(TOO_DEEP) from None
    return judged(text, found)


def judged(text: str, found: Any) -> dict[str, Any]:
    """What a JSON text was read as, if it may be a row.

    Raises:
        FaultyJsonError: It is no object, or nested too deep.
    """
    if found.__class__ is not dict:
        raise FaultyJsonError(NO_OBJECT)
    if text.count("{") + text.count("[") > MAX_DEPTH and depth(text) > MAX_DEPTH:
        raise FaultyJsonError(TOO_DEEP)
    return found


def depth(text: str) -> int:
    """How many arrays and objects of a JSON text are inside one another.

    >>> depth('{"a": [1, {"b": "[["}]}')
    3
    """
    deepest = now = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        now += 1 if sign in "{[" else -1 if sign in "}]" else 0
        deepest = max(deepest, now)
    return deepest


def keeps_text(file_format: FileFormat) -> bool:
    """Whether a row's JSON text is its fields, but for halves of characters."""
    return not file_format.keyed_lists and file_format.mojibake is None


def fields_of(file_format: FileFormat) -> Callable[[str, dict[str, Any]], str]:
    """What makes a row's fields out of its JSON text and what that says; mostly, it is the text."""
    lists, is_mended = file_format.keyed_lists, file_format.mojibake is not None

    def as_it_stands(text: str, _found: dict[str, Any]) -> str:
        return _whole_characters(text) if "\\u" in text else text

    def mended(_text: str, found: dict[str, Any]) -> str:
        return as_fields(found, lists, is_mended=is_mended)

    return as_it_stands if keeps_text(file_format) else mended


def as_fields(row: dict[str, Any], lists: tuple[str, ...], *, is_mended: bool) -> str:
    """A row as JSON, its keyed lists made objects and its texts mended."""
    if is_mended:
        row = without_mojibake(row)
    for path in lists:
        unfold(row, path.split("."))
    return _whole(encoded(row))


def _whole_characters(text: str) -> str:
    r"""JSON without halves of characters (lone surrogates), which no database takes.

    >>> print(_whole_characters(r'"\ud83d\ude00 \ud83d \\ud83d"'))
    "\ud83d\ude00 \ufffd \\ud83d"
    """
    return _SURROGATES.sub(lambda found: found[1] or r"\ufffd", text)


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def without_mojibake(value: Any) -> Any:
    r"""Texts whose UTF-8 bytes were read as Latin-1, read rightly; all others as they are.

    >>> without_mojibake({"name": "Rados\u00c5\u0082aw", "city": "K\u00f6ln"})
    {'name': 'Radosław', 'city': 'Köln'}
    """
    if isinstance(value, str):
        return _read_rightly(value)
    if isinstance(value, list):
        return [without_mojibake(inner) for inner in value]
    if isinstance(value, dict):
        return {_read_rightly(key): without_mojibake(inner) for key, inner in value.items()}
    return value


def _read_rightly(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def unfold(row: Any, path: list[str]) -> None:
    """Make an object of the array of {key, value} at a path, in place; of several in a list, each.

    >>> row = {"params": [{"key": "page", "value": {"string_value": "home", "int_value": None}}]}
    >>> unfold(row, ["params"])
    >>> row
    {'params': {'page': 'home'}}
    """
    if isinstance(row, list):
        for inner in row:
            unfold(inner, path)
    elif isinstance(row, dict) and path[0] in row:
        if len(path) > 1:
            unfold(row[path[0]], path[1:])
        else:
            row[path[0]] = _as_object(row[path[0]])


def _as_object(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    names: list[Any] = [e.get("key", e.get("name")) if isinstance(e, dict) else None for e in value]
    if not all(isinstance(n, str) and "value" in e for n, e in zip(names, value, strict=True)):
        return value  # another kind of list
    slots = (_set_slot(entry["value"]) for entry in value)
    return dict(zip(numbered(names), slots, strict=True))


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Names made unique: the second ``Notes`` is ``Notes_2``, unless that is taken.

    >>> list(numbered(["Notes", "Notes_2", "Notes", "Notes"]))
    ['Notes', 'Notes_2', 'Notes_3', 'Notes_4']
    """
    last: dict[str, int] = {}
    taken: set[str] = set()
    for name in names:
        free, number = name, last.get(name, 1)
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        last[name] = number
        taken.add(free)
        yield free


def free_name(name: str, taken: Container[str]) -> str:
    """The name with the first number behind it, from 2, that is not taken.

    >>> free_name("parent", {"parent": 1, "parent_2": 2})
    'parent_3'
    """
    return next(free for n in count(2) if (free := f"{name}_{n}") not in taken)


def _set_slot(value: Any) -> Any:
    """Of a value's typed slots the one that is set; a value without slots as it is."""
    if not isinstance(value, dict) or not any(slot.endswith("_value") for slot in value):
        return value
    filled = [v for slot, v in value.items() if slot.endswith("_value") and v is not None]
    return filled[0] if len(filled) == 1 else value if filled else None
