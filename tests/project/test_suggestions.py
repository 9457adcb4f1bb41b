"""A key misspelt by one edit is told, at its line, with the right one."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cdp.project import CONSENT_CHANNELS, PERSON_FIELDS
from cdp.project.complaints import checked
from cdp.project.reading import parse_settings
from cdp.project.settings import ProjectSettings
from cdp.project.source import Source

PROJECT_KEYS = [
    *("project", "default_region", "timezone", "store", "engine", "quality", "keep_snapshots"),
]
SOURCE_KEYS = [
    *("source", "path", "format", "holds", "sync_mode", "trust", "owner", "description"),
    *("record_key", "observed_at", "delivered_at", "touchpoint_key", "occurred_at", "channel"),
    *("event_type", "amount", "currency", "score", "campaign", "person", "keys", "person_ref"),
    *("consent", "attributes", "set_aside", "expect", "max_rejected_share"),
]
INNER_KEYS = {
    "format": [
        *("type", "delimiter", "encoding", "quote", "skip_lines", "header_rows"),
        *("rows", "keyed_lists", "mojibake", "date_order"),
    ],
    "observed_at": ["column", "timezone", "format"],
    "delivered_at": ["from_name"],
    "event_type": ["column", "value"],
    "amount": ["column", "unit"],
    "person_ref": ["source", "key"],
    "person": list(PERSON_FIELDS),
    "consent": list(CONSENT_CHANNELS),
    "set_aside": ["reason", "column", "matches"],
    "expect": ["expect", "column", "severity", "tolerated_share", "name"],
}
LISTS = ("set_aside", "expect")


@st.composite
def misspelt(draw: Any, words: list[str]) -> tuple[str, str]:
    """A word and the same after one edit: a letter lost, put in, changed, or two swapped."""
    word = draw(st.sampled_from(words))
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    edits = [
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    ]
    wrong = draw(st.sampled_from(edits))
    assume(wrong not in words)
    return word, wrong


def _hints(model: Any, text: str, wrong: str) -> list[tuple[int, str]]:
    written = parse_settings(text, file="cdp.yaml")
    _, faults = checked(model, written)
    told = (f"unknown key `{wrong}`", f".{wrong}`: no field of", f".{wrong}`: no channel of")
    return [(f.line, f.hint) for f in faults if any(part in f.message for part in told)]


@given(misspelt(PROJECT_KEYS))
def test_a_misspelt_key_of_cdp_yaml_is_suggested(pair: tuple[str, str]) -> None:
    word, wrong = pair
    assert _hints(ProjectSettings, f"# first\n{wrong}: x\n", wrong) == [
        (2, f"did you mean `{word}`?")
    ]


@given(misspelt(SOURCE_KEYS))
def test_a_misspelt_key_of_a_contract_is_suggested(pair: tuple[str, str]) -> None:
    word, wrong = pair
    assert _hints(Source, f"# first\n{wrong}: x\n", wrong) == [(2, f"did you mean `{word}`?")]


@given(
    st.sampled_from(sorted(INNER_KEYS)).flatmap(
        lambda outer: st.tuples(st.just(outer), misspelt(INNER_KEYS[outer]))
    )
)
def test_a_misspelt_key_inside_a_setting_is_suggested(drawn: tuple[str, tuple[str, str]]) -> None:
    outer, (word, wrong) = drawn
    dash = "- " if outer in LISTS else "  "
    found = _hints(Source, f"{outer}:\n  {dash}{wrong}: x\n", wrong)
    assert found == [(2, f"did you mean `{word}`?")]
