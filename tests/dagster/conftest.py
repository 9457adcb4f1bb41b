"""The tiny project, as nobody ran it yet and after its first run."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cdp.project import Project
from dagster_project.materialize import materialize_project
from tests.dagster.tiny_project import AS_OF, write_project


@dataclass(frozen=True)
class Materialised:
    """A project after a run of the job, with Dagster's home."""

    project: Project
    home: Path
    result: dg.ExecuteInProcessResult

    def check(self, asset: str, name: str) -> dg.AssetCheckEvaluation:
        """The one result of a check."""
        [found] = [
            made
            for made in self.result.get_asset_check_evaluations()
            if (made.asset_key.to_user_string(), made.check_name) == (asset, name)
        ]
        return found

    def metadata(self, asset: str) -> dict[str, object]:
        """What Dagster shows of an asset's materialisation, as plain values."""
        key = dg.AssetKey.from_user_string(asset)
        [made] = [
            event.step_materialization_data.materialization
            for event in self.result.all_events
            if event.is_step_materialization and event.asset_key == key
        ]
        return {name: shown.value for name, shown in made.metadata.items()}

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of the working store."""
        with duckdb.connect(str(self.project.store / "warehouse.duckdb"), read_only=True) as store:
            return store.sql(sql).fetchall()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project as nobody ran it yet."""
    return write_project(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Materialised:
    """A tiny project after its first run."""
    project = write_project(tmp_path_factory.mktemp("ran"))
    home = tmp_path_factory.mktemp("home")
    return Materialised(project, home, materialize_project(project.root, as_of=AS_OF, home=home))
