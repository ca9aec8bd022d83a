"""Propose a mapping for a file, to be edited: how it is written, which column is what, and what is in doubt."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from common.cli import Parser
from common.errors import UsageError, entry_point, flag
from common.files import replace_file
from streaming.map import proposal, sniff
from streaming.map.columns import propose
from streaming.map.orders import habits_of
from streaming.map.profile import profiles
from streaming.map.proposal import Found
from streaming.replay import source

# Of an order as a whole, as far as they may stand on its first row alone.
OF_ORDER = ("occurred_at", "customer_id")


def main(argv: Sequence[str] | None = None) -> None:
    """Read the file, write the mapping, and say what to do next."""
    arguments = parse(argv)
    path: Path = arguments.file
    target: Path = arguments.out or Path(f"{stem(path)}.yml")
    if target.exists() and not arguments.force:
        raise UsageError(f"{target}: is there already; name another one (OUT=), or {flag('force')} replaces it")
    text = proposal.render(look_at(path))
    replace_file(target, text)
    doubts = sum("  # ? " in line for line in text.splitlines())
    print(f"{target}: written, {doubts} doubt{'s' if doubts != 1 else ''}; look at the lines with a ?, then")
    print(f"make replay ORDERS={quote(str(path))} MAPPING={quote(str(target))} DRY_RUN=1 shows what would be sent")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.map", description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="CSV file with a header; may be gzipped")
    parser.add_argument("--out", type=Path, help="mapping to write (default: the file's name with .yml, here)")
    parser.add_argument("--force", action="store_true", help="replace a mapping that is there already")
    return parser.parse_args(argv)


def stem(path: Path) -> str:
    """Return a file's name without what says its format, as a shop's name may be."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", path.name.partition(".")[0])[:64] or "shop"


def look_at(path: Path) -> Found:
    """Read a file twice and return what is known of it."""
    with source.readable(path), source.open_file(path) as file:
        encoding = sniff.encoding_of(file)
    delimiter = sniff.delimiter_of(source.texts(path, encoding, "\0"))
    say(f"{path.name}: {encoding}, cells parted by {delimiter!r}")
    header = next(records(path, encoding, delimiter))
    columns = profiles(header, below_header(path, encoding, delimiter))
    proposals = propose(columns)
    places = {one.ours: [column.name for column in columns].index(one.column.name) for one in proposals}
    missing = [name for name in ("order_id", "occurred_at", "unit_price") if name not in places]
    if missing:
        names = ", ".join(column.name for column in columns)
        raise UsageError(f"{path}: no column looks like {', '.join(missing)}; its columns are {names[:300]}")
    say(f"{path.name}: {columns[0].rows:,} rows, {len(proposals)} of {len(columns)} columns known")
    habits = habits_of(below_header(path, encoding, delimiter), places, [name for name in OF_ORDER if name in places])
    return Found(stem(path), columns[0].rows, encoding, delimiter, columns, proposals, habits)


def records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of all records, the header's first."""
    return (source.cells_of(text, delimiter) for text in source.texts(path, encoding, delimiter))


def below_header(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of all records but the header."""
    rows = records(path, encoding, delimiter)
    next(rows)
    return rows


def say(text: str) -> None:
    """Say how far it is."""
    print(f"map {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    entry_point(main)()
