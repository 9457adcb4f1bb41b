"""A draft is kept in the project once, and says where its files belong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.drafting import infer, write
from cdp.drafting.placing import place_of
from cdp.errors import ConfigError, DeliveryError, NotFoundError
from cdp.project import load_project
from tests.docs.pages import ROOT, blocks
from tests.drafting.drafts import project

ROWS = "id,email\n1,ann.lee@example.com\n2,bo.king@example.com\n"


def typed(*words: str) -> Any:
    done = CliRunner().invoke(cli.app, [*words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_a_new_user_goes_from_one_file_to_a_project_that_loads(tmp_path: Path) -> None:
    root, file = tmp_path / "My Shop", tmp_path / "people 2026-05-01.csv"
    file.write_text(ROWS)
    typed("init", str(root), "--empty")
    done = typed("sources", "infer", str(file), "--project", str(root), "--write")
    assert done.stdout == (root / "sources" / "people.yaml").read_text()
    assert "cp " in done.stderr
    (root / "inbox" / "people").mkdir(parents=True)
    (root / "inbox" / "people" / file.name).write_text(ROWS)
    loaded = load_project(root)
    assert loaded.name == "my_shop"
    assert [source.path for source in loaded.sources] == [("inbox/people/*.csv",)]
    checked = typed("sources", "check", "--project", str(root), "--json")
    assert json.loads(checked.stdout)["sources"][0]["files"] == 1


def test_a_draft_never_takes_the_place_of_another_contract(tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "people.csv"
    file.write_text(ROWS)
    draft = infer(file, root=root)
    kept = write(draft, root=root)
    before = kept.read_bytes()
    with pytest.raises(ConfigError, match="already") as refused:
        write(draft, root=root)
    assert "--source" in refused.value.next_step
    assert kept.read_bytes() == before
    kept.rename(root / "sources" / "other.yaml")
    with pytest.raises(ConfigError, match="already"):
        write(draft, root=root)


def test_without_a_project_a_draft_is_shown_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(ROWS)
    draft = infer(file, root=tmp_path)
    assert "No project yet" in draft.text
    with pytest.raises(ConfigError, match="no cdp") as refused:
        write(draft, root=tmp_path)
    assert "cdp init --empty" in refused.value.next_step
    assert not (tmp_path / "sources").exists()


@pytest.mark.parametrize(
    ("files", "pattern", "date"),
    [
        (["inbox/crm/crm_2026-05-01.csv"], "inbox/crm/*.csv", "%Y-%m-%d"),
        (["inbox/crm/a_20260501.csv.gz"], "inbox/crm/*.csv.gz", "%Y%m%d"),
        (["inbox/crm/people_1.csv", "inbox/crm/firms_1.csv"], "inbox/crm/people_*.csv", None),
        (["inbox/people.csv", "inbox/orders.csv"], "inbox/people*.csv", None),
        (["inbox/crm/a [1].csv"], "inbox/crm/*.csv", None),
        (["inbox/crm/a [b] 1.csv", "inbox/crm/c.csv"], "inbox/crm/a [[]b] *.csv", None),
    ],
)
def test_a_path_fits_the_next_export_and_no_other_file(
    files: list[str], pattern: str, date: str | None, tmp_path: Path
) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(ROWS)
    place = place_of(tmp_path / files[0], tmp_path, name=None)
    assert (place.pattern, place.date) == (pattern, date)
    assert sorted(tmp_path.glob(place.pattern)) == [tmp_path / files[0]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"PK\x03\x04 rest of a workbook", "Excel"),
        (b"\x1f\x8b\x08 packed", "packed"),
        (b"PAR1 cut off", "cannot be read"),
    ],
)
def test_a_file_that_no_contract_can_read_is_told(
    content: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    with pytest.raises(DeliveryError, match=said):
        infer(file, root=tmp_path)
    with pytest.raises(NotFoundError):
        infer(tmp_path / "none.csv", root=tmp_path)


def test_of_a_large_file_only_parts_are_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    days = ["03/02/2026"] * 90_000 + ["28/02/2026"] * 90_000
    rows = (f"{n},{day},a{n}@example.com\n" for n, day in enumerate(days))
    file.write_text("visit_id,visited_at,email\n" + "".join(rows))
    draft = infer(file, root=tmp_path, known=())
    assert not draft.is_whole
    assert draft.rows_seen < 20_000
    assert '"%d/%m/%Y"' in draft.text


def test_the_draft_that_the_page_shows_is_the_one_that_is_made(tmp_path: Path) -> None:
    root = project(tmp_path / "acme", region="GB")
    file = tmp_path / "visits.csv"
    rows = [
        f"{1000 + n};{n % 9 + 1:02}/0{n % 7 + 1}/2026;p{n % 31}@example.com;"
        + (f"020 7946 09{n % 24:02}" if n % 3 else "")
        for n in range(60)
    ]
    file.write_text("Visit ID;Visited at;E-Mail;Mobile\n" + "\n".join(rows) + "\n")
    shown = infer(file, root=root).text.split("\n", 2)[2]
    assert shown in blocks(ROOT / "docs" / "infer.md", "yaml"), shown


@pytest.mark.parametrize(
    "content",
    [
        b"id,email,n" + b"x" * 200_000 + b"\n1,a@example.com,1\n",
        b"id,email,note\n1,a@example.com," + b"9" * 200_000 + b"\n",
        b'id,"email\n1,a@example.com\n2,b@example.com\n',
        b'id,"e\xe2\x80\xa8mail: # {","*x"\n1,a@example.com,y\n',
        b"id,email\x00\n1,a@example.com\n",
        b"id,email\r1,a@example.com\r2,b@example.com\r",
        b'{"id": 1, "email": "a@example.com"\n{"id": 2',
        b"[" * 5000,
        b"no,yes\n1,2\n",
    ],
    ids=range(9),
)
def test_a_broken_file_is_drafted_in_good_time_or_told(content: bytes, tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "inbox" / "people.csv"
    file.write_bytes(content)
    try:
        draft = infer(file, root=root)
    except DeliveryError:
        return
    write(draft, root=root)
    load_project(root)
