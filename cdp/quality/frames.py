"""The frames in which rules see ``mapped.checked``: bounded chunks, or one whole delivery.

A frame has the columns that the rules look at and no others. Lists are one text with commas,
null when empty; money is a number; attributes are text, with a second column of numbers for the
rules that compare with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from cdp.engine import Engine
from cdp.errors import ContractError
from cdp.quality.rules import Rule
from cdp.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

CHUNK_ROWS = 200_000
_LAST_LINE = (1 << 63) - 1
_CHECKED = CONTRACTS["mapped.checked"].schema
_PLACE = frozenset(["delivery_id", "source_row", "fault", "set_aside"])
_ALWAYS_NUMBERS = frozenset(
    [
        "ExpectColumnMeanToBeBetween",
        "ExpectColumnMedianToBeBetween",
        "ExpectColumnQuantileValuesToBeBetween",
        "ExpectColumnStdevToBeBetween",
        "ExpectColumnSumToBeBetween",
        "ExpectColumnValueZScoresToBeLessThan",
        "ExpectColumnValuesToNotBeOutliers",
    ]
)
_NUMBERS_IF_STATED = frozenset(
    [
        "ExpectColumnDistinctValuesToBeInSet",
        "ExpectColumnMaxToBeBetween",
        "ExpectColumnMinToBeBetween",
        "ExpectColumnValuesToBeBetween",
        "ExpectColumnValuesToBeInSet",
        "ExpectColumnValuesToNotBeInSet",
    ]
)


def columns_read(rule: Rule) -> list[str]:
    """The columns, canonical or attributes, that a rule looks at; none for a rule on the whole.

    >>> columns_read(Rule("r", "ExpectColumnValuesToBeUnique", "city", "info", 0, "twice"))
    ['city']
    """
    pair = (rule.arguments.get("column_A"), rule.arguments.get("column_B"))
    listed = rule.arguments.get("column_list")
    several = listed if isinstance(listed, (list, tuple)) else ()
    return [str(name) for name in (rule.column, *pair, *several) if name is not None]


def check_columns(rules: Iterable[Rule], attributes: Iterable[str]) -> None:
    """Refuse rules on columns that do not exist.

    Raises:
        ContractError: A column is neither canonical nor an attribute of the contract.
    """
    known = {*_CHECKED.names, *attributes}
    for rule in rules:
        unknown = sorted(set(columns_read(rule)) - known)
        if unknown:
            raise ContractError(
                what=f"rule `{rule.name}` looks at unknown columns: {', '.join(unknown)}",
                where="expect",
                how_many=len(unknown),
                next_step="name a canonical column or one of the contract's `attributes`",
            )


def seen_as(rule: Rule, attributes: Iterable[str]) -> dict[str, object]:
    """The arguments of a rule, its column among them, as they fit the frames' columns."""
    arguments = dict(rule.arguments)
    if rule.column is None:
        return arguments
    if rule.column in _CHECKED.names and pa.types.is_temporal(_CHECKED.field(rule.column).type):
        for bound in ("min_value", "max_value"):
            if isinstance(arguments.get(bound), str):
                arguments[bound] = _instant(str(arguments[bound]))
    return {"column": _number_name(rule, attributes) or rule.column, **arguments}


def chunks(
    engine: Engine, rules: Sequence[Rule], attributes: Sequence[str]
) -> Iterator[pd.DataFrame]:
    """``mapped.checked`` by delivery and line, at most ``CHUNK_ROWS`` rows at a time."""
    columns = _columns(rules, attributes)
    for first, last, start, end in list(_spans(engine)):
        chunk = engine.query(
            f"select {columns} from mapped.checked "
            "where delivery_id between $first and $last and source_row between $start and $end "
            "order by delivery_id, source_row",
            {"first": first, "last": last, "start": start, "end": end},
        )
        if chunk.height:
            yield _in_nanoseconds(_with_numbers(chunk, rules, attributes)).to_pandas()


