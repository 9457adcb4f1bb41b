"""Whatever columns are called within their synonyms, and in whatever order: they are found."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cdp.drafting.delimited import layout_of
from cdp.drafting.headers import plain
from cdp.drafting.vocabulary import roles, word_lists, words
from cdp.ingest import open_rows
from tests.drafting.drafts import drafted, identifiers, loaded, project, said

FIRST = ["Ann", "Bo", "Cyrus", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana"]
LAST = ["Lee", "King", "Park", "Okafor", "Bauer", "Silva", "Rossi", "Novak", "Berg", "Weiss"]
FORMATS = [
    *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"),
    *("%m/%d/%Y %I:%M %p", "%d/%m/%Y"),
]
KEYS = [
    *("id", "ID", "Contact ID", "customer_id", "Customer Number", "Kundennummer", "memberId"),
    "UUID",
]
EVENT_KEYS = [
    *("id", "Order ID", "orderId", "Ticket Number", "Bestellnummer", "event_id", "Invoice No"),
]
STATES = [str.upper, str.lower, str.title, lambda text: text.replace(" ", "_"), str]
MARKS = [",", ";", "\t", "|"]


def synonyms(role: str) -> list[str]:
    """What a role may be called, by its own table."""
    (found,) = [one for one in roles().roles if one.name == role]
    return sorted(found.headers)


def header(listed: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda word, state: state(word), st.sampled_from(listed), st.sampled_from(STATES)
    )


def times(pattern: str) -> list[str]:
    start = datetime(2026, 1, 5, 14, 30)
    return [(start + timedelta(days=9 * n, hours=n)).strftime(pattern) for n in range(10)]


def table(columns: dict[str, list[str]], order: list[str], delimiter: str) -> str:
    text = io.StringIO()
    written = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    written.writerow(order)
    written.writerows(zip(*(columns[name] for name in order), strict=True))
    return text.getvalue()


PEOPLE = st.fixed_dictionaries(
    {
        "key": st.sampled_from(KEYS),
        "email": header(synonyms("email")),
        "phone": header(synonyms("phone")),
        "first": header(synonyms("given_name")),
        "last": header(synonyms("surname")),
        "changed": st.sampled_from([word for word in words("observed") if word != "start"]),
    }
)
EVENTS = st.fixed_dictionaries(
    {
        "key": st.sampled_from(EVENT_KEYS),
        "when": st.sampled_from([word for word in words("occurred") if word != "data"]),
        "email": header(synonyms("email")),
        "amount": header([word for word in synonyms("amount") if "cents" not in word]),
    }
)
MIX = st.randoms(use_true_random=False)


@given(named=PEOPLE, pattern=st.sampled_from(FORMATS), delimiter=st.sampled_from(MARKS), mix=MIX)
def test_the_identifiers_of_people_are_found(
    named: dict[str, str], pattern: str, delimiter: str, mix: Random
) -> None:
    columns = {
        named["key"]: [str(1000 + 7 * n) for n in range(10)],
        named["email"]: [f"{f}.{s}@example.com" for f, s in zip(FIRST, LAST, strict=True)],
        named["phone"]: [f"(212) 555-01{n}" for n in range(10, 20)],
        named["first"]: FIRST,
        named["last"]: LAST,
        named["changed"]: times(pattern),
    }
    order = mix.sample(list(columns), len(columns))
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "acme")
        draft = drafted(root, "export.csv", table(columns, order, delimiter))
        found, settings = identifiers(draft), said(draft)
        assert settings["holds"] == "people", draft.text
        for kind, name in (("key", "key"), ("email", "email"), ("phone", "phone")):
            assert found[kind] == {named[name]}, draft.text
        assert found["time"] == {named["changed"]}, draft.text
        assert settings["person.given_name"] == named["first"], draft.text
        assert settings["person.surname"] == named["last"], draft.text
        loaded(root, draft)


@given(named=EVENTS, pattern=st.sampled_from(FORMATS), mix=MIX)
def test_the_keys_and_times_of_events_are_found(
    named: dict[str, str], pattern: str, mix: Random
) -> None:
    columns = {
        named["key"]: [f"A{100 + n}" for n in range(10)],
        named["when"]: times(pattern),
        named["email"]: [f"{name}@example.com" for name in (*FIRST[:5], *FIRST[:5])],
        named["amount"]: [f"{n}.50" for n in range(10, 20)],
    }
    order = mix.sample(list(columns), len(columns))
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "acme")
        draft = drafted(root, "orders.csv", table(columns, order, ","))
        found, settings = identifiers(draft), said(draft)
        assert settings["holds"] == "events", draft.text
        assert found["key"] == {named["key"]}, draft.text
        assert found["time"] == {named["when"]}, draft.text
        assert found["email"] == {named["email"]}, draft.text
        assert settings["amount"] == named["amount"], draft.text
        loaded(root, draft)


CELLS = st.text(st.sampled_from("abz ,;|\t\"'\n09"), max_size=8)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=12),
    delimiter=st.sampled_from(MARKS),
    skipped=st.integers(0, 3),
)
def test_a_layout_has_the_header_and_rows_that_the_reader_reads(
    rows: list[list[str]], delimiter: str, skipped: int
) -> None:
    order = ["key", "first name", "city"]
    columns = {n: [r[p] for r in rows] for p, n in enumerate(order)}
    content = "An export\n" * skipped + table(columns, order, delimiter)
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "acme")
        draft = drafted(root, "people.csv", content)
        source = loaded(root, draft).sources[0]
        with open_rows(root / "inbox" / "people.csv", source.format) as reader:
            assert reader.header == layout_of(content).header


def test_each_word_of_the_tables_can_be_the_word_of_a_header() -> None:
    said_of = [word for role in roles().roles for word in (*role.headers, *role.alone, *role.never)]
    said_of += [*roles().qualifiers, *roles().others]
    said_of += [word for listed in roles().absorbed.values() for word in listed]
    for name in (
        "occurred", "observed", "came", "technical", "id_words", "id_words_before", "joining_words",
        "bare_words", "no_keys",
    ):  # fmt: skip
        said_of += words(name)
    for name in ("entities", "channels", "channels_of_consent"):
        said_of += [word for listed in word_lists(name).values() for word in listed]
    for name in ("consent_headers", "refusal_headers", "status_headers", "part_headers"):
        said_of += words(name)
    assert [word for word in said_of if plain(word) != word] == []
