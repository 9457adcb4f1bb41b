"""An attribute that a project compares, from its YAML to the published customers and the report."""

from __future__ import annotations

import json

from tests.laws.world import CDP_YAML, CRM_HEADER, CRM_YAML, SHOP_YAML, Company, clusters_of
from tests.thorough import thorough

COMPARE = "resolve: {compare: {card: identifier, level: exact}}\n"
CONTRACTS = {
    "sources/crm.yaml": CRM_YAML.replace("{level: level}", "{level: level, card: role}").replace(
        "set_aside", "# "
    ),
    "sources/shop.yaml": SHOP_YAML + "attributes: {card: who.card}\n",
}
FILES = {
    "inbox/crm_20260401.csv": f"{CRM_HEADER}\n"
    "1,Kate,Marsh,kate@example.com,,,yes,gold,CARD-70 1234,2026-03-01 10:00\n"
    "2,Robert,Okafor,r.okafor@example.net,,,yes,blue,card-70 9999,2026-03-05 10:00\n",
    "inbox/shop_20260501.jsonl": json.dumps(
        {"id": "o1", "at": "2026-04-02T10:00:00Z", "total": "84.50",
         "who": {"name": "K. Marsh", "card": "card701234"}}
    ) + "\n",
}  # fmt: skip


@thorough
def test_a_number_that_two_sources_know_makes_one_customer(company: Company) -> None:
    for path in (company.root / "inbox").iterdir():
        path.unlink()
    company.write(CONTRACTS | FILES)
    company.run("r1")
    assert sorted(map(len, clusters_of(company))) == [1, 1, 1]
    company.write({"cdp.yaml": CDP_YAML + COMPARE})
    company.run("r2")
    assert sorted(map(len, clusters_of(company))) == [1, 2]
    (evidence,) = company.query("select evidence from links where status = 'accepted'")["evidence"]
    assert json.loads(evidence)["card"]["level"] == "same"
    told = company.query("select distinct comparison from model_levels")["comparison"]
    assert {"card", "level"} <= set(told)
    kept = company.warehouse("select attribute, value from identity.attributes order by all")
    assert kept.rows() == [
        ("card", "card701234"),
        ("card", "card701234"),
        ("card", "card709999"),
        ("level", "blue"),
        ("level", "gold"),
    ]
