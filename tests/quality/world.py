"""A project of one or two sources in memory: files as text, cleaned by the public functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp import ingest, quality
from cdp.engine import DuckDBEngine
from cdp.project import Source, load_project

AS_OF = datetime(2026, 6, 30, 12)

CDP_YAML = """
project: quality
default_region: US
timezone: UTC
quality: {max_rejected_share: 0.5}
"""

PEOPLE_YAML = """
source: list
path: inbox/list_*.csv
holds: people
record_key: id
delivered_at: {from_name: "%Y%m%d"}
person: {email: mail, given_name: first}
attributes: {stars: stars}
"""

EVENTS_YAML = """
source: shop
path: inbox/shop_*.csv
holds: events
channel: shop
touchpoint_key: id
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
amount: total
score: score
person: {email: mail}
"""


def people(*rows: str) -> str:
    return "\n".join(["id,mail,first,stars", *rows]) + "\n"


def events(*rows: str) -> str:
    return "\n".join(["id,at,total,score,mail", *rows]) + "\n"


@dataclass
class World:
    """A project folder and an engine in memory that cleans what lies in its inbox."""

    root: Path
    sources: tuple[str, ...] = (PEOPLE_YAML,)
    cdp: str = CDP_YAML
    engine: DuckDBEngine = field(default_factory=lambda: DuckDBEngine(threads=1))

    def __post_init__(self) -> None:
        self._write({"cdp.yaml": self.cdp})
        self._write({f"sources/{i}.yaml": text for i, text in enumerate(self.sources)})
        self.project = load_project(self.root)

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    @property
    def source(self) -> Source:
        return self.project.sources[0]

    def clean(self, files: Mapping[str, str], *, as_of: datetime = AS_OF) -> list[quality.Cleaning]:
        """Land new files of every source and clean what came."""
        self._write({f"inbox/{name}": text for name, text in files.items()})
        done = []
        for source in self.project.sources:
            landing = ingest.land_source(self.engine, self.project, source, as_of=as_of, run_id="r")
            ids = landing.delivery_ids
            ingest.map_rows(self.engine, source, delivery_ids=ids)
            done.append(
                quality.clean_source(
                    self.engine, self.project, source, delivery_ids=ids, as_of=as_of, run_id="r"
                )
            )
        return done

    def fold(self, files: Mapping[str, str]) -> None:
        """Clean, then fold all that was ever cleaned."""
        self.clean(files)
        quality.fold_rows(self.engine, self.project)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.engine.query(sql).rows()

    def table(self, sql: str) -> pl.DataFrame:
        return self.engine.query(sql)

    def verdicts(self) -> dict[int, tuple[str, str | None]]:
        """Line of the file -> verdict and reason; for one delivery at a time."""
        found = self.rows("select source_row, verdict, reason from clean.rows order by all")
        return {row: (verdict, reason) for row, verdict, reason in found}  # type: ignore[misc]  # rows of any

    def checks(self, rule: str) -> list[tuple[object, ...]]:
        """Of one rule: delivery's file order, severity, passed, checked, failed."""
        return self.engine.connection.execute(
            "select severity, passed, rows_checked, rows_failed from ops.checks "
            "where rule = $rule order by delivery_id",
            {"rule": rule},
        ).fetchall()


def with_rules(source: str, *rules: str) -> str:
    """The source with user-written expectations."""
    return source + "expect:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
