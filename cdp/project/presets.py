"""Presets: source contracts of known exports, kept as YAML in ``cdp/presets``.

A preset is a contract without ``source`` and ``path``, and a block ``about`` that says what file
it is for. A user's contract that names it is laid over it key by key: see `with_preset`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from cdp.errors import Fault
from cdp.project.closed import Settings
from cdp.project.columns import columns_named, key_columns_named
from cdp.project.reading import Loc, Written, parse_settings
from cdp.project.source import Source
from cdp.project.values import Name, Text
from cdp.project.vocabulary import nearest

Group = Literal["web", "email", "chat", "social", "shop", "crm", "support", "survey", "plain"]

_FOLDER = Path(__file__).parents[1] / "presets"
_LISTED = "`cdp sources presets` lists them"


class RecognisedBy(Settings):
    """What a file of the shape always has: columns of its header, or JSON paths of its rows.

    ``paths`` are paths of dots, as a contract names them. ``line`` is a regular expression that
    the first lines of a text file match. One of the three is there; where several presets fit a
    file, the one that names the most is meant.
    """

    columns: tuple[Text, ...] = ()
    paths: tuple[Text, ...] = ()
    line: Text | None = None


class About(Settings):
    """What a preset is for. ``headers_from`` is null where nobody has seen the real headers."""

    group: Group
    product: Text
    file: Text
    ending: Literal["csv", "json", "jsonl", "txt"]
    headers_from: Text | None = None
    quirks: tuple[Text, ...] = Field(min_length=1)
    yours: tuple[Text, ...] = ()
    recognised_by: RecognisedBy


class Preset(Settings):
    """One preset: ``contract`` as it is laid below a user's, ``text`` its YAML with comments."""

    name: Name
    about: About
    contract: Mapping[str, object]
    text: str

    @property
    def is_verified(self) -> bool:
        """Whether somebody has seen the headers that it names in a real export."""
        return self.about.headers_from is not None

    def as_dict(self) -> dict[str, object]:
        """What it is for, without its contract."""
        about = self.about.model_dump(mode="json")
        return {"preset": self.name, **about, "is_verified": self.is_verified}

    def written_out(self) -> str:
        """The preset as a contract of its own, to be saved in ``sources/`` and changed there."""
        about = self.about
        told = [f"{about.product}: {about.file}", *(f"- {quirk}" for quirk in about.quirks)]
        told += ["Yours to say:", *(f"- {word}" for word in about.yours)] if about.yours else []
        head = "".join(f"# {line}\n" for line in told)
        head += f"source: {self.name}\npath: inbox/{self.name}/*.{about.ending}\n"
        return head + self.text


@cache
def presets() -> tuple[Preset, ...]:
    """Every preset, by name."""
    return tuple(_read(name) for name in _names())


def preset_named(name: str) -> Preset | None:
    """The preset of that name, or none. No other is read."""
    return _read(name) if name in _names() else None


def nearest_preset(name: str) -> str | None:
    """The preset that was most likely meant, or none."""
    return nearest(name, _names())


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def columns_expected(source: Source) -> tuple[str, ...]:
    """The columns that a file of the source should have, sorted.

    Those that nothing but its preset names may be missing, save keys and event times: an export
    has fewer columns where an account uses less of the product.
    """
    named = set(columns_named(source))
    may_lack = _columns_of(source.preset) if source.preset else frozenset()
    return tuple(sorted(named - (may_lack - set(key_columns_named(source)))))


@cache
def _columns_of(name: str) -> frozenset[str]:
    """The columns that a preset's own contract names."""
    written = parse_settings(f"source: {name}\npreset: {name}\npath: x.csv", file=name)
    (linked,), _ = with_person_refs([with_preset(written)])
    return frozenset(columns_named(Source.model_validate(linked.values, by_alias=True)))


