"""Read raw rows by their source contract: one query per source, built, never glued.

A row's JSON object is parsed once, for all the columns that the contract names, into a list;
every canonical column is an expression over that list. A header with a quote in it is a literal
like any other. Blank text is null. What the contract does not name stays, as JSON, in ``extra``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from cdp.engine import Engine, Statement, built
from cdp.ingest.cells import Cells
from cdp.ingest.expressions import json_object, literal, literals, present, sql
from cdp.ingest.line_items import folding, item_cells
from cdp.project import (
    Amount,
    ColumnOrValue,
    Consent,
    Instant,
    Source,
    columns_mapped,
    columns_named,
)
from cdp.tables import CONTRACTS
from cdp.tables.clean import CONSENTS, PERSON_LISTS, PERSON_TEXT

MAPPED = CONTRACTS["mapped.rows"]
_PROVENANCE = ("delivery_id", "source_file", "source_row", "delivered_at", "fault", "fields")


def map_rows(engine: Engine, source: Source, *, delivery_ids: Sequence[str]) -> int:
    """Fill ``mapped.rows`` with the rows of some deliveries of one source; the number of rows.

    Rows that could not be read keep their place with their fault; nothing is dropped here.
    """
    bound = {"deliveries": ",".join(delivery_ids)}
    with engine.frugal():
        return engine.replace(mapping_statement(source), values=bound)


def mapping_statement(source: Source) -> Statement:
    """The query that reads a source's raw rows as ``mapped.rows``."""
    is_nested = source.format.has_paths
    row = _RawRow(source, Cells(columns_named(source), is_nested=is_nested))
    query = exp.select(*(_final(name, row).as_(name) for name in MAPPED.column_names))
    for name, part in {**_parsed_rows(row, is_nested=is_nested), **_read_rows(row)}.items():
        query = query.with_(name, as_=part)
    query = query.from_("persons_of_row")
    if source.line_items:
        # Others stay in the order of their file; to sort them takes as much room as they do.
        query = query.order_by("delivery_id", "source_row")
    return built(f"mapping of source {source.name}", query, writes=MAPPED.name)


def _parsed_rows(row: _RawRow, *, is_nested: bool) -> dict[str, exp.Expr]:
    """Name -> query, in their order; ``parsed`` has every row with its named cells."""
    if not row.source.line_items:
        return {"parsed": _raw_rows(row.source, row.cells)}
    own = item_cells(row.source, is_nested=is_nested)
    cells = row.cells.read_from(exp.column("fields"))
    parsed = exp.select(*_PROVENANCE, cells.as_("cells")).from_("folded_rows")
    return {**folding(row.source, own, _raw_rows(row.source, own)), "parsed": parsed}


def _read_rows(row: _RawRow) -> dict[str, exp.Expr]:
    columns = (value.as_(name) for name, value in row.values().items())
    return {
        "columns_of_row": exp.select(*_PROVENANCE, *columns).from_("parsed"),
        "persons_of_row": exp.select("*", row.stated().as_("stated")).from_("columns_of_row"),
    }


def _raw_rows(source: Source, cells: Cells) -> exp.Select:
    """Raw rows of the bound deliveries with ``cells`` beside them."""
    provenance = (exp.column(n, "d" if n == "delivered_at" else "r") for n in _PROVENANCE)
    return (
        exp.select(*provenance, cells.read_from(exp.column("fields", "r")).as_("cells"))
        .from_(exp.to_table(f"raw.{source.name}").as_("r"))
        .join(exp.to_table("ops.deliveries").as_("d"), on="r.delivery_id = d.delivery_id")
        .where(sql("list_contains(string_split($deliveries, ','), r.delivery_id)"))
    )


def _final(name: str, row: _RawRow) -> exp.Expr:
    if name == "source":
        return exp.Literal.string(row.source.name)
    if name == "person_hash":
        return sql("case when stated <> '{}' then md5(stated) end")
    if name == "content_hash":
        return sql("md5(coalesce(fields, ''))")
    if name == "extra":
        return row.unmapped()
    return exp.column(name)


