"""Every preset reads a file with its product's own header, the worst that such a file holds in it.

All presets stand in one project and are landed, cleaned and folded in one run; nobody is resolved.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cdp.pipeline import build_steps, open_run
from cdp.project import Preset, load_project, presets

FIXTURES = Path(__file__).parent / "fixtures"
AS_OF = datetime(2026, 6, 30, 12)
CDP_YAML = """
project: presets
default_region: US
timezone: America/New_York
quality: {max_rejected_share: 0}
"""


@dataclass(frozen=True)
class Case:
    """What becomes of a preset's fixture.

    ``rows`` are those accepted, duplicate and set aside; none is ever quarantined or held.
    ``reasons`` count what is set aside. ``key`` is a touchpoint's, or a record's where the source
    holds people, and ``says`` what its row must say: canonical columns, and under ``payload`` or
    ``attributes`` members of theirs. ``people`` are the records that the source makes.
    """

    rows: tuple[int, int, int]
    key: str
    says: Mapping[str, object]
    people: int
    reasons: Mapping[str, int] | None = None


CASES = {
    "segment": Case(
        rows=(4, 1, 1),
        reasons={"bot": 1},
        people=4,
        key="m-2",
        says={
            "emails": ["nadia.okafor@example.com"],
            "phones": ["+12125550107"],
            "devices": ["a-1", "B5372DB0", "7A3CBEA0"],
            "keys": ["user:u-7"],
            "city": "Albany",
            "campaign": "TPS",
            "occurred_at": datetime(2026, 3, 10, 4, 8, 31, 905000),
        },
    ),
    "ga4_bigquery": Case(
        rows=(3, 1, 0),
        people=2,
        key="1034456732.1706284790|1773126599000000|purchase|2|1",
        says={
            "amount": Decimal("12.5"),
            "currency": "USD",
            "campaign": "spring",
            "keys": ["user:u-7"],
            "devices": ["1034456732.1706284790"],
            "occurred_at": datetime(2026, 3, 10, 7, 9, 59),
            "payload": {"user_properties": {"plan": "pro"}},
        },
    ),
    "mailchimp_audience": Case(
        rows=(2, 0, 0),
        people=2,
        key="ab12cd34e1",
        says={
            "observed_at": datetime(2025, 1, 2, 10),
            "phones": ["+12125550111"],
            "keys": ["mailchimp:ab12cd34e1", "mailchimp_audience:ab12cd34e1"],
            "attributes": {"tags": '"VIP","Blog"', "Favourite Colour": "green"},
        },
    ),
    "mailchimp_unsubscribed": Case(
        rows=(1, 0, 0),
        people=1,
        key="ab12cd34e3",
        says={
            "emails": ["cleo.marsh@example.com"],
            "email_consent": False,
            "observed_at": datetime(2025, 5, 6, 7, 8, 9),
            "attributes": {"unsubscribe_reason": "NORMAL"},
        },
    ),
    "mailchimp_member": Case(
        rows=(3, 0, 0),
        people=3,
        key="4d1b01|8e42",
        says={"given_name": "Dara", "email_consent": False, "language": "en"},
    ),
    "mailchimp_campaign_activity": Case(
        rows=(3, 1, 0),
        people=0,
        key="c2b4|4d1b01|click|2025-04-20 17:44:09|https://example.com/b",
        says={"event_type": "click", "source_record_id": "4d1b01|8e42"},
    ),
    "mailchimp_automation_activity": Case(
        rows=(1, 0, 0),
        people=0,
        key="b63e|09be02|open|2025-04-21 14:53:32|",
        says={
            "occurred_at": datetime(2025, 4, 21, 14, 53, 32),
            "source_record_id": "09be02|8e42",
        },
    ),
    "sendgrid_events": Case(
        rows=(5, 1, 0),
        people=2,
        key="sg-4",
        says={
            "event_type": "bounce",
            "campaign": "a, b",
            "emails": ["fay.holt@example.com"],
            "occurred_at": datetime(2026, 3, 10, 7, 8, 31),
            "payload": {"smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>"},
        },
    ),
    "intercom_contacts": Case(
        rows=(4, 0, 0),
        people=3,
        key="5f19a",
        says={
            "version": 2,
            "emails": ["gil.storm@example.com"],
            "email_consent": False,
            "keys": ["user:u-21", "intercom_contacts:5f19a"],
        },
    ),
    "intercom_conversations": Case(
        rows=(2, 0, 2),
        reasons={"agent": 1, "bot": 1},
        people=0,
        key="1566",
        says={"score": 4.0, "source_record_id": "5f19a", "payload": {"state": "closed"}},
    ),
    "intercom_conversation_parts": Case(
        rows=(1, 0, 2),
        reasons={"agent": 1, "bot": 1},
        people=0,
        key="6862",
        says={"event_type": "comment", "source_record_id": "5f19a"},
    ),
    "intercom_conversation_messages": Case(
        rows=(2, 0, 2),
        reasons={"agent": 1, "bot": 1},
        people=2,
        key="901",
        says={
            "emails": ["hanna.weiss@example.org"],
            "keys": ["user:u-22"],
            "payload": {"message_body": "Where is my\nparcel?"},
        },
    ),
    "zendesk_chat": Case(
        rows=(2, 0, 0),
        people=2,
        key="123",
        says={"emails": ["ian.brook@example.com"], "phones": [], "devices": ["1.12345"]},
    ),
    "zendesk_chat_events": Case(
        rows=(1, 0, 4),
        reasons={"agent": 1, "bot": 2, "nobody": 1},
        people=0,
        key="43.Ty1|0|2025-12-12 11:20:28.994000",
        says={"event_type": "ChatMessage", "source_record_id": "5001"},
    ),
    "whatsapp": Case(
        rows=(6, 0, 3),
        reasons={"notice": 3},
        people=4,
        key="3/22/26, 10:18:02 AM|Lena Frost|1",
        says={
            "given_name": "Lena",
            "surname": "Frost",
            "occurred_at": datetime(2026, 3, 22, 14, 18, 2),
            "payload": {"text": "where is my order?\nsecond line"},
        },
    ),
    "meta_lead_ads": Case(
        rows=(2, 0, 1),
        reasons={"test lead": 1},
        people=2,
        key="l:1000000000000001",
        says={
            "phones": ["+12125550141"],
            "campaign": "Spring",
            "occurred_at": datetime(2026, 3, 15, 21, 12, 13),
        },
    ),
    "meta_messages": Case(
        rows=(2, 0, 0),
        people=1,
        key="inbox/x_123|Radosław Dudek|1773126599123",
        says={
            "given_name": "Radosław",
            "occurred_at": datetime(2026, 3, 10, 7, 9, 59, 123000),
            "payload": {"content": "café €5"},
        },
    ),
    "shopify_customers": Case(
        rows=(2, 0, 0),
        people=2,
        key="7210448301122",
        says={
            "phones": ["+12125550151", "+12125550150"],
            "postcode": "97201",
            "email_consent": True,
            "sms_consent": False,
            "keys": ["shopify:7210448301122", "shopify_customers:7210448301122"],
        },
    ),
    "shopify_customers_legacy": Case(
        rows=(2, 0, 0),
        people=2,
        key="|+12125550154",
        says={"emails": [], "phones": ["+12125550154"], "surname": "Kern"},
    ),
    "shopify_orders": Case(
        rows=(3, 0, 0),
        people=2,
        key="#1001",
        says={
            "amount": Decimal("59.4"),
            "occurred_at": datetime(2026, 1, 15, 15),
            "surname": "Ford",
            "phones": ["+12125550155"],
            "payload": {
                "Financial Status": "paid",
                "line_items": [
                    {
                        "Lineitem quantity": "2",
                        "Lineitem name": "Classic Tee - Black / M",
                        "Lineitem price": "20.00",
                        "Lineitem sku": "TEE-M",
                        "Lineitem requires shipping": "true",
                    },
                    {
                        "Lineitem quantity": "1",
                        "Lineitem name": "Ceramic Mug",
                        "Lineitem price": "10.00",
                        "Lineitem sku": "MUG",
                    },
                ],
            },
        },
    ),
    "shopify_customer": Case(
        rows=(3, 0, 0),
        people=3,
        key="3589",
        says={
            "emails": [],
            "given_name": None,
            "surname": None,
            "observed_at": datetime(2025, 9, 11, 14, 26, 15),
            "keys": ["shopify:3589", "shopify_customer:3589"],
        },
    ),
    "shopify_order": Case(
        rows=(1, 0, 1),
        reasons={"test order": 1},
        people=1,
        key="2674",
        says={
            "emails": [],
            "phones": [],
            "surname": None,
            "postcode": None,
            "keys": ["shopify:3588"],
            "amount": Decimal("2.8"),
        },
    ),
    "stripe_customers": Case(
        rows=(2, 0, 0),
        people=2,
        key="cus_R8x1",
        says={
            "emails": ["bo.nilsen@example.com"],
            "attributes": {"created_at": "2025-04-22 17:34"},
        },
    ),
    "woocommerce_orders": Case(
        rows=(2, 0, 0),
        people=2,
        key="801",
        says={
            "keys": [],
            "phones": ["+12125550160"],
            "occurred_at": datetime(2025, 3, 2, 14),
            "payload": {"line_item_1": "name:Mug|quantity:1"},
        },
    ),
    "hubspot_contacts": Case(
        rows=(1, 0, 0),
        people=1,
        key="9002",
        says={
            "company": "Wood & Sons",
            "observed_at": datetime(2025, 3, 12, 13, 14),
            "attributes": {"Associated Company IDs": "9002;9999"},
        },
    ),
    "hubspot_contact": Case(
        rows=(2, 0, 1),
        reasons={"deleted": 1},
        people=2,
        key="78971951",
        says={
            "keys": [
                "hubspot_contact:78971951",
                "hubspot_contact:76340251",
                "hubspot_contact:46897301",
            ]
        },
    ),
    "hubspot_email_events": Case(
        rows=(2, 0, 1),
        reasons={"filtered": 1},
        people=2,
        key="0e45",
        says={"emails": [], "event_type": "OPEN"},
    ),
    "hubspot_form_submissions": Case(
        rows=(1, 0, 0),
        people=0,
        key="101|78971951|2025-11-01 10:20:00",
        says={"source_record_id": "78971951", "campaign": "Newsletter Signup"},
    ),
    "salesforce_contacts": Case(
        rows=(1, 0, 1),
        reasons={"deleted": 1},
        people=1,
        key="003A1",
        says={
            "keys": ["salesforce_contact:003A1", "salesforce_contacts:003A1"],
            "phones": ["+12125550181", "+12125550182"],
            "email_consent": False,
            "phone_consent": None,
        },
    ),
    "salesforce_leads": Case(
        rows=(1, 0, 1),
        reasons={"deleted": 1},
        people=1,
        key="00QA1",
        says={
            "keys": ["salesforce_contact:003A1", "salesforce_leads:00QA1"],
            "email_consent": None,
            "phone_consent": False,
        },
    ),
    "zendesk_users": Case(
        rows=(1, 0, 2),
        reasons={"agent": 2},
        people=1,
        key="5001",
        says={"keys": ["user:u-31", "zendesk_users:5001"], "phones": ["+12125550191"]},
    ),
    "zendesk_tickets": Case(
        rows=(2, 0, 0),
        people=0,
        key="1595",
        says={
            "source_record_id": "5001",
            "occurred_at": datetime(2025, 2, 27, 1, 54, 52),
            "payload": {"status": "solved"},
        },
    ),
    "zendesk_ticket_comments": Case(
        rows=(1, 0, 1),
        reasons={"internal note": 1},
        people=0,
        key="71",
        says={"source_record_id": "5001"},
    ),
    "call_log": Case(
        rows=(2, 0, 1),
        reasons={"internal call": 1},
        people=2,
        key="c-2",
        says={"phones": [], "event_type": "inbound", "occurred_at": datetime(2026, 2, 1, 15)},
    ),
    "typeform": Case(
        rows=(2, 0, 0),
        people=2,
        key="068127e3",
        says={
            "emails": ["rita.solberg@example.com"],
            "devices": [],
            "payload": {"What do you use?": " / App / Site", "Network ID": "d3560842b2"},
        },
    ),
    "surveymonkey": Case(
        rows=(2, 0, 0),
        people=2,
        key="1001",
        says={
            "emails": ["tess.ridge@example.com"],
            "surname": "Ridge",
            "occurred_at": datetime(2025, 1, 2, 15, 3),
            "payload": {"How likely to recommend? - Response": "9"},
        },
    ),
    "delighted": Case(
        rows=(2, 0, 0),
        people=2,
        key="1",
        says={
            "score": 0.0,
            "keys": ["delighted:10"],
            "occurred_at": datetime(2026, 3, 10, 7, 8, 31),
        },
    ),
    "contact_list": Case(
        rows=(1, 0, 0),
        people=1,
        key="1",
        says={"email_consent": True, "observed_at": datetime(2026, 1, 1, 15)},
    ),
    "order_list": Case(
        rows=(1, 0, 0),
        people=1,
        key="o-1",
        says={"amount": Decimal("19.9"), "emails": ["ines.cole@example.com"]},
    ),
    "event_list": Case(
        rows=(2, 0, 0),
        people=2,
        key="e-1",
        says={"keys": ["user:u-41"], "devices": ["d-1"], "event_type": "login"},
    ),
}
EVERY = pytest.mark.parametrize("name", sorted(CASES))
ANDROID = "12/03/2026, 09:15|+1 212 555 0132|1"


@dataclass(frozen=True)
class Found:
    """What a run over all fixtures has made: deliveries, rows, records and touchpoints."""

    deliveries: pl.DataFrame
    rows: pl.DataFrame
    records: pl.DataFrame
    touchpoints: pl.DataFrame
    checks: pl.DataFrame


def fixtures_of(preset: Preset) -> list[Path]:
    """The file that has the preset's name, and those of other tools or phones, if any."""
    ending = preset.about.ending
    first = FIXTURES / f"{preset.name}.{ending}"
    return [first, *sorted(FIXTURES.glob(f"{preset.name}-*.{ending}"))]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """All fixtures, each read by its preset and nothing else, in one project."""
    root = tmp_path_factory.mktemp("presets")
    (root / "cdp.yaml").write_text(CDP_YAML, encoding="utf-8")
    for folder in ("sources", "inbox"):
        (root / folder).mkdir()
    for preset in presets():
        path = f"inbox/{preset.name}/*.{preset.about.ending}"
        contract = f"source: {preset.name}\npreset: {preset.name}\npath: {path}\n"
        (root / "sources" / f"{preset.name}.yaml").write_text(contract, encoding="utf-8")
        (root / "inbox" / preset.name).mkdir()
        for fixture in fixtures_of(preset):
            shutil.copy(fixture, root / "inbox" / preset.name)
    with open_run(
        load_project(root), run_id="r1", as_of=AS_OF, is_full=False, clock=lambda: AS_OF
    ) as run:
        for step in build_steps(run.project):
            if step.stage in ("ingest", "quality"):
                step.call(run)
        made = Found(
            deliveries=run.engine.query("select * from ops.deliveries"),
            rows=run.engine.query("select source, verdict, reason from clean.rows"),
            records=run.engine.query(
                "select * from clean.records "
                "qualify row_number() over (partition by record_id order by version desc) = 1"
            ),
            touchpoints=run.engine.query("select * from clean.touchpoints"),
            checks=run.engine.query("select * from ops.checks where not passed"),
        )
        run.finish("failed")  # nothing is published
    return made


