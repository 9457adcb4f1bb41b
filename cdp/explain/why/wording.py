"""Plain words for what the model says: comparisons, levels, reasons, odds.

Names that are not known here, such as those of a project's own comparisons, are said as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cdp.explain.judging import Step

_TITLES = {
    "prior": "to begin with", "sources": "their sources", "household": "one home?",
    "rivals": "other candidates", "declared_key": "key", "always_link": "your rule",
    "given_name": "first name", "place": "place", "ruling": "a steward",
    "all_stated": "all they state",
}  # fmt: skip
NOT_OF_THE_RECORDS = frozenset({"prior", "sources", "household", "rivals"})
"""Entries that compare nothing that the two records state."""

_SAID = {
    "same, of one person": "same; one person uses it",
    "same, of two people": "same; two people use it",
    "same, of several people": "same; several people use it",
    "another record may be the one": "another record fits as well or better",
    "nobody else of the source fits": "nobody else there fits",
    "may be two of one home": "two people of one home would agree so, too",
}
_PHRASES = {
    "same": "same {}", "same, of one person": "same {}",
    "same, of two people": "same {} (two people use it)",
    "same, of several people": "same {} (several people use it)",
    "similar": "similar {}", "alike": "faintly similar {}", "different": "different {}",
    "short form": "short form of the {}", "initial": "{} that fits an initial",
    "same initial": "same initial of the {}", "one slip": "{} with one slip",
    "two slips": "{} with two slips", "swapped with surname": "first name and surname swapped",
    "the other's surname": "{} that is the other's surname",
    "same mailbox name": "same mailbox name of the {}", "same postcode": "same postcode",
    "same city": "same city", "same region": "same region",
    "two parts of three": "{} with two of three parts right",
    "same street, other number": "same street with another number",
}  # fmt: skip
_REASONS = {
    r"never-link rule `(.*?)`, though linked by (.*)":
        "your never-link rule `{0}` keeps them apart, though {1} speaks for a link",
    r"limit of (\d+) `(.*?)` per customer, though linked by (.*)":
        "one customer may have no more than {0} `{1}` (your limit), though {2} speaks for a link",
    r"(cannot link, ruled by .*?), though linked by (.*)":
        "a steward's word: {0}, though {1} speaks for a link",
    r"(cannot link, ruled by .*)": "a steward's word: {0}",
    r"size: .*": "the group of records would grow too large, so its weakest links were cut",
    r"contradiction: different (.*)":
        "they contradict each other (different {0}), so a guard cut the link",
    r"group: .*":
        "a guard cut the link, because too little joins the two groups of records behind them,"
        " or others of those contradict each other",
    r"household: .*": "they are as likely two people of one home",
    r"rivals: .*": "another record fits as well or better, and a record is one person at most",
    r"evidence: .*": "too little speaks for it",
}  # fmt: skip


def title(comparison: str) -> str:
    """What is compared, in a word or two.

    >>> title("given_name"), title("loyalty_card")
    ('first name', 'loyalty card')
    """
    return _TITLES.get(comparison, comparison.replace("_", " "))


def said(step: Step) -> str:
    """What one entry of the evidence found.

    >>> said(Step("email", "same, of one person", 9.0)), said(Step("prior", "share", -13.3))
    ('same; one person uses it', 'of all pairs, one in about 10,000 is one person')
    >>> said(Step("sources", "crm + shop", 2.0)), said(Step("loyalty_card", "within 7", 2.0))
    ('pairs of crm + shop are one person 4 times as often as others', 'within 7')
    """
    match step.comparison:
        case "prior":
            return f"of all pairs, one in about {_rough(2.0**-step.bits)} is one person"
        case "sources":
            often = "rarely" if step.bits < 0 else "often"
            rate = "about" if abs(step.bits) < 0.3 else f"{_rough(2.0 ** abs(step.bits))} times"
            return f"pairs of {step.level} are one person {rate} as {often} as others"
        case "ruling":
            return f"ruled: {step.level}"
        case "always_link":
            return f"always-link rule `{step.level}`"
        case _:
            return _SAID.get(step.level, step.level)


def phrase(step: Step) -> str:
    """An entry inside a sentence.

    >>> phrase(Step("given_name", "short form", 4.0)), phrase(Step("loyalty_card", "within 7", 2.0))
    ('short form of the first name', 'loyalty card: within 7')
    """
    pattern = _PHRASES.get(step.level)
    return pattern.format(title(step.comparison)) if pattern else (
        f"{title(step.comparison)}: {step.level}"
    )  # fmt: skip


def odds(bits: float) -> str:
    """The chance of a match.

    >>> odds(3.0), odds(-10.2), odds(0.05), odds(40.0)
    ('8 to 1 for', '1,200 to 1 against', 'even odds', 'over a million to 1 for')
    """
    if abs(bits) >= 20:
        return f"over a million to 1 {'for' if bits > 0 else 'against'}"
    ratio = _rough(2.0 ** abs(bits))
    return "even odds" if ratio == "1" else f"{ratio} to 1 {'for' if bits > 0 else 'against'}"


def outline(steps: Iterable[Step]) -> tuple[str, str]:
    """The most that the two records say for and against, as two enumerations; '' for nothing.

    >>> outline([Step("email", "same", 9.0), Step("phone", "different", -1.5)])
    ('same email', 'different phone')
    """
    stated = [step for step in steps if step.comparison not in NOT_OF_THE_RECORDS]
    most = sorted(stated, key=lambda step: (-abs(step.bits), step.comparison))
    speaks_for = [phrase(step) for step in most if step.bits >= 0.5]
    against = [phrase(step) for step in most if step.bits <= -0.5]
    return _listed(speaks_for[:3]), _listed(against[:2])


def reason(told: str) -> str:
    """Why a pair was refused, in a sentence without its end; as it is when it is not known here.

    >>> reason("contradiction: different birth date")
    'they contradict each other (different birth date), so a guard cut the link'
    """
    for pattern, words in _REASONS.items():
        found = re.fullmatch(pattern, told, re.DOTALL)
        if found:
            return words.format(*(re.sub(r"; found by .*", "", part) for part in found.groups()))
    return told


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _rough(number: float) -> str:
    """Two digits that count.

    >>> _rough(10_085.0), _rough(1.04), _rough(4.4)
    ('10,000', '1', '4.4')
    """
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 or rounded == int(rounded) else f"{rounded:.1f}"
