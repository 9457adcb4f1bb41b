"""The answer in a sentence or two, for somebody who knows neither Splink nor bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.explain.why.sides import Sides
from cdp.explain.why.wording import odds, reason

_TOO_LIGHT = ("household:", "rivals:", "evidence:")
"""Refusals for want of weight; all others are a guard's or a rule's."""


@dataclass(frozen=True)
class Thresholds:
    """From how many bits a pair links, is left to review, is kept at all."""

    link_bits: float
    review_bits: float
    kept_bits: float


def verdict_of_link(pair: Sides, limits: Thresholds) -> str:
    """Of a pair that was decided by itself: accepted, refused or left to review."""
    told = pair.reason or ""
    if pair.status == "accepted":
        return f"One customer: {_joined_by(pair)}."
    if pair.status == "review":
        return (
            f"Two customers for now: {_weighed(pair)}. A link needs {limits.link_bits:.1f} bits;"
            f" from {limits.review_bits:.1f} bits on a pair is left to a person to judge."
        )
    alone = "In all, " if told.startswith(_TOO_LIGHT) else "By itself the pair would link: "
    return f"Two customers: {reason(told)}. {alone}{_weighed(pair)}."


def verdict_of_chain(pair: Sides, chain: Sequence[Sides]) -> str:
    """Of two records of one customer that no link of their own joins."""
    said = "One customer, though no link of their own joins these two"
    if not chain:
        return f"{said}, and no chain of published links does either."
    weakest = min(chain, key=lambda hop: (hop.weight or 0.0, hop.left.record_id))
    links = f"a chain of {len(chain)} links joins them"
    weight = (
        f"the weakest of its links weighs {weakest.weight or 0.0:.1f} bits"
        f" (odds of {_odds(weakest)} one person)"
    )
    alone = ""
    if pair.weight is not None:
        alone = f" Weighed by themselves just now: {_weighed(pair)}."
    return f"{said}: {links}, and {weight}.{alone}"


def verdict_of_none(pair: Sides, bits_against_random: float | None, limits: Thresholds) -> str:
    """Of two records of two customers about which nothing was decided."""
    if pair.weight is None or bits_against_random is None:
        return "Two customers: they were never compared, or too little spoke for it to be kept."
    if bits_against_random < limits.kept_bits:
        return (
            f"Two customers: too little speaks for one person for the pair to be kept."
            f" Weighed just now, {_weighed(pair)}."
        )
    if pair.weight >= limits.link_bits:
        return (
            "Two customers, because they were never compared: no search for candidates brought"
            f" the two together, or another record came first. Weighed just now, {_weighed(pair)}:"
            " alone that would do for a link."
        )
    return (
        "Two customers: no search for candidates brought the two together. Weighed just now,"
        f" {_weighed(pair)}: it would not do for a link ({limits.link_bits:.1f} bits)."
    )


def verdict_of_ruling(verdict: str, ruling: Mapping[str, object], *, is_one: bool) -> str:
    """Of two records that a steward ruled on: the ruling first, unless the verdict tells it."""
    who = f"ruled by {ruling['ruled_by']} on {ruling['ruled_at']:%Y-%m-%d}"
    if ruling["ruling"] == "cannot_link":
        # Two records of different customers that nothing would have joined have no link to refuse.
        if "cannot link, ruled" in verdict:
            return verdict
        rest = verdict.removeprefix("Two customers: ").removeprefix("Two customers, ")
        return f"Two customers: a steward's word: cannot link, {who}. Besides, {rest}"
    if not is_one:
        return f"{verdict} A must link, {who}, gives way to a cannot link that it contradicts."
    return verdict


def ruling_told(ruling: Mapping[str, object]) -> str:
    """Who ruled what, when and why, in a sentence or two."""
    words = {
        "must_link": "the two are one person (must link)",
        "cannot_link": "the two are different people (cannot link)",
    }
    said = (
        f"{ruling['ruled_by']} ruled on {ruling['ruled_at']:%Y-%m-%d %H:%M} UTC:"
        f" {words[str(ruling['ruling'])]}."
    )
    note = f' Note: "{ruling["note"]}".' if ruling["note"] else ""
    disputed = " Other rulings contradict it: `cdp rulings` names the chain."
    return said + note + (disputed if ruling["is_contradicted"] else "")


def why_linked(pair: Sides) -> str:
    """What joins or parts a pair, in a few words, for one line of a list."""
    if pair.status in ("refused", "review"):
        told = reason(pair.reason or "") if pair.status == "refused" else "left to review"
        return f"{told} ({_evidence(pair)})"
    return _joined_by(pair)


def _joined_by(pair: Sides) -> str:
    """What made an accepted link, a key or a rule first."""
    told = (pair.reason or "").partition("; found by ")[0]
    if pair.kind == "probabilistic":
        return f"{_evidence(pair)}; odds of {_odds(pair)} one person"
    if pair.kind == "declared" and told.startswith("alike"):
        return f"both are {told}, as many other records are"
    if pair.kind == "declared":
        return f"both state the {told}, by which the sources themselves say that they are one"
    if pair.kind == "deterministic":
        return f"your {told}"
    return f"a steward's word: {told}" if told else "a decision that gives no reason"


def _weighed(pair: Sides) -> str:
    bits = pair.match_weight or 0.0
    # A weight just under a threshold must not look as if it were on it.
    shown = f"{bits:+.2f}" if abs(bits) < 2 else f"{bits:+.1f}"
    return f"{_evidence(pair)}: {shown} bits, odds of {_odds(pair)} one person"


def _evidence(pair: Sides) -> str:
    """What speaks for it, and what against."""
    speaks_for, against = pair.speaks_for, pair.against
    if speaks_for and against:
        verb = "outweigh" if " and " in speaks_for else "outweighs"
        if pair.status == "accepted":
            return f"{speaks_for} {verb} {against}"
        return f"{speaks_for} against {against}"
    if against:
        return f"nothing for it, against it {against}"
    return speaks_for or "they state nothing in common"


def _odds(pair: Sides) -> str:
    return odds(pair.match_weight or 0.0)
