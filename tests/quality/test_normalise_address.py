"""Postal addresses: parts in one form, and a line parted only where its commas are sure."""

from __future__ import annotations

import re
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import (
    normalise_city,
    normalise_postcode,
    normalise_region,
    normalise_street,
    split_address,
)
from tests.quality.texts import any_text, blanks, is_settled, made_of
from tests.quality.world import PEOPLE_YAML, World

almost = made_of("0123 abAB.,-'\"\n#ßﬀ", most=24)
countries = st.sampled_from(["US", "GB", "CA", "DE"])


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("7548 CENTER ST", "7548 Center St"),
        ("101 w 5th ave", "101 W 5th Ave"),
        ("22 ST MARY'S RD", "22 St Mary's Rd"),
        ("9 O'FARRELL ST", "9 O'Farrell St"),
        ("12 Hidden Valley Rd", "12 Hidden Valley Rd"),
        (" 7548  Center St, ", "7548 Center St"),
        ("Königstraße 5", "Königstraße 5"),
        ("PO Box", None),
        ("General Delivery", None),
        ("need address", None),
        ("Hidden", None),
        ("[redacted]", None),
        ("N/A", None),
    ],
)
def test_a_street_in_real_life_forms(text: str, street: str | None) -> None:
    assert normalise_street(text) == street


@pytest.mark.parametrize(
    ("text", "city"),
    [("SAN DIEGO", "San Diego"), ("Köln,", "Köln"), ("12345", None), ("unknown", None)],
)
def test_a_city_in_real_life_forms(text: str, city: str | None) -> None:
    assert normalise_city(text) == city


@pytest.mark.parametrize(
    ("text", "country", "region"),
    [
        ("california", "US", "CA"),
        ("Ca.", "US", "CA"),
        ("gu", "US", "GU"),
        ("AE", "US", "AE"),
        ("nsw", "AU", "NSW"),
        ("BAVARIA", "DE", "Bavaria"),
        ("n/a", "US", None),
    ],
)
def test_a_region_in_real_life_forms(text: str, country: str, region: str | None) -> None:
    assert normalise_region(text, country) == region


@pytest.mark.parametrize(
    ("text", "country", "postcode"),
    [
        ("97201", "US", "97201"),
        ("97201-1234", "US", "97201"),
        ("97201 1234", "US", "97201"),
        ("972011234", "US", "97201"),
        ("2116", "US", "02116"),
        ("2116.0", "US", "02116"),
        ("'02116", "US", "02116"),
        ("97201-", "US", "97201"),
        ("00000", "US", None),
        ("99999", "US", None),
        ("12345", "US", None),
        ("OR 97201", "US", None),
        ("sw1a1aa", "GB", "SW1A 1AA"),
        ("SW1A  1AA", "GB", "SW1A 1AA"),
        ("k1a0b1", "CA", "K1A 0B1"),
        ("\uff11\uff10\uff10-0001", "JP", "100-0001"),
        ("10115", "DE", "10115"),
        ("1067", "DE", "01067"),
        ("1067.0", "DE", "01067"),
        ("D-01067", "DE", "01067"),
        ("6000", "FR", "06000"),
        ("8001", "CH", "8001"),
        ("0000", "DE", None),
        ("2116.0.0", "DE", "2116.0.0"),
        ("Berlin", "DE", None),
    ],
)
def test_a_postcode_in_real_life_forms(text: str, country: str, postcode: str | None) -> None:
    assert normalise_postcode(text, country) == postcode


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # street, unit, city, region, postcode
        (
            "7548 Center St, Apt 2, San Diego, CA 92101",
            ("7548 Center St", "Apt 2", "San Diego", "CA", "92101"),
        ),
        ("7548 Center St #4, Reno, Nevada 89501", ("7548 Center St", "#4", "Reno", "NV", "89501")),
        ("7548 Center St\nReno\nNV 89501", ("7548 Center St", None, "Reno", "NV", "89501")),
        ("7548 Center St", ("7548 Center St", None, None, None, None)),
        ("7548 Center St, San Diego", ("7548 Center St, San Diego", None, None, None, None)),
        ("unknown", None),
        (",,", None),
        (".\ufeff", None),
    ],
)
def test_an_address_in_one_line_falls_into_its_parts(
    text: str, parts: tuple[str | None, ...] | None
) -> None:
    found = split_address(text, "US")
    assert (astuple(found)[:5] if found else None) == parts


@given(almost, countries)
def test_normalised_parts_stay_as_they_are(text: str, country: str) -> None:
    assert is_settled(normalise_street, text)
    assert is_settled(normalise_city, text)
    assert is_settled(lambda said: normalise_region(said, country), text)
    assert is_settled(lambda said: normalise_postcode(said, country), text)


@given(almost)
def test_a_postcode_of_the_united_states_has_five_digits(text: str) -> None:
    postcode = normalise_postcode(text, "US")
    assert postcode is None or re.fullmatch(r"[0-9]{5}", postcode)


@given(st.sampled_from(["7548 center st", "101 w 5th ave", "9 o'farrell st"]), blanks, blanks)
def test_capitals_throughout_and_none_at_all_are_one_street(
    street: str, before: str, after: str
) -> None:
    assert normalise_street(f"{before}{street.upper()}{after}") == normalise_street(street)


@given(any_text | almost)
def test_any_text_gives_parts_that_are_there_or_nothing(text: str) -> None:
    found = split_address(text, "US")
    if found is not None:
        assert any(astuple(found))
        assert "" not in astuple(found)


def test_a_run_gives_a_postcode_its_lost_zero_back(tmp_path: Path) -> None:
    people = PEOPLE_YAML.replace("first}", "first, postcode: zip, country: land}")
    world = World(tmp_path, (people,))
    rows = ["1,a@example.com,,,1067,DE", "2,b@example.com,,,8001,CH", "3,c@example.com,,,2116,"]
    world.clean({"list_20260501.csv": "\n".join(["id,mail,first,stars,zip,land", *rows]) + "\n"})
    found = world.table("select postcode from clean.rows order by source_row")
    assert found["postcode"].to_list() == ["01067", "8001", "02116"]
