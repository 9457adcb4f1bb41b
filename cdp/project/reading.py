"""Read a YAML file into plain values, and remember the line of each.

Scalars stay texts as they are written, and the models make numbers of them: a column called
``2024``, the word ``no`` and the country ``NO`` are not guessed away. Only the arguments of
expectations become numbers and truth values, by the rules of JSON. A key that comes twice, an
alias and a tag are faults, for each would change settings behind the reader's back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from cdp.errors import Fault

Loc: TypeAlias = tuple[str | int, ...]
"""Where a setting stands in its file: keys, and positions in lists from 0."""

_TYPED = "expect"
_OWN_TAGS = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Written:
    """What a settings file says. ``values`` is null when the file cannot be read at all."""

    file: str
    values: Mapping[str, object] | None
    lines: Mapping[Loc, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line(self, loc: Loc) -> int:
        """The line of a setting, or of the nearest one around it that is there."""
        known = (loc[:length] for length in range(len(loc), 0, -1))
        return next((self.lines[part] for part in known if part in self.lines), 1)

    def loc_of(self, text: str) -> Loc:
        """Where a text first stands as a value; the file as a whole when it does nowhere."""
        return next(_places(self.values or {}, text, ()), ())

    def fault(self, loc: Loc, message: str, hint: str = "") -> Fault:
        """A fault at the line of a setting."""
        return Fault(self.file, self.line(loc), message, hint)


def _places(value: object, text: str, loc: Loc) -> Iterator[Loc]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _places(inner, text, (*loc, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _places(inner, text, (*loc, position))
    elif value == text:
        yield loc


def read_settings(path: Path, *, root: Path) -> Written:
    """Read one YAML file of a project; what is wrong with it is in ``faults``, nothing raises."""
    file = path.relative_to(root).as_posix()
    try:
        content = path.read_bytes()
    except OSError as fault:
        return _unread(file, 0, f"cannot be read ({type(fault).__name__})", "check its permissions")
    try:
        return parse_settings(content.decode("utf-8-sig"), file=file)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        return _unread(file, line, "is not UTF-8", "save it as UTF-8")


def parse_settings(text: str, *, file: str) -> Written:
    r"""Read the text of a YAML file.

    >>> written = parse_settings("holds: people\nperson:\n  email: Mail", file="web.yaml")
    >>> written.values, written.line(("person", "email"))
    ({'holds': 'people', 'person': {'email': 'Mail'}}, 3)
    """
    try:
        alias = _first_alias(text)
        if alias is not None:
            return _unread(file, alias, "an alias is not understood", "write it out")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        return _unread(file, mark.line + 1 if mark else 1, _syntax(fault), "mend the YAML")
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        return _unread(file, line, "a character that YAML does not allow", "remove it")
    except RecursionError:
        return _unread(file, 1, "is nested too deep", "write it flat")
    if not isinstance(node, yaml.MappingNode):
        return _unread(file, 1, "holds no settings", "write `key: value` lines")
    reader = _Reader(file)
    values = reader.mapping(node, ())
    return Written(file, values, reader.lines, tuple(reader.faults))


def _unread(file: str, line: int, message: str, hint: str) -> Written:
    return Written(file, None, faults=(Fault(file, line, message, hint),))


def _syntax(fault: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (fault.context, fault.problem) if part]
    return f"is no YAML: {', '.join(parts)}"


def _first_alias(text: str) -> int | None:
    """The line of the first alias. Aliases may nest without end, so none is followed."""
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    marks = (event.start_mark for event in events if isinstance(event, yaml.AliasEvent))
    return next((mark.line + 1 for mark in marks if mark), None)


class _Reader:
    """Makes values of nodes, and gathers lines and faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Loc, int] = {}
        self.faults: list[Fault] = []

    def mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(line, "a key must be one word", "put texts with `{` or `[` in quotes")
                continue
            key = str(key_node.value)
            if key in values:
                first = self.lines[(*loc, key)]
                self._refuse(line, f"key `{key}` comes twice", f"first in line {first}")
                continue
            self.lines[(*loc, key)] = line
            values[key] = self.value(value_node, (*loc, key))
        return values

    def value(self, node: yaml.Node, loc: Loc) -> object:
        if not node.tag.startswith(_OWN_TAGS):
            self._refuse(node.start_mark.line + 1, f"tag `{node.tag}` is not understood", "drop it")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            for position, item in enumerate(node.value):
                self.lines[(*loc, position)] = item.start_mark.line + 1
            return [self.value(item, (*loc, p)) for p, item in enumerate(node.value)]
        return _scalar(node, is_typed=loc[0] == _TYPED)

    def _refuse(self, line: int, message: str, hint: str) -> None:
        self.faults.append(Fault(self.file, line, message, hint))


def _scalar(node: yaml.Node, *, is_typed: bool) -> object:
    text = str(node.value)
    is_plain = getattr(node, "style", None) is None
    if is_plain and text in ("", "~", "null"):
        return None
    if not (is_plain and is_typed):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
