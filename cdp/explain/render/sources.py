"""Source contracts and a first look at a file through one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cdp.explain.render.cells import cell, grid, plain


def sources(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    """The sources of a project and how many files each finds."""
    rows = [(s["source"], s["holds"], s["path"], s["files"]) for s in found]
    return Group(
        grid("Sources", ("source", "holds", "path", "files"), rows, right=1),
        *(
            Text.assemble((f"{s['source']}: ", "yellow"), plain(notice))
            for s in found
            for notice in s["notices"]
        ),
        Text(f"{len(rows)} source contracts, no faults."),
    )


def presets(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    """The contracts of known exports, and whether anybody has seen the headers they name."""
    columns = ("group", "preset", "product", "file", "seen")
    rows = [
        (*(one[column] for column in ("group", "preset", "product", "file")), one["is_verified"])
        for one in sorted(found, key=lambda one: (one["group"], one["preset"]))
    ]
    table = grid("Presets", columns, rows)
    table.columns[1].no_wrap = True  # it is copied
    return Group(
        table,
        Text(
            "Write `preset: NAME` beside `source` and `path`. Seen: somebody has seen its headers."
        ),
        Text("One in full: cdp sources presets NAME"),
    )


def draft(found: Mapping[str, Any], steps: Sequence[str]) -> RenderableType:
    """What stands behind a drafted contract: the preset, what to look at, what to type next."""
    preset = found["preset"]
    said = f"The preset {preset} fits." if preset else "No preset fits: drafted line by line."
    kept = [Text(f"Kept as {plain(found['written'])}.")] if found["written"] else []
    return Group(
        Text(said, style="bold"),
        *(Text.assemble(("Look at: ", "yellow"), plain(one)) for one in found["warnings"]),
        *kept,
        Text("Next:"),
        # A command that is broken by the terminal cannot be copied.
        *(Text(f"  {plain(step)}", no_wrap=True, overflow="ignore") for step in steps),
    )


def preview(found: Mapping[str, Any]) -> RenderableType:
    """Rows of a file, raw beside mapped, one table a row; last, what was made nothing of."""
    title = plain(f"{found['file']} as source {found['source']} reads it")
    rows = [_row(row) for row in found["rows"]]
    notices = [Text(plain(notice), style="yellow") for notice in found["notices"]]
    return Group(Text(title, style="bold"), *rows, *notices, *_misread(found["misread"], len(rows)))


def _misread(found: Sequence[Mapping[str, Any]], rows: int) -> list[RenderableType]:
    if not found:
        return [Text(f"Every key, time and value of these {rows} rows was read.")]
    listed = [(one["column"], one["what"], one["rows"]) for one in found]
    columns = ("column", "what is wrong", f"of {rows} rows")
    return [grid("Not read as the contract says", columns, listed, right=1)]


def _row(row: Mapping[str, Any]) -> Table:
    table = Table(
        title=f"row {row['source_row']}", title_justify="left", header_style="dim", min_width=60
    )
    for name in ("raw", "mapped"):
        table.add_column(name, overflow="fold", ratio=1)
    left = _listed(row["raw"]) if isinstance(row["raw"], dict) else cell(row["raw"])
    right = _listed(row["mapped"])
    for label, style in (("unmapped", "dim"), ("set_aside", "yellow"), ("fault", "red")):
        if row[label]:
            told = row[label]
            said = ", ".join(told) if isinstance(told, dict) else str(told)
            right.append(f"\n{label.replace('_', ' ')}: {plain(said)}", style=style)
    for told in row["misread"]:
        right.append(f"\nnot read: {plain(told)}", style="yellow")
    table.add_row(left, right)
    return table


def _listed(fields: Mapping[str, Any]) -> Text:
    return Text("\n").join(
        Text.assemble((f"{plain(name)}: ", "cyan"), cell(value)) for name, value in fields.items()
    )
