"""Commands that take back, typed by hand: deliveries, and the snapshot that readers see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.errors import ConfigError, NotFoundError, StoreLockedError
from cdp.pipeline import open_run
from cdp.store.layout import Layout
from cdp.store.publish import prune
from cdp.store.revocations import LOG, Word, read_words, say
from cdp.store.snapshots import kept_snapshots, roll_back
from tests.laws.world import AS_OF, FILES, Company


def typed(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli.app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def snapshots(root: Path, *runs: str) -> Layout:
    """A store of empty snapshots, the last one current."""
    layout = Layout(root / "warehouse")
    for number, run in enumerate(runs):
        layout.snapshot(run).mkdir(parents=True)
        manifest = {"run_id": run, "as_of": AS_OF.isoformat(), "rows": {"customers": number}}
        (layout.snapshot(run) / "manifest.json").write_text(json.dumps(manifest))
    layout.current.symlink_to(runs[-1])
    return layout


def test_a_delivery_is_listed_taken_back_and_given_back_by_a_short_id(tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.deliver(FILES, "r1")
    at = ("--project", str(company.root))
    listed = typed("deliveries", *at)["deliveries"]
    assert sorted(one["source_file"] for one in listed) == sorted(FILES)
    short, whole = listed[0]["short_id"], listed[0]["delivery_id"]
    assert 6 <= len(short) < len(whole)
    before = company.query("select * from customers order by customer_id").rows()
    typed("deliveries", "revoke", short, "--by", "Ann", "--note", "a test", *at)
    assert typed("deliveries", *at)["deliveries"][0]["next_run"] == "revoke"
    assert company.query("select * from customers order by customer_id").rows() == before
    assert company.run("r2").status == "published"
    entry = typed("deliveries", *at)["deliveries"][0]
    assert (entry["status"], entry["next_run"]) == ("revoked", None)
    assert entry["rows_held"] == entry["rows_read"]
    assert "Ann" in entry["reason"]
    assert "a test" in entry["reason"]
    assert company.run("r3").status == "unchanged"

    # Gone back to, the first snapshot is what readers see; the next run publishes again.
    assert typed("rollback", "r1", *at)["run_id"] == "r1"
    assert company.query("select * from customers order by customer_id").rows() == before
    told = typed("status", *at)
    assert (told["run"]["run_id"], told["later_snapshot"]) == ("r1", "r2")
    typed("deliveries", "restore", whole, "--by", "Ann", *at)
    assert company.run("r4").status == "published"
    assert company.query("select * from customers order by customer_id").rows() == before
    assert typed("status", *at)["later_snapshot"] is None


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("revoke", "zzzzzz"), NotFoundError, "no delivery"),
        (("restore", "d_0123456789abcdef"), ConfigError, "not taken back"),
    ],
)
def test_what_nobody_delivered_or_took_back_is_an_error(
    tmp_path: Path, words: tuple[str, str], error: type[Exception], said: str
) -> None:
    company = Company(tmp_path)
    with pytest.raises(error, match=said):
        typed("deliveries", *words, "--by", "Ann", "--project", str(company.root))
    assert not (tmp_path / LOG).exists()


def test_the_log_keeps_every_word_and_forgets_one_that_breaks_off(tmp_path: Path) -> None:
    for action in ("revoke", "restore"):
        say(tmp_path, Word(action, "d_1", "Ann", "", "2026-07-01T08:00:00"))
    with (tmp_path / LOG).open("a") as log:
        log.write('{"action": "revoke", "delivery_')
    assert read_words(tmp_path)["d_1"].action == "restore"


def test_a_line_of_the_log_that_nobody_wrote_is_an_error(tmp_path: Path) -> None:
    say(tmp_path, Word("revoke", "d_1", "Ann", "", "2026-07-01T08:00:00"))
    (tmp_path / LOG).write_text('{"action": "revoke"}\n' + (tmp_path / LOG).read_text())
    with pytest.raises(ConfigError, match="line 1"):
        read_words(tmp_path)


def test_nobody_goes_back_while_a_run_is_on(tmp_path: Path) -> None:
    company = Company(tmp_path)
    layout = snapshots(tmp_path, "r1", "r2")
    with (
        open_run(company.project, run_id="r3", clock=lambda: AS_OF, as_of=AS_OF),
        pytest.raises(StoreLockedError, match="run r3"),
    ):
        roll_back(layout, "r1", now=AS_OF)
    assert layout.current_run() == "r2"


def test_only_a_kept_snapshot_can_be_gone_back_to(tmp_path: Path) -> None:
    layout = snapshots(tmp_path, "20260701-aa", "20260702-bb", "20260703-cc")
    (layout.published / ".leaving-20260630-zz").mkdir()
    layout.snapshot("20260704-dd").mkdir()  # what a kill left: it has no manifest
    assert [one.run_id[-2:] for one in kept_snapshots(layout)] == ["cc", "bb", "aa"]
    for asked in ("20260704-dd", "202607", "20260702-bc"):
        with pytest.raises(NotFoundError, match="20260702-bb"):
            roll_back(layout, asked, now=AS_OF)
    assert roll_back(layout, "20260701", now=AS_OF).is_current
    assert layout.current_run() == "20260701-aa"


def test_what_readers_see_is_never_pruned_though_it_is_the_oldest(tmp_path: Path) -> None:
    layout = snapshots(tmp_path, "r1", "r2", "r3")
    roll_back(layout, "r1", now=AS_OF)
    prune(layout, keep=1)
    assert sorted(path.name for path in layout.published.iterdir()) == ["current", "r1", "r3"]