def _spans(engine: Engine) -> Iterator[tuple[str, str, int, int]]:
    """First and last delivery, first and last line: small deliveries together, large in parts.

    Rows are found by their lines without a look at the others of a large delivery.
    """
    deliveries = engine.query(
        "select delivery_id, count(*) as row_count, min(source_row) as start, "
        "max(source_row) as end from mapped.checked group by delivery_id order by delivery_id"
    )
    together: list[str] = []
    rows = 0
    for delivery_id, row_count, start, end in deliveries.iter_rows():
        if together and rows + row_count > CHUNK_ROWS:
            yield together[0], together[-1], 0, _LAST_LINE
            together, rows = [], 0
        if row_count > CHUNK_ROWS:
            for line in range(start, end + 1, CHUNK_ROWS):
                yield delivery_id, delivery_id, line, line + CHUNK_ROWS - 1
        else:
            together.append(delivery_id)
            rows += row_count
    if together:
        yield together[0], together[-1], 0, _LAST_LINE


def whole_delivery(
    engine: Engine, delivery_id: str, rules: Sequence[Rule], attributes: Sequence[str]
) -> pd.DataFrame:
    """The readable rows of one delivery that are not set aside, by line."""
    rows = engine.query(
        f"select {_columns(rules, attributes)} from mapped.checked "
        "where delivery_id = $delivery and fault is null and set_aside is null order by source_row",
        {"delivery": delivery_id},
    )
    return _in_nanoseconds(_with_numbers(rows, rules, attributes)).to_pandas()


def _columns(rules: Iterable[Rule], attributes: Iterable[str]) -> str:
    own = set(attributes) - _PLACE
    named = _PLACE.union(*(columns_read(rule) for rule in rules))
    return ", ".join(_column(name, is_own=name in own) for name in sorted(named))


def _column(name: str, *, is_own: bool) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if is_own:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1").replace("'", "''")
        return f"json_extract_string(declared, '{pointer}') as {quoted}"
    kind = _CHECKED.field(name).type
    if pa.types.is_list(kind):
        return f"nullif(array_to_string({quoted}, ','), '') as {quoted}"
    return f"cast({quoted} as double) as {quoted}" if pa.types.is_decimal(kind) else quoted


def _number_name(rule: Rule, attributes: Iterable[str]) -> str | None:
    """The column of numbers that a rule on an attribute reads; null when it reads the text."""
    if rule.column is None or rule.column not in set(attributes):
        return None
    bounds = [rule.arguments.get(bound) for bound in ("min_value", "max_value")]
    choices = rule.arguments.get("value_set")
    stated = [*bounds, *(choices if isinstance(choices, (list, tuple)) else ())]
    has_number = any(isinstance(v, (int, float)) and not isinstance(v, bool) for v in stated)
    if rule.expectation in _ALWAYS_NUMBERS or (
        rule.expectation in _NUMBERS_IF_STATED and has_number
    ):
        side = "least" if bounds[0] is not None and bounds[1] is None else "most"
        return f"{rule.column} as a number, at {side}"
    return None


def _with_numbers(
    chunk: pl.DataFrame, rules: Iterable[Rule], attributes: Sequence[str]
) -> pl.DataFrame:
    """Attributes as numbers beside their text.

    A text that is no number lies beyond the bound, so that it fails instead of passing as null.
    """
    wanted = {(_number_name(rule, attributes), rule.column) for rule in rules}
    views = []
    for view, column in sorted((v, c) for v, c in wanted if v is not None and c is not None):
        number = pl.col(column).cast(pl.Float64, strict=False)
        beyond = float("-inf") if view.endswith("least") else float("inf")
        read = pl.when(number.is_finite()).then(number).otherwise(pl.lit(beyond))
        views.append(pl.when(pl.col(column).is_not_null()).then(read).alias(view))
    return chunk.with_columns(views)


def _in_nanoseconds(frame: pl.DataFrame) -> pl.DataFrame:
    """Times in nanoseconds: Great Expectations compares those as a column, any others one by one.

    A column with a time that nanoseconds cannot hold, such as one of the year 9999, stays as it is.
    """
    fitting = [
        pl.col(name).cast(pl.Datetime("ns"))
        for name, kind in frame.schema.items()
        if kind == pl.Datetime("us") and frame[name].drop_nulls().is_between(*_HELD).all()
    ]
    return frame.with_columns(fitting)


_HELD = (datetime(1678, 1, 1), datetime(2262, 1, 1))
"""Between these every time fits into 64 bits of nanoseconds."""


def _instant(text: str) -> datetime | str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return read if read.tzinfo is None else read.astimezone(UTC).replace(tzinfo=None)
