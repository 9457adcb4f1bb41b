"""Rules of a project, from its YAML to the published customers and the status."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cdp import explain
from cdp.errors import ConfigError
from cdp.pipeline.resolving import resolve_settings
from tests.explain.snapshot import shown
from tests.laws.world import AS_OF, CDP_YAML, CRM_YAML, Company

CUSTOMERS_OF_CRM = """
    select count(distinct m.customer_id) as customers
    from records as r join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.source = 'crm'
"""


def test_a_source_without_duplicates_gives_each_key_its_own_customer(ran: Company) -> None:
    assert ran.query(CUSTOMERS_OF_CRM)["customers"][0] == 5
    cleaned_before = ran.query("select delivery_id, run_id from checks order by all")
    ran.write({"sources/crm.yaml": CRM_YAML + "has_no_duplicates: true\n"})
    ran.run("r2", as_of=AS_OF + timedelta(days=1))
    assert ran.query(CUSTOMERS_OF_CRM)["customers"][0] == 7
    assert ran.query("select delivery_id, run_id from checks order by all").equals(cleaned_before)
    found = explain.read_status(ran.root / "warehouse")
    (told,) = found.rules.to_dicts()
    assert told["rule"] == "limit of 1 `crm`"
    assert (told["links_made"], told["conflicts"]) == (0, told["links_refused"])
    assert told["links_refused"] >= 2
    assert "limit of 1 `crm`" in shown(explain.render.status(found))


def test_rules_and_lists_of_a_project_reach_its_links(company: Company) -> None:
    rules = """
resolve:
  block: {phone: ["646.555.0133"]}
  always_link: [{name: mailbox, same: email}]
  never_link:
    - {name: first names, same: email, different: given_name}
    - {name: nobody, different: suffix}
"""
    company.write({"cdp.yaml": CDP_YAML + rules})
    company.run()
    blocked = company.query("select distinct value from identifiers where generic_reason = "
                            "'blocked by the project'")  # fmt: skip
    assert blocked["value"].to_list() == ["+16465550133"]
    status = explain.read_status(company.root / "warehouse", resolving=company.project.resolve)
    told = {row["rule"]: row for row in status.rules.to_dicts()}
    assert told["always-link rule `mailbox`"]["links_made"] > 0
    # Ana and Paul have one mailbox, Kate and Katherine as well.
    refused = told["never-link rule `first names`"]
    assert refused["links_refused"] == refused["conflicts"] > 0
    # A rule that did nothing is told, too: it may be misspelt.
    idle = told["never-link rule `nobody`"]
    assert {*idle.values()} == {"never-link rule `nobody`", 0}


def test_listed_values_are_read_as_those_of_records(company: Company) -> None:
    lists = "resolve: {block: {email: [Ann <ANN@Example.org>], handle: '@AnnLee', crm: [X 1]}}\n"
    company.write({"cdp.yaml": CDP_YAML + lists})
    assert resolve_settings(company.project).block == {
        "email": ("ann@example.org",),
        "handle": ("annlee",),
        "crm": ("X 1",),
    }


def test_a_listed_value_that_no_record_can_hold_is_told_by_its_place(company: Company) -> None:
    lists = "resolve: {block: {email: [a@example.org, secret], phone: '12'}, allow: {email: x}}\n"
    company.write({"cdp.yaml": CDP_YAML + lists})
    with pytest.raises(ConfigError) as error:
        company.run()
    assert "resolve.allow.email no. 1, resolve.block.email no. 2, resolve.block.phone no. 1" in str(
        error.value
    )
    assert "secret" not in str(error.value)
