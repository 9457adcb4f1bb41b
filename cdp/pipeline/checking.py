"""Check a project against itself, its rules, its logs and the files that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cdp import ingest, quality
from cdp.errors import ConfigError, DeliveryError, Fault, ProjectError
from cdp.pipeline.doubts import (
    doubtful_amounts,
    is_order_open,
    misread_letters,
    open_order,
    states_order,
)
from cdp.pipeline.resolving import WRITE_THEM, unreadable_values
from cdp.project import (
    Source,
    Survey,
    Written,
    columns_expected,
    columns_named,
    is_of_values,
    key_columns_named,
    survey_project,
)
from cdp.store.revocations import read_words
from cdp.store.rulings import read_rulings

SAMPLE_ROWS = 200
"""Rows of a file that are looked at: for columns of JSON Lines, and for what is misread."""


def check_project(root: Path) -> list[dict[str, object]]:
    """Every source of a project with its files, and what is worth knowing but no fault.

    Columns of keys are looked for in every file, since one without them is held; the others in
    the newest file only, since older files may lack what a tool tells since.

    Returns:
        One entry per source, by name: source, holds, path, files (how many) and notices.

    Raises:
        ProjectError: With every fault of settings, rules and columns, each with file and line.
    """
    survey = survey_project(root)
    faults = [*survey.faults, *_listed_faults(survey), *_log_faults(survey.root)]
    found: list[dict[str, object]] = []
    files_of = {one.name: ingest.files_below(survey.root, one) for one in survey.sources}
    shared = _shared_files(survey.root, files_of)
    for source in survey.sources:
        written, files = survey.contracts[source.name], files_of[source.name]
        faults += _rule_faults(source, written)
        looked = _look_at(survey.root, source, written, files)
        faults += looked.faults
        found.append(
            {
                "source": source.name, "holds": source.holds, "path": list(source.path),
                "files": len(files), "notices": [*looked.notices, *shared.get(source.name, ())],
            }
        )  # fmt: skip
    if faults:
        raise ProjectError(faults)
    survey.project  # noqa: B018 - raises what the survey itself found
    return found


def _shared_files(root: Path, files_of: Mapping[str, Sequence[Path]]) -> dict[str, list[str]]:
    """Files that several sources read: the first of these sources by name -> what to tell."""
    readers: dict[Path, list[str]] = {}
    for name in sorted(files_of):
        for path in files_of[name]:
            readers.setdefault(path, []).append(name)
    shared: dict[tuple[str, ...], list[Path]] = {}
    for path, names in sorted(readers.items()):
        if len(names) > 1:
            shared.setdefault(tuple(names), []).append(path)
    told: dict[str, list[str]] = {}
    for sources, paths in sorted(shared.items()):
        count = "1 file is" if len(paths) == 1 else f"{len(paths)} files are"
        told.setdefault(sources[0], []).append(
            f"{count} read by {' and '.join(sources)}, such as"
            f" {paths[0].relative_to(root).as_posix()}: each row counts for each of them. Unless"
            " that is meant, narrow a `path` or take a contract away"
        )
    return told


def _listed_faults(survey: Survey) -> Iterator[Fault]:
    """Values of `resolve.allow` and `resolve.block` that a run would refuse."""
    if survey.settings is None:
        return
    resolving, region = survey.settings.resolve, survey.settings.default_region
    for key, kind, position in unreadable_values(resolving, region):
        message = f"`resolve.{key}.{kind}`: no. {position + 1} is a value that no record can hold"
        yield survey.stated.fault(("resolve", key, kind, position), message, WRITE_THEM)


def _log_faults(root: Path) -> Iterator[Fault]:
    """Lines of the logs of rulings and of revoked deliveries that a run would refuse."""
    for read in (read_rulings, read_words):
        try:
            read(root)
        except ProjectError as refused:
            yield from refused.faults
        except ConfigError as refused:
            yield Fault(refused.where, 0, refused.what, refused.next_step)


def _rule_faults(source: Source, written: Written) -> Iterator[Fault]:
    for place, fault in quality.rule_faults(source) if source.expect else ():
        yield written.fault(("expect", place), fault.what, fault.next_step)


@dataclass(frozen=True)
class _Look:
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]


def _look_at(root: Path, source: Source, written: Written, files: Sequence[Path]) -> _Look:
    if not files:
        told = ", ".join(source.path)
        return _Look((), (f"no file matches {told} below {root.name}/; files may come later",))
    headers: dict[str, list[str]] = {}
    notices, open_files = [], []
    for path in sorted(files, key=lambda file: _order(file, source)):
        name = path.relative_to(root).as_posix()
        try:
            headers[name] = _columns_of(path, source)
            if not states_order(written) and is_order_open(path, source):
                open_files.append(name)
        except (DeliveryError, OSError) as fault:
            what = fault.what if isinstance(fault, DeliveryError) else type(fault).__name__
            notices.append(f"{name} cannot be read: {what}")
    if open_files:
        more = f" and {len(open_files) - 1} other files" if len(open_files) > 1 else ""
        notices.append(f"{open_files[-1]}{more}: {open_order(source, written)}")
    for name in list(headers)[-1:]:
        notices += _misread(root, name, source)
    return _Look(tuple(_column_faults(source, written, headers)), tuple(notices))


def _misread(root: Path, name: str, source: Source) -> list[str]:
    try:
        with ingest.open_rows(root / name, source.format) as reader:
            rows, read_as = [*islice(reader.rows, SAMPLE_ROWS)], reader.read_as
    except (DeliveryError, OSError):
        return []  # it opened, so a run will say what it finds further on
    told = (misread_letters(rows, read_as), doubtful_amounts(rows, source))
    return [f"{name}: {one}" for one in told if one]


def _order(path: Path, source: Source) -> tuple[str, str]:
    """When a file was delivered, as text; one that does not tell comes first."""
    try:
        return ingest.delivered_at(path, source).isoformat(), path.name
    except (DeliveryError, OSError):
        return "", path.name


def _columns_of(path: Path, source: Source) -> list[str]:
    """The columns that a file has: its header, or the contract's paths that its rows hold."""
    with ingest.open_rows(path, source.format) as reader:
        if reader.header is not None:
            return list(reader.header)
        rows = [json.loads(row.fields) for row in islice(reader.rows, SAMPLE_ROWS) if row.fields]
    # A field may be left out where it is empty, so only a row's own key, or a part of it, and its
    # time are sure.
    time = (source.occurred_at.column,) if source.occurred_at else ()
    missing = {
        column
        for columns in (source.record_key or (), source.touchpoint_key or (), time)
        for column in columns
        if rows and not any(_holds(row, one.split(".")) for one in columns for row in rows)
    }
    tops = sorted({name for row in rows for name in row})
    return [*(c for c in columns_named(source) if c not in missing), *tops]


def _holds(value: object, parts: Sequence[str]) -> bool:
    for part in parts:
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return False
    return True


def _column_faults(
    source: Source, written: Written, headers: dict[str, list[str]]
) -> Iterator[Fault]:
    keys, mapped = key_columns_named(source), columns_named(source)
    for column in columns_expected(source):
        looked_in = list(headers) if column in keys else list(headers)[-1:]
        lacking = [name for name in looked_in if column not in headers[name]]
        if lacking:
            last = lacking[-1]
            more = f" and {len(lacking) - 1} other files" if len(lacking) > 1 else ""
            near = quality.nearest_column(column, headers[last], mapped)
            message = f"column `{column}` is not in {last}{more}"
            hint = f"nearest: `{near}`" if near else ""
            if is_of_values(headers[last]):
                hint = quality.NO_HEADER
            yield written.fault(written.loc_of(column), message, hint)
