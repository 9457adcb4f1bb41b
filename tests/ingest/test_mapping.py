"""What a contract makes of the cells of a row: keys, channels, words, lists."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from cdp.engine import DuckDBEngine
from cdp.ingest import map_rows, stage_rows
from cdp.ingest.readers import read_text
from cdp.project import Source

AS_OF = datetime(2026, 6, 30)
PEOPLE = {"source": "people", "path": "in/*.csv", "holds": "people", "record_key": "id"}
EVENTS = {
    "source": "web", "path": "in/*.jsonl", "holds": "events", "channel": "web",
    "touchpoint_key": "id", "occurred_at": "at", "person": {"device": "cookie"},
}  # fmt: skip


def mapped(contract: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """The rows of a text as a contract maps them."""
    engine, source = DuckDBEngine(threads=1), Source.model_validate(contract)
    stage_rows(engine, source, list(read_text(text, source.format).rows), as_of=AS_OF)
    map_rows(engine, source, delivery_ids=["preview"])
    return engine.query("from mapped.rows order by source_row").to_dicts()


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("7,ann,x", "7|ann|x"),
        (" 7 ,,x", "7||x"),
        (",ann,", "|ann|"),
        (",  ,", None),
        ("|,,", "|||"),
    ],
)
def test_a_key_of_several_columns_is_joined_and_null_only_without_any(
    row: str, key: str | None
) -> None:
    several = {**PEOPLE, "record_key": ["list", "id", "part"]}
    found = mapped(several, f"list,id,part\n{row}\n")[0]
    assert found["record_key"] == key
    assert found["keys"] == ([f"people:{key}"] if key else [])
    assert found["extra"] == "{}"


def test_every_key_may_be_of_several_columns() -> None:
    contract = {
        **EVENTS, "touchpoint_key": ["at", "id"], "keys": {"shop": ["id", "cookie"], "crm": "id"},
    }  # fmt: skip
    found = mapped(contract, '{"id": "1", "at": "2026-01-01", "cookie": "c"}\n{"cookie": "d"}\n')
    assert [row["touchpoint_key"] for row in found] == ["2026-01-01|1", None]
    assert [row["keys"] for row in found] == [["shop:1|c", "crm:1"], ["shop:|d"]]
    del contract["keys"], contract["person"]
    contract["person_ref"] = {"source": "people", "key": ["cookie", "id"]}
    found = mapped(contract, '{"id": "1", "cookie": "c"}\n{"at": "2026-01-01"}\n')
    assert [row["ref_key"] for row in found] == ["c|1", None]


def test_a_channel_is_the_word_of_the_contract_or_of_the_row_or_else_the_source() -> None:
    rows = '{"id": "1", "via": " Web  Chat "}\n{"id": "2", "via": " "}\n{"id": "3"}\nbroken\n'
    assert {row["channel"] for row in mapped({**EVENTS, "channel": "Web"}, rows)} == {"Web"}
    found = mapped({**EVENTS, "channel": {"column": "via"}}, rows)
    assert [row["channel"] for row in found] == ["web  chat", "web", "web", "web"]
    assert found[0]["extra"] == "{}"


def test_rows_may_be_set_aside_for_what_they_lack() -> None:
    rules = [
        {"reason": "system line", "column": "author", "is_missing": True},
        {"reason": "bot", "column": "author", "matches": "bot$"},
    ]
    rows = "id,author\n1,\n2,  \n3,Ann\n4,A bot\n5\n"
    found = mapped({**PEOPLE, "set_aside": rules}, rows)
    reasons = [row["set_aside"] for row in found]
    assert reasons == ["system line", "system line", None, "bot", None]
    assert found[-1]["fault"]


REVERSED = {"granted": ["0", "false", "no"], "refused": ["1", "true", "yes"]}


@pytest.mark.parametrize(
    ("words", "stated", "granted"),
    [
        # Shopify: `Accepts Email Marketing`.
        ({}, ["yes", "no", ""], [True, False, None]),
        # Mailchimp: `status`. A cleaned address bounced; a pending one has not been confirmed.
        (
            {"granted": ["subscribed"], "refused": ["unsubscribed", "cleaned"]},
            ["subscribed", "Unsubscribed", "cleaned", "pending"],
            [True, False, False, None],
        ),
        ({}, ["subscribed", "unsubscribed", "cleaned", "pending"], [True, False, None, None]),
        # HubSpot: a property of yes and no.
        ({}, ["true", "false", "TRUE", "False"], [True, False, True, False]),
        # Salesforce: `HasOptedOutOfEmail`, and Intercom: `unsubscribed_from_emails`.
        (REVERSED, ["1", "0", "true", "FALSE", ""], [False, True, False, True, None]),
        ({**REVERSED, "granted": []}, ["1", "0", "TRUE", ""], [False, None, False, None]),
    ],
)
def test_consent_says_what_the_words_of_real_exports_mean(
    words: dict[str, Any], stated: list[str], granted: list[bool | None]
) -> None:
    contract = {**PEOPLE, "consent": {"email": {"from": "news", **words}}}
    found = mapped(contract, "\n".join(["id,news", *(f"1,{word}" for word in stated)]))
    assert [row["email_consent"] for row in found] == granted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"welcome"', "welcome"),
        ('["welcome"]', "welcome"),
        ('["a", 2, true, null, " ", "b, c"]', "a, 2, true, b, c"),
        ("[]", None),
        ("[null]", None),
        ('"[a] b"', "[a] b"),
        ('"[1, 2]"', "[1, 2]"),
        ('[["a"], "b"]', '[["a"],"b"]'),
        ('[{"a": 1}]', '[{"a":1}]'),
        ('{"a": [1]}', '{"a":[1]}'),
    ],
)
def test_a_json_list_of_single_values_is_one_text(value: str, text: str | None) -> None:
    contract = {**EVENTS, "event_type": "category", "attributes": {"tag": "category"}}
    found = mapped(contract, f'{{"id": "1", "category": {value}}}\n')[0]
    assert found["event_type"] == text
    assert json.loads(found["declared"]) == ({"tag": text} if text else {})


def test_each_key_of_a_json_list_is_a_former_key() -> None:
    contract = {**PEOPLE, "path": "in/*.jsonl", "merged_keys": "former"}
    found = mapped(contract, '{"id": 1, "former": [2, "3"]}\n{"id": 4, "former": "5;6"}\n')
    assert [row["keys"] for row in found] == [
        ["people:1", "people:2", "people:3"],
        ["people:4", "people:5", "people:6"],
    ]


def test_a_cell_of_delimited_text_that_looks_like_a_list_stays_as_it_is() -> None:
    contract = {**PEOPLE, "attributes": {"tags": "tags"}}
    found = mapped(contract, 'id,tags\n1,"[""a"", ""b""]"\n')[0]
    assert json.loads(found["declared"]) == {"tags": '["a", "b"]'}


def test_a_column_and_a_part_of_it_may_both_be_named() -> None:
    contract = {**EVENTS, "campaign": "who", "person": {"device": ["who.id", "who.ids.0"]}}
    found = mapped(contract, '{"id": "1", "who": {"id": "a", "ids": ["b"], "x": 1}, "y": 2}\n')
    assert [row["devices"] for row in found] == [["a", "b"]]
    assert [row["extra"] for row in found] == ['{"y":2}']


@pytest.mark.parametrize(("said", "consent"), [("granted", True), ("refused", False)])
def test_consent_may_be_one_answer_for_every_row(said: str, consent: bool) -> None:  # noqa: FBT001
    found = mapped({**PEOPLE, "consent": {"email": {"value": said}}}, "id\n1\n2\n")
    assert [row["email_consent"] for row in found] == [consent, consent]
    assert json.loads(found[0]["stated"])["email_consent"] is consent


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("'721", "721"),
        ("'+12125550101", "+12125550101"),
        ("'x1", "'x1"),
        ("''7", "''7"),
        ("7'", "7'"),
    ],
)
def test_an_apostrophe_that_keeps_spreadsheets_from_numbers_is_no_part_of_a_key(
    cell: str, key: str
) -> None:
    contract = {**PEOPLE, "keys": {"shop": "id"}, "attributes": {"as_it_stands": "id"}}
    found = mapped(contract, f"id\n{cell}\n")[0]
    assert (found["record_key"], found["keys"]) == (key, [f"shop:{key}", f"people:{key}"])
    assert json.loads(found["declared"]) == {"as_it_stands": cell}


def test_what_is_stated_keeps_its_text_from_release_to_release() -> None:
    contract = {
        **PEOPLE, "person": {"email": ["a", "b"], "phone": "c", "street": ["d", "e"], "city": "f"},
        "consent": {"sms": {"from": "g"}}, "attributes": {"own": "c", "none": "h"},
    }  # fmt: skip
    full = '1,x@example.com,é," ""7"" ",1\\,{},[],no,'
    found = mapped(contract, f"id,a,b,c,d,e,f,g,h\n{full}\n2,,,,,,,,\n3,,,,{{}},,,,\n")
    whole = (
        r'{"city":"[]","declared":"{\"own\":\"\\\"7\\\"\"}","emails":["x@example.com","é"],'
        r'"keys":["people:1"],"phones":["\"7\""],"sms_consent":false,"street":"1\\ {}"}'
    )
    others = ['{"keys":["people:2"]}', '{"keys":["people:3"]}']
    assert [row["stated"] for row in found] == [whole, *others]


def test_a_column_that_only_sets_rows_aside_stays_among_what_is_not_mapped() -> None:
    rules = [{"reason": "bot", "column": "agent", "matches": "bot"}]
    found = mapped(
        {**PEOPLE, "set_aside": rules, "person": {"email": "mail"}}, "id,agent,mail\n1,a,b\n"
    )
    assert json.loads(found[0]["extra"]) == {"agent": "a"}
