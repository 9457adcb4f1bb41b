"""Files as they should not be: sound ones of every format, and the ways in which they break.

Everything hangs on a seed. Nobody in them exists.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Corruption = Callable[[random.Random, bytes], bytes]

_NAMES = (
    "Ann Lee",
    "Zo\u00eb F\u00f6rster",
    'Bo "Bob" Marsh',
    "Cy,Dee",
    "\u674e\u5a1c",
    "O\u2019Neil",
)
_CHAT_STARTS = datetime(2026, 1, 14)
_EVENTS = """
holds: events
channel: web
touchpoint_key: id
occurred_at: at
person: {email: mail, full_name: name}
"""
CONTRACTS = {
    "csv": """
format: {type: csv}
holds: people
record_key: id
person: {email: mail, full_name: name}
max_rejected_share: 1
""",
    "report": """
format: {type: csv, delimiter: ";", skip_lines: 2, header_rows: 2}
holds: people
record_key: id
person: {email: Contact - mail, full_name: Contact - name}
""",
    "jsonl": f"format: {{type: jsonl, keyed_lists: [params]}}\nmax_rejected_share: 1\n{_EVENTS}",
    "json": f"format: {{type: json}}\nmax_rejected_share: 1\n{_EVENTS}",
    "nested": f"format: {{type: json, rows: data.events, mojibake: latin-1}}\n{_EVENTS}",
    "parquet": f"format: {{type: parquet}}\n{_EVENTS}",
    "chat": """
