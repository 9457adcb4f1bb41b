"""Arrays inside JSON documents: their elements, and what stands around them.

The objects on the way are walked, not held: a document may be as long as it likes. What is around
an array may stand behind it, so the text is walked twice, side by side.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring

from cdp.ingest.readers.json_cells import NO_JSON
from cdp.ingest.readers.json_text import JsonText, Value
from cdp.ingest.readers.row import KEPT_CHARACTERS

CUT_SHORT = Value("", None, "the file ends before its JSON does")
NO_ROWS = "there is no array at the path that `rows` names"

Around = dict[str, "str | Around"]
"""The objects around an array: name to JSON text, or to the like."""


@dataclass(frozen=True)
class _Member:
    """A member of an object on the way, that the way does not lead through."""

    trail: tuple[str, ...]
    name: str
    value: Value


@dataclass(frozen=True)
class _Element:
    """An element of the array at the end of a way, or with some of the way still to go."""

    trail: tuple[str, ...]
    rest: Sequence[str]
    value: Value


_Met = None
"""The way has led somewhere, be it to nothing."""


def elements_at(
    text: JsonText, twin: JsonText, path: Sequence[str]
) -> Iterator[tuple[Value, Around | None]]:
    """The elements at a path in each document, with what is around them; ``twin`` is ``text`` anew.

    Faulty values come without anything around, as do documents that the path leads nowhere in.
    """
    is_open = False
    while sign := text.peek():
        twin.peek()
        if sign == "{" and not is_open:
            yield from _inside(text, twin, path)
        elif sign in (",", "]" if is_open else "["):
            is_open = is_open if sign == "," else not is_open
            text.take()
            twin.take()
        else:
            twin.value()
            yield from _inside_value(text.value(), path)
    if (is_open or text.is_cut) and not text.is_lost:
        yield CUT_SHORT, None


def _inside_value(value: Value, path: Sequence[str]) -> Iterator[tuple[Value, Around | None]]:
    if not isinstance(value.found, dict):
        yield value, None
        return
    text, twin = (JsonText(io.StringIO(value.text)) for _ in range(2))
    text.peek()
    twin.peek()
    yield from _inside(text, twin, path)


def _inside(
    text: JsonText, twin: JsonText, path: Sequence[str]
) -> Iterator[tuple[Value, Around | None]]:
    """The elements at a path inside the object that comes next in both texts."""
    around: Around = {}
    for found in _walk(twin, path, ()):
        if isinstance(found, _Member):
            _put(around, found)
    has_led = False
    for found in _walk(text, path, ()):
        has_led = has_led or not isinstance(found, _Member)
        if isinstance(found, _Member) and found.value.fault:
            yield found.value, None
        elif isinstance(found, _Element) and found.rest:
            for value, inner in _inside_value(found.value, found.rest):
                yield value, None if inner is None else _joined(around, found.trail, inner)
        elif isinstance(found, _Element):
            yield found.value, around
    if not has_led:
        yield Value(as_text(around), None, NO_ROWS), None


def _walk(
    text: JsonText, path: Sequence[str], trail: tuple[str, ...]
) -> Iterator[_Member | _Element | None]:
    """Walk the object that comes next: its members, and what is at the end of the path."""
    text.take()
    while (sign := text.peek()) and sign != "}":
        if sign == ",":
            text.take()
            continue
        name = text.value()
        if not isinstance(name.found, str) or text.peek() != ":":
            yield _Element(trail, (), Value(name.text, None, name.fault or NO_JSON))
            continue
        text.take()
        sign = text.peek()
        if name.found != path[0]:
            yield _Member(trail, name.found, text.value())
        elif sign == "[":
            yield _Met
            yield from _elements(text, path[1:], (*trail, name.found))
        elif sign == "{" and len(path) > 1:
            yield from _walk(text, path[1:], (*trail, name.found))
        else:
            value = text.value()
            yield _Element(trail, (), value) if value.found is not None or value.fault else _Met
    text.take()


def _elements(text: JsonText, rest: Sequence[str], trail: tuple[str, ...]) -> Iterator[_Element]:
    text.take()
    known = frozenset[str]()
    while (sign := text.peek()) and sign != "]":
        if sign == ",":
            text.take()
            continue
        value = text.value(known)
        known = value.names or known
        yield _Element(trail, rest, value)
    text.take()


def _put(around: Around, member: _Member) -> None:
    for name in member.trail:
        inner = around.setdefault(name, {})
        around = inner if isinstance(inner, dict) else {}
    # It comes along with each row, so it must not be large: a long list, say, stays behind.
    if member.value.fault is None and len(member.value.text) <= KEPT_CHARACTERS:
        around[member.name] = member.value.text


def _joined(around: Around, trail: Sequence[str], inner: Around) -> Around:
    """What is around an element and, at its place in there, what is around inside of it."""
    if not trail:
        return {**around, **inner}
    there = around.get(trail[0])
    return {**around, trail[0]: _joined(there if isinstance(there, dict) else {}, trail[1:], inner)}


def as_text(around: Around) -> str:
    """What is around an array as a JSON object.

    >>> as_text({"id": "1.50", "chat": {"by": "null"}})
    '{"id": 1.50, "chat": {"by": null}}'
    """
    members = (
        f"{encode_basestring(name)}: {value if isinstance(value, str) else as_text(value)}"
        for name, value in around.items()
    )
    return f"{{{', '.join(members)}}}".encode("utf-8", "replace").decode()
