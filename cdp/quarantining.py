"""Commands about rejected rows: list them, show them, write them out, judge them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdp.project import Project
from cdp.terminal import JsonOption, ProjectOption, err, new_run_id, now, opened_project, show

quarantine_app = typer.Typer(
    help="Rows that were rejected: list, show, export, replay.", no_args_is_help=True
)

_Source = Annotated[str | None, typer.Option("--source", help="Only rows of this source.")]
_Rule = Annotated[str | None, typer.Option("--rule", help="Only rows that broke this rule.")]
_State = Annotated[
    str | None, typer.Option("--state", help="open | superseded | mended | replayed")
]
_Delivery = Annotated[
    str | None,
    typer.Option("--delivery", help="Only rows of this one: its id, its beginning, or its file."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def list_rejected(
    source: _Source = None,
    rule: _Rule = None,
    state: _State = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rejected rows by source, delivery and rule: how many, why, and what became of them."""
    from cdp import explain

    opened = opened_project(project)
    deliveries = explain.read_deliveries(opened.store, {})
    with explain.open_snapshot(opened.store) as snapshot:
        found = explain.list_quarantine(snapshot, source=source, rule=rule, state=state)
    short_ids = dict(deliveries.select("delivery_id", "short_id").iter_rows())
    show(found.as_dict(), explain.render.quarantine(found, short_ids), as_json=as_json)


@quarantine_app.command("show")
def show_rejected(
    which: Annotated[str, typer.Argument(help="SOURCE | SOURCE:LINE | a delivery's id or file")],
    state: _State = None,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    rows: Annotated[int, typer.Option(min=1, help="Rows of a page.")] = 20,
    with_values: Annotated[
        bool, typer.Option("--with-values", help="Show personal values whole; default: masked.")
    ] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rejected rows: file, line, every rule that they broke, and their text as it came."""
    from cdp import explain

    opened = opened_project(project)
    deliveries = explain.read_deliveries(opened.store, {})
    with explain.open_snapshot(opened.store) as snapshot:
        found = explain.show_rows(
            snapshot, which, deliveries=deliveries, state=state, page=page, rows=rows,
            with_values=with_values,
        )  # fmt: skip
    show(found.as_dict(), explain.render.rejected_rows(found), as_json=as_json)


@quarantine_app.command("export")
def export_rejected(
    source: _Source = None,
    rule: _Rule = None,
    delivery: _Delivery = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="A folder or file. Default: outbox/quarantine.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write open rows as they came, one file per delivery, to be mended and replayed."""
    from cdp import explain

    opened = opened_project(project)
    delivery_id = _delivery_id(opened, delivery)
    with explain.open_snapshot(opened.store) as snapshot:
        explain.list_quarantine(snapshot, source=source, rule=rule)
        found = explain.export_rows(
            snapshot, opened, out=target or _folder(opened), now=now(), source=source, rule=rule,
            delivery_id=delivery_id,
        )  # fmt: skip
    show(found.as_dict(), explain.render.exported_rows(found), as_json=as_json)


@quarantine_app.command("replay")
def replay_rejected(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Exported files, mended. Without: judge by the contract of today."),
    ] = None,
    source: _Source = None,
    delivery: _Delivery = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
    accept_jump: Annotated[
        bool, typer.Option("--accept-jump", help="Publish in spite of the gate.")
    ] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge rejected rows again, under today's contract or as mended in files; then publish."""
    from cdp import explain
    from cdp.ingest import read_manifest
    from cdp.pipeline import open_run, replay_files, replayable
    from cdp.progress import ConsoleObserver, SilentObserver

    opened, began = opened_project(project), now()
    manifests = {path: read_manifest(path, otherwise_in=_folder(opened)) for path in files or ()}
    delivery_id = _delivery_id(opened, delivery)
    with explain.open_snapshot(opened.store) as snapshot:
        explain.list_quarantine(snapshot, source=source)
        before = explain.delivery_parts(snapshot)
    asked = [
        row["delivery_id"]
        for row in before.iter_rows(named=True)
        if row["source"] == (source or row["source"])
        and row["delivery_id"] == (delivery_id or row["delivery_id"])
    ]
    told = [] if manifests else replayable(opened, before, asked)
    observer = SilentObserver() if as_json else ConsoleObserver(err)
    with (
        observer,
        open_run(
            opened, run_id=new_run_id(began), as_of=began, clock=now, accept_jump=accept_jump,
            wait_seconds=wait,
        ) as run,
    ):  # fmt: skip
        outcome, mended = replay_files(run, observer, manifests)
    told += [one for each in mended for one in (each.mends, each.delivery_id)]
    with explain.open_snapshot(opened.store) as snapshot:
        moved = explain.moved_between(before, explain.delivery_parts(snapshot), told).to_dicts()
    landed = [
        {
            "file": str(path),
            "delivery_id": one.delivery_id,
            "mends": one.mends,
            "is_new": one.is_new,
        }
        for path, one in zip(manifests, mended, strict=True)
    ]
    found = outcome.as_dict()
    show(
        found | {"moved": moved, "files": landed},
        explain.render.replayed(moved, landed, found),
        as_json=as_json,
    )


def _folder(project: Project) -> Path:
    """Where rejected rows are written, and looked for, when nothing else is said."""
    return project.outbox / "quarantine"


def _delivery_id(project: Project, asked: str | None) -> str | None:
    from cdp import explain

    if asked is None:
        return None
    deliveries = explain.read_deliveries(project.store, {})
    return str(explain.find_delivery(deliveries, asked)["delivery_id"])
