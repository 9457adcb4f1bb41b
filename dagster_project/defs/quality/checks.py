"""The rules of a source as asset checks, under their own names.

Great Expectations judged the rows inside the asset's step; the results are read from the ledger
here, so a check says what `cdp status` says. No check blocks: a critical rule fails its check and
holds its delivery, and everything else goes on.
"""

import re
from datetime import datetime

import dagster as dg
import polars as pl

from cdp.pipeline import Run
from cdp.project import Project, Source
from cdp.quality import HEADER_RULES, LINE_RULES, Rule, batch_rules_for, rules_for
from dagster_project.defs.figures import table_of

MAX_DELIVERIES = 20
"""Failing deliveries shown by a check; the newest, the others stay in the ledger."""

_ROW_RULE = re.compile(
    "Expect(ColumnValue|ColumnPairValues|CompoundColumns|SelectColumn|Multicolumn)"
)


def check_specs(project: Project, source: Source) -> list[dg.AssetCheckSpec]:
    """One check per rule that the source's deliveries are judged by."""
    own = {rule.name for rule in source.expect}
    return [
        dg.AssetCheckSpec(
            check_name(rule.name),
            asset=["clean", "rows", source.name],
            description=_description(rule, is_own=rule.name in own),
            metadata={"rule": rule.name, "severity": rule.severity},
        )
        for rule in _rules(project, source)
    ]


def check_results(run: Run, source: Source) -> list[dg.AssetCheckResult]:
    """One result per rule, over what its last judgement found and what is held since.

    Counted are the deliveries that the latest run with new ones judged, and those that are held,
    unless a file of the same name was delivered since.
    """
    judged = run.engine.query(_JUDGED, {"source": source.name})
    return [
        _result(source, rule, judged.filter(rule=rule.name)) for rule in _rules(run.project, source)
    ]


def check_name(rule: str) -> str:
    """A rule's name as Dagster takes it: letters, digits and underscores.

    >>> check_name("rating is 1-5")
    'rating_is_1_5'
    """
    return re.sub(r"\W", "_", rule, flags=re.ASCII)


_JUDGED = """
with named as (
    select
        c.*,
        d.source_file,
        d.delivered_at,
        d.status,
        c.run_id = max(c.run_id) over () as is_last_judgement,
        d.delivery_id = last_value(d.delivery_id) over (
            partition by d.source_file order by d.landed_at, d.delivered_at, d.delivery_id
            rows between unbounded preceding and unbounded following
        ) as is_last_of_its_name
    from ops.checks as c
    join ops.deliveries as d on c.delivery_id = d.delivery_id
    where c.source = $source
)
select * from named
where is_last_judgement or (status = 'held' and is_last_of_its_name)
order by rule, delivered_at desc, delivery_id
"""


def _rules(project: Project, source: Source) -> tuple[Rule, ...]:
    own_share = source.max_rejected_share
    share = project.quality.max_rejected_share if own_share is None else own_share
    # Names, columns and reasons do not hang on the clock, and nothing else is taken here.
    rules = rules_for(source, tolerated_share=share, as_of=datetime(2000, 1, 1))
    has_header = source.format.type in ("csv", "parquet", "chat")
    header_rules = HEADER_RULES if has_header else ()
    line_rules = LINE_RULES if source.line_items else ()
    return (*rules, *line_rules, *header_rules, *batch_rules_for(source))


def _description(rule: Rule, *, is_own: bool) -> str:
    origin = "`expect` in the source's contract" if is_own else "a built-in rule"
    subject = f"`{rule.column}`" if rule.column else "the whole delivery"
    return f"Fails when {rule.reason}. {rule.expectation} on {subject}, {origin}: {_effect(rule)}."


def _effect(rule: Rule) -> str:
    is_critical, held = rule.severity == "critical", "held: all its other rows wait, and the former"
    if rule in HEADER_RULES or rule.next_step:
        return f"such a file is {held} files stand" if is_critical else "such a file counts"
    if not is_critical:
        return "failing rows are counted and kept"
    past = f"past {rule.tolerated_share:.1%} their delivery is {held} files stand"
    return f"failing rows go to quarantine; {past}"


def _result(source: Source, rule: Rule, judged: pl.DataFrame) -> dg.AssetCheckResult:
    counted = _counted(rule)
    failed, checked = int(judged["rows_failed"].sum()), int(judged["rows_checked"].sum())
    failing = judged.filter(pl.col("rows_failed") > 0)
    shown = {"deliveries": table_of(_shown(failing))} if failing.height else {}
    return dg.AssetCheckResult(
        asset_key=["clean", "rows", source.name],
        check_name=check_name(rule.name),
        passed=bool(judged["passed"].all()),
        severity=_severity(rule),
        description=_summary(judged, failed, checked, counted),
        metadata={
            "rule": rule.name,
            f"{counted}_failed": failed,
            f"{counted}_checked": checked,
            "share_failed": round(failed / checked, 4) if checked else 0.0,
            "share_tolerated": rule.tolerated_share,
            "deliveries_held": _held(judged),
            **shown,
        },
    )


def _counted(rule: Rule) -> str:
    """What a rule counts: rows, columns of a header, or deliveries as a whole."""
    if rule in HEADER_RULES:
        return "columns"
    return "rows" if _ROW_RULE.match(rule.expectation) else "deliveries"


def _severity(rule: Rule) -> dg.AssetCheckSeverity:
    is_critical = rule.severity == "critical"
    return dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN


def _summary(judged: pl.DataFrame, failed: int, checked: int, counted: str) -> str:
    if not judged.height:
        return "no delivery was judged yet"
    if not failed:
        return f"all {checked} {counted} keep it"
    share = f" ({failed / checked:.1%})" if checked else ""
    held = _held(judged)
    outcome = f"; {held} of {judged.height} deliveries held. {_WHEN_HELD}" if held else ""
    return f"{failed} of {checked} {counted} failed{share}{outcome}"


_WHEN_HELD = (
    "Nothing of a held file counts yet: its bad rows are in quarantine, all its others wait, and "
    "the former files stand. Mend the file under the same name, or its contract, and run again"
)


def _held(judged: pl.DataFrame) -> int:
    """Deliveries that this very rule holds."""
    return judged.filter(pl.col("status") == "held", ~pl.col("passed")).height


def _shown(failing: pl.DataFrame) -> pl.DataFrame:
    """One row per delivery that has failures, the newest first: counts, lines, the message."""
    return failing.head(MAX_DELIVERIES).select(
        pl.col("source_file").alias("file"),
        pl.col("status").alias("delivery"),
        pl.col("sample_rows").str.strip_chars("[]").alias("first_lines"),
        pl.col("rows_failed").alias("failed"),
        pl.col("rows_checked").alias("checked"),
        "message",
    )
