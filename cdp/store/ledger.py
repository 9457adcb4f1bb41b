"""The ledger: which files were delivered, which runs there were, what became of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.errors import DeliveryError
from cdp.tables import CONTRACTS

DELIVERIES = CONTRACTS["ops.deliveries"]
RUNS = CONTRACTS["ops.runs"]
_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Arrival:
    """A file seen in an inbox: where, what, and when its source delivered it."""

    source: str
    source_file: str
    path: Path
    sha256: str
    size_bytes: int
    delivered_at: datetime
    format: str
    """How its contract reads it, as JSON."""
    fault: DeliveryError | None = None
    """Why it cannot even be opened."""
    modified_at: datetime | None = None
    """When the file was last written; null where that is not known."""
    mends: str | None = None
    """The delivery whose rejected rows it mends."""


@dataclass(frozen=True)
class Shown:
    """What a file that was read shows of itself.

    Its columns (a JSON list), the text before its first row, and its format (a JSON object); each
    null where there is none.
    """

    header: str | None = None
    head: str | None = None
    read_as: str | None = None


_NOTHING = Shown()


def fingerprint_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class Ledger:
    """Reads and writes ``ops.deliveries`` and ``ops.runs`` through an engine."""

    def __init__(self, engine: Engine) -> None:
        """Open the ledger of an engine, made empty where there is none yet."""
        self._engine = engine
        for contract in (
            DELIVERIES, RUNS, CONTRACTS["ops.checks"], CONTRACTS["ops.batch_columns"],
        ):  # fmt: skip
            engine.ensure(contract)

    def deliveries(self, source: str | None = None) -> pl.DataFrame:
        """Deliveries of a source (or all), oldest first: delivered_at, then delivery_id."""
        return self._engine.query(
            "select * from ops.deliveries where $source is null or source = $source "
            "order by delivered_at, delivery_id",
            {"source": source},
        )

    def enter(
        self,
        arrival: Arrival,
        *,
        delivery_id: str,
        status: str,
        reason: str | None,
        rows_read: int,
        as_of: datetime,
        run_id: str,
        shown: Shown = _NOTHING,
    ) -> None:
        """Enter a delivery, in place of a former entry; its rows are not judged yet."""
        entry = {
            "delivery_id": delivery_id,
            "source": arrival.source,
            "source_file": arrival.source_file,
            "sha256": arrival.sha256,
            "size_bytes": arrival.size_bytes,
            "modified_at": arrival.modified_at,
            "delivered_at": arrival.delivered_at,
            "landed_at": as_of,
            "run_id": run_id,
            "status": status,
            "format": arrival.format,
            "header": shown.header,
            "head": shown.head,
            "read_as": shown.read_as,
            "mends": arrival.mends,
            "contract": None,
            "reason": reason,
            "rows_read": rows_read,
            **{f"rows_{part}": 0 for part in BALANCE},
        }
        schema = pl.Schema(DELIVERIES.schema)
        self._engine.delete("ops.deliveries", "delivery_id", [delivery_id])
        self._engine.store_frame(DELIVERIES, pl.DataFrame([entry], schema=schema), append=True)

    def note_modified(self, modified: Mapping[str, datetime]) -> None:
        """Note when the files of some deliveries were last written; their content is the same."""
        if not modified:
            return
        times = pl.DataFrame(
            {"delivery_id": list(modified), "modified_at": list(modified.values())},
            schema={"delivery_id": pl.String, "modified_at": pl.Datetime("us")},
        )
        entries = self._engine.rows_of("ops.deliveries", "delivery_id", times["delivery_id"])
        noted = entries.drop("modified_at").join(times, on="delivery_id")
        self._engine.renew_frame(
            DELIVERIES,
            noted.select(DELIVERIES.column_names),
            keys=times["delivery_id"],
            columns=["delivery_id"],
        )

    def waiting(self, source: str, contract: str) -> list[str]:
        """Landed deliveries of a source that no run cleaned under this contract yet.

        Revoked ones are among them: their rows, too, must have a disposition.
        """
        found = self._engine.query(
            "select delivery_id from ops.deliveries where source = $source "
            "and status in ('landed', 'accepted', 'held', 'revoked') "
            "and contract is distinct from $contract order by delivered_at, delivery_id",
            {"source": source, "contract": contract},
        )
        return found["delivery_id"].to_list()

    def judge(self, delivery_ids: Sequence[str], *, held: Mapping[str, str], contract: str) -> None:
        """Enter the verdict of cleaning: held with its reason, or accepted; revoked stays so."""
        self._engine.replace(
            load(_SQL / "judged_deliveries.sql"),
            values={
                "judged": ",".join(delivery_ids),
                "held": json.dumps(held),
                "contract": contract,
            },
        )

    def revoked(self, delivery_ids: Sequence[str]) -> list[str]:
        """Those of the deliveries that are taken back, sorted."""
        found = self._engine.query(
            "select delivery_id from ops.deliveries where status = 'revoked' "
            "and list_contains(string_split($asked, ','), delivery_id) order by delivery_id",
            {"asked": ",".join(delivery_ids)},
        )
        return found["delivery_id"].to_list()

    def inputs(self, settings: str) -> str:
        """Fingerprint of all that a result hangs on: settings and deliveries that count."""
        readable = self._engine.query(
            "select delivery_id from ops.deliveries "
            "where status in ('landed', 'accepted', 'held') order by delivery_id"
        )
        text = "|".join([settings, *readable["delivery_id"]])
        return hashlib.sha256(text.encode()).hexdigest()

    def account(self) -> pl.DataFrame:
        """One row per source: files, rows read and their dispositions, summed; sorted by source."""
        parts = ", ".join(f"sum(rows_{part})::bigint as {part}" for part in BALANCE)
        return self._engine.query(
            f"select source, count(*) as deliveries, sum(rows_read)::bigint as read, {parts} "
            "from ops.deliveries group by source order by source"
        )

    def start_run(
        self, run_id: str, *, started_at: datetime, as_of: datetime, settings: str
    ) -> None:
        """Enter a run as running; a run of the same id goes on.

        It holds the store, so any other that is still entered as running was killed.
        """
        self._engine.replace(load(_SQL / "killed_runs.sql"), values={"run_id": run_id})
        self._engine.delete("ops.runs", "run_id", [run_id])
        entry = dict.fromkeys(RUNS.column_names) | {
            "run_id": run_id,
            "started_at": started_at,
            "as_of": as_of,
            "status": "running",
            "settings": settings,
        }
        schema = pl.Schema(RUNS.schema)
        self._engine.store_frame(RUNS, pl.DataFrame([entry], schema=schema), append=True)

    def finish_run(
        self,
        run_id: str,
        *,
        status: str,
        finished_at: datetime,
        figures: Mapping[str, int | float | str | None],
    ) -> None:
        """Enter the end of a run and what it published (null where it published nothing)."""
        values = {name: figures.get(name) for name in _FIGURES}
        self._engine.replace(
            load(_SQL / "finished_run.sql"),
            values={"run_id": run_id, "status": status, "finished_at": finished_at, **values},
        )

    def last_run(self, statuses: Sequence[str]) -> dict[str, object] | None:
        """The latest run in one of the states; null when there is none."""
        found = self._engine.query(
            "select * from ops.runs where list_contains(string_split($statuses, ','), status) "
            "order by run_id desc limit 1",
            {"statuses": ",".join(statuses)},
        )
        return found.row(0, named=True) if found.height else None


_FIGURES = (
    "customers", "identified", "largest_customer", "records", "merges", "moved_records", "jitter",
    "model_drift", "inputs",
)  # fmt: skip

BALANCE = ("accepted", "quarantined", "duplicate", "set_aside", "held")
"""The parts that the rows of a delivery fall into; their counts add up to the rows read."""
