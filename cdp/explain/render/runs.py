"""A run's end, a store's state, an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cdp.explain.render.cells import cell, grid, percent, plain
from cdp.explain.status import Status
from cdp.resolve import drift_notices
from cdp.store.jitter import jitter_line, jitter_notice

_PARTS = ("read", "accepted", "quarantined", "duplicate", "set_aside", "held")
_EQUATION = "read = accepted + quarantined + duplicate + set aside + held"
_MOST_SHOWN = 10
_NEXT_OF_REJECTED = "`cdp quarantine list` tells which rows were rejected, and what to do."
_ENDED = {
    "published": "Published as run {run_id}.",
    "unchanged": "Run {run_id} found nothing new: the snapshot published before stands.",
    "rehearsed": "Rehearsed: nothing was kept (run {run_id}).",
}


def outcome(found: Mapping[str, Any]) -> RenderableType:
    """The end of a run: account, what wants a look, customers."""
    figures = found["figures"]
    text = _ENDED.get(str(found["status"]), "Run {run_id}: " + str(found["status"]))
    parts: list[RenderableType] = [_account(found["account"])]
    parts += _attention(found["attention"])
    if found.get("rows_open") and found["status"] != "rehearsed":
        parts.append(Text(_NEXT_OF_REJECTED))
    if found["status"] == "published":
        parts += _customers(figures)
    notices = [f"Wants a look: {notice}." for notice in found.get("source_notices", ())]
    notices += found.get("ruling_notices", ())
    parts += [Text(plain(notice), "yellow") for notice in notices]
    parts.append(Text(text.format(run_id=found["run_id"])))
    return Group(*parts)


def status(found: Status) -> RenderableType:
    """A store's state: snapshot, account, rejections, checks, writer."""
    parts: list[RenderableType] = []
    if found.run is None:
        parts.append(Text("Nothing is published yet. Next: cdp run"))
    else:
        as_of, ended = (cell(found.run.get(name)).plain for name in ("as_of", "finished_at"))
        parts += [
            Text(f"Published: run {found.run['run_id']}, as of {as_of} UTC", style="bold"),
            Text(f"ended {ended} UTC" if ended else "its end is not in the ledger", style="dim"),
            Text(f"{found.snapshot}/profiles.duckdb", style="dim"),
            *_rolled_back(found.later_snapshot),
            _account(found.account.to_dicts()),
            *_customers(found.run),
        ]
        parts += _attention(found.attention.to_dicts())
        parts += _rejected(found.rejected.to_dicts())
        parts += _warnings(found.failed_checks.to_dicts())
        parts += _rules(found.rules.to_dicts())
        parts.append(_runs(found.last_runs.to_dicts()))
    if found.rulings:
        told = ", ".join(f"{count} {state}" for state, count in found.rulings.items())
        parts.append(Text(f"Rulings: {told}. `cdp rulings` lists them."))
    parts += [Text(plain(f"Wants a look: {late}."), "yellow") for late in found.late_sources]
    parts += [Text(plain(notice), "yellow") for notice in found.ruling_notices]
    if found.writer:
        note = found.writer
        since = str(note.get("started_at", "?")).replace("T", " ")[:19]
        parts.append(
            Text(
                f"Run {note.get('run_id')} is writing, process {note.get('pid')}, since {since} UTC"
            )
        )
    return Group(*parts)


def export(found: Mapping[str, Any]) -> RenderableType:
    """What was exported, what was left out and why, and where the files are."""
    columns = ("what", "rows")
    rows: list[tuple[str, object]] = [("written", found["rows_written"])]
    rows += [(f"opted out of {c}", n) for c, n in found["opted_out"].items()]
    rows += [(f"opted out of {c}, not in the file", n) for c, n in found["untold"].items() if n]
    rows += [(f"rejected: {reason}", n) for reason, n in found["rejected"].items()]
    rows += [(f"left out: {reason}", n) for reason, n in found["left_out"].items()]
    rows += [(f"ids that ended: {kind}, in ended.csv", n) for kind, n in found["ended"].items()]
    title = f"Export {found['destination']} of run {found['run_id']}"
    return Group(grid(title, columns, rows, right=1), Text(str(found["folder"])))


