"""`cdp sources check` finds before a run what the run would find, all of it at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdp.errors import ProjectError
from cdp.explain import render
from cdp.pipeline import check_project, open_run, preview, rehearse
from cdp.progress import SilentObserver
from cdp.project import load_project
from tests.explain.snapshot import shown
from tests.laws.world import AS_OF, CRM, CRM_HEADER, CRM_YAML, FILES, SHOP_YAML, Company, crm_file

OWN_RULES = """
expect:
- {expect: ExpectColumnValuesToBeInSett, column: level, value_set: [gold]}
- {expect: ExpectColumnValuesToBeInSet, column: lvl, value_set: [gold]}
- {expect: ExpectColumnValuesToBeBetween, column: level, minimum: 1}
"""


def faults(root: Path) -> list[str]:
    with pytest.raises(ProjectError) as raised:
        check_project(root)
    return [str(fault) for fault in raised.value.faults]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(tmp_path)
    made.write(FILES)
    return made


def test_a_sound_project_has_no_faults_and_counts_its_files(company: Company) -> None:
    found = check_project(company.root)
    assert [(s["source"], s["files"], s["notices"]) for s in found] == [
        ("crm", 2, []), ("shop", 2, []),
    ]  # fmt: skip


def test_faults_of_settings_rules_and_columns_come_together(company: Company) -> None:
    company.write(
        {
            "sources/crm.yaml": CRM_YAML + OWN_RULES,
            "sources/shop.yaml": SHOP_YAML.replace("channel:", "chanel:"),
            "inbox/crm_20260601.csv": crm_file(CRM[3:5]).replace(",email,", ",E-mail address,"),
        }
    )
    told = faults(company.root)
    rules = CRM_YAML.count("\n") + 3
    for place, words in (
        (f"sources/crm.yaml:{rules}: ", "unknown expectation ExpectColumnValuesToBeInSett (did"),
        (f"sources/crm.yaml:{rules + 1}: ", "looks at unknown columns: lvl"),
        (f"sources/crm.yaml:{rules + 2}: ", "refuses its arguments (minimum)"),
        ("sources/crm.yaml:9: ", "`email` is not in inbox/crm_20260601.csv (nearest: `E-mail ad"),
        ("sources/shop.yaml:5: ", "unknown key `chanel`"),
    ):
        assert any(line.startswith(place) and words in line for line in told), (place, told)
    assert len(told) == 6  # a misspelt key is one that is missing, too


def test_an_older_file_may_lack_what_is_no_key(company: Company) -> None:
    old, new = CRM_HEADER.replace(",level,", ",tier,"), crm_file(CRM[3:5])
    files = {"inbox/crm_20260401.csv": f"{old}\n{CRM[0]}\n", "inbox/crm_20260601.csv": new}
    company.write(files)
    assert len(check_project(company.root)) == 2
    company.write({"inbox/crm_20260401.csv": f"{CRM_HEADER.replace('id,', 'no,')}\n{CRM[0]}\n"})
    assert ["column `id` is not in inbox/crm_20260401.csv" in f for f in faults(company.root)] == [
        True
    ]


def test_a_key_that_no_json_row_has_is_a_fault(company: Company) -> None:
    company.write({"inbox/shop_20260602.jsonl": '{"id": "o9", "when": 1}\n'})
    assert "column `at` is not in inbox/shop_20260602.jsonl" in faults(company.root)[0]


def test_a_path_without_files_and_a_file_that_cannot_be_read_are_notices(
    company: Company,
) -> None:
    company.write({"sources/shop.yaml": SHOP_YAML.replace("shop_*", "store_*")})
    (company.root / "inbox" / "crm_20260701.csv").write_text("")
    crm, shop = check_project(company.root)
    assert "inbox/store_*.jsonl" in str(shop["notices"])
    assert "files may come later" in str(shop["notices"])
    assert "crm_20260701.csv cannot be read: the file has no header line" in str(crm["notices"])


def test_no_value_is_told_of_a_file_without_a_header(company: Company) -> None:
    row = "email-19,Emily Roe,level,emily@example.com,03.04.1980,518-555-0172"
    company.write({"inbox/crm_20260601.csv": f"{row}\n{row}\n"})
    told = "".join(faults(company.root))
    assert "column `id` is not in inbox/crm_20260601.csv (its first line looks like a row" in told
    assert not any(value in told for value in ("email-19", "Emily", "@", "1980", "0172"))


def test_files_that_two_sources_read_are_told_with_both_and_how_many(company: Company) -> None:
    twin = CRM_YAML.replace("source: crm", "source: list")
    company.write({"sources/list.yaml": twin})
    told = {str(one["source"]): one["notices"] for one in check_project(company.root)}
    assert "2 files are read by crm and list, such as inbox/crm_20260401.csv: " in str(told["crm"])
    assert (told["shop"], told["list"]) == ([], [])


def test_what_a_run_would_refuse_is_a_fault_with_its_line(company: Company) -> None:
    text = (company.root / "cdp.yaml").read_text()
    block = (
        'resolve:\n  block:\n    phone: ["12"]\n    email:\n      - a@example.com\n      - nobody'
    )
    company.write(
        {
            "cdp.yaml": text + block,
            "rulings/rulings.jsonl": '{"ruling": "never"}\n',
            "rulings/deliveries.jsonl": '{"action": "forget"}\n\n',
        }
    )
    first = text.count("\n") + 3
    told = faults(company.root)
    for place, words in (
        (f"cdp.yaml:{first}: ", "`resolve.block.phone`: no. 1 is a value that no record can"),
        (f"cdp.yaml:{first + 3}: ", "`resolve.block.email`: no. 2 is"),
        ("rulings/rulings.jsonl:1: ", "is missing or no text"),
        ("rulings/deliveries.jsonl: ", "line 1 says of no delivery"),
    ):
        assert any(line.startswith(place) and words in line for line in told), (place, told)
    assert len(told) == 4
    assert "nobody" not in "".join(told)


def test_a_run_tells_once_of_a_source_without_any_file_and_calls_it_no_fault(
    company: Company,
) -> None:
    company.write({"sources/shop.yaml": SHOP_YAML.replace("shop_*", "store_*")})
    with open_run(
        load_project(company.root), run_id="r1", as_of=AS_OF, clock=lambda: AS_OF
    ) as opened:
        outcome = rehearse(opened, SilentObserver())
    assert outcome.attention.is_empty()
    told = shown(render.outcome(outcome.as_dict()))
    assert told.count("no file matches inbox/store_*.jsonl of source shop") == 1
    assert "of source crm" not in told


def notices(root: Path, name: str) -> str:
    return " ".join(str(one["notices"]) for one in check_project(root) if one["source"] == name)


LIST_YAML = """
source: list
path: inbox/list.{ending}
format: {format}
holds: people
record_key: id
person: {{email: mail, full_name: name}}
"""


@pytest.mark.parametrize(
    ("ending", "file_format", "name", "remedy"),
    [
        ("csv", "{type: csv, encoding: latin-1}", "Müller", "state `encoding: utf-8` under"),
        ("csv", "{type: csv, encoding: cp1252}", "Groß", "state `encoding: utf-8` under"),
        ("jsonl", "jsonl", "MÃ¼ller", "state `mojibake: latin-1` under `format`"),
        ("csv", "csv", "MÃ¼ller", "the file itself holds them so."),
    ],
)
def test_letters_read_in_a_wrong_encoding_are_counted_with_the_setting_that_mends_them(
    company: Company, ending: str, file_format: str, name: str, remedy: str
) -> None:
    names = ["Lee", name, "José" if name.isascii() else "Lee", name, "Roe"]
    lines = ["id,mail,name"] + [f"{n},p{n}@example.com,{who}" for n, who in enumerate(names)]
    if ending == "jsonl":
        lines = [
            json.dumps({"id": n, "name": who}, ensure_ascii=False) for n, who in enumerate(names)
        ]
    contract = LIST_YAML.format(ending=ending, format=file_format)
    company.write({"sources/list.yaml": contract, f"inbox/list.{ending}": "\n".join(lines) + "\n"})
    told = notices(company.root, "list")
    assert f"inbox/list.{ending}: the texts of 2 of the 5 rows looked at seem to be UTF-8" in told
    assert remedy in told
    mended = "{type: csv, encoding: utf-8}" if "encoding" in remedy else None
    mended = "{type: jsonl, mojibake: latin-1}" if "mojibake" in remedy else mended
    if mended:
        company.write({"sources/list.yaml": LIST_YAML.format(ending=ending, format=mended)})
        assert notices(company.root, "list") == "[]"


CHAT = "01/02/2026, 09:15 - Ann Lee: hi\n02/03/2026, 09:16 - Bo Kim: hello\n"


@pytest.mark.parametrize(
    ("own", "lines", "told"),
    [
        ("preset: whatsapp", CHAT, "`dmy` of the preset is taken: state `date_order: dmy` or"),
        ("preset: whatsapp\nformat: {date_order: mdy}", CHAT, ""),
        ("preset: whatsapp", CHAT + "13/03/2026, 10:00 - Ann Lee: bye\n", ""),
    ],
)
def test_a_chat_whose_dates_nothing_settles_is_told_with_the_setting(
    company: Company, own: str, lines: str, told: str
) -> None:
    contract = f"source: talk\n{own}\npath: inbox/talk*.txt\n"
    company.write({"sources/talk.yaml": contract, "inbox/talk.txt": lines})
    found = notices(company.root, "talk")
    assert told in found
    assert bool(told) == ("no date settles whether the day or the month comes first" in found)
    shown_too = preview(
        company.project, company.root / "inbox/talk.txt", source_name="talk", as_of=AS_OF
    )["notices"]
    assert bool(shown_too) == (lines == CHAT)
    assert "decides" in str(shown_too) if "date_order" in own else told in str(shown_too)


@pytest.mark.parametrize(
    ("amounts", "count"),
    [(["1.234", "56,78", "2.499"], 2), (["1.234", "56.78"], 0), (["1.234,50", "56,78"], 0)],
)
def test_amounts_that_may_be_thousands_are_counted(
    company: Company, amounts: list[str], count: int
) -> None:
    contract = (
        "source: bills\npath: inbox/bills.csv\nholds: events\nchannel: shop\n"
        "touchpoint_key: id\noccurred_at: at\namount: total\nperson: {email: mail}\n"
    )
    rows = [f"{n};2026-04-01;p{n}@example.com;{one}" for n, one in enumerate(amounts)]
    text = "\n".join(["id;at;mail;total", *rows]) + "\n"
    company.write({"sources/bills.yaml": contract, "inbox/bills.csv": text})
    told = notices(company.root, "bills")
    assert told == "[]" if not count else f"{count} of the {len(rows)} rows looked at" in told
