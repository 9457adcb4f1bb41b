"""Pictures of what came in: the balance of each source, and its deliveries over time."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cdp.explain.intake import PARTS, Intake, Series
from cdp.explain.render import plots
from cdp.explain.render.cells import percent


def balance_plot(intake: Intake) -> Markup:
    """One bar a source: its rows, by what became of them."""
    rows = [
        (row["source"], {part: row[part] for part in PARTS}) for row in intake.account.to_dicts()
    ]
    return plots.bars(rows, name="Rows by source, and what became of them", left=130)


def small_multiples(series: Sequence[Series]) -> Markup:
    """One small panel a figure, a bar a delivery; shares have one height for 100 %."""
    panels = []
    for one in series:
        known = [value for value in one.values if value is not None]
        most = 1.0 if one.is_share else max(known, default=0.0)
        told = [
            "no figure" if v is None else percent(v) if one.is_share else f"{v:,.0f} rows"
            for v in one.values
        ]
        last = told[-1] if told else ""
        bars = [
            ((value or 0.0) / (most or 1.0), "moved" if moved else "usual", f"{day}: {words}")
            for value, moved, day, words in zip(one.values, one.moved, one.days, told, strict=True)
        ]
        label = f"{one.name} blank" if one.is_share else one.name
        panels.append((label, last, bars))
    return plots.panels(panels, name="Rows and blank shares, delivery by delivery")
