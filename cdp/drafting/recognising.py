"""Which preset fits a file: the one whose columns are all there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cdp.drafting.sample import Sample
from cdp.project import Preset, RecognisedBy


def recognised(
    sample: Sample, first_lines: Sequence[str], known: Sequence[Preset]
) -> Preset | None:
    """The preset that fits; of several the one that names the most columns, then by name."""
    fitting = [one for one in known if _fits(sample, first_lines, one.about.recognised_by)]
    return min(fitting, key=lambda one: (-named_by(one), one.name), default=None)


def named_by(preset: Preset) -> int:
    """How many columns or paths a preset is known by; none where it is by the look of lines."""
    by = preset.about.recognised_by
    return len(by.columns) + len(by.paths)


def _fits(sample: Sample, first_lines: Sequence[str], by: RecognisedBy) -> bool:
    names = {*sample.column_names}
    if by.line is not None:
        return any(re.search(by.line, line) for line in first_lines)
    if by.columns:
        return sample.kind == "csv" and names.issuperset(by.columns)
    is_json = sample.kind in ("json", "jsonl", "parquet")
    # Of a document whose rows stand in an array, paths of the whole document are known, too.
    array = {str(setting.value) for setting in sample.settings if setting.key == "rows"}
    return is_json and bool(by.paths) and all(_has(names, array, path) for path in by.paths)


def _has(names: Collection[str], array: Collection[str], path: str) -> bool:
    """Whether a path is there: with a value, with more below it, or around the rows."""
    starts = (f"{path}.", f"parent.{path}.")
    is_around = path in array or f"parent.{path}" in names
    return path in names or is_around or any(name.startswith(starts) for name in names)