def test_every_preset_has_a_case_and_a_fixture_and_no_fixture_is_left_over() -> None:
    assert sorted(CASES) == sorted(preset.name for preset in presets())
    fixtures = [path for preset in presets() for path in fixtures_of(preset)]
    assert sorted(fixtures) == sorted(FIXTURES.iterdir())


def _names_in(value: object, path: str = "") -> set[str]:
    """The paths of a JSON document down to its lists, and of the elements of a list at the top."""
    if isinstance(value, list):
        return set().union(*(_names_in(element, path) for element in value)) if not path else set()
    members = value.items() if isinstance(value, dict) else ()
    inner = {f"{path}{name}": element for name, element in members}
    return set(inner).union(*(_names_in(v, f"{name}.") for name, v in inner.items()))


def _fits(preset: Preset, path: Path) -> bool:
    by, text = preset.about.recognised_by, path.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    if by.line is not None:
        return path.suffix == ".txt" and re.search(by.line, first) is not None
    if by.columns:
        return path.suffix == ".csv" and {*by.columns} <= {*next(csv.reader([first]))}
    if path.suffix not in (".json", ".jsonl"):
        return False
    documents = [text] if path.suffix == ".json" else text.splitlines()
    return {*by.paths} <= _names_in([json.loads(document) for document in documents])


