"""Say in words, and with the nearest right key, what a model found wrong with its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cdp.errors import Fault
from cdp.project.closed import Settings
from cdp.project.reading import Loc, Written
from cdp.project.source import BirthDate
from cdp.project.vocabulary import did_you_mean

Model = TypeVar("Model", bound=Settings)

_WANTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "string": "one text",
    "tuple": "a list",
    "dict": "keys with values",
    "mapping": "keys with values",
    "model": "keys with values",
    "path": "a path",
}
_NAMES = "lower-case letters, digits and underscores, a letter first"
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": _NAMES,
    "^[A-Za-z_][A-Za-z0-9_]*$": "letters, digits and underscores, no digit first",
    "^[^`]*$": "free of backticks",
    "^Expect[A-Za-z]+$": "a Great Expectations class, e.g. ExpectColumnValuesToBeUnique",
}
_MISSING = {
    "format": "csv, jsonl, json, parquet or chat; the ending of `path` does not tell",
    "holds": "people, events, both or reference",
    "path": "e.g. inbox/newsletter/*.csv",
    "project": f"a name of {_NAMES}",
    "source": f"a name of {_NAMES}",
    "default_region": "where phones and dates without a country are from, e.g. US",
    "timezone": "of times without a zone, e.g. America/New_York",
}


def checked(model: type[Model], written: Written) -> tuple[Model | None, list[Fault]]:
    """The settings that a file holds, or all that is wrong with them."""
    if written.values is None:
        return None, []
    try:
        return model.model_validate(written.values, by_alias=True, by_name=False), []
    except ValidationError as found:
        errors = found.errors(include_url=False)
        return None, [_fault(model, written, error) for error in errors]


def _fault(model: type[Settings], written: Written, error: ErrorDetails) -> Fault:
    loc: Loc = tuple(part for part in error["loc"] if part != "[key]")
    names = [part for part in loc if isinstance(part, str)]
    key, place = names[-1] if names else "the file", ".".join(names) or "the file"
    kind, context = error["type"], error.get("ctx", {})
    is_value = isinstance(error["input"], str) and loc == error["loc"]
    stated = f"{place}: {error['input']}" if is_value else place
    if kind == "extra_forbidden":
        return written.fault(loc, f"unknown key `{key}`", did_you_mean(key, _keys_at(model, names)))
    if kind == "missing":
        return written.fault(loc, f"`{place}` is missing", _MISSING.get(key, ""))
    if kind == "setting":
        message, hint = str(context["message"]), str(context["hint"])
        return written.fault(loc, f"`{place}`: {message}", hint)
    if kind == "literal_error":
        choices = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return written.fault(
            loc, f"`{stated}` is unknown", did_you_mean(stated[len(place) + 2 :], choices)
        )
    return written.fault(loc, f"`{stated}` {_must(error, kind, context)}")


def _must(error: ErrorDetails, kind: str, context: Mapping[str, object]) -> str:
    if error["input"] is None or kind in ("string_too_short", "too_short"):
        return "must not be empty"
    if kind == "string_pattern_mismatch":
        return f"must be {_PATTERNS[str(context['pattern'])]}"
    wanted = _WANTED.get(kind.partition("_")[0])
    if wanted is not None and kind.endswith(("_type", "_parsing", "_number", "_from_float")):
        return f"must be {wanted}"
    return error["msg"].replace("Input should", "should")


def _keys_at(model: type[BaseModel], names: list[str]) -> list[str]:
    """The keys that are right where a wrong one stands."""
    for name in names[:-1]:
        if name not in _keys(model):
            continue  # a key of the user's own, as a channel of consent
        inner = BirthDate if name == "person" else _model_in(_keys(model)[name])
        if inner is None:
            return []
        model = inner
    return list(_keys(model))


def _keys(model: type[BaseModel]) -> dict[str, object]:
    fields = model.model_fields.items()
    named = {field.alias or name: field.annotation for name, field in fields}
    return {key: annotation for key, annotation in named.items() if "." not in key}


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