def _rolled_back(later: str | None) -> list[Text]:
    if later is None:
        return []
    told = (
        f"Readers are on an earlier snapshot than the latest one kept ({later}): it was rolled"
        " back, or its publication was cut off. The next run publishes again."
    )
    return [Text(told, style="yellow")]


def _account(account: Sequence[Mapping[str, Any]]) -> Table:
    rows = [(row["source"], *(row[part] for part in _PARTS)) for row in account]
    names = ("source", *(part.replace("_", " ") for part in _PARTS))
    table = grid(f"Every row: {_EQUATION}", names, rows, right=len(_PARTS))
    if len(rows) > 1:
        table.add_section()
        sums = [sum(row[part] for row in account) for part in _PARTS]
        table.add_row("all", *(cell(total) for total in sums), style="bold")
    return table


def _attention(rows: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    if not rows:
        return []
    names = ("status", "source", "source_file", "reason", "rows_read")
    listed = [tuple(row[name] for name in names) for row in rows]
    columns = ("delivery", "source", "file", "why", "rows")
    steps = [
        Text.assemble((f"{plain(row['source_file'])}: ", "bold"), plain(row["next_step"]))
        for row in rows
    ]
    return [
        grid("Wants a look", columns, listed, right=1),
        *steps,
        Text("`cdp sources preview FILE` shows how a file is read."),
    ]


def _rejected(rows: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    names = ("source", "rule", "reason", "first_at", "row_count")
    columns = ("source", "rule", "why", "first at", "rows")
    listed = _longest("Rules that rows broke", columns, names, rows, table="quarantine_summary")
    return [*listed, Text(_NEXT_OF_REJECTED)] if rows else []


def _warnings(rows: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    names = ("severity", "source", "rule", "source_file", "rows_failed")
    columns = ("severity", "source", "rule", "file", "rows")
    return _longest("Failed checks", columns, names, rows, table="checks")


def _longest(
    title: str,
    columns: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    table: str,
) -> list[RenderableType]:
    """The first rows of a list, how many more there are, and where they all stand."""
    if not rows:
        return []
    listed = [tuple(row[name] for name in names) for row in rows[:_MOST_SHOWN]]
    parts: list[RenderableType] = [grid(title, columns, listed, right=1)]
    if len(rows) > _MOST_SHOWN:
        more = f"and {len(rows) - _MOST_SHOWN} more"
        where = f"`cdp status --json`, or table {table} of profiles.duckdb"
        parts.append(Text(f"... {more}; all {len(rows)}: {where}"))
    return parts


def _rules(rows: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    names = ("rule", "links_made", "links_refused", "conflicts")
    listed = [tuple(row[name] for name in names) for row in rows]
    columns = ("rule of the project", "links made", "refused", "conflicts")
    return [grid("What rules linked and parted", columns, listed, right=3)] if listed else []


def _runs(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = ("run", "began", "ended", "status", "customers", "merges", "jitter")
    names = ("run_id", "started_at", "finished_at", "status", "customers", "merges")
    # A snapshot of a former release knows no jitter, and the first run has none.
    shares = [row.get("jitter") for row in rows]
    listed = [
        (*(row[name] for name in names), "" if share is None else percent(share))
        for row, share in zip(rows, shares, strict=True)
    ]
    return grid("Last runs, up to the published one", columns, listed, right=3)


def _customers(figures: Mapping[str, Any]) -> list[RenderableType]:
    customers, identified = figures.get("customers") or 0, figures.get("identified") or 0
    told = (
        f"{identified:,} identified customers and {customers - identified:,} anonymous, "
        f"out of {figures.get('records') or 0:,} records; {figures.get('merges') or 0:,} former "
        f"customers merged; the largest has {figures.get('largest_customer') or 0:,} records."
    )
    jitter, notice = jitter_line(figures), jitter_notice(figures)
    lines = (told, jitter, f"Wants a look: {notice}" if notice else None)
    drift = drift_notices(figures)
    head = [f"Wants a look: {drift[0]}"] if drift else []
    return [Text(line) for line in (*lines, *head, *drift[1:]) if line]
