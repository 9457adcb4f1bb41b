"""Checks on cleaned rows."""
