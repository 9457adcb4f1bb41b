"""The catalogue of rules: what a delivery and its rows must keep, as data.

A rule is a Great Expectations class with its arguments, a severity and a tolerated share. Rows
that break a *critical* rule go to quarantine, and past the tolerated share their delivery is
held. A *warning* or *info* is counted and shown; it rejects and holds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cdp.project import Severity, Source


@dataclass(frozen=True)
class Rule:
    """One rule on the checked rows of a source.

    ``column`` names a column of ``mapped.checked`` or an attribute of the contract; null for a
    rule on the whole delivery. ``reason`` says what is wrong with a row that breaks it,
    ``next_step``, of a rule on a delivery, what to do then.
    """

    name: str
    expectation: str
    column: str | None
    severity: Severity
    tolerated_share: float
    reason: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    next_step: str = ""


OF_SOURCE = -1.0
"""As a tolerated share: `max_rejected_share` of the source, else of the project."""

_A_DAY_AFTER_THE_RUN = "a day after the run"
_NULL, _NOT_NULL = "ExpectColumnValuesToBeNull", "ExpectColumnValuesToNotBeNull"
_IN_SET, _BETWEEN = "ExpectColumnValuesToBeInSet", "ExpectColumnValuesToBeBetween"
_TRUE: Mapping[str, object] = {"value_set": [True]}
_FALSE: Mapping[str, object] = {"value_set": [False]}
_NONE: Mapping[str, object] = {"value_set": [0]}
_PLAUSIBLE: Mapping[str, object] = {
    "min_value": datetime(1990, 1, 1),
    "max_value": _A_DAY_AFTER_THE_RUN,
}

# What a contract must state for a rule to apply, and the rule.
BUILT_IN: tuple[tuple[str, Rule], ...] = (
    ("", Rule("row_is_readable", _NULL, "fault", "critical", OF_SOURCE,
              "the row cannot be read")),
    ("record_key", Rule("record_key_is_present", _NOT_NULL, "record_key", "critical", OF_SOURCE,
                        "the record key is missing")),
    ("touchpoint_key", Rule("touchpoint_key_is_present", _NOT_NULL, "touchpoint_key", "critical",
                            OF_SOURCE, "the touchpoint key is missing")),
    ("occurred_at", Rule("occurred_at_is_an_instant", _NOT_NULL, "occurred_at", "critical",
                         OF_SOURCE, "the time of the event is missing or cannot be read")),
    ("occurred_at", Rule("occurred_at_is_plausible", _BETWEEN, "occurred_at", "critical",
                         OF_SOURCE, "the event is before 1990 or after the run", _PLAUSIBLE)),
    ("person_ref", Rule("ref_key_is_present", _NOT_NULL, "ref_key", "critical", OF_SOURCE,
                        "the key of the other source is missing")),
    ("amount", Rule("amount_is_a_number", _IN_SET, "is_amount_read", "critical", OF_SOURCE,
                    "the amount is not a number", _TRUE)),
    ("score", Rule("score_is_a_number", _IN_SET, "is_score_read", "warning", 0.0,
                   "the score is not a number; it is left empty", _TRUE)),
    ("observed_at", Rule("observed_at_is_an_instant", _IN_SET, "is_observed_at_read", "warning",
                         0.0, "the time of observation cannot be read; the delivery's is taken",
                         _TRUE)),
    ("person.email", Rule("emails_are_usable", _IN_SET, "emails_refused", "info", 1.0,
                          "a stated email is of no use; it is kept out of the identifiers",
                          _NONE)),
    ("person.email", Rule("emails_are_lasting", _IN_SET, "emails_disposable", "info", 1.0,
                          "an email address is of a throw-away domain; it is kept and counted",
                          _NONE)),
    ("person.phone", Rule("phones_are_usable", _IN_SET, "phones_refused", "info", 1.0,
                          "a stated phone is of no use; it is kept out of the identifiers",
                          _NONE)),
    ("person.birth_date", Rule("birth_date_is_usable", _IN_SET, "birth_date_refused", "info", 1.0,
                               "a stated birth date is of no use; it is left empty", _FALSE)),
)  # fmt: skip
"""Rules on rows, each with the word of the contract that it needs; none: for every source."""

LINE_RULES: tuple[Rule, ...] = (
    Rule("touchpoint_has_all_its_lines", "ExpectColumnValuesToBeNull", None, "critical", 1.0,
         "a line beside it cannot be read, and may be one of the same event",
         next_step="Mend that line: `cdp quarantine export`, or deliver the file mended"),
)  # fmt: skip
"""Rules on the lines of sources with ``line_items``."""

HEADER_RULES: tuple[Rule, ...] = (
    Rule("key_columns_are_in_the_header", "ExpectTableColumnsToMatchSet", None, "critical", 0.0,
         "a column of a key or of the event's time is not in the file"),
    Rule("columns_are_in_the_header", "ExpectTableColumnsToMatchSet", None, "warning", 0.0,
         "another column that the contract names is not in the file"),
)  # fmt: skip
"""Rules on a file that names its columns."""

_MEND = "If it is meant, nothing is to do: the next deliveries are compared with this one, too"
BATCH_RULES: tuple[Rule, ...] = (
    Rule("row_count_is_expected", "ExpectTableRowCountToBeBetween", None, "warning", 0.0,
         "the delivery has fewer or more rows than `expect_rows` says",
         next_step="Ask for the whole file, or change `expect_rows`"),
    Rule("row_count_is_usual", "ExpectTableRowCountToBeBetween", None, "warning", 0.0,
         "the delivery has far fewer or more rows than those before it",
         next_step="Ask whether the export was cut or filtered. " + _MEND),
    Rule("columns_are_not_new", "ExpectTableColumnsToMatchSet", None, "warning", 0.0,
         "the file has a column that none before it had",
         next_step="Map it in the contract, or leave it: it is kept with the row all the same"),
    Rule("columns_are_not_gone", "ExpectTableColumnsToMatchSet", None, "warning", 0.0,
         "the file lacks a column that all before it had",
         next_step="Ask whether the export was changed. " + _MEND),
    Rule("columns_keep_their_kind", "ExpectColumnValuesToBeOfType", None, "warning", 0.0,
         "a column holds another kind of values (text, numbers, times ...) than before",
         next_step="Look at the file: columns may have been swapped. " + _MEND),
    Rule("blank_shares_are_usual", "ExpectColumnProportionOfNonNullValuesToBeBetween", None,
         "warning", 0.0, "a column is blank in far more rows than before",
         next_step="Look at the file with `cdp sources preview`, and ask the source. " + _MEND),
    Rule("category_mixes_are_usual", "ExpectColumnKLDivergenceToBeLessThan", None, "warning", 0.0,
         "the mix of a column's few values has moved (population stability index)",
         next_step="Ask whether a filter or a code of the source was changed. " + _MEND),
)  # fmt: skip
"""Rules on a delivery as a whole: the first by the contract, the others by those before it."""


def rules_for(source: Source, *, tolerated_share: float, as_of: datetime) -> tuple[Rule, ...]:
    """Every rule on the rows of a source: built in for what it states, then the contract's own."""
    filled = (
        replace(
            rule,
            tolerated_share=tolerated_share
            if rule.tolerated_share == OF_SOURCE
            else rule.tolerated_share,
            arguments={
                name: as_of + timedelta(days=1) if value is _A_DAY_AFTER_THE_RUN else value
                for name, value in rule.arguments.items()
            },
        )
        for needs, rule in BUILT_IN
        if _states(source, needs)
    )
    return (*filled, *own_rules(source))


def batch_rules_for(source: Source) -> tuple[Rule, ...]:
    """The rules on deliveries of a source as wholes, with the severities of its contract."""
    of_contract, *of_drift = BATCH_RULES
    rules = []
    if source.expect_rows is not None:
        rules.append(replace(of_contract, severity=source.expect_rows.severity))
    if source.drift != "none":
        rules += [replace(rule, severity=source.drift) for rule in of_drift]
    return tuple(rules)


def _states(source: Source, needs: str) -> bool:
    """Whether a contract states what a rule needs."""
    word, _, field_ = needs.partition(".")
    if field_:
        return field_ in source.person
    return not word or getattr(source, word) is not None


def own_rules(source: Source) -> list[Rule]:
    """The rules that a contract states under ``expect``, in their order."""
    return [
        Rule(
            name=own.name,
            expectation=own.expect,
            column=own.column,
            severity=own.severity,
            tolerated_share=own.tolerated_share,
            reason=f"{own.expect} on {own.column or 'the delivery'} fails",
            arguments=own.arguments,
        )
        for own in source.expect
    ]
