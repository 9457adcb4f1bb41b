"""The report as one page that needs nothing else: styles, pictures and scripts are inside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from cdp.errors import NotPermittedError
from cdp.explain.labelled_quality import LabelledQuality
from cdp.explain.quality import STATUSES, Quality
from cdp.explain.render import plots
from cdp.explain.render.cells import percent, plain
from cdp.explain.render.intake import balance_plot, small_multiples
from cdp.explain.render.labelled import labelled_words
from cdp.explain.render.meanings import MEANINGS
from cdp.explain.render.model_chart import match_weights_chart
from cdp.resolve import drift_notices
from cdp.store.jitter import jitter_line, jitter_notice

_TEMPLATES = Path(__file__).parent / "templates"
_BIN_BITS = 2
_MOST_REASONS = 15


def report_page(
    found: Quality,
    *,
    labelled: LabelledQuality | None = None,
    model_settings: Mapping[str, object] | None = None,
) -> str:
    """The whole page as HTML; with what labels say, if there are any.

    With a Splink model's settings it has the model's chart too (about 0.9 MB).
    """
    # The model's names come from Splink and us; the chart escapes what it embeds.
    chart = Markup(match_weights_chart(model_settings)) if model_settings else None  # noqa: S704
    return fill_template(
        "report.html",
        found=found,
        labelled=labelled,
        words=labelled_words(labelled) if labelled else {},
        meanings=MEANINGS,
        balance=balance_plot(found.intake),
        over_time={s: small_multiples(series) for s, series in found.intake.series.items()},
        sizes=plots.bars(_bars(found), name="Customers by number of records"),
        weights=plots.histograms(
            found.weights["from_bits"].to_list(),
            {status: found.weights[status].to_list() for status in STATUSES},
            step=_BIN_BITS,
            name="Pairs by match weight in bits",
        ),
        reasons={status: _reasons(found, status) for status in STATUSES},
        waterfall=plots.waterfall,
        chart=chart,
        jitter=jitter_line(found.run),
        notice=jitter_notice(found.run),
        drift=drift_notices(found.run),
    )


def fill_template(name: str, **values: object) -> str:
    """A template filled; all share the styles of the report and how values are shown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_finalize,
    )  # fmt: skip
    environment.filters["percent"] = percent
    environment.filters["code"] = _code
    environment.filters["minute"] = lambda at: f"{at:%Y-%m-%d %H:%M} UTC" if at else "unknown"
    # The styles are a file of ours: nothing in them comes from a record.
    css = Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704
    return environment.get_template(name).render(css=css, **values)


def write_page(path: Path, text: str) -> None:
    """Write the page, whole or not at all; only its owner may read it.

    Raises:
        NotPermittedError: The folder cannot be made or written to.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(text.encode())
        new.replace(path)
    except (PermissionError, NotADirectoryError, FileExistsError, IsADirectoryError):
        raise NotPermittedError(
            what="the page cannot be written",
            where=path.name,
            next_step="name a file in a folder of yours: --out FILE, of `cdp why` --chart FILE",
        ) from None


def _finalize(value: object) -> object:
    """Numbers read alike everywhere; no sign of a text commands a terminal or turns the line."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else value
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return plain(value) if type(value) is str else value


def _code(text: str) -> Markup:
    """Words between backticks as code."""
    parts = plain(text).split("`")
    if len(parts) % 2 == 0:
        return escape(plain(text))
    marked = (Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))
    return Markup("").join(marked)


def _bars(found: Quality) -> list[tuple[str, dict[str, int]]]:
    return [
        (row["records"], {"identified": row["identified"], "anonymous": row["anonymous"]})
        for row in found.sizes.to_dicts()
    ]


def _reasons(found: Quality, status: str) -> list[dict[str, object]]:
    """The reasons with most links; the rest of them as one line, so that the sum holds."""
    rows = found.links.filter(status=status).to_dicts()
    shown, rest = rows[:_MOST_REASONS], rows[_MOST_REASONS:]
    if rest:
        shown.append(
            {
                "kind": "",
                "reason": f"{len(rest)} more reasons",
                "links": sum(row["links"] for row in rest),
                "weakest_bits": min(row["weakest_bits"] for row in rest),
                "strongest_bits": max(row["strongest_bits"] for row in rest),
            }
        )
    return shown
