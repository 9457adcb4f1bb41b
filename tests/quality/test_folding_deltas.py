"""Folding what a delivery touches gives what folding everything gives, after any deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.project import Project, Source, load_project
from cdp.quality import fold_rows, spoken_of
from cdp.tables import CONTRACTS

START = datetime(2026, 1, 1)
TABLES = ("clean.records", "clean.touchpoints", "clean.corrections", "clean.dispositions",
          "ops.deliveries", "reference.firms")  # fmt: skip
PROJECT = {
    "cdp.yaml": "project: deltas\ndefault_region: US\ntimezone: UTC\n",
    "sources/people.yaml": "source: people\npath: p*.csv\nholds: people\nrecord_key: id\n"
    "person: {email: mail}\n",
    "sources/list.yaml": "source: list\npath: l*.csv\nholds: people\nrecord_key: id\n"
    "person: {email: mail}\nsync_mode: full_refresh\n",
    "sources/shop.yaml": "source: shop\npath: s*.csv\nholds: events\nchannel: shop\n"
    "touchpoint_key: id\noccurred_at: at\nperson: {email: mail}\n",
    "sources/firms.yaml": "source: firms\npath: f*.csv\nholds: reference\nrecord_key: id\n",
}
VERDICTS = ("accepted", "accepted", "accepted", "quarantined", "held", "set_aside")

rows_of_a_file = st.lists(
    st.tuples(
        st.integers(0, 3),  # whom it is about
        st.integers(0, 1),  # what it says
        st.sampled_from(VERDICTS),
        st.integers(0, 3),  # touchpoint; 3 has no key
        st.integers(0, 4),  # day on which it was seen so
    ),
    max_size=4,
)
deliveries = st.lists(
    st.tuples(
        st.sampled_from(["people", "list", "shop", "firms"]),
        st.integers(0, 3),  # file: a former one is cleaned again, to other verdicts
        rows_of_a_file,
    ),
    min_size=2,
    max_size=7,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root: Path = tmp_path_factory.mktemp("deltas")
    (root / "sources").mkdir()
    for name, text in PROJECT.items():
        (root / name).write_text(text, encoding="utf-8")
    return load_project(root)


Drawn = tuple[str, int, list[tuple[int, int, str, int, int]]]
WRONG, RIGHT = (0, 0, "accepted", 0, 0), (3, 0, "accepted", 0, 0)
OTHER, HELD = (0, 1, "accepted", 1, 0), (3, 0, "held", 0, 0)


def shop(day: int, *rows: tuple[int, int, str, int, int]) -> Drawn:
    """A file of orders: WRONG and RIGHT are words of one, OTHER is another order of the WRONG."""
    return "shop", day, [*rows]


def clean(engine: DuckDBEngine, source: Source, number: int, rows: Sequence[tuple]) -> pl.Series:  # type: ignore[type-arg]  # as drawn
    """Put judged rows of a delivery in place; what they and those before them speak of."""
    delivery = f"d_{source.name}_{number}"
    before = spoken_of(engine, source, delivery_ids=[delivery])
    for table in ("clean.rows", "ops.deliveries"):
        engine.ensure(CONTRACTS[table])
        engine.delete(table, "delivery_id", [delivery])
    entry = {"delivery_id": delivery, "source": source.name, "source_file": f"{number}.csv",
             "delivered_at": START + timedelta(days=number)}  # fmt: skip
    judged = [
        entry | {"source_row": line} | judged_row(source, *row)
        for line, row in enumerate(rows, start=2)
    ]
    store(engine, "clean.rows", judged)
    is_held = any(row["verdict"] == "held" for row in judged)
    counted = {f"rows_{part}": 0 for part in
               ("accepted", "quarantined", "duplicate", "set_aside", "held")}  # fmt: skip
    store(engine, "ops.deliveries", [
        entry | counted | {"sha256": "", "size_bytes": 0, "landed_at": START, "run_id": "r",
        "status": "held" if is_held else "accepted", "format": "", "rows_read": len(rows)}
    ])  # fmt: skip
    after = spoken_of(engine, source, delivery_ids=[delivery])
    return pl.concat([before, after]).unique()


def judged_row(
    source: Source, who: int, says: int, verdict: str, touch: int, day: int
) -> dict[str, object]:
    is_event, is_person = source.holds == "events", source.holds != "reference"
    # Some events state nobody, some refer to a person of the list, some bring theirs along.
    states = is_person and not (is_event and who == 2)
    owner = "list" if is_event and who == 1 else source.name
    has_key = source.holds != "reference" or who != 2
    is_touch = is_event and touch < 3
    return {
        "verdict": verdict if (is_touch if is_event else has_key) else "quarantined",
        "attributes": f'{{"says": {says}}}',
        "source_record_id": str(who) if states or (not is_person and has_key) else None,
        "record_id": 100 * len(owner) + who if states else None,
        "is_inline": is_event,
        "source_touchpoint_id": str(touch) if is_touch else None,
        "touchpoint_id": 9000 + touch if is_touch else None,
        "observed_at": START + timedelta(days=day),
        "occurred_at": START,
        "channel": "shop",
        "emails": [f"{says}@example.com"], "phones": [], "devices": [], "handles": [], "keys": [],
        "email_consent": [None, False][says],
        "person_hash": f"{says}" if states and owner == source.name else None,
        "content_hash": f"{who} {says}",
    }  # fmt: skip


def store(engine: DuckDBEngine, table: str, rows: Sequence[dict[str, object]]) -> None:
    contract = CONTRACTS[table]
    whole = [dict.fromkeys(contract.column_names) | row for row in rows]
    frame = pl.DataFrame(whole, schema=pl.Schema(contract.schema))
    engine.store_frame(contract, frame, append=True)


def tables_of(engine: DuckDBEngine) -> dict[str, pl.DataFrame]:
    return {table: engine.query(f"select * from {table} order by all") for table in TABLES}


def differing(one: pl.DataFrame, other: pl.DataFrame) -> set[object]:
    """Records of rows that only one of two tables has."""
    texts = [
        table.select("record_id", row=pl.struct(pl.all()).map_elements(repr, pl.String))
        for table in (one, other)
    ]
    return {
        record
        for mine, others in (texts, texts[::-1])
        for record in mine.filter(~pl.col("row").is_in(others["row"].implode()))["record_id"]
        if record is not None
    }


@settings(max_examples=4, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(drawn=deliveries)
@example([shop(1, WRONG), shop(2, RIGHT)])
@example([shop(2, RIGHT), shop(1, WRONG), shop(3, WRONG)])
@example([shop(1, WRONG, OTHER), shop(2, RIGHT), shop(1, WRONG)])
@example([shop(1, WRONG), shop(2, RIGHT), shop(2, HELD)])
def test_folding_what_is_touched_equals_folding_all(project: Project, drawn: list[tuple]) -> None:  # type: ignore[type-arg]  # as drawn
    sources = {source.name: source for source in project.sources}
    with closing(DuckDBEngine(threads=1)) as engine:
        engine.ensure(CONTRACTS["ops.deliveries"])
        fold_rows(engine, project)
        before = tables_of(engine)
        for name, number, rows in drawn:
            touched = clean(engine, sources[name], number, rows)
            folded = fold_rows(engine, project, touched=touched)
            after = tables_of(engine)
            # No more and no fewer records are handed on than those that changed.
            for table, told in (
                ("clean.records", folded.records),
                ("clean.touchpoints", folded.touchpoints_of),
            ):
                assert told is not None
                assert set(told) == differing(before[table], after[table])
            before = after
        fold_rows(engine, project)
        for table, whole in tables_of(engine).items():
            assert_frame_equal(before[table], whole)
