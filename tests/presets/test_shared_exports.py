"""Exports kept beside the repository are read by a preset and nothing else; without them, skipped.

They lie in ``../shared/exports``: headers of real products with rows made up, and the sample
tables of open connector packages.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from cdp.pipeline import build_steps, open_run
from cdp.project import load_project, preset_named

SHARED = Path(__file__).parents[3] / "shared" / "exports"
AS_OF = datetime(2026, 12, 31)
CDP_YAML = "project: shared\ndefault_region: US\ntimezone: UTC\n"
FILES = {
    "connector_seeds/hubspot/contact_data.csv": "hubspot_contact",
    "connector_seeds/hubspot/contact_form_submission_data.csv": "hubspot_form_submissions",
    "connector_seeds/hubspot/email_event_data.csv": "hubspot_email_events",
    "connector_seeds/intercom/contact_history_data.csv": "intercom_contacts",
    "connector_seeds/intercom/conversation_history_data.csv": "intercom_conversations",
    "connector_seeds/intercom/conversation_part_history_data.csv": "intercom_conversation_parts",
    "connector_seeds/mailchimp/automation_recipient_activity.csv": "mailchimp_automation_activity",
    "connector_seeds/mailchimp/campaign_recipient_activity.csv": "mailchimp_campaign_activity",
    "connector_seeds/mailchimp/member.csv": "mailchimp_member",
    "connector_seeds/zendesk/ticket_chat_event_data.csv": "zendesk_chat_events",
    "connector_seeds/zendesk/ticket_comment_data.csv": "zendesk_ticket_comments",
    "connector_seeds/zendesk/ticket_data.csv": "zendesk_tickets",
    "connector_seeds/zendesk/user_data.csv": "zendesk_users",
    "fictitious/delighted_survey_responses.json": "delighted",
    "fictitious/facebook_lead_ads.csv": "meta_lead_ads",
    "fictitious/ga4_bigquery_event.json": "ga4_bigquery",
    "fictitious/hubspot_contacts.csv": "hubspot_contacts",
    "fictitious/intercom_conversations_prodsight.csv": "intercom_conversation_messages",
    "fictitious/mailchimp_audience_export.csv": "mailchimp_audience",
    "fictitious/meta_dyi_message_1.json": "meta_messages",
    "fictitious/segment_identify.json": "segment",
    "fictitious/sendgrid_events.json": "sendgrid_events",
    "fictitious/shopify_customers_export.csv": "shopify_customers",
    "fictitious/shopify_customers_export_legacy.csv": "shopify_customers_legacy",
    "fictitious/shopify_orders_export.csv": "shopify_orders",
    "fictitious/stripe_customers.csv": "stripe_customers",
    "fictitious/surveymonkey_responses.csv": "surveymonkey",
    "fictitious/typeform_responses.csv": "typeform",
    "fictitious/whatsapp_android.txt": "whatsapp",
    "fictitious/whatsapp_ios.txt": "whatsapp",
    "fictitious/zendesk_chat_offline.json": "zendesk_chat",
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared exports beside the repository")
def test_every_shared_export_of_a_known_shape_is_read_by_its_preset_alone(tmp_path: Path) -> None:
    (tmp_path / "cdp.yaml").write_text(CDP_YAML, encoding="utf-8")
    for folder in ("sources", "inbox"):
        (tmp_path / folder).mkdir()
    for file, name in FILES.items():
        assert preset_named(name) is not None
        path = f"inbox/{name}/*{Path(file).suffix}"
        contract = f"source: {name}\npreset: {name}\npath: {path}\n"
        (tmp_path / "sources" / f"{name}.yaml").write_text(contract, encoding="utf-8")
        (tmp_path / "inbox" / name).mkdir(exist_ok=True)
        shutil.copy(SHARED / file, tmp_path / "inbox" / name)
    with open_run(
        load_project(tmp_path), run_id="r1", as_of=AS_OF, is_full=False, clock=lambda: AS_OF
    ) as run:
        for step in build_steps(run.project):
            if step.stage in ("ingest", "quality"):
                step.call(run)
        deliveries = run.engine.query("select * from ops.deliveries order by source")
        wrong = run.engine.query("select * from ops.checks where not passed and rows_failed > 0")
        run.finish("failed")  # nothing is published
    assert sorted(deliveries["source"]) == sorted(FILES.values())
    balance = deliveries.with_columns(
        pl.sum_horizontal("rows_accepted", "rows_duplicate", "rows_set_aside").alias("good")
    )
    assert balance.filter(pl.col("good") != pl.col("rows_read")).select("source").rows() == []
    assert deliveries.filter(pl.col("status") != "accepted").select("source", "reason").rows() == []
    assert wrong.select("source", "rule").rows() == []
