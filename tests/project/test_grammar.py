"""What the grammar of a project folder means, once read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cdp.errors import NotFoundError
from cdp.project import (
    ColumnOrValue,
    Consent,
    DeliveredAt,
    Expectation,
    FileFormat,
    Instant,
    PersonRef,
    Source,
    columns_named,
    key_columns_named,
    load_project,
    project_folder_from_environment,
)

ROOT = Path(__file__).parents[2]

CDP_YAML = """
project: acme               # [a-z][a-z0-9_]*
default_region: US
timezone: America/New_York
store: warehouse
engine: duckdb
quality: {max_rejected_share: 0.05, on_critical: hold}
keep_snapshots: 3
"""

PEOPLE = """
source: newsletter
path: inbox/newsletter/*.csv
format: {type: csv, delimiter: ";", encoding: latin-1, quote: '"'}
holds: people
sync_mode: full_refresh
trust: 7
owner: growth@example.com
description: text
record_key: EUID
observed_at: {column: LAST_CHANGED, timezone: UTC, format: iso}
delivered_at: {from_name: "%Y%m%d"}
person:
  email: [Email, Second Email]
  phone: Phone
  full_name: Name
  birth_date: {column: dob, order: dmy}
  language: lang
keys: {shop: userId}
consent:
  email: {from: status, granted: [Subscribed, yes], refused: [unsubscribed, cleaned, no]}
  sms: {from: sms}
attributes: {member_rating: MEMBER_RATING}
expect:
  - {expect: ExpectColumnValuesToBeBetween, column: member_rating, min_value: 1, max_value: 5.5,
     severity: critical, tolerated_share: 0.25, name: rating_in_range}
  - {expect: ExpectColumnPairValuesToBeEqual, column_A: email, column_B: phone, mostly: 1,
     value_set: [no, true, "1", 010]}
max_rejected_share: 0.5
"""

EVENTS = """
source: web
path: [inbox/web/*.jsonl.gz, inbox/old_web/*.ndjson]
holds: events
channel: {column: origin}
touchpoint_key: event_id
occurred_at: {column: created_at, format: epoch_ms}
observed_at: seen_at
event_type: {value: page_view}
amount: total
currency: {value: USD}
score: rating
campaign: context.campaign.name
person_ref: {source: newsletter, key: user.id}
set_aside:
  - {reason: bot, column: context.userAgent, matches: "(?i)bot|crawl|spider"}
"""


@pytest.fixture
def project(make_project: Any) -> Any:
    return load_project(make_project(CDP_YAML, b_newsletter=PEOPLE, a_web=EVENTS))


def test_the_project_is_what_cdp_yaml_says(project: Any, tmp_path: Path) -> None:
    assert (project.name, project.default_region) == ("acme", "US")
    assert project.timezone == "America/New_York"
    assert (project.root, project.store) == (tmp_path.resolve(), tmp_path.resolve() / "warehouse")
    assert project.outbox == project.root / "outbox"
    assert (project.quality.max_rejected_share, project.quality.on_critical) == (0.05, "hold")
    assert (project.engine, project.keep_snapshots) == ("duckdb", 3)


def test_sources_are_sorted_by_name_and_not_by_file(project: Any) -> None:
    assert [source.name for source in project.sources] == ["newsletter", "web"]


def test_an_unknown_source_is_not_found_and_the_nearest_is_named(project: Any) -> None:
    with pytest.raises(NotFoundError, match="did you mean `newsletter`"):
        project.source("newsleter")


def test_a_people_source_is_what_its_contract_says(project: Any) -> None:
    source = project.source("newsletter")
    assert source.path == ("inbox/newsletter/*.csv",)
    assert source.format == FileFormat(type="csv", delimiter=";", encoding="latin-1", quote='"')
    assert source.observed_at == Instant(column="LAST_CHANGED", timezone="UTC", format="iso")
    assert source.delivered_at == DeliveredAt(from_name="%Y%m%d")
    assert source.person["email"] == ("Email", "Second Email")
    assert source.person["birth_date"] == ("dob",)
    assert source.birth_date_order == "dmy"
    assert (source.keys, source.attributes) == (
        {"shop": ("userId",)},
        {"member_rating": "MEMBER_RATING"},
    )
    assert (source.trust, source.max_rejected_share) == (7, 0.5)


def test_an_event_source_is_what_its_contract_says(project: Any) -> None:
    source = project.source("web")
    assert source.format == FileFormat(type="jsonl")
    assert source.occurred_at == Instant(column="created_at", format="epoch_ms")
    assert source.observed_at == Instant(column="seen_at", timezone=None, format="auto")
    assert source.event_type == ColumnOrValue(value="page_view")
    assert source.channel == ColumnOrValue(column="origin")
    assert (source.amount.column, source.amount.unit) == ("total", "major")
    assert source.person_ref == PersonRef(source="newsletter", key=("user.id",))
    assert [rule.reason for rule in source.set_aside] == ["bot"]
    assert (source.sync_mode, source.trust) == ("incremental", 5)


def test_consent_words_are_lower_case_and_default_to_yes_and_no(project: Any) -> None:
    consent = project.source("newsletter").consent
    assert consent["email"].granted == ("subscribed", "yes")
    assert consent["email"].refused == ("unsubscribed", "cleaned", "no")
    assert consent["sms"] == Consent(from_column="sms")
    assert {"yes", "1", "opted_in"} < set(consent["sms"].granted)
    assert {"no", "0", "opted_out"} < set(consent["sms"].refused)


def test_an_expectation_keeps_our_keys_apart_from_its_arguments(project: Any) -> None:
    assert project.source("newsletter").expect[0] == Expectation(
        expect="ExpectColumnValuesToBeBetween",
        column="member_rating",
        severity="critical",
        tolerated_share=0.25,
        name="rating_in_range",
        arguments={"min_value": 1, "max_value": 5.5},
    )


def test_arguments_of_an_expectation_are_typed_as_json_and_nothing_is_guessed(project: Any) -> None:
    rule = project.source("newsletter").expect[1]
    assert rule.name == "expect_column_pair_values_to_be_equal"
    assert rule.arguments == {
        "column_A": "email",
        "column_B": "phone",
        "mostly": 1,
        "value_set": ["no", True, "1", "010"],
    }


def test_a_scalar_is_the_text_that_stands_there(make_project: Any) -> None:
    text = (
        "source: s\npath: in/*.csv\nholds: people\nrecord_key: 010\nperson: {country: NO, city: on}"
    )
    source = load_project(make_project(s=text)).source("s")
    assert (source.record_key, source.person) == (
        ("010",),
        {"country": ("NO",), "city": ("on",)},
    )


def test_a_key_of_one_column_is_a_list_of_one(make_project: Any) -> None:
    text = (
        "source: s\npath: in/*.csv\nholds: people\n"
        "record_key: {key}\nkeys: {{shop: {key}, web: [c, d]}}"
    )
    one, listed = (
        load_project(make_project(s=text.format(key=key))).source("s") for key in ("a", "[a]")
    )
    several = load_project(make_project(s=text.format(key="[b, a]"))).source("s")
    assert one == listed
    assert (one.record_key, several.record_key) == (("a",), ("b", "a"))
    assert key_columns_named(several) == ("a", "b", "c", "d")
    assert Source(**several.model_dump()) == several


def test_columns_are_all_that_a_contract_names(project: Any) -> None:
    web, newsletter = project.source("web"), project.source("newsletter")
    assert key_columns_named(web) == ("created_at", "event_id", "user.id")
    assert columns_named(web) == (
        "context.campaign.name",
        "context.userAgent",
        "created_at",
        "event_id",
        "origin",
        "rating",
        "seen_at",
        "total",
        "user.id",
    )
    assert key_columns_named(newsletter) == ("EUID", "userId")
    assert {"EUID", "Second Email", "dob", "userId", "status", "sms"} < set(
        columns_named(newsletter)
    )


def test_settings_cannot_be_changed_once_read(project: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        project.source("web").trust = 9


def test_a_source_survives_a_round_trip_by_its_python_names(project: Any) -> None:
    for source in project.sources:
        assert Source(**source.model_dump()) == source


def test_the_environment_names_the_project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_PROJECT", "somewhere")
    assert project_folder_from_environment() == Path("somewhere")
    monkeypatch.delenv("CDP_PROJECT")
    assert project_folder_from_environment() is None


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("data/**/cdp.yaml")))
def test_every_project_of_the_repository_loads(folder: Path) -> None:
    assert load_project(folder).sources


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("*.csv.gz", "csv"), ("*.ndjson.zst", "jsonl"), ("*.json", "json"), ("*.parquet", "parquet")
    ],
)  # fmt: skip
def test_the_ending_tells_the_format(make_project: Any, path: str, kind: str) -> None:
    text = PEOPLE.partition("format:")[0].replace("*.csv", path) + "holds: people\nrecord_key: a\n"
    project = load_project(make_project(CDP_YAML, people=text))
    assert project.sources[0].format == FileFormat(type=kind)
