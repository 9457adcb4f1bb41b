"""Odd histories that ids can have: no span of their own, events in a circle, a zone in a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdp.errors import ConfigError, NotFoundError
from cdp.explain import instant_of
from tests.explain.snapshot import customer_id, event
from tests.explain.test_succession import look, spans, then, world

A, B = customer_id("a"), customer_id("b")


def test_an_id_that_began_and_ended_at_one_instant_is_told_of_and_no_defect(tmp_path: Path) -> None:
    """Two runs as of one instant leave no span: only the events know the id."""
    world(
        tmp_path, "b", [spans(1, ("b", 2))],
        event("created", "a", 2), event("merged", "a", 2, survivor_id=B),
    )  # fmt: skip
    with pytest.raises(NotFoundError) as raised:
        then(tmp_path, A, "2026-01-03")
    assert "had no record as of 2026-01-03" in str(raised.value)
    assert f"{A} was merged into {B} on 2026-01-02" in str(raised.value)


def test_events_in_a_circle_are_told_and_not_followed_for_ever(tmp_path: Path) -> None:
    world(
        tmp_path, "", [],
        event("merged", "a", 2, survivor_id=B), event("merged", "b", 3, survivor_id=A),
    )  # fmt: skip
    with pytest.raises(NotFoundError, match="lead in a circle"):
        look(tmp_path, "a")


@pytest.mark.parametrize("text", ["2026-05-01T10:00+02:00", "2026-05-01T10:00Z"])
def test_an_instant_with_a_zone_is_refused_rather_than_taken_for_utc(text: str) -> None:
    with pytest.raises(ConfigError, match="UTC"):
        instant_of(text)
