"""Propose a mapping for a file, to be edited: how it is written, which column is what, and what is in doubt."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from shlex import quote

from common.cli import Parser
from common.errors import UsageError, entry_point, flag, why
from common.files import replace_file
from streaming.map import proposal, sniff
from streaming.map.columns import Proposal, propose, unread
from streaming.map.orders import habits_of
from streaming.map.profile import Column, profiles
from streaming.map.proposal import Found
from streaming.reading import opening
from streaming.reading.dialect import Dialect
from streaming.reading.lines import Lines
from streaming.reading.record import Broken, cells_of
from streaming.reading.records import Records
from streaming.reading.tables import typed_dialect
from streaming.replay.__main__ import main as replay

# Of an order as a whole, as far as they may stand on its first row alone.
OF_ORDER = ("occurred_at", "customer_id")
NEEDED = ("order_id", "occurred_at", "unit_price")
ROWS_LOOKED_AT = 1_000


def main(argv: Sequence[str] | None = None) -> None:
    """Read the file, write the mapping, show what would be sent by it, and say what to do next."""
    arguments = parse(argv)
    path: Path = arguments.file
    target: Path = arguments.out or Path(f"{stem(path)}.yml")
    if target.exists() and not arguments.force:
        raise UsageError(f"{target}: is there already; name another one (OUT=), or {flag('force')} replaces it")
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.parent}; name another file (OUT=)")
    text = proposal.render(look_at(path, arguments.sheet))
    try:
        replace_file(target, text)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {why(error)}; name another file (OUT=)") from None
    # Before what may refuse the file by it.
    say(f"{target}: written; lines with a ? are in doubt, correct them there")
    replay(["--orders", str(path), "--mapping", str(target), "--dry-run"])
    doubts = sum("  # ? " in line for line in text.splitlines())
    count = f"{doubts} doubt{'s' if doubts != 1 else ''}"
    print(f"{target}: written, {count}: look at the lines with a ?; the file is sent by")
    print(f"make run ORDERS={quote(str(path))} MAPPING={quote(str(target))}")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.map", description=__doc__)
    parser.add_argument(
        "--file",
        type=Path,
        required=True,
        help="file with a header: CSV, TSV or JSON lines, which may be gzipped, an Excel workbook or a Parquet file",
    )
    parser.add_argument("--sheet", default="", help="sheet of a workbook that has several")
    parser.add_argument("--out", type=Path, help="mapping to write (default: the file's name with .yml, here)")
    parser.add_argument("--force", action="store_true", help="replace a mapping that is there already")
    return parser.parse_args(argv)


def stem(path: Path) -> str:
    """Return a file's name without what says its format, as a shop's name may be."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", path.name.partition(".")[0])[:64] or "shop"


def look_at(path: Path, sheet: str = "") -> Found:
    """Read a file, as often as it takes and in bounded memory, and return what is known of it."""
    kind = opening.kind_of(path)
    dialect = dialect_of(path) if kind == opening.TEXT else typed_dialect(Dialect(sheet=sheet))
    how = f"{dialect.encoding}, cells parted by {dialect.delimiter!r}" if kind == opening.TEXT else kind
    say(f"{path.name}: {how}")
    columns = profiles(Records(path, dialect).header, require_width(path, dialect))
    if not columns[0].rows:
        raise UsageError(f"{path}: has a header and no rows")
    proposals = propose(columns)
    require_order_lines(path, columns, proposals)
    names = [column.name for column in columns]
    places = {one.ours: names.index(one.column.name) for one in proposals}
    say(f"{path.name}: {columns[0].rows:,} rows, {len(proposals)} of {len(columns)} columns known")
    habits = habits_of(cells(path, dialect), places, [name for name in OF_ORDER if name in places])
    return Found(stem(path), columns[0].rows, kind, dialect, columns, proposals, habits)


def dialect_of(path: Path) -> Dialect:
    """Return the encoding and the delimiter of a file of text."""
    with opening.readable(path), opening.open_file(path) as file:
        encoding = sniff.encoding_of(file)
    with opening.readable(path), opening.open_file(path) as file:
        delimiter = sniff.delimiter_of(chain.from_iterable(Lines(path, file, encoding)))
    return Dialect(encoding=encoding, delimiter=delimiter)


def require_width(path: Path, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the cells of all records behind the header.

    Raises:
        UsageError: most of the first ones have another number of cells than the header.
    """
    width = len(Records(path, dialect).header)
    first = list(islice(cells(path, dialect), ROWS_LOOKED_AT))
    others = Counter(len(row) for row in first if len(row) != width)
    if 2 * others.total() > len(first):
        most = others.most_common(1)[0][0]
        raise UsageError(
            f"{path}: its first line has {width} cell{'s' if width > 1 else ''} and most rows have {most};"
            " the first line must be the header, with a name for each column: take away what stands above it"
        )
    yield from cells(path, dialect)


def require_order_lines(path: Path, columns: Sequence[Column], proposals: Sequence[Proposal]) -> None:
    """Refuse a file in which nothing is found of what each order line needs.

    Raises:
        UsageError: it lacks a column; the text says which, and why one that is called so is not it.
    """
    found = {one.ours for one in proposals}
    found |= {"unit_price"} if "line_amount" in found else set()
    missing = [name for name in NEEDED if name not in found]
    if not found & {"product_id", "description"}:
        missing.append("product_id")
    if not missing:
        return
    names = [column.name for column in columns]
    twice = [f"{name!r} stands twice, rename one" for name in dict.fromkeys(names) if names.count(name) > 1 and name]
    whys = [why for ours, why in unread(columns, proposals).items() if ours in missing] + twice
    raise UsageError(
        f"{path}: no column looks like {', '.join(missing)}{''.join(f' ({why})' for why in whys)};"
        f" its columns are {', '.join(names)[:300]}; take away lines above the header,"
        " or copy a mapping of streaming/mappings and write your columns into it (docs/mapping.md has all keys)"
    )


def cells(path: Path, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the cells of all records behind the header, but of the broken ones, and of the header again."""
    records = Records(path, dialect)
    for text in records:
        if not isinstance(text, Broken) and text != records.header_text:
            yield cells_of(text, dialect.delimiter)


def say(text: str) -> None:
    """Say how far it is."""
    print(f"map {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    entry_point(main)()
