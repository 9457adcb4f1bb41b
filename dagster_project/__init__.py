"""The Dagster project: `cdp`'s steps as assets, its rules as checks, one run at a time."""
