"""The text of a file: its encoding, its mark, its lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from cdp.errors import DeliveryError
from cdp.ingest.readers.row import KEPT_CHARACTERS, MAX_ROW_CHARACTERS
from cdp.ingest.readers.unpacking import refuse_other_kinds, start_of, unpacked
from cdp.ingest.readers.verbatim import error_handler

MARK = "\ufeff"
"""The byte-order mark, once decoded."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_OPEN_TO_MARKS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le",
}  # fmt: skip
"""Encodings whose mark at the start of the file counts, and what they are without one."""

_READ_BYTES = 1 << 18


class CutLine(str):
    """The beginning of a line that is too long to be held in memory."""

    __slots__ = ()


@dataclass
class TextFile:
    """A file that may be read several times over, each time from its start.

    ``encoding`` is what it is written in, as its mark or its contract says.
    """

    name: str
    encoding: str
    _open: Callable[[str], IO[str]]
    _opened: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def at(cls, path: Path, stated: str) -> TextFile:
        """A file on disk, in the encoding that its contract states; its mark may tell better.

        Raises:
            DeliveryError: It begins like something that is no text.
        """
        with unpacked(path) as stream:
            start = start_of(stream)
        encoding = _encoding(start, stated)
        if not encoding.startswith(("utf-16", "utf-32")):
            refuse_other_kinds(start, path.name)
        return cls(path.name, encoding, partial(_decoded, path))

    @classmethod
    def of(cls, text: str) -> TextFile:
        """A text in memory, as if it were a file."""
        return cls("text", "utf-8", lambda _: io.StringIO(text, newline=""))

    def text(self) -> IO[str]:
        """The text from its start, its mark still in it."""
        return self._opened.enter_context(self._open(self.encoding))

    def close(self) -> None:
        """Let go of all that was opened."""
        self._opened.close()

    def fault(self, what: str, next_step: str) -> DeliveryError:
        """An error that concerns the whole file."""
        return DeliveryError(what=what, where=self.name, next_step=next_step)


def _encoding(start: bytes, stated: str) -> str:
    known = _OPEN_TO_MARKS.get(codecs.lookup(stated).name)
    if known is None:
        return stated
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), known)


def _decoded(path: Path, encoding: str) -> IO[str]:
    text = io.TextIOWrapper(
        unpacked(path), encoding=encoding, errors=error_handler(encoding), newline=""
    )
    text._CHUNK_SIZE = _READ_BYTES  # type: ignore[attr-defined]  # noqa: SLF001 - 8 KiB otherwise
    return text


def lines_of(text: IO[str]) -> Iterator[str]:
    r"""Lines with their ends (``\n``, ``\r\n`` or ``\r``); of one too long, the beginning.

    >>> list(lines_of(io.StringIO("a\r\nb\rc", newline="")))
    ['a\r\n', 'b\r', 'c']
    """
    read = partial(text.readline, MAX_ROW_CHARACTERS)
    for line in iter(read, ""):
        if len(line) < MAX_ROW_CHARACTERS or line[-1] in "\r\n":
            yield line
        else:
            for rest in iter(read, ""):
                if rest[-1] in "\r\n":
                    break
            yield CutLine(line[:KEPT_CHARACTERS])
