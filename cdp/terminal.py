"""What every command has in common: the project it is about, and how it prints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from cdp.project import Project

ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", "-p", help="Project folder. Default: CDP_PROJECT, else this folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

out = Console()
err = Console(stderr=True)


def open_project(folder: Path | None) -> Project:
    """The project of a command.

    Raises:
        ProjectError: It has faults; all are told.
    """
    from cdp.project import load_project

    return load_project(project_folder(folder))


def project_folder(stated: Path | None) -> Path:
    """The folder that was named, else that of the environment, else this one."""
    from cdp.project import project_folder_from_environment

    return stated or project_folder_from_environment() or Path()


def now() -> datetime:
    """The clock, UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def print_found(
    found: dict[str, object], shown: RenderableType, *, as_json: bool, console: Console = out
) -> None:
    """Print an answer: for machines as JSON, else as a picture."""
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False, indent=2))
    else:
        console.print(shown)
