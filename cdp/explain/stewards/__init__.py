"""What stewards look at: cases to rule on, what was ruled, and how rulings stand."""

from __future__ import annotations

from cdp.explain.stewards.cases import Case, find_cases, lay_out_case
from cdp.explain.stewards.files import read_answers, write_cases
from cdp.explain.stewards.meant import find_key
from cdp.explain.stewards.ruled import (
    RulingState,
    broken_notice,
    near_keys,
    notices_of,
    read_ruling_states,
    replaced_notice,
)

__all__ = [
    "Case",
    "RulingState",
    "broken_notice",
    "find_cases",
    "find_key",
    "lay_out_case",
    "near_keys",
    "notices_of",
    "read_answers",
    "read_ruling_states",
    "replaced_notice",
    "write_cases",
]