format: {type: chat}
holds: events
channel: chat
touchpoint_key: [sent_at, author, place]
occurred_at: sent_at_iso
person: {full_name: author}
max_rejected_share: 1
""",
}
"""Source -> its contract, all but its name and path."""


def sound(source: str, first: int) -> bytes:
    """A sound file of a source; ``first`` is the number of its first row."""
    rows = [
        {"id": f"r{n}", "name": _NAMES[n % len(_NAMES)], "mail": f"p{n}@example.com",
         "at": f"2026-03-{n % 28 + 1:02d}T10:{n % 60:02d}:00Z",
         "params": [{"key": "page", "value": {"string_value": f"/{n}"}}], "n": n / 3, "place": n}
        for n in range(first, first + 30)
    ]  # fmt: skip
    return _WRITERS[source](rows)


def _cell(text: object) -> str:
    return '"' + str(text).replace('"', '""') + ('\r\n"' if "Bo" in str(text) else '"')


def _csv(rows: list[dict[str, Any]]) -> bytes:
    lines = [f"{row['id']},{_cell(row['name'])},{row['mail']}\r\n" for row in rows]
    return ("id,name,mail\r\n" + "".join(lines)).encode()


def _report(rows: list[dict[str, Any]]) -> bytes:
    lines = [f"{row['id']};{_cell(row['name'])};{row['mail']}\n" for row in rows]
    return ("Report\nof May\nid;Contact;\n;name;mail\n" + "".join(lines)).encode()


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _json(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=2).encode()


def _nested(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"page": 1, "data": {"events": rows, "total": 30}, "next": None}).encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=10)
    return sink.getvalue()


def _chat(rows: list[dict[str, Any]]) -> bytes:
    lines = [
        f"[{_CHAT_STARTS + timedelta(seconds=20 * row['place']):%-m/%-d/%y, %I:%M:%S\u202f%p}] "
        f"{row['name']}: hi\n2nd\n"
        for row in rows
    ]
    return "".join(lines).encode()


_WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "csv": _csv, "report": _report, "jsonl": _jsonl, "json": _json, "nested": _nested,
    "parquet": _parquet, "chat": _chat,
}  # fmt: skip


def _inserted(dice: random.Random, content: bytes, piece: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        place = dice.randint(0, len(content))
        content = content[:place] + piece + content[place:]
    return content


def _without(dice: random.Random, content: bytes, signs: bytes, share: float) -> bytes:
    return bytes(b for b in content if b not in signs or dice.random() > share)


def _cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randint(0, len(content))]


def _cut_head(dice: random.Random, content: bytes) -> bytes:
    return content[dice.randint(0, len(content)) :]


def _other_encoding(dice: random.Random, content: bytes) -> bytes:
    encoding = dice.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037"])
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def _flipped(dice: random.Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(dice.choice([1, 3, 30])):
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def _mixed_line_ends(dice: random.Random, content: bytes) -> bytes:
    lines = content.splitlines()
    return b"".join(line + dice.choice([b"\n", b"\r\n", b"\r", b"\n\n", b"\n\r"]) for line in lines)


def _shuffled(dice: random.Random, content: bytes) -> bytes:
    places = sorted(dice.randint(0, len(content)) for _ in range(6))
    parts = [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]
    return b"".join(dice.sample(parts, len(parts)))


def _huge(dice: random.Random, content: bytes) -> bytes:
    size = dice.choice([100_000] * 12 + [2_000_000] * 3 + [17 * 1024 * 1024])
    return _inserted(dice, content, dice.choice([b"x", b"1", b"[", b'"', b" ", b"\xff"]) * size)


def _archive(_dice: random.Random, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", content)
    return packed.getvalue()


@cache
def _packed_bomb(megabytes: int, kind: str) -> bytes:
    plain = (b"," if megabytes % 2 else b"\0") * (megabytes << 20)
    return gzip.compress(plain, 6) if kind == "gz" else pa.compress(plain, "zstd", asbytes=True)


def _bomb(megabytes: int) -> Corruption:
    def bomb(dice: random.Random, _content: bytes) -> bytes:
        return _packed_bomb(megabytes, dice.choice(["gz", "zst"]))

    return bomb


CORRUPTIONS: dict[str, Corruption] = {
    "sound": lambda _, c: c,
    "cut": _cut,
    "cut_head": _cut_head,
    "other_encoding": _other_encoding,
    "quote_too_many": lambda d, c: _inserted(d, c, b'"', d.randint(1, 5)),
    "quotes_too_few": lambda d, c: _without(d, c, b'"', 0.05),
    "columns_too_many": lambda d, c: _inserted(d, c, d.choice([b",", b";", b"\t"]), 9),
    "columns_too_few": lambda d, c: _without(d, c, b",;", 0.1),
    "nul_bytes": lambda d, c: _inserted(d, c, b"\0", d.randint(1, 20)),
    "huge_field": _huge,
    "bad_json": lambda d, c: _without(d, _inserted(d, c, b"}]{[:,"), b"{}[]:", 0.02),
    "mixed_line_ends": _mixed_line_ends,
    "empty": lambda *_: b"",
    "blank": lambda d, _: d.choice([b"\n", b" ", b"\r\n", b"\xef\xbb\xbf"]) * d.randint(1, 9),
    "archive": _archive,
    "picture": lambda d, c: b"\x89PNG\r\n\x1a\n" + d.randbytes(len(c)),
    "packed": lambda _, c: gzip.compress(c, mtime=0),
    "packed_and_cut": lambda d, c: _cut(d, gzip.compress(c, mtime=0)),
    "packed_and_flipped": lambda d, c: _flipped(d, pa.compress(c, "zstd", asbytes=True)),
    "flipped": _flipped,
    "noise": lambda d, c: d.randbytes(len(c)),
    "other_format": lambda d, _: sound(d.choice([*CONTRACTS]), 0),
    "shuffled": _shuffled,
    "twice": lambda _, c: c + c,
    "deep": lambda d, c: _inserted(d, c, d.choice([b"[", b'{"a":']) * d.choice([300, 50_000])),
    "half_characters": lambda d, c: _inserted(d, c, d.choice([b"\\ud83d", b"\\u0000", b"\\"]), 5),
    "marks": lambda d, c: _inserted(d, c, "\ufeff\u202e\u2028\x85\x0b\x1c".encode(), 3),
    "stray_bytes": lambda d, c: _inserted(d, c, bytes([d.randint(128, 255)]), d.randint(1, 5)),
}  # fmt: skip


def corrupted(
    count: int, seed: int, *, bombs: int, megabytes: int
) -> Iterator[tuple[str, str, bytes]]:
    """Source, name and content of so many files, a few of them bombs of so many megabytes."""
    dice = random.Random(seed)
    sources, kinds = [*CONTRACTS], [*CORRUPTIONS]
    for number in range(count):
        source = sources[number % len(sources)]
        kind = kinds[number // len(sources) % len(kinds)]
        content = sound(source, number * 30)
        if number >= count - bombs:
            yield source, f"{number:05}_bomb", _bomb(megabytes)(dice, content)
            continue
        content = CORRUPTIONS[kind](dice, content)
        if kind != "sound" and dice.random() < 0.2:  # misfortunes seldom come alone
            content = _flipped(dice, content) if content else content
        yield source, f"{number:05}_{kind}", content