@dataclass(frozen=True)
class _RawRow:
    """Expressions over one raw row whose named columns were parsed into the list ``cells``."""

    source: Source
    cells: Cells

    def values(self) -> dict[str, exp.Expr]:
        """Column of ``mapped.rows`` -> its expression."""
        source, ref = self.source, self.source.person_ref
        values = {
            "set_aside": self._set_aside(),
            "record_key": self.cells.key(source.record_key),
            "touchpoint_key": self.cells.key(source.touchpoint_key),
            "ref_source": literal(ref.source if ref else None),
            "ref_key": self.cells.key(ref.key if ref else None),
            "observed_at_stated": self._text_of(source.observed_at),
            "occurred_at_stated": self._text_of(source.occurred_at),
            "channel": self._channel(),
            "event_type": self._either(source.event_type),
            "amount_stated": self._text_of(source.amount),
            "currency": self._either(source.currency),
            "score_stated": self.cells.text(source.score),
            "campaign": self.cells.text(source.campaign),
            "keys": self._keys(),
            "declared": json_object({n: self.cells.text(c) for n, c in source.attributes.items()}),
        }
        for name, (word, _) in PERSON_LISTS.items():
            values[name] = present([self.cells.text(c) for c in source.person.get(word, ())])
        for name in PERSON_TEXT:
            values[name] = self.cells.joined(
                source.person.get(name, ()), ", " if name == "address" else " "
            )
        for name in CONSENTS:
            values[name] = self._consent(source.consent.get(name.removesuffix("_consent")))
        return values

    def _text_of(self, part: Instant | Amount | None) -> exp.Expr:
        return self.cells.text(part.column if part else None)

    def stated(self) -> exp.Expr:
        """The person as a JSON object of the fields that are there, in a fixed order.

        Absent fields are left out, so that a canonical field invented later changes no
        fingerprint of a row that does not have it.
        """
        names = sorted([*PERSON_LISTS, *PERSON_TEXT, *CONSENTS, "keys", "declared"])
        mapped = {
            *self.source.person,
            *(n for n, (word, _) in PERSON_LISTS.items() if word in self.source.person),
            *(f"{channel}_consent" for channel in self.source.consent),
            *(["keys"] if self.source.keys or self.source.record_key else []),
            *(["declared"] if self.source.attributes else []),
        }
        if self.source.person_ref is not None:
            return literal("{}")
        return json_object(
            {name: exp.column(name) for name in names if name in mapped},
            lists={*PERSON_LISTS, "keys"}, flags=CONSENTS,
        )  # fmt: skip

    def unmapped(self) -> exp.Expr:
        """What no mapped column takes: the row's object with the mapped members removed."""
        merged = self.cells.taken_from(exp.column("fields"), columns_mapped(self.source))
        readable = exp.Is(this=exp.column("fields"), expression=exp.Null()).not_()
        return exp.Case().when(readable, exp.cast(merged, "varchar"))

    def _either(self, either: ColumnOrValue | None) -> exp.Expr:
        if either is None or either.column is None:
            return literal(either.value if either else None)
        return self.cells.text(either.column)

    def _channel(self) -> exp.Expr:
        """The word for every row, or that of a column; without one, the source's name."""
        channel = self.source.channel
        if channel is None or channel.column is None:
            return self._either(channel)
        word = exp.func("lower", self.cells.text(channel.column))
        return exp.func("coalesce", word, exp.Literal.string(self.source.name))

    def _keys(self) -> exp.Expr:
        named = {**self.source.keys}
        if self.source.record_key is not None:
            named[self.source.name] = self.source.record_key
        keys = present(
            [
                exp.DPipe(this=exp.Literal.string(f"{n}:"), expression=self.cells.key(columns))
                for n, columns in named.items()
            ]
        )
        if self.source.merged_keys is None:
            return keys
        return exp.func("list_concat", keys, self._merged_keys(self.source.merged_keys))

    def _merged_keys(self, column: str) -> exp.Expr:
        """Former keys of records that the source itself has merged into this one."""
        cell = self.cells.cell(column).sql(dialect="duckdb")
        parts = f"regexp_split_to_array(coalesce({cell}, ''), '[;,|\\s]+')"
        stated = f"list_filter({parts}, lambda x: x <> '')"
        # A name holds no sign of its own, so it may stand in the text.
        return sql(f"list_transform({stated}, lambda x: '{self.source.name}:' || x)")

    def _consent(self, consent: Consent | None) -> exp.Expr:
        if consent is None:
            return exp.cast(exp.Null(), "boolean")
        if consent.value is not None:
            return exp.Boolean(this=consent.value == "granted")
        word = exp.func("lower", self.cells.text(consent.from_column))
        cases = exp.Case()
        for answer, words in ((True, consent.granted), (False, consent.refused)):
            if words:
                is_said = exp.In(this=word.copy(), expressions=literals(words))
                cases = cases.when(is_said, exp.Boolean(this=answer))
        return exp.cast(cases, "boolean")

    def _set_aside(self) -> exp.Expr:
        if not self.source.set_aside:
            return literal(None)
        cases = exp.Case()
        for rule in self.source.set_aside:
            text = self.cells.text(rule.column)
            if rule.matches is None:
                is_blank = exp.Is(this=text, expression=exp.Null())
                matches: exp.Expr = exp.and_(sql("fields is not null"), is_blank)
            else:
                matches = exp.func("regexp_matches", text, exp.Literal.string(rule.matches))
            cases = cases.when(matches, exp.Literal.string(rule.reason))
        return cases
