"""Commands about source contracts: draft one, check them, try one on a file, list presets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdp.errors import NotFoundError
from cdp.project import nearest_preset
from cdp.terminal import (
    JsonOption,
    ProjectOption,
    err,
    now,
    opened_project,
    project_folder,
    show,
)

sources_app = typer.Typer(
    help="Check source contracts, try them on files, list ready-made ones.", no_args_is_help=True
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


@sources_app.command("infer")
def infer_source(
    file: Annotated[Path, typer.Argument(help="Any export; it need not lie in the project.")],
    source: Annotated[
        str | None, typer.Option(help="What to call the source. Default: after the file.")
    ] = None,
    project: ProjectOption = None,
    is_written: Annotated[
        bool, typer.Option("--write", help="Keep it as sources/NAME.yaml; never over another.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a file and draft its contract: the preset that fits, or line by line with reasons."""
    from cdp.drafting import infer, write
    from cdp.explain import render

    root = project_folder(project)
    draft = infer(file, root=root, name=source)
    written = write(draft, root=root) if is_written else None
    found = draft.as_dict() | {"written": str(written) if written else None}
    if as_json:
        show(found, "", as_json=True)
        return
    # As it is, not through the terminal's painter: it is copied, or sent to a file.
    typer.echo(draft.text, nl=False)
    show(found, render.draft(found, draft.steps(file, root)), as_json=False, console=err)


@sources_app.command("presets")
def list_presets(
    name: Annotated[str | None, typer.Argument(help="One of them, as YAML to copy from.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Contracts of known exports, ready for `preset: NAME`; or one of them, written out."""
    from cdp.explain import render
    from cdp.project import preset_named, presets

    if name is None:
        found = [preset.as_dict() for preset in presets()]
        show({"presets": found}, render.presets(found), as_json=as_json)
        return
    preset = preset_named(name)
    if preset is None:
        raise _no_preset(name)
    if as_json:
        show(preset.as_dict() | {"contract": dict(preset.contract)}, "", as_json=True)
    else:
        # As it is, not through the terminal's painter: it is copied, or sent to a file.
        typer.echo(preset.written_out(), nl=False)


def _no_preset(name: str) -> NotFoundError:
    near = nearest_preset(name)
    return NotFoundError(
        what=f"there is no preset `{name}`",
        where="cdp sources presets",
        next_step=f"did you mean `{near}`?" if near else "call it without a name to list them",
    )
