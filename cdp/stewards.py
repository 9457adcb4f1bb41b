"""The commands of stewards: review cases, rule on pairs, list rulings; none disturbs a run."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.errors import ConfigError, NotFoundError
from cdp.project import Project
from cdp.terminal import JsonOption, ProjectOption, now, opened_project, out, show

if TYPE_CHECKING:
    from cdp.explain import Snapshot
    from cdp.explain.stewards import Case
    from cdp.store.rulings import Ruling

ByOption = Annotated[str | None, typer.Option("--by", help="Who rules. Default: your login name.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why, in a line.")]
OneArgument = Annotated[str, typer.Argument(help="a record, source:key, or as in `cdp show`")]
OtherArgument = Annotated[str, typer.Argument(help="the other record")]
_NEXT = "The next run reads it: cdp run"

rule_app = typer.Typer(help="Rule that two records are one person, or are not.",
                       no_args_is_help=True)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands to those of `cdp`."""
    app.command()(review)
    app.add_typer(rule_app, name="rule")
    app.command(name="rulings")(list_rulings)


def review(
    project: ProjectOption = None,
    by: ByOption = None,
    most: Annotated[
        int | None, typer.Option("--most", min=1, help="So many cases at most. Default: all.")
    ] = None,
    csv_out: Annotated[
        Path | None, typer.Option("--csv-out", help="Write the cases there instead of asking.")
    ] = None,
    csv_in: Annotated[
        Path | None, typer.Option("--csv-in", help="Read such a file, its `ruling` filled in.")
    ] = None,
    with_values: Annotated[
        bool, typer.Option("--with-values", help="Personal values whole in that file, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Doubtful pairs, those that change most first: one person, or two?"""
    from cdp import explain
    from cdp.explain import stewards

    opened = opened_project(project)
    with explain.open_snapshot(opened.store) as snapshot:
        if csv_in:
            _read_file(opened, snapshot, csv_in, by, as_json=as_json)
            return
        cases = _cases(opened, snapshot)[:most]
        if csv_out:
            stewards.write_cases(snapshot, cases, csv_out, with_values=with_values)
            show(
                {"cases": len(cases), "file": str(csv_out.resolve())},
                f"{len(cases)} cases written to {csv_out}. Fill in `ruling` with same or"
                f" different, then: cdp review --csv-in {csv_out}"
                + ("" if with_values else "\nValues are masked; --with-values shows them."),
                as_json=as_json,
            )
        elif as_json:
            show({"cases": [case.masked().as_dict() for case in cases]}, "", as_json=True)
        else:
            _ask(opened, snapshot, cases, by)


def _ask(opened: Project, snapshot: Snapshot, cases: list[Case], by: str | None) -> None:
    from cdp.explain import render, stewards
    from cdp.store.rulings import CANNOT_LINK, MUST_LINK

    told = {"y": MUST_LINK, "n": CANNOT_LINK}
    ruled = 0
    for number, case in enumerate(cases, 1):
        sides = stewards.lay_out_case(snapshot, case)
        out.print(render.case(case, sides, place=f"Case {number} of {len(cases)}"), crop=False)
        answer = _answer()
        if answer == "q":
            break
        if answer in told:
            _write(opened, [(told[answer], case.left, case.right, None)], by)
            ruled += 1
    out.print(
        f"{len(cases)} cases, {ruled} ruled on." + (f" {_NEXT}" if ruled else ""), highlight=False
    )


def _answer() -> str:
    while True:
        try:
            said = typer.prompt("One person? y(es), n(o), s(kip), q(uit)", default="s")
        except typer.Abort:
            return "q"
        if (letter := str(said).strip().casefold()[:1]) in ("y", "n", "s", "q"):
            return letter


def _read_file(
    opened: Project, snapshot: Snapshot, path: Path, by: str | None, *, as_json: bool
) -> None:
    from rich.text import Text

    from cdp.explain import render, stewards

    answers = stewards.read_answers(snapshot, path)
    said = [(one.ruling, one.left, one.right, one.note) for one in answers]
    replaced, repeated = _write(opened, said, by)
    shown = f"{len(answers)} rulings read from {path.name}." + (f" {_NEXT}" if answers else "")
    found = {
        "rulings": len(answers), "replaced": _told(replaced), "repeated": _told(repeated),
        "file": path.name,
    }  # fmt: skip
    lines = [*render.replaced_lines(replaced), *render.repeated_lines(repeated), shown]
    show(found, Text("\n".join(lines)), as_json=as_json)


@rule_app.command("must-link")
def must_link(
    one: OneArgument,
    other: OtherArgument,
    by: ByOption = None,
    note: NoteOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """The two records are one person, whatever else speaks."""
    _rule("must_link", (one, other), by, note, project, as_json=as_json)


@rule_app.command("cannot-link")
def cannot_link(
    one: OneArgument,
    other: OtherArgument,
    by: ByOption = None,
    note: NoteOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """The two records are different people, whatever else speaks."""
    _rule("cannot_link", (one, other), by, note, project, as_json=as_json)


@rule_app.command("withdraw")
def withdraw(
    one: OneArgument,
    other: OtherArgument,
    by: ByOption = None,
    note: NoteOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what was ruled of two records: evidence decides again."""
    _rule("withdrawn", (one, other), by, note, project, as_json=as_json)


def _rule(
    ruling: str,
    words: tuple[str, str],
    by: str | None,
    note: str | None,
    project: Path | None,
    *,
    as_json: bool,
) -> None:
    from cdp.explain import render, stewards
    from cdp.store.rulings import WITHDRAWN, read_rulings

    opened = opened_project(project)
    sources = {source.name for source in opened.sources}
    with _snapshot(opened) as snapshot:
        one, other = (
            _found_key(snapshot, who, place, sources, opened.default_region)
            for place, who in zip(("first", "second"), words, strict=True)
        )
        if one == other:
            raise ConfigError(
                what="both words mean the same record", where="rulings",
                next_step="a ruling is on one record and another; `cdp show` lists the records"
                " of its customer as source:key",
            )  # fmt: skip
        pair = (min(one, other), max(one, other))
        if ruling == WITHDRAWN and pair not in {r.pair for r in read_rulings(opened.root).in_force}:
            raise NotFoundError(
                what="nothing is ruled of these two records", where="rulings",
                next_step="`cdp rulings` lists what is",
            )  # fmt: skip
        replaced, repeated = _write(opened, [(ruling, one, other, note)], by)
        states = stewards.read_ruling_states(snapshot, read_rulings(opened.root))
        told = [state for state in states if (state.left, state.right) == pair]
        near = [line for state in told for line in stewards.near_keys(snapshot, state)]
    found = {
        "rulings": [state.as_dict() for state in told], "withdrawn": ruling == WITHDRAWN,
        "replaced": _told(replaced), "repeated": _told(repeated), "notices": near,
    }  # fmt: skip
    shown = render.ruled(
        told, is_withdrawn=ruling == WITHDRAWN, replaced=replaced, repeated=repeated, near=near
    )
    show(found, shown, as_json=as_json)


def _found_key(
    snapshot: Snapshot | None, who: str, place: str, sources: set[str], region: str
) -> str:
    from cdp.explain import stewards
    from cdp.explain.near_misses import of_word

    with of_word(place):
        return stewards.find_key(snapshot, who, sources=sources, region=region)


def _told(replaced: list[Ruling]) -> list[dict[str, object]]:
    return [asdict(one) for one in replaced]


def list_rulings(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Every ruling in force, who said it and when, and how it stands."""
    from cdp.explain import render, stewards
    from cdp.store.rulings import read_rulings

    opened = opened_project(project)
    log = read_rulings(opened.root)
    with _snapshot(opened) as snapshot:
        states = stewards.read_ruling_states(snapshot, log)
    notices = [*stewards.replaced_notice(log), *stewards.broken_notice(log)]
    found = {"rulings": [state.as_dict() for state in states], "notices": notices}
    show(found, render.rulings(states, notices), as_json=as_json)


def _write(
    opened: Project, said: list[tuple[str, str, str, str | None]], by: str | None
) -> tuple[list[Ruling], list[Ruling]]:
    """Add rulings to the log; those in force that they replace, and those that they repeat.

    What is ruled so already is not said again, unless there is something new to note.
    """
    from cdp.store.rulings import append_rulings, make_ruling, read_rulings

    who, at = by or _login_name(), now()
    try:
        rulings = [
            make_ruling(ruling, (left, right), by=who, at=at, note=note)
            for ruling, left, right, note in said
        ]
    except ValueError as fault:
        raise ConfigError(what=str(fault), where="rulings", next_step="say it otherwise") from None
    in_force = {ruling.pair: ruling for ruling in read_rulings(opened.root).in_force}
    known = [one for one in rulings if _is_known(one, in_force.get(one.pair))]
    fresh = [one for one in rulings if one not in known]
    append_rulings(opened.root, fresh)
    replaced = [in_force[one.pair] for one in fresh if one.pair in in_force]
    return replaced, [in_force[one.pair] for one in known]


def _is_known(said: Ruling, known: Ruling | None) -> bool:
    return bool(known and known.ruling == said.ruling and said.note in (None, known.note))


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise ConfigError(
            what="this machine does not know your name", where="rulings",
            next_step="say who rules: --by NAME",
        ) from None  # fmt: skip


def _cases(opened: Project, snapshot: Snapshot) -> list[Case]:
    from cdp.explain import stewards
    from cdp.store.rulings import read_rulings

    ruled = read_rulings(opened.root).in_force
    return stewards.find_cases(snapshot, ruled, resolving=opened.resolve)


@contextmanager
def _snapshot(opened: Project) -> Iterator[Snapshot | None]:
    """The published snapshot; null before the first."""
    from cdp import explain
    from cdp.store.layout import Layout

    if Layout(opened.store).current_run() is None:
        yield None
        return
    with explain.open_snapshot(opened.store) as snapshot:
        yield snapshot
