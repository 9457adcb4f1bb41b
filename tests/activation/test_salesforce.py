"""Contacts for Salesforce: names of the import, its limits, refusals and nothing but refusals."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.activation.snapshot import customers, exported, lines, publish


def test_the_header_is_that_of_the_import(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{"given_name": "Ann", "birth_date": date(1980, 2, 3)}])
    made = exported(tmp_path, "salesforce")
    text = (made.folder / "Contact.csv").read_bytes().decode("utf-8")
    assert text == (
        "Cdp_Id__c,Salutation,FirstName,MiddleName,LastName,Suffix,Email,Phone,Birthdate,Title,"
        "MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,"
        "HasOptedOutOfEmail,DoNotCall\n"
        "c_0000000000000000,,Ann,,Lee,,,,1980-02-03,,,,,,,,\n"
    )


@settings(max_examples=10)
@given(customers)
def test_salesforce_is_told_of_no_refusal_that_was_not_made(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder) / "store", rows)
        made = exported(Path(folder), "salesforce")
        for line in lines(made.folder / "Contact.csv"):
            row = rows[int(line["Cdp_Id__c"].removeprefix("c_"))]
            refuses_calls = row["phone_consent"] is False or row["sms_consent"] is False
            assert line["HasOptedOutOfEmail"] == ("true" if row["email_consent"] is False else "")
            assert line["DoNotCall"] == ("true" if refuses_calls else "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"surname": None}, "LastName is missing"),
        ({"surname": " "}, "LastName is missing"),
        ({"surname": "L" * 81}, "LastName is longer than 80 characters"),
        ({"email": f"{'a' * 69}@example.com"}, "Email is longer than 80 characters"),
        ({"email": ".a@example.com"}, "Email is malformed"),
        ({"email": "a@example"}, "Email is malformed"),
        ({"email": "a@-example.com"}, "Email is malformed"),
        ({"job_title": "#N/A"}, "Title is #N/A, which would empty the field"),
        ({"surname": None, "city": "C" * 41},
         "LastName is missing; MailingCity is longer than 40 characters"),
    ],
)  # fmt: skip
def test_a_row_that_salesforce_would_refuse_is_rejected_with_its_reason(
    tmp_path: Path, row: dict[str, object], reason: str
) -> None:
    publish(tmp_path / "store", [{}, row])
    made = exported(tmp_path, "salesforce")
    assert (made.rows_written, made.rejected) == (1, {reason: 1})
    assert lines(made.folder / "rejected.csv") == [
        {"customer_id": "c_0000000000000001", "reason": reason}
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"surname": "L" * 80},
        {"email": f"{'a' * 68}@example.com"},
        {"email": "a..b.@sub.example.co.uk"},
        {"email": "josé+1@xn--bcher-kva.example"},
        {"given_name": "=1+1"},
    ],
)
def test_a_row_at_the_edge_of_the_limits_goes_verbatim(
    tmp_path: Path, row: dict[str, object]
) -> None:
    publish(tmp_path / "store", [row])
    made = exported(tmp_path, "salesforce")
    assert made.rows_written == 1
    assert set(row.values()) <= set(lines(made.folder / "Contact.csv")[0].values())
