"""What the readers of single cells share."""

from collections.abc import Callable


class UnreadableError(Exception):
    """A cell, or a row of cells, cannot be read; the text names the cell and says why."""


class EmptyError(UnreadableError):
    """A cell has nothing, and its column must have something; other rows of the order may say it."""


def unreadable(name: str, text: str, why: str) -> UnreadableError:
    """Return the fault of a cell, by the name of its column."""
    return (UnreadableError if text.strip() else EmptyError)(f"{name} {shown(text.strip())} {why}")


def shown(text: str) -> str:
    """Return a cell's text as a reason shows it: its beginning, in quotes."""
    return repr(text[:40])


def is_readable(read: Callable[[str], object], text: str) -> bool:
    """Return whether a cell can be read."""
    try:
        read(text)
    except UnreadableError:
        return False
    return True
