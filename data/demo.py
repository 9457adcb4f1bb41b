"""`make demo`: generate the demo company, run its project through Dagster, show what came out."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console

from cdp.explain import Evaluation, evaluate, open_snapshot, read_labels
from cdp.explain.judged import judge_records
from cdp.explain.render.cells import grid
from cdp.project import load_project
from data.generate.__main__ import generate
from data.generate.clock import Arguments

HERE = Path(__file__).parent
AS_OF = date(2026, 6, 30)
out = Console(highlight=False)


def main() -> int:
    """Generate, run, summarise; the exit code of the run."""
    parser = argparse.ArgumentParser(prog="python -m data.demo", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="touchpoints (default 20000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--project", type=Path, default=HERE, help="folder of the demo project")
    parser.add_argument("--fresh", action="store_true", help="forget what former runs stored")
    chosen = parser.parse_args()
    started = time.perf_counter()
    prepare(Arguments(chosen.size, chosen.seed, chosen.project, AS_OF), is_fresh=chosen.fresh)
    generated = time.perf_counter()
    failures, imported = run(chosen.project)
    ended = time.perf_counter()
    if failures:
        out.print("\n".join(failures), markup=False)
        return 1
    summarise(chosen.project)
    out.print(
        f"\nGenerated in {generated - started:.1f} s, imports {imported:.1f} s, "
        f"work {ended - generated - imported:.1f} s."
    )
    return 0


def prepare(arguments: Arguments, *, is_fresh: bool) -> None:
    """Write the demo's files, unless the same ones are there already."""
    project, made = arguments.out, arguments.out / "truth" / "made.json"
    wanted = json.dumps({"size": arguments.size, "seed": arguments.seed})
    is_whole = made.is_file() and (made.parent / "homes.csv").is_file()
    is_there = is_whole and made.read_text(encoding="utf-8") == wanted
    if is_fresh or not is_there:
        for stored in ("warehouse", "outbox"):
            shutil.rmtree(project / stored, ignore_errors=True)
    if not is_there:
        out.print(f"Generating {arguments.size:,} touchpoints of a made-up company ...")
        generate(arguments)
        made.write_text(wanted, encoding="utf-8")


def run(project: Path) -> tuple[list[str], float]:
    """Run the project as a Dagster job; its failures, and the seconds that imports took."""
    out.print("Running the pipeline as a Dagster job ...")
    before = time.perf_counter()
    # Imported here so that their seconds can be told from the work's.
    import great_expectations.expectations  # noqa: F401, PLC0415
    import splink  # noqa: F401, PLC0415

    from dagster_project.materialize import failures_of, materialize_project  # noqa: PLC0415

    imported = time.perf_counter() - before
    # Runs of one history wait for one another; a project elsewhere has a history of its own.
    home = None if project.resolve() == HERE else project / "warehouse" / "dagster"
    result = materialize_project(project, as_of=f"{AS_OF.isoformat()}T23:59:59", home=home)
    return failures_of(result), imported


def summarise(project: Path) -> None:
    """Print what became of every row, who the customers are, and how right that is."""
    snapshot = project / "warehouse" / "published" / "current" / "profiles.duckdb"
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        _print_account(connection)
        _print_customers(connection)
        _print_quality(evaluate_demo(project))
        email = _print_example(connection, judged_demo(project))
    where = f"--project {project.name}" if project == HERE else f"--project {project}"
    out.print("\n[bold]Try next[/]")
    for command in (f"show {email}", "status", "export salesforce"):
        out.print(f"  .venv/bin/cdp {command} {where}", markup=False, soft_wrap=True)


def _print_account(connection: duckdb.DuckDBPyConnection) -> None:
    account = connection.sql(
        """
        select source, sum(rows_read)::bigint, sum(rows_accepted)::bigint,
            sum(rows_quarantined)::bigint,
            sum(rows_duplicate)::bigint, sum(rows_set_aside)::bigint, sum(rows_held)::bigint
        from deliveries group by source order by source
        """
    ).fetchall()
    parts = ("read", "accepted", "quarantined", "duplicate", "set aside", "held")
    totals = [sum(int(row[i]) for row in account) for i in range(1, 7)]
    out.print(
        grid(
            f"Every row: {parts[0]} = {' + '.join(parts[1:])}",
            ("source", *parts),
            [*account, ("all", *totals)],
            right=len(parts),
        )
    )


