"""Propose a mapping for a file, to be edited: how it is written, which column is what, and what is in doubt."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
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
from streaming.reading import opening
from streaming.reading.dialect import Dialect
from streaming.reading.lines import Lines
from streaming.reading.record import Broken, cells_of
from streaming.reading.records import Records
from streaming.replay.__main__ import main as replay

# Of an order as a whole, as far as they may stand on its first row alone.
OF_ORDER = ("occurred_at", "customer_id")


def main(argv: Sequence[str] | None = None) -> None:
    """Read the file, write the mapping, show what would be sent by it, and say what to do next."""
    arguments = parse(argv)
    path: Path = arguments.file
    target: Path = arguments.out or Path(f"{stem(path)}.yml")
    if target.exists() and not arguments.force:
        raise UsageError(f"{target}: is there already; name another one (OUT=), or {flag('force')} replaces it")
    text = proposal.render(look_at(path))
    replace_file(target, text)
    replay(["--orders", str(path), "--mapping", str(target), "--dry-run"])
    doubts = sum("  # ? " in line for line in text.splitlines())
    count = f"{doubts} doubt{'s' if doubts != 1 else ''}"
    print(f"{target}: written, {count}: look at the lines with a ?; the file is sent by")
    print(f"make run ORDERS={quote(str(path))} MAPPING={quote(str(target))}")


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
    with opening.readable(path), opening.open_file(path) as file:
        encoding = sniff.encoding_of(file)
    with opening.readable(path), opening.open_file(path) as file:
        delimiter = sniff.delimiter_of(chain.from_iterable(Lines(path, file, encoding)))
    dialect = Dialect(encoding=encoding, delimiter=delimiter)
    say(f"{path.name}: {encoding}, cells parted by {delimiter!r}")
    columns = profiles(Records(path, dialect).header, cells(path, dialect))
    proposals = propose(columns)
    names = [column.name for column in columns]
    places = {one.ours: names.index(one.column.name) for one in proposals}
    if missing := [name for name in ("order_id", "occurred_at", "unit_price") if name not in places]:
        raise UsageError(
            f"{path}: no column looks like {', '.join(missing)}; its columns are {', '.join(names)[:300]};"
            " write the mapping by hand, docs/mapping.md has its keys"
        )
    say(f"{path.name}: {columns[0].rows:,} rows, {len(proposals)} of {len(columns)} columns known")
    habits = habits_of(cells(path, dialect), places, [name for name in OF_ORDER if name in places])
    return Found(stem(path), columns[0].rows, encoding, delimiter, columns, proposals, habits)


def cells(path: Path, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the cells of all records behind the header, but of the broken ones."""
    for text in Records(path, dialect):
        if not isinstance(text, Broken):
            yield cells_of(text, dialect.delimiter)


def say(text: str) -> None:
    """Say how far it is."""
    print(f"map {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    entry_point(main)()
