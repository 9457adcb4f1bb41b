"""The steward's question: why are these two records one customer, or why are they not?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from cdp.errors import ConfigError
from cdp.explain.near_misses import of_word
from cdp.explain.snapshot import Snapshot
from cdp.explain.why.asked import Asked, find_asked
from cdp.explain.why.of_one import Arrival, Bridge, OfOne, why_one
from cdp.explain.why.of_two import OfTwo, why_two
from cdp.explain.why.sides import Line, Record, Sides
from cdp.explain.why.verdicts import Thresholds
from cdp.project import Resolving
from cdp.resolve import ResolveSettings

Why = OfOne | OfTwo

__all__ = ["Arrival", "Bridge", "Line", "OfOne", "OfTwo", "Record", "Sides", "Why", "read_why"]


def read_why(
    snapshot: Snapshot, words: Sequence[str], *, default_region: str, resolving: Resolving
) -> Why:
    """Why two records are one customer or two; of one word, how its customer grew.

    Words are those of `cdp show`: an email, a phone, a customer id, or ``source:key`` of a person
    or an event. A word that means several records of one customer is answered for the one that
    says most; two words that mean the same records, as one word.

    Args:
        snapshot: What was published; nothing else is read.
        words: One or two.
        default_region: ISO 3166 code; where a phone number without a country is from.
        resolving: From how many bits the project links.

    Raises:
        NotFoundError: Nobody answers to a word, or several customers do.
        ConfigError: No word or more than two.
    """
    if not 1 <= len(words) <= 2:
        raise ConfigError(
            what="one or two words are wanted", how_many=len(words), where="why",
            next_step="name one customer, or two records: `cdp why crm:1 shop:7`",
        )  # fmt: skip
    asked = []
    for place, word in zip(("first", "second"), words, strict=False):
        with of_word(place) if len(words) > 1 else nullcontext():
            asked.append(find_asked(snapshot, word, default_region=default_region))
    if len(asked) == 1:
        return why_one(snapshot, asked[0])
    one, other = _apart(*asked)
    if {*one.record_ids} & {*other.record_ids}:
        return why_one(snapshot, one, notes=("Both words mean the same record or customer.",))
    kept = ResolveSettings().min_kept_weight_bits
    limits = Thresholds(resolving.min_match_weight_bits, resolving.review_match_weight_bits, kept)
    return why_two(snapshot, one, other, limits)


def _apart(one: Asked, other: Asked) -> tuple[Asked, Asked]:
    """What both words mean is left to one of them, where the other means something else, too."""
    if rest := tuple(record for record in one.record_ids if record not in other.record_ids):
        return replace(one, record_ids=rest), other
    rest = tuple(record for record in other.record_ids if record not in one.record_ids)
    return one, replace(other, record_ids=rest or other.record_ids)
