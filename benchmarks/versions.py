"""Which packages answered, since figures without versions cannot be repeated."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

OWN = ("cdp", "duckdb", "numpy", "polars", "scipy", "splink")
PEERS = ("goldenmatch", "recordlinkage")


def own_versions() -> dict[str, str]:
    """Of Python and of what this process uses."""
    return {"python": platform.python_version()} | {name: version(name) for name in OWN}


def peer_versions(python: Path) -> dict[str, str]:
    """Of the peers in the environment of an interpreter; nothing if it is not there."""
    if not python.exists():
        return {}
    asked = (
        f"import importlib.metadata as m, json; print(json.dumps(list(map(m.version, {PEERS}))))"
    )
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    return dict(zip(PEERS, json.loads(told.stdout), strict=True))
