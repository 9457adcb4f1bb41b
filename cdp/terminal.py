"""What all commands share: their options, the project that they open, and how they print."""

from __future__ import annotations

import json
import secrets
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


def opened_project(folder: Path | None) -> Project:
    """The project of the folder stated, else of the environment, else of this folder."""
    from cdp.project import load_project

    return load_project(project_folder(folder))


def project_folder(stated: Path | None) -> Path:
    """The folder stated, else that of the environment, else this one."""
    from cdp.project import project_folder_from_environment

    return stated or project_folder_from_environment() or Path()


def now() -> datetime:
    """The wall clock, UTC: read here and handed on, never inside of what it goes to."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_run_id(at: datetime) -> str:
    """A name for a run that begins then; names sort by their runs' beginnings."""
    return f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def show(
    found: dict[str, object], shown: RenderableType, *, as_json: bool, console: Console = out
) -> None:
    """Print a picture, or what it shows as JSON."""
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False, indent=2))
    else:
        # What is too wide is broken by the terminal, not cut: ids are copied.
        console.print(shown, crop=False)
