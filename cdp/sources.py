"""Commands about source contracts: check them, try one on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdp.terminal import JsonOption, ProjectOption, now, opened_project, project_folder, show

sources_app = typer.Typer(
    help="Check source contracts and try them on files.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(sources_app, name="sources")


@sources_app.command("check")
def check_sources(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Check contracts, their rules and the files' columns; all faults at once."""
    from cdp.explain import render
    from cdp.pipeline import check_project

    found = check_project(project_folder(project))
    show({"sources": found}, render.sources(found), as_json=as_json)


@sources_app.command("preview")
def preview_source(
    file: Annotated[Path, typer.Argument(help="A file that one of the sources' paths matches.")],
    project: ProjectOption = None,
    source: Annotated[
        str | None, typer.Option(help="Source contract. Default: the one whose path fits.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ten rows of a file, raw beside mapped; nothing is stored."""
    from cdp.explain import render
    from cdp.pipeline import preview

    found = preview(opened_project(project), file, source_name=source, as_of=now())
    show(found, render.preview(found), as_json=as_json)
