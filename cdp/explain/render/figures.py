"""The main figures of the report for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from cdp.explain.quality import Quality
from cdp.explain.render.cells import grid, percent, plain


def report(found: Quality, page: str) -> RenderableType:
    """What was decided, how sure it is, what looks wrong, and where the page is."""
    totals, expected = found.totals, found.expected
    rows: list[tuple[str, object]] = [
        ("records", totals["records"]),
        ("identified customers", totals["identified"]),
        ("anonymous customers", totals["anonymous"]),
        ("pairs accepted", totals["accepted"]),
        ("pairs left to review", totals["review"]),
        ("pairs refused", totals["refused"]),
        ("expected precision of links", percent(expected.precision)),
        ("expected precision of pairs in customers", percent(found.estimate.precision)),
        ("expected recall of pairs", percent(found.estimate.recall)),
        ("matches expected in review", round(expected.right_in_review)),
    ]
    judged: list[tuple[str, object, object]] = [
        (one.name, one.found, percent(one.share)) for one in found.benchmarks
    ]
    return Group(
        grid(f"Matching of run {found.run['run_id']}", ("figure", "value"), rows, right=1),
        grid("Customers that look wrong", ("customers with", "found", "share"), judged, right=2),
        Text(plain(page)),
    )
