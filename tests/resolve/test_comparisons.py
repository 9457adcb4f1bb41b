"""What makes comparing fast never changes what is compared."""

from __future__ import annotations

from contextlib import closing

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.project.resolving import MOST_IDENTIFIERS
from cdp.resolve.blocking_rules import RULES, rules_of
from cdp.resolve.comparisons import _one_slip

TEXTS = st.text("ab01", max_size=9)


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and what one slip or two made of it."""
    text = draw(TEXTS)
    return text, _slipped(draw, _slipped(draw, text) if draw(st.booleans()) else text)


def _slipped(draw: st.DrawFn, text: str) -> str:
    at, letter = draw(st.integers(0, len(text))), draw(st.sampled_from("abc"))
    head, tail = text[:at], text[at:]
    return draw(
        st.sampled_from([head + letter + tail, head + letter + tail[1:], head + tail[1:],
                         head + tail[1:2] + tail[:1] + tail[2:]])
    )  # fmt: skip


@given(pairs=st.lists(st.one_of(slips(), st.tuples(TEXTS, TEXTS)), min_size=50, max_size=300))
def test_one_slip_is_found_wherever_it_is(pairs: list[tuple[str, str]]) -> None:
    rows = pl.DataFrame(pairs, schema=["one", "other"], orient="row")
    with closing(DuckDBEngine()) as engine:
        engine.connection.register("pairs", rows.to_arrow())
        wrong = engine.query(
            "select count(*) as wrong from pairs"
            f" where {_one_slip('one', 'other')} <> (damerau_levenshtein(one, other) <= 1)"
        )
    assert wrong["wrong"].item() == 0


def test_all_rules_fit_in_one_number() -> None:
    assert len(RULES) == len(rules_of(())) <= 63 - MOST_IDENTIFIERS
