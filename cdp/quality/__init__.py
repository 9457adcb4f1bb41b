"""Quality: clean mapped rows, judge them by rules, keep the bad ones with their reason."""

from __future__ import annotations

from cdp.quality.checks import rule_faults
from cdp.quality.cleaning import Cleaning, clean_source, parse_rows
from cdp.quality.folding import Folded, fold_rows, spoken_of
from cdp.quality.header import NO_HEADER, nearest_column
from cdp.quality.rules import (
    BATCH_RULES,
    BUILT_IN,
    HEADER_RULES,
    LINE_RULES,
    Rule,
    batch_rules_for,
    rules_for,
)

__all__ = [
    "BATCH_RULES",
    "BUILT_IN",
    "HEADER_RULES",
    "LINE_RULES",
    "NO_HEADER",
    "Cleaning",
    "Folded",
    "Rule",
    "batch_rules_for",
    "clean_source",
    "fold_rows",
    "nearest_column",
    "parse_rows",
    "rule_faults",
    "rules_for",
    "spoken_of",
]
