"""Chats as phones of many languages export them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import DeliveryError
from cdp.ingest import verbatim
from cdp.ingest.readers import read_text
from cdp.project import FileFormat

CHAT = FileFormat(type="chat")


def said(text: str, file_format: FileFormat = CHAT) -> list[Any]:
    return [row.fault or json.loads(row.fields or "") for row in read_text(text, file_format).rows]


SHAPES = {
    "[9/22/26, 10:17:02\u202fAM] Ada: hi": "2026-09-22 10:17:02",
    "\u200e[9/22/26, 12:17:02 AM] Ada: hi": "2026-09-22 00:17:02",
    "9/22/26, 12:17 PM - Ada: hi": "2026-09-22 12:17:00",
    "22/03/2026, 09:15 - Ada: hi": "2026-03-22 09:15:00",
    "22/3/26 21:15 - Ada: hi": "2026-03-22 21:15:00",
    "22/03/2026, 9:15 p. m. - Ada: hi": "2026-03-22 21:15:00",
    "[22.03.26, 10:17:02] Ada: hi": "2026-03-22 10:17:02",
    "02.03.26, 10:17 - Ada: hi": "2026-03-02 10:17:00",
    "[22-03-2026 10:17:02] \u202aAda\u202c: hi": "2026-03-22 10:17:02",
    "2026-03-02 10:17 - Ada: hi": "2026-03-02 10:17:00",
    "2026/3/2 10.17 - ~ Ada: \u200ehi": "2026-03-02 10:17:00",
}


@pytest.mark.parametrize("line", SHAPES)
def test_a_message_is_read_in_the_shape_of_any_phone(line: str) -> None:
    (message,) = said(line + "\n")
    assert (message["author"], message["text"], message["place"]) == ("Ada", "hi", 1)
    assert message["sent_at_iso"] == SHAPES[line]
    assert message["sent_at"] in line.replace("\u202f", " ")


def test_a_text_goes_on_and_a_notice_has_no_author() -> None:
    text = (
        "\nExported on Sunday\n\n"
        "12/03/2026, 09:14 - Messages are end-to-end encrypted.\n"
        "13/03/2026, 09:15 - +1 212 555 0132: one\r\ntwo: [1]\n\n"
        "13/03/2026, 09:15 - +1 212 555 0132: three\n"
        "13/03/2026, 09:15 - Bo: \n"
    )
    reader = read_text(text, CHAT)
    title, *rows = all_rows = list(reader.rows)
    messages = [json.loads(row.fields or "") for row in rows]
    assert (reader.head, title.fault) == ("\n", "text before the first message of the chat")
    assert [row.source_row for row in rows] == [4, 5, 8, 9]
    assert [(m.get("author"), m.get("text"), m["place"]) for m in messages] == [
        (None, "Messages are end-to-end encrypted.", 1),
        ("+1 212 555 0132", "one\ntwo: [1]", 1),
        ("+1 212 555 0132", "three", 2),
        ("Bo", None, 1),
    ]
    kept = "".join(verbatim(row.raw, reader.read_as, row.fault).decode() for row in all_rows)
    assert (reader.head or "") + kept == text


@given(
    st.lists(st.integers(0, 400_000), min_size=2, max_size=20),
    st.sampled_from(["%d/%m/%y", "%m/%d/%y"]),
)
def test_a_date_is_read_rightly_or_left_alone(minutes: list[int], pattern: str) -> None:
    times = [datetime(2026, 1, 1) + timedelta(minutes=m) for m in sorted(minutes)]
    text = "".join(f"[{at.strftime(pattern + ', %H:%M:%S')}] Ada: x\n" for at in times)
    found = [message.get("sent_at_iso") for message in said(text)]
    assert found in ([str(at) for at in times], [None] * len(times))
    if any(at.day > 12 for at in times):
        assert None not in found


def test_time_that_goes_on_tells_the_day_from_the_month() -> None:
    text = "1/2/26, 10:00 - Ada: x\n2/1/26, 10:00 - Ada: y\n"
    assert [m["sent_at_iso"][:10] for m in said(text)] == ["2026-01-02", "2026-02-01"]


def test_the_contract_tells_what_the_dates_do_not_and_no_more() -> None:
    stated = FileFormat(type="chat", date_order="dmy")
    assert "sent_at_iso" not in said("1/2/26, 10:00 - Ada: x\n")[0]
    assert said("1/2/26, 10:00 - Ada: x\n", stated)[0]["sent_at_iso"] == "2026-02-01 10:00:00"
    assert said("1/22/26, 10:00 - Ada: x\n", stated)[0]["sent_at_iso"] == "2026-01-22 10:00:00"


@pytest.mark.parametrize("text", ["", "id,name\n1,Ann\n"])
def test_what_is_no_chat_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="begins like a message"):
        read_text(text, CHAT)
