"""What it costs to take a file in: `python -m benchmarks.ingest 1000000`.

A file of touchpoints, as CSV and as JSON Lines, is landed, mapped, parsed and judged, each in a
process of its own, by the very calls of a run. Beside it stands the floor: DuckDB alone reads the
same file into a table of texts and writes that to disk, before and after, in the same run. Imports
are told apart, since a run of a small file is little else. Memory is the most that the process ever
held.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from multiprocessing import Process
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from benchmarks.versions import own_versions
from cdp import ingest, quality
from cdp.engine import DuckDBEngine
from cdp.explain.render.cells import grid
from cdp.project import load_project
from cdp.quality import cleaning

RESULTS = Path(__file__).parent / "results" / "ingest.json"
FORMATS = ("csv", "jsonl")
SLOW_IMPORTS = "great_expectations.expectations"
PARTS = ("land", "map", "parse", "judge", "settle")
KIBIBYTES_PER_GB = 1e9 / 1024
AS_OF = datetime(2026, 6, 30)
out = Console(width=120)
Figures = dict[str, Any]

PROJECT = """
project: ingest
default_region: US
timezone: America/New_York
"""
CONTRACT = """
source: shop
path: inbox/*
holds: events
channel: shop
touchpoint_key: event_id
occurred_at: {{column: created_at, timezone: UTC}}
event_type: action
amount: total
currency: currency
score: rating
campaign: campaign
person:
  email: {who}email
  phone: {who}phone
  given_name: {who}first_name
  surname: {who}last_name
  street: {who}street
  city: {who}city
  postcode: {who}zip
consent: {{email: {{from: {who}news}}}}
attributes: {{level: {who}level}}
set_aside: [{{reason: bot, column: user_agent, matches: "(?i)bot|crawl"}}]
"""
# A person in three touchpoints, one row in fifty blank here or there, all values made of a number.
ROWS = """
    select i, hash(i, $seed) % ($rows // 3 + 1) as p, (hash(i, $seed, 1) // 4)::bigint as dice,
        (hash(p, $seed, 2) // 4)::bigint as who, 'evt_' || lpad(i::varchar, 12, '0') as event_id,
        strftime(timestamp '2025-01-01' + interval (dice % 40000000) second, '%Y-%m-%d %H:%M:%S')
            as created_at,
        ['order', 'refund', 'page_view', 'add_to_cart'][1 + dice % 4] as action,
        case when dice % 4 < 2 then (dice % 50000 / 100)::decimal(9, 2)::varchar end as total,
        'USD' as currency, case when dice % 50 = 0 then (1 + dice % 5)::varchar end as rating,
        'spring-' || dice % 40 as campaign, 'https://shop.example.com/p/' || dice % 9000 as page,
        case when dice % 97 = 0 then 'Googlebot/2.1' else 'Mozilla/5.0 (X11; Linux x86_64) '
            || dice % 300 end as user_agent, 'left at the door, call before ' || dice % 12 as note,
        case when dice % 50 <> 1 then 'person' || p || '@example.com' end as email,
        '(' || 200 + who % 700 || ') 555-01' || lpad((who % 100)::varchar, 2, '0') as phone,
        ['Ann', 'Bo', 'Carla', 'Dev', 'Eve', 'Finn'][1 + who % 6] as first_name,
        'Surname' || who % 20000 as last_name, who % 900 || ' Elm Street' as street,
        ['Boston', 'Austin', 'Salem', 'Dover'][1 + who % 4] as city,
        lpad((who % 99999)::varchar, 5, '0') as zip, ['yes', 'no', ''][1 + who % 3] as news,
        ['gold', 'silver', 'basic'][1 + who % 3] as level
    from range($rows) as t(i)
"""
OF_PERSON = ("email", "phone", "first_name", "last_name", "street", "city", "zip", "news", "level")
OF_EVENT = ("event_id", "created_at", "action", "total", "currency", "rating", "campaign", "page",
            "user_agent", "note")  # fmt: skip


def main() -> None:
    """Measure every size and format; print a table, write JSON."""
    chosen = arguments()
    if chosen.child:
        print(json.dumps(CHILDREN[chosen.child](chosen.root)))
        return
    found = {
        size: {kind: measure_file(size, kind, chosen.seed) for kind in chosen.format}
        for size in chosen.sizes
    }
    out.print(grid("What a file costs to take in", HEADER, list(_rows(found)), right=8))
    dated = {"date": chosen.date} if chosen.date else {}
    report = dated | {"seed": chosen.seed, "versions": own_versions(), "touchpoints": found}
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100_000], help="touchpoints")
    parser.add_argument("--format", nargs="*", choices=FORMATS, default=FORMATS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="written into the results")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_file(size: int, kind: str, seed: int) -> Figures:
    """Seconds of each part, of the floor before and after it, and memory, for one file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # In a process of its own: what this one ever held would count as held by its children.
        write = Process(target=write_project, args=(root, size, kind, seed))
        write.start()
        write.join()
        (file,) = (root / "inbox").iterdir()
        out.print(f"{size:,} touchpoints in {file.stat().st_size / 1e6:,.0f} MB {kind} ...")
        before = _in_child("floor", root)
        figures = _in_child("take in", root)
        floor = min(before["seconds"], _in_child("floor", root)["seconds"])
        ratio = round(figures["seconds"] / floor, 1)
        return {
            "bytes": file.stat().st_size, **figures, "floor_seconds": floor, "ratio": ratio,
            "import_seconds": _in_child("imports", root)["seconds"],
        }  # fmt: skip


def write_project(root: Path, size: int, kind: str, seed: int) -> Path:
    """A project of one source with one file of so many touchpoints; the file."""
    file = root / "inbox" / f"shop.{kind}"
    (root / "sources").mkdir()
    file.parent.mkdir()
    (root / "cdp.yaml").write_text(PROJECT, encoding="utf-8")
    contract = CONTRACT.format(who="who." if kind == "jsonl" else "")
    (root / "sources" / "shop.yaml").write_text(f"format: {kind}\n{contract}", encoding="utf-8")
    person = ", ".join(OF_PERSON)
    if kind == "jsonl":
        members = ", ".join(f"{name} := {name}" for name in OF_PERSON)
        person = f"struct_pack({members}) as who"
    query = f"select {', '.join(OF_EVENT)}, {person} from ({ROWS})"
    options = "format csv, header" if kind == "csv" else "format json"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy ({query} order by i) to '{file}' ({options})", {"rows": size, "seed": seed}
        )
    return file


def _in_child(duty: str, root: Path) -> Figures:
    command = [sys.executable, "-m", "benchmarks.ingest", "--child", duty, "--root", str(root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _floor(root: Path) -> Figures:
    """DuckDB's own: the file read into a table of texts, the table written to disk."""
    (file,) = (root / "inbox").iterdir()
    reader = f"read_csv('{file}', all_varchar = true)"
    if file.suffix == ".jsonl":
        columns = dict.fromkeys(OF_EVENT, "VARCHAR") | {"who": "JSON"}
        reader = f"read_json('{file}', format = 'newline_delimited', columns = {columns})"
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with duckdb.connect(str(Path(folder) / "floor.duckdb")) as connection:
            connection.execute(f"create table rows as select * from {reader}")
            connection.execute("checkpoint")
        return {"seconds": round(time.perf_counter() - started, 2)}


def _take_in(root: Path) -> Figures:
    """The calls of a run, from the file to judged rows, timed one by one."""
    import_module(SLOW_IMPORTS)
    spent: dict[str, float] = {}
    # The two parts of cleaning that cost most are told apart from the rest of it.
    for part, name in (("parse", "parse_rows"), ("judge", "check_rows")):
        setattr(cleaning, name, _timed(spent, part, getattr(cleaning, name)))
    project = load_project(root)
    (source,) = project.sources
    engine = DuckDBEngine(root / "store.duckdb")
    ids = _timed(spent, "land", ingest.land_source)(
        engine, project, source, as_of=AS_OF, run_id="r"
    ).delivery_ids
    _timed(spent, "map", ingest.map_rows)(engine, source, delivery_ids=ids)
    cleaned = _timed(spent, "settle", quality.clean_source)(
        engine, project, source, delivery_ids=ids, as_of=AS_OF, run_id="r"
    )
    spent["settle"] -= spent["parse"] + spent["judge"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GB
    return {
        "rows": cleaned.rows, "seconds": round(sum(spent.values()), 2),
        "parts": {part: round(spent[part], 2) for part in PARTS},
        "peak_gigabytes": round(peak, 2),
    }  # fmt: skip


def _imports(_root: Path) -> Figures:
    """What a run imports before it does anything."""
    code = f"import cdp.pipeline, {SLOW_IMPORTS}"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return {"seconds": round(time.perf_counter() - started, 2)}


def _timed(spent: dict[str, float], part: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **named: Any) -> Any:
        started = time.perf_counter()
        result = call(*args, **named)
        spent[part] = spent.get(part, 0.0) + time.perf_counter() - started
        return result

    return timed


CHILDREN = {"floor": _floor, "imports": _imports, "take in": _take_in}
HEADER = ("touchpoints", "format", "MB", *PARTS, "seconds", "imports", "floor", "times", "peak GB")


def _rows(found: dict[int, dict[str, Figures]]) -> Iterator[tuple[object, ...]]:
    for size, kinds in found.items():
        for kind, f in kinds.items():
            parts = (f"{f['parts'][part]:.1f}" for part in PARTS)
            spent = (f["seconds"], f["import_seconds"], f["floor_seconds"], f["ratio"])
            told = (f"{value:.1f}" for value in spent)
            yield size, kind, round(f["bytes"] / 1e6), *parts, *told, f"{f['peak_gigabytes']:.2f}"


if __name__ == "__main__":
    main()
