"""The sensor: files that still grow wait, settled ones share one run, known ones ask for none."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from cdp.project import Project
from dagster_project.defs.jobs import CDP_RUN
from dagster_project.defs.sensors import Memory, build_sensor, judge
from tests.dagster.conftest import Materialised
from tests.dagster.tiny_project import contacts, write_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path / "project")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


class Sensor:
    """The sensor of a project, ticking: the cursor goes from one tick to the next."""

    def __init__(self, project: Project, instance: dg.DagsterInstance) -> None:
        self.definition = build_sensor(project)
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> list[str]:
        """The keys of the runs that it asks for."""
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            told = self.definition.evaluate_tick(context)
        assert told.run_requests or told.skip_message
        self.cursor = told.cursor or self.cursor
        return [str(asked.run_key) for asked in told.run_requests or ()]


def test_a_file_is_asked_for_once_when_two_ticks_saw_it_alike(
    project: Project, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(project, instance)
    assert sensor.tick() == []
    grown = project.root / "inbox" / "crm.csv"
    grown.write_text(contacts() + "11,kim@example.com,Kim Roe,,4,2026-01-11\n", encoding="utf-8")
    assert sensor.tick() == []
    assert len(sensor.tick()) == 1
    assert sensor.tick() == []


def test_all_files_of_a_tick_share_one_run_and_a_later_one_has_a_key_of_its_own(
    project: Project, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(project, instance)
    sensor.tick()
    [first] = sensor.tick()
    (project.root / "inbox" / "crm_2.csv").write_text(contacts(), encoding="utf-8")
    assert sensor.tick() == []
    [second] = sensor.tick()
    assert first != second


def test_an_empty_inbox_asks_for_nothing(project: Project, instance: dg.DagsterInstance) -> None:
    for file in (project.root / "inbox").iterdir():
        file.unlink()
    sensor = Sensor(project, instance)
    assert [sensor.tick(), sensor.tick()] == [[], []]


def test_nothing_is_asked_for_while_a_run_goes_on(
    project: Project, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(project, instance)
    sensor.tick()
    going_on = instance.create_run_for_job(
        dg.Definitions(assets=[_nothing], jobs=[CDP_RUN]).resolve_job_def(CDP_RUN.name),
        status=dg.DagsterRunStatus.STARTED,
    )
    assert sensor.tick() == []
    instance.report_run_canceled(going_on)
    assert len(sensor.tick()) == 1


@dg.asset
def _nothing() -> None:
    """An asset, since a job needs one."""


def test_published_files_ask_for_nothing_even_of_a_sensor_that_just_started(
    ran: Materialised, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(ran.project, instance)
    assert [sensor.tick(), sensor.tick()] == [[], []]


def test_a_file_put_back_as_it_was_is_asked_for_again() -> None:
    a, b = {"crm.csv": (10, 1)}, {"crm.csv": (10, 2)}
    memory = Memory(seen=b, asked=a)
    assert judge(memory, b, frozenset({("crm.csv", 10)})).run_requests


def test_memory_survives_the_cursor() -> None:
    memory = Memory(seen={"a.csv": (1, 2)}, asked={"b.csv": (3, 4)})
    assert Memory.parse(memory.cursor()) == memory
    assert Memory.parse(None) == Memory()
