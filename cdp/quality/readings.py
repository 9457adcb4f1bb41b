"""Normalisers over columns: what is plain is read in bulk, every other value asks one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

_CACHE = 1 << 18
TEXTS = pl.List(pl.String)


def nothing_plain(texts: pl.Series, *_settings: pl.Series) -> pl.Series:
    """Reads nothing in bulk."""
    return texts.clear(len(texts))


class Reading:
    """A normaliser of one text and its settings, for columns of them.

    ``plain`` takes the same as columns and answers null where it leaves a text to the
    normaliser, of which the same question is asked once.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        plain: Callable[..., pl.Series] = nothing_plain,
        kind: pl.DataType | type[pl.DataType] = pl.String,
    ) -> None:
        self._plain, self._kind = plain, kind
        self._asked = lru_cache(maxsize=_CACHE)(call)

    def __call__(self, texts: pl.Series, *settings: pl.Series) -> pl.Series:
        """The value of every text; null for null, and where it has none."""
        if texts.null_count() == len(texts):
            return pl.Series(texts.name, [None] * len(texts), self._kind)
        read = self._plain(texts, *settings)
        rest = (read.is_null() & texts.is_not_null()).arg_true()
        if rest.is_empty():
            return read.cast(self._kind)
        odd = zip(*(column.gather(rest) for column in (texts, *settings)), strict=True)
        answers = pl.Series([self._asked(*one) for one in odd], dtype=self._kind)
        places = pl.int_range(len(texts), eager=True).scatter(
            rest, pl.int_range(len(texts), len(texts) + len(rest), eager=True)
        )
        return read.cast(self._kind).append(answers).gather(places)


class ReadingOfLists:
    """A normaliser that finds any number of values in a text, for columns of lists of texts.

    ``plain`` answers texts that hold one value.
    """

    def __init__(
        self, call: Callable[..., Sequence[str]], plain: Callable[..., pl.Series] = nothing_plain
    ) -> None:
        def one_each(texts: pl.Series, *settings: pl.Series) -> pl.Series:
            value = plain(texts, *settings)
            listed = pl.when(value.is_not_null()).then(pl.concat_list(value))
            return pl.select(listed.alias("values")).to_series()

        self._of_texts = Reading(call, one_each, TEXTS)

    def __call__(self, lists: pl.Series, *settings: pl.Series) -> pl.Series:
        """For every list the values found, each once, in their order, and how many texts had none.

        A null list is an empty one.
        """
        names = [f"setting_{place}" for place in range(len(settings))]
        given = [column.alias(name) for column, name in zip(settings, names, strict=True)]
        rows = pl.DataFrame([lists.alias("text"), *given]).with_row_index("row")
        texts = rows.explode("text").drop_nulls("text")
        values = self._of_texts(texts["text"], *(texts[name] for name in names))
        of_row = texts.select("row", values.alias("values")).group_by("row")
        found = of_row.agg(
            pl.col("values").explode().drop_nulls().unique(maintain_order=True).alias("usable"),
            (pl.col("values").list.len() == 0).sum().cast(pl.Int64).alias("refused"),
        )
        every = rows.select("row").join(found, on="row", how="left", maintain_order="left")
        usable = pl.col("usable").fill_null(pl.lit([], TEXTS))
        both = pl.struct(usable, pl.col("refused").fill_null(0)).alias("found")
        return every.select(both).to_series()


def parts(whole: pl.Series, **stated: pl.Series) -> pl.Series:
    """Structs of stated values; where one is null, the field of its name of the whole."""
    fields = [
        pl.coalesce(values, whole.struct.field(name)).alias(name) for name, values in stated.items()
    ]
    return pl.select(pl.struct(fields).alias("parts")).to_series()
