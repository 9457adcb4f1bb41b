"""Cases as a CSV file to be filled in, and the answers read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.masking import mask_source_key
from cdp.explain.snapshot import Snapshot
from cdp.explain.stewards.cases import Case, case_name, lay_out_case
from cdp.explain.why.wording import title
from cdp.store.rulings import CANNOT_LINK, MUST_LINK

_ANSWERS = {
    "y": MUST_LINK, "yes": MUST_LINK, "same": MUST_LINK, "must_link": MUST_LINK,
    "n": CANNOT_LINK, "no": CANNOT_LINK, "different": CANNOT_LINK, "cannot_link": CANNOT_LINK,
}  # fmt: skip
_SKIPPED = ("", "s", "skip")
_WANTED = "same, different (or must_link, cannot_link), or empty"
_HEAD = (
    "case", "ruling", "note", "change", "records", "touchpoints", "match_weight", "speaks_for",
    "against", "left", "right",
)  # fmt: skip
_FIELDS = (
    "given_name", "middle_name", "surname", "suffix", "birth_date", "sex", "email", "phone",
    "device", "handle", "street", "unit", "place", "company",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PAIRS = """
    select source_l || ':' || source_record_id_l as one,
        source_r || ':' || source_record_id_r as other
    from links order by record_l, record_r
"""


@dataclass(frozen=True)
class Answer:
    """What a line of the file says of a pair: ``ruling`` is must_link or cannot_link."""

    ruling: str
    left: str
    right: str
    note: str | None


def write_cases(
    snapshot: Snapshot, cases: Sequence[Case], path: Path, *, with_values: bool = False
) -> None:
    """Write the cases, one a line, with an empty column `ruling`.

    Values are masked unless they are asked for. No cell begins as a formula does: a spreadsheet
    that opens the file runs nothing. UTF-8 with its mark, so that it is read as such there.

    Raises:
        ConfigError: The file cannot be written.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    columns = [f"{title(field)} ({side})" for field in _FIELDS for side in ("left", "right")]
    writer.writerow([*_HEAD, *columns])
    for case in cases:
        writer.writerow([_harmless(cell) for cell in _row(snapshot, case, with_values=with_values)])
    try:
        path.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as fault:
        raise ConfigError(
            what=f"the file cannot be written: {fault.strerror}", where=path.name,
            next_step="name a file in a folder that is there and yours",
        ) from None  # fmt: skip


def read_answers(snapshot: Snapshot, path: Path) -> list[Answer]:
    """The filled lines of a file that `write_cases` wrote; those left empty say nothing.

    Commas, semicolons and tabs part cells, whatever the spreadsheet made of them.

    Raises:
        NotFoundError: There is no such file.
        ConfigError: It is none of ours, or lines are wrong: all are named, none is applied.
    """
    rows = _rows(path)
    pairs = {
        case_name(one, other): (one, other) for one, other in snapshot.query(_PAIRS).iter_rows()
    }
    answers, faults = dict[str, Answer](), list[str]()
    for number, row in rows:
        said = (row.get("ruling") or "").strip().casefold().replace(" ", "_")
        name = (row.get("case") or "").strip()
        if said in _SKIPPED:
            continue
        if said not in _ANSWERS:
            faults.append(f"line {number}: `ruling` is none of {_WANTED}")
        elif name not in pairs:
            faults.append(f"line {number}: there is no such case in the published snapshot")
        elif name in answers and answers[name].ruling != _ANSWERS[said]:
            faults.append(f"line {number}: an earlier line says the contrary of the same case")
        else:
            note = (row.get("note") or "").strip().removeprefix("'") or None
            answers[name] = Answer(_ANSWERS[said], *pairs[name], note)
    if faults:
        raise ConfigError(
            what="lines that are no ruling; none of the file was applied\n  " + "\n  ".join(faults),
            where=path.name, how_many=len(faults), next_step="mend these lines and read it again",
        )  # fmt: skip
    return list(answers.values())


def _row(snapshot: Snapshot, case: Case, *, with_values: bool) -> list[str]:
    sides = lay_out_case(snapshot, case)
    sides = sides if with_values else sides.masked()
    keys = [key if with_values else mask_source_key(key) for key in (case.left, case.right)]
    told = {line.what: (", ".join(line.left), ", ".join(line.right)) for line in sides.lines}
    values = [value for field in _FIELDS for value in told.get(field, ("", ""))]
    return [
        case.name, "", "", case.change, str(case.records), str(case.touchpoints),
        "" if sides.weight is None else f"{sides.weight:.1f}", sides.speaks_for, sides.against,
        *keys, *values,
    ]  # fmt: skip


def _rows(path: Path) -> list[tuple[int, dict[str, str | None]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(
            what="there is no such file", where=path.name,
            next_step="write one with cdp review --csv-out FILE",
        ) from None  # fmt: skip
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            what="the file cannot be read as UTF-8 text", where=path.name,
            next_step="save it as CSV UTF-8",
        ) from None  # fmt: skip
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if not {"case", "ruling"} <= {*(reader.fieldnames or ())}:
        raise ConfigError(
            what="the file has no columns `case` and `ruling`", where=path.name,
            next_step="write one with cdp review --csv-out FILE and fill in its column `ruling`",
        )  # fmt: skip
    return [(reader.line_num, row) for row in reader]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet runs.

    >>> _harmless("=HYPERLINK(1)"), _harmless("+12125550141"), _harmless("Ann"), _harmless("-3.0")
    ("'=HYPERLINK(1)", "'+12125550141", 'Ann', '-3.0')
    """
    is_number = text.lstrip("-").replace(".", "", 1).isdigit() and not text.startswith("--")
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
