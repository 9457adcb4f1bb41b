"""`make fuzz`: corrupted files of every format, landed and judged in one run; the account balances.

``python -m tests.ingest.fuzzing [--files 2000] [--seed 1] [--bombs 7] [--megabytes 300]``; it
prints what became of the files and the peak of memory, and exits with 1 when there was a fault: a
traceback, an account that does not balance, bytes that are not given back, too much memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.errors import DeliveryError
from cdp.ingest import open_rows, verbatim
from cdp.ingest.readers.row import TOO_LONG
from cdp.ingest.readers.unpacking import unpacked
from cdp.pipeline import build_steps, open_run
from cdp.project import FileFormat, load_project
from cdp.store.ledger import BALANCE
from tests.ingest.corruption import CONTRACTS, corrupted

AS_OF = datetime(2026, 6, 30, 12)
MAX_BYTES = 2 * 1024**3
"""What a run over small files may take at most, whatever is in them."""


@dataclass(frozen=True)
class Outcome:
    """What became of the files: a delivery each, and every fault that was found."""

    deliveries: pl.DataFrame
    faults: tuple[str, ...]


def write_project(root: Path, count: int, seed: int, *, bombs: int, megabytes: int) -> int:
    """A project with a source per format and its corrupted files; the number of files."""
    (root / "sources").mkdir(parents=True)
    (root / "cdp.yaml").write_text(
        "project: fuzz\ndefault_region: US\ntimezone: UTC\n", encoding="utf-8"
    )
    for source, contract in CONTRACTS.items():
        text = f"source: {source}\npath: inbox/{source}/*\n{contract}"
        (root / "sources" / f"{source}.yaml").write_text(text, encoding="utf-8")
        (root / "inbox" / source).mkdir(parents=True)
    written = 0
    for source, name, content in corrupted(count, seed, bombs=bombs, megabytes=megabytes):
        (root / "inbox" / source / name).write_bytes(content)
        written += 1
    return written


def run_project(root: Path) -> Outcome:
    """Land, clean and fold all files in one run, as `cdp run` does, and look for faults."""
    project = load_project(root)
    faults = [
        fault
        for source in project.sources
        for path in sorted((root / "inbox" / source.name).iterdir())
        for fault in reading_faults(path, source.format)
    ]
    with open_run(project, run_id="r1", as_of=AS_OF, is_full=False, clock=lambda: AS_OF) as run:
        for step in build_steps(run.project):
            if step.stage in ("ingest", "quality"):
                step.call(run)
        deliveries = run.engine.query("select * from ops.deliveries order by source_file")
        run.finish("failed")  # nothing is published
    return Outcome(deliveries, (*faults, *balance_faults(root, deliveries)))


def reading_faults(path: Path, file_format: FileFormat) -> Iterator[str]:
    """What is wrong with how a file is read: what is raised, and bytes that are not given back."""
    given = []
    try:
        with open_rows(path, file_format) as reader:
            (reader.head or "").encode()  # what no table can hold is found here
            given.append(verbatim(reader.head or "", reader.read_as, None))
            for row in reader.rows:
                if (row.fields is None) == (row.fault is None):
                    yield f"{path.name}: row {row.source_row} has fields and a fault, or neither"
                f"{row.raw}{row.fields}".encode()
                if row.fault == TOO_LONG:
                    return
                given.append(verbatim(row.raw, reader.read_as, row.fault))
    except DeliveryError:
        return
    except Exception as raised:  # noqa: BLE001 - that is what is looked for
        yield f"{path.name}: {type(raised).__name__}"
        return
    with unpacked(path) as stream:
        if file_format.type in ("csv", "jsonl", "chat") and b"".join(given) != stream.read():
            yield f"{path.name}: its bytes are not given back"


def balance_faults(root: Path, deliveries: pl.DataFrame) -> Iterator[str]:
    """Files without a delivery, deliveries whose rows do not add up, sound files not accepted."""
    files = {path.relative_to(root).as_posix() for path in root.glob("inbox/*/*")}
    for file in sorted(files ^ set(deliveries["source_file"])):
        yield f"{file}: not one delivery"
    for row in deliveries.iter_rows(named=True):
        parts = sum(row[f"rows_{part}"] for part in BALANCE)
        if row["rows_read"] != parts:
            yield f"{row['source_file']}: {row['rows_read']} rows read, {parts} accounted for"
        if row["source_file"].endswith("_sound") and row["rows_accepted"] != row["rows_read"]:
            yield f"{row['source_file']}: {row['rows_accepted']} rows accepted, it is sound"


def main() -> int:
    """Write the files, run, print; the number that the shell gets is 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    for name, default in (("files", 2000), ("seed", 1), ("bombs", 7), ("megabytes", 300)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        count = write_project(
            root, options.files, options.seed, bombs=options.bombs, megabytes=options.megabytes
        )
        started = time.monotonic()
        outcome = run_project(root)
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    faults = [*outcome.faults]
    if peak > MAX_BYTES:
        faults.append(f"{peak >> 20} MiB of memory, {MAX_BYTES >> 20} are the bound")
    states = Counter(outcome.deliveries["status"].to_list())
    sums = {part: outcome.deliveries[f"rows_{part}"].sum() for part in BALANCE}
    told = " + ".join(f"{n} {part.replace('_', ' ')}" for part, n in sums.items())
    lines = [
        f"{count} files: {', '.join(f'{n} {state}' for state, n in sorted(states.items()))}",
        f"{outcome.deliveries['rows_read'].sum()} rows read = {told}",
        f"{seconds:.0f} s, {peak >> 20} MiB at most, {len(faults)} faults",
        *(f"FAULT {fault}" for fault in faults),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
