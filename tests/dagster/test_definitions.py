"""Wiring: what Dagster loads for a project, before any run."""

from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from cdp.pipeline import build_steps
from cdp.project import Project, load_project
from cdp.quality import rules_for
from dagster_project.definitions import build_definitions
from dagster_project.defs.assets import build_assets
from tests.dagster.tiny_project import write_project

DEMO = Path(__file__).parents[2] / "data"

Specs = dict[str, dg.AssetSpec]
Checks = dict[tuple[str, str], dg.AssetCheckSpec]

ASSETS = [
    "clean/dispositions",
    "clean/records",
    "clean/rows/crm",
    "clean/rows/web",
    "clean/touchpoints",
    "identity/attributes",
    "identity/changes",
    "identity/clusters",
    "identity/holders",
    "identity/household_pairs",
    "identity/households",
    "identity/identifiers",
    "identity/links",
    "identity/members",
    "identity/model_levels",
    "identity/model_sources",
    "identity/records",
    "identity/rulings",
    "identity/scored_pairs",
    "identity/weighed_pairs",
    "profile/attribute_sources",
    "profile/computed_traits",
    "profile/customers",
    "profile/timeline",
    "published/snapshot",
    "raw/crm",
    "raw/web",
]


@pytest.fixture(scope="module")
def definitions(tiny: Project) -> dg.Definitions:
    return build_definitions(tiny)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> Specs:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


@pytest.fixture(scope="module")
def checks(tiny: Project) -> Checks:
    specs = (spec for asset in build_assets(tiny) for spec in asset.check_specs)
    return {(spec.asset_key.to_user_string(), spec.name): spec for spec in specs}


def test_the_definitions_of_the_demo_project_load() -> None:
    demo = load_project(DEMO)
    definitions = build_definitions(demo)
    dg.Definitions.validate_loadable(definitions)
    loaded = {spec.key.to_user_string() for spec in definitions.resolve_all_asset_specs()}
    assert {f"clean/rows/{source.name}" for source in demo.sources} <= loaded
    assert "reference/companies" in loaded


@pytest.mark.parametrize("table", ["records", "rows", "dispositions"])
def test_a_source_may_be_called_as_a_table_is(tmp_path: Path, table: str) -> None:
    contract = write_project(tmp_path).root / "sources" / "crm.yaml"
    contract.write_text(contract.read_text().replace("source: crm", f"source: {table}"))
    contract.rename(contract.with_name(f"{table}.yaml"))
    definitions = build_definitions(load_project(tmp_path))
    dg.Definitions.validate_loadable(definitions)
    assert dg.AssetKey(["clean", "rows", table]) in definitions.resolve_all_asset_keys()


def test_the_assets_are_the_stored_list(specs: Specs) -> None:
    assert sorted(specs) == ASSETS


def test_every_asset_says_what_it_is_whose_it_is_and_what_it_is_made_with(specs: Specs) -> None:
    for key, spec in specs.items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.group_name in ("ingest", "quality", "resolve", "profiles", "publish"), key


def test_an_asset_of_a_source_belongs_to_its_owner_and_any_other_to_the_project(
    specs: Specs,
) -> None:
    assert specs["raw/crm"].owners == specs["clean/rows/crm"].owners == ["sales@example.com"]
    assert specs["clean/rows/web"].owners == specs["profile/customers"].owners == ["team:tiny"]


def test_every_table_shows_its_columns_and_what_they_mean(specs: Specs) -> None:
    for key, spec in specs.items():
        if key != "published/snapshot":
            columns = spec.metadata["dagster/column_schema"].columns
            assert columns, key
            assert all(column.description for column in columns), key


def test_personal_columns_are_marked(specs: Specs) -> None:
    columns = specs["clean/records"].metadata["dagster/column_schema"].columns
    marks = {column.name: dict(column.tags) for column in columns}
    assert marks["emails"] == {"pii": "identifier"}
    assert marks["surname"] == {"pii": "personal"}
    assert marks["source"] == {}


