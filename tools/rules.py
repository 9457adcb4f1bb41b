"""``python -m tools.rules``: the catalogue of rules as a page, made from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cdp.quality import BATCH_RULES, BUILT_IN, HEADER_RULES, LINE_RULES, Rule
from cdp.quality.batches import LAST
from cdp.quality.drifting import MIN_EARLIER, MIN_ROWS, MIN_STATED
from cdp.quality.rules import OF_SOURCE

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"

_INTRODUCTION = """\
# Rules

Made from `cdp/quality/rules.py` by `make docs`; change it there. Every source is judged by the
rules below that its contract has words for, and by those it states itself under
[`expect`](project-folder.md#expectations). What they found is in table `checks`, in `cdp status`,
in `cdp report` and in Dagster.

A row that breaks a *critical* rule goes to quarantine, and past the tolerated share its file is
held. *Warning* and *info* reject and hold nothing.
"""


_ON_DELIVERIES = (
    f"The first by `expect_rows` of the contract; the others compare with the last {LAST} accepted"
    f" deliveries of the source before it, as soon as {MIN_EARLIER} of them have {MIN_ROWS} rows or"
    " more. `drift` of the contract sets their severity, or `none`.\n\n"
    f"Of small files less is judged. From {MIN_ROWS} rows on: the blanks of a column; from"
    f" {MIN_ROWS} with a value, its kind. From {MIN_STATED} rows with a value on, in this delivery"
    f" and in {MIN_EARLIER} before"
    " it: the mix of a column, since of fewer chance alone moves too much. So a filter left on in a"
    " daily file of 150 rows is told by no mix of categories; deliver it weekly, or state what you"
    " expect under [`expect`](project-folder.md#expectations)."
)


def page() -> str:
    """The page: one table a kind of rule."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## On rows",
            "",
            "| rule | for | expectation | column | severity | tolerated | what is wrong |",
            "|---|---|---|---|---|---|---|",
            *(_of_rows(needs, rule) for needs, rule in BUILT_IN),
            "",
            "## On the lines of an event (`line_items`)",
            "",
            *_table(LINE_RULES),
            "",
            "## On the header",
            "",
            *_table(HEADER_RULES),
            "",
            "## On a whole delivery",
            "",
            _ON_DELIVERIES,
            "",
            *_table(BATCH_RULES),
            "",
        ]
    )


def _of_rows(needs: str, rule: Rule) -> str:
    share = rule.tolerated_share
    tolerated = "`max_rejected_share`" if share == OF_SOURCE else f"{share:.0%}"
    cells = (
        f"`{rule.name}`", f"`{needs}`" if needs else "every source", f"`{rule.expectation}`",
        f"`{rule.column}`", rule.severity, tolerated, rule.reason,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _table(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| rule | like | severity | what is wrong | what to do |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        step = rule.next_step or "Mend the contract, or deliver the file mended"
        cells = (f"`{rule.name}`", f"`{rule.expectation}`", rule.severity, rule.reason, step)
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")
    rules = [*BUILT_IN, *LINE_RULES, *HEADER_RULES, *BATCH_RULES]
    print(f"docs/{PAGE.name}: {len(rules)} rules")


if __name__ == "__main__":
    main()
