"""The rules of the house that no ready-made linter knows; run as ``python -m tools.lint``.

A rule that must be broken is named in the file that breaks it, in a comment on a line of its own:
``# lint: allow function-size because the table of countries is one literal``.
"""
