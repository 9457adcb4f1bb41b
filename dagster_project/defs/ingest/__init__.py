"""Checks on landed files."""
