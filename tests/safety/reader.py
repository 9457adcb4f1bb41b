"""A reader who looks at the published snapshot all the time and believes nothing.

``python -m tests.safety.reader`` polls the project whose folder comes on its standard input, one a
line; with each line (and at the end) it tells of the folder before: a JSON object with the polls
made, the runs seen in their order, and the faults found.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from cdp.tables.published import EVIDENCE

PAUSE_SECONDS = 0.2

_LAWS = {
    "touchpoints of customers who are not there": """
        select count(*) from timeline anti join customers using (customer_id)
    """,
    "members of customers who are not there": """
        select count(*) from members anti join customers using (customer_id)
        where valid_to is null
    """,
    "records that are counted otherwise than listed": """
        select (select coalesce(sum(record_count), 0) from customers)
            - (select count(*) from members where valid_to is null)
    """,
    "deliveries that do not balance": """
        select count(*) from deliveries where rows_read <> rows_accepted + rows_quarantined
            + rows_duplicate + rows_set_aside + rows_held
    """,
    "rows listed otherwise than read": """
        select (select count(*) from source_records) - (select sum(rows_read) from deliveries)
    """,
}
_LATEST = "select run_id, customers, records from runs where status = 'published' order by 1 desc"


def faults_of(published: Path) -> Iterator[str]:
    """What is wrong with the current snapshot, as one who reads it now sees it."""
    current = published / "current"
    before = current.resolve()
    with duckdb.connect(str(current / "profiles.duckdb"), read_only=True) as snapshot:
        run_id, customers, records = snapshot.sql(_LATEST).fetchall()[0]
        if run_id not in (before.name, current.resolve().name):
            yield f"the database of {run_id} lies in the folder of {before.name}"
        for what, law in _LAWS.items():
            if broken := snapshot.sql(law).fetchall()[0][0]:
                yield f"{run_id}: {broken} {what}"
        counted = snapshot.sql(
            "select (select count(*) from customers), (select sum(record_count) from customers)"
        ).fetchall()[0]
        if counted != (customers, records):
            yield f"{run_id}: {counted} customers and records where its run tells of others"
        if run_id == before.name:
            yield from _files(before, snapshot)


def _files(folder: Path, snapshot: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The manifest, the tables and the Parquet files of one folder, beside each other."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["run_id"] != folder.name:
        yield f"the manifest of {manifest['run_id']} lies in the folder of {folder.name}"
    for table, rows in manifest["rows"].items():
        stored = snapshot.sql(f'select count(*) from "{table}"').fetchall()[0][0]
        told = {rows, stored}
        if table not in EVIDENCE:
            path = str(folder / f"{table}.parquet")
            told |= set(snapshot.sql(f"select count(*) from read_parquet('{path}')").fetchall()[0])
        if len(told) > 1:
            yield f"{folder.name}: {table} has, as told by its forms, {sorted(told)} rows"


def _watch() -> None:
    root: Path | None = None
    polls, seen, faults = 0, list[str](), list[str]()
    while True:
        if select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            line = sys.stdin.readline()
            sys.stdout.write(json.dumps({"polls": polls, "seen": seen, "faults": faults}) + "\n")
            sys.stdout.flush()
            if not line:
                return
            root, polls, seen, faults = Path(line.strip()), 0, [], []
        if root is None:
            continue
        published = root / "warehouse" / "published"
        if not seen and not (published / "current").is_symlink():
            time.sleep(PAUSE_SECONDS)
            continue
        polls += 1
        try:
            run = (published / "current").resolve().name
            if not seen or run != seen[-1]:
                seen.append(run)
            faults += faults_of(published)
        except Exception as fault:  # noqa: BLE001 - whatever a reader meets is a finding
            faults.append(f"{type(fault).__name__}: {fault}")


if __name__ == "__main__":
    _watch()
