"""Attributes that a project compares: what is written, read or refused."""

from __future__ import annotations

from typing import Any

import pytest

from cdp.project import Compared, load_project

PROJECT = "project: acme\ndefault_region: US\ntimezone: America/New_York\n"
PEOPLE = (
    "source: people\npath: inbox/people/*.csv\nholds: people\nrecord_key: id\n"
    "attributes: {level: a, Level: b, level_2: c, Place: d, shop: e}\n"
)
WEB = (
    "source: web\npath: inbox/web/*.jsonl\nholds: events\nchannel: web\ntouchpoint_key: id\n"
    "occurred_at: at\nkeys: {shop: userId}\nattributes: {tier: t}\n"
)
OTHER_NAME = "give the attribute another name"

FAULTS = {
    "{teir: exact}": "`resolve.compare`: `teir` is no attribute of any source "
    "(did you mean `tier`?)",
    "{shop: exact}": f"`resolve.compare`: `shop` has another meaning in matching ({OTHER_NAME})",
    "{Place: text}": f"`resolve.compare`: `Place` has another meaning in matching ({OTHER_NAME})",
    "{level: text, Level: text}": "`resolve.compare`: `Level` and `level` differ in case only "
    "(give one of them another name)",
    "{tier: {order: dmy}}": "`resolve.compare.tier.kind` is missing",
    "{tier: exakt}": "`resolve.compare.tier.kind: exakt` is unknown (did you mean `exact`?)",
    "{tier: {kind: exact, within: 3}}": "`resolve.compare.tier`: `within` is not used "
    "(it is for the kind number)",
    "{tier: {kind: text, order: dmy}}": "`resolve.compare.tier`: `order` is not used "
    "(it is for the kind date)",
    "{tier: {kind: number, within: -1}}": "`resolve.compare.tier.within: -1` should be greater",
    "{tier: {kind: exact, wihtin: 3}}": "unknown key `wihtin` (did you mean `within`?)",
}


@pytest.mark.parametrize(("compare", "expected"), FAULTS.items())
def test_a_fault_is_told_at_its_line_with_the_nearest_right_word(
    compare: str, expected: str, faults: Any
) -> None:
    text = f"{PROJECT}resolve:\n  compare: {compare}\n"
    (found,) = [str(fault) for fault in faults(text, people=PEOPLE, web=WEB)]
    assert found.startswith(f"cdp.yaml:5: {expected}")


def test_all_faults_are_told_at_once(faults: Any) -> None:
    text = """resolve:
  compare:
    teir: exact
    level_2: nubmer
    tier: number
  limits: {tier: {per_customer: 1}}
  never_link: [{name: x, different: [tier, teer]}]
"""
    found = faults(PROJECT + text, people=PEOPLE, web=WEB)
    assert sorted(fault.line for fault in found) == [6, 7, 9, 10]


@pytest.mark.parametrize("key", ["limits: {tier: {per_customer: 1}}", "block: {tier: gold}"])
@pytest.mark.parametrize("compare", ["", "compare: {tier: exact}, "])
def test_an_attribute_is_an_identifier_before_it_has_limits_or_lists(
    key: str, compare: str, faults: Any
) -> None:
    (found,) = faults(PROJECT + f"resolve: {{{compare}{key}}}\n", people=PEOPLE, web=WEB)
    assert found.message.endswith("the attribute `tier` is no identifier")
    assert found.hint == "say `tier: identifier` under `compare` first"


def test_a_project_without_any_attribute_is_told_where_they_are_named(faults: Any) -> None:
    (found,) = faults(PROJECT + "resolve: {compare: {tier: exact}}\n")
    assert found.hint == "name its column under `attributes`"


def test_more_identifiers_than_there_are_rules_for_are_refused(faults: Any) -> None:
    names = "abcdef"
    attributes = f"attributes: {{{', '.join(f'{name}: x' for name in names)}}}\n"
    listed = ", ".join(f"{name}: identifier" for name in names)
    compare = f"resolve: {{compare: {{{listed}}}}}\n"
    people = PEOPLE.partition("attributes")[0] + attributes
    (found,) = faults(PROJECT + compare, people=people)
    assert found.message == "`resolve`: `compare` names more than 5 identifiers"
    assert not faults(PROJECT + compare.replace("f: identifier", "f: exact"), people=people)


def test_a_kind_alone_is_short_for_its_settings(make_project: Any) -> None:
    compare = "resolve: {compare: {tier: exact, level: {kind: number, within: 2}}}\n"
    project = load_project(make_project(PROJECT + compare, people=PEOPLE, web=WEB))
    assert project.resolve.compare == {
        "tier": Compared(kind="exact"),
        "level": Compared(kind="number", within=2.0),
    }
