"""Every kind of fault, small: a text in, its faults out, with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdp.errors import ProjectError
from cdp.project import load_project

PROJECT = "project: acme\ndefault_region: US\ntimezone: America/New_York\n"
PEOPLE = "source: people\npath: inbox/people/*.csv\nholds: people\nrecord_key: id\n"
EVENTS = (
    "source: web\npath: inbox/web/*.jsonl\nholds: events\nchannel: web\n"
    "touchpoint_key: id\noccurred_at: at\nperson: {email: mail}\n"
)

FAULTS_OF_CDP_YAML = {
    "project: Acme": "1: `project: Acme` must be lower-case letters",
    "default_region: USA": "2: `default_region`: unknown region `USA` (two letters, e.g. US)",
    "default_region: us": "2: `default_region`: unknown region `us` (did you mean `US`?)",
    "timezone: America/NewYork": "3: `timezone`: unknown time zone `America/NewYork` "
    "(did you mean `America/New_York`?)",
    "timezone: ../../etc/passwd": "3: `timezone`: unknown time zone",
    "engine: dukdb": "4: `engine: dukdb` is unknown (did you mean `duckdb`?)",
    "keep_snapshots: few": "4: `keep_snapshots: few` must be a whole number",
    "keep_snapshots: 0": "4: `keep_snapshots: 0` should be greater than or equal to 1",
    "keep_snapshot: 3": "4: unknown key `keep_snapshot` (did you mean `keep_snapshots`?)",
    "quality: strict": "4: `quality: strict` must be keys with values",
    "quality: {on_critcal: hold}": "4: unknown key `on_critcal` (did you mean `on_critical`?)",
    "quality: {on_critical: held}": "4: `quality.on_critical: held` is unknown "
    "(did you mean `hold`?)",
    "quality: {max_rejected_share: 5}": "4: `quality.max_rejected_share: 5` should be less than",
    "sources: []": "4: unknown key `sources`",
    "resolve: {min_match_weight: 2}": "4: unknown key `min_match_weight` "
    "(did you mean `min_match_weight_bits`?)",
    "resolve: {min_match_weight_bits: nan}": "4: `resolve.min_match_weight_bits: nan` must be a",
    "resolve: {min_match_weight_bits: -2}": "4: `resolve`: `review_match_weight_bits` is above",
    "resolve: {limits: {emial: {per_customer: 1}}}": "4: `resolve.limits`: no field, and no source "
    "states a key `emial` (did you mean `email`?)",
    "resolve: {limits: {email: {per_custmer: 1}}}": "4: unknown key `per_custmer` "
    "(did you mean `per_customer`?)",
    "resolve: {limits: {email: {per_customer: 0}}}": "4: `resolve.limits.email.per_customer: 0` "
    "should be greater than or equal to 1",
    "resolve: {block: {surname: [x]}}": "4: `resolve.block`: no field, and no source states",
    "resolve: {block: {email: []}}": "4: `resolve.block.email` must not be empty",
    "resolve: {block: {email: [x]}, allow: {email: X}}": "4: a value of `email` is both allowed",
    "resolve: {always_link: [{same: email}]}": "4: `resolve.always_link.name` is missing",
    "resolve: {always_link: [{name: x, sam: a, same: sex}]}": "4: unknown key `sam` "
    "(did you mean `same`?)",
    "resolve: {always_link: [{name: 'a`b', same: email}]}": "4: `resolve.always_link.name: a`b` "
    "must be free of backticks",
    "resolve:\n  always_link:\n    - name: x\n      same:\n        - email\n        - card": "9: "
    "`resolve.always_link.same`: no field, and no source states a key `card`",
    "resolve: {never_link: [{name: x, same: email}]}": "4: "
    "`resolve.never_link.different` is missing",
    "resolve: {never_link: [{name: x, different: birthdate}]}": "4: "
    "`resolve.never_link.different`: no field, and no source states a key `birthdate` "
    "(did you mean `birth_date`?)",
    "resolve: {never_link: [{name: x, same: sex, different: sex}]}": "4: `resolve.never_link`: "
    "`sex` is to be both same and different",
    "resolve: {always_link: [{name: x, same: sex}], never_link: [{name: x, different: sex}]}": "4: "
    "two rules are called `x`",
    "root: elsewhere": "4: unknown key `root`",
    "name: acme": "4: unknown key `name`",
}

FAULTS_OF_PEOPLE = {
    "source: 2people": "1: `source: 2people` must be lower-case letters",
    "path: /srv/people/*.csv": "2: `path`: `/srv/people/*.csv` leaves the project folder",
    "path: ../people/*.csv": "2: `path`: `../people/*.csv` leaves the project folder",
    "path: inbox/**.csv": "2: `path`: `**` stands for whole folders",
    "path: []": "2: `path` must not be empty",
    "path: inbox/people/*.txt": "1: `format` is missing (csv, jsonl, json, parquet or chat",
    "path: {glob: x}": "2: `path` must be a list",
    "holds: peple": "3: `holds: peple` is unknown (did you mean `people`?)",
    "record_key:": "3: `record_key` is missing (holds: people needs it)",
    "record_key: {a: b}": "4: `record_key` must be a list",
    "record_key: [a, {b: c}]": "4: `record_key` must be one text",
    "keys: {shop: []}": "5: `keys.shop` must not be empty",
    "format: xlsx": "5: `format.type: xlsx` is unknown (one of: csv, jsonl, json, parquet, chat)",
    "format: {delimiter: ';;'}": "5: `format.delimiter`: `;;` must be one character",
    "format: {delimiter: '\\t'}": "5: `format.delimiter`: `\\t` must be one character "
    '(a tab is "\\t", in double quotes)',
    "format: {encoding: utf8mb4}": "5: `format.encoding`: unknown encoding `utf8mb4`",
    "format: {encoding: rot13}": "5: `format.encoding`: unknown encoding `rot13`",
    "format: {seperator: x}": "5: unknown key `seperator`",
    "format: {rows: messages}": "5: `format.rows` is not used (the files are csv; it is for json)",
    "format: {type: parquet, encoding: latin-1}": "5: `format.encoding` is not used (the files are "
    "parquet; it is for csv and jsonl and json and chat)",
    "format: {type: json, rows: a..b}": "5: `format.rows`: `a..b` is no path of dots",
    "format: {header_rows: 9}": "5: `format.header_rows: 9` should be less than or equal to 5",
    "format: {skip_lines: some}": "5: `format.skip_lines: some` must be a whole number",
    "format: {type: json, mojibake: latin1}": "5: `format.mojibake: latin1` is unknown "
    "(did you mean `latin-1`?)",
    "format: {type: chat, date_order: mmdd}": "5: `format.date_order: mmdd` is unknown",
    "format: {delimiter: ';', quote: ';'}": "5: `format`: `delimiter` and `quote` are the same",
    'format: {delimiter: "\\n"}': "5: `format.delimiter`: a line end parts rows",
    "sync_mode: full-refresh": "5: `sync_mode: full-refresh` is unknown "
    "(did you mean `full_refresh`?)",
    "trust: high": "5: `trust: high` must be a whole number",
    "trust: 10": "5: `trust: 10` should be less than or equal to 9",
    "trust: 5.5": "5: `trust: 5.5` must be a whole number",
    "owner: {mail: x}": "5: `owner` must be one text",
    "observed_at: {colum: at}": "5: unknown key `colum` (did you mean `column`?)",
    "observed_at: {column: at, timezone: UCT0}": "5: `observed_at.timezone`: unknown time zone",
    "observed_at: {column: at, format: epoch_sec}": "5: `observed_at.format`: unknown format "
    "`epoch_sec` (did you mean `epoch_s`?",
    "observed_at: {column: at, format: '%Y-%q'}": "5: `observed_at.format`: unknown code `%q`",
    "observed_at: {column: at, format: '%H:%M'}": "5: `observed_at.format`: `%H:%M` names no year",
    "delivered_at: {from_name: yyyymmdd}": "5: `delivered_at.from_name`: `yyyymmdd` names no year",
    "delivered_at: '%Y%m%d'": "5: `delivered_at: %Y%m%d` must be keys with values",
    "person: {emial: a}": "5: `person.emial`: no field of a person (did you mean `email`?)",
    "person: {shoe_size: a}": "5: `person.shoe_size`: no field of a person (one of: email, phone",
    "person: {email: {column: a}}": "5: `person.email` takes a column's name, nothing more",
    "person: {email: []}": "5: `person.email` must not be empty",
    "person: {sex: [a, b]}": "5: `person.sex` takes one column (only address, device, email",
    "person: {birth_date: {column: a, order: ddmmyy}}": "5: `person.birth_date.order: ddmmyy` "
    "is unknown (did you mean `dmy`?)",
    "person: {birth_date: {column: a, ordr: dmy}}": "5: unknown key `ordr` (did you mean `order`?)",
    "birth_date_order: dmy": "5: unknown key `birth_date_order`",
    "has_no_duplicates: never": "5: `has_no_duplicates: never` must be true or false",
    "keys: {Shop: a}": "5: `keys.Shop` must be lower-case letters",
    "attributes: {a b: c}": "5: `attributes.a b` must be letters, digits and underscores",
    "consent: {mail: {from: a}}": "5: `consent.mail`: no channel of consent "
    "(did you mean `email`?)",
    "consent: {sms: {granted: a}}": "5: `consent.sms`: names a column under `from`, or a `value`",
    "consent: {sms: {from: a, value: granted}}": "5: `consent.sms`: names a column under `from`",
    "consent: {sms: {value: grnted}}": "5: `consent.sms.value: grnted` is unknown "
    "(did you mean `granted`?)",
    "consent: {sms: {from_column: a}}": "5: unknown key `from_column` (one of: from, ",
    "consent: {sms: {from: a, granted: [], refused: []}}": "5: `consent.sms`: no word is granted",
    "consent: {sms: {from: a, granted: }}": "5: `consent.sms.granted` must not be empty",
    "consent: {sms: {from: a, granted: [Yes, no]}}": "5: `consent.sms`: `no` is both granted and",
    "set_aside: [{reason: bot, column: agent}]": "5: `set_aside`: says `matches` or `is_missing: "
    "true`, and one of them only",
    "set_aside: [{reason: x, column: y, is_missing: false}]": "5: `set_aside`: says `matches` or",
    "set_aside: [{reason: x, column: y, matches: z, is_missing: true}]": "5: `set_aside`: says",
    "set_aside: [{reason: x, column: y, is_mising: true}]": "5: unknown key `is_mising` "
    "(did you mean `is_missing`?)",
    "set_aside: [{reason: bot, column: agent, matches: '['}]": "5: `set_aside.matches`: `[` "
    "is no regular expression: missing ]: [ (RE2 syntax)",
    "set_aside: [{reason: x, column: y, matches: '(?=bot)'}]": "5: `set_aside.matches`: `(?=bot)` "
    "is no regular expression: invalid perl operator",
    "set_aside: {reason: bot}": "5: `set_aside` must be a list",
    "expect: [{expect: expect_unique}]": "5: `expect.expect: expect_unique` must be a Great",
    "expect: [{expect: ExpectX, severty: info}]": "5: unknown key `severty` "
    "(did you mean `severity`?)",
    "expect: [{expect: ExpectX, severity: fatal}]": "5: `expect.severity: fatal` is unknown",
    "expect: [{expect: ExpectX, tolerated_share: 2}]": "5: `expect.tolerated_share` should be",
    "expect: [{expect: ExpectX}, {expect: ExpectX}]": "5: two rules are called `expect_x`",
    "line_items: a": "5: `line_items` is not used (the source holds people)",
    "touchpoint_key: a": "5: `touchpoint_key` is not used (the source holds people)",
    "person_ref: {source: people, key: a}": "5: `person_ref` is not used",
    "expect_rows: {}": "5: `expect_rows`: names neither `min` nor `max`",
    "expect_rows: {min: 5, max: 4}": "5: `expect_rows`: `min` is above `max`",
    "expect_every: daily": "5: `expect_every`: `daily` is no length of time",
    "max_rejected_share: 5%": "5: `max_rejected_share: 5%` must be a number",
    "max_rejected_share: nan": "5: `max_rejected_share: nan` should be",
    "recordkey: x": "5: unknown key `recordkey` (did you mean `record_key`?)",
    "trust: 5\ntrust: 6": "6: key `trust` comes twice (first in line 5)",
    "[a, b]: x": "5: a key must be one word",
    "owner: !secret x": "5: tag `!secret` is not understood",
    "owner: &me x\ndescription: *me": "6: an alias is not understood",
    "owner: [x": "5: is no YAML: while parsing a flow sequence",
    "---\nsource: more": "5: is no YAML: expected a single document",
    "owner: \x07": "5: a character that YAML does not allow",
}

FAULTS_OF_EVENTS = {
    "touchpoint_key:": "3: `touchpoint_key` is missing (holds: events needs it)",
    "occurred_at:": "3: `occurred_at` is missing (holds: events needs it)",
    "channel:": "3: `channel` is missing (holds: events needs it)",
    "holds: both": "3: `record_key` is missing (holds: both needs it)",
    "sync_mode: full_refresh": "8: `full_refresh` is not for events",
    "person_ref: {source: wbe, key: id}": "8: `person_ref` stands beside `person`",
    "has_no_duplicates: true": "8: `record_key` is missing (two keys of the source are two",
    "event_type: {column: a, value: b}": "8: `event_type`: names a column or a value",
    "channel: {column: a, value: b}": "4: `channel`: names a column or a value",
    "channel: {colum: a}": "4: unknown key `colum` (did you mean `column`?)",
    "channel: [web]": "4: `channel` must be keys with values",
    "line_items: [sku, line_items]": "8: `line_items`: a column is called `line_items` itself",
    "line_items: {sku: a}": "8: `line_items` must be a list",
    "currency: {}": "8: `currency`: names a column or a value",
    "amount: {column: a, unit: cents}": "8: `amount.unit: cents` is unknown",
    "amount: {unit: minor}": "8: `amount.column` is missing",
}


def _with(text: str, line: str) -> str:
    """The text with a line put in: instead of the line with the same key, else at the end."""
    key = line.partition(":")[0]
    lines = text.splitlines()
    same = [n for n, old in enumerate(lines) if old.partition(":")[0] == key]
    if same and "\n" not in line:
        return "\n".join([*lines[: same[0]], line, *lines[same[0] + 1 :]])
    return "\n".join([*lines, line])


@pytest.mark.parametrize(("line", "expected"), FAULTS_OF_CDP_YAML.items())
def test_a_fault_of_cdp_yaml_is_found_at_its_line(line: str, expected: str, faults: Any) -> None:
    found = [str(fault) for fault in faults(_with(PROJECT, line))]
    assert len(found) == 1
    assert found[0].startswith(f"cdp.yaml:{expected}")


@pytest.mark.parametrize(
    ("line", "expected"), [pair for pair in FAULTS_OF_PEOPLE.items() if pair[1]]
)
def test_a_fault_of_a_people_source_is_found_at_its_line(
    line: str, expected: str, faults: Any
) -> None:
    found = [str(fault) for fault in faults(people=_with(PEOPLE, line))]
    assert any(fault.startswith(f"sources/people.yaml:{expected}") for fault in found), found
    # A misspelt key may also leave a required one missing; nothing else is ever said.
    assert len(found) == 1 or all("is missing" in f or "unknown key" in f for f in found), found


@pytest.mark.parametrize(("line", "expected"), FAULTS_OF_EVENTS.items())
def test_a_fault_of_an_event_source_is_found_at_its_line(
    line: str, expected: str, faults: Any
) -> None:
    found = [str(fault) for fault in faults(web=_with(EVENTS, line))]
    assert any(fault.startswith(f"sources/web.yaml:{expected}") for fault in found), found


@pytest.mark.parametrize("key", ["project", "default_region", "timezone"])
def test_cdp_yaml_without_a_required_key_says_which(key: str, faults: Any) -> None:
    kept = [line for line in PROJECT.splitlines() if not line.startswith(f"{key}:")]
    assert [f.message for f in faults("\n".join(kept))] == [f"`{key}` is missing"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "acme"])
def test_a_file_without_settings_says_so(text: str, faults: Any) -> None:
    assert [f.message for f in faults(text)] == ["holds no settings"]


def test_sound_settings_have_no_fault(faults: Any) -> None:
    assert faults(PROJECT, people=PEOPLE, web=EVENTS) == ()


def test_former_keys_are_those_of_a_key_of_one_column(faults: Any) -> None:
    merged = PEOPLE + "merged_keys: former\n"
    assert faults(people=merged) == ()
    found = faults(people=merged.replace("record_key: id", "record_key: [list, id]"))
    assert len(found) == 1
    assert str(found[0]).startswith("sources/people.yaml:5: `merged_keys`: `record_key` is made")


def test_events_without_a_person_are_nobodys(faults: Any) -> None:
    nobody = EVENTS.replace("person: {email: mail}\n", "")
    assert [f.message for f in faults(web=nobody)] == ["nothing says whose events these are"]


def test_a_reference_source_has_no_persons(faults: Any) -> None:
    text = "source: firms\npath: inbox/firms/*.csv\nholds: reference\nperson: {company: name}\n"
    assert [str(f) for f in faults(firms=text)] == [
        "sources/firms.yaml:4: `person` is not used (the source holds reference)"
    ]


def test_two_sources_of_one_name_are_told_apart_by_their_files(faults: Any) -> None:
    assert [str(f) for f in faults(a=PEOPLE, b=PEOPLE)] == [
        "sources/b.yaml:1: another source is called `people` (first in sources/a.yaml:1)"
    ]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("poeple", "`person_ref` names an unknown source `poeple` (did you mean `people`?)"),
        ("web", "`person_ref` names `web`, which has no `record_key`"),
    ],
)
def test_a_reference_to_no_record_key_is_a_fault(named: str, expected: str, faults: Any) -> None:
    events = _with(EVENTS, f"person_ref: {{source: {named}, key: id}}")
    found = faults(people=PEOPLE, web=events.replace("person: {email: mail}\n", ""))
    assert len(found) == 1
    assert str(found[0]).startswith(f"sources/web.yaml:7: {expected}")


def test_a_broken_source_is_still_a_source_that_others_may_refer_to(faults: Any) -> None:
    events = EVENTS.replace("person: {email: mail}", "person_ref: {source: people, key: id}")
    found = faults(people=_with(PEOPLE, "trust: high"), web=events)
    assert [(f.file, f.line) for f in found] == [("sources/people.yaml", 5)]


def test_all_faults_of_all_files_come_at_once_with_file_and_line(faults: Any) -> None:
    found = faults(
        "project: acme\ndefault_region: XX\ntimezone: UTC\nstor: here\n",
        people="source: people\npath: in/*.csv\nholds: people\nperson:\n  emial: a\n  phone: b\n",
        web=_with(EVENTS, "trust: high") + "\nset_aside:\n  - {reason: a, column: b, matches: ')'}",
        spoiled="source: [",
    )
    assert [(f.file, f.line) for f in found] == [
        ("cdp.yaml", 2),
        ("cdp.yaml", 4),
        ("sources/people.yaml", 3),
        ("sources/people.yaml", 5),
        ("sources/spoiled.yaml", 1),
        ("sources/web.yaml", 8),
        ("sources/web.yaml", 10),
    ]


def test_a_missing_folder_leads_to_cdp_init(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"Hint: .*`cdp init .*nowhere`"):
        load_project(tmp_path / "nowhere")


def test_a_folder_without_cdp_yaml_leads_to_cdp_init(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"there is no cdp\.yaml\nHint: .*`cdp init"):
        load_project(tmp_path)


def test_a_project_without_sources_says_where_they_go(tmp_path: Path) -> None:
    (tmp_path / "cdp.yaml").write_text(PROJECT, encoding="utf-8")
    with pytest.raises(ProjectError, match="sources: holds no source contract"):
        load_project(tmp_path)


def test_a_contract_with_another_ending_is_not_passed_over(make_project: Any) -> None:
    folder = make_project()
    (folder / "sources" / "web.yml").write_text(EVENTS, encoding="utf-8")
    with pytest.raises(ProjectError, match=r"sources/web\.yml: is not read \(call it web\.yaml\)"):
        load_project(folder)


def test_a_file_that_is_not_utf8_is_a_fault_of_its_own(make_project: Any) -> None:
    folder = make_project()
    (folder / "sources" / "web.yaml").write_bytes(b"source: caf\xe9\n")
    with pytest.raises(ProjectError) as caught:
        load_project(folder)
    assert [str(f) for f in caught.value.faults] == [
        "sources/web.yaml:1: is not UTF-8 (save it as UTF-8)"
    ]


def test_a_misspelt_inbox_folder_is_a_fault(make_project: Any) -> None:
    folder = make_project(people=PEOPLE)
    (folder / "inbox" / "peopel").mkdir(parents=True)
    with pytest.raises(ProjectError, match=r"no folder inbox/people \(did you mean `inbox/peopel`"):
        load_project(folder)


def test_a_folder_that_is_not_there_yet_is_no_fault(make_project: Any) -> None:
    folder = make_project(people=PEOPLE, peoples=PEOPLE.replace("people", "peoples", 2))
    (folder / "inbox" / "peoples").mkdir(parents=True)
    assert [s.name for s in load_project(folder).sources] == ["people", "peoples"]
