"""Law 9: no personal data in errors, logs or run outcomes. Law 8: every decision is explained."""

from __future__ import annotations

import json

import pytest

from cdp.errors import CdpError
from tests.laws.world import CRM, SHOP, Company, crm_file, shop_file

SECRET = "secret@example.org"


def planted() -> dict[str, str]:
    """The secret in every field of good rows and bad ones, keys included."""
    rows = [
        f"{SECRET},{SECRET},{SECRET},{SECRET},{SECRET},{SECRET},{SECRET},{SECRET},,{SECRET}",
        f"9,{SECRET}",
        f'10,"{SECRET}',
        *CRM,
    ]
    lines = [
        json.dumps(
            {
                "id": SECRET,
                "at": SECRET,
                "total": SECRET,
                "cookie": SECRET,
                "who": {"email": SECRET},
            }
        ),
        json.dumps(
            {"id": 7, "at": "2026-04-01T10:00:00Z", "total": SECRET, "who": {"name": SECRET}}
        ),
        '{"id": "' + SECRET,
        *SHOP,
    ]
    return {"inbox/crm_20260401.csv": crm_file(rows), "inbox/shop_20260501.jsonl": shop_file(lines)}


def test_no_cell_reaches_outcome_checks_log_or_terminal(
    company: Company, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = company.deliver(planted(), "r1")
    said = json.dumps(outcome.as_dict(), default=str)
    for table in ("checks", "deliveries", "runs", "quarantine_summary"):
        said += str(company.query(f"select * from {table}").to_dicts())
    printed = capfd.readouterr()
    said += printed.out + printed.err + caplog.text
    assert SECRET not in said
    assert "secret" not in said


def test_no_cell_reaches_the_error_of_a_stopped_run(company: Company) -> None:
    strict = company.settings["cdp.yaml"].replace("0.4}", "0, on_critical: stop}")
    company.write({**planted(), "cdp.yaml": strict})
    with pytest.raises(CdpError) as raised:
        company.run("r1")
    assert "secret" not in str(raised.value)
    assert "Hint" in str(raised.value)


def test_every_value_of_a_golden_record_names_the_record_that_states_it(ran: Company) -> None:
    unfounded = ran.query(
        """
        select s.customer_id, s.attribute
        from attribute_sources as s
        left join members as m
            on s.record_id = m.record_id and s.customer_id = m.customer_id and m.valid_to is null
        where m.record_id is null
        """
    )
    assert unfounded.height == 0
    unexplained = ran.query(
        """
        select c.customer_id from customers as c
        left join attribute_sources as s
            on c.customer_id = s.customer_id and s.attribute = 'surname'
        where c.surname is distinct from s.value
        """
    )
    assert unexplained.height == 0


def test_records_of_one_customer_hang_together_by_accepted_links(ran: Company) -> None:
    import networkx as nx

    links = ran.query("select record_l, record_r, evidence from links where status = 'accepted'")
    graph = nx.Graph(list(zip(links["record_l"], links["record_r"], strict=True)))
    members = ran.query("select customer_id, record_id from members where valid_to is null")
    graph.add_nodes_from(members["record_id"])
    for _, group in members.group_by("customer_id"):
        assert nx.is_connected(graph.subgraph(group["record_id"].to_list()))
    assert all(json.loads(evidence) for evidence in links["evidence"])
