"""A small published world: who is whose, which links, which identifiers, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdp.explain import Quality, open_snapshot, read_quality
from tests.explain.snapshot import Row, publish

Tables = Mapping[str, Sequence[Row]]


def quality(folder: Path, tables: Tables, *, with_values: bool = False) -> Quality:
    """The figures of a snapshot of these tables."""
    publish(folder, {"runs": [{"run_id": "r1"}], **tables})
    with open_snapshot(folder) as snapshot:
        return read_quality(snapshot, with_values=with_values)


def people(text: str) -> dict[str, list[Row]]:
    """One line a record: customer | given name | surname | emails | postcode; ids count from 1.

    A customer with a name or an email is identified.
    """
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    sizes = {who: sum(row[0] == who for row in rows) for who in (row[0] for row in rows)}
    tables: dict[str, list[Row]] = {"records": [], "members": [], "identifiers": []}
    known = set()
    for number, (who, given, surname, emails, postcode) in enumerate(rows, start=1):
        stated = emails.split()
        known |= {who} if given or stated else set()
        tables["members"].append({"record_id": number, "customer_id": who})
        tables["records"].append(
            {
                "record_id": number, "source": "crm", "source_record_id": f"C-{number}",
                "given_name": given or None, "surname": surname or None, "emails": stated,
                "phones": [], "devices": [], "handles": [], "postcode": postcode or None,
            }
        )  # fmt: skip
        tables["identifiers"] += [
            {"record_id": number, "kind": "email", "value": email, "is_generic": False}
            for email in stated
        ]
    tables["customers"] = [
        {
            "customer_id": who,
            "kind": "identified" if who in known else "anonymous",
            "record_count": size,
        }
        for who, size in sizes.items()
    ]
    return tables


def link(status: str, bits: float, left: int = 1, right: int = 2, **others: object) -> Row:
    """A decided pair of records of the source `crm`."""
    return {
        "record_l": left, "record_r": right, "kind": "probabilistic", "status": status,
        "match_weight": bits, "reason": "the model; found by surname",
        "source_l": "crm", "source_record_id_l": f"C-{left}",
        "source_r": "crm", "source_record_id_r": f"C-{right}",
        **others,
    }  # fmt: skip
