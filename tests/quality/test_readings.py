"""Columns read in bulk and one by one: the plain values and the odd ones, each at its place."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality import normalise
from cdp.quality.functions import FUNCTIONS
from cdp.quality.readings import TEXTS, Reading, ReadingOfLists

plain_or_odd = st.sampled_from(["a", "b", "ODD", "TWO WORDS", "NONE"])


def in_small_letters(text: str) -> str | None:
    """Nothing for NONE."""
    return None if text == "NONE" else text.lower()


def words_of(text: str, more: str) -> list[str]:
    """Every word, and one more; nothing for NONE."""
    return [] if text == "NONE" else [*text.lower().split(), more]


def small_letters(texts: pl.Series, *_more: pl.Series) -> pl.Series:
    """Texts of small letters as they are."""
    return pl.select(pl.when(texts.str.contains("^[a-z]+$")).then(texts).alias("t")).to_series()


@given(st.lists(st.none() | plain_or_odd, max_size=12))
def test_every_text_has_its_own_value(texts: list[str | None]) -> None:
    read = Reading(in_small_letters, small_letters)(pl.Series(texts, dtype=pl.String))
    assert read.to_list() == [text and in_small_letters(text) for text in texts]


@given(st.lists(st.tuples(st.none() | st.lists(plain_or_odd, max_size=4), st.sampled_from("xy"))))
def test_every_list_has_the_values_of_its_texts_once(
    rows: list[tuple[list[str] | None, str]],
) -> None:
    lists = pl.Series([texts for texts, _ in rows], dtype=TEXTS)
    more = pl.Series([word for _, word in rows], dtype=pl.String)
    found = ReadingOfLists(words_of, small_letters)(lists, more).to_list()
    for (texts, word), row in zip(rows, found, strict=True):
        each = [[t] if t.islower() else words_of(t, word) for t in texts or ()]
        assert row["usable"] == list(dict.fromkeys(value for values in each for value in values))
        assert row["refused"] == sum(not values for values in each)


names = st.none() | st.sampled_from(
    ["Ann", "ann", "Dr. Ann Lee Jr", "Ann Lee", "n/a", "Zoë", "LEE"]
)
places = st.none() | st.sampled_from(
    ["us", "Canada", "??", "1 Elm St, Salem, MA 01970", "Elm", "02116", "K1A 0B1", "n/a", "CA"]
)


def called(name: str, *columns: list[str | None]) -> list[dict[str, str | None]]:
    """What a function of SQL says of columns."""
    (function,) = (f for f in FUNCTIONS if f.name == name)
    rows: list[dict[str, str | None]] = function.call(
        *(pa.array(column, pa.string()) for column in columns)
    ).to_pylist()
    return rows


@given(st.lists(st.tuples(names, names, names, names, names, names), min_size=1, max_size=8))
def test_a_stated_part_of_a_name_beats_that_of_the_whole(
    rows: list[tuple[str | None, ...]],
) -> None:
    found = called("normal_name", *map(list, zip(*rows, strict=True)))
    for (full, given_, middle, surname, title, suffix), name in zip(rows, found, strict=True):
        whole = (normalise.split_full_name(full) if full else None) or normalise.PersonName()
        stated = normalise.PersonName(
            given_ and normalise.normalise_given_name(given_),
            middle and normalise.normalise_given_name(middle),
            surname and normalise.normalise_surname(surname),
            title and normalise.normalise_text(title),
            suffix and normalise.normalise_suffix(suffix),
        )
        assert name == {n: value or vars(whole)[n] for n, value in vars(stated).items()}


@given(st.lists(st.tuples(*[places] * 7), min_size=1, max_size=8), st.sampled_from(["US", "CA"]))
def test_a_code_is_read_in_the_stated_country(
    rows: list[tuple[str | None, ...]], default: str
) -> None:
    found = called("normal_address", *map(list, zip(*rows, strict=True)), [default for _ in rows])
    for row, place in zip(rows, found, strict=True):
        address, street, unit, city, region, postcode, country = row
        whole = (normalise.split_address(address, default) if address else None) or (
            normalise.PostalAddress()
        )
        land = country and normalise.normalise_country(country)
        stated = normalise.PostalAddress(
            street and normalise.normalise_street(street),
            unit and normalise.normalise_text(unit),
            city and normalise.normalise_city(city),
            region and normalise.normalise_region(region, land or default),
            postcode and normalise.normalise_postcode(postcode, land or default),
            land,
        )
        assert place == {n: value or vars(whole)[n] for n, value in vars(stated).items()}
