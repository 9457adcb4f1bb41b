"""SQL files: a true header, and nothing that means something else on another engine or day.

The traps are calls that sqlglot passes from DuckDB to Spark unchanged or wrongly, without an
error, and calls that read the clock or throw dice: a transform gets both as arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from cdp.engine.statement import load
from cdp.errors import SqlContractError
from tools.lint.finding import Finding

_UNTRANSLATED = "Spark does not know it; register one function under one name on both engines"
_CLOCK = "a transform never reads the clock; bind `as_of` as a value"
_CHANCE = "a transform never throws dice; order by a stable_id, or bind a seed"

CALLS = {
    "strip_accents": _UNTRANSLATED,
    "regexp_full_match": _UNTRANSLATED + ", or anchor a regexp_matches with ^ and $",
    "split_part": _UNTRANSLATED + ", or index the list of string_split",
    "columns": _UNTRANSLATED + "; name the columns",
    "jaro_winkler_similarity": "it is translated wrongly; leave comparing to Splink",
    "epoch": "Spark drops the fraction of the second; use epoch_us",
    "hash": "it differs between engines and versions; use stable_id",
    "now": _CLOCK,
    "today": _CLOCK,
    "get_current_timestamp": _CLOCK,
    "random": _CHANCE,
    "uuid": _CHANCE,
    "gen_random_uuid": _CHANCE,
}
"""Function calls that are refused, and what to do instead."""

WORDS = {
    "asof": _UNTRANSLATED + "; join and keep the latest row",
    "copy": "only the store writes files",
    "tablesample": _CHANCE,
    "current_timestamp": _CLOCK,
    "current_date": _CLOCK,
    "current_time": _CLOCK,
    "localtimestamp": _CLOCK,
}
"""Key words that are refused, and what to do instead."""

_REPLACE_ALL = "DuckDB replaces the first match and Spark all; give 'g' as the fourth argument"
_MAP = "it is translated wrongly; use a struct, or a list of structs"
_QUOTED = {TokenType.STRING, TokenType.IDENTIFIER}


def check(path: str, text: str, *, root: Path) -> Iterator[Finding]:
    """Findings in a .sql file of cdp: ``sql-contract``, ``sql-syntax``, or a trap by its name."""
    if not (path.startswith("cdp/") and path.endswith(".sql")):
        return
    try:
        load(root / path)
    except SqlContractError as error:
        yield Finding(path, 1, "sql-contract", " ".join(str(error).split()))
    except SqlglotError as error:
        yield Finding(path, 1, "sql-syntax", str(error).splitlines()[0])
        return
    yield from traps(path, text)


def traps(path: str, text: str) -> Iterator[Finding]:
    """Findings for every call or word in the text that does not mean one thing everywhere."""
    tokens = DuckDB().tokenize(text)
    for place, token in enumerate(tokens):
        if token.token_type in _QUOTED:
            continue
        word = token.text.lower()
        following = tokens[place + 1].token_type if place + 1 < len(tokens) else None
        is_call = following == TokenType.L_PAREN
        if is_call and word in CALLS:
            yield Finding(path, token.line, word, CALLS[word])
        elif word in WORDS:
            yield Finding(path, token.line, word, WORDS[word])
        elif word == "map" and following == TokenType.L_BRACE:
            yield Finding(path, token.line, "map", _MAP)
        elif is_call and word == "regexp_replace" and not _replaces_all(tokens[place + 2 :]):
            yield Finding(path, token.line, "regexp_replace", _REPLACE_ALL)


def _replaces_all(tokens: list[Token]) -> bool:
    """Whether the fourth argument, of those that the tokens begin with, holds a ``g``."""
    depth, argument = 0, 1
    for token in tokens:
        if token.token_type in {TokenType.L_PAREN, TokenType.L_BRACKET}:
            depth += 1
        elif token.token_type in {TokenType.R_PAREN, TokenType.R_BRACKET}:
            depth -= 1
        elif token.token_type == TokenType.COMMA and depth == 0:
            argument += 1
        elif argument == 4 and token.token_type == TokenType.STRING:
            return "g" in token.text
        if depth < 0:
            break
    return False
