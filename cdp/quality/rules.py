"""The catalogue of rules: what a delivery and its rows must keep, as data.

A rule is a Great Expectations class with its arguments, a severity and a tolerated share. Rows
that break a *critical* rule go to quarantine, and past the tolerated share their delivery is
held. A *warning* or *info* is counted and shown; it rejects and holds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from cdp.project import Source

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """One rule on the checked rows of a source.

    ``column`` names a column of ``mapped.checked`` or an attribute of the contract; null for a
    rule on the whole delivery. ``reason`` says what is wrong with a row that breaks it.
    """

    name: str
    expectation: str
    column: str | None
    severity: Severity
    tolerated_share: float
    reason: str
    arguments: Mapping[str, object] = field(default_factory=dict)


def rules_for(source: Source, *, tolerated_share: float, as_of: datetime) -> tuple[Rule, ...]:
    """Every rule for a source: built in for what it holds, then the contract's own."""
    built_in: list[Rule] = [
        _critical(
            "row_is_readable",
            "ExpectColumnValuesToBeNull",
            "fault",
            tolerated_share,
            "the row cannot be read",
        ),
    ]
    if source.record_key is not None:
        built_in.append(_present("record_key", tolerated_share))
    if source.holds in ("events", "both"):
        built_in += _event_rules(source, tolerated_share, as_of)
    if source.observed_at is not None:
        built_in.append(
            _true(
                "is_observed_at_read",
                "observed_at_is_an_instant",
                "warning",
                0.0,
                "the time of observation cannot be read; the delivery's is taken",
            )
        )
    if source.person:
        built_in += _person_rules(source)
    return (*built_in, *own_rules(source))


def _event_rules(source: Source, share: float, as_of: datetime) -> list[Rule]:
    rules = [
        _present("touchpoint_key", share),
        _critical(
            "occurred_at_is_an_instant",
            "ExpectColumnValuesToNotBeNull",
            "occurred_at",
            share,
            "the time of the event is missing or cannot be read",
        ),
        Rule(
            "occurred_at_is_plausible",
            "ExpectColumnValuesToBeBetween",
            "occurred_at",
            "critical",
            share,
            "the event is before 1990 or after the run",
            {"min_value": datetime(1990, 1, 1), "max_value": as_of + timedelta(days=1)},
        ),
    ]
    if source.person_ref is not None:
        rules.append(_present("ref_key", share))
    if source.amount is not None:
        rules.append(
            _true(
                "is_amount_read",
                "amount_is_a_number",
                "critical",
                share,
                "the amount is not a number",
            )
        )
    if source.score is not None:
        rules.append(
            _true(
                "is_score_read",
                "score_is_a_number",
                "warning",
                0.0,
                "the score is not a number; it is left empty",
            )
        )
    return rules


def _person_rules(source: Source) -> list[Rule]:
    none_refused = {"value_set": [0]}
    rules = [
        Rule(
            f"{kind}s_are_usable",
            "ExpectColumnValuesToBeInSet",
            f"{kind}s_refused",
            "info",
            1.0,
            f"a stated {kind} is of no use; it is kept out of the identifiers",
            none_refused,
        )
        for kind in ("email", "phone")
        if kind in source.person
    ]
    if "email" in source.person:
        rules.append(
            Rule(
                "emails_are_lasting",
                "ExpectColumnValuesToBeInSet",
                "emails_disposable",
                "info",
                1.0,
                "an email address is of a throw-away domain; it is kept and counted",
                none_refused,
            )
        )
    if "birth_date" in source.person:
        rules.append(
            Rule(
                "birth_date_is_usable",
                "ExpectColumnValuesToBeInSet",
                "birth_date_refused",
                "info",
                1.0,
                "a stated birth date is of no use; it is left empty",
                {"value_set": [False]},
            )
        )
    return rules


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


def _critical(name: str, expectation: str, column: str, share: float, reason: str) -> Rule:
    return Rule(name, expectation, column, "critical", share, reason)


def _present(column: str, share: float) -> Rule:
    words = column.replace("_", " ").replace("ref key", "key of the other source")
    return _critical(
        f"{column}_is_present",
        "ExpectColumnValuesToNotBeNull",
        column,
        share,
        f"the {words} is missing",
    )


def _true(column: str, name: str, severity: Severity, share: float, reason: str) -> Rule:
    return Rule(
        name, "ExpectColumnValuesToBeInSet", column, severity, share, reason, {"value_set": [True]}
    )
