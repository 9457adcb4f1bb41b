"""Commands for the life of the model: train one, look at it, put it in force."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.terminal import JsonOption, ProjectOption, now, opened_project, show

model_app = typer.Typer(
    help="Train a new version of the matching model, compare it, put it in force.",
    no_args_is_help=True,
)

_ModelId = Annotated[str, typer.Argument(help="Its id, as `cdp model list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(model_app, name="model")


@model_app.command()
def train(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Train a version on today's records and try it beside the one in force; nothing changes."""
    from cdp import explain
    from cdp.pipeline.modelling import train_model

    found = train_model(opened_project(project), as_of=now())
    show(found, explain.render.model_trial(found), as_json=as_json)


@model_app.command("list")
def list_models(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Every version kept: its state, its data window, how many records it was trained on."""
    from cdp import explain
    from cdp.store.layout import Layout
    from cdp.store.model_notes import read_versions

    found = read_versions(Layout(opened_project(project).store))
    show({"versions": found}, explain.render.models(found), as_json=as_json)


@model_app.command("show")
def show_model(
    model_id: _ModelId, project: ProjectOption = None, as_json: JsonOption = False
) -> None:
    """One version: what it was trained on, and what trying it has shown."""
    _tell(model_id, project, as_json=as_json)


@model_app.command()
def compare(model_id: _ModelId, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Which customers a candidate would merge or split, as of its training, with examples."""
    _tell(model_id, project, as_json=as_json)


@model_app.command()
def promote(model_id: _ModelId, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Put a version in force: the next run weighs all pairs by it; customers keep their ids."""
    from cdp import explain
    from cdp.pipeline.modelling import promote_model

    found = promote_model(opened_project(project), model_id, as_of=now())
    show(found, explain.render.model_trial(found), as_json=as_json)


def _tell(model_id: str, project: ProjectOption, *, as_json: bool) -> None:
    from cdp import explain
    from cdp.store.layout import Layout
    from cdp.store.model_notes import version_of

    found = version_of(Layout(opened_project(project).store), model_id)
    show(found, explain.render.model_trial(found), as_json=as_json)
