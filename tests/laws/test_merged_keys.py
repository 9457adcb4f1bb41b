"""What a CRM has merged itself stays one customer, from its export to the published members."""

from __future__ import annotations

from pathlib import Path

from tests.laws.world import Company

HUBS = """
source: hubs
path: inbox/hubs.csv
holds: people
record_key: Record ID
merged_keys: Merged object IDs
person: {given_name: First Name, surname: Last Name}
"""
FILE = """Record ID,First Name,Last Name,Merged object IDs
101,Ann,Marsh,
102,Zelda,Quist,"103; 104"
103,Uri,Okoye,
104,Bo,Lindqvist,
105,Ines,Prado,
"""
CUSTOMERS = """
    select r.source_record_id as key, m.customer_id
    from records as r join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.source = 'hubs' order by key
"""


def test_records_that_a_source_has_merged_are_one_customer(tmp_path: Path) -> None:
    company = Company(tmp_path / "company")
    company.write({"sources/hubs.yaml": HUBS, "inbox/hubs.csv": FILE})
    company.run()
    of = dict(company.query(CUSTOMERS).iter_rows())
    assert of["102"] == of["103"] == of["104"]
    assert len(set(of.values())) == 3
