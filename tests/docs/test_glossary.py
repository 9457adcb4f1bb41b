"""The glossary counts right, and has the words that the tables use."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from cdp.project.vocabulary import CONSENT_CHANNELS
from cdp.resolve.comparisons import COMPARISONS
from cdp.resolve.settings import ResolveSettings
from cdp.store.ledger import BALANCE
from cdp.tables import CONTRACTS
from tests.docs.pages import GLOSSARY, some, text_of

TEXT = text_of(GLOSSARY).replace("\N{MINUS SIGN}", "-")
WORDS = """
touchpoint, source, source contract, delivery, record, identifier, generic identifier, link,
match weight, prior, comparison, blocking, cluster, guard, identity graph, customer id,
golden record, survivorship, attribute source, claim, merge, split, retired, quarantine, set aside,
held, disposition, account, snapshot, gate, RFM, pairwise, B-cubed, precision, recall, F1,
identified, anonymous, consent, PII class, as_of, full refresh, incremental, household, run
"""


def rows_of(table: str) -> list[list[str]]:
    """The cells below the head of a table that begins so."""
    lines = TEXT[TEXT.index(table) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


def number(cell: str) -> float:
    return float(cell)


@pytest.mark.parametrize("word", [" ".join(word.split()) for word in WORDS.split(",")])
def test_every_word_is_explained(word: str) -> None:
    named = {name.lower() for name in re.findall(r"\*\*([^*]+)\*\*", TEXT)}
    assert word.lower() in named


@pytest.mark.parametrize("disposition", BALANCE)
def test_every_disposition_is_explained(disposition: str) -> None:
    word = {"quarantined": "quarantine"}.get(disposition, disposition.replace("_", " "))
    assert f"\n**{word}**" in TEXT.lower()


def meaning_of(table: str, column: str) -> str:
    return next(c.meaning for c in CONTRACTS[table].columns if c.name == column)


def test_every_kind_and_status_of_a_link_is_explained() -> None:
    kinds = re.split(r", | or ", meaning_of("identity.links", "kind"))
    assert [row[0] for row in rows_of("| kind | what joins")] == kinds
    statuses = re.findall(r"accepted|refused|review", meaning_of("identity.links", "status"))
    assert len(statuses) == 3
    assert all(f"**{status}** (" in TEXT for status in statuses)


@pytest.mark.parametrize("kind", ["created", "merged", "split", "retired", "returned"])
def test_every_identity_event_is_explained(kind: str) -> None:
    word = {"merged": "merge"}.get(kind, kind)
    assert kind in meaning_of("identity.changes", "kind")
    assert f"\n**{word}**" in TEXT.lower()


def test_the_bits_add_up_and_make_the_odds_and_the_probability_told() -> None:
    *parts, (name, told) = rows_of("| what we see | bits |")
    weight = number(told)
    assert name == "match weight"
    assert sum(number(bits) for _, bits in parts) == pytest.approx(weight)
    odds = 2**weight
    assert f"{told.strip('+')} bits are odds of 2^{weight} = {odds:.0f} to 1" in TEXT
    assert f"of {odds / (1 + odds):.0%}".replace("%", " %") in TEXT
    prior = number(parts[0][1])
    assert f"about 1 in {round(2**-prior, -2):,.0f}" in TEXT


def test_limits_and_counts_are_those_of_the_settings() -> None:
    limits = ResolveSettings()
    least = limits.review_match_weight_bits, limits.min_match_weight_bits
    assert f"From {least[0]} to {least[1]} bits a pair goes to review" in TEXT
    words = {6: "six", 13: "thirteen", 14: "fourteen"}
    assert f"more than {words[limits.max_names_per_identifier]} different first\nnames" in TEXT
    assert f"There are {words[len(COMPARISONS)]} comparisons" in TEXT
    assert len(CONSENT_CHANNELS) == 4
    assert "email, SMS, phone and post" in TEXT


def test_the_account_balances() -> None:
    sums = some(re.findall(r"^(\d+) = ([\d +]+)\.", TEXT, re.MULTILINE))
    for read, parts in sums:
        numbers = [int(part) for part in parts.split("+")]
        assert len(numbers) == len(BALANCE)
        assert sum(numbers) == int(read)


def test_the_means_of_b_cubed_are_those_of_its_rows() -> None:
    *rows, mean = rows_of("| record | its cluster |")
    for column in (2, 3):
        shares = [Fraction(row[column]) for row in rows]
        assert round(float(sum(shares)) / len(shares), 3) == number(mean[column])
    precision, recall = number(mean[2]), number(mean[3])
    f1 = 2 * precision * recall / (precision + recall)
    assert f"B-cubed precision is {precision}, recall {recall} and F1 **{f1:.2f}**" in TEXT
