"""`make portions-test`: record sets in random portions, each beside one full run under its model.

``python -m tests.history.portions [--labelled FOLDER] [--minutes 5] [--seed 1] [--people 1500]
[--touchpoints 3000]``; the demo, and with a folder of labelled sets some people of two of them.
In each case the rows of a set's files are dealt at random into 2 to 20 portions of any size, in
any order; the pipeline runs portion by portion, as a project's files come, under a model that is
trained once: on the first portion, or on the whole set. Beside it a store that knows nothing but
this model runs all of the same files at once. Every table of state must then have the same rows,
up to the ids of customers and households; and who follows ``customer_changes`` from run to run
must have the customers. It prints a line per case and the figures of each set, and exits with 1
when anything differs.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from zlib import crc32

import yaml

from benchmarks.labelled import folder_set, write_demo
from tests.history.follower import Follower
from tests.history.same_state import differences
from tests.laws.kept_model import Model, install, keep_model, model_of
from tests.laws.world import AS_OF, Company

LABELLED = ("synth_60k_dev", "pp_dev_2020")
MOST_PORTIONS = 20
Portion = dict[str, bytes]
"""Path inside the project to content."""
EVENTS = """
    select * from customer_changes where changed_at = (select max(as_of) from runs)
    order by run_id, sequence
"""
MEMBERS = """
    select customer_id, list(record_id) as records from members where valid_to is null group by all
"""


@dataclass
class Tally:
    """What the cases of a set came to."""

    records: int = 0
    customers: int = 0
    portions: list[int] = field(default_factory=list)
    tables: int = 0
    differing: int = 0


@dataclass(frozen=True)
class RecordSet:
    """A project folder whose files are dealt out, and a model that was trained on all of them."""

    root: Path
    model: Model

    def settle(self, company: Company) -> None:
        """Give a company the set's contracts."""
        for path in (self.root / "cdp.yaml", *sorted((self.root / "sources").iterdir())):
            company.write({str(path.relative_to(self.root)): path.read_text(encoding="utf-8")})

    def dealt(self, dice: random.Random, *, least: int) -> list[Portion]:
        """The files of the set in so many portions at least."""
        while len(portions := self._dealt(dice)) < least:
            pass
        return portions

    def _dealt(self, dice: random.Random) -> list[Portion]:
        """The files of the set in 2 to 20 portions, rather few, of any size, in any order."""
        count = round(2 * (MOST_PORTIONS / 2) ** dice.random())
        shares = [dice.expovariate(1) for _ in range(count)]
        portions: list[Portion] = [{} for _ in range(count)]
        files = sorted((self.root / "inbox").rglob("*.*"))
        most = 1 + 4 * count // len(files)
        for path in files:
            pieces = 1 if self._is_whole_list(path) else dice.randint(1, most)
            places = dice.choices(range(count), shares, k=pieces)
            for number, (place, text) in enumerate(
                zip(places, _cut(path, pieces, dice), strict=True)
            ):
                if text is None:
                    continue
                stem, _, endings = path.name.partition(".")
                name = path.with_name(f"{stem}_{number:02}.{endings}").relative_to(self.root)
                portions[place][name.as_posix()] = text
        return [portion for portion in portions if portion]

    def _is_whole_list(self, path: Path) -> bool:
        """Whether a source's files are whole lists: half of one would say that the rest left."""
        inbox = self.root / "inbox"
        name = path.parent.name if path.parent != inbox else path.name.partition(".")[0]
        contract = yaml.safe_load((self.root / "sources" / f"{name}.yaml").read_text("utf-8"))
        return bool(contract.get("sync_mode") == "full_refresh")


def _cut(path: Path, pieces: int, dice: random.Random) -> Iterator[bytes | None]:
    """A file's lines dealt into so many files, each with the header; null for one without lines.

    Two files without lines are equal, and which of them repeats the other hangs on who was first.
    """
    packed = path.read_bytes()
    lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines(keepends=True)
    head = [] if ".jsonl" in path.name else lines[:1]
    dealt: list[list[bytes]] = [list(head) for _ in range(pieces)]
    if pieces == 1:
        dealt[0] = lines
    else:
        for line in lines[len(head) :]:
            dealt[dice.randrange(pieces)].append(line)
    for part in dealt:
        text = b"".join(part)
        if part == head:
            yield None
            continue
        yield gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def deliver(company: Company, portion: Portion) -> None:
    """Put the files of a portion into the inbox; by their times some of them come late."""
    for name, text in portion.items():
        path = company.root / name
        at = (AS_OF - timedelta(minutes=1 + crc32(name.encode()) % 10_000)).timestamp()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        os.utime(path, (at, at))


def clock(number: int) -> datetime:
    """That of a run; clocks differ by so little that nothing hangs on it."""
    return AS_OF + timedelta(seconds=number)


def run(company: Company, number: int) -> None:
    """The run after a portion."""
    company.run(f"r{number:02}", as_of=clock(number))


