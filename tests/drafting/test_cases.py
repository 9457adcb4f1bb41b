"""Small files, and what is drafted of them: a quirk a case."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.drafting.documents import flat
from cdp.drafting.sample import read_sample
from cdp.ingest import open_rows
from cdp.pipeline import preview
from tests.drafting.drafts import drafted, loaded, project, reasons, said

PEOPLE = [
    "id,email,first_name,last_name",
    "1,ann.lee@example.com,Ann,Lee",
    "2,bo.king@example.com,Bo,King",
    "3,cy.park@example.com,Cy,Park",
]


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def people(delimiter: str = ",") -> str:
    return lines(*PEOPLE).replace(",", delimiter)


CASES: dict[str, tuple[str, str | bytes, dict[str, Any]]] = {
    "a plain list needs no format": (
        "people.csv", people(),
        {"holds": "people", "record_key": "id", "person.email": "email",
         "person.given_name": "first_name", "person.surname": "last_name",
         "format.type": None, "format.delimiter": None},
    ),
    "semicolons": ("people.csv", people(";"), {"format.delimiter": ";", "person.email": "email"}),
    "tabs": ("people.tsv", people("\t"), {"format.delimiter": "\t", "format.type": "csv"}),
    "bars in a text file": ("people.txt", people("|"), {"format.delimiter": "|"}),
    "a decimal comma parts no columns": (
        "orders.csv",
        lines("Bestellnummer;Datum;E-Mail;Betrag",
              "A1;13.02.2026;a@example.com;12,50", "A2;14.02.2026;b@example.com;7,00"),
        {"format.delimiter": ";", "holds": "events", "amount": "Betrag",
         "touchpoint_key": "Bestellnummer", "occurred_at.format": "%d.%m.%Y"},
    ),
    "a comma in quotes parts no columns": (
        "people.csv", lines("id;name;email", '1;"Lee, Ann";a@example.com', '2;"King, Bo";'),
        {"format.delimiter": ";", "person.full_name": "name"},
    ),
    "lines before the header": (
        "people.csv", "Export of contacts\nMade on 2026-05-01\n\n" + people(),
        {"format.skip_lines": 3, "record_key": "id"},
    ),
    "two rows of headers": (
        "answers.csv",
        lines("Respondent ID,Date,Contact,,How likely to recommend?",
              ",,Name,Email,Response", "71,2026-05-01 10:00,Ann Lee,a@example.com,9",
              "72,2026-05-02 11:00,Bo King,b@example.com,7"),
        {"format.header_rows": 2, "person.email": "Contact - Email", "channel": "survey",
         "score": "How likely to recommend? - Response"},
    ),
    "no header": (
        "people.csv", lines(*PEOPLE[1:]),
        {"format.header_rows": 0, "person.email": "column_2"},
    ),
    "bytes of cp1252": (
        "people.csv", "id,name,email\n1,Jos\u00e9 Lee,j@example.com\n".encode("cp1252"),
        {"format.encoding": "cp1252", "person.full_name": "name"},
    ),
    "UTF-16 without a mark": (
        "people.csv", people().encode("utf-16-le"), {"format.encoding": "utf-16-le"},
    ),
    "marks are found by the reader": (
        "people.csv", b"\xef\xbb\xbf" + people().encode(), {"format.encoding": None},
    ),
    "packed": ("people.csv.gz", gzip.compress(people().encode()), {"format.type": None}),
    "day first, by one value above 12": (
        "visits.csv", lines("visit_id,visited_at,email", "1,03/02/2026,a@example.com",
                            "2,28/02/2026,b@example.com"),
        {"occurred_at.format": "%d/%m/%Y"},
    ),
    "month first, by one value above 12": (
        "visits.csv", lines("visit_id,visited_at,email", "1,03/02/2026 4:05 PM,a@example.com",
                            "2,02/28/2026 11:15 AM,b@example.com"),
        {"occurred_at.format": "%m/%d/%Y %I:%M %p"},
    ),
    "epoch seconds": (
        "events.jsonl",
        lines('{"id":"e1","event":"open","ts":1770000000,"email":"a@example.com"}',
              '{"id":"e2","event":"open","ts":1770000060,"email":"a@example.com"}'),
        {"occurred_at.format": "epoch_s", "touchpoint_key": "id", "event_type": "event"},
    ),
    "epoch milliseconds": (
        "calls.csv", lines("call_id,timestamp,phone", "c1,1770000000000,(212) 555-0141",
                           "c2,1770000060000,(212) 555-0142"),
        {"occurred_at.format": "epoch_ms", "channel": "phone", "person.phone": "phone"},
    ),
    "a zone in the header": (
        "orders.csv", lines("order_id,Created (UTC),email", "1,2026-05-01 09:00,a@example.com",
                            "2,2026-05-02 09:00,b@example.com"),
        {"occurred_at.column": "Created (UTC)", "occurred_at.timezone": "UTC"},
    ),
    "an offset in the values": (
        "orders.csv", lines("order_id,created_at,email", "1,2026-05-01 09:00 -0500,a@example.com",
                            "2,2026-05-02 09:00 -0400,b@example.com"),
        {"occurred_at.format": None, "occurred_at.timezone": None},
    ),
    "birth dates with the day first": (
        "members.csv", lines("Mitglied Nr;Vorname;Nachname;Geburtsdatum", "7;Ann;Lee;28.02.1980",
                             "8;Bo;King;01.03.1975"),
        {"record_key": "Mitglied Nr", "person.birth_date.column": "Geburtsdatum",
         "person.birth_date.order": "dmy", "person.given_name": "Vorname"},
    ),
    "cents": (
        "invoices.csv", lines("invoice_id,issued_at,customer_id,amount_cents,currency",
                              "i1,2026-05-01,c1,1250,eur", "i2,2026-05-02,c1,900,eur"),
        {"amount.column": "amount_cents", "amount.unit": "minor", "currency": "currency",
         "keys.customer": "customer_id"},
    ),
    "consent with words of its own": (
        "subscribers.csv", lines("EMAIL,STATUS,SMS Opt In", "a@example.com,subscribed,yes",
                                 "b@example.com,cleaned,no", "c@example.com,unsubscribed,no"),
        {"consent.email.from": "STATUS", "consent.email.granted": ["subscribed"],
         "consent.email.refused": ["unsubscribed", "cleaned"], "consent.sms.from": "SMS Opt In",
         "record_key": "EMAIL"},
    ),
    "a column of refusals turns the words round": (
        "contacts.csv", lines("Contact ID,Email,Has Opted Out of Email", "1,a@example.com,true",
                              "2,b@example.com,false"),
        {"consent.email.refused": ["true"], "consent.email.granted": ["false"]},
    ),
    "agents are set aside": (
        "messages.csv", lines("message_id,sent_at,author_type,author_email",
                              "1,2026-05-01 09:00,admin,us@example.com",
                              "2,2026-05-01 09:01,user,a@example.com",
                              "3,2026-05-01 09:02,bot,us@example.com"),
        {"channel": "chat", "set_aside": [
            {"reason": "agent", "column": "author_type", "matches": "(?i)^(admin)$"},
            {"reason": "bot", "column": "author_type", "matches": "(?i)^(bot)$"}]},
    ),
    "several phones are one field": (
        "clients.csv", lines("Client ID,Mobile,Home Phone,Name", "1,(212) 555-0141,,Ann Lee",
                             "2,,(212) 555-0142,Bo King"),
        {"person.phone": ["Mobile", "Home Phone"], "record_key": "Client ID"},
    ),
    "what looks like emails and names needs no header": (
        "list.csv", lines("a,b,c", "1,Ann Lee,a@example.com", "2,James King,b@example.com",
                          "3,Mary Park,c@example.com"),
        {"person.email": "c", "person.full_name": "b", "holds": "people"},
    ),
    "nothing unique but together": (
        "activity.csv",
        lines("campaign_id,member_id,action,timestamp", "c1,m1,open,2026-05-01 09:00:00",
              "c1,m1,click,2026-05-01 09:00:00", "c1,m2,open,2026-05-01 09:00:00",
              "c2,m2,open,2026-05-02 09:00:00", "c2,m1,open,2026-05-02 09:00:00"),
        {"holds": "events", "keys.member": "member_id", "event_type": "action"},
    ),
    "versions of one record": (
        "contact_history.csv",
        lines("id,updated_at,email,valid_from", "1,2026-05-01,a@example.com,2026-05-01",
              "1,2026-06-01,b@example.com,2026-06-01", "2,2026-05-01,c@example.com,2026-05-01"),
        {"holds": "people", "record_key": "id", "observed_at.column": "updated_at"},
    ),
    "things are no people": (
        "companies.csv", lines("company_id,company_name,industry", "1,Acme,Steel", "2,Bolt,Rail"),
        {"holds": "reference", "record_key": "company_id"},
    ),
    "an array deep in a document": (
        "export.json",
        json.dumps({"meta": {"page": 1}, "result": {"contacts": [
            {"id": "1", "email": "a@example.com", "name": {"first": "Ann", "last": "Lee"}},
            {"id": "2", "email": "b@example.com", "name": {"first": "Bo", "last": "King"}}]}}),
        {"format.type": "json", "format.rows": "result.contacts", "record_key": "id",
         "person.given_name": "name.first", "person.surname": "name.last"},
    ),
    "JSON Lines called json": (
        "people.json", lines('{"id":1,"email":"a@x.example"}', '{"id":2,"email":"b@x.example"}'),
        {"format.type": "jsonl", "record_key": "id"},
    ),
    "keys and values in lists": (
        "hits.json",
        json.dumps([{"event_name": "view", "event_timestamp": "1770000000000000",
                     "user_pseudo_id": "1.2", "event_params": [
                         {"key": "page", "value": {"string_value": "/a", "int_value": None}}]}]),
        {"format.keyed_lists": ["event_params"], "occurred_at.format": "epoch_us",
         "person.device": "user_pseudo_id", "event_type": "event_name"},
    ),
    "UTF-8 read as Latin-1": (
        "chat.json",
        json.dumps({"messages": [
            {"sender_name": "Rados\u00c5\u0082aw Lee", "timestamp_ms": 1770000000000}]}),
        {"format.mojibake": "latin-1", "format.rows": "messages",
         "person.full_name": "sender_name"},
    ),
    "a network's contacts: notes first, and a profile as the only key": (
        "Connections.csv",
        lines("Notes:", '"When exporting, you may notice that emails are missing."', "",
              "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
              "Ann,Lee,https://www.linkedin.com/in/ann-lee-1,,Acme,CTO,05 Mar 2026",
              "Bo,King,https://www.linkedin.com/in/bo-king-2,b@example.com,Acme,CTO,06 Mar 2026",
              "Cy,Park,https://www.linkedin.com/in/cy-park-3,,Bolt,CEO,17 Apr 2026"),
        {"format.skip_lines": 3, "record_key": "URL", "person.handle": "URL",
         "observed_at.format": "%d %b %Y", "person.job_title": "Position"},
    ),
    "the company's own mailbox is nobody's": (
        "payments.csv",
        lines("Transaction ID,Date,Name,From Email Address,To Email Address,Gross",
              *(f'T{n},0{n}/1{n}/2026,Ann Lee,a{n}@example.com,us@example.net,"1,2{n}0.00"'
                for n in range(3, 9))),
        {"person.email": "From Email Address", "amount": "Gross",
         "touchpoint_key": "Transaction ID", "occurred_at.format": "%m/%d/%Y"},
    ),
    "of two columns for one role the better header wins": (
        "people.csv",
        lines("id,contact first name,first name", "1,Bo,Ann", "2,Cy,Dora"),
        {"person.given_name": "first name"},
    ),
    "blank rows at the end do not hide the key": (
        "orders.csv",
        lines("Bestellnummer;Datum;E-Mail;Betrag",
              *(f"A{n};13.02.2026;p{n % 9}@example.com;1.234,56" for n in range(20)), ";;;", ";;;"),
        {"touchpoint_key": "Bestellnummer", "amount": "Betrag"},
    ),
    "exports joined with their headers": (
        "people.csv", people() + lines(PEOPLE[0], "4,di@example.com,Di,Roe", "5,,Ed,Poe"),
        {"record_key": "id",
         "set_aside": [{"reason": "header", "column": "id", "matches": "^id$"}]},
    ),
    "a birth date says when no row was made": (
        "people.csv",
        lines("Kundennr;Name;E-Mail;Geb.-Datum",
              *(f"{n};Ann Lee;p{n}@example.com;{n + 1:02}.04.65" for n in range(25))),
        {"record_key": "Kundennr", "observed_at.column": None},
    ),
    "keys and times as MongoDB writes them": (
        "users.json",
        lines(*(json.dumps({
            "_id": {"$oid": f"{n:024x}"}, "phone": {"number": f"2125550{n:03}"},
            "createdAt": {"$date": "2026-03-01T10:00:00Z"}, "email": f"p{n}@example.com",
        }) for n in range(25))),
        {"holds": "people", "record_key": "_id.$oid", "person.phone": "phone.number",
         "observed_at.column": "createdAt.$date"},
    ),
    "a survey whose answers may lack an email": (
        "survey.csv",
        lines("Zeitstempel;Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?;Ihre E-Mail",
              *(f"2026-03-0{n % 9 + 1} 10:0{n % 7};{n % 11};{f'p{n}@example.com' if n % 2 else ''}"
                for n in range(40))),
        {"holds": "events", "person.email": "Ihre E-Mail", "occurred_at.column": "Zeitstempel",
         "score": "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?"},
    ),
    "postcode and city in one column are neither": (
        "people.csv",
        lines("Kundennr;E-Mail;PLZ Ort",
              *(f"{n};p{n}@example.com;101{n:02} Berlin" for n in range(25))),
        {"person.city": None, "person.postcode": None},
    ),
    "a row of sums at the end": (
        "people.csv", people() + "Total,3,,\n",
        {"record_key": "id",
         "set_aside": [{"reason": "total", "column": "id", "matches": r"(?i)^total\W*$"}]},
    ),
    "contacts in a list of objects": (
        "people.jsonl",
        lines(*(json.dumps({
            "id": n, "isGuest": bool(n % 2), "name": {"first": "Ann", "last": "Lee"},
            "emails": [{"value": f"p{n}@example.com", "primary": True}],
            "phones": [f"+1 212 555 01{n:02}"],
        }) for n in range(20))),
        {"record_key": "id", "person.email": "emails.0.value", "person.phone": "phones",
         "person.full_name": None},
    ),
    "a chat": (
        "chat.txt", lines("13/03/2026, 09:15 - Ann Lee: hi", "13/03/2026, 09:17 - Bo: hello"),
        {"format.type": "chat", "touchpoint_key": ["sent_at", "author", "place"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_drafted_and_the_draft_loads(case: str, tmp_path: Path) -> None:
    name, content, wanted = CASES[case]
    root = project(tmp_path)
    draft = drafted(root, name, content)
    found = said(draft)
    for entry in found.get("set_aside", []):
        assert entry.comment
    found["set_aside"] = [dict(entry.value) for entry in found.get("set_aside", [])]
    assert {key: found.get(key) for key in wanted} == wanted, draft.text
    loaded(root, draft)


def test_a_sample_has_the_cells_that_the_reader_reads(tmp_path: Path) -> None:
    for case, (name, content, _) in CASES.items():
        root = project(tmp_path / case)
        (source,) = loaded(root, drafted(root, name, content)).sources
        file = root / "inbox" / name
        with open_rows(file, source.format) as reader:
            cells = [flat(json.loads(row.fields or "{}")) for row in reader.rows]
        seen = [{k: cell for k, cell in row.items() if cell} for row in read_sample(file).rows]
        for row in cells:
            row.pop("sent_at_iso", None)
        # Blank rows and a header that comes again tell nothing.
        telling = [row for row in cells if any(cell != named for named, cell in row.items())]
        assert telling == seen, case


READ = ("a decimal comma parts no columns", "two rows of headers", "no header", "a chat",
        "keys and values in lists", "epoch milliseconds", "nothing unique but together",
        "month first, by one value above 12")  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_draft_reads_every_key_and_time_of_its_file(case: str, tmp_path: Path) -> None:
    name, content, _ = CASES[case]
    root = project(tmp_path)
    opened = loaded(root, drafted(root, name, content))
    found: Any = preview(
        opened, root / "inbox" / name, source_name=None, as_of=datetime(2027, 1, 1)
    )
    assert found["rows"]
    assert [row["fault"] for row in found["rows"] if row["fault"]] == []
    assert [one for one in found["misread"] if "quarantine" in one["what"]] == []


def test_parquet_is_read_by_its_own_schema(tmp_path: Path) -> None:
    root = project(tmp_path)
    table = pa.table({"id": ["1", "2"], "who": [{"email": "a@example.com"}] * 2})
    pq.write_table(table, root / "inbox" / "people.parquet")
    draft = drafted(root, "people.parquet", (root / "inbox" / "people.parquet").read_bytes())
    assert said(draft)["person.email"] == "who.email"
    loaded(root, draft)


def test_an_order_of_days_that_nothing_settles_is_called_ambiguous(tmp_path: Path) -> None:
    content = lines("visit_id,visited_at,email", "1,03/02/2026,a@example.com",
                    "2,04/02/2026,b@example.com")  # fmt: skip
    for region, wanted in (("US", "%m/%d/%Y"), ("GB", "%d/%m/%Y")):
        root = project(tmp_path / region, region=region)
        draft = drafted(root, "visits.csv", content)
        assert said(draft)["occurred_at.format"] == wanted
        assert "guess: AMBIGUOUS" in reasons(draft)["occurred_at.format"]


def test_times_of_which_some_state_no_zone_are_told(tmp_path: Path) -> None:
    times = ["2026-04-01T09:00:00Z", "2026-04-01T10:00:00+02:00", "2026-04-02 10:00:00"] * 2
    rows = [f"{n},{at},p{n}@example.com" for n, at in enumerate(times)]
    draft = drafted(project(tmp_path), "orders.csv", lines("order_id,created_at,email", *rows))
    assert "1 of 3 values state no zone" in reasons(draft)["occurred_at.column"]


def test_a_key_of_another_source_is_found_by_its_values(tmp_path: Path) -> None:
    root = project(tmp_path)
    crm = drafted(root, "crm/people.csv", people())
    loaded(root, crm)
    content = lines("ticket_id,requester_id,created_at", "t1,1,2026-05-01", "t2,3,2026-05-02",
                    "t3,3,2026-05-03", "t4,2,2026-05-03")  # fmt: skip
    draft = drafted(root, "tickets/tickets.csv", content)
    assert said(draft)["person_ref.source"] == "crm"
    assert said(draft)["person_ref.key"] == "requester_id"
    assert "3 of 3 values" in reasons(draft)["person_ref"]
    loaded(root, draft)


def test_no_personal_value_stands_in_a_draft(tmp_path: Path) -> None:
    root = project(tmp_path)
    rows = ["id,email,name,phone,status,note", "1,secret@x.org,Zoe Secret,212-555-0199,agent,Zoe"]
    draft = drafted(root, "contacts.csv", lines(*rows))
    for word in ("secret", "Zoe", "0199"):
        assert word not in draft.text
        assert word not in json.dumps(draft.as_dict())