def _print_customers(connection: duckdb.DuckDBPyConnection) -> None:
    identified, anonymous, records, shared = connection.sql(
        """
        select count(*) filter (kind = 'identified'), count(*) filter (kind = 'anonymous'),
            sum(record_count), count(*) filter (record_count > 1)
        from customers
        """
    ).fetchall()[0]
    merges = int(records) - int(identified) - int(anonymous)
    out.print(
        f"[bold]Customers[/]: {identified:,} identified, {anonymous:,} anonymous (a cookie and "
        f"nothing else), out of {int(records):,} records: "
        f"{merges:,} merges into {shared:,} customers."
    )


def _print_quality(found: Evaluation) -> None:
    out.print(
        f"[bold]Against the truth[/]: pairwise precision {found.pairwise_precision:.3f}, "
        f"recall {found.pairwise_recall:.3f}, F1 {found.pairwise_f1:.3f} "
        f"(B-cubed F1 {found.b_cubed_f1:.3f})."
    )


def evaluate_demo(project: Path) -> Evaluation:
    """The published customers beside the demo's truth, as `cdp evaluate` judges them."""
    judged = judged_demo(project)
    return evaluate(
        predicted=judged.select("record", "cluster"), truth=judged.select("record", "entity")
    )


def example(connection: duckdb.DuckDBPyConnection, judged: pl.DataFrame) -> tuple[str, str]:
    """The customer to show, and an email of theirs: of one true person, from many sources."""
    people = judged.group_by("cluster").agg(
        pl.col("entity").n_unique().alias("people"), pl.len().alias("known")
    )
    customers = connection.sql(
        """
        select customer_id, email, record_count, len(sources) as sources, len(emails) as emails
        from customers
        where kind = 'identified' and email is not null and record_count between 2 and 8
        """
    ).pl()
    whole = customers.join(people, left_on="customer_id", right_on="cluster").filter(
        pl.col("people") == 1, pl.col("known") == pl.col("record_count")
    )
    best = whole.sort("sources", "emails", "customer_id", descending=[True, True, False]).row(
        0, named=True
    )
    return str(best["customer_id"]), str(best["email"])


def judged_demo(project: Path) -> pl.DataFrame:
    """Records whose person is known: record, cluster (the customer), entity (the person)."""
    labels = read_labels(project / "truth" / "truth.csv")
    with open_snapshot(load_project(project).store) as snapshot:
        judged, _ = judge_records(snapshot, labels)
    return judged


def _print_example(connection: duckdb.DuckDBPyConnection, judged: pl.DataFrame) -> str:
    """One customer before and after; an email to look the customer up by."""
    customer, email = example(connection, judged)
    records = connection.sql(
        """
        select r.source,
            coalesce(
                nullif(concat_ws(' ', r.given_name, r.middle_name, r.surname, r.suffix), ''),
                case when len(r.emails) + len(r.phones) = 0 then '(a cookie)' end
            ),
            array_to_string(r.emails, ' '), array_to_string(r.phones, ' '),
            concat_ws(', ', r.street, r.city, r.postcode)
        from members as m join records as r on m.record_id = r.record_id and r.is_current
        where m.customer_id = $customer and m.valid_to is null
        order by r.source, r.record_id
        """,
        params={"customer": customer},
    ).fetchall()
    golden = connection.sql(
        """
        select 'golden record', concat_ws(' ', given_name, middle_name, surname, suffix),
            email, phone, concat_ws(', ', street, city, postcode)
        from customers where customer_id = $customer
        """,
        params={"customer": customer},
    ).fetchall()[0]
    out.print(
        grid(
            f"One customer, before and after ({customer})",
            ("record of", "name", "email", "phone", "address"),
            [*records, golden],
        )
    )
    return email


if __name__ == "__main__":
    sys.exit(main())
