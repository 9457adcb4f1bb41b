"""Builders of Dagster's objects, one file each; the checks lie in the folder of their stage."""
