"""In which encoding a file is written, by its mark and its bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")


@dataclass(frozen=True)
class Encoding:
    """What a contract calls the encoding, what decodes the sample, and why; ``score`` 0 to 1.

    ``needs_saying`` is false where a reader finds it by itself.
    """

    name: str
    codec: str
    score: float
    reason: str
    needs_saying: bool = True


def encoding_of(head: bytes) -> Encoding:
    r"""The encoding of the beginning of a file.

    >>> encoding_of("name\nJos\u00e9\n".encode("cp1252")).name
    'cp1252'
    >>> encoding_of("name\nJos\u00e9\n".encode()).needs_saying
    False
    """
    for mark, name, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(name, codec, 1.0, "the mark at its start says so", needs_saying=False)
    wide = _wide(head)
    if wide:
        return wide
    # The last line may end within a letter.
    body = head[: head.rfind(b"\n") + 1] or head
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _of_one_byte(body)
    said = "all bytes are ASCII" if body.isascii() else "all bytes are valid UTF-8"
    return Encoding("utf-8", "utf-8", 1.0, said, needs_saying=False)


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    start = head[:4000]
    if len(start) < 4:
        return None
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > 0.6 * len(zeros):
            return Encoding(name, name, 0.9, "every other byte is zero, and there is no mark")
    return None


def _of_one_byte(body: bytes) -> Encoding:
    text = body.decode("utf-8", "surrogateescape")
    stray = sum("\udc80" <= letter <= "\udcff" for letter in text)
    letters = sum(letter > "\x7f" for letter in text) - stray
    if letters > 4 * stray:
        said = f"most is UTF-8, but {stray} bytes are not: their rows go to quarantine"
        return Encoding("utf-8", "utf-8", 0.6, said, needs_saying=False)
    if _UNDEFINED_IN_CP1252.search(body):
        said = f"{stray} bytes are not UTF-8, and some stand for nothing in cp1252"
        return Encoding("latin-1", "latin-1", 0.5, said)
    said = f"{stray} bytes are not UTF-8; all stand for something in cp1252"
    return Encoding("cp1252", "cp1252", 0.7, said)


def misread_as_latin_1(texts: list[str]) -> int:
    r"""How many texts are UTF-8 that was read as Latin-1 and written so.

    >>> misread_as_latin_1(["Rados\u00c5\u0082aw", "Ren\u00e9"])
    1
    """
    return sum(1 for text in texts if _MOJIBAKE.search(text) and mended(text) != text)


def misread_by(text: str) -> str | None:
    r"""The encoding by which a text in UTF-8 was read: latin-1 or cp1252; null if by none.

    >>> misread_by("M\u00c3\u00bcller"), misread_by("Stra\u00c3\u0178e"), misread_by("M\u00fcller")
    ('latin-1', 'cp1252', None)
    """
    if text.isascii():
        return None
    for codec in ("latin-1", "cp1252"):
        try:
            text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        return codec
    return None


def mended(text: str) -> str:
    """A text whose UTF-8 was read as Latin-1, read rightly; any other as it is."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
