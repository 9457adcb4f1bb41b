"""Records for matching as lines of text, and what matching makes of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import polars as pl

from cdp import resolve
from cdp.engine import DuckDBEngine, load
from cdp.resolve import (
    ResolveSettings,
    Version,
    begin_training,
    build_identifiers,
    cluster_records,
    score_pairs,
)
from cdp.resolve.comparisons import COMPARISONS
from cdp.resolve.model import shipped_model
from cdp.tables import CONTRACTS, Contract

_RECORDS, _SCORED = CONTRACTS["clean.records"], CONTRACTS["identity.scored_pairs"]
_RULINGS = CONTRACTS["identity.rulings"]
_LEVELS, _SOURCES = CONTRACTS["identity.model_levels"], CONTRACTS["identity.model_sources"]
_MADE = (
    "records", "identifiers", "attributes", "scored_pairs", "model_levels", "links", "clusters",
)  # fmt: skip
_DECLARED = Path(resolve.__file__).parent / "sql" / "declared.sql"
TRAINING, BEGINNING = Version("m_0001", is_training=True), datetime(2026, 1, 1)
_LISTS = ("emails", "phones", "devices", "handles", "keys")
_FIXED = {
    "version": 1, "is_current": True, "is_inline": False, "observed_at": datetime(2026, 1, 1),
    "delivery_id": "d", "source_file": "f", "attributes": "{}", "stated": "{}",
}  # fmt: skip

Person = dict[str, object]


def record(line: str) -> Person:
    """`given_name=Ann surname=Lee emails=a@example.com,b@example.com`; `_` stands for a blank.

    Attributes of the project's own: `own=tier:gold,points:5`.
    """
    fields = dict(part.split("=", 1) for part in line.split())
    person: Person = {key: value.replace("_", " ") for key, value in fields.items()}
    for key in _LISTS:
        if key in fields:
            person[key] = sorted(fields[key].split(","))
    if "birth_date" in fields:
        person["birth_date"] = date.fromisoformat(fields["birth_date"])
    if "own" in fields:
        own = str(person.pop("own"))
        person = stating(person, **dict(part.split(":", 1) for part in own.split(",")))
    return person


def stating(person: Person, **attributes: str) -> Person:
    """The person with attributes of the project's own, as cleaning keeps them."""
    return person | {"stated": json.dumps({"declared": json.dumps(attributes)})}


def strangers(count: int, seed: int = 1) -> list[Person]:
    """People who have nothing to do with one another: what a match stands out from."""
    dice = random.Random(seed)

    def word() -> str:
        return "".join(dice.choice(["ba", "de", "ki", "lo", "mu", "ra", "so", "ti"]) for _ in "123")

    return [
        {
            "given_name": word(),
            "surname": word() + word(),
            "emails": [f"{word()}.{word()}{number}@example.com"],
            "phones": [f"+1305555{number:04}"],
            "birth_date": date(1950 + dice.randrange(55), 1 + dice.randrange(12), 1 + number % 28),
            "sex": dice.choice("FM"),
            "street": f"{dice.randrange(1, 999)} {word()} street",
            "city": word(),
            "postcode": f"{dice.randrange(10_000, 99_999)}",
        }
        for number in range(count)
    ]


def frame(people: Iterable[Person]) -> pl.DataFrame:
    """``clean.records`` of the people; record ids count from 1 in their order."""
    rows = []
    for number, person in enumerate(people, 1):
        row = dict.fromkeys(_RECORDS.column_names) | _FIXED | {"source": "crm"} | person
        row |= {"record_id": person.get("record_id", number), "source_row": number}
        row["source_record_id"] = str(row["record_id"])
        rows.append(row)
    return pl.DataFrame(rows, schema=_empty(_RECORDS).schema)


def _empty(contract: Contract) -> pl.DataFrame:
    empty = pl.from_arrow(contract.schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    return empty


def resolved(
    records: pl.DataFrame, *, threads: int | None = None, settings: ResolveSettings | None = None
) -> dict[str, pl.DataFrame]:
    """Every table that resolving makes of the records, by its name."""
    chosen = settings or ResolveSettings()
    with closing(DuckDBEngine(threads=threads)) as engine:
        engine.store_frame(_RECORDS, records, append=False)
        begin_training(engine, TRAINING, settings=chosen, as_of=BEGINNING)
        build_identifiers(engine, settings=chosen, version=TRAINING)
        score_pairs(engine, settings=chosen, version=TRAINING, seed=1)
        cluster_records(engine, settings=chosen)
        return {name: engine.query(f"select * from identity.{name} order by all") for name in _MADE}


def clustered(
    engine: DuckDBEngine,
    people: Iterable[Person],
    settings: ResolveSettings,
    scored: Iterable[tuple[int, int, float]] = (),
    rulings: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """What comes of people without the model: it is told what some pairs weigh (left, right, bits).

    Pairs that a declared key joins are added as scoring adds them.
    """
    engine.store_frame(_RECORDS, frame(people), append=False)
    begin_training(engine, TRAINING, settings=settings, as_of=BEGINNING)
    build_identifiers(engine, settings=settings, version=TRAINING)
    declared = engine.query(load(_DECLARED).sql)
    weights = {(left, right): ("probabilistic", bits, "the model") for left, right, bits in scored}
    for left, right, namespace in declared.iter_rows():
        weights[left, right] = ("declared", 40.0, f"same key of `{namespace}`")
    rows = [
        (*pair, kind, bits, 1 / (1 + 2**-bits), 0, reason, f'{{"told": {{"weight_bits": {bits}}}}}')
        for pair, (kind, bits, reason) in weights.items()
    ]
    told = pl.DataFrame(rows, schema=_empty(_SCORED).schema, orient="row")
    engine.store_frame(_SCORED, told, append=False)
    shipped = shipped_model(COMPARISONS, record_count=told.height + 2).levels(COMPARISONS)
    engine.store_frame(_LEVELS, shipped.sort(_LEVELS.key), append=False)
    engine.store_frame(_SOURCES, _empty(_SOURCES), append=False)
    ruled = _empty(_RULINGS) if rulings is None else rulings
    engine.store_frame(_RULINGS, ruled, append=False)
    cluster_records(engine, settings=settings)
    return {name: engine.query(f"from identity.{name} order by all") for name in _MADE}
