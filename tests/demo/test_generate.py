"""The generator of the demo keeps its promises: same bytes, true truth, honest dirt."""

from __future__ import annotations

import csv
import doctest
import gzip
import hashlib
import importlib
import io
import json
import os
import pkgutil
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import data.generate
from data.generate import names, noise
from data.generate.__main__ import generate
from data.generate.clock import SHARES, Arguments
from data.generate.deliveries import Deliveries
from data.generate.people import Person, build_population

ROOT = Path(data.generate.__file__).parents[2]
AS_OF = date(2026, 6, 30)
CONTRACTS = {
    contract["source"]: contract
    for contract in (
        yaml.safe_load(path.read_text()) for path in sorted((ROOT / "data/sources").glob("*.yaml"))
    )
}
WITH_PERSON = sorted(name for name, contract in CONTRACTS.items() if "person" in contract)
TIME_FORMATS = {"support": "%d/%m/%Y %H:%M", "contacts": "%m/%d/%Y %H:%M"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    generate(Arguments(2_000, 7, out, AS_OF))
    return out


@pytest.fixture(scope="module")
def truth(project: Path) -> dict[tuple[str, str], str]:
    with (project / "truth/truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    known = {(row["source"], row["key"]): row["person_id"] for row in rows}
    assert len(known) == len(rows), "a key has two truths"
    return known


def digests(project: Path) -> dict[str, str]:
    return {
        str(path.relative_to(project)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(project.rglob("*"))
        if path.is_file()
    }


def read_lines(path: Path, contract: dict[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Yield each row of a delivery as columns to values; None for a line of another shape."""
    raw = path.read_bytes()
    shape = contract.get("format", {})
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode(
        shape.get("encoding", "utf-8-sig")
    )
    if ".jsonl" in path.name:
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                yield None
        return
    rows = csv.reader(io.StringIO(text), delimiter=shape.get("delimiter", ","))
    header = next(rows)
    for row in rows:
        yield dict(zip(header, row, strict=True)) if len(row) == len(header) else None


def rows_of(project: Path, source: str) -> list[dict[str, Any] | None]:
    contract = CONTRACTS[source]
    paths = sorted(project.glob(contract["path"]))
    return list(chain.from_iterable(read_lines(path, contract) for path in paths))


def value_at(row: dict[str, Any], column: str) -> Any:
    found: Any = row.get(column)
    if found is None and "." in column:
        found = row
        for step in column.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    return found


def columns_of(contract: Any) -> Iterator[str]:
    """Yield every column that a contract names."""
    if isinstance(contract, str):
        yield contract
    elif isinstance(contract, list):
        for part in contract:
            yield from columns_of(part)
    elif "value" not in contract:
        yield contract.get("column") or contract["from"]


def named_columns(contract: dict[str, Any]) -> set[str]:
    single = ("record_key", "touchpoint_key", "observed_at", "occurred_at", "event_type", "amount",
              "currency", "score", "campaign", "set_aside")  # fmt: skip
    parts = [contract[name] for name in single if name in contract]
    for group in ("person", "keys", "consent", "attributes"):
        parts += contract.get(group, {}).values()
    parts += [contract["person_ref"]["key"]] if "person_ref" in contract else []
    return {column for part in parts for column in columns_of(part)}


def has_sound_time(source: str, row: dict[str, Any]) -> bool:
    contract = CONTRACTS[source]
    time = next(columns_of(contract.get("occurred_at") or contract["observed_at"]))
    text = str(row.get(time) or "")
    try:
        at = (
            datetime.strptime(text, TIME_FORMATS[source])
            if source in TIME_FORMATS
            else datetime.fromtimestamp(int(text))  # noqa: DTZ006
            if source == "chat"
            else datetime.fromisoformat(text)
        )
    except ValueError:
        return False
    return at.date() <= AS_OF


def is_sound(source: str, row: dict[str, Any] | None) -> bool:
    if row is None or not has_sound_time(source, row):
        return False
    contract = CONTRACTS[source]
    if not row[contract.get("record_key") or contract["touchpoint_key"]]:
        return False
    return "amount" not in contract or row["Total"].replace(".", "").isdigit()


def is_customer(source: str, row: dict[str, Any]) -> bool:
    words = ("bot", "crawl", "test lead", "@acme.example")
    watched = [
        str(value_at(row, rule["column"])) for rule in CONTRACTS[source].get("set_aside", [])
    ]
    is_admin = source.startswith("chat") and "admin" in watched
    return not is_admin and not any(word in text.lower() for word in words for text in watched)


def test_same_arguments_give_the_same_bytes_in_another_process(
    project: Path, tmp_path: Path
) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-m", "data.generate", "--size", "2000", "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    assert digests(tmp_path) == digests(project)


def test_another_seed_gives_other_people_in_the_same_files(project: Path, tmp_path: Path) -> None:
    generate(Arguments(2_000, 8, tmp_path, AS_OF))
    ours, theirs = digests(project), digests(tmp_path)
    assert ours.keys() == theirs.keys()
    assert not set(ours.values()) & set(theirs.values())


def test_a_second_generation_leaves_no_file_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "inbox/web").mkdir(parents=True)
    own = tmp_path / "inbox/web/mine.jsonl"
    own.write_text("{}\n")
    generate(Arguments(400, 7, tmp_path, date(2025, 1, 31)))
    generate(Arguments(400, 7, tmp_path, AS_OF))
    own.unlink()  # a file that the generator did not write outlives it
    assert not list(tmp_path.rglob("*_2023*"))
    assert len(list((tmp_path / "inbox/web").iterdir())) == 6


def test_sizes_are_what_was_asked(project: Path) -> None:
    counts = {}
    for source in SHARES:
        key = CONTRACTS[source]["touchpoint_key"]
        sound = [row for row in rows_of(project, source) if row and is_sound(source, row)]
        counts[source] = len({row[key] for row in sound if is_customer(source, row)})
    assert sum(counts.values()) == pytest.approx(2_000, rel=0.05)
    for source, share in SHARES.items():
        assert counts[source] == pytest.approx(2_000 * share, rel=0.05)


@pytest.mark.parametrize("source", WITH_PERSON)
def test_truth_covers_every_sound_customer_row_and_no_other(
    project: Path, truth: dict[tuple[str, str], str], source: str
) -> None:
    key = CONTRACTS[source].get("record_key") or CONTRACTS[source]["touchpoint_key"]
    customers: set[str] = set()
    others: set[str] = set()
    for row in rows_of(project, source):
        if row and is_sound(source, row):
            (customers if is_customer(source, row) else others).add(row[key])
    assert customers == {known for name, known in truth if name == source}
    assert not customers & others
    assert bool(others) == ("set_aside" in CONTRACTS[source]), "nobody to set aside, or too many"


def test_only_cookies_of_strangers_have_no_person(
    project: Path, truth: dict[tuple[str, str], str]
) -> None:
    strangers = {key for (source, key), person_id in truth.items() if not person_id}
    events = [row for row in rows_of(project, "web") if row and row["messageId"] in strangers]
    assert {event["userId"] for event in events} == {None}
    assert not any("traits" in event for event in events)


@pytest.mark.parametrize("source", ["chat", "newsletter_activity"])
def test_references_lead_to_a_known_record(
    project: Path, truth: dict[tuple[str, str], str], source: str
) -> None:
    reference = CONTRACTS[source]["person_ref"]
    for row in rows_of(project, source):
        if row and is_sound(source, row) and is_customer(source, row):
            assert (reference["source"], value_at(row, reference["key"])) in truth


@pytest.mark.parametrize("source", sorted(CONTRACTS))
def test_every_column_of_a_contract_is_in_its_files(project: Path, source: str) -> None:
    rows = [row for row in rows_of(project, source) if row]
    missing = {
        column
        for column in named_columns(CONTRACTS[source])
        if all(value_at(row, column) in (None, "") for row in rows)
    }
    assert not missing


def test_only_the_last_support_delivery_is_worth_holding(project: Path) -> None:
    shares = {}
    for source in [*WITH_PERSON, "chat", "newsletter_activity"]:
        for path in sorted(project.glob(CONTRACTS[source]["path"])):
            rows = list(read_lines(path, CONTRACTS[source]))
            broken = sum(not is_sound(source, row) for row in rows)
            shares[path.stem] = broken / len(rows)
    assert shares.pop("support_20260630") == pytest.approx(0.4, abs=0.1)
    assert max(shares.values()) <= 0.05
    assert sum(shares.values()) > 0, "nothing is broken: quarantine would have nothing to show"


@pytest.mark.parametrize("source", ["web", "shop", "newsletter_activity"])
def test_neighbouring_deliveries_overlap(project: Path, source: str) -> None:
    contract = CONTRACTS[source]
    seen = [
        {row[contract["touchpoint_key"]] for row in read_lines(path, contract) if row}
        for path in sorted(project.glob(contract["path"]))
    ]
    assert any(before & after - {None, ""} for before, after in pairwise(seen))


def test_a_carried_row_stays_what_it_was(tmp_path: Path) -> None:
    arguments = Arguments(2_000, 7, tmp_path, AS_OF)
    days = arguments.cuts(1, 0)
    row = ["good"]
    with Deliveries(arguments, "shop", days, overlap_days=1) as deliveries:
        deliveries.write(arguments.instant(days[0]) - 60, row)
        row[0] = "broken"
        deliveries.write(arguments.instant(days[0]) + 60, row)
    written = [path.read_text() for path in sorted(tmp_path.rglob("*.csv"))]
    assert written == ["good\n", "good\nbroken\n"]


def test_a_subscriber_comes_again_in_each_whole_list(project: Path) -> None:
    rows = rows_of(project, "newsletter")
    times_seen = Counter(row["EUID"] for row in rows if row and row["EUID"])
    assert set(times_seen.values()) == {1, 2, 3}


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return build_population(Arguments(8_000, 7, Path(), AS_OF))


def test_no_two_people_own_the_same_identifier(people: list[Person]) -> None:
    owned = [
        value
        for person in people
        for value in (*person.emails, *person.phones, *person.devices, *person.shop_ids)
    ]
    households = {id(person.household): person.household for person in people}.values()
    shared = [(home.landline, home.mailbox, home.device) for home in households]
    owned += [value for values in shared for value in values if value]
    assert len(owned) == len(set(owned))


def test_telephone_numbers_are_valid_and_fictional(people: list[Person]) -> None:
    numbers = [number for person in people for number in person.phones]
    assert all(number[3:6] == "555" for number in numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, "US")) for number in numbers)


def test_housemates_share_a_first_name_only_as_senior_and_junior(people: list[Person]) -> None:
    homes: dict[int, list[Person]] = {}
    for person in people:
        homes.setdefault(id(person.household), []).append(person)
    juniors = 0
    for members in homes.values():
        for name, times in Counter(person.given for person in members).items():
            suffixes = sorted(person.suffix for person in members if person.given == name)
            assert times == 1 or suffixes == ["Jr", "Sr"]
            juniors += times - 1
    assert juniors > 0


def test_the_population_has_its_hard_cases(people: list[Person]) -> None:
    twins = Counter((id(person.household), person.birth) for person in people)
    namesakes = Counter((person.given, person.surname) for person in people)
    assert max(twins.values()) > 1
    assert max(namesakes.values()) > 1
    assert any(person.former_surname for person in people)
    assert any(person.household.previous for person in people)


@given(st.randoms(use_true_random=False), st.from_regex(r"[a-z][a-z.]{2,9}[0-9]", fullmatch=True))
def test_an_alias_of_gmail_is_the_same_mailbox(chance: random.Random, local: str) -> None:
    alias = noise.alias_gmail(chance, f"{local}@gmail.com")
    mailbox, _, domain = alias.partition("@")
    assert mailbox.partition("+")[0].replace(".", "") == local.replace(".", "")
    assert alias != f"{local}@gmail.com"
    assert domain in {"gmail.com", "googlemail.com"}


@given(st.randoms(use_true_random=False), st.text("abcdefgh", min_size=3))
def test_a_slip_costs_one_letter_at_most(chance: random.Random, text: str) -> None:
    slip = noise.mistype(chance, text)
    assert slip[0] == text[0]
    assert abs(len(slip) - len(text)) <= 1


@given(st.randoms(use_true_random=False), st.from_regex(r"[2-9][0-9]{9}", fullmatch=True))
def test_a_written_phone_keeps_its_digits(chance: random.Random, digits: str) -> None:
    written = noise.write_phone(chance, digits)
    assert "".join(filter(str.isdigit, written))[-10:] == digits


def test_companies_have_distinct_names() -> None:
    assert len({names.company_name(nth) for nth in range(10_000)}) == 10_000


def test_docstring_examples_hold() -> None:
    modules = pkgutil.walk_packages(data.generate.__path__, "data.generate.")
    attempted = 0
    for found in modules:
        result = doctest.testmod(importlib.import_module(found.name))
        assert result.failed == 0
        attempted += result.attempted
    assert attempted > 0
