"""The `cdp` command: parses, calls, prints; what it calls lives elsewhere.

Exit codes: 0 done · 1 a defect of ours · 2 fix the settings · 3 fix data or a rule · 4 not found
· 10 done, but deliveries want a look · 75 try again later · 77 not permitted.
"""

from __future__ import annotations

import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cdp import modelling, quarantining, sources, stewards, taking_back
from cdp.errors import CdpError
from cdp.terminal import JsonOption, ProjectOption, err, new_run_id, out
from cdp.terminal import now as _now
from cdp.terminal import opened_project as _project
from cdp.terminal import show as _print

ATTENTION = 10
"""Exit code: the run is done and published, but some deliveries want a look."""

app = typer.Typer(
    name="cdp",
    help="Raw exports in, explained golden customers out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
export_app = typer.Typer(
    help="Write customers as files that other tools import.", no_args_is_help=True
)
sources.register(app)
app.add_typer(export_app, name="export")
taking_back.register(app)
quarantining.register(app)
modelling.register(app)
stewards.register(app)

LabelsOption = Annotated[
    Path | None,
    typer.Option("--labels", help="Known people: CSV or Parquet, see docs/evaluate.md."),
]
ValuesOption = Annotated[
    bool, typer.Option("--with-values", help="Show personal values whole; default: masked.")
]


def main() -> None:
    """Run the command; errors become a message (or JSON) and an exit code, never a traceback."""
    try:
        app()
    except CdpError as fault:
        _tell(fault, type(fault).__name__)
        sys.exit(fault.exit_code)
    except Exception as defect:  # noqa: BLE001 - the last net; a message may quote a cell, so none is shown
        frame = traceback.extract_tb(defect.__traceback__)[-1]
        place = f"{type(defect).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        said = f"Internal error ({place})."
        _tell(CdpError(what=said, next_step="please report it"), "InternalError")
        sys.exit(1)


def _tell(fault: CdpError, kind: str) -> None:
    told = {"error": kind, **fault.as_dict(), "exit_code": fault.exit_code}
    shown = Text.assemble((kind, "bold red"), "\n", str(fault))
    _print(told, shown, as_json="--json" in sys.argv, console=err)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    is_empty: Annotated[
        bool, typer.Option("--empty", help="Without sources: `cdp sources infer` drafts yours.")
    ] = False,
) -> None:
    """Make a starter project that runs as it is; or an empty one, for your own files."""
    from cdp.starter import write_empty, write_starter

    if is_empty:
        write_empty(directory)
        out.print(
            f"{directory / 'cdp.yaml'} written: state your region and time zone there."
            f" Next: cdp sources infer FILE --project {directory}",
            highlight=False,
        )
        return
    files = write_starter(directory)
    out.print(
        f"{len(files)} files written to {directory}. Next: cdp run --project {directory}",
        highlight=False,
    )


