"""How hard the demo is: two common ways to match people, scored against the truth.

Run as `python -m benchmarks.demo_hardness data/` after `python -m data.generate`. Records are
people by their key (last version) and, for events, each distinct stated person of a source.
A record counts when the truth names one person for it and it states more than a cookie.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import splink.comparison_library as cl
import yaml
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

JUNK: Final = {
    "test@test.com", "none@none.com", "noemail@noemail.com", "n/a",
    "0000000000", "9999999999", "1234567890",
}  # fmt: skip
JUNK_NAMES: Final = {"guest", "guest customer", "unknown", "unknown unknown", "n/a", "n/a n/a"}
FIELDS: Final = ("email", "phone", "device", "key", "given", "surname", "birth", "postcode")
Record = dict[str, list[str]]


def read_rows(source: Mapping[str, Any], project: Path) -> Iterator[dict[str, Any]]:
    """Yield a source's rows, the oldest delivery first; bad JSON is passed over."""
    shape = source.get("format", {})
    encoding = shape.get("encoding", "utf-8-sig")
    for path in sorted(project.glob(source["path"])):
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


def value_at(row: Mapping[str, Any], column: str) -> str:
    """Return the text of a column or dotted path, blank when it is absent.

    >>> value_at({"traits": {"email": "a@example.com"}}, "traits.email")
    'a@example.com'
    """
    if column in row:
        return str(row[column] or "").strip()
    found: Any = row
    for step in column.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return str(found or "").strip()


def read_person(row: Mapping[str, Any], source: Mapping[str, Any]) -> Record:
    """Return what a row states of its person: simply normalised values, placeholders left out."""
    stated: Record = {name: [] for name in FIELDS}
    for name, mapping in source["person"].items():
        columns = mapping if isinstance(mapping, list) else [mapping]
        columns = [column["column"] if isinstance(column, dict) else column for column in columns]
        for text in filter(None, (value_at(row, column).lower() for column in columns)):
            _state(stated, name, text)
    for column in source.get("keys", {}).values():
        stated["key"] += filter(None, [value_at(row, column)])
    return stated


def _state(stated: Record, name: str, text: str) -> None:
    if name == "phone":
        text = "".join(filter(str.isdigit, text.removesuffix(".0")))[-10:]
    if text in JUNK or text in JUNK_NAMES or not text:
        return
    if name == "full_name":
        words = [word for word in text.split() if word not in {"jr", "sr"}]
        stated["given"].append(words[0])
        stated["surname"] += words[-1:] if len(words) > 1 else []
    elif name == "birth_date":
        born = f"{text[6:]}-{text[:2]}-{text[3:5]}" if "/" in text else text
        stated["birth"] += [born] if born != "1900-01-01" else []
    elif name == "postcode":
        stated["postcode"].append(text.strip("'").zfill(5))
    else:
        kind = {"given_name": "given"}.get(name, name)
        stated.setdefault(kind, []).append(text)


def read_records(project: Path) -> tuple[list[Record], list[str]]:
    """Return the records of a project and the person behind each, blank when it does not count."""
    truth: dict[str, dict[str, str]] = {}
    with (project / "truth" / "truth.csv").open(newline="") as file:
        for source_name, key, person_id in csv.reader(file):
            truth.setdefault(source_name, {})[key] = person_id
    records: list[Record] = []
    people: list[str] = []
    for path in sorted((project / "sources").glob("*.yaml")):
        source = yaml.safe_load(path.read_text())
        if "person" not in source:
            continue
        grouped: dict[str, tuple[Record, set[str]]] = {}
        known = truth[source["source"]]
        for row in read_rows(source, project):
            key = value_at(row, source.get("record_key", source.get("touchpoint_key")))
            if key in known:
                stated = read_person(row, source)
                group = key if "record_key" in source else json.dumps(stated, sort_keys=True)
                _, behind = grouped.get(group, (stated, set()))
                grouped[group] = (stated, behind | {known[key]})
        for stated, behind in grouped.values():
            counts = len(behind) == 1 and any(
                values for name, values in stated.items() if name != "device"
            )
            records.append(stated)
            people.append(next(iter(behind)) if counts else "")
    return records, people


