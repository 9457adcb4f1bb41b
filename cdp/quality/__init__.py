"""Quality: clean mapped rows, judge them by rules, keep the bad ones with their reason."""

from __future__ import annotations

from cdp.quality.cleaning import Cleaning, clean_source, parse_rows
from cdp.quality.folding import fold_rows
from cdp.quality.rules import Rule, rules_for

__all__ = ["Cleaning", "Rule", "clean_source", "fold_rows", "parse_rows", "rules_for"]
