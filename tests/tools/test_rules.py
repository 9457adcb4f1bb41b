"""The page of rules says what the catalogue says."""

from __future__ import annotations

from cdp.quality import BATCH_RULES, BUILT_IN, HEADER_RULES
from tools.rules import PAGE, page


def test_the_committed_page_is_the_one_that_the_catalogue_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_rule_stands_once_and_says_what_is_wrong() -> None:
    rules = [*(rule for _, rule in BUILT_IN), *HEADER_RULES, *BATCH_RULES]
    assert len({rule.name for rule in rules}) == len(rules)
    text = page()
    assert all(text.count(f"| `{rule.name}` |") == 1 and rule.reason in text for rule in rules)
