"""No pair weighs more than its bound: nothing that Splink would have kept is passed over."""

from __future__ import annotations

from contextlib import closing
from typing import get_args

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.project import Compared
from cdp.project.resolving import Kind
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.bounds import keep_likely
from cdp.resolve.comparison import Comparison
from cdp.resolve.comparisons import COMPARISONS
from cdp.resolve.hints import HINTS
from cdp.resolve.model import shipped_model
from cdp.resolve.scoring import score
from cdp.resolve.terms import count_terms, spread_terms
from cdp.tables import CONTRACTS

TEXTS = {
    "given": ["ann", "anna", "nan", "hannah", "a", "ä", "öl", "lee", "johann", "jonas", None],
    "surname": ["lee", "leigh", "lee smith", "smith", "smyth", "ann", "anna", "éa", None],
    "middle": ["b", "bo", "bea", "c", None],
    "birth_date": ["1980-03-04", "1980-04-03", "1980-03-05", "1981-03-04", "1890-03-04", None],
    "sex": ["F", "M", None],
    "suffix": ["jr", "sr", None],
    "street": ["12 main st", "12 mian st", "21 main st", "12 oak ave", "3 main st", None],
    "unit": ["4", "4b", "b4", None],
    "city": ["austin", "austen", "boston", None],
    "region": ["tx", "ma", None],
    "postcode": ["78701", "78702", "2101", None],
    "company": ["acme", "acme labs", "zeta", None],
    "own_exact": ["gold", "blue", None],
    "own_text": ["head of sales", "head sales", "zoo", None],
    "own_date": ["2020-03-04", "2020-04-03", "2020-03-05", "1985-03-04", None],
    "own_number": ["1000", "1040", "-1000", "0", None],
    "own_identifier": ["ab12345", "ab12354", "ab1234", "ba12345", "zz99999", None],
}
OWN = comparisons_of({n: Compared(kind=n) for n in get_args(Kind)})[len(COMPARISONS) :]
LISTS = {
    "emails": ["ann.lee12@example.com", "ann.lee21@example.com", "anne.lee12@example.com",
               "lee@example.org", "ann@example.com", "ann_lee12@example.com"],
    "phones": ["+13055550101", "+13055550110", "13055550101", "+13055559101", "5550101", "555101"],
    "devices": ["d1", "d2"],
    "handles": ["annlee", "annle", "leeann", "zoe"],
}  # fmt: skip
ROW = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in TEXTS.items()}
    | {name: st.lists(st.sampled_from(v), max_size=2, unique=True) for name, v in LISTS.items()}
    | {"source": st.sampled_from(["crm", "shop"]), "holders": st.integers(1, 3)}
    | {"is_given_inferred": st.booleans(), "is_surname_inferred": st.booleans()}
)
FEATURES = """
create table work.features as select
    record_id, source, given, given_forms, surname_forms, is_given_inferred, middle, surname,
    is_surname_inferred, holders * 7 as given_records, 9 - holders as surname_records,
    list_concat([string_split(e, '@')[1] for e in emails], handles) as accounts,
    suffix, birth_date, sex, street, regexp_extract(street, '^\\d+\\w*') as street_number,
    trim(regexp_replace(street, '^\\d+\\w*', '', 'g')) as street_name,
    unit, city, region, postcode, company,
    own_exact, own_text, own_date, cast(own_number as double) as own_number, own_identifier,
    case when len(emails) > 0 then emails end as emails,
    case when holders = 1 then emails else [] end as emails_own,
    case when holders = 2 then emails else [] end as emails_of_two,
    [string_split(e, '@')[1] for e in emails] as locals,
    case when len(phones) > 0 then phones end as phones,
    case when holders = 1 then phones else [] end as phones_own,
    case when holders = 2 then phones else [] end as phones_of_two,
    case when len(devices) > 0 then devices end as devices,
    case when holders = 1 then devices else [] end as devices_own,
    case when holders = 2 then devices else [] end as devices_of_two,
    case when len(handles) > 0 then handles end as handles
from (select *, case when given is null then []::varchar[]
                  when given like '%an%' then [given, 'ann']
             else [given] end as given_forms,
             case when surname is null then []::varchar[] else [surname] end as surname_forms
      from stated)
"""


Row = dict[str, object]
SCHEMA = (
    dict.fromkeys([*TEXTS, "source"], pl.String)
    | dict.fromkeys(LISTS, pl.List(pl.String))
    | {"holders": pl.Int64, "is_given_inferred": pl.Boolean, "is_surname_inferred": pl.Boolean}
)


def weighed(rows: list[Row], comparison: Comparison) -> pl.DataFrame:
    """All pairs: what they weigh by one comparison, and the most that they may."""
    stated = pl.DataFrame(rows, schema=SCHEMA).with_row_index("record_id")
    sources = ("crm + crm", "crm + shop", "shop + shop")
    model = shipped_model([comparison], record_count=len(rows), sources=sources)
    with closing(DuckDBEngine()) as scratch:
        scratch.connection.execute("create schema work")
        scratch.connection.register("stated", stated.to_arrow())
        scratch.connection.execute(FEATURES)
        scratch.connection.execute(
            "create table work.pairs as select 0 as match_key, l.record_id as join_key_l,"
            " r.record_id as join_key_r"
            " from stated as l join stated as r on l.record_id < r.record_id"
        )
        scratch.ensure(CONTRACTS["model.terms"])
        counted = scratch.query(count_terms([comparison], "m").sql) if comparison.term else None
        if counted is not None:
            scratch.store_frame(CONTRACTS["model.terms"], counted, append=True)
        spread_terms(scratch, [comparison])
        pairs = {"candidates": "work.pairs"}
        scored = score(scratch, model, [comparison], min_weight_bits=None, **pairs)
        likely = keep_likely(scratch, model, [comparison], min_weight_bits=-1e9, **pairs)
        most = scratch.query(f"select * from {likely}")
    return scored.join(
        most, left_on=["record_l", "record_r"], right_on=["join_key_l", "join_key_r"], how="left"
    ).select(
        f"gamma_{comparison.name}",
        weight=pl.col("match_weight") - pl.col("household_bits"),
        most=pl.col("most_bits") + model.prior_bits,
    )


@pytest.mark.parametrize("comparison", [*COMPARISONS, *OWN], ids=lambda comparison: comparison.name)
@settings(max_examples=3, phases=[Phase.generate])
@given(rows=st.lists(ROW, min_size=30, max_size=60))
def test_no_pair_weighs_more_than_its_bound(comparison: Comparison, rows: list[Row]) -> None:
    found = weighed(rows, comparison)
    assert found["most"].null_count() == 0
    assert found.filter(pl.col("weight") > pl.col("most") + 0.001).is_empty()


def test_every_hint_is_of_a_level() -> None:
    levels = {c.name: set(c.level_names) for c in COMPARISONS}
    assert all(set(hints.needs) <= levels[name] for name, hints in HINTS.items())
