"""A small company for the laws: its files as text, runs over them, and the tables that come out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
from hypothesis import Phase

from cdp.pipeline import Outcome, open_run, walk
from cdp.progress import SilentObserver
from cdp.project import Project, load_project
from cdp.store.publish import statements_of
from cdp.tables.published import EVIDENCE

AS_OF = datetime(2026, 6, 30, 12)

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""For laws of whole runs: two seconds a run are too long to look for the smallest failure."""

CDP_YAML = """
project: laws
default_region: US
timezone: America/New_York
quality: {max_rejected_share: 0.4}
"""

CRM_YAML = """
source: crm
path: inbox/crm_*.csv
holds: people
trust: 7
record_key: id
observed_at: {column: seen, timezone: UTC}
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: first, surname: last, email: email, phone: phone, birth_date: born}
consent: {email: {from: news}}
attributes: {level: level}
set_aside: [{reason: agent, column: role, matches: ^agent$}]
"""

SHOP_YAML = """
source: shop
path: inbox/shop_*.jsonl
holds: events
channel: shop
touchpoint_key: id
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
event_type: {value: order}
amount: total
currency: {value: USD}
person: {email: who.email, full_name: who.name, phone: who.phone, device: cookie}
keys: {crm: who.crm}
"""

CRM_HEADER = "id,first,last,email,phone,born,news,level,role,seen"
CRM = [
    "1,Kate,Marsh,kate.marsh@example.com,(212) 555-0141,1980-03-04,yes,gold,,2026-03-01 10:00",
    "2,Katherine,Marsh,kate.marsh@example.com,212-555-0141,1980-03-04,no,silver,,2026-04-01 10:00",
    "3,Robert,Okafor,r.okafor@example.net,518-555-0118,1975-12-24,yes,,,2026-03-05 10:00",
    "4,Ana,Lindqvist,ana@example.org,518-555-0172,,,,,2026-03-06 10:00",
    "5,Paul,Lindqvist,ana@example.org,518-555-0172,,,,,2026-03-06 10:00",
    "6,Sam,Agent,sam@example.org,,,,,agent,2026-03-07 10:00",
    "7,too,few",
    "8,Ben,Stone,ben.stone@example.com,646-555-0133,1990-01-07,,bronze,,2026-03-08 10:00",
    "9,Benjamin,Stone,,646-555-0133,1990-01-07,,,,2026-03-09 10:00",
    "8,Benny,Stone,ben.stone@example.com,646-555-0133,1990-01-07,yes,,,2026-01-08 10:00",
]
SHOP = [
    json.dumps(event)
    for event in (
        {"id": "o1", "at": "2026-04-02T10:00:00Z", "total": "84.50", "cookie": "c1",
         "who": {"email": "Kate.Marsh@example.com", "name": "Kate Marsh"}},
        {"id": "o2", "at": "2026-04-03T10:00:00Z", "total": "19.99", "cookie": "c1",
         "who": {"crm": "1"}},
        {"id": "o3", "at": "2026-04-04T10:00:00Z", "total": "5", "cookie": "c2"},
        {"id": "o4", "at": "not a time", "total": "5", "cookie": "c2"},
        {"id": "o5", "at": 1777000000, "total": "240",
         "who": {"email": "r.okafor@example.net", "name": "Bob Okafor"}},
        {"id": "o6", "at": "2026-04-06T10:00:00Z", "total": "31.20",
         "who": {"email": "ben.stone@example.com", "name": "Ben Stone", "phone": "(646) 555-0133"}},
    )
] + ['{"id": "o7"']  # fmt: skip

Files = Mapping[str, str]


def crm_file(rows: list[str]) -> str:
    return "\n".join([CRM_HEADER, *rows]) + "\n"


def shop_file(rows: list[str]) -> str:
    return "\n".join(rows) + "\n"


FILES: Files = {
    "inbox/crm_20260401.csv": crm_file(CRM[:5]),
    "inbox/crm_20260501.csv": crm_file(CRM[3:]),
    "inbox/shop_20260501.jsonl": shop_file(SHOP[:5]),
    "inbox/shop_20260601.jsonl": shop_file(SHOP[3:]),
}

