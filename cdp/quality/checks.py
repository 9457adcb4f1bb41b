"""Run rules by Great Expectations: row rules on bounded chunks, batch rules on whole columns.

Great Expectations judges, this module counts: for every rule and delivery, rows checked and
failed, and the lines of the failing rows. Cell values never leave the frame.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from cdp.engine import Engine
from cdp.errors import ContractError
from cdp.quality.rules import Rule

if TYPE_CHECKING:
    import pandas as pd

CHUNK_ROWS = 200_000
SAMPLE_ROWS = 5
_PLACE = ("delivery_id", "source_row")


@dataclass(frozen=True)
class RuleResult:
    """One rule on one delivery. ``failed_rows`` are lines of the file, in their order."""

    delivery_id: str
    rule: Rule
    rows_checked: int
    failed_rows: tuple[int, ...]
    rows_failed: int

    @property
    def passed(self) -> bool:
        """Whether no more rows failed than are tolerated."""
        return self.rows_failed <= self.rule.tolerated_share * max(self.rows_checked, 1)

    @property
    def message(self) -> str:
        """The result in words: counts, never a cell."""
        if not self.rows_failed:
            return f"{self.rows_checked} rows kept it"
        share = self.rows_failed / max(self.rows_checked, 1)
        return (
            f"{self.rule.reason}: {self.rows_failed} of {self.rows_checked} rows ({share:.1%}), "
            f"{self.rule.tolerated_share:.1%} tolerated"
        )

    @property
    def sample(self) -> str:
        """The first failing lines, as JSON."""
        return json.dumps(self.failed_rows[:SAMPLE_ROWS])


def check_rows(
    engine: Engine, rules: Sequence[Rule], attributes: Iterable[str]
) -> list[RuleResult]:
    """Judge ``mapped.checked`` by the rules; one result per rule and delivery, sorted.

    Unreadable rows break ``row_is_readable`` alone, and rows set aside break nothing.

    Raises:
        ContractError: A rule cannot run: an unknown expectation, wrong arguments or column.
    """
    expectations = {rule.name: _expectation(rule) for rule in rules}
    row_rules = [rule for rule in rules if _is_row_rule(expectations[rule.name])]
    batch_rules = [rule for rule in rules if not _is_row_rule(expectations[rule.name])]
    counts = _Counts()
    for chunk in _chunks(engine, rules, attributes):
        readable = chunk[chunk["fault"].isna() & chunk["set_aside"].isna()].reset_index(drop=True)
        for rule in row_rules:
            frame = chunk if rule.column == "fault" else readable
            counts.add_checked(rule, frame)
        counts.add_failed(
            chunk, _failing(chunk, [r for r in row_rules if r.column == "fault"], expectations)
        )
        counts.add_failed(
            readable,
            _failing(readable, [r for r in row_rules if r.column != "fault"], expectations),
        )
    for delivery_id in sorted(counts.deliveries):
        counts.add_batch(
            delivery_id,
            _broken_batch_rules(engine, delivery_id, batch_rules, expectations, attributes),
        )
    return counts.results(rules)


class _Counts:
    """Rows checked and failed by rule and delivery, gathered over chunks."""

    def __init__(self) -> None:
        self.deliveries: set[str] = set()
        self._checked: dict[tuple[str, str], int] = {}
        self._failed: dict[tuple[str, str], list[int]] = {}
        self._broken: set[tuple[str, str]] = set()

    def add_checked(self, rule: Rule, frame: pd.DataFrame) -> None:
        column = frame[rule.column]
        # Expectations pass over nulls, so only stated values count; not so where null is the fault.
        looked_at = (
            frame
            if "NotBeNull" in rule.expectation or rule.column == "fault"
            else frame[column.notna()]
        )
        for delivery_id, rows in looked_at.groupby("delivery_id").size().items():
            self._checked[rule.name, str(delivery_id)] = self._checked.get(
                (rule.name, str(delivery_id)), 0
            ) + int(rows)
        self.deliveries.update(str(name) for name in frame["delivery_id"].unique())

    def add_failed(self, frame: pd.DataFrame, failing: dict[str, list[int]]) -> None:
        places = frame[list(_PLACE)]
        for rule_name, labels in failing.items():
            for delivery_id, row in places.loc[sorted(set(labels))].itertuples(index=False):
                self._failed.setdefault((rule_name, delivery_id), []).append(int(row))

    def add_batch(self, delivery_id: str, broken: dict[str, bool]) -> None:
        for rule_name, is_broken in broken.items():
            self._checked[rule_name, delivery_id] = 1
            if is_broken:
                self._broken.add((rule_name, delivery_id))

    def results(self, rules: Sequence[Rule]) -> list[RuleResult]:
        found = []
        for delivery_id in sorted(self.deliveries):
            for rule in sorted(rules, key=lambda r: r.name):
                place = (rule.name, delivery_id)
                rows = tuple(sorted(self._failed.get(place, [])))
                failed = len(rows) + (place in self._broken)
                found.append(
                    RuleResult(delivery_id, rule, self._checked.get(place, 0), rows, failed)
                )
        return found


def _chunks(
    engine: Engine, rules: Sequence[Rule], attributes: Iterable[str]
) -> Iterator[pd.DataFrame]:
    """``mapped.checked`` in bounded pandas frames: the columns that rules look at, no others."""
    last = ("", 0)
    columns = _columns(rules, attributes)
    while True:
        chunk = engine.query(
            f"select {columns} from mapped.checked "
            "where (delivery_id, source_row) > ($delivery, $row) "
            f"order by delivery_id, source_row limit {CHUNK_ROWS}",
            {"delivery": last[0], "row": last[1]},
        )
        if not chunk.height:
            return
        last = (chunk["delivery_id"][-1], chunk["source_row"][-1])
        yield _numeric_where_compared(chunk, rules, attributes).to_pandas()


def _columns(rules: Sequence[Rule], attributes: Iterable[str]) -> str:
    own = set(attributes)
    named = {"delivery_id", "source_row", "fault", "set_aside"}
    named |= {rule.column for rule in rules if rule.column}
    for rule in rules:
        for argument in ("column_A", "column_B"):
            named |= {str(rule.arguments[argument])} if argument in rule.arguments else set()
        named |= set(map(str, _listed(rule.arguments.get("column_list"))))
    parts = []
    for name in sorted(named):
        quoted = name.replace('"', '""')
        pointer = "/" + name.replace("~", "~0").replace("/", "~1").replace("'", "''")
        parts.append(
            f"json_extract_string(declared, '{pointer}') as \"{quoted}\""
            if name in own
            else f'"{quoted}"'
        )
    return ", ".join(parts)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _numeric_where_compared(
    chunk: pl.DataFrame, rules: Sequence[Rule], attributes: Iterable[str]
) -> pl.DataFrame:
    """Attributes are text; a rule that compares with numbers sees numbers.

    A text that is no number becomes NaN-like infinity, so that it fails a range instead of
    passing as null.
    """
    own = set(attributes)
    compared = {
        rule.column
        for rule in rules
        if rule.column in own
        and any(
            isinstance(v, (int, float))
            for k, v in rule.arguments.items()
            if k in ("min_value", "max_value")
        )
    }
    for name in sorted(name for name in compared if name):
        number = pl.col(name).cast(pl.Float64, strict=False)
        chunk = chunk.with_columns(
            pl.when(pl.col(name).is_not_null()).then(number.fill_null(float("inf"))).alias(name)
        )
    return chunk


def _expectation(rule: Rule) -> Any:
    import great_expectations.expectations as gxe

    known = getattr(gxe, rule.expectation, None)
    if known is None:
        raise ContractError(
            what=f"rule `{rule.name}` names an unknown expectation {rule.expectation}",
            where="expect",
            next_step="take a name from the Great Expectations gallery",
        )
    column = {"column": rule.column} if rule.column else {}
    try:
        return known(**column, **rule.arguments, severity=rule.severity, meta={"rule": rule.name})
    except Exception as wrong:
        raise ContractError(
            what=f"rule `{rule.name}` cannot be built: {rule.expectation} refuses its arguments "
            f"({', '.join(sorted(rule.arguments)) or 'none'})",
            where="expect",
            next_step="compare the arguments with the expectation's page",
        ) from wrong


def _is_row_rule(expectation: Any) -> bool:
    from great_expectations.expectations.expectation import (
        ColumnMapExpectation,
        ColumnPairMapExpectation,
        MulticolumnMapExpectation,
    )

    return isinstance(
        expectation, (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)
    )


def _failing(
    frame: pd.DataFrame, rules: Sequence[Rule], expectations: dict[str, Any]
) -> dict[str, list[int]]:
    """Rule -> labels of the frame's rows that break it."""
    if not rules or frame.empty:
        return {}
    return {
        name: [int(label) for label in result.result.get("unexpected_index_list") or ()]
        for name, result in _validated(frame, [expectations[rule.name] for rule in rules])
    }


