"""Quality by the word of labels, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cdp.explain.bootstrap import FAMILIES, Interval
from cdp.explain.judging import Field, Pair
from cdp.explain.labelled_quality import SIDES, LabelledQuality
from cdp.explain.render.cells import grid, percent, plain

FAMILY_NAMES = dict(zip(FAMILIES, ("pairs", "B-cubed", "customers"), strict=True))
SIDE_NAMES = {
    "wrong": "Wrong joins: two known people in one customer",
    "missed": "Missed joins: one known person in two customers",
}
_PARTS = ("precision", "recall", "f1")
_MOST_ROWS = 12


def evaluation(found: LabelledQuality, page: str | None) -> RenderableType:
    """How right the customers are, whether weights may be trusted, every mistake by kind."""
    parts: list[RenderableType] = [Text(line) for line in coverage_lines(found)]
    parts += [_figures(found), Text(wrong_merges_line(found)), _promise(found), _calibration(found)]
    for side in SIDES:
        parts.append(_mistakes(found, side))
        parts += list(_examples(found, side))
    parts += [Text(plain(f"Page: {page}"))] if page else []
    return Group(*parts)


def labelled_words(found: LabelledQuality) -> dict[str, object]:
    """What the page's section says in words."""
    return {
        "coverage": list(coverage_lines(found)),
        "figures": figure_rows(found),
        "wrong_merges": wrong_merges_line(found),
        "promise": promise_rows(found),
        "kinds": SIDES,
    }


def coverage_lines(found: LabelledQuality) -> Iterator[str]:
    """What was judged, what was left out and why, and what a sample cannot say."""
    told, figures = found.coverage, found.figures
    yield (
        f"Run {found.run_id} by {told.labels:,} labels: {told.records:,} of {told.all_records:,}"
        f" published records judged, {figures.entities:,} known people in"
        f" {figures.clusters:,} customers."
    )
    if told.unknown:
        where = ", ".join(f"{plain(s)} {n:,}" for s, n in told.unknown_by_source.items())
        yield (
            f"{told.unknown:,} labels mean no published record ({where}): its row was rejected,"
            " is held, has left its source, or the key is written otherwise."
        )
    if told.misnamed:
        yield plain(told.misnamed)
    left_out = {
        "labels without an entity": told.blank,
        "records whose labels do not agree": told.disputed,
        "records of a cookie or handle and nothing else": told.nameless,
    }
    named = [f"{count:,} {what}" for what, count in left_out.items() if count]
    if named:
        yield f"Left out: {'; '.join(named)}."
    if figures.entities == 1:
        yield (
            "All labels name one person: nobody is there to be joined wrongly, so precision and"
            " wrong merges say nothing."
        )
    if told.is_sample:
        yield "All figures are of the judged records alone; recall knows no others."
    if told.customers_in_part:
        yield (
            f"{told.customers_in_part:,} of the {figures.clusters:,} customers also hold records"
            " that were not judged. A stranger among those is not seen, so there may be more wrong"
            " merges, and precision may be lower, than any figure or interval says."
        )


def wrong_merges_line(found: LabelledQuality) -> str:
    """Customers that hold several known people."""
    figures = found.figures
    low, high = found.intervals["wrong_merges_per_10k"]
    largest = figures.largest_wrong_cluster
    worst = f"; the worst holds {largest:,}" if largest else ""
    return (
        f"Wrong merges: {figures.wrong_clusters:,} of {figures.clusters:,} labelled customers hold"
        f" several known people, {figures.wrong_merges_per_10k:,.0f} per 10,000"
        f" ({low:,.0f} to {high:,.0f}){worst}."
    )


def share(value: float, interval: Interval) -> str:
    """A share with its interval.

    >>> share(0.9654, (0.951, 0.9772))
    '0.965 (0.951-0.977)'
    """
    return f"{value:.3f} ({interval[0]:.3f}-{interval[1]:.3f})"


