"""A company whose every source delivers a row that is rejected, in another format each."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.errors import CdpError

CDP_YAML = """
project: mended
timezone: UTC
default_region: US
quality: {max_rejected_share: 0.8}
keep_snapshots: 20
"""

_EVENTS = """
source: {name}
path: inbox/{name}/*
holds: events
channel: web
touchpoint_key: id
occurred_at: at
delivered_at: {{from_name: "%Y%m%d"}}
format: {format}
person: {{email: mail, full_name: name}}
"""

_MESSAGES = """
source: {name}
path: inbox/{name}/*
holds: events
channel: chat
touchpoint_key: [sent_at, author, place]
occurred_at: sent_at_iso
delivered_at: {{from_name: "%Y%m%d"}}
format: {format}
person: {{full_name: author}}
"""

CSV = (
    "id,at,mail,name\r\n1,2024-03-01,ann@example.org,Ann Lee\r\n"
    '2,never,zoë@example.org,"Zoë\r\nQuist"\r\n\r\n3,too few\r\n'
    "4,2024-03-02,bob@example.org,Bob Ray"
)
"""Two bad rows: a time that cannot be read, mended by a text of a day; and one without columns."""

HEAD = "id,at,mail,name\r\n"
BAD_ROW = '2,never,zoë@example.org,"Zoë\r\nQuist"\r\n\r\n'
FEW = "3,too few\r\n"


@dataclass(frozen=True)
class Shape:
    """A file format: the contract's words, the file's name, its bytes, and what is exported."""

    words: str
    name: str
    file: bytes
    rejected: bytes
    mend: Callable[[bytes], bytes]


def _mend_text(encoding: str) -> Callable[[bytes], bytes]:
    def mend(file: bytes) -> bytes:
        text = file.decode(encoding)
        return (
            text.replace("never", "2024-03-03")
            .replace("3,too few", "3,2024-03-04,,Cy")
            .encode(encoding)
        )

    return mend


def _mend_json(file: bytes) -> bytes:
    return file.replace(b"never", b"2024-03-03").replace(
        b'"id": "3", "at"', b'"id": "3", "at": "2024-03-04"'
    )


_EVENT_ROWS = (
    '{"id": "1", "at": "2024-03-01", "mail": "ann@example.org", "name": "Ann Lee"}',
    '{"id": "2", "at": "never",  "mail": "zo\u00eb@example.org", "name": "Zo\u00eb Quist"}',
    '{"id": "4", "at": "2024-03-02", "mail": "bob@example.org", "name": "Bob Ray"}',
)
_CUT = '{"id": "3", "at"}'
_LINES = [*_EVENT_ROWS[:2], _CUT, _EVENT_ROWS[2]]

_CHAT_ROW = "2/30/24, 10:00 - Zo\u00eb: a day that is none,\r\nover two lines\r\n"
_CHAT = (
    f"2/29/24, 10:00 - Ann: hi\r\n{_CHAT_ROW}2/29/24, 10:00 - Zo\u00eb: the day that is meant\r\n"
)


def _parquet() -> bytes:
    packed = io.BytesIO()
    pl.DataFrame([json.loads(row) for row in _EVENT_ROWS]).write_parquet(packed)
    return packed.getvalue()


SHAPES: Mapping[str, Shape] = {
    "utf8": Shape(
        "{type: csv, skip_lines: 1}", "e_20240401.csv", b"Report of April\n" + CSV.encode(),
        b"Report of April\n" + (HEAD + BAD_ROW + FEW).encode(), _mend_text("utf-8"),
    ),
    "latin": Shape(
        "{type: csv, encoding: latin-1}", "e_20240401.csv", CSV.encode("latin-1"),
        (HEAD + BAD_ROW + FEW).encode("latin-1"), _mend_text("latin-1"),
    ),
    "wide": Shape(
        "{type: csv, encoding: utf-16}", "e_20240401.csv",
        b"\xff\xfe" + CSV.encode("utf-16-le"),
        b"\xff\xfe" + (HEAD + BAD_ROW + FEW).encode("utf-16-le"), _mend_text("utf-16"),
    ),
    "packed": Shape(
        "{type: csv}", "e_20240401.csv.gz", gzip.compress(CSV.encode(), mtime=0),
        (HEAD + BAD_ROW + FEW).encode(), _mend_text("utf-8"),
    ),
    "lines": Shape(
        "{type: jsonl}", "e_20240401.jsonl", ("\n".join(_LINES)).encode(),
        f"{_EVENT_ROWS[1]}\n{_CUT}\n".encode(), _mend_json,
    ),
    "array": Shape(
        "{type: json}", "e_20240401.json",
        f"[{_EVENT_ROWS[0]},\n {_EVENT_ROWS[1]}, {_EVENT_ROWS[2]}]".encode(),
        f"[\n{_EVENT_ROWS[1]}\n]\n".encode(), _mend_json,
    ),
    "rows": Shape(
        "{type: parquet}", "e_20240401.parquet", _parquet(),
        _EVENT_ROWS[1].replace("  ", " ").encode(), _mend_json,
    ),
    "chat": Shape(
        "{type: chat}", "e_20240401.txt", _CHAT.encode(),
        _CHAT_ROW.encode(),
        lambda file: file.replace(b"2/30/24", b"2/29/24"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Company:
    """The project folder, and the commands typed in it."""

    root: Path

    def make(self) -> None:
        """Every shape, a source each."""
        self.put("cdp.yaml", CDP_YAML.encode())
        for name, shape in SHAPES.items():
            contract = (_MESSAGES if name == "chat" else _EVENTS).format(
                name=name, format=shape.words
            )
            self.put(f"sources/{name}.yaml", contract.encode())
            self.put(f"inbox/{name}/{shape.name}", shape.file)

    def put(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def typed(self, *words: str) -> dict[str, Any]:
        """What a command says as JSON."""
        done = CliRunner().invoke(
            cli.app, [*words, "--project", str(self.root), "--json"], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.output)
        return found

    def refused(self, error: type[CdpError], *words: str) -> str:
        """What a command says that is refused."""
        with pytest.raises(error) as told:
            self.typed(*words)
        return str(told.value)

    def export(self, *words: str) -> dict[str, Path]:
        """Source -> the file that its rejected rows were written to."""
        files = self.typed("quarantine", "export", *words)["files"]
        return {one["source"]: Path(one["path"]) for one in files}

    def seen(self, *words: str) -> str:
        """What a command shows."""
        done = CliRunner().invoke(
            cli.app, [*words, "--project", str(self.root)], catch_exceptions=False,
            env={"COLUMNS": "200"},
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return done.output

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published snapshot."""
        database = self.root / "warehouse" / "published" / "current" / "profiles.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def states(self, source: str) -> dict[int, set[str]]:
        """Line of a rejected row -> the states of its entries, of all deliveries of a source."""
        found: dict[int, set[str]] = {}
        for line, state in self.query(
            f"select source_row, replay_state from quarantine where source = '{source}'"
        ):
            found.setdefault(line, set()).add(state)
        return found

    def assert_balanced(self) -> None:
        assert not self.query(
            "select delivery_id from deliveries where rows_read <> rows_accepted + rows_quarantined"
            " + rows_duplicate + rows_set_aside + rows_held"
        )
        assert self.typed("quarantine", "list")["is_balanced"]
