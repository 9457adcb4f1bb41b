"""Chats exported as text: one line a message, `date, time - author: text`."""

from __future__ import annotations

import re

_DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f]?[AaPp]\.?\s?[Mm]\.?)?"
_MARKS = "[\u200e\u200f]?"
_LINE = re.compile(
    rf"^{_MARKS}(?:\[(?P<a>{_DAY},? {_CLOCK})\]|(?P<b>{_DAY},? {_CLOCK}) -) "
    rf"(?:{_MARKS}(?P<author>[^:\n]{{1,60}}): )?(?P<text>.*)$",
    re.MULTILINE,
)
COLUMNS = ("sent_at", "author", "text", "place", "sent_at_iso")


def is_chat(text: str) -> bool:
    r"""Whether a text is a chat: its first line is a message, and a fifth of the others are.

    >>> is_chat("12/03/2026, 09:15 - Ann: hi\n12/03/2026, 09:16 - Bo: hello\n")
    True
    """
    lines = [line for line in text.splitlines()[:500] if line.strip()]
    found = [bool(_LINE.match(line)) for line in lines]
    return bool(found) and found[0] and sum(found) >= max(1, len(lines) / 5)


def messages(text: str) -> list[dict[str, str]]:
    """The messages that a person sent, in their order; lines of the system are left out."""
    counted: dict[tuple[str, str], int] = {}
    found = []
    for line in _LINE.finditer(text):
        author, sent_at = line["author"], line["a"] or line["b"]
        if author is None:
            continue
        minute = (author, re.sub(r"^(.*?\d[:.]\d\d)[:.]\d\d", r"\1", sent_at))
        counted[minute] = counted.get(minute, 0) + 1
        # The reader tells the time as ISO 8601, too; its place is kept here.
        cells = (sent_at, author, line["text"], str(counted[minute]), "")
        found.append(dict(zip(COLUMNS, cells, strict=True)))
    return found