def figure_rows(found: LabelledQuality) -> list[tuple[str, ...]]:
    """The family's name, then precision, recall and F1 with their intervals."""
    told, figures = found.figures.as_dict(), found.figures
    judged = {"precision": figures.predicted_pairs, "recall": figures.true_pairs}
    judged["f1"] = figures.predicted_pairs + figures.true_pairs
    empty = {f"pairwise_{part}" for part, pairs in judged.items() if not pairs}
    return [
        (
            FAMILY_NAMES[family],
            *(
                "none to judge" if name in empty else share(told[name], found.intervals[name])
                for name in _named(family)
            ),
        )
        for family in FAMILIES
    ]


def promise_rows(found: LabelledQuality) -> list[tuple[str, str, str]]:
    """What the weights promise, and what the labels say."""
    told = found.promise
    return [
        (
            f"precision of {told.links:,} labelled links",
            percent(told.of_labelled),
            percent(told.true_of_labelled),
        ),
        ("precision of all accepted links", percent(told.precision), "not known"),
        (
            "precision of pairs in customers",
            percent(told.pair_precision),
            f"{percent(told.true_pair_precision)} of labelled pairs",
        ),
        (
            "recall of pairs",
            percent(told.pair_recall),
            f"{percent(told.true_pair_recall)} of labelled pairs",
        ),
    ]


def _named(family: str) -> Iterator[str]:
    return (f"{family}_{part}" for part in _PARTS)


def _figures(found: LabelledQuality) -> RenderableType:
    title = "How right the customers are (95 % interval)"
    return grid(title, ("counted by", "precision", "recall", "F1"), figure_rows(found), right=3)


def _promise(found: LabelledQuality) -> RenderableType:
    columns = ("", "expected", "true")
    return grid("May the unlabelled estimate be trusted?", columns, promise_rows(found), right=2)


def _calibration(found: LabelledQuality) -> RenderableType:
    rows = [
        (row["status"], row["band"], row["pairs"], percent(row["told"]), percent(row["true"]))
        for row in found.calibration.to_dicts()
    ]
    columns = (
        "labelled links",
        "match weight",
        "pairs",
        "one person by weight",
        "one person by labels",
    )
    return grid("Match weights beside the labels", columns, rows, right=3)


def _mistakes(found: LabelledQuality, side: str) -> RenderableType:
    account = found.mistakes[side]
    rows = [
        (row["mistake"], row["detail"], row["joins"], row["record_pairs"], percent(row["share"]))
        for row in account.head(_MOST_ROWS).to_dicts()
    ]
    rest = account.slice(_MOST_ROWS)
    if rest.height:
        sums = (int(rest["joins"].sum()), int(rest["record_pairs"].sum()))
        rows.append((f"{rest.height} more", "", *sums, percent(float(rest["share"].sum()))))
    columns = ("kind", "more exactly", "joins", "record pairs", "share")
    return grid(SIDE_NAMES[side], columns, rows, right=3) if rows else Text(
        f"{SIDE_NAMES[side]}: none."
    )  # fmt: skip


def _examples(found: LabelledQuality, side: str) -> Iterator[RenderableType]:
    for kind, pairs in found.examples[side].items():
        yield Text(f"{kind}: {SIDES[side][kind]}", style="bold")
        for pair in pairs:
            yield Padding(Text(plain(_pair_lines(pair))), (0, 0, 0, 2))


def _pair_lines(pair: Pair) -> str:
    weight = "" if pair.match_weight is None else f", {pair.match_weight:+.1f} bits"
    lines = [f"{pair.left} and {pair.right}: {pair.reason}{weight}"]
    for verdict in ("same", "shared", "differs"):
        named = [_field(field) for field in pair.fields if field.verdict == verdict]
        lines += [f"  {verdict}: {'; '.join(named)}"] if named else []
    steps = [f"{step.comparison.replace('_', ' ')} {step.bits:+.1f}" for step in pair.evidence]
    lines += [f"  bits: {', '.join(steps)}"] if steps else []
    customers = dict.fromkeys(filter(None, (pair.customer_l, pair.customer_r)))
    return "\n".join([*lines, f"  cdp show {' · cdp show '.join(customers)}"])


def _field(field: Field) -> str:
    is_one = field.verdict == "same" and field.left == field.right
    return f"{field.name} {field.left}" if is_one else f"{field.name} {field.left} / {field.right}"
