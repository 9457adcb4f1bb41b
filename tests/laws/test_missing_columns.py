"""A later file whose columns were renamed: told at once, and no refusal is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cdp.pipeline import Outcome
from tests.laws.world import AS_OF, CRM, CRM_HEADER, CRM_YAML, Company, crm_file
from tests.thorough import thorough

LATER = "inbox/crm_20260620.csv"


def renamed(old: str, new: str, *rows: str) -> dict[str, str]:
    """A later file of the crm under another header."""
    header = CRM_HEADER.replace(old, new)
    return {LATER: "\n".join([header, *(rows or CRM[3:6])]) + "\n"}


def looks(outcome: Outcome) -> list[tuple[str, str, str]]:
    rows = outcome.attention.to_dicts()
    return [(row["source"], row["source_file"], row["status"]) for row in rows]


def test_a_renamed_column_wants_a_look_until_its_contract_or_a_newer_file_has_it(
    company: Company,
) -> None:
    company.run("r1")
    outcome = company.deliver(renamed(",email,", ",E-mail Address,"), "r2")
    assert looks(outcome) == [("crm", LATER, "columns missing")]
    told = outcome.attention.to_dicts()[0]
    assert told["reason"] == "column `email` is not in the file (nearest: `E-mail Address`)"
    assert "contract of crm" in told["next_step"]
    assert looks(company.run("r3")) == looks(outcome)
    later = company.deliver({"inbox/crm_20260621.csv": crm_file(CRM[3:5])}, "r4")
    assert looks(later) == []


@thorough
def test_a_column_that_comes_back_under_the_same_file_name_is_told_no_more(
    company: Company,
) -> None:
    company.deliver(renamed("phone", "telephone"), "r1")
    mended = company.deliver({LATER: crm_file(CRM[3:6])}, "r2", as_of=AS_OF + timedelta(days=1))
    assert looks(mended) == []


@pytest.mark.parametrize("lost", ["id", "login"])
def test_a_file_without_a_mapped_key_is_held(company: Company, lost: str) -> None:
    settings = CRM_YAML + "keys: {portal: login}\n"
    whole = [f"{CRM_HEADER},login", *(f"{row},p1" for row in CRM[3:6])]
    company.write({"sources/crm.yaml": settings, LATER: "\n".join(whole) + "\n"})
    for other in company.root.glob("inbox/crm_20260[45]*"):
        other.unlink()
    assert looks(company.run("r1")) == []
    header = ",".join("gone" if name == lost else name for name in whole[0].split(","))
    outcome = company.deliver({LATER: "\n".join([header, *whole[1:]]) + "\n"}, "r2")
    assert looks(outcome) == [("crm", LATER, "held")]
    assert f"column `{lost}` is not in the file" in outcome.attention["reason"][0]
    assert "others wait" in outcome.attention["next_step"][0]


@pytest.mark.parametrize(
    ("later", "wanted"),
    [
        pytest.param(",news,", None, marks=thorough),
        pytest.param(",news,", "", marks=thorough),
        (",news,", "maybe"),
        (",news,", "yes"),
    ],
)
def test_a_refusal_stands_until_its_record_says_otherwise(
    company: Company, later: str, wanted: str | None
) -> None:
    company.deliver(
        {"inbox/crm_20260510.csv": crm_file(["70,Ida,Roth,ida@example.com,,,no,,,2026-05-10"])},
        "r1",
    )
    row = f"70,Ida,Roth,ida.roth@example.com,,,{wanted or ''},,,2026-06-20"
    header = (",newsletter,", later)[wanted is not None]
    company.deliver(renamed(",news,", header, row), "r2")
    now = company.query(
        "select emails, email_consent from records where source_record_id = '70' and is_current"
    ).to_dicts()
    assert now == [{"emails": ["ida.roth@example.com"], "email_consent": wanted == "yes"}]


def test_a_refusal_that_was_taken_back_does_not_return(company: Company) -> None:
    rows = [
        f"70,Ida,Roth,{mail},,,{news},,,{day}"
        for mail, news, day in (
            ("a@example.com", "no", "2026-05-10"),
            ("b@example.com", "yes", "2026-05-11"),
            ("c@example.com", "", "2026-05-12"),
        )
    ]
    company.deliver({LATER: crm_file(rows)}, "r1")
    told = company.query(
        "select email_consent from records where source_record_id = '70' order by version"
    )
    assert told["email_consent"].to_list() == [False, True, None]