def try_case(given: RecordSet, folder: Path, dice: random.Random, *, is_first: bool) -> Tally:
    """One case: portions beside one run; ``is_first`` trains on the first portion."""
    portioned = Company(folder / "portioned", {})
    whole = Company(folder / "whole", {})
    # A run under a model that is new looks at everything: the one after it shows something.
    portions = given.dealt(dice, least=3 if is_first else 2)
    given.settle(portioned)
    given.settle(whole)
    if not is_first:
        install(portioned, given.model)
    follower = Follower()
    for number, portion in enumerate(portions):
        deliver(portioned, portion)
        run(portioned, number)
        follower.follow(portioned.query(EVENTS).to_dicts(), _groups(portioned))
        if is_first and not number:
            keep_model(portioned, as_of=clock(number))
    install(whole, model_of(portioned))
    for portion in portions:
        deliver(whole, portion)
    run(whole, len(portions) - 1)
    told = differences(portioned.root, whole.root)
    customers = portioned.query("select customer_id, record_count from customers")
    told["followed sizes"] = len(follower.sizes.items() ^ set(customers.iter_rows()))
    told["followed members"] = len(follower.groups.items() ^ _groups(portioned).items())
    for table, rows in told.items():
        if rows:
            sys.stdout.write(f"DIFFERS {table}: {rows} rows\n")
    return Tally(
        records=int(portioned.query("select count(*) as n from records where is_current")["n"][0]),
        customers=customers.height,
        portions=[len(portions)],
        tables=len(told),
        differing=sum(told.values()),
    )


def _groups(company: Company) -> dict[str, frozenset[int]]:
    return {
        customer: frozenset(records) for customer, records in company.query(MEMBERS).iter_rows()
    }


def prepared(write: Callable[[Path], None], root: Path) -> RecordSet:
    """A set whose contracts take any number of files, and its model."""
    root.mkdir()
    write(root)
    for path in (root / "sources").iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"inbox/{path.stem}.csv", f"inbox/{path.stem}*.csv"), "utf-8")
    trained = Company(root.with_name(f"{root.name}_trained"), {})
    given = RecordSet(root, {})
    given.settle(trained)
    files = sorted((root / "inbox").rglob("*.*"))
    deliver(trained, {str(path.relative_to(root)): path.read_bytes() for path in files})
    run(trained, 0)
    keep_model(trained, as_of=clock(0))
    return RecordSet(root, model_of(trained))


def sets_of(chosen: argparse.Namespace) -> dict[str, Callable[[Path], None]]:
    """Name to what writes the set as a project folder."""
    sets: dict[str, Callable[[Path], None]] = {
        f"demo_{chosen.touchpoints}": lambda root: write_demo(root, chosen.touchpoints, chosen.seed)
    }
    for name in LABELLED if chosen.labelled else ():
        labelled = folder_set(chosen.labelled / name, people=chosen.people, seed=chosen.seed)
        sets[name] = labelled.write_project
    return sets


def main() -> int:
    """As many cases as the time allows, the sets in turn; 1 when one differs."""
    parser = argparse.ArgumentParser(prog="make portions-test")
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=1_500, help="of each labelled set")
    parser.add_argument("--touchpoints", type=int, default=3_000, help="of the demo")
    parser.add_argument("--set", dest="only", help="this set alone")
    parser.add_argument("--case", type=int, help="this case alone")
    chosen = parser.parse_args()
    started = time.monotonic()
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as folder:
        sets = {
            name: prepared(write, Path(folder) / name)
            for name, write in sets_of(chosen).items()
            if chosen.only in (None, name)
        }
        for turn, name in enumerate(cycle(sets)):
            number = turn // len(sets) if chosen.case is None else chosen.case
            if time.monotonic() - started > 60 * chosen.minutes:
                break
            try:
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    dice = random.Random(f"{chosen.seed} {name} {number}")
                    found = try_case(sets[name], Path(place), dice, is_first=number % 2 == 1)
            except KeyboardInterrupt:
                sys.stdout.write("stopped before the end\n")
                break
            _tell(name, number, found)
            _add(tallies.setdefault(name, Tally()), found)
            if chosen.case is not None:
                break
    for name, tally in tallies.items():
        _tell(name, None, tally)
    sys.stdout.write(f"seconds: {time.monotonic() - started:.0f}\n")
    return bool(sum(tally.differing for tally in tallies.values()))


def _add(tally: Tally, found: Tally) -> None:
    tally.records, tally.customers = found.records, found.customers
    tally.portions += found.portions
    tally.tables += found.tables
    tally.differing += found.differing


def _tell(name: str, number: int | None, tally: Tally) -> None:
    portions = tally.portions
    called = f"{len(portions)} cases" if number is None else f"case {number}"
    spread = f"{min(portions)} to {max(portions)}" if number is None else f"{portions[0]}"
    sys.stdout.write(
        f"{name}: {called}, {tally.records} records, {tally.customers} customers,"
        f" {spread} portions ({sum(portions)} runs); {tally.tables} tables compared,"
        f" differing rows: {tally.differing}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
