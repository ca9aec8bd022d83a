"""A mapping file of customer totals: how the file is written, and which column is which where its header differs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common.contracts.model import SnapshotContract
from common.errors import UsageError
from streaming.reading import schema
from streaming.reading.dialect import FILE_KEYS, ID_KEYS, NUMBER_KEYS, Dialect, complete_marks, currency
from streaming.reading.records import Records
from streaming.reading.schema import Key


@dataclass(frozen=True, kw_only=True)
class Mapping(Dialect):
    """How a file of customer totals is read; `columns` names the file's columns whose header is not the contract's."""

    columns: dict[str, str] = field(default_factory=dict)
    currency: str | None = None


def load(path: Path | None, contract: SnapshotContract) -> Mapping:
    """Read a mapping; without one the file is CSV in UTF-8 with the contract's header.

    Raises:
        UsageError: there is none, or it misspells something; the text names it.
    """
    if path is None:
        return Mapping()
    if not path.is_file():
        raise UsageError(f"--mapping {path}: no such file; docs/mapping.md has its keys")
    columns = Key("columns", keys=tuple(Key(one.name) for one in contract.fields))
    keys = (*FILE_KEYS, columns, Key("currency", currency), *NUMBER_KEYS, *ID_KEYS)
    values: dict[str, Any] = complete_marks(path, schema.values(path, schema.load(path), keys))
    return Mapping(**values)


def positions(records: Records, mapping: Mapping, contract: SnapshotContract) -> dict[str, int]:
    """Return where each column of the contract stands; in its own headers case and spaces do not matter.

    Raises:
        UsageError: one is not there, or stands twice; the text names the columns found.
    """
    names = [plain(name) for name in records.header]
    found = {}
    for one in contract.fields:
        wanted = mapping.columns.get(one.name, one.header or one.name)
        if names.count(plain(wanted)) != 1:
            fault = "has no column" if plain(wanted) not in names else "has more than one column"
            raise UsageError(f"{records.path}: {fault} {wanted!r}; its columns are {', '.join(records.header)[:300]}")
        found[one.name] = names.index(plain(wanted))
    return found


def plain(name: str) -> str:
    """Return a column's name without what does not matter in it."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
