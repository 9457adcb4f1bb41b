"""Codes of records: what cheap tests on two of them tell about their values, in a few bytes each.

A test may let too much pass, never too little: see hints.py. So none of the codes needs to be the
same on another engine or day, and two values may share one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.resolve.comparison import Comparison
from cdp.resolve.terms import terms_of

RAREST_TERM = 1e-4
RAREST_BITS = -math.log2(RAREST_TERM)
"""A term weighs as if one value in ten thousand were like it, at most."""


def _letters(texts: pa.Array) -> pa.Array:
    """The bytes that a text holds, as 64 bits; two bytes may share one. Null for null."""
    texts = _whole(texts)
    return _marked(texts, np.frombuffer(texts.buffers()[2] or b"", np.uint8) & 63)


def _marks(lists: pa.Array) -> pa.Array:
    """The values that a list holds, as 64 bits; two values may share one. Null for null."""
    lists = _whole(lists)
    values = pl.Series(lists.values, dtype=pl.String)
    return _marked(lists, (values.hash() % 64).to_numpy())


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _marked(rows: pa.Array, places: npt.NDArray[np.integer]) -> pa.Array:
    """Each row's places as one number; Arrow's offsets tell which are whose."""
    ends = np.frombuffer(rows.buffers()[1], np.int32)[rows.offset : rows.offset + len(rows) + 1]
    is_filled = np.diff(ends) > 0
    marks = np.zeros(len(rows), np.uint64)
    if is_filled.any():
        bits = np.uint64(1) << places[: ends[-1]].astype(np.uint64)
        marks[is_filled] = np.bitwise_or.reduceat(bits, ends[:-1][is_filled])
    return pa.array(marks.view(np.int64), mask=np.asarray(rows.is_null()))


FUNCTIONS = (
    SqlFunction("letters", _letters, ("VARCHAR",), "BIGINT"),
    SqlFunction("marks", _marks, ("VARCHAR[]",), "BIGINT"),
)


def _code(value: str) -> str:
    return f"case when {value} is not null then cast(hash({value}) >> 34 as integer) + 1 end"


def _only(values: str) -> str:
    """The code of a list's one value; 0 where there are several, which then match anything."""
    return f"case when len({values}) > 1 then 0 else {_code(values + '[1]')} end"


_CODES: Mapping[str, str] = {
    **{
        name: _code(name)
        for name in (
            "given", "surname", "middle", "birth_date", "sex", "suffix", "street", "street_number",
            "street_name", "unit", "city", "region", "postcode", "company",
        )
    },
    **{name: _only(name) for name in ("emails", "locals", "phones", "devices", "handles")},
    **{f"{n}_length": f"cast(strlen({n}) as float)" for n in ("given", "surname", "street")},
    **{
        f"{name}_letters": f"letters({value})"
        for name, value in {
            "given": "given", "surname": "surname", "street": "street", "birth_date": "birth_date",
            "email": "emails[1]", "phone": "phones[1]", "handle": "handles[1]",
        }.items()
    },
    # Signs beyond ASCII are one to us, so that only what surely differs does.
    **{f"{n}_initial": f"ord({n}) * cast(ord({n}) < 128 as int)" for n in ("given", "surname")},
    "place": _code("coalesce(postcode, city, region)"),
    "is_given_initial": "length(given) = 1",
    "is_given_inferred": "is_given_inferred",
    "is_surname_inferred": "is_surname_inferred",
    "given_forms": "marks(given_forms)",
    "surname_words": "marks(string_split(surname, ' '))",
    "middle_initial": _code("nullif(substr(middle, 1, 1), '')"),
    "email_tail": _code(r"regexp_extract(emails[1], '\d*@')"),
    "phone_start": "case when length(phones[1]) < 9 then 0 else hash(left(phones[1], 4)) >> 34 end",
    "phone_end": "case when length(phones[1]) < 9 then 0 else hash(right(phones[1], 4)) >> 34 end",
}  # fmt: skip


def code_query(comparisons: Sequence[Comparison], *, source: str, rest_bits: str) -> str:
    """SQL of ``work.codes``: grain one record, key record_id.

    Beside the codes: for each term how rare the record's value is (bits); and ``source``, SQL over
    features, and ``rest_bits``, SQL over codes, as columns of their names.
    """
    terms = terms_of(comparisons)
    counted = [
        f"(select {term} as value, -log2(greatest({RAREST_TERM}, tf_{term})) as bits"
        f" from work.tf_{term}) as {term}_counted"
        for term in terms
    ]
    own = [c.column for c in comparisons if c.column]
    codes = {**_CODES, **{column: _code(column) for column in own}}
    codes |= {f"{column}_letters": f"letters(cast({column} as varchar))" for column in own}
    listed = ", ".join(f"{sql} as {name}" for name, sql in codes.items())
    rare = "".join(f", cast({term}_counted.bits as float) as {term}_bits" for term in terms)
    joined = "".join(
        f" left join {table} on {term} = {term}_counted.value"
        for term, table in zip(terms, counted, strict=True)
    )
    return (
        f"select *, cast({rest_bits} as float) as rest_bits"
        f" from (select record_id, {source} as source, {listed}{rare}"
        f" from work.features{joined}) as coded"
    )
