"""Read raw rows by their source contract: one query per source, built, never glued.

A row's JSON object is parsed once, for all the columns that the contract names, into a list;
every canonical column is an expression over that list. A header with a quote in it is a literal
like any other. Blank text is null. What the contract does not name stays, as JSON, in ``extra``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from cdp.engine import Engine, Statement, built
from cdp.project import Amount, ColumnOrValue, Consent, Instant, Source, columns_named
from cdp.tables import CONTRACTS
from cdp.tables.clean import CONSENTS, PERSON_LISTS, PERSON_TEXT

MAPPED = CONTRACTS["mapped.rows"]
_PROVENANCE = ("delivery_id", "source_file", "source_row", "delivered_at", "fault", "fields")


def map_rows(engine: Engine, source: Source, *, delivery_ids: Sequence[str]) -> int:
    """Fill ``mapped.rows`` with the rows of some deliveries of one source; the number of rows.

    Rows that could not be read keep their place with their fault; nothing is dropped here.
    """
    return engine.replace(mapping_statement(source), values={"deliveries": ",".join(delivery_ids)})


def mapping_statement(source: Source) -> Statement:
    """The query that reads a source's raw rows as ``mapped.rows``."""
    row = _RawRow(source, columns_named(source))
    values = row.values()
    columns = exp.select(*_PROVENANCE, *(value.as_(name) for name, value in values.items()))
    final = (_final(name, row).as_(name) for name in MAPPED.column_names)
    query = (
        exp.select(*final)
        .with_("parsed", as_=row.parsed())
        .with_("columns_of_row", as_=columns.from_("parsed"))
        .with_(
            "persons_of_row",
            as_=exp.select("*", row.stated().as_("stated")).from_("columns_of_row"),
        )
        .from_("persons_of_row")
        .order_by("delivery_id", "source_row")
    )
    return built(f"mapping of source {source.name}", query, writes=MAPPED.name)


def _final(name: str, row: _RawRow) -> exp.Expr:
    if name == "source":
        return exp.Literal.string(row.source.name)
    if name == "person_hash":
        return _sql("case when stated <> '{}' then md5(stated) end")
    if name == "content_hash":
        return _sql("md5(coalesce(fields, ''))")
    if name == "extra":
        return row.unmapped()
    return exp.column(name)


