"""How well the pipeline finds people whose truth is known: `python -m benchmarks.quality DIR`.

Each set below DIR is a folder with records.parquet (`record_id` and the set's own columns) and
truth.parquet (`record_id, entity_id`). A set becomes a project by its column mapping in sets/ and
nothing else; it runs through the whole pipeline, as a user's exports would.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import yaml
from rich.console import Console

from cdp.explain import Evaluation, evaluate
from cdp.explain.render.cells import grid
from cdp.pipeline import open_run, walk
from cdp.progress import SilentObserver
from cdp.project import load_project

SETS = Path(__file__).parent / "sets"
AS_OF = datetime(2026, 6, 30)
out = Console()


@dataclass(frozen=True)
class Measured:
    """One set: how good, in how many seconds of work."""

    name: str
    found: Evaluation
    seconds: float

    def row(self) -> tuple[object, ...]:
        """The set's line of the table."""
        f = self.found
        return (
            self.name, f.records, f"{f.pairwise_precision:.4f}", f"{f.pairwise_recall:.4f}",
            f"{f.pairwise_f1:.4f}", f"{f.b_cubed_f1:.4f}", f"{self.seconds:.1f}",
        )  # fmt: skip


def main() -> None:
    """Measure the sets asked for, all of them by default; print a table, write JSON if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of labelled sets")
    parser.add_argument("--set", action="append", dest="names", help="only this set; repeatable")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    known = sorted(path.stem for path in SETS.glob("*.yaml"))
    names = chosen.names or [name for name in known if (chosen.folder / name).is_dir()]
    measured = [measure(chosen.folder / name, name) for name in names]
    columns = ("set", "records", "precision", "recall", "F1", "B-cubed F1", "seconds")
    out.print(grid("One shipped default", columns, [m.row() for m in measured], right=6))
    if chosen.json:
        figures = {m.name: m.found.as_dict() | {"seconds": round(m.seconds, 1)} for m in measured}
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure(labelled: Path, name: str) -> Measured:
    """Run a set through the pipeline and compare its customers with the truth."""
    mapping = yaml.safe_load((SETS / f"{name}.yaml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_project(root, mapping, pl.read_parquet(labelled / "records.parquet"))
        started = time.perf_counter()
        with open_run(load_project(root), run_id="r1", as_of=AS_OF, clock=lambda: AS_OF) as run:
            walk(run, SilentObserver())
        seconds = time.perf_counter() - started
        predicted = customers_of(root)
    truth = pl.read_parquet(labelled / "truth.parquet").select(
        record="record_id", entity="entity_id"
    )
    # A row that the pipeline set aside or rejected stands alone: nobody is lost from the figures.
    alone = truth.join(predicted, on="record", how="anti").select("record", cluster="record")
    both = pl.concat([predicted.join(truth, on="record").select("record", "cluster"), alone])
    return Measured(name, evaluate(predicted=both, truth=truth), seconds)


def write_project(root: Path, mapping: Mapping[str, object], records: pl.DataFrame) -> None:
    """A project folder whose sources are the set's, each a CSV with the set's own columns."""
    settings = {"project": "bench", "default_region": mapping["region"], "timezone": "UTC"}
    (root / "cdp.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for folder in ("sources", "inbox"):
        (root / folder).mkdir()
    column = mapping.get("source")
    parts = records.partition_by(str(column), as_dict=True) if column else {("people",): records}
    for (label,), part in parts.items():
        source = f"s_{str(label).lower()}"
        contract = {
            "source": source,
            "path": f"inbox/{source}.csv",
            "holds": "people",
            "record_key": "record_id",
            "person": mapping["person"],
            "max_rejected_share": 1.0,
        } | {key: mapping[key] for key in ("keys",) if key in mapping}
        (root / "sources" / f"{source}.yaml").write_text(
            yaml.safe_dump(contract, sort_keys=False), encoding="utf-8"
        )
        part.write_csv(root / "inbox" / f"{source}.csv")


def customers_of(root: Path) -> pl.DataFrame:
    """record, cluster: what the published snapshot says of each record."""
    snapshot = root / "warehouse" / "published" / "current" / "profiles.duckdb"
    with closing(duckdb.connect(str(snapshot), read_only=True)) as connection:
        found: pl.DataFrame = connection.sql(
            """
            select source_record_id as record, customer_id as cluster
            from source_records where customer_id is not null order by record
            """
        ).pl()
        return found


if __name__ == "__main__":
    main()
