"""`python -m cdp`: the `cdp` command."""

from __future__ import annotations

from cdp.cli import main

main()
