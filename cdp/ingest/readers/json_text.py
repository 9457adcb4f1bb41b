"""A JSON text of any length, read value by value through a window of bounded size.

Values are found and judged by Python's own decoder; where one is broken, what follows is found
again: the next object that looks like its siblings, or the end of its brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import IO, Any

from cdp.ingest.readers.json_cells import NO_JSON, TOO_DEEP, scan
from cdp.ingest.readers.row import KEPT_CHARACTERS, MAX_ROW_CHARACTERS, TOO_LONG

_STEP = 1 << 20
_WINDOWS = (1 << 16, 1 << 20, MAX_ROW_CHARACTERS)
"""How far is looked for what follows a broken value; the next one where the one before fails."""

_SIBLINGS = 1_000
"""How many objects are tried in one window."""

_BLANKS = re.compile(r"[ \t\r\n\ufeff\0]*")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
_STRING_END = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_OBJECT = re.compile(r"(?:[}\],]\s*+|\n[ \t]*+)(?=\{)")
_CUT = 12
"""Characters: an error so near to the end of a window may be one of the window."""


@dataclass(frozen=True)
class Value:
    """A value as it stands, what it says, and its fault; null where it has none."""

    text: str
    found: Any
    fault: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of its members; none when it is no object."""
        return frozenset(self.found) if isinstance(self.found, dict) else frozenset()


class JsonText:
    """A window on a JSON text. ``peek`` tells what comes, the others take it."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._window = ""
        self._at = 0
        self._is_whole = False
        self._indent: str | None = ""
        """What stands before the sign that comes next, where that begins a line."""
        self.is_cut = False
        """The text ended inside an object or array."""
        self.is_lost = False
        """A broken value took all that followed it along."""

    def peek(self) -> str:
        """The sign that comes next, blanks left aside; nothing at the end."""
        while True:
            blanks = _BLANKS.match(self._window, self._at)
            self._at = blanks.end() if blanks else self._at
            if blanks and blanks[0]:
                _, line_end, indent = blanks[0].rpartition("\n")
                self._indent = indent if line_end else None
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more(_STEP):
                return ""

    def take(self) -> None:
        """Take the sign that comes next; at the end of the text, note that it came too early."""
        self._indent = None
        self.is_cut = self._at >= len(self._window)
        self._at += 1

    def value(self, known: AbstractSet[str] = frozenset()) -> Value:
        """Take the value that comes next; ``known`` are the names that its siblings have."""
        while True:
            try:
                found, end = scan(self._window, self._at)
            except RecursionError:
                return self._broken(TOO_DEEP, known)
            except StopIteration as stopped:
                place = stopped.value
            except json.JSONDecodeError as fault:
                is_open = fault.msg.startswith("Unterminated string")
                place = len(self._window) if is_open else fault.pos
            except ValueError:  # a number of thousands of digits
                return self._broken(NO_JSON, known)
            else:
                if end < len(self._window) or self._is_whole:
                    return self._taken(end, found)
                place = end
            if self._is_whole or place + _CUT < len(self._window):
                return self._broken(NO_JSON, known)
            if len(self._window) - self._at >= MAX_ROW_CHARACTERS:
                return self._too_long()
            self._more(max(_STEP, len(self._window) - self._at))

    def _taken(self, end: int, found: Any) -> Value:
        text = self._window[self._at : end]
        self._indent = None
        self._at = end
        if len(text) > MAX_ROW_CHARACTERS:
            return Value(text[:KEPT_CHARACTERS], None, TOO_LONG)
        return Value(text, found)

    def _more(self, characters: int) -> bool:
        """Read on; what was taken is let go."""
        piece = self._text.read(characters)
        self._is_whole = not piece
        self._window = self._window[self._at :] + piece
        self._at = 0
        return bool(piece)

    def _too_long(self) -> Value:
        kept = self._window[self._at : self._at + KEPT_CHARACTERS]
        depth = 0
        while self.peek():
            is_in_string = False
            for token in _TOKEN.finditer(self._window, self._at):
                sign = self._window[token.start()]
                if sign == '"':
                    is_in_string = token.end() - token.start() == 1
                else:
                    depth += 1 if sign in "{[" else -1
                if is_in_string or depth <= 0:
                    self._at = token.end()
                    break
            else:
                self._at = len(self._window)
            if is_in_string:
                self._leave_string()
            if depth <= 0:
                break
        return Value(kept, None, TOO_LONG)

    def _leave_string(self) -> None:
        """Go past the end of a string that the window does not hold whole."""
        while (end := _STRING_END.match(self._window, self._at)) is None:
            ended = self._window[self._at :]
            slashes = len(ended) - len(ended.rstrip("\\"))
            self._at = len(self._window) - slashes % 2
            if not self._more(_STEP):
                self._at = len(self._window)
                return
        self._at = end.end()

    def _broken(self, fault: str, known: AbstractSet[str]) -> Value:
        """Take what cannot be read: up to its next sibling, to its closing bracket, or all."""
        for size in _WINDOWS:
            while len(self._window) - self._at < size and self._more(max(_STEP, size // 4)):
                pass
            window = self._window[self._at : self._at + size]
            closing = _closing(window)
            end = _sibling(window, closing or len(window), known, self._indent) or closing
            if end is not None:
                self._at += end
                return Value(window[:end].rstrip(", \t\r\n"), None, fault)
            if len(window) < size:
                break
        self.is_lost = True
        self._at += len(window)
        is_all = len(window) < MAX_ROW_CHARACTERS
        while not self._is_whole:  # nothing in it can be told apart any more
            self._at = len(self._window)
            self._more(_STEP)
        self._at = len(self._window)
        return Value(window if is_all else window[:KEPT_CHARACTERS], None, fault)


def _closing(window: str) -> int | None:
    r"""Where the brackets close that open at the start of a window; null if that cannot be told.

    >>> _closing('{"a": ]]}, {}'), _closing('{"a": [1}, {}'), _closing('{"a\n"}')
    (None, None, None)
    >>> _closing('{"a": x "}", [1]}, {}')
    17
    """
    opened: list[str] = []
    for token in _TOKEN.finditer(window):
        sign = token[0]
        if sign in "{[":
            opened.append("}" if sign == "{" else "]")
        elif sign in "}]":
            if not opened or opened.pop() != sign:
                return None
            if not opened:
                rest = window[token.end() :].lstrip()
                return token.end() if not rest or rest[0] in ",]}{" else None
        elif sign == '"' or "\n" in sign:
            return None  # a quote too few or too many: from here on, texts look like brackets
        elif not opened:
            return None
    return None


def _sibling(window: str, end: int, known: AbstractSet[str], indent: str | None) -> int | None:
    """Where before some place the next sibling of the object at the start begins.

    It has most of the known names, or begins a line as far from the margin as the first one.
    """
    for tries, start in enumerate(_OBJECT.finditer(window, 1, end)):
        if tries == _SIBLINGS:
            return None
        try:
            found, _ = scan(window, start.end())
        except (ValueError, StopIteration, RecursionError):
            continue
        begins_alike = window[window.rfind("\n", 0, start.end()) + 1 : start.end()] == indent
        is_alike = known and 2 * len(known & found.keys()) >= len(known)
        if begins_alike or is_alike:
            return start.end()
    return None
