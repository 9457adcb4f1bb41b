"""Commands that take something back: a delivery, a publication."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cdp.terminal import JsonOption, ProjectOption, now, opened_project, show

deliveries_app = typer.Typer(help="List deliveries, take one back, give it back.")

_Delivery = Annotated[str, typer.Argument(help="Its id, the beginning of it, or its file.")]
_By = Annotated[str, typer.Option("--by", help="Who says so.")]
_Note = Annotated[str, typer.Option("--note", help="Why; all who read the snapshot see it.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(deliveries_app, name="deliveries")
    app.command()(rollback)


@deliveries_app.callback(invoke_without_command=True)
def list_deliveries(
    context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False
) -> None:
    """Every file delivered, newest first: its id, status, and what became of its rows."""
    if context.invoked_subcommand:
        return
    from cdp import explain
    from cdp.store.revocations import read_words

    opened = opened_project(project)
    found = explain.read_deliveries(opened.store, read_words(opened.root))
    show({"deliveries": found.to_dicts()}, explain.render.deliveries(found), as_json=as_json)


@deliveries_app.command()
def revoke(
    delivery: _Delivery,
    by: _By,
    note: _Note = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a delivery back: from the next run on it is as if it had never come."""
    _say("revoke", delivery, by, note, project, as_json=as_json)


@deliveries_app.command()
def restore(
    delivery: _Delivery,
    by: _By,
    note: _Note = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a delivery that was taken back count again, from the next run on."""
    _say("restore", delivery, by, note, project, as_json=as_json)


def _say(
    action: Literal["revoke", "restore"],
    asked: str,
    by: str,
    note: str,
    project: Path | None,
    *,
    as_json: bool,
) -> None:
    from cdp import explain
    from cdp.errors import ConfigError, NotFoundError
    from cdp.store.revocations import LOG, Word, read_words, say

    opened = opened_project(project)
    words = read_words(opened.root)
    try:
        listed = explain.read_deliveries(opened.store, words)
    except NotFoundError:
        listed = None
    found = explain.find_delivery(listed, asked)
    delivery_id = str(found["delivery_id"])
    last = words.get(delivery_id)
    is_revoked = last is not None and last.action == "revoke"
    if is_revoked == (action == "revoke"):
        said = f"it is {last.reason}" if last and is_revoked else "it is not taken back"
        raise ConfigError(
            what=f"there is nothing to {action}: {said}",
            where=delivery_id,
            next_step="`cdp deliveries` tells how each stands",
        )
    word = Word(action, delivery_id, by, note, now().isoformat(timespec="seconds"))
    say(opened.root, word)
    told = found | {"action": action, "by": by, "note": note, "log": LOG.as_posix()}
    show(told, explain.render.word(told), as_json=as_json)


def rollback(
    run_id: Annotated[
        str | None, typer.Argument(help="The run to go back to. Without it: list those kept.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the snapshots kept; or let readers see a former one from now on."""
    from cdp.explain import render
    from cdp.store.layout import Layout
    from cdp.store.snapshots import kept_snapshots, roll_back

    layout = Layout(opened_project(project).store)
    if run_id is None:
        kept = kept_snapshots(layout)
        found = [one.as_dict() for one in kept]
        show({"snapshots": found}, render.snapshots(found), as_json=as_json)
        return
    gone_back = roll_back(layout, run_id, now=now())
    show(gone_back.as_dict(), render.rollback(gone_back.as_dict()), as_json=as_json)