def cluster_exactly(records: list[Record]) -> np.ndarray:
    """Return a cluster per record: connected by an equal email, phone, device or declared key."""
    nodes: dict[tuple[str, str], int] = {}
    edges = [
        (at, nodes.setdefault((kind, value), len(nodes)) + len(records))
        for at, record in enumerate(records)
        for kind in ("email", "phone", "device", "key")
        for value in record[kind]
    ]
    return _components(edges, len(records) + len(nodes))[: len(records)]


def _components(edges: Iterable[tuple[int, int]], size: int) -> np.ndarray:
    pairs = np.fromiter(chain.from_iterable(edges), dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])


def cluster_with_splink(records: list[Record], *, threshold: float = 0.95) -> np.ndarray:
    """Return a cluster per record from a generic Splink model, trained without labels.

    First and last name by Jaro-Winkler, email, phone, birth date and postcode; u by random
    sampling, m by EM on two rules, the prior from exact rules with a recall of 0.7.
    """
    columns: dict[str, list[Any]] = {"unique_id": list(range(len(records)))}
    for name in ("given", "surname", "email", "phone", "birth", "postcode"):
        columns[name] = [record[name][0] if record[name] else None for record in records]
    rules: list[Any] = [
        block_on("email"), block_on("phone"), block_on("given", "surname"),
        block_on("surname", "postcode"), block_on("birth", "surname"), block_on("birth", "given"),
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.92, 0.8]),
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("phone", 1),
            cl.DateOfBirthComparison("birth", input_is_string=True),
            cl.ExactMatch("postcode"),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    db_api = DuckDBAPI()
    linker = Linker(db_api.register(pl.DataFrame(columns).to_arrow()), settings)
    exact: list[Any] = [
        block_on("email"),
        block_on("given", "surname", "birth"),
        block_on("phone", "given"),
    ]
    linker.training.estimate_probability_two_random_records_match(exact, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("given", "surname"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
    scored = linker.inference.predict(threshold_match_probability=threshold)
    pairs = scored.as_record_list()
    edges = [(pair["unique_id_l"], pair["unique_id_r"]) for pair in pairs]
    return _components(edges, len(records))


def pairwise_scores(clusters: np.ndarray, people: np.ndarray) -> dict[str, float]:
    """Return precision, recall and F1 over pairs of records said or known to be one person.

    >>> pairwise_scores(np.array([1, 1, 2]), np.array(["a", "a", "a"]))["recall"]
    0.3333333333333333
    """
    frame = pl.DataFrame({"cluster": clusters, "person": people})

    def pairs(*keys: str) -> float:
        sizes = frame.group_by(keys).len()["len"].cast(pl.Int64)
        return float((sizes * (sizes - 1) // 2).sum())

    both, said, true = pairs("cluster", "person"), pairs("cluster"), pairs("person")
    precision, recall = both / said if said else 1.0, both / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return {"precision": precision, "recall": recall, "F1": f1}


def measure(project: Path) -> dict[str, dict[str, float]]:
    """Return precision, recall and F1 over pairs, per way of matching."""
    records, people = read_records(project)
    counted = np.array([bool(person) for person in people])
    persons = np.array(people)[counted]
    found = {
        "exact identifiers": cluster_exactly(records),
        "generic Splink": cluster_with_splink(records),
    }
    print(f"{len(records):,} records, {counted.sum():,} counted, {len(set(persons)):,} people")
    return {name: pairwise_scores(labels[counted], persons) for name, labels in found.items()}


def main() -> None:
    """Measure the project named on the command line and print one line a way."""
    logging.disable(logging.WARNING)  # Splink tells every step
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demo_hardness")
    parser.add_argument("project", type=Path, nargs="?", default=Path("data"))
    for name, scores in measure(parser.parse_args().project).items():
        print(f"{name:18}", "  ".join(f"{kind} {score:.3f}" for kind, score in scores.items()))


if __name__ == "__main__":
    main()
