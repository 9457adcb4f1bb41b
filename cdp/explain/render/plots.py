"""Small pictures as inline SVG; colours are the page's own, so that dark mode and print hold.

Every text goes through `escape`: a label may come from a source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from cdp.explain.judging import Step

_WIDTH = 720
_ROW = 22
_PANEL = 110


def bars(rows: Sequence[tuple[str, Mapping[str, int]]], *, name: str, left: float = 70) -> Markup:
    """Lying bars: a label, the parts of the bar (style to count), the sum at its end.

    >>> 'class="mark identified"' in bars([("1", {"identified": 3})], name="sizes")
    True
    """
    right = 90
    most = max((sum(parts.values()) for _, parts in rows), default=0) or 1
    drawn: list[Markup] = []
    for place, (label, parts) in enumerate(rows):
        top, at = place * _ROW, float(left)
        drawn.append(_text(left - 8, top + 15, label, "end"))
        for style, count in parts.items():
            width = (_WIDTH - left - right) * count / most
            if count:
                drawn.append(_rectangle(at, top + 4, width, _ROW - 8, style, f"{style}: {count:,}"))
            at += width
        drawn.append(_text(at + 6, top + 15, f"{sum(parts.values()):,}"))
    return _picture(drawn, len(rows) * _ROW + 4, name)


def histograms(
    edges: Sequence[int], series: Mapping[str, Sequence[int]], *, step: int, name: str
) -> Markup:
    """One panel of standing bars a series, each with its own height and one common width.

    ``edges`` are the lower ends of the bins; zero gets a line, as the point of even odds.
    """
    left = 110
    width = (_WIDTH - left - 10) / max(len(edges), 1)
    drawn: list[Markup] = []
    for panel, (style, counts) in enumerate(series.items()):
        base = (panel + 1) * _PANEL - 8
        most = max(counts, default=0) or 1
        drawn += [_text(left - 8, base - 44, style, "end"), _line(left, base, _WIDTH - 10, base)]
        drawn.append(_text(left - 8, base - 28, f"most {max(counts, default=0):,}", "end"))
        for place, count in enumerate(counts):
            height = (_PANEL - 26) * count / most
            if count:
                told = f"{edges[place]} to {edges[place] + step} bits: {count:,} {style}"
                mark = _rectangle(
                    left + place * width + 0.5, base - height, width - 1, height, style, told
                )
                drawn.append(mark)
    foot = len(series) * _PANEL
    for place, edge in enumerate(edges):
        at = left + place * width
        if edge % 10 == 0:
            drawn.append(_text(at, foot + 10, str(edge), "middle"))
        if edge == 0:
            drawn.append(_line(at, 4, at, foot - 8, "even"))
    drawn.append(_text(_WIDTH - 10, foot + 26, "match weight, bits", "end"))
    return _picture(drawn, foot + 32, name)


Panel = tuple[str, str, Sequence[tuple[float, str, str]]]
"""A label, what is said of the last bar, and the bars: height 0 to 1, style, what it tells."""


def panels(found: Sequence[Panel], *, name: str) -> Markup:
    """Small panels of standing bars, three in a row; each is labelled with its last figure.

    >>> 'class="mark moved"' in panels([("rows", "9", [(0.5, "moved", "9 rows")])], name="x")
    True
    """
    across, width, height = 3, _WIDTH / 3, 84
    drawn: list[Markup] = []
    for place, (label, last, marks) in enumerate(found):
        left, base = place % across * width, (place // across + 1) * height - 8
        drawn.append(_text(left, base - 62, _cut(f"{label}: {last}", most=34)))
        drawn.append(_line(left, base, left + width - 24, base))
        step = (width - 24) / max(len(marks), 8)
        for number, (share, style, told) in enumerate(marks):
            tall = max(54 * share, 1.5)
            drawn.append(_rectangle(left + number * step, base - tall, step - 2, tall, style, told))
    return _picture(drawn, (len(found) + across - 1) // across * height, name)


def waterfall(steps: Sequence[Step], total: float, *, name: str) -> Markup:
    """Evidence as a stair: each comparison moves the sum right (for) or left (against)."""
    left, right = 330, 70
    ends = [0.0]
    for step in steps:
        ends.append(ends[-1] + step.bits)
    low, high = min(*ends, total, 0.0), max(*ends, total, 0.0)
    scale = (_WIDTH - left - right) / ((high - low) or 1.0)

    def place_of(bits: float) -> float:
        return left + (bits - low) * scale

    rows = [(f"{s.comparison.replace('_', ' ')}: {s.level}", a, a + s.bits, s.bits)
            for s, a in zip(steps, ends[:-1], strict=True)]  # fmt: skip
    drawn = [_line(place_of(0), 0, place_of(0), (len(rows) + 1) * _ROW, "even")]
    for number, (label, start, end, bits) in enumerate([*rows, ("sum", 0.0, total, total)]):
        top = number * _ROW
        style = "total" if number == len(rows) else "for" if bits > 0 else "against"
        near, far = sorted((place_of(start), place_of(end)))
        drawn += [
            _text(left - 10, top + 15, _cut(label), "end"),
            _rectangle(near, top + 4, max(far - near, 1.0), _ROW - 8, style, f"{bits:+.1f} bits"),
            _text(far + 5, top + 15, f"{bits:+.1f}"),
        ]
    return _picture(drawn, (len(rows) + 1) * _ROW + 4, name)


def _cut(label: str, *, most: int = 48) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _picture(drawn: Sequence[Markup], height: float, name: str) -> Markup:
    return Markup('<svg role="img" aria-label="{}" viewBox="0 0 {} {:.0f}">{}</svg>').format(
        name, _WIDTH, height, Markup("").join(drawn)
    )


def _rectangle(
    left: float, top: float, width: float, height: float, style: str, told: str
) -> Markup:
    return Markup(
        '<rect class="mark {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
        "<title>{}</title></rect>"
    ).format(style, left, top, width, height, told)


def _text(left: float, top: float, text: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        left, top, anchor, escape(text)
    )


def _line(left: float, top: float, right: float, bottom: float, style: str = "axis") -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        style, left, top, right, bottom
    )
