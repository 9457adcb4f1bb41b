"""A model is trained, tried beside the one in force, promoted; then runs cost what is new."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from cdp import explain
from cdp.errors import ConfigError, NotFoundError
from cdp.pipeline.modelling import promote_model, train_model
from cdp.store.layout import Layout
from cdp.store.model_notes import read_versions
from tests.explain.snapshot import shown
from tests.laws.kept_model import keep_model
from tests.laws.world import AS_OF, CDP_YAML, FILES, Company, crm_file
from tests.thorough import thorough

DAY = timedelta(days=1)
FIRST, *LATER = sorted(FILES)


def statuses(company: Company) -> dict[str, str]:
    versions = read_versions(Layout(company.project.store))
    return {str(one["model_id"]): str(one["status"]) for one in versions}


def test_a_store_of_few_records_keeps_no_model(ran: Company) -> None:
    told = ran.warehouse("select status, is_kept from ops.models")
    assert told.rows() == [("promoted", False)]
    assert ran.query("select model_drift from runs").rows() == [(None,)]


@thorough
def test_a_candidate_of_the_same_records_would_change_nobody(ran: Company) -> None:
    found = train_model(ran.project, as_of=AS_OF)
    trial = found["trial"]
    assert isinstance(trial, dict)
    assert found["status"] == "candidate"
    assert (trial["would_merge"], trial["would_split"], trial["moved_records"]) == (0, 0, 0)
    assert trial["customers_now"] == trial["customers_then"] > 0
    assert ran.run("r2", as_of=AS_OF + DAY).status == "unchanged"


def test_a_promoted_model_is_used_by_the_next_run_and_ids_stay(ran: Company) -> None:
    members = "select record_id, customer_id from members where valid_to is null order by all"
    before = ran.query(members)
    keep_model(ran)
    assert statuses(ran) == {"m_0002": "promoted", "m_0001": "former"}
    assert ran.run("r2", as_of=AS_OF + DAY).status == "published"
    assert_frame_equal(ran.query(members), before)
    assert ran.warehouse("select model_id from ops.models where is_kept").rows() == [("m_0002",)]
    told = ran.query("select model_drift from runs where run_id = 'r2'")
    assert json.loads(told["model_drift"][0]) == {"model_id": "m_0002", "moved": []}
    counted = "select distinct total from model.counts where model_id = 'm_0002' and source = ''"
    records = ran.query("select count(*) from records where is_current").item()
    assert ran.warehouse(f"{counted} and figure = 'stated'").rows() == [(records,)]


@thorough
def test_a_store_that_has_doubled_since_the_training_is_told_wherever_notices_stand(
    ran: Company,
) -> None:
    keep_model(ran)
    store = ran.project.store
    before = ran.query("select count(*) from records where is_current").item()
    grown = [f"g{n},Ann{n},Lee{n},ann{n}@example.org,,,,,,2026-06-01 10:00" for n in range(before)]
    ended = ran.deliver({"inbox/crm_20260625.csv": crm_file(grown)}, "r2", as_of=AS_OF + DAY)
    with explain.open_snapshot(store) as snapshot:
        page = explain.render.report_page(explain.read_quality(snapshot))
    told = {
        "end": shown(explain.render.outcome(ended.as_dict())),
        "status": shown(explain.render.status(explain.read_status(store))),
        "models": shown(explain.render.models(read_versions(Layout(store)))),
        "report": page,
    }
    for place, text in told.items():
        assert f"{2 * before} records, {before} at its training" in " ".join(text.split()), place
        assert "cdp model train" in text
    promote_model(ran.project, "m_0001", as_of=AS_OF + DAY)
    assert "at its training" not in shown(explain.render.models(read_versions(Layout(store))))


@thorough
def test_files_that_come_one_by_one_make_what_a_full_run_makes(
    tmp_path: Path, everything: Callable[[Company], dict[str, object]]
) -> None:
    company = Company(tmp_path / "one")
    company.deliver({FIRST: FILES[FIRST]}, "r1")
    keep_model(company)
    for day, name in enumerate(LATER, 2):
        company.write({name: FILES[name]})
        company.run(f"r{day}", as_of=AS_OF + day * DAY)
    portioned = everything(company)
    company.run("r9", as_of=AS_OF + len(FILES) * DAY, is_full=True)
    whole = everything(company)
    for name, table in portioned.items():
        assert_frame_equal(table, whole[name])  # type: ignore[arg-type]  # frames by name


@thorough
def test_a_model_of_other_settings_is_not_put_in_force(ran: Company) -> None:
    found = train_model(ran.project, as_of=AS_OF)
    ran.write({"cdp.yaml": CDP_YAML + "resolve: {limits: {email: {max_names: 2}}}\n"})
    with pytest.raises(ConfigError, match="other settings"):
        promote_model(ran.project, str(found["model_id"]), as_of=AS_OF)


def test_a_model_that_is_not_there_is_told(ran: Company) -> None:
    with pytest.raises(NotFoundError, match="no version m_0009"):
        promote_model(ran.project, "m_0009", as_of=AS_OF)


@pytest.fixture
def everything() -> Callable[[Company], dict[str, object]]:
    """The tables of identity and profiles as they are in the warehouse."""
    names = [
        "identity.records", "identity.identifiers", "identity.holders", "identity.weighed_pairs",
        "identity.scored_pairs", "identity.links", "identity.clusters", "identity.block_keys",
        "profile.customers", "profile.attribute_sources", "profile.timeline", "profile.claims",
        "clean.records", "clean.touchpoints", "clean.dispositions",
    ]  # fmt: skip

    def read(company: Company) -> dict[str, object]:
        return {name: company.warehouse(f"select * from {name} order by all") for name in names}

    return read
