"""What rows of any file state of a person, as the peers read it: simply cleaned, one column a kind.

The product reads the files themselves; its peers read this. It is what a careful user does before
calling a matching library: blanks, placeholders and case go; telephone numbers keep ten digits;
birth dates become ISO where they are plainly day, month and year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import polars as pl

IDENTIFIERS: Final = ("email", "phone", "device", "handle", "key")
NAMES: Final = ("given_name", "middle_name", "surname")
PLACES: Final = ("street", "city", "region", "postcode")
KINDS: Final = (*NAMES, "birth_date", "sex", *PLACES, "company", *IDENTIFIERS)
SCHEMA: Final = {"record": pl.String} | dict.fromkeys(KINDS, pl.List(pl.String))

JUNK: Final = {
    "", "n/a", "test@test.com", "none@none.com", "noemail@noemail.com",
    "0000000000", "9999999999", "1234567890", "1900-01-01",
    "guest", "guest customer", "unknown", "unknown unknown", "n/a n/a",
}  # fmt: skip
DATE_FORMATS: Final = {8: ("%Y%m%d",), 10: ("%Y-%m-%d", "%m/%d/%Y")}
Person = dict[str, list[str]]


def state_person(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Person:
    """What a row states of its person by a source contract: kind to its values, none when silent.

    Declared keys are of kind `key`, each with its namespace before it, so that a passport never
    equals a licence.

    >>> state_person(
    ...     {"Name": "Ann Lee Marsh", "Tel": "(212) 555-0123", "Id": "7"},
    ...     {"person": {"full_name": "Name", "phone": "Tel"}, "keys": {"shop": "Id"}},
    ... )
    {'given_name': ['ann'], 'surname': ['marsh'], 'phone': ['2125550123'], 'key': ['shop:7']}
    """
    stated: Person = {}
    for kind, mapping in contract["person"].items():
        columns = mapping if isinstance(mapping, list) else [mapping]
        names = [column["column"] if isinstance(column, dict) else column for column in columns]
        texts = [value_at(row, name).lower() for name in names]
        for text in [" ".join(filter(None, texts))] if kind == "street" else texts:
            for part, value in _parts(kind, text):
                if value not in JUNK and value not in stated.setdefault(part, []):
                    stated[part].append(value)
    for namespace, column in contract.get("keys", {}).items():
        if key := value_at(row, column):
            stated.setdefault("key", []).append(f"{namespace}:{key}")
    return {kind: values for kind, values in stated.items() if values}


def _parts(kind: str, text: str) -> list[tuple[str, str]]:
    if text in JUNK:
        return []
    match kind:
        case "full_name":
            words = [word for word in text.split() if word.strip(".,") not in {"jr", "sr"}]
            named = [("given_name", words[0])] if words else []
            return [*named, ("surname", words[-1])] if len(words) > 1 else named
        case "phone":
            return [("phone", "".join(filter(str.isdigit, text.removesuffix(".0")))[-10:])]
        case "birth_date":
            return [("birth_date", iso_date(text))]
        case "postcode":
            return [("postcode", text.strip("'").zfill(5))]
        case _:
            return [(kind, text)]


def iso_date(text: str) -> str:
    """A date as `YYYY-MM-DD` if it is plainly one, else the text itself.

    >>> iso_date("19081209"), iso_date("12/09/1908"), iso_date("9 dec 08")
    ('1908-12-09', '1908-12-09', '9 dec 08')
    """
    for shape in DATE_FORMATS.get(len(text), ()):
        try:
            return datetime.strptime(text, shape).date().isoformat()
        except ValueError:
            continue
    return text


def value_at(row: Mapping[str, Any], column: str) -> str:
    """The text of a column or dotted path, blank when it is absent.

    >>> value_at({"traits": {"email": "a@example.com"}}, "traits.email")
    'a@example.com'
    """
    if column in row:
        return str(row[column] or "").strip()
    found: Any = row
    for step in column.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return str(found or "").strip()


def tabulate(people: Iterable[tuple[str, Person]]) -> pl.DataFrame:
    """One row per record: `record`, and per kind the list of its values, null when it has none."""
    rows = [{"record": record} | stated for record, stated in people]
    return pl.DataFrame(rows, schema=SCHEMA).sort("record")


def first_values(people: pl.DataFrame) -> pl.DataFrame:
    """The first value of each kind, for libraries that want one value a column."""
    return people.with_columns(pl.col(KINDS).list.first())