@EVERY
def test_a_file_is_recognised_as_its_own_preset_before_all_others(name: str) -> None:
    (preset,) = (one for one in presets() if one.name == name)
    for path in fixtures_of(preset):
        fitting = [one for one in presets() if _fits(one, path)]
        named = {
            one.name: len(one.about.recognised_by.columns + one.about.recognised_by.paths)
            for one in fitting
        }
        assert name in named
        assert all(named[name] > count for other, count in named.items() if other != name), named


@EVERY
def test_every_row_is_accounted_for(name: str, found: Found) -> None:
    deliveries = found.deliveries.filter(pl.col("source") == name)
    assert {*deliveries["status"]} == {"accepted"}, deliveries["reason"]
    good = [f"rows_{kind}" for kind in ("accepted", "duplicate", "set_aside")]
    assert deliveries.select(pl.col(*good).sum()).row(0) == CASES[name].rows
    assert deliveries["rows_read"].sum() == sum(CASES[name].rows)


@EVERY
def test_what_is_set_aside_has_its_reason(name: str, found: Found) -> None:
    aside = found.rows.filter((pl.col("source") == name) & (pl.col("verdict") == "set_aside"))
    assert dict(aside["reason"].value_counts().iter_rows()) == (CASES[name].reasons or {})


@EVERY
def test_the_worst_quirk_comes_out_right(name: str, found: Found) -> None:
    case = CASES[name]
    records = found.records.filter(pl.col("source") == name)
    assert records.height == case.people
    touchpoints = found.touchpoints.filter(pl.col("source_touchpoint_id") == case.key)
    touchpoints = touchpoints.filter(pl.col("source") == name)
    if touchpoints.is_empty():
        (row,) = records.filter(pl.col("source_record_id") == case.key).to_dicts()
    else:
        (row,) = touchpoints.join(
            found.records, on="record_id", how="left", suffix="_of_record"
        ).to_dicts()
    for column, value in case.says.items():
        assert value == _said(row, column, value), column


def _said(row: Mapping[str, Any], column: str, value: object) -> object:
    """What a row says under a column; of a JSON object, only the members that are asked for."""
    if not isinstance(value, dict):
        return row[column]
    held = json.loads(row[column])
    return {member: held.get(member) for member in value}


def test_a_chat_of_another_phone_is_read_by_the_same_preset(found: Found) -> None:
    (touchpoint,) = found.touchpoints.filter(pl.col("source_touchpoint_id") == ANDROID).to_dicts()
    (record,) = found.records.filter(pl.col("record_id") == touchpoint["record_id"]).to_dicts()
    assert touchpoint["occurred_at"] == datetime(2026, 3, 12, 13, 15)
    assert (record["phones"], record["given_name"]) == (["+12125550132"], None)


def test_no_preset_wants_a_look_for_a_column_that_an_export_does_not_have(found: Found) -> None:
    assert found.checks.select("source", "rule").rows() == []