@cache
def _read(name: str) -> Preset:
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    written = parse_settings(text, file=f"presets/{name}.yaml")
    if written.values is None or written.faults:
        raise ValueError(f"{name}: {written.faults}")
    contract = {key: value for key, value in written.values.items() if key != "about"}
    about = About.model_validate(written.values["about"], by_alias=True)
    own = re.sub(r"^about:\n(?:(?:[ #].*)?\n)*", "", text, flags=re.MULTILINE)
    return Preset(name=name, about=about, contract=contract, text=own)


def with_preset(written: Written) -> Written:
    """A contract laid over the preset that it names; the same contract when it names none.

    Mappings are laid over mappings, anything else takes the place of what the preset says, and a
    key left empty takes the preset's away. What comes from the preset stands, for faults, in the
    line of ``preset:``. An unknown preset is a fault, and the nearest one is taken in its place,
    so that no more faults follow from that one.
    """
    stated = (written.values or {}).get("preset")
    if written.values is None or not isinstance(stated, str):
        return written
    preset, faults = preset_named(stated), written.faults
    if preset is None:
        near = nearest_preset(stated)
        hint = f"did you mean `{near}`?" if near else _LISTED
        message = f"there is no preset `{stated}`"
        faults = (*faults, written.fault(("preset",), message, hint))
        preset = preset_named(near) if near else None
    if preset is None:
        return replace(written, values=None, faults=faults)
    lines = dict(written.lines)
    laid = _Laid(lines, written.line(("preset",)))
    values = laid.over(preset.contract, written.values, ())
    return replace(written, values=values, lines=lines, faults=faults)


class _Laid:
    """Lays settings over others, and notes the line of what shows through."""

    def __init__(self, lines: dict[Loc, int], line: int) -> None:
        self._lines = lines
        self._line = line

    def over(
        self, below: Mapping[str, object], above: Mapping[str, object], loc: Loc
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in below.items():
            stated = above.get(key, value)
            if key not in above:
                self._lines[(*loc, key)] = self._line
                values[key] = value
            elif isinstance(value, Mapping) and isinstance(stated, Mapping):
                values[key] = self.over(value, stated, (*loc, key))
            elif stated is not None:
                values[key] = stated
        return values | {key: value for key, value in above.items() if key not in below}


def with_person_refs(contracts: Sequence[Written]) -> tuple[list[Written], list[Fault]]:
    """Contracts whose ``person_ref`` names a source, where it named a preset; and the faults.

    The project's one source of that preset is meant. Where there is none, or several, it is a
    fault, and the reference says something that is no fault by itself.
    """
    sources: dict[str, list[str]] = {}
    for written in contracts:
        values = written.values or {}
        if isinstance(values.get("source"), str):
            sources.setdefault(str(values.get("preset")), []).append(str(values["source"]))
    linked, faults = [], []
    for written in contracts:
        ref = (written.values or {}).get("person_ref")
        if written.values is None or not isinstance(ref, Mapping) or "preset" not in ref:
            linked.append(written)
            continue
        meant = {key: value for key, value in ref.items() if key != "preset"}
        found = sources.get(str(ref["preset"]), [])
        if "source" not in ref:
            faults += _unclear(written, str(ref["preset"]), found)
            meant["source"] = found[0] if found else "nowhere"
        linked.append(replace(written, values={**written.values, "person_ref": meant}))
    return linked, faults


def _unclear(written: Written, preset: str, found: Sequence[str]) -> list[Fault]:
    loc: Loc = ("person_ref", "preset")
    if len(found) == 1:
        return []
    if found:
        message = f"`person_ref`: {len(found)} sources have the preset `{preset}`"
        hint = f"write `person_ref: {{source: {found[0]}}}`, or another of: {', '.join(found)}"
        return [written.fault(loc, message, hint)]
    if preset_named(preset) is None:
        near = nearest_preset(preset)
        message = f"`person_ref.preset`: there is no preset `{preset}`"
        return [written.fault(loc, message, f"did you mean `{near}`?" if near else _LISTED)]
    message = f"`person_ref`: no source has the preset `{preset}`"
    hint = "add one, or write `person_ref: {source: ...}` with the source that has these people"
    return [written.fault(loc, message, hint)]
