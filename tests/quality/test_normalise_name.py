"""Names: parts found, case mended only where there is none, fillers refused."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import (
    normalise_given_name,
    normalise_suffix,
    normalise_surname,
    split_full_name,
)
from tests.quality.texts import any_text, blanks, is_settled, made_of

almost = made_of("aAbB -'.,éßİ", most=12)
words = st.from_regex(r"[a-z]{2,8}", fullmatch=True).filter(normalise_given_name)
# No title, suffix or degree: those are short, and a place in the name decides what they are.
plain_words = st.from_regex(r"[b-d][a-w]{4,8}q", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann", "Ann"),
        (" ANN ", "Ann"),
        ("ann", "Ann"),
        ("b", "B"),
        ("MARY-ANN", "Mary-Ann"),
        ("mary  ann", "Mary Ann"),
        ("JosÉ", "JosÉ"),
        ("josé", "José"),
        ("Jose\u0301", "José"),
        ("李", "李"),
        ("DeShawn", "DeShawn"),
        ("Jos\u00c3\u00a9", "José"),
        ("Rados\u00c5\u0082aw", "Radosław"),
        ("Ângela", "Ângela"),
        ("Müller Ã", "Müller Ã"),
        ("db320f93ead463e1a2faee198cd9a122", None),
        ("XgyqsB0TWiMCtrwGLrqt0g==", None),
        ("ann@example.com", None),
        ("12", None),
        ("-", None),
        ("Guest", None),
        ("N/A", None),
    ],
)
def test_a_given_name_in_real_life_forms(text: str, name: str | None) -> None:
    assert normalise_given_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("O'NEIL", "O'Neil"),
        ("o\u2019neil", "O\u2019Neil"),
        ("MCDONALD", "McDonald"),
        ("VAN DE BERG", "van de Berg"),
        ("SMITH-JONES", "Smith-Jones"),
        ("weiß", "Weiß"),
        ("MacLeod", "MacLeod"),
        ("de la cruz", "de la Cruz"),
    ],
)
def test_a_family_name_in_real_life_forms(text: str, name: str) -> None:
    assert normalise_surname(text) == name


@pytest.mark.parametrize(
    ("text", "suffix"),
    [("jr.", "Jr"), ("Senior", "Sr"), ("iii", "III"), ("2nd", "II"), ("PhD", None), ("", None)],
)
def test_a_suffix_in_real_life_forms(text: str, suffix: str | None) -> None:
    assert normalise_suffix(text) == suffix


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # given, middle, surname, title, suffix
        ("Ann Lee", ("Ann", None, "Lee", None, None)),
        ("ANN LEE", ("Ann", None, "Lee", None, None)),
        ("Lee, Ann", ("Ann", None, "Lee", None, None)),
        ("LEE, ANN B.", ("Ann", "B.", "Lee", None, None)),
        ("Ann B. Lee", ("Ann", "B.", "Lee", None, None)),
        ("Ann Lee Jr.", ("Ann", None, "Lee", None, "Jr")),
        ("Ann Lee, Jr.", ("Ann", None, "Lee", None, "Jr")),
        ("Lee, Ann, Jr.", ("Ann", None, "Lee", None, "Jr")),
        ("Lee Jr, Ann", ("Ann", None, "Lee Jr", None, None)),
        ("Ann Lee, PhD", ("Ann", None, "Lee", None, None)),
        ("Dr. Ann Lee", ("Ann", None, "Lee", "Dr", None)),
        ("Lee, Dr. Ann", ("Ann", None, "Lee", "Dr", None)),
        ("Sr. Juan Ruiz", ("Juan", None, "Ruiz", "Sr", None)),
        ("Jan van der Berg", ("Jan", None, "van der Berg", None, None)),
        ("VAN DER BERG, JAN", ("Jan", None, "van der Berg", None, None)),
        ("Ann", ("Ann", None, None, None, None)),
        ("Ann Unknown", ("Ann", None, None, None, None)),
        ("Guest User", None),
        ("Test Test", None),
        ("Valued Customer", None),
        ("ann@example.com", None),
        ("12345", None),
        ("", None),
    ],
)
def test_a_whole_name_falls_into_its_parts(text: str, parts: tuple[str | None, ...] | None) -> None:
    found = split_full_name(text)
    assert (astuple(found) if found else None) == parts


@given(almost)
def test_a_normalised_name_stays_as_it_is(text: str) -> None:
    assert is_settled(normalise_given_name, text)
    assert is_settled(normalise_surname, text)
    assert is_settled(normalise_suffix, text)


@given(words, blanks, blanks)
def test_capitals_throughout_and_none_at_all_are_one_name(
    word: str, before: str, after: str
) -> None:
    assert normalise_surname(f"{before}{word.upper()}{after}") == normalise_surname(word)


@given(any_text | almost)
def test_any_text_gives_parts_that_are_there_or_nothing(text: str) -> None:
    found = split_full_name(text)
    if found is not None:
        assert found.given_name or found.surname
        assert all(part is None or (part.strip() and "\x00" not in part) for part in astuple(found))


@given(plain_words, plain_words)
def test_both_orders_of_a_name_are_one_name(given_name: str, surname: str) -> None:
    one, other = f"{given_name} q. {surname}", f"{surname}, {given_name} q."
    assert split_full_name(one) == split_full_name(other)


@given(
    st.text(st.sampled_from("éüßñłÉøЖ李かa b'"), min_size=1, max_size=12),
    st.sampled_from(["latin-1", "cp1252"]),
)
def test_a_name_misread_by_its_reader_comes_back(name: str, misread_as: str) -> None:
    try:
        misread = name.encode("utf-8").decode(misread_as)
    except UnicodeDecodeError:
        return
    assert normalise_surname(misread) == normalise_surname(name)
