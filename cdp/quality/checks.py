"""Run rules by Great Expectations: row rules on bounded chunks, batch rules on whole columns.

Great Expectations judges, this module counts: for every rule and delivery, rows checked and
failed, and the lines of the failing rows. Cell values never leave the frame.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from cdp.engine import Engine
from cdp.errors import ContractError
from cdp.project import Source, nearest
from cdp.quality.expectations import known_expectations
from cdp.quality.frames import check_columns, chunks, columns_read, seen_as, whole_delivery
from cdp.quality.rules import Rule, own_rules

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 5
_ACROSS_ROWS = frozenset(
    [
        "ExpectColumnValueZScoresToBeLessThan",
        "ExpectColumnValuesToBeDecreasing",
        "ExpectColumnValuesToBeIncreasing",
        "ExpectColumnValuesToBeUnique",
        "ExpectColumnValuesToNotBeOutliers",
        "ExpectCompoundColumnsToBeUnique",
    ]
)


@dataclass(frozen=True)
class RuleResult:
    """One rule on one delivery. ``failed_rows`` are lines of the file, in their order.

    A rule on a header counts ``columns`` where the others count rows, one on a whole delivery
    ``deliveries``.
    """

    delivery_id: str
    rule: Rule
    rows_checked: int
    failed_rows: tuple[int, ...]
    rows_failed: int
    counted: Literal["rows", "columns", "deliveries"] = "rows"

    @property
    def passed(self) -> bool:
        """Whether no more rows failed than are tolerated."""
        return self.rows_failed <= self.rule.tolerated_share * max(self.rows_checked, 1)

    @property
    def message(self) -> str:
        """The result in words: counts, never a cell."""
        if not self.rows_failed:
            return f"{self.rows_checked} {self.counted} kept it"
        if self.counted != "rows":
            return self.rule.reason
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

    Unreadable rows break ``row_is_readable`` alone, and rows set aside break nothing. A rule that
    compares rows with one another, as on unique values, looks at one delivery at a time.

    Raises:
        ContractError: A rule cannot run: an unknown expectation, wrong arguments or column.
    """
    own = tuple(attributes)
    check_columns(rules, own)
    expectations = {rule.name: _expectation(rule, own) for rule in rules}
    single = [rule for rule in rules if _is_on_single_rows(expectations[rule.name])]
    whole = [rule for rule in rules if rule not in single]
    on_faults = [rule for rule in single if rule.column == "fault"]
    on_values = [rule for rule in single if rule.column != "fault"]
    counts = _Counts(expectations)
    for chunk in chunks(engine, rules, own):
        counts.deliveries.update(chunk["delivery_id"].unique())
        readable = chunk[chunk["fault"].isna() & chunk["set_aside"].isna()].reset_index(drop=True)
        counts.judge(chunk, on_faults)
        counts.judge(readable, on_values)
    for delivery_id in sorted(counts.deliveries) if whole else ():
        frame = whole_delivery(engine, delivery_id, whole, own)
        counts.judge_delivery(delivery_id, frame, whole)
    return counts.results(rules)


def rule_faults(source: Source) -> list[tuple[int, ContractError]]:
    """What is wrong with a contract's own rules, by their place in ``expect``; no row is read."""
    faults = []
    attributes = tuple(source.attributes)
    for place, rule in enumerate(own_rules(source)):
        checks: tuple[Callable[[], object], ...] = (
            partial(check_columns, [rule], attributes),
            partial(_expectation, rule, attributes),
        )
        for check in checks:
            try:
                check()
            except ContractError as fault:
                faults.append((place, fault))
    return faults


class _Counts:
    """Rows checked and failed by rule and delivery, gathered over chunks."""

    def __init__(self, expectations: Mapping[str, Any]) -> None:
        self._expectations = expectations
        self._frames = _frames()
        self.deliveries: set[str] = set()
        self._checked: dict[tuple[str, str], int] = {}
        self._failed: dict[tuple[str, str], list[int]] = {}
        self._broken: set[tuple[str, str]] = set()

    def judge(self, frame: pd.DataFrame, rules: Sequence[Rule]) -> None:
        """Count the rows of a frame that the rules look at, and those that break them."""
        if not rules or frame.empty:
            return
        for rule in rules:
            self._add_checked(rule, frame)
        for name, result in self._validated(frame, rules):
            self._add_failed(name, frame, result.result.get("unexpected_index_list") or ())

    def judge_delivery(self, delivery_id: str, frame: pd.DataFrame, rules: Sequence[Rule]) -> None:
        """Judge all rows of a delivery together: by its rows, or as one thing that is or is not."""
        by_rows = [rule for rule in rules if _is_row_rule(self._expectations[rule.name])]
        self.judge(frame, by_rows)
        for name, result in self._validated(frame, [r for r in rules if r not in by_rows]):
            self._checked[name, delivery_id] = 1
            if not result.success:
                self._broken.add((name, delivery_id))

    def _validated(self, frame: pd.DataFrame, rules: Sequence[Rule]) -> Iterator[tuple[str, Any]]:
        """Rule -> what Great Expectations found."""
        if not rules:
            return
        batch = self._frames.get_batch({"dataframe": frame})
        yield from _validated(batch, [self._expectations[rule.name] for rule in rules])

    def _add_checked(self, rule: Rule, frame: pd.DataFrame) -> None:
        # Expectations pass over nulls, so only stated values count; not so where null is the fault.
        is_null_judged = "NotBeNull" in rule.expectation or rule.column == "fault"
        is_stated = frame[columns_read(rule)].notna().any(axis=1)
        looked_at = frame if is_null_judged else frame[is_stated]
        for delivery_id, rows in looked_at.groupby("delivery_id").size().items():
            place = (rule.name, str(delivery_id))
            self._checked[place] = self._checked.get(place, 0) + int(rows)

    def _add_failed(self, rule_name: str, frame: pd.DataFrame, labels: Iterable[Any]) -> None:
        places = frame[["delivery_id", "source_row"]].loc[sorted({int(label) for label in labels})]
        for delivery_id, row in places.itertuples(index=False):
            self._failed.setdefault((rule_name, delivery_id), []).append(int(row))

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


def _expectation(rule: Rule, attributes: Sequence[str]) -> Any:
    known = getattr(known_expectations(), rule.expectation, None)
    if known is None:
        names = [name for name in dir(known_expectations()) if name.startswith("Expect")]
        near = nearest(rule.expectation, names)
        raise ContractError(
            what=f"rule `{rule.name}` names an unknown expectation {rule.expectation}",
            where="expect",
            next_step=f"did you mean {near}?" if near else "take a name from the GX gallery",
        )
    arguments = seen_as(rule, attributes)
    try:
        return known(**arguments, severity=rule.severity, meta={"rule": rule.name})
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


def _is_on_single_rows(expectation: Any) -> bool:
    """Whether a row is judged by itself, so that rows may be judged in any chunks."""
    return _is_row_rule(expectation) and type(expectation).__name__ not in _ACROSS_ROWS


def _frames() -> Any:
    """What makes a batch of a frame; one serves all frames, since making it costs most."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    rows = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    return rows.add_batch_definition_whole_dataframe("all")


def _validated(batch: Any, expectations: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    import great_expectations as gx

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
