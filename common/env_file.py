"""The `.env` file: assignments as a shell would read them, each line understood or named."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from common.errors import UsageError

ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
QUOTED = re.compile(r"""(["'])(?P<text>.*?)\1\s*(?:#.*)?""")
COMMENT = re.compile(r"(^|\s)#.*")


def read(path: Path, known: Collection[str]) -> dict[str, str]:
    """Return the assignments of a file, none where it is not there; comments and blank lines are skipped.

    Raises:
        UsageError: a line is no assignment, or names what is no setting; the text has its number and the nearest name.
    """
    if path.is_symlink() or path.exists():
        if not path.is_file():
            raise UsageError(f"{path.name} is no regular file; move it away, or make it one")
    else:
        return {}
    assignments = {}
    # An editor on Windows begins a file with a mark of its encoding.
    for number, line in enumerate(path.read_text("utf-8-sig", errors="replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place = f"{path.name}, line {number}"
        if not (assignment := ASSIGNMENT.fullmatch(line.strip())):
            raise UsageError(f"{place}: {line.strip()[:60]!r} is not NAME=value")
        name = assignment["name"]
        if name not in known:
            raise UsageError(f"{place}: there is no setting {name}{nearest(name, known)}")
        if name in assignments:
            raise UsageError(f"{place}: {name} is set for the second time; keep one of the two")
        assignments[name] = value(assignment["value"])
    return assignments


def value(text: str) -> str:
    """Return a value without its quotes, or without the comment behind it."""
    quoted = QUOTED.fullmatch(text)
    return quoted["text"] if quoted else COMMENT.sub("", text).strip()


def nearest(name: str, known: Collection[str]) -> str:
    """Return a clause on the setting that was probably meant."""
    close = get_close_matches(name.upper(), known, 1)
    return f"; do you mean {close[0]}?" if close else "; .env.example has them all"
