r"""A row's text and its bytes: each gives the other back.

What is read is text, so that quotes and line ends are found in any encoding. A byte that the
encoding does not know becomes one character from U+DC00 to U+DCFF, which no decoded text has.
Tables cannot hold these, so a row that has some is kept with each such byte as ``\xff`` and each
backslash of its own doubled; its fault tells that it is kept so.
"""

from __future__ import annotations

import codecs
import re

from cdp.ingest.readers.row import STRAY_BYTES
from cdp.project import FileFormat

_SMUGGLED = re.compile("([\udc00-\udcff]+)")
_FIRST_SMUGGLED = 0xDC00
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|\\)")


def _smuggle(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    stray = fault.object[fault.start : fault.end]
    return "".join(chr(_FIRST_SMUGGLED + byte) for byte in stray), fault.end


codecs.register_error("smuggle", _smuggle)


def error_handler(encoding: str) -> str:
    """How stray bytes are let through; Python's own way is faster, and does for UTF-8."""
    return "surrogateescape" if encoding == "utf-8" else "smuggle"


def has_stray_bytes(text: str) -> bool:
    r"""Whether a text that was read holds bytes that are not in its encoding.

    >>> has_stray_bytes("Zo\u00eb"), has_stray_bytes(b"Zo\xeb".decode("utf-8", "surrogateescape"))
    (False, True)
    """
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def escaped(text: str) -> str:
    r"""A text with stray bytes as one that a table can hold.

    >>> print(escaped(b"C:\\Zo\xeb".decode("utf-8", "surrogateescape")))
    C:\\Zo\xeb
    """
    doubled = text.replace("\\", "\\\\")
    told = _SMUGGLED.sub(lambda found: "".join(_as_escape(c) for c in found[0]), doubled)
    return told.encode("utf-8", "replace").decode()  # UTF-7 and its kin know halves of characters


def _as_escape(character: str) -> str:
    return f"\\x{ord(character) - _FIRST_SMUGGLED:02x}"


def verbatim(raw: str, file_format: FileFormat, fault: str | None) -> bytes:
    r"""The bytes of a row as they stand in its file, its line end included.

    ``file_format`` is the one it was read in (`RowReader.read_as`, ``ops.deliveries.read_as``);
    ``raw`` and ``fault`` are those of ``raw.<source>``. In an encoding that writes one character
    in several ways (Shift-JIS, UTF-7) they may be other bytes that read as the same text.

    >>> verbatim("1,Zo\u00eb\n", FileFormat(type="csv", encoding="latin-1"), None)
    b'1,Zo\xeb\n'
    >>> verbatim("1,Zo\\xeb\n", FileFormat(type="csv"), STRAY_BYTES)
    b'1,Zo\xeb\n'
    """
    encoding = _WITHOUT_MARK.get(codecs.lookup(file_format.encoding).name, file_format.encoding)
    if fault != STRAY_BYTES:
        return raw.encode(encoding, "replace")
    text = _ESCAPED.sub(lambda e: chr(_FIRST_SMUGGLED + int(e[1], 16)) if e[1] else "\\", raw)
    parts = _SMUGGLED.split(text)
    return b"".join(
        bytes(ord(c) - _FIRST_SMUGGLED for c in part)
        if place % 2
        else part.encode(encoding, "replace")
        for place, part in enumerate(parts)
    )


_WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
