"""Open the Dagster project in a browser: `make dev`, or `python -m dagster_project.dev`."""

# ruff: noqa: T201 - a program: it prints

import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from cdp.errors import CdpError, TransientError
from cdp.ingest import find_files
from cdp.project import Project, load_project, project_folder_from_environment
from dagster_project.definitions import DEMO_PROJECT
from dagster_project.home import fail_dead_runs, home_folder, open_instance

HOST = "127.0.0.1"
PORTS = range(3000, 3020)
DEMO_TOUCHPOINTS, DEMO_SEED = 20_000, 7


def main() -> None:
    """Say what to open and what to press, then become Dagster's development server."""
    try:
        project = load_project(project_folder_from_environment() or DEMO_PROJECT)
    except CdpError as fault:
        print(fault, file=sys.stderr)
        sys.exit(fault.exit_code)
    port = free_port(PORTS)
    if port is None:
        print(f"Ports {PORTS[0]} to {PORTS[-1]} are taken: stop a server first.", file=sys.stderr)
        sys.exit(TransientError.exit_code)
    if project.root == DEMO_PROJECT:
        generate_demo(project)
    home = home_folder()
    with open_instance(home) as instance:
        fail_dead_runs(instance, project)
    print(welcome(project, port), flush=True)
    become_server(project, home, port)


def become_server(project: Project, home: Path, port: int) -> NoReturn:
    """Give this process to Dagster's web server and daemon, so that Ctrl+C reaches them."""
    os.environ |= {"DAGSTER_HOME": str(home), "CDP_PROJECT": str(project.root)}
    # It would rather be called by `dg`, a tool that a run does not need.
    quietly = ["-W", "ignore:Function `dev_command` is superseded"]
    command = [
        sys.executable,
        *quietly,
        "-m",
        "dagster",
        "dev",
        "-m",
        "dagster_project.definitions",
    ]
    command += ["-h", HOST, "-p", str(port), "--log-level", "warning"]
    os.execv(sys.executable, command)  # noqa: S606 - our own words


def free_port(ports: range) -> int | None:
    """The first port that nobody listens on; none when all are taken."""
    for port in ports:
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)):
                return port
    return None


def generate_demo(project: Project) -> None:
    """Fill the demo's inboxes as `make demo` does, unless there are files already."""
    if any(find_files(project, source) for source in project.sources):
        return
    from data.demo import AS_OF, prepare
    from data.generate.clock import Arguments

    prepare(Arguments(DEMO_TOUCHPOINTS, DEMO_SEED, project.root, AS_OF), is_fresh=False)


def welcome(project: Project, port: int) -> str:
    """Where to look, what to press, how to stop."""
    other = "" if port == PORTS[0] else f"  (port {PORTS[0]} is taken)"
    return f"""
Project `{project.name}` in Dagster, in about 20 seconds:

  open     http://{HOST}:{port}{other}
  run      Lineage in the bar on the left, then "Materialize all"
  look     an asset under clean/, tab Checks: its rules, failed rows and held files
  repeat   Automation: turn on `arrived_files` (new files) or `daily` (05:00)
  stop     Ctrl+C
"""


if __name__ == "__main__":
    main()
