"""Columns of consent: their channel, and the words of theirs that mean yes and no."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cdp.drafting.headers import QUALIFIED, fit, has_words, plain
from cdp.drafting.sample import Column
from cdp.drafting.vocabulary import roles, word_lists, words
from cdp.project.vocabulary import GRANTED_WORDS, REFUSED_WORDS

_PLAIN_WORDS = frozenset(["yes", "no", "true", "false", "1", "0", "y", "n", "t", "f", "x", "active",
                          "inactive", "enabled", "disabled", "on", "off", "accepted", "declined",
                          "confirmed", "never", "bounced", "denied", "refused", "allowed", "j",
                          "s", "o", "marketing", "explicit"])  # fmt: skip
"""Words that mean consent only where the header says that it is about consent."""


@dataclass(frozen=True)
class FoundConsent:
    """A column of consent; ``granted`` and ``refused`` are empty where the usual words do."""

    channel: str
    column: Column
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    score: float
    reason: str


def consents(columns: Sequence[Column], *, without: Collection[str] = ()) -> list[FoundConsent]:
    """The columns of consent, one a channel: the surest, then the first in the file."""
    found: dict[str, FoundConsent] = {}
    for column in columns:
        one = _consent(column) if column.name not in without else None
        if one and (one.channel not in found or one.score > found[one.channel].score):
            found[one.channel] = one
    return [found[channel] for channel in sorted(found)]


def _consent(column: Column) -> FoundConsent | None:
    header = plain(column.name)
    is_refusal = _fits(column.name, "refusal_headers")
    is_consent = not is_refusal and _fits(column.name, "consent_headers")
    is_status = not (is_refusal or is_consent) and header in words("status_headers")
    if not (is_refusal or is_consent or is_status):
        return None
    said = {value.casefold() for value in column.values}
    yes = tuple(word for word in words("granted") if word in said)
    no = tuple(word for word in words("refused") if word in said)
    known = {*yes, *no, *words("unknown")}
    other = len(said - known)
    if is_status and (not {*yes, *no} - _PLAIN_WORDS or other > len(yes) + len(no) + 2):
        return None
    if said and (not {*yes, *no} or other > len(yes) + len(no)):
        return None
    reason = (
        f"the header says so; {len(yes)} words mean yes, {len(no)} mean no, {other} say nothing"
    )
    if not said:
        reason = "the header says so; no row of the sample has a word"
    if is_refusal:
        reason = "the header says so; yes means that consent is refused"
        # Both sides are stated, for the usual words mean the contrary here.
        yes, no = no or ("false", "no", "0"), yes or ("true", "yes", "1")
    elif {*yes} <= {*GRANTED_WORDS} and {*no} <= {*REFUSED_WORDS}:
        yes = no = ()
    score = 0.9 if said and not other else 0.65 if said else 0.5
    return FoundConsent(_channel(header), column, yes, no, score, reason)


def _fits(name: str, listed: str) -> bool:
    return fit(name, headers=words(listed), qualifiers=roles().qualifiers) >= QUALIFIED


def _channel(header: str) -> str:
    for channel, known in word_lists("channels_of_consent").items():
        if has_words(header, known):
            return channel
    return "email"