@dataclass(frozen=True)
class _RawRow:
    """Expressions over one raw row whose named columns were parsed into the list ``cells``."""

    source: Source
    columns: tuple[str, ...]

    def parsed(self) -> exp.Select:
        """Raw rows of the bound deliveries with ``cells`` beside them."""
        pointers = exp.Array(
            expressions=[exp.Literal.string(self._pointer(c)) for c in self.columns]
        )
        cells = exp.func("json_extract_string", exp.column("fields", "r"), pointers)
        provenance = (exp.column(n, "d" if n == "delivered_at" else "r") for n in _PROVENANCE)
        return (
            exp.select(*provenance, cells.as_("cells"))
            .from_(exp.to_table(f"raw.{self.source.name}").as_("r"))
            .join(exp.to_table("ops.deliveries").as_("d"), on="r.delivery_id = d.delivery_id")
            .where(_sql("list_contains(string_split($deliveries, ','), r.delivery_id)"))
        )

    def values(self) -> dict[str, exp.Expr]:
        """Column of ``mapped.rows`` -> its expression."""
        source, ref = self.source, self.source.person_ref
        values = {
            "set_aside": self._set_aside(),
            "record_key": self.text(source.record_key),
            "touchpoint_key": self.text(source.touchpoint_key),
            "ref_source": _literal(ref.source if ref else None),
            "ref_key": self.text(ref.key if ref else None),
            "observed_at_stated": self._text_of(source.observed_at),
            "occurred_at_stated": self._text_of(source.occurred_at),
            "channel": _literal(source.channel),
            "event_type": self._either(source.event_type),
            "amount_stated": self._text_of(source.amount),
            "currency": self._either(source.currency),
            "score_stated": self.text(source.score),
            "campaign": self.text(source.campaign),
            "keys": self._keys(),
            "declared": _json({n: self.text(c) for n, c in source.attributes.items()}),
        }
        for name, (word, _) in PERSON_LISTS.items():
            values[name] = _present([self.text(c) for c in source.person.get(word, ())])
        for name in PERSON_TEXT:
            values[name] = self._joined(
                source.person.get(name, ()), ", " if name == "address" else " "
            )
        for name in CONSENTS:
            values[name] = self._consent(source.consent.get(name.removesuffix("_consent")))
        return values

    def text(self, column: str | None) -> exp.Expr:
        """A column's text, trimmed; null when blank or not mapped."""
        if column is None:
            return _literal(None)
        # The position is ours, so it may stand in the text of the expression.
        return _sql(f"nullif(trim(cells[{self.columns.index(column) + 1}]), '')")

    def _joined(self, columns: Sequence[str], between: str) -> exp.Expr:
        """The parts of one value that are there, such as number and street; null without any."""
        if len(columns) < 2:
            return self.text(next(iter(columns), None))
        parts = exp.Anonymous(
            this="array_to_string",
            expressions=[_present([self.text(c) for c in columns]), exp.Literal.string(between)],
        )
        return exp.func("nullif", parts, exp.Literal.string(""))

    def _text_of(self, part: Instant | Amount | None) -> exp.Expr:
        return self.text(part.column if part else None)

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
            return _literal("{}")
        return _json({name: exp.column(name) for name in names if name in mapped})

    def unmapped(self) -> exp.Expr:
        """What no mapped column takes: the row's object with the mapped members removed."""
        patch: dict[str, object] = {}
        for column in self.columns:
            *parents, leaf = self._path(column)
            if any(part.isdigit() for part in [*parents, leaf][1:]):
                # A patch knows no places in a list: to take one away would lose the others.
                continue
            inner = patch
            for parent in parents:
                inner = inner.setdefault(parent, {})  # type: ignore[assignment]  # nested by making
            inner[leaf] = None
        merged = exp.func(
            "json_merge_patch", exp.column("fields"), exp.Literal.string(json.dumps(patch))
        )
        readable = exp.Is(this=exp.column("fields"), expression=exp.Null()).not_()
        return exp.Case().when(readable, exp.cast(merged, "varchar"))

    def _path(self, column: str) -> list[str]:
        return column.split(".") if self.source.format.type == "jsonl" else [column]

    def _pointer(self, column: str) -> str:
        """A column as a JSON pointer (RFC 6901): a CSV header whole, a JSON path by its dots."""
        escaped = (part.replace("~", "~0").replace("/", "~1") for part in self._path(column))
        return "".join(f"/{part}" for part in escaped)

    def _either(self, either: ColumnOrValue | None) -> exp.Expr:
        if either is None or either.column is None:
            return _literal(either.value if either else None)
        return self.text(either.column)

    def _keys(self) -> exp.Expr:
        named = {**self.source.keys}
        if self.source.record_key is not None:
            named[self.source.name] = self.source.record_key
        keys = _present(
            [
                exp.DPipe(this=exp.Literal.string(f"{n}:"), expression=self.text(c))
                for n, c in named.items()
            ]
        )
        if self.source.merged_keys is None:
            return keys
        return exp.func("list_concat", keys, self._merged_keys(self.source.merged_keys))

    def _merged_keys(self, column: str) -> exp.Expr:
        """Former keys of records that the source itself has merged into this one."""
        # Position and name hold no sign of their own, so they may stand in the text.
        cell = f"coalesce(cells[{self.columns.index(column) + 1}], '')"
        parts = f"list_filter(regexp_split_to_array({cell}, '[;,|\\s]+'), lambda x: x <> '')"
        return _sql(f"list_transform({parts}, lambda x: '{self.source.name}:' || x)")

    def _consent(self, consent: Consent | None) -> exp.Expr:
        if consent is None:
            return exp.cast(exp.Null(), "boolean")
        word = exp.func("lower", self.text(consent.from_column))
        cases = exp.Case()
        for answer, words in ((True, consent.granted), (False, consent.refused)):
            cases = cases.when(
                exp.In(this=word.copy(), expressions=_literals(words)), exp.Boolean(this=answer)
            )
        return exp.cast(cases, "boolean")

    def _set_aside(self) -> exp.Expr:
        if not self.source.set_aside:
            return _literal(None)
        cases = exp.Case()
        for rule in self.source.set_aside:
            matches = exp.func(
                "regexp_matches", self.text(rule.column), exp.Literal.string(rule.matches)
            )
            cases = cases.when(matches, exp.Literal.string(rule.reason))
        return cases


def _sql(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read="duckdb")


def _literal(value: str | None) -> exp.Expr:
    return exp.cast(exp.Null() if value is None else exp.Literal.string(value), "varchar")


def _literals(words: Sequence[str]) -> list[exp.Expr]:
    return [exp.Literal.string(word) for word in words]


def _present(texts: Sequence[exp.Expr]) -> exp.Expr:
    """The texts that are there, as a list; an empty list when none is."""
    if not texts:
        return _sql("cast([] as varchar[])")
    kept = _sql("list_filter([0], lambda x: x is not null)")
    kept.find(exp.Array, exp.List).replace(exp.Array(expressions=list(texts)))  # type: ignore[union-attr]  # it is there
    return kept


def _json(members: Mapping[str, exp.Expr]) -> exp.Expr:
    """A JSON object of the members that are there; ``{}`` when none is."""
    if not members:
        return exp.Literal.string("{}")
    parts: list[exp.Expr] = []
    for name, value in members.items():
        text = exp.cast(exp.func("to_json", value.copy()), "varchar")
        member = exp.DPipe(this=exp.Literal.string(json.dumps(name) + ":"), expression=text)
        is_absent = exp.or_(
            exp.Is(this=value.copy(), expression=exp.Null()),
            exp.In(this=text.copy(), expressions=_literals(("[]", '"{}"'))),
        )
        parts.append(exp.Case().when(is_absent, exp.Null()).else_(member))
    joined = exp.Anonymous(
        this="array_to_string", expressions=[_present(parts), exp.Literal.string(",")]
    )
    opened = exp.DPipe(this=exp.Literal.string("{"), expression=joined)
    return exp.DPipe(this=opened, expression=exp.Literal.string("}"))
