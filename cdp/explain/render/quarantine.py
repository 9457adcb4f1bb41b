"""Rejected rows: in figures, one by one, as files, and what a replay moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from cdp.explain.quarantine import Exported, Listing, Page
from cdp.explain.render.cells import grid, plain
from cdp.explain.render.runs import outcome

_STATES = ("rejected", "open", "superseded", "mended", "replayed")


def quarantine(found: Listing, short_ids: Mapping[str, str]) -> RenderableType:
    """Which rows were rejected, and the totals beside the account of the deliveries."""
    lines = [
        (
            row["source"], short_ids.get(row["delivery_id"], row["delivery_id"]),
            f"{row['source_file']}:{row['first_line']}", row["since"], row["rule"],
            row["reason"], row["severity"], row["state"], row["row_count"],
        )
        for row in found.lines.iter_rows(named=True)
    ]  # fmt: skip
    if not found.totals["rejected"].sum() and not lines:
        return Text("No row is rejected.")
    columns = (
        "source",
        "delivery",
        "first at",
        "since",
        "rule",
        "why",
        "severity",
        "state",
        "rows",
    )
    table = grid("Rejected rows", columns, lines, right=1)
    table.columns[1].no_wrap = True
    totals = [
        (row["source"], *(row[name] for name in _STATES))
        for row in found.totals.iter_rows(named=True)
        if row["rejected"] or row["replayed"]
    ]
    balance = (
        "Rejected are as many as the account of the deliveries has in quarantine; a row that broke"
        " several rules counts once."
        if found.is_balanced
        else "These are not the rows that the account of the deliveries counts: please report it."
    )
    return Group(
        table,
        grid("In all", ("source", *_STATES), totals, right=len(_STATES)),
        Text(balance, style="" if found.is_balanced else "red"),
        *_next(found),
    )


def _next(found: Listing) -> list[Text]:
    if not found.totals["open"].sum():
        return [Text("None is open: there is nothing to mend.")]
    return [
        Text(
            "Next: `cdp quarantine show SOURCE` shows the rows. Where the contract is wrong, mend"
            " it and `cdp quarantine replay`; where the rows are, `cdp quarantine export`, mend"
            " the file, and `cdp quarantine replay FILE`."
        )
    ]


def rejected_rows(found: Page) -> RenderableType:
    """Rejected rows one by one."""
    parts: list[Text] = []
    for row in found.rows:
        place = f"{row['source_file']}:{row['source_row']}"
        parts.append(Text.assemble((plain(place), "bold"), f"  {row['state']}"))
        parts += [Text(f"  {plain(one['rule'])}: {plain(one['reason'])}") for one in row["broke"]]
        text = row["raw"].rstrip("\r\n")
        parts += [Text(f"  | {plain(line)}", style="dim") for line in text.splitlines() or [""]]
    told = f"Rows {_counted(found)} of {found.all_rows:,}."
    if found.page < found.pages:
        told += f" `--page {found.page + 1}` shows more."
    if found.is_masked:
        told += " Words are masked; `--with-values` shows them."
    return Group(*parts, Text(told))


def _counted(found: Page) -> str:
    last = found.all_rows if found.page == found.pages else found.page * len(found.rows)
    first = last - len(found.rows) + 1
    return f"{first:,} to {last:,}" if last > first else f"{last:,}"


def exported_rows(found: Exported) -> RenderableType:
    """The files that were written, and how they go on."""
    names = ("path", "source", "source_file", "read_as", "rows")
    lines = [tuple(one[name] for name in names) for one in found.files]
    parts: list[RenderableType] = [
        grid(
            "Rejected rows, as they came", ("file", "source", "of", "type", "rows"), lines, right=1
        )
    ]
    parts += [Text(plain(f"Left out of {why}."), "yellow") for why in found.left_out]
    parts.append(
        Text(
            "Mend the rows in their places; leave as it is what cannot be mended. Keep the"
            " manifest beside the file. Next: cdp quarantine replay FILE"
        )
    )
    return Group(*parts)


def replayed(
    moved: Sequence[Mapping[str, Any]],
    files: Sequence[Mapping[str, Any]],
    ended: Mapping[str, Any],
) -> RenderableType:
    """The end of the run that a replay is, and what it moved, delivery by delivery."""
    columns = (
        "delivery",
        "file",
        "open",
        "accepted",
        "quarantined",
        "duplicate",
        "set aside",
        "held",
    )
    names = ("open", "accepted", "quarantined", "duplicate", "set_aside", "held")
    lines = [
        (row["delivery_id"], row["source_file"], *(_change(row, f"rows_{n}") for n in names))
        for row in moved
    ]
    known = [
        Text(f"{plain(one['file'])} was replayed before, as {one['delivery_id']}: nothing is new.")
        for one in files
        if not one["is_new"]
    ]
    table = grid("What moved, before → now", columns, lines, right=len(names))
    settled = sum(max(row["rows_open_before"] - row["rows_open"], 0) for row in moved)
    left = sum(row["rows_open"] for row in moved)
    return Group(
        outcome(ended),
        *known,
        table,
        Text(f"{settled:,} rows are open no more, {left:,} still are."),
    )


def _change(row: Mapping[str, Any], name: str) -> str:
    before, now = row[f"{name}_before"], row[name]
    return f"{now:,}" if before == now else f"{before:,} → {now:,}"
