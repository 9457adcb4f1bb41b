"""The columns that comparisons and blocking read, for all records or for some."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, Engine, load
from cdp.resolve.attributes import with_attributes
from cdp.resolve.folding import FUNCTIONS
from cdp.resolve.inferred_names import NameDictionary, inferred_name
from cdp.resolve.settings import ResolveSettings
from cdp.store.touched import Records
from cdp.tables import CONTRACTS

_FEATURES = load(Path(__file__).parent / "sql" / "features.sql")
_NAMES = CONTRACTS["model.names"]
_READ = ("identity.records", "identity.identifiers", "identity.attributes")
_HOLDERS = CONTRACTS["identity.holders"]


class Features:
    """``work.features`` in a scratch engine: records are added as they are needed."""

    def __init__(
        self, engine: Engine, scratch: DuckDBEngine, *, settings: ResolveSettings, model_id: str
    ) -> None:
        """Read the names that the model knows: they complete what records leave open."""
        self._engine, self._scratch = engine, scratch
        self._settings, self._model_id = settings, model_id
        names = engine.query("select * from model.names where model_id = $id", {"id": model_id})
        scratch.store_frame(_NAMES, names, append=False, is_key_checked=False)
        for function in (*FUNCTIONS, inferred_name(known_names(names))):
            scratch.register(function)
        scratch.connection.execute("create schema if not exists work")
        self._has_some = False

    def add(self, records: Records) -> None:
        """Add records that are not there yet; null for all."""
        fresh = records
        if self._has_some and records is not None:
            known = self._scratch.query("select record_id from work.features")["record_id"]
            fresh = records.filter(~records.is_in(known.implode()))
            if not len(fresh):
                return
        self._load(fresh)
        if self._has_some:
            self._scratch.connection.execute("alter table work.features rename to known_features")
        made = self._scratch.connection.sql(_FEATURES.sql, params={"model_id": self._model_id})
        made.create("work.features")
        if self._settings.compare:
            own = with_attributes(self._settings.compare)
            self._scratch.connection.sql(own.sql).create(own.writes)
            self._scratch.connection.execute("drop table work.features")
            self._scratch.connection.execute("alter table work.own_features rename to features")
        if self._has_some:
            self._scratch.connection.execute(
                "insert into work.known_features by name from work.features"
            )
            self._scratch.connection.execute("drop table work.features")
            self._scratch.connection.execute("alter table work.known_features rename to features")
        for table in _READ:
            self._scratch.connection.execute(f"drop table {table}")
        self._has_some = True

    def _load(self, records: Records) -> None:
        for table in _READ:
            rows = self._engine.rows_of(table, "record_id", records)
            self._scratch.store_frame(CONTRACTS[table], rows, append=False, is_key_checked=False)
            if table == "identity.identifiers":
                values = None if records is None else rows["value"]
                held = self._engine.rows_of(_HOLDERS.name, "value", values)
                self._scratch.store_frame(_HOLDERS, held, append=False, is_key_checked=False)


def known_names(names: pl.DataFrame) -> NameDictionary:
    """The names that a model saw twice or more; a single one may be a slip."""
    twice = names.filter((pl.col("records") > 1) & (pl.col("name").str.len_chars() > 1))

    def counted(half: str) -> dict[str, int]:
        rows = twice.filter(pl.col("half") == half)
        return dict(zip(rows["name"], rows["records"], strict=True))

    return NameDictionary(counted("given_name"), counted("surname"))