def _broken_batch_rules(
    engine: Engine,
    delivery_id: str,
    rules: Sequence[Rule],
    expectations: dict[str, Any],
    attributes: Iterable[str],
) -> dict[str, bool]:
    """Batch rule -> whether the whole delivery breaks it."""
    if not rules:
        return {}
    chunk = engine.query(
        f"select {_columns(rules, attributes)} from mapped.checked "
        "where delivery_id = $delivery and fault is null and set_aside is null order by source_row",
        {"delivery": delivery_id},
    )
    frame = _numeric_where_compared(chunk, rules, attributes).to_pandas()
    validated = _validated(frame, [expectations[rule.name] for rule in rules])
    return {name: not result.success for name, result in validated}


def _validated(frame: pd.DataFrame, expectations: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    rows = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = rows.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    # Copies: an expectation that joined one suite may not join the next chunk's.
    copies = [expectation.copy(deep=True) for expectation in expectations]
    suite = gx.ExpectationSuite(name="rules", expectations=copies)
    outcome = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False}
    )
    for result in outcome.results:
        rule_name = cast("Any", result.expectation_config).meta["rule"]
        if not result.success and not result.result:
            raise ContractError(
                what=f"rule `{rule_name}` cannot run: its column is missing or of another type",
                where="expect",
                next_step="name a canonical column or one of the contract's `attributes`",
            )
        yield rule_name, result
