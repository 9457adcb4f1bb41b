"""JSON documents: whole, broken, nested, larger than memory; rows keep their very text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import DeliveryError
from cdp.ingest.readers import Row, json_text, open_rows, read_text
from cdp.project import FileFormat

JSON = FileFormat(type="json")

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=4), v, max_size=3)
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=4)


def rows_of(text: str, **settings: Any) -> list[Row]:
    return list(read_text(text, FileFormat(type="json", **settings)).rows)


def said(rows: list[Row]) -> list[Any]:
    return [row.fault or json.loads(row.fields or "") for row in rows]


@given(
    st.lists(objects, max_size=5),
    st.sampled_from([None, 1]),
    st.sampled_from(["ascii", "utf-8"]),
    st.integers(1, 9),
)
def test_an_array_is_its_elements_and_documents_are_themselves(
    written: list[Any], indent: int | None, written_as: str, step: int
) -> None:
    is_ascii = written_as == "ascii"
    texts = [json.dumps(one, indent=indent, ensure_ascii=is_ascii) for one in written]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_STEP", step)
        for text in (f"[{', '.join(texts)}]", "\n".join(texts), "".join(texts)):
            if text:
                rows = rows_of(text)
                assert said(rows) == written
                assert [row.raw for row in rows] == texts
                assert [row.source_row for row in rows] == list(range(1, len(written) + 1))


@given(st.lists(objects, min_size=3, max_size=6), st.data())
def test_what_is_broken_costs_itself_alone(written: list[Any], drawn: st.DataObject) -> None:
    texts = [json.dumps({"id": n, "kind": "x", "of": one}) for n, one in enumerate(written)]
    place = drawn.draw(st.integers(1, len(texts) - 1))
    cut = drawn.draw(st.integers(1, len(texts[place]) - 1))
    texts[place] = texts[place][:cut]
    for text in (f"[{', '.join(texts)}]", "[\n  " + ",\n  ".join(texts) + "\n]"):
        rows = rows_of(text)
        sound = [row.raw for row in rows if row.fault is None]
        assert sound == [*texts[:place], *texts[place + 1 :]]
        (faulty,) = (row for row in rows if row.fault)
        assert faulty.raw.startswith(texts[place].rstrip(" ,"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[{"a": 1}, {"a": x}, {"a": 3}]', [{"a": 1}, "not valid JSON", {"a": 3}]),
        ('[{"a": "x}, {"a": 2}]', ["not valid JSON"]),
        ('[\n {"a": "x},\n {"a": 2}\n]', ["not valid JSON", {"a": 2}]),
        ('{"a": 1', ["not valid JSON"]),
        ('[{"a": 1},', [{"a": 1}, "the file ends before its JSON does"]),
        ("[1, {}]", ["JSON, but not an object", {}]),
        ('[{"a": 1}]\n[{"a": 2}]', [{"a": 1}, {"a": 2}]),
        ("[" + '{"a":' * 300 + "1" + "}" * 300 + ', {"b": 1}]', ["JSON nested too deep", {"b": 1}]),
        ("[" * 30_000, ["JSON nested too deep"]),
    ],
)  # fmt: skip
def test_broken_json_is_told_and_what_follows_is_found(text: str, wanted: list[Any]) -> None:
    found = said(rows_of(text))
    assert found[: len(wanted)] == wanted


def test_half_a_character_does_not_reach_the_database() -> None:
    (row,) = rows_of(r'{"a": "\ud83d", "b": "\ud83d\ude00", "c": "\\ud83d"}')
    assert row.raw.count("ud83d") == 3
    assert json.loads(row.fields or "") == {"a": "\ufffd", "b": "\U0001f600", "c": r"\ud83d"}


CHAT: dict[str, Any] = {
    "participants": [{"name": "Ada"}],
    "messages": [{"content": "hi", "n": 1.50}, {"content": "yes", "parent": 7}],
    "title": "Talk",
}


def test_elements_of_an_array_bring_what_is_around_them() -> None:
    rows = rows_of(json.dumps(CHAT, indent=1), rows="messages")
    around = {"participants": [{"name": "Ada"}], "title": "Talk"}
    assert said(rows) == [
        {"content": "hi", "n": 1.5, "parent": around},
        {"content": "yes", "parent_2": 7, "parent": around},
    ]
    assert [json.loads(row.raw) for row in rows] == CHAT["messages"]


def test_a_path_may_lead_through_arrays() -> None:
    talks: list[dict[str, Any]] = [
        {"id": n, "parts": [{"p": n}, {"p": -n}], "by": {"x": 1}} for n in (1, 2)
    ]
    document = {"page": 1, "data": {"talks": talks, "total": 2}, "next": None}
    for text in (json.dumps(document), json.dumps([document]), json.dumps(document, indent=2)):
        rows = rows_of(text, rows="data.talks.parts")
        assert said(rows)[3] == {
            "p": -2,
            "parent": {
                "page": 1, "next": None,
                "data": {"total": 2, "talks": {"id": 2, "by": {"x": 1}}},
            },
        }  # fmt: skip
        parts = [part for talk in talks for part in talk["parts"]]
        assert [json.loads(row.raw) for row in rows] == parts
        assert all(row.raw in text for row in rows)


@given(st.lists(objects, max_size=3), objects, st.integers(1, 5))
def test_any_array_inside_any_document_is_found(
    elements: list[Any], around: dict[str, Any], step: int
) -> None:
    around.pop("rows", None)
    before, after = dict(list(around.items())[::2]), dict(list(around.items())[1::2])
    document = {**before, "rows": elements, **after}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_STEP", step)
        rows = rows_of(json.dumps([document, document]), rows="rows")
        more = rows_of(json.dumps(document) * 2, rows="rows")
    assert [row._replace(source_row=0) for row in rows] == [
        row._replace(source_row=0) for row in more
    ]
    wanted = [{k: v for k, v in one.items() if k != "parent"} for one in elements * 2]
    assert [{k: v for k, v in row.items() if not k.startswith("parent")} for row in said(rows)] == [
        {k: v for k, v in one.items() if not k.startswith("parent")} for one in wanted
    ]
    assert all(row["parent"] == around for row in said(rows))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"massages": []}, "there is no array at the path that `rows` names"),
        ({"messages": ["hi"]}, "JSON, but not an object"),
        ({"messages": []}, None),
        ({"messages": None}, None),
    ],
)
def test_an_empty_array_is_no_row_and_a_missing_one_is_a_fault(
    document: Any, fault: str | None
) -> None:
    rows = rows_of(json.dumps(document), rows="messages")
    assert [row.fault for row in rows] == ([fault] if fault else [])


def test_keyed_lists_become_objects() -> None:
    params = [
        {"key": "page", "value": {"string_value": "home", "int_value": None}},
        {"key": "session", "value": {"int_value": "17"}},
        {"key": "session", "value": 18},
        {"name": "note", "value": {"city": "Rome"}},
        {"key": "none", "value": {"string_value": None}},
    ]
    text = json.dumps({"event": {"params": params}, "other": [{"key": 1}]})
    settings: Any = {"keyed_lists": ["event.params", "other", "missing"]}
    wanted = {
        "page": "home", "session": "17", "session_2": 18, "note": {"city": "Rome"}, "none": None,
    }  # fmt: skip
    for file_format in (FileFormat(type="json", **settings), FileFormat(type="jsonl", **settings)):
        (row,) = read_text(text, file_format).rows
        assert json.loads(row.fields or "") == {"event": {"params": wanted}, "other": [{"key": 1}]}
        assert row.raw == text


def test_mojibake_is_mended_and_the_raw_text_is_not() -> None:
    text = r'{"n": "Rados\u00c5\u0082aw", "c": "K\u00f6ln", "e": "\u00f0\u009f\u0098\u0080"}'
    (row,) = rows_of(text, mojibake="latin-1")
    assert json.loads(row.fields or "") == {"n": "Radosław", "c": "Köln", "e": "\U0001f600"}
    assert row.raw == text


@pytest.mark.parametrize(("text", "told"), [("", "empty"), ("id,name\n1,Ann\n", "no JSON")])
def test_what_is_no_json_at_all_is_refused(text: str, told: str) -> None:
    with pytest.raises(DeliveryError, match=told):
        read_text(text, JSON)


@pytest.mark.parametrize("text", ['[{"a": 1}]', '[\n{"a": 1}\n]', '{\n "a": 1\n}', "[\n"])
def test_a_document_called_json_lines_is_told(text: str) -> None:
    with pytest.raises(DeliveryError, match="not one object a line"):
        read_text(text, FileFormat(type="jsonl"))


def test_an_element_beyond_the_bound_is_not_held_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(json_text, "MAX_ROW_CHARACTERS", 3000)
    monkeypatch.setattr(json_text, "KEPT_CHARACTERS", 10)
    monkeypatch.setattr(json_text, "_STEP", 700)
    path = tmp_path / "x.json"
    long = json.dumps({"a": ['}"\\'] * 2000, "b": "\\" * 5000})
    path.write_text(f'[{{"id": 1}}, {long}, {{"id": 2}}]')
    with open_rows(path, JSON) as reader:
        rows = list(reader.rows)
    assert [row.fault and row.fault[:11] for row in rows] == [None, "longer than", None]
    assert (rows[1].raw, rows[2].raw) == (long[:10], '{"id": 2}')
