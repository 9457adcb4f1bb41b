"""Look at a file and draft its source contract: a preset that fits, else every line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdp.drafting.confidence import called
from cdp.drafting.contract import Drafted, draft_contract
from cdp.drafting.entries import Entry, as_yaml
from cdp.drafting.from_preset import draft_by_preset
from cdp.drafting.looking import Surroundings
from cdp.drafting.placing import Place, place_of
from cdp.drafting.recognising import recognised
from cdp.drafting.references import known_keys
from cdp.drafting.sample import Sample, read_sample
from cdp.errors import ConfigError
from cdp.project import Preset, Survey, presets, survey_project
from cdp.store.disk import folder_faults

REGION, ZONE = "US", "UTC"
"""What is assumed where there is no project yet."""


@dataclass(frozen=True)
class Draft:
    """A drafted contract: ``text`` is its YAML with comments, ``entries`` its lines.

    ``preset`` is null where every line was drafted; ``warnings`` are what to look at first.
    """

    file: str
    place: Place
    preset: str | None
    text: str
    rows_seen: int
    is_whole: bool
    warnings: tuple[str, ...]
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def path_in_project(self) -> str:
        """Where the contract is kept."""
        return f"sources/{self.place.name}.yaml"

    def steps(self, file: Path, root: Path) -> list[str]:
        """The commands that lead from the draft to customers, in their order."""
        at = "" if root == Path() else f" --project {shlex.quote(str(root))}"
        folder = root / Path(self.place.pattern).parent
        steps = []
        if not (root / self.path_in_project).exists():
            name = f" --source {self.place.name}"
            steps.append(f"cdp sources infer {shlex.quote(str(file))}{name}{at} --write")
        if not self.place.is_inside:
            quoted = shlex.quote(str(folder))
            steps.append(f"mkdir -p {quoted} && cp {shlex.quote(str(file))} {quoted}/")
        return [*steps, f"cdp sources check{at}", f"cdp run{at}"]

    def as_dict(self) -> dict[str, object]:
        """The draft for machines; no cell of the file but the words of consent and parts."""
        lines = [
            {
                "key": ".".join(entry.path),
                "value": _plain(entry.value),
                "confidence": None if entry.score is None else called(entry.score),
                "score": None if entry.score is None else round(entry.score, 2),
                "reason": entry.reason,
            }
            for entry in self.entries
        ]
        return {
            "source": self.place.name,
            "file": self.file,
            "preset": self.preset,
            "rows_seen": self.rows_seen,
            "is_whole": self.is_whole,
            "contract": self.text,
            "lines": lines,
            "warnings": list(self.warnings),
        }


def infer(
    file: Path, *, root: Path, name: str | None = None, known: Sequence[Preset] | None = None
) -> Draft:
    """Draft the contract of a file for a project; nothing is written.

    ``known`` are the presets that it may be; where it is null, all there are. Without a
    ``cdp.yaml`` in ``root`` the region US and the zone UTC are assumed.

    Raises:
        NotFoundError: There is no such file.
        DeliveryError: It is empty, has no header, or cannot be read at all.
    """
    sample = read_sample(file)
    survey = _survey(root)
    around = _surroundings(file, root, survey, name)
    preset = recognised(sample, _first_lines(file, sample), presets() if known is None else known)
    if preset is not None:
        drafted = draft_by_preset(sample, around, preset, people=_by_preset(survey))
    else:
        drafted = draft_contract(sample, around)
    warnings = (*_overlaps(survey, file), *drafted.warnings)
    text = as_yaml(drafted.entries, head=_head(sample, survey), tail=_tail(drafted))
    return Draft(
        file=sample.name,
        place=around.place,
        preset=preset.name if preset else None,
        text=text,
        rows_seen=len(sample.rows),
        is_whole=sample.is_whole,
        warnings=warnings,
        entries=drafted.entries,
    )


def write(draft: Draft, *, root: Path) -> Path:
    """Keep a draft in the project's ``sources`` folder; the file written.

    Raises:
        ConfigError: There is no project, or a contract of that name.
        NotPermittedError: The folder may not be written to.
    """
    target = root / draft.path_in_project
    if not (root / "cdp.yaml").is_file():
        raise ConfigError(
            what="there is no cdp.yaml",
            where=str(root),
            next_step="make an empty project with `cdp init --empty FOLDER` and name it here",
        )
    survey = _survey(root)
    if target.exists() or (survey and draft.place.name in survey.contracts):
        raise ConfigError(
            what=f"the project has a source `{draft.place.name}` already",
            where=draft.path_in_project,
            next_step="give this one another name with --source, or take that file away",
        )
    with folder_faults(target.parent, called="the folder of sources", remedy="check who owns it"):
        target.parent.mkdir(exist_ok=True)
        with target.open("x", encoding="utf-8") as kept:
            kept.write(draft.text)
    return target


def _survey(root: Path) -> Survey | None:
    return survey_project(root) if (root / "cdp.yaml").is_file() else None


def _surroundings(file: Path, root: Path, survey: Survey | None, name: str | None) -> Surroundings:
    settings = survey.settings if survey else None
    return Surroundings(
        place=place_of(file, root, name=name),
        region=settings.default_region if settings else REGION,
        zone=settings.timezone if settings else ZONE,
        known=known_keys(survey.root, survey.sources) if survey else (),
    )


def _by_preset(survey: Survey | None) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in survey.sources if survey else ():
        found.setdefault(str(source.preset), []).append(source.name)
    return found


def _first_lines(file: Path, sample: Sample) -> Sequence[str]:
    if sample.kind != "chat":
        return ()
    with file.open(encoding="utf-8", errors="replace") as lines:
        return [line for line, _ in zip(lines, range(20), strict=False)]


def _head(sample: Sample, survey: Survey | None) -> list[str]:
    seen = f"{len(sample.rows)} rows" if sample.is_whole else f"{len(sample.rows)} of its rows"
    lines = [
        f"Drafted by `cdp sources infer` from {sample.name}: {seen} were looked at.",
        "Behind each line: sure, likely or guess, and why. Mend what is wrong, then `cdp run`.",
    ]
    if survey is None:
        lines.append(f"No project yet: region {REGION} and zone {ZONE} were assumed.")
    return lines


def _tail(drafted: Drafted) -> list[str]:
    warnings = [f"Look at: {one}" for one in drafted.warnings]
    left = ", ".join(drafted.left)
    return [*warnings, *([f"Kept as they are, unnamed: {left}"] if left else [])]


def _overlaps(survey: Survey | None, file: Path) -> list[str]:
    """Sources that read the file already."""
    if survey is None:
        return []
    whole = file.expanduser().resolve()
    reading = [
        source.name
        for source in survey.sources
        if any(whole in survey.root.glob(pattern) for pattern in source.path)
    ]
    return [f"the source `{name}` reads this file already" for name in reading]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one.value if isinstance(one, Entry) else one) for one in value]
    return value
