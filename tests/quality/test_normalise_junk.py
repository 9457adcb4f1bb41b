"""Placeholders never become values; their real neighbours do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import (
    normalise_city,
    normalise_country,
    normalise_device,
    normalise_email,
    normalise_given_name,
    normalise_handle,
    normalise_phone,
    normalise_postcode,
    normalise_region,
    normalise_street,
    normalise_surname,
    normalise_text,
    split_address,
    split_full_name,
)
from cdp.quality.normalise.junk import is_junk
from tests.quality.texts import blanks

NORMALISERS = (
    normalise_city,
    normalise_country,
    normalise_device,
    normalise_email,
    normalise_given_name,
    normalise_handle,
    normalise_street,
    normalise_surname,
    normalise_text,
    split_full_name,
    lambda text: normalise_phone(text, "US"),
    lambda text: normalise_postcode(text, "US"),
    lambda text: normalise_region(text, "US"),
    lambda text: split_address(text, "US"),
)

# What Amperity refuses in every field, and its like.
FILLERS = [
    *("BLOCKED", "COLLECT", "DECLINE", "DECLINED", "DECLINES", "DENIED", "EMPTY", "INFO", "N/A"),
    *("NAME", "NONE", "NULL", "REFUSED", "TBD", "TDB", "TEST", "TRAVEL", "UNKNOWN", "nan"),
    *("undefined", "-", "--", ".", "?", "NONE GIVEN", "NO VALUE", "NOT AVAILABLE", "NOT GIVEN"),
    *("not provided", "[REDACTED]", "****"),
]


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_is_no_value_in_any_field(filler: str) -> None:
    assert [normalise(filler) for normalise in NORMALISERS] == [None] * len(NORMALISERS)


@given(st.sampled_from(FILLERS), blanks, blanks, st.sampled_from([str.upper, str.lower]))
def test_a_filler_is_one_in_any_case_and_between_any_blanks(
    filler: str, before: str, after: str, cased: Callable[[str], str]
) -> None:
    assert is_junk(f"{before}{cased(filler)}{after}")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "test@test.com",
            "ann@test.com",
            "ann@test\u3002com",
            "ann@noemail.com",
            "ann@nomail.com",
        ),
        *("a**@example.com", "xxxx@example.com"),
        *(
            f"{local}@example.com"
            for local in (
                *("test", "noreply", "no-reply", "no_reply", "do-not-reply", "donotreply"),
                *("123", "abc", "asdf", "guest", "none", "null", "na", "noemail", "nothanks"),
                *("declined", "unknown", "fakename", "junk", "confirmation", "example", "email"),
            )
        ),
    ],
)
def test_a_placeholder_is_no_mailbox(address: str) -> None:
    assert normalise_email(address) is None
    assert normalise_email(address.upper()) is None


@pytest.mark.parametrize(
    "address",
    [
        *("testa@example.com", "tess.t@example.com", "noreplyann@example.com", "nora@example.com"),
        *("nullmann@example.com", "guestave@example.com", "ann@contest.com", "ann@mytest.com"),
        *("abc.def@example.com", "1234567@example.com", "info@example.com"),
    ],
)
def test_a_neighbour_of_a_placeholder_is_a_mailbox(address: str) -> None:
    assert normalise_email(address) == address


@pytest.mark.parametrize(
    "name", ["Guest", "Guests", "Customer", "Cardholder", "Visitor", "Gift", "Reserved", "No Name"]
)
def test_a_placeholder_is_no_name(name: str) -> None:
    assert normalise_given_name(name) is normalise_surname(name.upper()) is None


@pytest.mark.parametrize(
    "name", ["Guesto", "Nolan", "Tess", "Testa", "Blank-Lee", "Naomi", "Nonen"]
)
def test_a_neighbour_of_a_placeholder_is_a_name(name: str) -> None:
    assert normalise_given_name(name) == name


@pytest.mark.parametrize(
    "device",
    [
        "00000000-0000-0000-0000-000000000000",
        "0",
        "undefined",
        "null",
        "d41d8cd98f00b204e9800998ecf8427e",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "c" * 201,
    ],
)
def test_zeros_and_hashes_of_nothing_are_no_device(device: str) -> None:
    assert normalise_device(device) is None


def test_a_cookie_is_a_device_in_its_own_case() -> None:
    for device in ("GA1.2.1234567.1700000000", "00000000-0000-0000-0000-000000000001", "aBc9"):
        assert normalise_device(device) == device


@pytest.mark.parametrize("text", ["Unknown Pleasures Ltd", "No. 5", "Test Valley", "Infosys"])
def test_a_text_with_a_filler_inside_is_kept(text: str) -> None:
    assert normalise_text(text) == text
