"""What every reader of lists hands on: a row."""

from collections.abc import Sequence

Row = tuple[int, Sequence[str]]
"""The number of a row in its file, and its cells."""
