"""Email addresses: one mailbox has one form, and what is no mailbox has none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import emails_in, normalise_email
from tests.quality.texts import any_text, blanks, is_settled, made_of

MAILBOX = re.compile(r"[^\s@<>\"]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")

almost = st.builds(
    lambda local, at, domain, end: f"{local}{at}{domain}{end}",
    made_of("abAB.+-_'", most=8),
    st.sampled_from(["@", "@", "@@", ""]),
    st.sampled_from(["example.com", "Example.ORG", "bücher.example", "test。com", "x", "-a.com"]),
    st.sampled_from(["", ".", ">", ";", "\u200b"]),
)
sound = st.from_regex(r"[a-z]{2,6}\.[a-z]{2,6}(\+[a-z]{1,4})?@example\.(com|org)", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("ann.lee@example.com", "ann.lee@example.com"),
        (" Ann.Lee@EXAMPLE.com ", "ann.lee@example.com"),
        ("Ann Lee <ann@example.com>", "ann@example.com"),
        ('"Lee, Ann" <Ann@example.com>', "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("'ann@example.com'", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@example.com;", "ann@example.com"),
        ("\ufeffann@example.com", "ann@example.com"),
        ("\u200bann@example.com\u200b", "ann@example.com"),
        ("\uff41nn@example\uff0ecom", "ann@example.com"),
        ("ann@mail.shop.example.co.uk", "ann@mail.shop.example.co.uk"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("jürgen@example.com", "jürgen@example.com"),
        ("ann@STRASSE.example", "ann@strasse.example"),
        # Today's rules of domains (IDNA 2008) keep this letter: another domain than strasse.
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("123456@example.com", "123456@example.com"),
        ("", None),
        ("ann", None),
        ("ann@example", None),
        ("@example.com", None),
        ("ann@@example.com", None),
        ("ann lee@example.com", None),
        ("ann\u2028lee@example.com", None),
        ("ann..lee@example.com", None),
        (".ann@example.com", None),
        ("ann.@example.com", None),
        ("ann@-example.com", None),
        ("ann@10.0.0.12", None),
        ("ann@example.com, bo@example.com", None),
        ("a***@example.com", None),
        ("x" * 65 + "@example.com", None),
    ],
)
def test_a_mailbox_in_real_life_forms(text: str, mailbox: str | None) -> None:
    assert normalise_email(text) == mailbox


def test_tags_and_dots_belong_to_the_mailbox() -> None:
    forms = ["annlee@example.com", "ann.lee@example.com", "ann.lee+shop@example.com"]
    assert [normalise_email(form) for form in forms] == forms


@given(any_text | almost)
def test_any_text_gives_a_lower_case_mailbox_or_nothing(text: str) -> None:
    mailbox = normalise_email(text)
    if mailbox is not None:
        assert MAILBOX.fullmatch(mailbox)
        assert mailbox == mailbox.lower()


@given(any_text | almost)
def test_a_normalised_mailbox_stays_as_it_is(text: str) -> None:
    assert is_settled(normalise_email, text)


@given(sound, blanks, blanks)
def test_neither_case_nor_blanks_around_make_another_mailbox(
    mailbox: str, before: str, after: str
) -> None:
    assert normalise_email(f"{before}{mailbox.upper()}{after}") == mailbox


@pytest.mark.parametrize(
    ("cell", "mailboxes"),
    [
        ("Lee, Ann <ann@example.com>", ["ann@example.com"]),
        ("Lee, Ann <ann@example.com>; Bo <bo@example.org>", ["ann@example.com", "bo@example.org"]),
        ("Ann <ann@example.com> Bo <bo@example.org>", ["ann@example.com", "bo@example.org"]),
        ("old@example.com <ann@example.com>", ["ann@example.com"]),
        ("ann/bo@example.com", ["ann/bo@example.com"]),
        ("ann|x@example.com / bo@example.org", ["ann|x@example.com", "bo@example.org"]),
        ("ann@example.com/bo@example.org", ["ann@example.com", "bo@example.org"]),
        ("ann@example.com and bo@example.org", ["ann@example.com", "bo@example.org"]),
        ("ann@example.com; n/a", ["ann@example.com"]),
        ("ann@example.com; bo@", ["ann@example.com"]),
        ("ann@example.com; ANN@example.com;", ["ann@example.com"]),
        ("ann@example.com; do not use", []),
        ("ann@bo@example.com", []),
        ("ann@example,com", []),
        ("n/a; none", []),
    ],
)
def test_a_cell_gives_the_mailboxes_in_it_and_never_a_piece_of_one(
    cell: str, mailboxes: list[str]
) -> None:
    assert list(emails_in(cell)) == mailboxes


@given(
    st.lists(sound, min_size=1, max_size=4, unique=True),
    st.sampled_from(["; ", ";", ", ", ",", " / ", " | ", "\n", "\r\n", "\t"]),
)
def test_several_mailboxes_in_one_cell_are_all_taken(mailboxes: list[str], between: str) -> None:
    assert list(emails_in(between.join(mailboxes))) == mailboxes


@given(any_text | almost)
def test_what_is_one_mailbox_is_so_as_a_cell(text: str) -> None:
    mailbox = normalise_email(text)
    assert mailbox is None or mailbox in emails_in(text)