BAD_SHOP: Files = {
    "inbox/shop_20260615.jsonl": shop_file([line.replace('"at"', '"when"') for line in SHOP])
}
"""A file whose every event lacks its time."""


@dataclass
class Company:
    """A project folder and the runs over it."""

    root: Path
    settings: dict[str, str] = field(
        default_factory=lambda: {
            "cdp.yaml": CDP_YAML,
            "sources/crm.yaml": CRM_YAML,
            "sources/shop.yaml": SHOP_YAML,
        }
    )

    def __post_init__(self) -> None:
        self.root.mkdir(exist_ok=True)
        self.write(self.settings)
        (self.root / "inbox").mkdir(exist_ok=True)

    @property
    def project(self) -> Project:
        return load_project(self.root)

    @property
    def _store(self) -> Path:
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def snapshot(self) -> Path:
        return self.root / "warehouse" / "published" / "current" / "profiles.duckdb"

    def write(self, files: Files) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def run(self, name: str = "r1", *, as_of: datetime = AS_OF, is_full: bool = False) -> Outcome:
        """One run; runs are told apart and ordered by their names."""
        with open_run(
            self.project,
            run_id=name,
            clock=lambda: as_of,
            as_of=as_of,
            is_full=is_full,
            accept_jump=True,
        ) as run:
            outcome = walk(run, SilentObserver())
        if outcome.status == "published" and self.snapshot.exists():
            self._compare_with_store()
        return outcome

    def _compare_with_store(self) -> None:
        """A snapshot, made from the one before, shows in both its forms what the store holds."""
        references = [s.name for s in self.project.sources if s.holds == "reference"]
        with duckdb.connect(str(self._store), read_only=True) as connection:
            connection.execute(f"attach '{self.snapshot}' as snapshot (read_only)")
            for table, statement in statements_of(references).items():
                shown = [f'snapshot.main."{table}"']
                named = connection.sql(f"from {shown[0]}").columns
                columns = ", ".join(f'"{name}"' for name in named)
                if table not in EVIDENCE:
                    shown.append(f"'{self.snapshot.with_name(table)}.parquet'")
                made = f"(select {columns} from ({statement.sql}))"
                for one in shown:
                    there = f"(select {columns} from {one})"
                    differing = connection.sql(
                        f"({made} except all {there}) union all ({there} except all {made})"
                    ).fetchall()
                    assert not differing, f"{table}: {differing}"

    def deliver(self, files: Files, name: str = "r1", *, as_of: datetime = AS_OF) -> Outcome:
        """Put files into the inbox and run."""
        self.write(files)
        return self.run(name, as_of=as_of)

    def query(self, sql: str) -> pl.DataFrame:
        """A query on the published snapshot."""
        with duckdb.connect(str(self.snapshot), read_only=True) as connection:
            found: pl.DataFrame = connection.sql(sql).pl()
            return found

    def warehouse(self, sql: str) -> pl.DataFrame:
        """A query on the working store, between runs."""
        with duckdb.connect(str(self._store), read_only=True) as connection:
            found: pl.DataFrame = connection.sql(sql).pl()
            return found


STATE = {
    "customers": "select * from customers order by customer_id",
    "timeline": "select * from timeline order by touchpoint_id",
    "computed_traits": "select * from computed_traits order by customer_id",
    "attribute_sources": "select * from attribute_sources order by customer_id, attribute",
    "links": "select * from links order by record_l, record_r",
    "members": """
        select record_id, customer_id from members where valid_to is null order by record_id
    """,
}
"""What a run makes, table by table, in an order of its own."""


def state_of(company: Company) -> dict[str, pl.DataFrame]:
    """Every state table of the published snapshot."""
    return {name: company.query(sql) for name, sql in STATE.items()}


def clusters_of(company: Company) -> set[frozenset[int]]:
    """The customers as sets of records: what they are, whatever they are called."""
    members = company.query(STATE["members"])
    grouped = members.group_by("customer_id").agg(pl.col("record_id"))
    return {frozenset(records) for records in grouped["record_id"].to_list()}