@app.command()
def run(
    project: ProjectOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Land and check files, keep nothing.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Make everything anew from the raw rows.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(help="The run's clock, UTC. Default: now.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
    accept_jump: Annotated[
        bool, typer.Option("--accept-jump", help="Publish in spite of the gate.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the pipeline: land, clean, resolve, publish."""
    from cdp.explain import render
    from cdp.pipeline import open_run, rehearse, walk
    from cdp.progress import ConsoleObserver, SilentObserver

    now = _now()
    observer = SilentObserver() if as_json else ConsoleObserver(err)
    with (
        observer,
        open_run(
            _project(project),
            run_id=new_run_id(now),
            as_of=as_of or now,
            is_full=full,
            accept_jump=accept_jump,
            wait_seconds=wait,
            on_rows=observer.rows_read,
            clock=_now,
        ) as opened,
    ):
        outcome = rehearse(opened, observer) if dry_run else walk(opened, observer)
    _print(outcome.as_dict(), render.outcome(outcome.as_dict()), as_json=as_json)
    if outcome.attention.height:
        raise typer.Exit(ATTENTION)


@app.command()
def status(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """The published snapshot, what became of every row, and who holds the store."""
    from cdp import explain

    opened = _project(project)
    found = explain.read_status(
        opened.store, root=opened.root, resolving=opened.resolve, sources=opened.sources, now=_now()
    )
    _print(found.as_dict(), explain.render.status(found), as_json=as_json)


@app.command()
def show(
    who: Annotated[str, typer.Argument(help="email | phone | customer id | source:id")],
    project: ProjectOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="A past day or time, UTC: which records an id stood for."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """One customer: golden record, where each value came from, records, timeline."""
    from cdp import explain

    opened = _project(project)
    with explain.open_snapshot(opened.store) as snapshot:
        if as_of:
            past = explain.read_past(snapshot, who, explain.instant_of(as_of))
            _print(dict(past.as_dict()), explain.render.past(past), as_json=as_json)
            return
        found = explain.find_customer(snapshot, who, default_region=opened.default_region)
    _print(found.as_dict(), explain.render.customer(found), as_json=as_json)


@app.command()
def why(
    who: Annotated[str, typer.Argument(help="record or customer, as in `cdp show`")],
    other: Annotated[str | None, typer.Argument(help="a second one, to ask about both")] = None,
    project: ProjectOption = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Also write a page with the bits as a picture.")
    ] = None,
    with_values: Annotated[
        bool, typer.Option("--with-values", help="Personal values whole on that page, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Why two records are one customer or two; of one customer, how it grew."""
    from cdp import explain

    opened = _project(project)
    with explain.open_snapshot(opened.store) as snapshot:
        found = explain.read_why(
            snapshot,
            [who, *filter(None, [other])],
            default_region=opened.default_region,
            resolving=opened.resolve,
        )
    page = None
    if chart:
        page = str(chart.resolve())
        shown = explain.render.why_page(found, with_values=with_values, run_id=snapshot.run_id)
        explain.render.write_page(chart.resolve(), shown)
    _print(found.as_dict() | {"page": page}, explain.render.why(found, page), as_json=as_json)


@app.command()
def report(
    project: ProjectOption = None,
    page: Annotated[
        Path | None, typer.Option("--out", help="Where to write. Default: outbox/report.html.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Show the page in a browser.")] = False,
    labels: LabelsOption = None,
    with_values: ValuesOption = False,
    data_docs: Annotated[
        Path | None, typer.Option("--data-docs", help="Also Great Expectations' pages, there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What came in, and how good the matching looks: a page to read, print or pass on."""
    from cdp import explain

    opened = _project(project)
    known = explain.read_labels(labels) if labels else None
    with explain.open_snapshot(opened.store) as snapshot:
        found = explain.read_quality(snapshot, with_values=with_values)
        judged = (
            explain.evaluate_snapshot(snapshot, known, with_values=with_values)
            if known is not None
            else None
        )
        model = explain.read_model_settings(snapshot)
        docs = explain.write_data_docs(snapshot, data_docs) if data_docs else None
    page = (page or opened.outbox / "report.html").resolve()
    written = explain.render.report_page(found, labelled=judged, model_settings=model)
    explain.render.write_page(page, written)
    shown = explain.render.report(found, str(page))
    told = found.as_dict() | {"page": str(page), "data_docs": str(docs) if docs else None}
    _print(told, shown, as_json=as_json)
    if open_page:
        typer.launch(page.as_uri())


@app.command()
def evaluate(
    labels: Annotated[
        Path,
        typer.Option("--labels", help="Known people: CSV or Parquet, see docs/evaluate.md."),
    ],
    project: ProjectOption = None,
    page: Annotated[
        Path | None, typer.Option("--out", help="Also write the report with these figures there.")
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="Pairs to show of each mistake.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 1,
    with_values: ValuesOption = False,
    as_json: JsonOption = False,
) -> None:
    """How good the matching is by the word of known people: figures, and mistakes by kind."""
    from cdp import explain

    known = explain.read_labels(labels)
    with explain.open_snapshot(_project(project).store) as snapshot:
        found = explain.evaluate_snapshot(
            snapshot, known, seed=seed, most_examples=examples, with_values=with_values
        )
        if page:
            quality = explain.read_quality(snapshot, with_values=with_values)
            explain.render.write_page(page, explain.render.report_page(quality, labelled=found))
    written = str(page.resolve()) if page else None
    shown = explain.render.evaluation(found, written)
    _print(found.as_dict() | {"page": written}, shown, as_json=as_json)


@export_app.command("csv")
def export_csv(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Every identified customer as one CSV file."""
    _export("csv", project, as_json=as_json)


@export_app.command("salesforce")
def export_salesforce(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Identified customers as a Bulk API 2.0 upsert of Contact."""
    _export("salesforce", project, as_json=as_json)


def _export(destination: str, project: Path | None, *, as_json: bool) -> None:
    from cdp import activation
    from cdp.explain import render

    opened = _project(project)
    result = activation.export_customers(
        opened.store, destination=destination, outbox=opened.outbox
    )
    _print(result.as_dict(), render.export(result.as_dict()), as_json=as_json)
