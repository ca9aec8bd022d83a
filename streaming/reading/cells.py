"""What the readers of single cells share."""


class UnreadableError(Exception):
    """A cell, or a row of cells, cannot be read; the text names the cell and says why."""


def shown(text: str) -> str:
    """Return a cell's text as a reason shows it: its beginning, in quotes."""
    return repr(text[:40])
