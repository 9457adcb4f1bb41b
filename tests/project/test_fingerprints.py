"""Fingerprints change when the meaning of rows may change, and never else."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cdp.project import Source, fingerprint, load_project, project_fingerprint

CONTRACT: dict[str, Any] = {
    "source": "people",
    "path": "inbox/people/*.csv",
    "holds": "people",
    "record_key": "id",
    "observed_at": {"column": "at", "timezone": "UTC"},
    "person": {"email": ["a", "b"], "surname": "c", "birth_date": "d"},
    "keys": {"shop": "e", "web": "f"},
    "consent": {"email": {"from": "g"}, "sms": {"from": "h"}},
    "expect": [{"expect": "ExpectColumnToExist", "column": "email", "x": 1, "y": 2}],
}

WITHOUT_MEANING = {
    "owner": "else@example.com",
    "description": "other words",
    "path": "inbox/elsewhere/*.csv",
    "trust": 9,
    "expect_every": "1d",
    "drift": "warning",  # the default, written out
    "has_no_duplicates": True,  # of the project's fingerprint only: no row is cleaned otherwise
    "sync_mode": "incremental",  # the default, written out
    "delivered_at": None,
}

WITH_MEANING = {
    "source": "persons",
    "holds": "both",
    "record_key": ["id", "a"],
    "observed_at": "at",
    "sync_mode": "full_refresh",
    "format": {"delimiter": ";"},
    "person": {"email": ["b", "a"], "surname": "c", "birth_date": "d"},
    "keys": {"shop": "e"},
    "line_items": ["a"],
    "channel": {"column": "a"},
    "consent": {"email": {"from": "g", "granted": "ja"}, "sms": {"from": "h"}},
    "expect": [],
    "set_aside": [{"reason": "bot", "column": "a", "matches": "b"}],
    "expect_rows": {"min": 5},
    "drift": "critical",
    "max_rejected_share": 0.5,
}


def _shuffled(value: Any, rng: Any) -> Any:
    """The same mappings with their keys in another order; lists stay as they are."""
    if isinstance(value, dict):
        keys = rng.sample(sorted(value), len(value))
        return {key: _shuffled(value[key], rng) for key in keys}
    return value


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_never_matters(rng: Any) -> None:
    other = Source.model_validate(_shuffled(CONTRACT, rng))
    assert fingerprint(other) == fingerprint(Source.model_validate(CONTRACT))


@pytest.mark.parametrize("key", WITHOUT_MEANING)
def test_what_changes_no_row_changes_no_fingerprint(key: str) -> None:
    other = Source.model_validate({**CONTRACT, key: WITHOUT_MEANING[key]})
    assert fingerprint(other) == fingerprint(Source.model_validate(CONTRACT))


@pytest.mark.parametrize("key", WITH_MEANING)
def test_what_may_change_a_row_changes_the_fingerprint(key: str) -> None:
    other = Source.model_validate({**CONTRACT, key: WITH_MEANING[key]})
    assert fingerprint(other) != fingerprint(Source.model_validate(CONTRACT))


def test_the_order_of_birth_dates_changes_the_fingerprint() -> None:
    dated = {**CONTRACT["person"], "birth_date": {"column": "d", "order": "dmy"}}
    other = Source.model_validate({**CONTRACT, "person": dated})
    assert fingerprint(other) != fingerprint(Source.model_validate(CONTRACT))


def test_a_release_finds_the_fingerprints_of_the_one_before_it() -> None:
    events = {
        "source": "web", "path": "inbox/*.jsonl", "holds": "events", "channel": "web",
        "touchpoint_key": "id", "occurred_at": "at",
        "person_ref": {"source": "people", "key": "k"},
        "set_aside": [{"reason": "bot", "column": "a", "matches": "b"}],
    }  # fmt: skip
    assert [fingerprint(Source.model_validate(one))[:16] for one in (CONTRACT, events)] == [
        "a541aa2773fe85c1",
        "7024f6a315d2f436",
    ]


def test_another_process_finds_the_same_fingerprint() -> None:
    code = (
        "from cdp.project import Source, fingerprint\n"
        f"print(fingerprint(Source.model_validate({CONTRACT!r})))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == fingerprint(Source.model_validate(CONTRACT))


PROJECT = {"project": "acme", "default_region": "US", "timezone": "UTC"}


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"store": "elsewhere"}, True),
        ({"keep_snapshots": 9}, True),
        ({"quality": {"on_critical": "hold"}}, True),
        ({"quality": {"on_critical": "stop"}}, False),
        ({"project": "other"}, False),
        ({"default_region": "GB"}, False),
        ({"timezone": "Europe/London"}, False),
        ({"resolve": {"min_match_weight_bits": 1.0}}, True),
        ({"resolve": {"min_match_weight_bits": 2}}, False),
        ({"resolve": {"block": {"email": ["a@example.org"]}}}, False),
    ],
)
def test_a_project_has_another_fingerprint_when_results_may_differ(
    changed: dict[str, Any], is_same: Any, make_project: Any
) -> None:
    before = project_fingerprint(load_project(make_project(yaml.safe_dump(PROJECT))))
    after = project_fingerprint(load_project(make_project(yaml.safe_dump({**PROJECT, **changed}))))
    assert (before == after) is is_same


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"trust": 9}, False),
        ({"has_no_duplicates": True}, False),
        ({"record_key": "key"}, False),
        ({"owner": "x"}, True),
        ({"path": "a/*.csv"}, True),
    ],
)
def test_a_projects_fingerprint_covers_its_sources(
    changed: dict[str, Any], is_same: Any, make_project: Any
) -> None:
    cdp = yaml.safe_dump(PROJECT)
    before = load_project(make_project(cdp, people=yaml.safe_dump(CONTRACT)))
    after = load_project(make_project(cdp, people=yaml.safe_dump({**CONTRACT, **changed})))
    assert (project_fingerprint(before) == project_fingerprint(after)) is is_same
