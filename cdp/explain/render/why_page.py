"""The answer of `cdp why` as one page that needs nothing else, its bits as pictures."""

from __future__ import annotations

from markupsafe import Markup

from cdp.explain.judging import Step
from cdp.explain.render import plots
from cdp.explain.render.page import fill_template
from cdp.explain.render.why import LEGEND, besides, bridge, decision, joined
from cdp.explain.why import OfOne, Sides, Why
from cdp.explain.why.verdicts import why_linked
from cdp.explain.why.wording import title


def why_page(found: Why, *, run_id: str, with_values: bool) -> str:
    """The whole page as HTML; personal values are masked unless they are asked for."""
    shown = found if with_values else found.masked()
    is_one = isinstance(shown, OfOne)
    return fill_template(
        "why.html",
        found=shown,
        run_id=run_id,
        with_values=with_values,
        is_one=is_one,
        besides={} if isinstance(shown, OfOne) else besides(shown),
        bridge=bridge(shown) if isinstance(shown, OfOne) else "",
        joined=joined,
        title=title,
        decision=decision,
        why_linked=why_linked,
        waterfall=_waterfall,
        legend=LEGEND,
    )


def _waterfall(pair: Sides) -> Markup:
    steps = [Step(title(one.what), one.says, one.bits) for one in pair.lines if one.bits]
    return plots.waterfall(steps, pair.weight or 0.0, name="Evidence for and against, in bits")
