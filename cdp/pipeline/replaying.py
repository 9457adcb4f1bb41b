"""Judge rejected rows again: a run that begins with files of rows that were mended by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from cdp import ingest
from cdp.errors import ConfigError, NotFoundError
from cdp.ingest import Manifest, Mended
from cdp.pipeline.run import Run
from cdp.pipeline.walk import Observer, Outcome, entered_as_failed, walk
from cdp.project import Project, cleaning_fingerprint


def replay_files(
    run: Run, observer: Observer, files: Mapping[Path, Manifest]
) -> tuple[Outcome, list[Mended]]:
    """Land mended files, all or none, and do every step of a run.

    Raises:
        CdpError: A file cannot be taken; nothing has changed.
        Exception: A step failed; the ledger says so, and the published snapshot stands.
    """
    with entered_as_failed(run), run.engine.transaction():
        mended = [
            ingest.land_mended(
                run.engine, run.project, path, manifest, as_of=run.as_of, run_id=run.run_id
            )
            for path, manifest in files.items()
        ]
    return walk(run, observer), mended


def replayable(project: Project, deliveries: pl.DataFrame, asked: Collection[str]) -> list[str]:
    """Those deliveries among some whose rows were rejected under another contract than today's.

    Args:
        project: As its settings stand now.
        deliveries: As the snapshot has them: delivery_id, source, contract, rows_open.
        asked: Their ids.

    Raises:
        NotFoundError: None of them has open rows.
        ConfigError: All were judged by today's contract, so no row can move.
    """
    is_asked = pl.col("delivery_id").is_in(list(asked))
    open_ones = deliveries.filter(is_asked, pl.col("rows_open") > 0)
    if not open_ones.height:
        raise NotFoundError(
            what="no rejected row is open there, so there is nothing to replay",
            where="cdp quarantine list",
            next_step="`cdp quarantine list` tells what became of those that were rejected",
        )
    today = {s.name: cleaning_fingerprint(project, s) for s in project.sources}
    changed = [
        str(row["delivery_id"])
        for row in open_ones.iter_rows(named=True)
        if today.get(row["source"], row["contract"]) != row["contract"]
    ]
    if not changed:
        names = sorted(set(open_ones["source"]))
        raise ConfigError(
            what="nothing can move: these rows were rejected under the contract that stands today",
            where=", ".join(f"source {name}" for name in names),
            how_many=int(open_ones["rows_open"].sum()),
            next_step="mend the contract and replay; or `cdp quarantine export`, mend the rows in"
            " the file, and `cdp quarantine replay FILE`",
        )
    return changed