def test_every_step_is_an_asset_per_table_that_it_writes_after_all_that_it_reads(
    tiny: Project, specs: Specs
) -> None:
    for step in build_steps(tiny):
        for table in step.writes:
            spec = specs[table.replace(".", "/")]
            assert {dep.asset_key.to_user_string() for dep in spec.deps} == {
                read.replace(".", "/") for read in step.reads
            }
            assert spec.group_name == step.stage
            assert str(spec.description).startswith(step.description)


def test_kinds_name_the_tools_and_tags_the_source_and_how_personal_it_is(specs: Specs) -> None:
    assert specs["raw/crm"].kinds == {"csv", "duckdb", "python"}
    assert specs["raw/web"].kinds == {"json", "duckdb", "python"}
    assert specs["clean/rows/crm"].kinds == {"duckdb", "greatexpectations"}
    assert specs["identity/scored_pairs"].kinds == {"duckdb", "splink"}
    assert tags(specs["raw/crm"]) == {"source": "crm", "pii": "personal"}
    assert tags(specs["profile/customers"]) == {"pii": "identifier"}
    assert tags(specs["identity/clusters"]) == {}


def tags(spec: dg.AssetSpec) -> dict[str, str]:
    return {name: tag for name, tag in spec.tags.items() if not name.startswith("dagster/")}


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("growth@example.com", "growth@example.com"),
        ("growth", "team:growth"),
        ("growth@example", "team:growth@example"),
        (None, "team:tiny"),
    ],
)
def test_an_owner_is_a_person_or_a_team_as_dagster_takes_them(
    tiny: Project, stated: str | None, shown: str
) -> None:
    source = tiny.source("crm").model_copy(update={"owner": stated})
    owned = tiny.model_copy(update={"sources": (source,)})
    [spec] = build_assets(owned)[0].specs
    assert spec.owners == [shown]


def test_files_lead_to_the_snapshot_by_way_of_every_stage(specs: Specs) -> None:
    edges = {
        key: {dep.asset_key.to_user_string() for dep in spec.deps} for key, spec in specs.items()
    }
    reached: set[str] = set()
    frontier = {"published/snapshot"}
    while frontier:
        reached |= frontier
        frontier = set().union(*(edges[key] for key in frontier)) - reached
    assert reached == set(ASSETS)


def test_every_rule_of_a_source_has_a_check_of_its_name_that_blocks_nothing(
    tiny: Project, checks: Checks
) -> None:
    for source in tiny.sources:
        for rule in rules_for(source, tolerated_share=0.0, as_of=datetime(2026, 1, 1)):
            assert (f"clean/rows/{source.name}", rule.name) in checks
    assert not any(spec.blocking for spec in checks.values())


def test_only_files_that_name_their_columns_are_checked_for_a_header(checks: Checks) -> None:
    headers = {asset for asset, check in checks if check == "key_columns_are_in_the_header"}
    assert headers == {"clean/rows/crm"}


def test_every_source_is_checked_for_files_that_cannot_be_read(checks: Checks) -> None:
    readable = {asset for asset, check in checks if check == "files_are_readable"}
    assert readable == {"raw/crm", "raw/web"}


def test_a_check_says_what_fails_it_and_what_that_does(checks: Checks) -> None:
    critical = checks["clean/rows/web", "occurred_at_is_an_instant"]
    assert critical.description == (
        "Fails when the time of the event is missing or cannot be read. "
        "ExpectColumnValuesToNotBeNull on `occurred_at`, a built-in rule: "
        "failing rows go to quarantine; past 20.0% their delivery is held: "
        "all its other rows wait, and the former files stand."
    )
    own = checks["clean/rows/crm", "expect_column_values_to_be_between_rating"]
    assert "`expect` in the source's contract: failing rows are counted and kept" in str(
        own.description
    )
    assert own.metadata["severity"] == "warning"


def test_one_step_at_a_time_writes_the_store_even_for_a_run_of_the_button(tiny: Project) -> None:
    assert build_definitions(tiny).executor is dg.in_process_executor
    pools = {pool for asset in build_assets(tiny) for pool in asset.op.pools}
    assert pools == {"duckdb_writer"}
