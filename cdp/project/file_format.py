"""How the files of a source are written: what a contract's `format` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from cdp.errors import Fault
from cdp.project.closed import Settings
from cdp.project.reading import Written
from cdp.project.values import Character, Column, DottedPath, Encoding, as_list, refusal

FileType = Literal["csv", "jsonl", "json", "parquet", "chat"]
DateOrder = Literal["ymd", "mdy", "dmy"]

PACKED = (".gz", ".zst")
"""Endings of packed files; they may stand behind any other."""

_ENDINGS = {
    "csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "json", "parquet": "parquet",
}  # fmt: skip
_USED_BY: dict[str, tuple[FileType, ...]] = {
    "delimiter": ("csv",),
    "quote": ("csv",),
    "skip_lines": ("csv",),
    "header_rows": ("csv",),
    "encoding": ("csv", "jsonl", "json", "chat"),
    "rows": ("json",),
    "keyed_lists": ("json", "jsonl", "parquet"),
    "mojibake": ("json", "jsonl", "parquet"),
    "date_order": ("chat",),
}


class FileFormat(Settings):
    """How a file is written. Every type has its own keys; the others have no effect there."""

    type: FileType
    delimiter: Character | None = None
    """None: the one that the header shows."""
    encoding: Encoding = "utf-8"
    quote: Character = '"'
    skip_lines: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Lines before the header."""
    header_rows: Annotated[int, Field(ge=0, le=5)] = 1
    """None: the columns are called by their places. Several: their names are joined."""
    rows: DottedPath | None = None
    """The array whose elements are rows; None: each document, or each element of an array."""
    keyed_lists: Annotated[tuple[Column, ...], BeforeValidator(as_list)] = ()
    """Paths to arrays of {key, value} that become objects."""
    mojibake: Literal["latin-1"] | None = None
    """As what texts in UTF-8 were read by mistake, before they were written down."""
    date_order: DateOrder | None = None
    """The order of year, month and day where the dates of a chat do not tell it."""

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.delimiter == self.quote:
            raise refusal("`delimiter` and `quote` are the same sign", "change one of them")
        return self

    @property
    def has_paths(self) -> bool:
        """Whether a column is named by a path of dots, not by a header letter by letter."""
        return self.type in ("json", "jsonl", "parquet")


def with_type(written: Mapping[str, Any]) -> dict[str, object]:
    """``format`` of a contract with the type that the endings of its `path` tell, if they do."""
    stated = written.get("format") or {}
    if not isinstance(stated, Mapping) or "type" in stated:
        return {}
    patterns = as_list(written.get("path"))
    names = patterns if isinstance(patterns, list | tuple) else ()
    kinds = {_type_of(str(name)) for name in names}
    if not kinds:
        return {"format": {**stated, "type": "csv"}}  # `path` is wrong, and that is told already
    kind = kinds.pop() if len(kinds) == 1 else None
    return {"format": {**stated, "type": kind}} if kind else {}


def _type_of(pattern: str) -> str | None:
    """The type that a name's ending tells.

    >>> _type_of("inbox/*.json.zst"), _type_of("inbox/chat.txt")
    ('json', None)
    """
    for packed in PACKED:
        pattern = pattern.removesuffix(packed)
    return _ENDINGS.get(pattern.rpartition(".")[2])


def unused_keys(written: Written) -> Iterator[Fault]:
    """Keys of `format` that have no meaning for the type of the files."""
    values = written.values or {}
    stated = values.get("format")
    if not isinstance(stated, Mapping):
        return
    settled = {**values, **with_type(values)}["format"]
    kind = settled.get("type") if isinstance(settled, Mapping) else None
    for key in stated:
        used_by = _USED_BY.get(key)
        if used_by and kind in get_args(FileType) and kind not in used_by:
            hint = f"the files are {kind}; it is for {' and '.join(used_by)}"
            yield written.fault(("format", key), f"`format.{key}` is not used", hint)
